//! GitLab's REST API, version 4: issues of a project.

use super::{Ask, Issue, LABEL, Moved, Tracker, body, title};
use crate::message::{Method, Request};
use serde_json::{Value, json};

pub(super) fn request(tracker: &Tracker, ask: &Ask<'_>) -> Request {
    // The path of a project is one part of the address.
    let project = tracker.project.replace('/', "%2F");
    let issues = format!("/api/v4/projects/{project}/issues");
    let (method, path, sent) = match ask {
        Ask::Find(_) => {
            let query = format!("?labels={LABEL}&scope=all&per_page=100&order_by=created_at");
            (Method::Get, format!("{issues}{query}"), None)
        }
        Ask::Open(item) => {
            let sent = json!({
                "title": title(item), "description": body(item), "labels": LABEL,
                "due_date": item.due,
            });
            (Method::Post, issues, Some(sent))
        }
        Ask::Look(number) => (Method::Get, format!("{issues}/{number}"), None),
        Ask::Comment(number, text) => {
            let sent = json!({"body": super::escaped(text)});
            (Method::Post, format!("{issues}/{number}/notes"), Some(sent))
        }
        Ask::Try => (Method::Get, format!("{issues}?per_page=1"), None),
        Ask::Move(number, moved) => {
            // Why, the comment says: there is one way to close an issue.
            let event = match moved {
                Moved::Done | Moved::Declined => "close",
                Moved::Reopened => "reopen",
            };
            (Method::Put, format!("{issues}/{number}"), Some(json!({"state_event": event})))
        }
    };
    Request {
        method,
        url: tracker.at(&path),
        headers: vec![
            ("private-token", tracker.token.expose().to_owned()),
            ("content-type", "application/json".to_owned()),
        ],
        body: sent.map(|sent| sent.to_string().into_bytes()).unwrap_or_default(),
    }
}

pub(super) fn read(value: &Value) -> Option<Issue> {
    let closed_by = value.pointer("/closed_by/username").and_then(Value::as_str);
    Some(Issue {
        number: value.get("iid")?.as_u64()?,
        url: value.get("web_url")?.as_str()?.to_owned(),
        is_open: value.get("state")?.as_str()? == "opened",
        closed_by: closed_by.map(str::to_owned),
    })
}
