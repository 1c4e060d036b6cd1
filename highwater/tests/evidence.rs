//! A replay in which a rule fires is the evidence that an action item of kind detect waited for.
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

const TRANSFER: &str = "screening|POST /screen|worklist|POST /items";

/// What a command says on stdout and stderr, if it ends with this code.
fn said(server: &Server, arguments: &[&str], code: i32) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(arguments).env_remove("HIGHWATER_CONFIG").env("HIGHWATER_USER", "Anna");
    command.env("HIGHWATER_OTLP_HTTP", server.http.to_string());
    let output = command.env("HIGHWATER_LISTEN", server.api.to_string()).output().unwrap();
    let [out, talk] = [&output.stdout, &output.stderr];
    let [out, talk] = [out, talk].map(|said| String::from_utf8_lossy(said).into_owned());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{talk}");
    (out, talk)
}

/// Sends the example to a server, and waits until it is counted.
fn import(server: &Server) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let files = ["traces.jsonl.zst", "logs.jsonl.zst"].map(|file| folder.join(file));
    let [traces, logs] = files.each_ref().map(|file| file.to_str().unwrap());
    let until = "2026-11-23T06:25:00Z";
    said(server, &["import", traces, logs, "--to", until], 0);
    let began = Instant::now();
    while server.get("/api/v1/now").1["batches_behind"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "counting does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn add(server: &Server, kind: &str, text: &str, done_when: &str) {
    let item = json!({
        "incident": "INC-1", "kind": kind, "owner": "Lea", "due": "2099-01-01", "by": "Tom",
        "text": text, "done_when": done_when,
    });
    let (status, added) = server.tell("/api/v1/actions", text, &item);
    assert_eq!(status, 201, "{added}");
}

/// State and words of an action item.
fn item(server: &Server, id: &str) -> (String, String) {
    let (_, list) = server.get("/api/v1/actions?state=all");
    let items = list["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["id"] == id).unwrap();
    let word = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
    (word("state"), word("because"))
}

#[test]
fn replay_that_fires_closes_the_detect_item_that_asked_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.serve();
    import(&server);
    add(&server, "detect", "add an alert on what screening passes", "its replay fires on INC-1");
    add(&server, "detect", "hang up a dashboard of screening", "it hangs in the office");
    add(&server, "prevent", "refuse an empty snapshot", "a replay with an empty one is refused");
    said(&server, &["replay", "INC-1", "--expect", "alert"], 1);
    assert_eq!(item(&server, "INC-1-A1").0, "open", "no rule fires, so nothing is shown");

    let rule = json!({
        "name": "screening passes too much", "signal": "transfer", "hop": TRANSFER, "window_s": 120,
        "above": 0.75, "items_min": 100, "for_s": 60, "by": "Anna",
    });
    let (status, added) = server.tell("/api/v1/rules", "r1", &rule);
    assert_eq!(status, 201, "{added}");
    said(&server, &["replay", "INC-1"], 0);
    let (kept, _) = said(&server, &["replay", "INC-1", "--expect", "alert", "--keep-open"], 0);
    assert!(!kept.contains("INC-1-A1"), "{kept}");
    assert_eq!(item(&server, "INC-1-A1").0, "open", "it was not asked for");

    let (met, _) = said(&server, &["replay", "INC-1", "--expect", "alert"], 0);
    assert!(met.contains("INC-1-A1 is done by this evidence"), "{met}");
    assert!(met.contains("INC-1-A2 is open, and says nothing of a replay"), "{met}");
    assert!(!met.contains("INC-1-A3"), "it is of another kind: {met}");
    let (state, because) = item(&server, "INC-1-A1");
    assert_eq!(state, "done");
    let is_told = ["R1 “screening passes too much” fires in INC-1, ", " after the onset"];
    assert!(is_told.iter().all(|words| because.contains(words)), "{because}");
    assert_eq!(item(&server, "INC-1-A2").0, "open");
    let (_, entries) = server.get("/api/v1/incidents/INC-1/entries?limit=1000");
    let entries = entries["items"].as_array().unwrap();
    let done = entries.iter().find(|entry| entry["kind"] == "action_done").unwrap();
    assert_eq!(done["by"], "Anna", "who ran it says so: {done}");

    let again = ["replay", "INC-1", "--expect", "alert", "--format", "json"];
    let again: Value = serde_json::from_str(&said(&server, &again, 0).0).unwrap();
    let left = again["actions"].as_array().unwrap();
    assert_eq!((left.len(), &left[0]["id"]), (1, &json!("INC-1-A2")), "{again}");
    assert_eq!((&left[0]["closed"], &again["fires"]), (&json!(false), &json!(true)), "{again}");
}
