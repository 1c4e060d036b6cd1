//! Action items as issues: a real server beside one that behaves as GitHub does, also when it does not.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/github.rs"]
mod github;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use github::{GitHub, TOKEN};
use serde_json::{Value, json};
use server::Server;
use std::time::{Duration, Instant};

const ACTIONS: &str = "/api/v1/actions";

/// A server that has one tracker, or more.
fn server(folder: &std::path::Path, github: &GitHub, more: &str) -> Server {
    let at = github.address;
    let settings = format!(
        "[[trackers]]\nname = \"offers\"\nkind = \"github\"\nrepo = \"acme/offers\"\n\
         url = \"http://{at}\"\nallow_private = [\"127.0.0.1\"]\ntoken = \"{TOKEN}\"\n\
         every_s = 1\n{more}"
    );
    let mut server = Server::with_settings(folder, &settings);
    server.clock = "wall";
    server.serve();
    server
}

/// Adds an item. Returns its name.
fn add(server: &Server, incident: &str, key: &str) -> String {
    let body = json!({
        "incident": incident, "kind": "detect", "owner": "Lea", "due": "2099-01-01", "by": "Tom",
        "text": "add an alert on the share that screening passes on",
        "done_when": "its replay fires on this incident",
    });
    let (status, added) = server.tell(ACTIONS, key, &body);
    assert_eq!(status, 201, "{added}");
    let actions = added["incident"]["record"]["actions"].as_array().unwrap();
    actions.last().unwrap()["id"].as_str().unwrap().to_owned()
}

fn alter(server: &Server, action: &str, key: &str, body: &Value) {
    let (status, answer) = server.alter(&format!("{ACTIONS}/{action}"), key, body);
    assert_eq!(status, 200, "{answer}");
}

fn action(server: &Server, id: &str) -> Value {
    let (status, list) = server.get(&format!("{ACTIONS}?state=all"));
    assert_eq!(status, 200, "{list}");
    let items = list["items"].as_array().unwrap();
    items.iter().find(|item| item["id"] == id).unwrap().clone()
}

/// What the command line says.
fn client(server: &Server, arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(arguments)
        .args(["--server", &format!("http://{}", server.api)])
        .env_remove("HIGHWATER_CONFIG")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Waits until an item is so.
fn wait(server: &Server, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let item = action(server, id);
        if is_so(&item) {
            return item;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "{item:#}\n{}", server.words());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn wanted() -> Value {
    json!({"tracker": "", "by": "Tom"})
}

#[test]
fn an_issue_and_its_item_follow_each_other_also_past_a_kill() {
    let (folder, github) = (tempfile::tempdir().unwrap(), GitHub::start());
    let mut server = server(folder.path(), &github, "");
    let incident = server.open_incident("o1", "twice as many items");
    let item = add(&server, &incident, "a1");
    alter(&server, &item, "l1", &wanted());
    let opened = wait(&server, &item, |item| item["issue"] == "open");
    assert_eq!(opened["url"], github.page(1));
    assert_eq!((&opened["tracker"], &opened["tracker_trouble"]), (&json!("offers"), &Value::Null));
    let (status, again) = server.alter(&format!("{ACTIONS}/{item}"), "l2", &wanted());
    assert_eq!(status, 409, "{again}");
    // Closed there: done here, with who did it.
    github.alter(1, "closed", "sami");
    let done = wait(&server, &item, |item| item["state"] == "done");
    assert_eq!(done["because"], format!("sami closed its issue: {}", github.page(1)));
    // Reopened there while the server is dead: open here.
    server.kill();
    github.alter(1, "open", "sami");
    server.serve();
    wait(&server, &item, |item| item["state"] == "open" && item["issue"] == "open");
    // Declined here: closed there, with the reason.
    let declined = json!({"state": "declined", "because": "the service goes away", "by": "Lea"});
    alter(&server, &item, "d1", &declined);
    wait(&server, &item, |item| item["issue"] == "closed");
    let issue = github.issue(1);
    assert_eq!(
        (&issue["state"], &issue["state_reason"]),
        (&json!("closed"), &json!("not_planned"))
    );
    let said = issue["comments_said"][0].as_str().unwrap().replace('\\', "");
    assert_eq!(said, format!("Will not be done, says Lea in {item}: the service goes away"));
    let reopened = json!({"state": "open", "because": "it stays", "by": "Lea"});
    alter(&server, &item, "r1", &reopened);
    wait(&server, &item, |item| item["issue"] == "open");
    assert_eq!(github.issue(1)["state"], "open");
    std::thread::sleep(Duration::from_secs(3));
    let item = action(&server, &item);
    assert_eq!((&item["state"], &item["issue"]), (&json!("open"), &json!("open")), "no to and fro");
    assert_eq!(github.issue(1)["comments_said"].as_array().unwrap().len(), 2);
    assert_eq!(github.n_issues(), 1);
    assert!(!server.words().contains(TOKEN), "the token is in the log");
}

#[test]
fn whatever_the_tracker_answers_is_said_and_nothing_is_lost() {
    let (folder, github) = (tempfile::tempdir().unwrap(), GitHub::start());
    let mut server = server(folder.path(), &github, "");
    let incident = server.open_incident("o1", "twice as many items");
    let trouble = |server: &Server, item: &str, words: &str| {
        wait(server, item, |item| {
            item["tracker_trouble"].as_str().is_some_and(|said| said.contains(words))
        })
    };
    for (n, (answer, words)) in [
        ("401 Unauthorized", "answered 401: it does not know the token"),
        ("403 Forbidden", "answered 403: the token may not do this there"),
        ("404 Not Found", "answered 404: there is no such project"),
        ("429 Too Many Requests\r\nretry-after: 3", "answered 429; tried again within 3 s"),
        ("403 Forbidden\r\nretry-after: 2", "asked too often; tried again within 2 s"),
        ("500 Internal Server Error", "answered 500"),
        ("200 OK", "answered what is no issue"),
    ]
    .into_iter()
    .enumerate()
    {
        github.refuse(Some(answer));
        let item = add(&server, &incident, &format!("a{n}"));
        alter(&server, &item, &format!("l{n}"), &wanted());
        let said = trouble(&server, &item, words);
        let said = said["tracker_trouble"].as_str().unwrap();
        assert!(said.starts_with("its issue could not be opened in offers: "), "{said}");
        assert!(!said.contains("secret"), "{said}");
        if n == 1 {
            server.kill();
            server.serve();
            trouble(&server, &item, words);
        }
        github.refuse(None);
        let opened = wait(&server, &item, |item| item["issue"] == "open");
        assert_eq!(opened["tracker_trouble"], Value::Null);
    }
    assert_eq!(github.n_issues(), 7, "each once");
    let list = client(&server, &["action", "list"]);
    assert!(list.contains(&github.page(7)), "{list}");
}

/// It takes the issue and its answer is lost; or it is killed before it writes down what it opened.
#[test]
fn an_issue_is_opened_once_although_the_answer_is_lost() {
    let (folder, github) = (tempfile::tempdir().unwrap(), GitHub::start());
    let mut server = server(folder.path(), &github, "");
    let incident = server.open_incident("o1", "twice as many items");
    let item = add(&server, &incident, "a1");
    github.hang_after_opening(true);
    alter(&server, &item, "l1", &wanted());
    let began = Instant::now();
    while github.n_issues() == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", server.words());
        std::thread::sleep(Duration::from_millis(20));
    }
    server.kill();
    server.serve();
    assert_eq!(action(&server, &item)["tracker"], "offers");
    github.hang_after_opening(false);
    let opened = wait(&server, &item, |item| item["issue"] == "open");
    assert_eq!((opened["url"].as_str(), github.n_issues()), (Some(github.page(1).as_str()), 1));
    // One that hangs is given up, said, and asked again.
    github.hang_after_opening(true);
    let other = add(&server, &incident, "a2");
    alter(&server, &other, "l2", &wanted());
    wait(&server, &other, |item| {
        item["tracker_trouble"].as_str().is_some_and(|said| said.contains("could not be opened"))
    });
    github.hang_after_opening(false);
    wait(&server, &other, |item| item["issue"] == "open");
    assert_eq!(github.n_issues(), 2);
}

#[test]
fn another_teams_issue_is_followed_and_never_written_to() {
    let (folder, github) = (tempfile::tempdir().unwrap(), GitHub::start());
    let server = server(folder.path(), &github, "");
    let incident = server.open_incident("o1", "twice as many items");
    github.open("theirs");
    let item = add(&server, &incident, "a1");
    let said = client(&server, &["action", "link", &item, &github.page(1), "--as", "Tom"]);
    assert!(said.contains(&github.page(1)), "{said}");
    wait(&server, &item, |item| item["issue"] == "open");
    github.alter(1, "closed", "ines");
    let done = wait(&server, &item, |item| item["state"] == "done");
    assert_eq!(done["tracker"], Value::Null);
    let elsewhere = add(&server, &incident, "a2");
    let url = "https://jira.example/browse/OFF-7";
    alter(&server, &elsewhere, "l2", &json!({"url": url, "by": "Tom"}));
    assert_eq!(action(&server, &elsewhere)["url"], url);
    let (status, unknown) = server.alter(
        &format!("{ACTIONS}/{elsewhere}"),
        "l3",
        &json!({"tracker": "ofers", "by": "Tom"}),
    );
    assert_eq!(status, 422, "{unknown}");
    assert!(unknown["detail"].as_str().unwrap().contains("did you mean \"offers\""), "{unknown}");
    assert!(github.writes().is_empty(), "{:?}", github.writes());
}

#[test]
fn items_go_by_themselves_if_settings_say_so() {
    let (folder, github) = (tempfile::tempdir().unwrap(), GitHub::start());
    let server = server(folder.path(), &github, "auto = true\nfor = [\"detect\"]\n");
    let incident = server.open_incident("o1", "twice as many items");
    let item = add(&server, &incident, "a1");
    wait(&server, &item, |item| item["issue"] == "open");
    assert_eq!(github.n_issues(), 1);
}
