//! Reviews of post mortems that are overdue: told once, also over kills, and listed for whoever was away.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;
#[path = "support/sink.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod sink;

use serde_json::{Value, json};
use server::Server;
use sink::Sink;
use std::process::Command;
use std::time::{Duration, Instant};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn order(server: &Server, incident: &str, body: &Value) -> Value {
    let key: String =
        format!("{incident}{body}").chars().filter(char::is_ascii_alphanumeric).take(200).collect();
    let (status, done) = server.tell(&format!("/api/v1/incidents/{incident}/commands"), &key, body);
    assert_eq!(status, 200, "{done}");
    done
}

fn nudges(server: &Server, incident: &str) -> Vec<Value> {
    let (_, entries) = server.get(&format!("/api/v1/incidents/{incident}/entries?limit=1000"));
    let entries = entries["items"].as_array().unwrap();
    entries.iter().filter(|entry| entry["kind"] == "review_nudged").cloned().collect()
}

fn digest(server: &Server) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(["digest", "--since", "2099-01-01T00:00:00Z"]).env("HIGHWATER_TZ", "UTC");
    let output = command.args(["--server", &server.api.to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn overdue_review_is_told_once_and_listed_until_somebody_has_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start();
    let at = sink.address;
    let receivers = format!(
        "[[receivers]]\nname = \"program\"\nkind = \"webhook\"\nurl = \"http://{at}/hook\"\n\
         secrets = [\"{KEY}\"]\nallow_private = [\"{at}\"]\n",
    );
    let mut server = Server::with_settings(folder.path(), &receivers);
    server.clock = "wall";
    server.serve();
    let now = server.get("/api/v1/now");
    assert_eq!(now.0, 200);
    let id = server.open_incident("o1", "twice as many items");
    let quiet = server.open_incident("o2", "another");
    let lead = json!({"command": "assign", "role": "lead", "person": "Lea", "by": "Lea"});
    order(&server, &id, &lead);
    let began = json!({
        "command": "correct", "moment": "started", "to": "2020-01-01T00:00:00Z", "reason": "logs",
        "by": "Lea",
    });
    order(&server, &id, &began);
    let resolved = json!({
        "command": "status", "to": "resolved", "reason": "it is repaired", "by": "Lea",
        "at": "2020-01-02T00:00:00Z",
    });
    order(&server, &id, &resolved);
    order(
        &server,
        &quiet,
        &json!({"command": "status", "to": "resolved", "reason": "x", "by": "Lea"}),
    );
    assert!(nudges(&server, &id).is_empty(), "no severity, no due date");
    for incident in [&id, &quiet] {
        order(&server, incident, &json!({"command": "severity", "to": "SEV1", "by": "Lea"}));
    }
    let started = Instant::now();
    while nudges(&server, &id).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "nobody is reminded");
        std::thread::sleep(Duration::from_millis(50));
    }
    let said = nudges(&server, &id);
    let words =
        "the post mortem was due on 2020-01-05, and is not reviewed; Lea leads the incident";
    assert!(said[0]["words"].as_str().unwrap().starts_with(words), "{said:?}");
    sink.wait("the review", |taken| {
        taken.iter().any(|t| t.body.to_string().contains("The post mortem was due on 2020-01-05"))
    });
    server.kill();
    server.serve();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(nudges(&server, &id), said, "a start reminds of nothing twice");
    assert!(nudges(&server, &quiet).is_empty(), "it is not due yet");

    let page = digest(&server);
    assert!(page.contains("Reviews overdue"), "{page}");
    assert!(page.contains("its post mortem was due on 2020-01-05, and is: draft"), "{page}");
    for (n, status) in ["in_review", "reviewed"].into_iter().enumerate() {
        let body = json!({"status": status, "by": "Lea"});
        let path = format!("/api/v1/incidents/{id}/postmortem");
        assert_eq!(server.put(&path, &format!("p{n}"), &body).0, 200);
    }
    let page = digest(&server);
    assert!(!page.contains("Reviews overdue"), "{page}");
}
