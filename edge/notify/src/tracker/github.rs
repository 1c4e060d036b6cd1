//! GitHub's REST API, version 2022-11-28: issues of a repository.

use super::{Ask, Issue, LABEL, Moved, Tracker, body, title};
use crate::message::{Method, Request};
use serde_json::{Value, json};

pub(super) fn request(tracker: &Tracker, ask: &Ask<'_>) -> Request {
    let issues = format!("/repos/{}/issues", tracker.project);
    let (method, path, sent) = match ask {
        Ask::Find(_) => {
            let query = format!("?labels={LABEL}&state=all&per_page=100&sort=created");
            (Method::Get, format!("{issues}{query}"), None)
        }
        Ask::Open(item) => {
            let sent = json!({"title": title(item), "body": body(item), "labels": [LABEL]});
            (Method::Post, issues, Some(sent))
        }
        Ask::Look(number) => (Method::Get, format!("{issues}/{number}"), None),
        Ask::Comment(number, text) => {
            let sent = json!({"body": super::escaped(text)});
            (Method::Post, format!("{issues}/{number}/comments"), Some(sent))
        }
        Ask::Try => (Method::Get, format!("{issues}?per_page=1"), None),
        Ask::Move(number, moved) => {
            let (state, reason) = match moved {
                Moved::Done => ("closed", "completed"),
                Moved::Declined => ("closed", "not_planned"),
                Moved::Reopened => ("open", "reopened"),
            };
            let sent = json!({"state": state, "state_reason": reason});
            (Method::Patch, format!("{issues}/{number}"), Some(sent))
        }
    };
    Request {
        method,
        url: tracker.at(&path),
        headers: vec![
            ("authorization", format!("Bearer {}", tracker.token.expose())),
            ("accept", "application/vnd.github+json".to_owned()),
            ("x-github-api-version", "2022-11-28".to_owned()),
            ("content-type", "application/json".to_owned()),
        ],
        body: sent.map(|sent| sent.to_string().into_bytes()).unwrap_or_default(),
    }
}

pub(super) fn read(value: &Value) -> Option<Issue> {
    let closed_by = value.pointer("/closed_by/login").and_then(Value::as_str);
    Some(Issue {
        number: value.get("number")?.as_u64()?,
        url: value.get("html_url")?.as_str()?.to_owned(),
        is_open: value.get("state")?.as_str()? == "open",
        closed_by: closed_by.map(str::to_owned),
    })
}
