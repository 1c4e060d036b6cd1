//! What an incident leaves to do: added, changed, done, declined, reminded of.
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
use std::process::Command;
use std::time::{Duration, Instant};

const ACTIONS: &str = "/api/v1/actions";

fn item(incident: &str, due: &str) -> Value {
    json!({
        "incident": incident, "kind": "detect", "owner": "Lea", "due": due, "by": "Tom",
        "text": "add an alert on the share that screening passes on",
        "done_when": "its replay fires on this incident",
    })
}

fn ids(server: &Server, query: &str) -> Vec<String> {
    let (status, list) = server.get(&format!("{ACTIONS}{query}"));
    assert_eq!(status, 200, "{list}");
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn items_are_kept_until_they_are_done_or_declined() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::by_the_wall(folder.path());
    let first = server.open_incident("o1", "twice as many items");
    let second = server.open_incident("o2", "another");
    let (status, added) = server.tell(ACTIONS, "a1", &item(&first, "2099-02-01"));
    assert_eq!(status, 201, "{added}");
    assert_eq!(added["entries"][0]["kind"], "action_added");
    assert_eq!(server.tell(ACTIONS, "a1", &item(&first, "2099-02-01")).1, added, "added once");
    assert_eq!(server.tell(ACTIONS, "a2", &item(&first, "2099-01-01")).0, 201);
    assert_eq!(server.tell(ACTIONS, "a3", &item(&second, "2099-01-15")).0, 201);
    let (a1, a2, b1) = (format!("{first}-A1"), format!("{first}-A2"), format!("{second}-A1"));
    assert_eq!(ids(&server, ""), [a2.clone(), b1.clone(), a1.clone()], "by due date");
    assert_eq!(ids(&server, "?owner=lea").len(), 3);
    assert_eq!(ids(&server, "?owner=sami").len(), 0);
    assert_eq!(ids(&server, &format!("?incident={second}")), [b1]);
    let done = json!({"state": "done", "because": "it fires", "by": "Lea"});
    let (status, answer) = server.alter(&format!("{ACTIONS}/{a1}"), "d1", &done);
    assert_eq!((status, &answer["entries"][0]["value"]), (200, &json!("done")), "{answer}");
    let (status, refused) = server.alter(&format!("{ACTIONS}/{a1}"), "d2", &done);
    assert_eq!(status, 409);
    assert!(refused["detail"].as_str().unwrap().contains("is done: reopen it first"), "{refused}");
    let (_, page) = server.get(&format!("/api/v1/incidents/{first}"));
    let seq = page["record"]["actions"][1]["seq"].as_u64().unwrap();
    let owner = |name: &str| json!({"owner": name, "was": seq, "by": "Tom"});
    assert_eq!(server.alter(&format!("{ACTIONS}/{a2}"), "c1", &owner("Sami")).0, 200);
    let (status, faster) = server.alter(&format!("{ACTIONS}/{a2}"), "c2", &owner("Ines"));
    assert_eq!(status, 409);
    assert!(faster["detail"].as_str().unwrap().contains("somebody was faster"), "{faster}");
    server.kill();
    server.serve();
    assert_eq!(ids(&server, "?owner=Sami"), [a2]);
    assert_eq!(ids(&server, "?state=done"), [a1]);
}

#[test]
fn what_cannot_be_used_is_refused_with_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let incident = server.open_incident("o1", "twice as many items");
    let refusals = [
        (json!({"kind": "improve"}), 422, "is no kind of action item: investigate"),
        (json!({"due": "soon"}), 422, "is no time"),
        (json!({"due": "2020-01-01"}), 409, "is over"),
        (json!({"incident": "INC-9"}), 404, "INC-9"),
        (json!({"owner": ""}), 422, "owner is empty"),
        (json!({"text": "a\u{1b}[2J"}), 422, "control character"),
        (json!({"done_wen": "x"}), 422, "done_wen"),
    ];
    for (n, (other, wanted, words)) in refusals.into_iter().enumerate() {
        let mut body = item(&incident, "2099-01-01");
        for (key, value) in other.as_object().unwrap() {
            body[key] = value.clone();
        }
        let (status, problem) = server.tell(ACTIONS, &format!("r{n}"), &body);
        assert_eq!(status, wanted, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{words}: {problem}");
    }
    for (n, (other, words)) in [
        (json!({"text": "better alerts"}), "Begin with a verb"),
        (json!({"text": "improve monitoring"}), "no place to arrive at"),
        (json!({"text": "be more careful with deploys"}), "Nobody can do that"),
        (json!({"owner": "everyone"}), "Name one person"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = item(&incident, "2099-01-01");
        other.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        let (status, problem) = server.tell(ACTIONS, &format!("l{n}"), &body);
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && detail.contains(words) && detail.contains("anyway"), "{problem}");
    }
    assert_eq!(ids(&server, "?state=all").len(), 0, "nothing was added");
    assert_eq!(server.alter(&format!("{ACTIONS}/A1"), "x", &json!({"by": "Tom"})).0, 400);
    assert_eq!(server.get(&format!("{ACTIONS}?state=opne")).1["did_you_mean"], "open");
}

#[test]
fn item_that_says_too_little_is_taken_if_it_is_wanted_anyway() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let incident = server.open_incident("o1", "twice as many items");
    let mut vague = item(&incident, "2099-01-01");
    (vague["text"], vague["anyway"]) = (json!("improve monitoring"), json!(true));
    let (status, taken) = server.tell(ACTIONS, "v1", &vague);
    assert_eq!(status, 201, "{taken}");
    assert!(taken["warning"].as_str().unwrap().contains("no place to arrive at"), "{taken}");
    let path = format!("{ACTIONS}/{incident}-A1");
    let change = |key: &str, other: Value| {
        let mut body = other;
        body["by"] = json!("Tom");
        server.alter(&path, key, &body)
    };
    let (status, moved) = change("v2", json!({"due": "2099-02-01"}));
    assert_eq!((status, moved.get("warning")), (200, None), "its words are old: {moved}");
    let (status, refused) = change("v3", json!({"text": "better dashboards"}));
    assert_eq!(status, 422, "{refused}");
    let (status, teams) = change("v4", json!({"owner": "ledger-team"}));
    assert_eq!(status, 200, "{teams}");
    assert!(teams["warning"].as_str().unwrap().starts_with("A team owns it"), "{teams}");
    let (status, clear) = change("v5", json!({"text": "alert below 40 % in 5 min"}));
    assert_eq!((status, clear.get("warning")), (200, None), "{clear}");
    let (status, none) = server.alter(
        &format!("{ACTIONS}/{incident}-A7"),
        "v6",
        &json!({"owner": "Sami", "by": "Tom"}),
    );
    assert_ne!(status, 200, "{none}");
    added_in_the_terminal(&server, &incident);
}

fn added_in_the_terminal(server: &Server, incident: &str) {
    let add = |text: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.args([
            "action",
            "add",
            incident,
            text,
            "--kind",
            "prevent",
            "--owner",
            "team ledger",
        ]);
        command.args(["--due", "2099-01-01", "--done-when", "it is better"]).args(more);
        command.env_remove("HIGHWATER_CONFIG").env("HIGHWATER_USER", "Tom");
        let output = command.env("HIGHWATER_LISTEN", server.api.to_string()).output().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), talk)
    };
    let (code, talk) = add("improve monitoring", &[]);
    assert!(code == Some(2) && talk.contains("--anyway"), "{code:?} {talk}");
    let (code, talk) = add("improve monitoring", &["--anyway"]);
    assert!(code == Some(0) && talk.contains("no place to arrive at"), "{code:?} {talk}");
    let (code, talk) = add("alert below 40 %", &[]);
    assert!(code == Some(0) && talk.contains("A team owns it"), "{code:?} {talk}");
}

/// An item is due after a second; its owner is reminded once, also by a server that was killed meanwhile.
#[test]
fn owners_are_reminded_once_when_an_item_is_due() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::by_the_wall(folder.path());
    let incident = server.open_incident("o1", "twice as many items");
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let due = (since.as_secs() + 2).to_string();
    let (status, added) = server.tell(ACTIONS, "a1", &item(&incident, &due));
    assert_eq!(status, 201, "{added}");
    server.kill();
    server.serve();
    let began = Instant::now();
    loop {
        let (_, list) = server.get(ACTIONS);
        if list["items"][0]["nudges"] == 1 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{list}");
        std::thread::sleep(Duration::from_millis(100));
    }
    let (_, entries) = server.get(&format!("/api/v1/incidents/{incident}/entries"));
    let entries = entries["items"].as_array().unwrap();
    let nudges = entries.iter().filter(|entry| entry["kind"] == "action_nudged");
    assert_eq!(nudges.count(), 1, "{entries:#?}");
}
