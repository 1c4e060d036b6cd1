//! Action items in trackers, against local servers that behave as GitHub and GitLab do, and against
//! some that do not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "local/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use hw_notify::{Courier, Item, Moved, Outcome, Secret, Tracker, TrackerKind};
use serde_json::{Value, json};
use server::Server;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TOKEN: &str = "canary-4711";

/// Issues of a project, as the tracker keeps them.
type Issues = Arc<Mutex<Vec<Value>>>;

fn json_answer(status: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// What GitHub's REST API does with issues of acme/offers.
fn github(issues: &Issues) -> Server {
    let issues = issues.clone();
    Server::serving(move |request| {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut first = head.lines().next().unwrap().split(' ');
        let (method, path) = (first.next().unwrap(), first.next().unwrap());
        if !head.contains(&format!("Bearer {TOKEN}")) {
            return json_answer("401 Unauthorized", &json!({"message": "Bad credentials"}));
        }
        let rest = path.strip_prefix("/repos/acme/offers/issues");
        let Some(rest) = rest else {
            return json_answer("404 Not Found", &json!({"message": "Not Found"}));
        };
        let sent: Value = serde_json::from_str(body).unwrap_or_default();
        let mut issues = issues.lock().unwrap();
        let number = rest.trim_start_matches('/').split('/').next().unwrap().parse::<usize>();
        match (method, number) {
            ("GET", Err(_)) => json_answer("200 OK", &json!(*issues)),
            ("POST", Err(_)) => {
                let number = issues.len() + 1;
                let issue = json!({
                    "number": number, "html_url": format!("https://x/acme/offers/issues/{number}"),
                    "state": "open", "title": sent["title"], "body": sent["body"], "comments": [],
                });
                issues.push(issue.clone());
                json_answer("201 Created", &issue)
            }
            (method, Ok(number)) => {
                let issue = &mut issues[number - 1];
                match method {
                    "POST" => issue["comments"].as_array_mut().unwrap().push(sent["body"].clone()),
                    "PATCH" => {
                        issue["state"] = sent["state"].clone();
                        issue["state_reason"] = sent["state_reason"].clone();
                    }
                    _ => {}
                }
                json_answer("200 OK", issue)
            }
            (_, Err(_)) => json_answer("405 Method Not Allowed", &json!({})),
        }
    })
}

fn tracker(server: &Server, kind: TrackerKind) -> Tracker {
    Tracker {
        name: "offers".to_owned(),
        kind,
        url: format!("http://{}", server.address),
        project: "acme/offers".to_owned(),
        token: Secret::new(TOKEN),
        secrets: Vec::new(),
        allow_private: vec!["127.0.0.1".to_owned()],
    }
}

fn item() -> Item {
    Item {
        id: "INC-1-A2".to_owned(),
        added_at: "2026-11-22T10:00:00.000Z".to_owned(),
        text: "add an alert on <the share> that screening passes on".to_owned(),
        lines: vec!["owner: Lea".to_owned()],
        due: "2026-12-04".to_owned(),
        version: 7,
    }
}

fn courier() -> Courier {
    Courier::new(None).unwrap()
}

#[test]
fn an_item_is_opened_once_looked_at_and_closed_with_its_reason() {
    let issues = Issues::default();
    let server = github(&issues);
    let (courier, github) = (courier(), tracker(&server, TrackerKind::GitHub));
    let opened = courier.open_issue(&github, &item()).unwrap();
    assert_eq!((opened.number, opened.is_open), (1, true));
    assert_eq!(opened.url, "https://x/acme/offers/issues/1");
    // The answer may have been lost: sent again it is the same one.
    assert_eq!(courier.open_issue(&github, &item()).unwrap(), opened);
    assert_eq!(issues.lock().unwrap().len(), 1);
    let other = Item { id: "INC-1-A3".to_owned(), ..item() };
    assert_eq!(courier.open_issue(&github, &other).unwrap().number, 2);
    let why = (Moved::Declined, "the service goes away in spring");
    assert!(!courier.move_issue(&github, 1, why).unwrap().is_open);
    assert!(!courier.move_issue(&github, 1, why).unwrap().is_open, "closed once");
    let kept = issues.lock().unwrap()[0].clone();
    assert_eq!(kept["state_reason"], "not_planned");
    assert_eq!(kept["comments"], json!(["the service goes away in spring"]));
    assert!(!courier.look_at_issue(&github, 1).unwrap().is_open);
    let again = (Moved::Reopened, "it stays after all");
    assert!(courier.move_issue(&github, 1, again).unwrap().is_open);
    assert_eq!(issues.lock().unwrap()[0]["comments"].as_array().unwrap().len(), 2);
    assert_eq!(courier.probe_tracker(&github).outcome, Outcome::Delivered);
    assert!(courier.look_at_issue(&github, 2).unwrap().is_open);
}

#[test]
fn gitlab_is_told_in_its_own_words() {
    let server = Server::serving(|request| {
        let issue = json!({"iid": 4, "web_url": "https://x/4", "state": "opened"});
        if request.starts_with("GET") {
            json_answer("200 OK", &json!([]))
        } else {
            json_answer("201 Created", &issue)
        }
    });
    let gitlab = tracker(&server, TrackerKind::GitLab);
    assert_eq!(courier().open_issue(&gitlab, &item()).unwrap().number, 4);
    let sent = server.seen();
    let open = sent.iter().find(|request| request.starts_with("POST")).unwrap();
    assert!(open.contains("/api/v4/projects/acme%2Foffers/issues"), "{open}");
    assert!(open.to_ascii_lowercase().contains(&format!("private-token: {TOKEN}")), "{open}");
    assert!(open.contains("\"due_date\":\"2026-12-04\""), "{open}");
}

#[test]
fn trackers_that_do_not_answer_as_they_should_are_said_and_nothing_is_lost() {
    let check = |status: &str, headers: &str| {
        let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: 6\r\n\r\nsecret");
        let server = Server::answering(answer.into_bytes());
        let outcome = courier().open_issue(&tracker(&server, TrackerKind::GitHub), &item());
        let outcome = outcome.unwrap_err();
        let shown = format!("{outcome:?}");
        assert!(!shown.contains("canary") && !shown.contains("secret"), "{shown}");
        outcome
    };
    assert!(matches!(check("403 Forbidden", ""), Outcome::Refused { .. }));
    assert!(matches!(check("404 Not Found", ""), Outcome::Refused { .. }));
    assert!(matches!(check("200 OK", ""), Outcome::Refused { .. }), "no JSON");
    assert!(matches!(check("302 Found", "location: http://x\r\n"), Outcome::Refused { .. }));
    let slower = |outcome| matches!(outcome, Outcome::Later { after_s: Some(9), .. });
    assert!(slower(check("429 Too Many Requests", "retry-after: 9\r\n")));
    assert!(slower(check("403 Forbidden", "retry-after: 9\r\n")));
    assert!(matches!(check("500 Internal Server Error", ""), Outcome::Later { .. }));
    let silent = Server::with(|_| std::thread::sleep(Duration::from_secs(20)));
    let impatient = courier().with_attempt_max(Duration::from_secs(2));
    let outcome = impatient.open_issue(&tracker(&silent, TrackerKind::GitHub), &item());
    assert!(matches!(outcome.unwrap_err(), Outcome::Later { .. }));
}

#[test]
fn trackers_on_private_addresses_are_asked_only_if_settings_allow_it() {
    let server = Server::answering(json_answer("200 OK", &json!([])));
    let mut private = tracker(&server, TrackerKind::GitHub);
    private.allow_private.clear();
    let outcome = courier().open_issue(&private, &item()).unwrap_err();
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert_eq!(server.seen().len(), 0);
}
