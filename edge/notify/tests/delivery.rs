//! Deliveries to local servers that succeed, fail, hang, redirect, answer too much, or hang up.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hw_notify::{
    Courier, HeartbeatMethod, Kind, Lookup, Notice, Outcome, Receiver, ReceiverKind, Secret,
};

#[path = "local/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use server::Server;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn receiver(kind: ReceiverKind) -> Receiver {
    Receiver { name: "r".to_owned(), kind, allow_private: vec!["127.0.0.1".to_owned()] }
}

fn webhook(server: &Server) -> Receiver {
    receiver(ReceiverKind::Webhook {
        url: server.url("/hook?token=canary"),
        secrets: vec![Secret::new(KEY)],
    })
}

fn notice() -> Notice {
    Notice {
        key: "INC-7:1".to_owned(),
        thread: "INC-7".to_owned(),
        kind: Kind::Firing,
        title: "screening passes all".to_owned(),
        severity: None,
        lines: vec!["it usually passes half".to_owned()],
        service: "screening".to_owned(),
        labels: BTreeMap::new(),
        started_at: 1,
        at: 2,
        ended_at: None,
        link: None,
        folded: 0,
    }
}

fn courier() -> Courier {
    Courier::new(None).unwrap()
}

/// One that gives up soon, only for servers that never answer.
fn impatient() -> Courier {
    courier().with_attempt_max(Duration::from_secs(3))
}

fn status(status: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: 6\r\n\r\nsecret").into_bytes()
}

/// No reason repeats a token or what a server said.
fn reason(outcome: &Outcome) -> String {
    let reason = match outcome {
        Outcome::DeliveredInPart { reason }
        | Outcome::Later { reason, .. }
        | Outcome::Refused { reason } => reason.clone(),
        Outcome::Delivered => String::new(),
    };
    assert!(!reason.contains("canary") && !reason.contains("secret"), "{reason}");
    reason
}

#[test]
fn what_a_status_means() {
    let check = |line: &str, expect: &str, arrived: Option<bool>| {
        let server = Server::answering(status(line));
        let outcome = courier().deliver(&webhook(&server), &notice());
        reason(&outcome);
        let (found, may) = match outcome {
            Outcome::Delivered => ("delivered", None),
            Outcome::DeliveredInPart { .. } => ("in part", None),
            Outcome::Later { may_have_arrived, .. } => ("later", Some(may_have_arrived)),
            Outcome::Refused { .. } => ("refused", None),
        };
        assert_eq!((found, may), (expect, arrived), "{line}");
    };
    for line in ["200 OK", "202 Accepted", "204 No"] {
        check(line, "delivered", None);
    }
    for line in ["408 Timeout", "425 Early", "429 Slow", "503 Busy"] {
        check(line, "later", Some(false));
    }
    for line in ["500 Oops", "502 Bad", "504 Late", "599 What"] {
        check(line, "later", Some(true));
    }
    for line in ["400 Bad", "401 Who", "403 No", "404 Gone", "410 Gone", "413 Long", "418 Tea"] {
        check(line, "refused", None);
    }
}

#[test]
fn a_receiver_that_asks_for_time_is_heard() {
    for line in ["429 Slow", "503 Busy"] {
        let answer = format!("HTTP/1.1 {line}\r\nRetry-After: 120\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(answer);
        let outcome = courier().deliver(&webhook(&server), &notice());
        assert!(matches!(outcome, Outcome::Later { after_s: Some(120), .. }), "{outcome:?}");
    }
    let server = Server::answering("HTTP/1.1 429 Slow\r\nRetry-After: soon\r\n\r\n");
    let outcome = courier().deliver(&webhook(&server), &notice());
    assert!(matches!(outcome, Outcome::Later { after_s: None, .. }), "{outcome:?}");
}

#[test]
fn a_redirect_is_refused_and_nobody_else_is_asked() {
    let other = Server::answering(status("200 OK"));
    for line in ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"] {
        let location = format!("http://{}/stolen", other.address);
        let answer =
            format!("HTTP/1.1 {line}\r\nLocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(answer);
        let outcome = courier().deliver(&webhook(&server), &notice());
        assert!(matches!(outcome, Outcome::Refused { .. }), "{line}: {outcome:?}");
        assert!(reason(&outcome).contains("redirect"), "{outcome:?}");
        assert_eq!(server.seen().len(), 1);
    }
    assert!(other.seen().is_empty());
}

#[test]
fn a_request_is_signed_and_names_no_more_than_it_must() {
    let server = Server::answering(status("200 OK"));
    assert_eq!(courier().deliver(&webhook(&server), &notice()), Outcome::Delivered);
    let seen = server.seen();
    let request = seen[0].to_ascii_lowercase();
    assert!(request.starts_with("post /hook?token=canary http/1.1\r\n"), "{request}");
    for header in ["webhook-id: inc-7:1\r\n", "webhook-timestamp: ", "webhook-signature: v1,"] {
        assert!(request.contains(header), "{request}");
    }
    assert!(!request.contains("cookie") && request.contains("user-agent: highwater\r\n"));
}

#[test]
fn a_megabyte_of_answer_harms_nobody() {
    for head in ["200 OK\r\ncontent-length: 1000000", "200 OK", "500 No\r\ncontent-length: 1000000"]
    {
        let mut answer = format!("HTTP/1.1 {head}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + 1_000_000, b'x');
        let server = Server::answering(answer);
        let outcome = courier().deliver(&webhook(&server), &notice());
        let fine = head.starts_with("200");
        assert_eq!(outcome == Outcome::Delivered, fine, "{head}: {outcome:?}");
    }
    let mut answer = b"HTTP/1.1 200 OK\r\nx: ".to_vec();
    answer.resize(1_000_000, b'x');
    let outcome = courier().deliver(&webhook(&Server::answering(answer)), &notice());
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
}

#[test]
fn what_hangs_drips_or_hangs_up_is_tried_again_and_may_have_arrived() {
    let hangs = Server::with(|_| std::thread::sleep(Duration::from_secs(3600)));
    let drips = Server::with(|stream| {
        for byte in b"HTTP/1.1 200 OK\r\nx-slow: ".iter().chain([b'x'; 9999].iter()) {
            if stream.write_all(&[*byte]).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let hangs_up = Server::with(|_| {});
    let talks_nonsense = Server::answering("220 mail.example ESMTP\r\n");
    let all = [
        (&hangs, impatient()),
        (&drips, impatient()),
        (&hangs_up, courier()),
        (&talks_nonsense, courier()),
    ];
    for (server, courier) in all {
        let outcome = courier.deliver(&webhook(server), &notice());
        reason(&outcome);
        assert!(matches!(outcome, Outcome::Later { may_have_arrived: true, .. }), "{outcome:?}");
    }
}

#[test]
fn an_answer_whose_body_never_ends_was_an_answer() {
    let server = Server::with(|stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx"));
        std::thread::sleep(Duration::from_secs(3600));
    });
    assert_eq!(courier().deliver(&webhook(&server), &notice()), Outcome::Delivered);
}

#[test]
fn nobody_listening_means_nothing_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Secret::new(format!("http://{}/canary", listener.local_addr().unwrap()));
    drop(listener);
    let outcome = courier().deliver(&receiver(ReceiverKind::Slack { url }), &notice());
    reason(&outcome);
    assert!(matches!(outcome, Outcome::Later { may_have_arrived: false, .. }), "{outcome:?}");
}

#[test]
fn each_kind_reaches_its_path() {
    let server = Server::answering(status("202 Accepted"));
    let key = Secret::new("0123456789abcdef0123456789abcdef");
    let url = server.url("/x");
    let pager = server.url("/v2/enqueue").expose().to_owned();
    let kinds = [
        ReceiverKind::Slack { url: url.clone() },
        ReceiverKind::Mattermost { url: url.clone() },
        ReceiverKind::Teams { url: url.clone() },
        ReceiverKind::Alertmanager { url: server.url(""), authorization: None },
        ReceiverKind::PagerDuty { routing_key: key, url: pager },
        ReceiverKind::Heartbeat { url: url.clone(), method: HeartbeatMethod::Get },
        ReceiverKind::Heartbeat { url, method: HeartbeatMethod::Post },
    ];
    for kind in kinds {
        assert_eq!(courier().deliver(&receiver(kind), &notice()), Outcome::Delivered);
    }
    let lines: Vec<String> =
        server.seen().iter().map(|text| text.lines().next().unwrap().to_owned()).collect();
    let expect = ["POST /x", "POST /x", "POST /x", "POST /api/v2/alerts", "POST /v2/enqueue"];
    let expect = expect.iter().chain(&["GET /x", "POST /x"]).map(|line| format!("{line} HTTP/1.1"));
    assert_eq!(lines, expect.collect::<Vec<_>>());
}

#[test]
fn alertmanager_gets_many_in_one_request_and_nobody_else_does() {
    let server = Server::answering(status("200 OK"));
    let kind = ReceiverKind::Alertmanager { url: server.url("/"), authorization: None };
    let notices = [notice(), Notice { thread: "INC-8".to_owned(), ..notice() }];
    assert_eq!(courier().deliver_all(&receiver(kind), &notices), Outcome::Delivered);
    assert!(server.seen()[0].contains("INC-7") && server.seen()[0].contains("INC-8"));
    let outcome = courier().deliver_all(&webhook(&server), &notices);
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_probe_shows_nothing_to_people() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tx, rx) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut bytes = Vec::new();
            drop(stream.unwrap().read_to_end(&mut bytes));
            tx.send(bytes).unwrap();
        }
    });
    let url = Secret::new(format!("http://{address}/canary"));
    let routing_key = Secret::new("0123456789abcdef0123456789abcdef");
    let kinds = [
        ReceiverKind::Slack { url: url.clone() },
        ReceiverKind::Mattermost { url: url.clone() },
        ReceiverKind::Teams { url: url.clone() },
        ReceiverKind::PagerDuty { routing_key, url: url.expose().to_owned() },
        ReceiverKind::Heartbeat { url, method: HeartbeatMethod::Get },
    ];
    for kind in kinds {
        let probe = courier().probe(&receiver(kind));
        assert_eq!(probe.outcome, Outcome::Delivered, "{probe:?}");
        assert!(probe.did.starts_with("only connected"), "{probe:?}");
        assert_eq!(rx.recv_timeout(Duration::from_secs(60)).unwrap(), b"", "nothing was sent");
    }
    let server = Server::answering(status("200 OK"));
    assert_eq!(courier().probe(&webhook(&server)).outcome, Outcome::Delivered);
    let kind = ReceiverKind::Alertmanager { url: server.url("/"), authorization: None };
    assert_eq!(courier().probe(&receiver(kind)).outcome, Outcome::Delivered);
    assert!(server.seen()[0].contains("webhook.test"));
    assert!(server.seen()[1].starts_with("GET /api/v2/status HTTP/1.1\r\n"));
}

#[test]
fn a_calendar_is_fetched_within_its_limit() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nBEGIN");
    let allow = ["127.0.0.1".to_owned()];
    let fetch = |bytes_max| courier().fetch(&server.url("/c"), &allow, bytes_max);
    assert_eq!(fetch(5).unwrap(), b"BEGIN");
    assert!(fetch(4).unwrap_err().to_string().contains("longer than 4"));
    assert!(courier().fetch(&server.url("/c"), &[], 5).is_err());
    let gone = Server::answering(status("404 Gone"));
    let words = courier().fetch(&gone.url("/canary"), &allow, 5).unwrap_err().to_string();
    assert_eq!(words, "answered 404; check the address");
    let broken = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nBEGIN");
    assert!(courier().fetch(&broken.url("/c"), &allow, 500).is_err());
}

/// A name that leads elsewhere each time it is asked, and nowhere off this machine.
fn rebinding(n_asked: Arc<AtomicUsize>) -> Lookup {
    Arc::new(move |_, port| {
        let address = match n_asked.fetch_add(1, Ordering::SeqCst) {
            0 => [127, 0, 0, 1],
            1 => [127, 0, 0, 2],
            // Would reach the first server, and no name may lead there.
            _ => [0, 0, 0, 0],
        };
        Ok(vec![SocketAddr::from((address, port))])
    })
}

#[test]
fn a_name_is_looked_up_once_and_the_checked_address_is_asked() {
    let first = Server::answering(status("200 OK"));
    let port = first.address.port();
    let second = Server::at(SocketAddr::from(([127, 0, 0, 2], port)), |stream| {
        drop(stream.write_all(&status("200 OK")));
    });
    let n_asked = Arc::new(AtomicUsize::new(0));
    let courier = courier().with_lookup(rebinding(n_asked.clone()));
    let slack = |host: &str| Receiver {
        allow_private: vec!["rebind.test".to_owned()],
        ..receiver(ReceiverKind::Slack { url: Secret::new(format!("http://{host}:{port}/")) })
    };
    let reached = || (n_asked.load(Ordering::SeqCst), first.seen().len(), second.seen().len());
    assert_eq!(courier.deliver(&slack("rebind.test"), &notice()), Outcome::Delivered);
    assert_eq!(reached(), (1, 1, 0), "asked once, and the first was reached");
    assert_eq!(courier.deliver(&slack("rebind.test"), &notice()), Outcome::Delivered);
    assert_eq!(reached(), (2, 1, 1), "each attempt asks anew");
    // What was checked before does not count: each attempt is judged by what it found.
    let outcome = courier.deliver(&slack("rebind.test"), &notice());
    assert!(reason(&outcome).contains("rebind.test leads to the unspecified"), "{outcome:?}");
    assert_eq!(reached(), (3, 1, 1));
}

#[test]
fn a_name_that_leads_here_is_refused_although_the_server_would_answer() {
    let server = Server::answering(status("200 OK"));
    let here: Lookup = Arc::new(|_, port| Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]));
    let port = server.address.port();
    let courier = courier().with_lookup(here);
    let deliver = |url: String, allow: &[&str]| {
        let kind = ReceiverKind::Slack { url: Secret::new(url) };
        let allow_private = allow.iter().map(|&host| host.to_owned()).collect();
        courier.deliver(&Receiver { allow_private, ..receiver(kind) }, &notice())
    };
    for url in [
        format!("http://hooks.test:{port}/"),
        format!("https://hooks.test:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://0x7f000001:{port}/"),
        format!("https://0177.0.0.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
    ] {
        let outcome = deliver(url.clone(), &[]);
        assert!(matches!(outcome, Outcome::Refused { .. }), "{url}: {outcome:?}");
        let outcome = courier.fetch(&Secret::new(url), &[], 100);
        assert!(outcome.is_err());
    }
    assert!(server.seen().is_empty(), "the server was reached");
    let listed = deliver(format!("http://hooks.test:{port}/"), &["hooks.test"]);
    assert_eq!(listed, Outcome::Delivered);
    assert!(
        server.seen()[0].to_ascii_lowercase().contains(&format!("host: hooks.test:{port}\r\n"))
    );
}

#[test]
fn a_heartbeat_is_sent_to_its_server() {
    let server = Server::answering(status("200 OK"));
    let kind = ReceiverKind::Heartbeat { url: server.url("/beat"), method: HeartbeatMethod::Get };
    assert_eq!(courier().deliver(&receiver(kind), &notice()), Outcome::Delivered);
    assert!(server.seen()[0].starts_with("GET /beat HTTP/1.1\r\n"));
}

#[test]
fn the_environment_names_no_proxy() {
    // The test above once more, in a process whose environment names a proxy that is not there.
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_heartbeat_is_sent_to_its_server"]).env_remove("NO_PROXY");
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "http_proxy", "https_proxy"]
    {
        child.env(name, "http://127.0.0.1:1");
    }
    let output = child.env_remove("no_proxy").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
