//! What can be done, over a real socket, and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/canned.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod canned;

use canned::{Canned, Running, Said};
use hw_web::WebSettings;
use std::time::Duration;

const CHANGES: &str = "/api/v1/changes";
const FLAG: &str = r#"{"kind": "flag", "service": "screening", "at": "2026-11-22T06:54:54Z", "to_version": "open", "mitigates": true}"#;

fn with(server: &Running, headers: &str) -> Said {
    server.ask("POST", CHANGES, &format!("Content-Type: application/json\r\n{headers}"), FLAG)
}

#[test]
fn told_change_is_created_and_stands_where_it_says() {
    let server = Running::new();
    let said = server.post(CHANGES, FLAG);
    assert_eq!(said.status, 201, "{said:?}");
    assert_eq!(said.header("location"), Some("/api/v1/changes/C1"));
    assert_eq!(said.json()["kind"], "flag");
    assert_eq!(said.json()["at"], "2026-11-22T06:54:54.000Z");
    assert!(said.json().get("warning").is_none());
    assert_eq!(server.get("/api/v1/changes/C1").json(), said.json());
    let again = server.post(CHANGES, &said.body);
    assert_eq!(again.status, 201, "what the API writes can be told: {again:?}");
    let now = server.post(CHANGES, r#"{"kind": "restart", "service": "router"}"#);
    assert_eq!(now.json()["at"], "2026-11-22T06:46:40.000Z", "without a time it is now");
    server.end();
}

#[test]
fn same_key_tells_once() {
    let server = Running::new();
    let first = with(&server, "Idempotency-Key: build-17\r\n");
    let again = with(&server, "Idempotency-Key: build-17\r\n");
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(server.backend.changes.lock().unwrap().len(), 1);
    with(&server, "Idempotency-Key: build-18\r\n");
    assert_eq!(server.backend.changes.lock().unwrap().len(), 2);
    let long = format!("Idempotency-Key: {}\r\n", "k".repeat(201));
    for wrong in ["Idempotency-Key: \r\n", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", &long] {
        with(&server, wrong).problem(400, "bad-request");
    }
    server.end();
}

#[test]
fn unknown_service_is_taken_with_a_warning() {
    let server = Running::new();
    let said = server.post(CHANGES, &FLAG.replace("screening", "sreening"));
    assert_eq!(said.status, 201);
    let warning = said.json()["warning"].to_string();
    assert!(warning.contains("did you mean \\\"screening\\\""), "{warning}");
    let said = server.post(CHANGES, &FLAG.replace("screening", "billing"));
    assert!(said.json()["warning"].to_string().contains("waits for it"), "{said:?}");
    server.end();
}

#[test]
fn what_cannot_be_used_is_said_with_what_can() {
    let server = Running::new();
    let meant = |body: &str| server.post(CHANGES, body).problem(422, "unusable");
    assert_eq!(meant(&FLAG.replace("\"flag\"", "\"flagg\""))["did_you_mean"], "flag");
    assert_eq!(meant(&FLAG.replace("to_version", "to_verison"))["did_you_mean"], "to_version");
    assert!(meant(&FLAG.replace("2026", "x"))["detail"].to_string().contains("is no time"));
    for body in [
        "[]",
        "3",
        "{}",
        r#"{"kind": "flag"}"#,
        r#"{"kind": "flag", "service": ""}"#,
        r#"{"kind": "flag", "service": "a\u0007b"}"#,
        r#"{"kind": 3, "service": "a"}"#,
        r#"{"kind": "flag", "service": "a", "at": "+90s"}"#,
        &format!(r#"{{"kind": "flag", "service": "{}"}}"#, "s".repeat(201)),
    ] {
        meant(body);
    }
    for body in ["", "{", "nonsense", "{\"kind\": \"flag\",}"] {
        server.post(CHANGES, body).problem(400, "bad-request");
    }
    assert!(server.backend.changes.lock().unwrap().is_empty());
    server.end();
}

#[test]
fn body_must_be_json_and_short() {
    let server = Running::new();
    for kind in
        ["", "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: text/plain\r\n"]
    {
        server.ask("POST", CHANGES, kind, FLAG).problem(415, "not-json");
    }
    let json = "Content-Type: application/json; charset=utf-8\r\n";
    assert_eq!(server.ask("POST", CHANGES, json, FLAG).status, 201);
    let long = format!("{}{}", " ".repeat(1 << 20), FLAG);
    server.post(CHANGES, &long).problem(413, "too-large");
    let mut chunked = format!(
        "POST {CHANGES} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    for _ in 0..20 {
        chunked.push_str(&format!("10000\r\n{}\r\n", " ".repeat(0x10000)));
    }
    chunked.push_str("0\r\n\r\n");
    server.say(chunked.as_bytes()).problem(413, "too-large");
    server.end();
}

#[test]
fn slow_body_is_cut_off() {
    let settings =
        WebSettings { body_timeout: Duration::from_millis(200), ..WebSettings::standard() };
    let server = Running::with(Canned::default(), settings);
    let half = format!(
        "POST {CHANGES} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\nConnection: close\r\n\r\n{{"
    );
    server.say(half.as_bytes()).problem(408, "too-slow");
    server.end();
}

#[test]
fn shift_is_accepted_once_it_is_there_and_open() {
    let server = Running::new();
    let said = server.ask("POST", "/api/v1/shifts/S1/accept", "", "");
    assert_eq!((said.status, &said.json()["id"]), (200, &"S1".into()));
    assert!(said.json()["accepted_at"].is_string());
    assert_eq!(*server.backend.accepted.lock().unwrap(), [1]);
    server.ask("POST", "/api/v1/shifts/2/accept", "", "").problem(409, "conflict");
    server.ask("POST", "/api/v1/shifts/3/accept", "", "").problem(404, "not-found");
    server.ask("POST", "/api/v1/shifts/x/accept", "", "").problem(400, "bad-request");
    server.end();
}

#[test]
fn full_disk_refuses_what_must_be_kept_and_answers_the_rest() {
    let server = Running::new();
    *server.backend.trouble.lock().unwrap() = Some("the disk is full".to_owned());
    let said = server.post(CHANGES, FLAG);
    said.problem(503, "unavailable");
    assert_eq!(said.header("retry-after"), Some("5"));
    assert_eq!(server.get("/api/v1/now").status, 200);
    server.end();
}

#[test]
fn pages_from_elsewhere_can_do_nothing_and_read_nothing() {
    let server = Running::new();
    let own = format!("Origin: http://{}\r\n", server.address);
    assert_eq!(with(&server, &own).status, 201);
    for origin in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost:3000\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        with(&server, origin).problem(403, "foreign-origin");
        server.ask("POST", "/api/v1/shifts/1/accept", origin, "").problem(403, "foreign-origin");
    }
    assert_eq!(server.backend.changes.lock().unwrap().len(), 1);
    for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:4319"] {
        let request =
            format!("GET /api/v1/now HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        server.say(request.as_bytes()).problem(421, "misdirected");
    }
    let request = "GET http://evil.example/api/v1/now HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    server.say(request.as_bytes()).problem(421, "misdirected");
    server.say(b"GET /api/v1/now HTTP/1.0\r\n\r\n").problem(421, "misdirected");
    let request = "GET /api/v1/now HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n";
    assert_eq!(server.say(request.as_bytes()).status, 200);
    server.end();
}

#[test]
fn old_postmortems_are_imported_once_and_shown() {
    let server = Running::new();
    let post = |name: &str, text: &str| {
        let body = serde_json::json!({"name": name, "text": text, "by": "Anna"});
        server.post("/api/v1/postmortems", &body.to_string())
    };
    let added = post("queue.md", "# The queue was stuck");
    assert_eq!((added.status, &added.json()["postmortem"]["by"]), (201, &"Anna".into()));
    assert_eq!(post("queue.md", "again").status, 200, "it was kept before");
    post("queue\u{7}.md", "# A").problem(422, "unusable");
    server.post("/api/v1/postmortems", "{}").problem(422, "unusable");
    assert_eq!(server.get("/api/v1/postmortems/old-2").json()["title"], "old 2");
    server.get("/api/v1/postmortems/OLD-9").problem(404, "not-found");
    server.get("/api/v1/postmortems/OLD-1?audience=public").problem(400, "bad-request");
    server.end();
}
