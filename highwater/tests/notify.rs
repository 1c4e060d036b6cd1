//! Others are told of incidents: each kind of receiver in its form, in order, over kills, and never too
//! often.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "notify/alertmanager.rs"]
mod alertmanager;
#[path = "notify/kills.rs"]
mod kills;
#[path = "notify/mail.rs"]
mod mail;
#[path = "support/alertmanager.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod program;
#[path = "support/python.rs"]
mod python;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;
#[path = "support/sink.rs"]
mod sink;

use serde_json::{Value, json};
use server::Server;
use sink::{Manners, Sink, Taken};
use std::io::Write;
use std::process::Command;

/// Prints a line, also where the output of tests that pass is not shown.
fn say(line: &str) {
    // Nobody is left to read it if this fails.
    drop(writeln!(std::io::stderr(), "notify: {line}"));
}

/// A signing key of the Standard Webhooks.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `[[receivers]]` of a program at a sink.
fn webhook(name: &str, sink: &Sink) -> String {
    let at = sink.address;
    format!(
        "[[receivers]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"http://{at}/hook\"\n\
         secrets = [\"{KEY}\"]\nallow_private = [\"{at}\"]\n"
    )
}

/// `[[receivers]]` of people at a sink.
fn chat(name: &str, sink: &Sink) -> String {
    let at = sink.address;
    format!(
        "[[receivers]]\nname = \"{name}\"\nkind = \"slack\"\nurl = \"http://{at}/services/x\"\n\
         allow_private = [\"{at}\"]\n"
    )
}

/// A server by the wall clock that has these settings, not started yet.
fn with_settings(folder: &std::path::Path, settings: &str) -> Server {
    let mut server = Server::with_settings(folder, settings);
    server.clock = "wall";
    server
}

fn started(folder: &std::path::Path, settings: &str) -> Server {
    let mut server = with_settings(folder, settings);
    server.serve();
    server
}

fn order(server: &Server, id: &str, key: &str, body: &Value) {
    let (status, answer) = server.tell(&format!("/api/v1/incidents/{id}/commands"), key, body);
    assert_eq!(status, 200, "{answer}");
}

fn status(server: &Server, id: &str, to: &str) {
    let body = json!({"command": "status", "to": to, "reason": "as it is", "by": "Anna"});
    order(server, id, &format!("{id} {to}"), &body);
}

fn words_of(taken: &[Taken]) -> Vec<&str> {
    taken.iter().map(|taken| taken.body["data"]["status"].as_str().unwrap()).collect()
}

#[test]
fn what_happens_is_told_once_in_order_and_what_concerns_nobody_is_not() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start());
    let mut server = started(folder.path(), &webhook("program", &sink));
    let id = server.open_incident("o", "the gate lets <b>everything</b> pass");
    let severity = json!({"command": "severity", "to": "SEV2", "by": "Anna"});
    order(&server, &id, "s", &severity);
    let note = json!({"text": "looked at the dashboard", "by": "Bob"});
    let entries = format!("/api/v1/incidents/{id}/entries");
    assert_eq!(server.tell(&entries, "n", &note).0, 201);
    let lead = json!({"command": "assign", "role": "lead", "person": "Bob", "by": "Anna"});
    order(&server, &id, "l", &lead);
    status(&server, &id, "mitigated");
    status(&server, &id, "active");
    status(&server, &id, "resolved");
    let taken = sink.wait("the last word", |taken| taken.len() >= 6);
    assert_eq!(
        words_of(&taken),
        ["firing", "update", "update", "resolved", "firing", "resolved"],
        "{taken:#?}"
    );
    let first = &taken[0].body;
    assert_eq!(first["type"], "incident.declared");
    assert_eq!(first["data"]["title"], "the gate lets <b>everything</b> pass");
    assert_eq!(first["data"]["thread"], json!(id));
    let lines: Vec<&str> =
        first["data"]["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    assert_eq!(lines[0], "Anna: declared: the gate lets <b>everything</b> pass.");
    assert_eq!(*lines.last().unwrap(), format!("Read on: highwater incident show {id}"));
    assert_eq!(taken[1].body["data"]["severity"], "SEV2");
    assert!(taken[2].body.to_string().contains("Lead: Bob."), "{}", taken[2].body);
    assert!(!taken.iter().any(|t| t.body.to_string().contains("dashboard")), "a note is no news");
    assert!(taken[3].body["data"]["ended_at"].is_string());
    // A start tells nothing twice.
    server.ask_to_end();
    server.wait_for_end();
    server.start();
    server.wait_until_ready();
    let other = server.open_incident("o2", "another");
    let taken = sink.wait("the other incident", |taken| taken.len() >= 7);
    assert_eq!((taken.len(), &taken[6].body["data"]["thread"]), (7, &json!(other)));
    // It is counted once the answer was read, which may be after the message was seen here.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let figures = loop {
        let (_, figures) = server.get("/metrics");
        let figures = figures.as_str().unwrap().to_owned();
        let is_counted = figures.contains("highwater_messages_total{outcome=\"delivered\"} 1");
        if is_counted || std::time::Instant::now() > end {
            break figures;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    assert!(figures.contains("highwater_messages_total{outcome=\"delivered\"} 1"), "{figures}");
}

#[test]
fn who_fails_is_tried_again_and_holds_up_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (good, silent) = (Sink::start(), Sink::with(|_| Manners::HangUp));
    let busy = Sink::with(|n| if n < 2 { Manners::TooMany } else { Manners::Take });
    let all = [("good", &good), ("busy", &busy), ("silent", &silent)];
    let settings: String = all.iter().map(|(name, sink)| webhook(name, sink)).collect();
    let server = started(folder.path(), &settings);
    let id = server.open_incident("o", "one");
    good.wait("the message", |taken| taken.len() == 1);
    let late = busy.wait("the message at last", |taken| taken.len() == 1);
    assert_eq!(late[0].id, format!("{id}/1").to_ascii_lowercase());
    assert!(silent.taken().is_empty());
    let said = server.words();
    assert!(said.contains("not told yet; trying again") && said.contains("429"), "{said}");
}

#[test]
fn storm_of_five_hundred_incidents_gives_people_three_messages_at_most() {
    let (folder, people) = (tempfile::tempdir().unwrap(), Sink::start());
    let machines = Sink::start();
    let settings = chat("chat", &people) + &webhook("program", &machines);
    let server = started(folder.path(), &settings);
    for n in 0..500 {
        server.open_incident(&format!("o{n}"), &format!("service {n} has stopped"));
    }
    machines.wait("every one of them", |taken| taken.len() == 500);
    // The second message is half a minute after the first, and tells of all that came until then: of
    // all others, where they come within that time.
    let told = people.wait("news of all", |taken| n_told(taken) >= 500);
    assert!(told.len() <= 3, "{told:#?}");
    assert!(told[0].body.to_string().contains("service 0 has stopped"), "{told:#?}");
    assert_eq!(n_told(&told), 500, "{told:#?}");
}

/// Incidents of which these messages tell: `499 incidents (499 firing)`, or one.
fn n_told(taken: &[Taken]) -> u64 {
    let of = |taken: &Taken| {
        let text = taken.body.to_string();
        let before = text.split(" incidents (").next().filter(|before| before.len() < text.len());
        before.and_then(|before| before.rsplit(' ').next()?.parse().ok()).unwrap_or(1)
    };
    taken.iter().map(of).sum()
}

#[test]
fn messages_of_a_restricted_incident_say_only_that_there_is_one() {
    const SECRET: &str = "pineapple";
    let folder = tempfile::tempdir().unwrap();
    let late = Sink::with(|n| if n < 2 { Manners::TooMany } else { Manners::Take });
    let program = Sink::start();
    let settings = webhook("program", &program) + &webhook("late", &late);
    let server = started(folder.path(), &settings);
    let id = server.open_incident("o", &format!("the {SECRET} leaks"));
    program.wait("the beginning", |taken| taken.len() == 1);
    order(&server, &id, "r", &json!({"command": "restrict", "people": ["Bob"], "by": "Anna"}));
    let decision = json!({"kind": "decision", "text": SECRET, "by": "Anna"});
    assert_eq!(server.tell(&format!("/api/v1/incidents/{id}/entries"), "d", &decision).0, 201);
    order(&server, &id, "s", &json!({"command": "severity", "to": "SEV1", "by": "Anna"}));
    status(&server, &id, "resolved");
    let is_over = |taken: &[Taken]| words_of(taken).last() == Some(&"resolved");
    let taken = program.wait("the end", is_over);
    assert_eq!(words_of(&taken), ["firing", "update", "update", "resolved"]);
    assert!(taken[0].body.to_string().contains(SECRET), "it was told before");
    assert!(!taken[1..].iter().any(|t| t.body.to_string().contains(SECRET)), "{taken:#?}");
    assert!(taken[1].body.to_string().contains("It was restricted."), "{}", taken[1].body);
    // What had not left by then says nothing of it any more.
    let taken = late.wait("the end", is_over);
    assert!(!taken.iter().any(|t| t.body.to_string().contains(SECRET)), "{taken:#?}");
}

#[test]
fn doctor_tries_each_receiver() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!(
        "[[receivers]]\nname = \"gone\"\nkind = \"teams\"\nurl = \"http://{nobody}/w\"\n\
         allow_private = [\"{nobody}\"]\n"
    );
    let settings = webhook("program", &sink) + &chat("chat", &sink) + &gone;
    let server = with_settings(folder.path(), &settings);
    let doctor = |server: &Server| {
        let mut doctor = Command::new(env!("CARGO_BIN_EXE_highwater"));
        let addresses = [("--listen", server.api), ("--otlp-http", server.http)];
        doctor.arg("doctor").args(&server.arguments).arg("--data").arg(server.data());
        for (flag, address) in addresses {
            doctor.args([flag, &address.to_string()]);
        }
        let said = doctor.args(["--otlp-grpc", "off"]).output().unwrap();
        (said.status.code(), String::from_utf8(said.stdout).unwrap())
    };
    let (code, said) = doctor(&server);
    assert_eq!(code, Some(1), "{said}");
    for line in [
        "ok     program      sent a notice of type webhook.test: it answers",
        "ok     chat         only connected, since people would see a test: it answers",
        "WRONG  gone         only connected",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    let tested = sink.taken();
    assert_eq!((tested.len(), &tested[0].body["type"]), (1, &json!("webhook.test")));
    // What a network inside would answer is nobody's business, unless it is allowed.
    let inside =
        "[[receivers]]\nname = \"x\"\nkind = \"slack\"\nurl = \"http://169.254.169.254/x\"\n";
    let server = with_settings(folder.path(), inside);
    let (code, _) = doctor(&server);
    assert_eq!(code, Some(2));
}
