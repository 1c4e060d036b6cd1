//! Mails handed to scripted servers, in the clear and over TLS, and TLS for webhooks.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hw_notify::{
    Courier, Email, Kind, Lookup, MailSecurity, Notice, Outcome, Receiver, ReceiverKind, Secret,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server does beside accepting everything.
#[derive(Clone, Copy, Default)]
struct Habits {
    starttls: bool,
    tls_at_once: bool,
    speaks_before_tls: bool,
    /// Answers this instead of what is usual when a line begins with the word.
    odd: Option<(&'static str, &'static str)>,
    hangs_up_after: Option<&'static str>,
}

struct MailServer {
    address: SocketAddr,
    /// Everything that was said to it, line by line; lines within TLS begin with `*`.
    heard: Arc<Mutex<Vec<String>>>,
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

fn server_config() -> Arc<ServerConfig> {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(vec![certificate], key).unwrap())
}

impl MailServer {
    fn start(habits: Habits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if habits.tls_at_once {
                    let tls = ServerConnection::new(server_config()).unwrap();
                    talk(StreamOwned::new(tls, stream), &habits, &ears, "*", true);
                } else if talk(stream.try_clone().unwrap(), &habits, &ears, "", true) {
                    let tls = ServerConnection::new(server_config()).unwrap();
                    talk(StreamOwned::new(tls, stream), &habits, &ears, "*", false);
                }
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn email(&self, security: MailSecurity) -> Email {
        let host = if security == MailSecurity::Plain { "127.0.0.1" } else { "hooks.test" };
        Email {
            host: host.to_owned(),
            port: self.address.port(),
            security,
            user: None,
            password: None,
            from: "highwater@example.org".to_owned(),
            to: vec!["a@example.org".to_owned(), "b@example.org".to_owned()],
        }
    }
}

/// One conversation; true if it is to go on over TLS.
fn talk(
    stream: impl Wire,
    habits: &Habits,
    heard: &Mutex<Vec<String>>,
    mark: &str,
    greets: bool,
) -> bool {
    let mut stream = BufReader::new(stream);
    let say = |stream: &mut BufReader<_>, text: &str| {
        let stream: &mut _ = BufReader::get_mut(stream);
        let stream: &mut dyn Wire = stream;
        stream.write_all(format!("{text}\r\n").as_bytes()).and_then(|()| stream.flush()).is_ok()
    };
    if greets && !say(&mut stream, "220 mail.test ESMTP") {
        return false;
    }
    let mut in_data = false;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        let said = line.trim_end_matches("\r\n").to_owned();
        heard.lock().unwrap().push(format!("{mark}{said}"));
        if habits.hangs_up_after.is_some_and(|word| said.starts_with(word)) {
            return false;
        }
        if in_data && said != "." {
            continue;
        }
        let odd = habits.odd.filter(|(word, _)| said.starts_with(word)).map(|(_, answer)| answer);
        let usual = match said.split([' ', ':']).next().unwrap() {
            "EHLO" if habits.starttls && mark.is_empty() => "250-mail.test\r\n250 STARTTLS",
            "EHLO" => "250-mail.test\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN",
            "STARTTLS" if habits.speaks_before_tls => "220 go\r\n250 injected",
            "STARTTLS" => "220 go",
            "AUTH" => "235 ok",
            "DATA" => "354 go",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        in_data = said == "DATA" && odd.is_none();
        if !say(&mut stream, odd.unwrap_or(usual)) {
            return false;
        }
        if said == "STARTTLS" {
            return true;
        }
    }
}

fn receiver(email: Email) -> Receiver {
    let allow_private = vec!["127.0.0.1".to_owned(), "hooks.test".to_owned()];
    Receiver { name: "mail".to_owned(), kind: ReceiverKind::Email(email), allow_private }
}

/// Believes the authority of the tests; every name leads here.
fn courier() -> Courier {
    let here: Lookup = Arc::new(|_, port| Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]));
    Courier::new(Some(include_bytes!("tls/ca.pem"))).unwrap().with_lookup(here)
}

fn notice(kind: Kind, key: &str, title: &str) -> Notice {
    Notice {
        key: key.to_owned(),
        thread: "INC-7".to_owned(),
        kind,
        title: title.to_owned(),
        severity: None,
        lines: vec![".".to_owned(), "QUIT".to_owned()],
        service: "screening".to_owned(),
        labels: BTreeMap::new(),
        started_at: 1,
        at: 2,
        ended_at: None,
        link: None,
        folded: 0,
    }
}

fn firing() -> Notice {
    notice(Kind::Firing, "k1", "title\r\nBcc: evil@example.org\r\n\r\n.\r\nRCPT TO:<evil@x>")
}

#[test]
fn a_mail_is_handed_over_and_nothing_in_it_is_a_command() {
    let server = MailServer::start(Habits::default());
    let receiver = receiver(server.email(MailSecurity::Plain));
    assert_eq!(courier().deliver(&receiver, &firing()), Outcome::Delivered);
    let end = notice(Kind::Resolved, "k2", "over");
    assert_eq!(courier().deliver(&receiver, &end), Outcome::Delivered);
    let heard = server.heard();
    let is_command = |line: &&str| ["MAIL", "RCPT", "DATA"].contains(&line.get(..4).unwrap_or(""));
    let said: Vec<&str> = heard.iter().map(String::as_str).filter(is_command).collect();
    let one = [
        "MAIL FROM:<highwater@example.org>",
        "RCPT TO:<a@example.org>",
        "RCPT TO:<b@example.org>",
        "DATA",
    ];
    assert_eq!(said, [one, one].concat());
    assert!(!heard.iter().any(|line| line.starts_with("Bcc")), "{heard:#?}");
    let values = |name: &str| -> Vec<&String> {
        heard.iter().filter(|line| line.starts_with(name)).collect()
    };
    let (ids, threads) = (values("Message-ID:"), values("References:"));
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    assert!(threads.len() == 2 && threads[0] == threads[1], "{threads:?}");
    assert_eq!(values("Subject: Re: [INC-7] over").len(), 1);
}

#[test]
fn a_password_goes_over_tls_only() {
    for security in [MailSecurity::StartTls, MailSecurity::Tls] {
        let habits = Habits {
            starttls: security == MailSecurity::StartTls,
            tls_at_once: security == MailSecurity::Tls,
            ..Habits::default()
        };
        let server = MailServer::start(habits);
        let email = Email {
            user: Some("u".to_owned()),
            password: Some(Secret::new("canary")),
            ..server.email(security)
        };
        let outcome = courier().deliver(&receiver(email), &firing());
        assert_eq!(outcome, Outcome::Delivered, "{security:?}");
        let heard = server.heard();
        // Base64 of NUL, "u", NUL, "canary".
        assert!(heard.contains(&"*AUTH PLAIN AHUAY2FuYXJ5".to_owned()), "{heard:#?}");
        let clear: Vec<&String> = heard.iter().filter(|line| !line.starts_with('*')).collect();
        assert!(clear.len() <= 2 && !clear.iter().any(|line| line.contains("AUTH")), "{clear:?}");
    }
}

#[test]
fn a_server_that_will_not_encrypt_gets_nothing() {
    let server = MailServer::start(Habits::default());
    let outcome = courier().deliver(&receiver(server.email(MailSecurity::StartTls)), &firing());
    assert!(
        matches!(&outcome, Outcome::Refused { reason } if reason.contains("STARTTLS")),
        "{outcome:?}"
    );
    let habits = Habits { starttls: true, speaks_before_tls: true, ..Habits::default() };
    let server = MailServer::start(habits);
    let outcome = courier().deliver(&receiver(server.email(MailSecurity::StartTls)), &firing());
    assert!(matches!(outcome, Outcome::Later { may_have_arrived: false, .. }), "{outcome:?}");
    assert!(!server.heard().iter().any(|line| line.contains("MAIL")));
}

#[test]
fn a_certificate_of_somebody_else_is_not_believed() {
    let here: Lookup = Arc::new(|_, port| Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]));
    let server = MailServer::start(Habits { tls_at_once: true, ..Habits::default() });
    // The authority of the tests is not known to the system.
    let courier_of_the_system = Courier::new(None).unwrap().with_lookup(here);
    let email = server.email(MailSecurity::Tls);
    let outcome = courier_of_the_system.deliver(&receiver(email.clone()), &firing());
    assert!(matches!(outcome, Outcome::Later { may_have_arrived: false, .. }), "{outcome:?}");
    // The right authority, for another name.
    let mut other = receiver(Email { host: "other.test".to_owned(), ..email });
    other.allow_private.push("other.test".to_owned());
    let outcome = courier().deliver(&other, &firing());
    assert!(matches!(outcome, Outcome::Later { may_have_arrived: false, .. }), "{outcome:?}");
    assert!(server.heard().is_empty(), "{:?}", server.heard());
}

#[test]
fn mail_in_the_clear_stays_on_this_machine() {
    let away: Lookup = Arc::new(|_, port| Ok(vec![SocketAddr::from(([10, 0, 0, 9], port))]));
    let server = MailServer::start(Habits::default());
    let email = Email { host: "hooks.test".to_owned(), ..server.email(MailSecurity::Plain) };
    let courier = Courier::new(None).unwrap().with_lookup(away);
    let outcome = courier.deliver(&receiver(email), &firing());
    assert!(
        matches!(&outcome, Outcome::Refused { reason } if reason.contains("plain")),
        "{outcome:?}"
    );
}

#[test]
fn what_a_server_answers_decides() {
    let check = |odd, expect: &str| {
        let server = MailServer::start(Habits { odd: Some(odd), ..Habits::default() });
        let outcome = courier().deliver(&receiver(server.email(MailSecurity::Plain)), &firing());
        let (found, reason) = match outcome {
            Outcome::Delivered => ("delivered", String::new()),
            Outcome::DeliveredInPart { reason } => {
                assert!(reason.ends_with("took the mail, but not for a@example.org"), "{reason}");
                ("in part", reason)
            }
            Outcome::Later { may_have_arrived: true, reason, .. } => ("unknown", reason),
            Outcome::Later { may_have_arrived: false, reason, .. } => ("later", reason),
            Outcome::Refused { reason } => ("refused", reason),
        };
        assert_eq!(found, expect, "{odd:?} {reason}");
        assert!(!reason.contains("canary"), "{reason}");
    };
    check(("EHLO", "421 canary busy"), "later");
    check(("EHLO", "502 canary what"), "refused");
    check(("MAIL", "550 canary no"), "refused");
    check(("MAIL", "451 canary later"), "later");
    check(("RCPT", "550 canary no"), "refused");
    check(("RCPT", "450 canary grey"), "later");
    check(("RCPT TO:<a@", "550 canary no"), "in part");
    check(("DATA", "554 canary no"), "refused");
    check((".", "554 canary spam"), "refused");
    check((".", "451 canary later"), "later");
    check((".", "nonsense"), "unknown");
    check(("MAIL", "nonsense"), "later");
    check(("MAIL", "250-endless"), "later");
}

#[test]
fn a_server_that_hangs_up_in_the_middle_may_have_taken_the_mail() {
    let check = |word, expect| {
        let habits = Habits { hangs_up_after: Some(word), ..Habits::default() };
        let server = MailServer::start(habits);
        let outcome = courier().deliver(&receiver(server.email(MailSecurity::Plain)), &firing());
        let Outcome::Later { may_have_arrived, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(may_have_arrived, expect, "{word}");
    };
    check("EHLO", false);
    check("RCPT", false);
    check("DATA", false);
    check(".", true);
}

#[test]
fn a_server_that_floods_or_drips_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            if n == 0 {
                drop(stream.write_all(&vec![b'2'; 10_000_000]));
            } else if n == 1 {
                drop(stream.write_all("220-more\r\n".repeat(1_000_000).as_bytes()));
            } else {
                // Each read would be answered in time; the whole never ends.
                while stream.write_all(b"2").is_ok() {
                    std::thread::sleep(Duration::from_millis(200));
                }
            }
        }
    });
    let server = MailServer::start(Habits::default());
    let email = Email { port, ..server.email(MailSecurity::Plain) };
    let courier = courier().with_attempt_max(Duration::from_secs(2));
    let begun = std::time::Instant::now();
    for _ in 0..3 {
        let outcome = courier.deliver(&receiver(email.clone()), &firing());
        assert!(matches!(outcome, Outcome::Later { may_have_arrived: false, .. }), "{outcome:?}");
    }
    // Without a limit on the whole, the last line would take seven minutes to become too long.
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
}

#[test]
fn a_probe_asks_for_each_recipient_and_sends_nothing() {
    let server = MailServer::start(Habits::default());
    let probe = courier().probe(&receiver(server.email(MailSecurity::Plain)));
    assert_eq!(probe.outcome, Outcome::Delivered, "{probe:?}");
    let heard = server.heard();
    assert!(heard.contains(&"RSET".to_owned()) && !heard.contains(&"DATA".to_owned()), "{heard:?}");
    let odd = Some(("RCPT TO:<b@", "550 no such user"));
    let server = MailServer::start(Habits { odd, ..Habits::default() });
    let probe = courier().probe(&receiver(server.email(MailSecurity::Plain)));
    let Outcome::Refused { reason } = probe.outcome else { panic!("{probe:?}") };
    assert!(reason.contains("b@example.org"), "{reason}");
}

#[test]
fn a_webhook_over_tls_is_asked_by_its_name_at_the_checked_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tx, rx) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tls = ServerConnection::new(server_config()).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(tls, stream.unwrap()));
            let mut line = String::new();
            if stream.read_line(&mut line).is_ok() && !line.is_empty() {
                let tls = stream.get_mut();
                drop(tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
                drop(tls.flush());
                tx.send((line, tls.conn.server_name().map(str::to_owned))).unwrap();
                // The rest of the request is read, so that hanging up resets nothing.
                tls.conn.send_close_notify();
                drop(tls.flush());
                drop(stream.read_to_end(&mut Vec::new()));
            }
        }
    });
    let slack = |host: &str| {
        let url = Secret::new(format!("https://{host}:{port}/x"));
        let allow_private = vec!["hooks.test".to_owned(), "other.test".to_owned()];
        Receiver { name: "s".to_owned(), kind: ReceiverKind::Slack { url }, allow_private }
    };
    assert_eq!(courier().deliver(&slack("hooks.test"), &firing()), Outcome::Delivered);
    let (line, name) = rx.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!((line.as_str(), name.as_deref()), ("POST /x HTTP/1.1\r\n", Some("hooks.test")));
    assert_eq!(courier().probe(&slack("hooks.test")).outcome, Outcome::Delivered);
    for (courier, host) in [(courier(), "other.test"), (Courier::new(None).unwrap(), "hooks.test")]
    {
        let here: Lookup = Arc::new(|_, port| Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))]));
        let outcome = courier.with_lookup(here).deliver(&slack(host), &firing());
        let Outcome::Later { reason, may_have_arrived: false, .. } = outcome else {
            panic!("{outcome:?}")
        };
        assert!(reason.contains("TLS"), "{reason}");
    }
    assert!(rx.try_recv().is_err(), "a request was sent to whom is not believed");
}
