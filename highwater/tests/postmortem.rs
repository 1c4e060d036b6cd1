//! The post mortem: drafted from the record, written on by people, reviewed; nothing is lost on the way.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use serde_json::{Value, json};
use server::Server;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// One by the data's clock that has heard the example: a gate opens, and a restart helps.
fn with_example(folder: &Path) -> (Server, String) {
    let mut server = Server::new(folder);
    server.serve();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let files = ["traces.jsonl.zst", "logs.jsonl.zst"].map(|file| example.join(file));
    let sent = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["import", "--otlp-http", &server.http.to_string()])
        .args(&files)
        .output()
        .unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let began = Instant::now();
    loop {
        let (_, list) = server.get("/api/v1/incidents");
        let first = &list["items"][0];
        let review = &first["record"]["review"];
        if first["record"]["status"] == "mitigated" && review["frozen"].is_u64() {
            return (server, first["id"].as_str().unwrap().to_owned());
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{list}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn ran(server: &Server, words: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(words)
        .env("HIGHWATER_LISTEN", server.api.to_string())
        .env("HIGHWATER_USER", "Lea")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    (done.status.code().unwrap(), said.into_owned())
}

#[test]
fn example_is_drafted_with_its_figures_and_reads_the_same_when_its_counts_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, id) = with_example(folder.path());
    let (code, draft) = ran(&server, &["postmortem", &id]);
    assert_eq!(code, 0, "{draft}");
    for words in [
        &format!("# Post mortem of {id}:"),
        "started at eligibility",
        "It began on",
        "items than usual",
    ] {
        assert!(draft.contains(words), "{words} is not in\n{draft}");
    }
    let file = folder.path().join("inc.html");
    let (code, said) =
        ran(&server, &["postmortem", &id, "--format", "html", "-o", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.matches("<svg").count() >= 3, "ratio, close-up and way are drawn");
    assert!(!page.contains("<script") && !page.contains("src=\"http"), "it loads nothing");
    let charts = folder.path().join("charts");
    let (code, said) = ran(&server, &["postmortem", &id, "--charts", charts.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    for name in ["ratio.svg", "close-up.svg", "flow.svg"] {
        let chart = std::fs::read_to_string(charts.join(name)).unwrap();
        assert!(chart.starts_with("<svg") && chart.ends_with("</svg>"), "{name}: {chart}");
    }
    // Kept counts stand in the record: without the packs of history it is the same document.
    let before = server.get(&format!("/api/v1/incidents/{id}/postmortem")).1;
    server.ask_to_end();
    server.wait_for_end();
    let database = rusqlite::Connection::open(server.data().join("highwater.db")).unwrap();
    database.execute("delete from pack", []).unwrap();
    drop(database);
    server.serve();
    let after = server.get(&format!("/api/v1/incidents/{id}/postmortem")).1;
    assert_eq!(before["figures"], after["figures"]);
    assert!(!before["figures"].as_array().unwrap().is_empty());
    assert_eq!(before["sections"], after["sections"]);
}

fn put(server: &Server, id: &str, key: &str, body: &Value) -> (u16, Value) {
    server.put(&format!("/api/v1/incidents/{id}/postmortem"), key, body)
}

#[test]
fn of_two_who_write_none_is_lost_and_a_review_ends_when_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o1", "twice as many items");
    let write = |base: u64, text: &str| json!({"section": "surprises", "text": text, "base": base, "by": "Lea"});
    let (status, done) = put(&server, &id, "w1", &write(0, "the <b>default</b> was go"));
    assert_eq!(status, 200, "{done}");
    let version = done["incident"]["record"]["review"]["sections"][0]["version"].as_u64().unwrap();
    let (status, refused) = put(&server, &id, "w2", &write(0, "nobody asked"));
    assert_eq!(status, 409);
    assert!(refused["detail"].as_str().unwrap().contains("somebody was faster"), "{refused}");
    let (code, said) =
        ran(&server, &["postmortem", "write", &id, "surprises", "nobody asked", "--base", "0"]);
    assert_ne!(code, 0);
    assert!(said.contains("the <b>default</b> was go") && said.contains("nobody asked"), "{said}");
    let both = write(version, "the <b>default</b> was go, and nobody asked");
    assert_eq!(put(&server, &id, "w3", &both).0, 200);
    let (_, page) = server.get(&format!("/api/v1/incidents/{id}/postmortem.html"));
    let page = page.as_str().unwrap();
    assert!(page.contains("and nobody asked") && !page.contains("<b>default"), "text stays text");
    let item = json!({
        "incident": id, "kind": "detect", "owner": "Lea", "due": "2099-01-01", "by": "Tom",
        "text": "add an alert on the share that screening passes on",
        "done_when": "its replay fires on this incident",
    });
    assert_eq!(server.tell("/api/v1/actions", "a1", &item).0, 201);
    let to = |status: &str| json!({"status": status, "by": "Lea"});
    for (n, status) in ["in_review", "reviewed"].into_iter().enumerate() {
        assert_eq!(put(&server, &id, &format!("s{n}"), &to(status)).0, 200);
    }
    let (status, refused) = put(&server, &id, "s3", &to("closed"));
    assert_eq!(status, 409);
    assert!(refused["detail"].as_str().unwrap().contains("must be done, or declined"), "{refused}");
}

#[test]
fn what_cannot_be_drafted_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let id = server.open_incident("o1", "twice as many items");
    let path = format!("/api/v1/incidents/{id}/postmortem");
    assert_eq!(server.get(&format!("{path}.md?template=none")).0, 422);
    assert_eq!(server.get(&format!("{path}?audience=all")).0, 400);
    assert_eq!(server.get("/api/v1/incidents/9/postmortem").0, 404);
    let unknown = json!({"section": "blame", "text": "x", "by": "Lea"});
    let (status, refused) = put(&server, &id, "w1", &unknown);
    assert_eq!(status, 422);
    assert!(refused["detail"].as_str().unwrap().contains("is no section"), "{refused}");
    let broken = folder.path().join("ours.md");
    std::fs::write(&broken, "# {{ title }}\n{% for x in %}\n").unwrap();
    let words = ["postmortem", &id, "--template", broken.to_str().unwrap()];
    let (code, said) = ran(&server, &words);
    assert_ne!(code, 0);
    assert!(said.contains("line 2") || said.contains(", 2"), "{said}");
    let (code, said) = ran(&server, &["postmortem", &id, "--template", "none"]);
    assert_ne!(code, 0);
    assert!(said.contains("give highwater, sre, pagerduty"), "{said}");
}
