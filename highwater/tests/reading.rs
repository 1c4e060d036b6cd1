//! What is read of the record by whoever looks for something or was away: `search` and `digest`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use serde_json::{Value, json};
use server::Server;
use std::process::Command;

fn tell(server: &Server, path: &str, body: &Value) -> Value {
    let key = format!("{path} {body}");
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).take(200).collect();
    let (status, answer) = server.tell(path, &key, body);
    assert!((200..300).contains(&status), "{answer}");
    answer
}

fn run(server: &Server, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(words).args(["--server", &server.api.to_string()]);
    let said = command.env("HIGHWATER_TZ", "UTC").output().unwrap();
    let text = String::from_utf8(said.stdout).unwrap() + &String::from_utf8_lossy(&said.stderr);
    (said.status.code(), text)
}

#[test]
fn words_are_found_where_they_stand_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let first = server.open_incident(
        "the gate lets <b>everything</b> pass",
        "the gate lets <b>everything</b> pass",
    );
    let second = server.open_incident("another matter", "another matter");
    let entries = |id: &str| format!("/api/v1/incidents/{id}/entries");
    for n in 0..5 {
        let note = json!({"text": format!("looked at the Dashboard {n}"), "by": "Dave"});
        tell(&server, &entries(&first), &note);
    }
    tell(&server, &entries(&second), &json!({"text": "dashboard is slow", "by": "Eve"}));
    let (_, found) = server.get("/api/v1/search?q=dashboard%20LOOKED");
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 5, "{found}");
    assert_eq!(items[0]["words"], "looked at the Dashboard 4", "newest first");
    assert_eq!((&items[0]["incident"], &items[0]["entry"]), (&json!(first), &json!(6)));
    let (_, by_name) = server.get("/api/v1/search?q=eve%20slow");
    assert_eq!(by_name["items"].as_array().unwrap().len(), 1, "{by_name}");
    // Page by page it is the same.
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = server.get(&format!("/api/v1/search?q=dashboard&limit=2{cursor}"));
        assert_eq!(status, 200, "{page}");
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let words: Vec<&str> = all.iter().map(|hit| hit["words"].as_str().unwrap()).collect();
    assert_eq!(words.len(), 6, "{words:?}");
    assert_eq!(words[0], "dashboard is slow");
    let (_, titles) = server.get("/api/v1/search?q=%3Cb%3Eeverything");
    assert_eq!(titles["items"][0]["kind"], "incident", "{titles}");
    let (code, page) = run(&server, &["search", "everything", "gate"]);
    assert_eq!(code, Some(0));
    assert!(page.contains("the gate lets <b>everything</b> pass"), "{page}");
    let (_, none) = run(&server, &["search", "pineapple"]);
    assert_eq!(none, "Nothing in the record holds \"pineapple\".\n");
    for (query, says) in [
        ("", "q is missing"),
        ("?q=%20%20", "q is missing"),
        ("?query=x", "known are q, limit, cursor"),
        ("?q=x&cursor=y", "none of ours"),
        (&*format!("?q={}", "x".repeat(300)), "longer than 200 letters"),
    ] {
        let (status, problem) = server.get(&format!("/api/v1/search{query}"));
        assert_eq!(status, 400, "{problem}");
        assert!(problem.to_string().contains(says), "{says} is not in {problem}");
    }
}

#[test]
fn whoever_was_away_reads_what_was_learned_and_what_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::by_the_wall(folder.path());
    let (_, calm) = run(&server, &["digest", "--since", "-7d"]);
    assert!(calm.contains("no incident, and none is open"), "{calm}");
    let over = server.open_incident("the mail was slow", "the mail was slow");
    let id = server.open_incident("the gate lets everything pass", "the gate lets everything pass");
    let entries = format!("/api/v1/incidents/{id}/entries");
    let commands = format!("/api/v1/incidents/{id}/commands");
    let believed = json!({"kind": "hypothesis", "text": "the refactoring did it", "by": "Bob"});
    let hypothesis = tell(&server, &entries, &believed)["entries"][0]["seq"].clone();
    let fact = "the rollback changed nothing";
    let ruled_out =
        json!({"command": "rule_out", "hypothesis": hypothesis, "text": fact, "by": "Bob"});
    tell(&server, &commands, &ruled_out);
    let lead = json!({"command": "assign", "role": "lead", "person": "Anna", "by": "Anna"});
    tell(&server, &commands, &lead);
    let decided = json!({"kind": "decision", "text": "we wait for the night's data", "by": "Anna"});
    tell(&server, &entries, &decided);
    let later = json!({"kind": "follow_up", "text": "write the missing alert", "by": "Carl"});
    tell(&server, &entries, &later);
    let resolve = json!({"command": "status", "to": "resolved", "reason": "x", "by": "Anna"});
    tell(&server, &format!("/api/v1/incidents/{over}/commands"), &resolve);
    let (code, page) = run(&server, &["digest", "--since", "-1h"]);
    assert_eq!(code, Some(0), "{page}");
    for line in [
        "2 incidents.",
        &*format!("{id} (active): the gate lets everything pass"),
        &*format!("{over} (resolved): the mail was slow"),
        "is ruled out: the rollback changed nothing",
        "Anna: we wait for the night's data",
        "it is active; Anna leads it",
        "Carl: write the missing alert",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    // What is over and was quiet since is not told; what is open is.
    let (_, page) = run(&server, &["digest", "--since", "2099-01-01T00:00:00Z"]);
    assert!(page.contains("1 incident.") && !page.contains("the mail"), "{page}");
    let (code, wrong) = run(&server, &["digest", "--since", "-5x"]);
    assert_eq!(code, Some(2));
    assert!(wrong.contains("such as -15m, +2h or -7d"), "{wrong}");
}
