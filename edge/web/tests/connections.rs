//! Connections that are slow, many, or follow events.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/canned.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod canned;

use canned::{Canned, Running};
use hw_web::WebSettings;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Follows events.
struct Followed {
    lines: BufReader<TcpStream>,
}

impl Followed {
    fn new(server: &Running, query: &str, headers: &str) -> Self {
        let mut stream = server.connect();
        let request =
            format!("GET /api/v1/events{query} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.to_lowercase().contains("content-type: text/event-stream"), "{head}");
        Self { lines }
    }

    /// The next line that begins so, without its beginning; `None` if the connection ends.
    fn next(&mut self, start: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(rest) = line.strip_prefix(start) {
                return Some(rest.trim_end().to_owned());
            }
        }
    }
}

#[test]
fn events_are_followed_and_resumed_without_a_gap() {
    let server = Running::new();
    let mut all = Followed::new(&server, "?after=0", "");
    for expect in ["1", "2", "3"] {
        assert_eq!(all.next("id: ").as_deref(), Some(expect));
        assert_eq!(all.next("event: ").as_deref(), Some("shift_detected"));
        let data: serde_json::Value = serde_json::from_str(&all.next("data: ").unwrap()).unwrap();
        assert_eq!(data["event"].to_string(), expect);
        assert_eq!(data["words"], "S1: <b>rose</b>\nto 100 %", "a line break stays inside");
    }
    let mut new = Followed::new(&server, "", "");
    let mut resumed = Followed::new(&server, "?after=0", "Last-Event-ID: 2\r\n");
    assert_eq!(resumed.next("id: ").as_deref(), Some("3"));
    server.backend.last_event.send_replace(250);
    for follower in [&mut all, &mut new, &mut resumed] {
        for expect in 4..=250 {
            assert_eq!(follower.next("id: "), Some(expect.to_string()));
        }
    }
    // The record was there before, with more in it: what comes from now on is sent.
    let mut stranger = Followed::new(&server, "", "Last-Event-ID: 999\r\n");
    server.backend.last_event.send_replace(251);
    assert_eq!(stranger.next("id: ").as_deref(), Some("251"));
    for wrong in ["Last-Event-ID: x\r\n", "Last-Event-ID: -1\r\n"] {
        let headers = format!("Connection: close\r\n{wrong}");
        server.ask("GET", "/api/v1/events", &headers, "").problem(400, "bad-request");
    }
    server.get("/api/v1/events?after=x").problem(400, "bad-request");
    server.end();
}

#[test]
fn followers_are_kept_alive_bounded_and_sent_home() {
    let settings = WebSettings {
        followers_max: 2,
        sign_of_life: Duration::from_millis(50),
        ..WebSettings::standard()
    };
    let server = Running::with(Canned::default(), settings);
    let mut first = Followed::new(&server, "", "");
    assert_eq!(first.next(": ").as_deref(), Some("still here"));
    let second = Followed::new(&server, "", "");
    let said = server.get("/api/v1/events");
    said.problem(503, "unavailable");
    assert_eq!(said.header("retry-after"), Some("5"));
    drop(second);
    let start = Instant::now();
    while server.get("/metrics").body.contains("highwater_api_followers 2\n") {
        assert!(start.elapsed() < Duration::from_secs(10), "who left is noticed");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut third = Followed::new(&server, "", "");
    server.stop.send_replace(true);
    assert_eq!(first.next("id: "), None, "the connection ends with the server");
    assert_eq!(third.next("id: "), None);
    server.end();
}

#[test]
fn follower_that_does_not_read_is_cut_off() {
    let settings =
        WebSettings { stall_timeout: Duration::from_millis(300), ..WebSettings::standard() };
    let canned = Canned { words: "x".repeat(100_000), ..Canned::default() };
    canned.last_event.send_replace(1_000);
    let server = Running::with(canned, settings);
    let idle = Followed::new(&server, "?after=0", "");
    let start = Instant::now();
    while !server.get("/metrics").body.contains("highwater_api_followers 0\n") {
        assert!(start.elapsed() < Duration::from_secs(20), "still there");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(idle);
    server.end();
}

#[test]
fn answer_that_nobody_reads_ends() {
    let settings = WebSettings { stall_timeout: Duration::from_secs(1), ..WebSettings::standard() };
    let server = Running::with(Canned { n_incidents: 1_000, ..Canned::default() }, settings);
    let mut stream = server.connect();
    // 16 MB of answers: the buffers of the system hold some 4 MB that nobody reads.
    let request = "GET /api/v1/incidents?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request.repeat(60).as_bytes()).unwrap();
    // It is there, beside the one that asks; and then it is not.
    for expect in ["highwater_api_connections 2\n", "highwater_api_connections 1\n"] {
        let start = Instant::now();
        while !server.get("/metrics").body.contains(expect) {
            assert!(start.elapsed() < Duration::from_secs(10), "no {expect}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let mut rest = Vec::new();
    // What the buffers hold can be read, or is lost with the connection.
    drop(stream.read_to_end(&mut rest));
    let answers = String::from_utf8_lossy(&rest).matches("HTTP/1.1 200").count();
    assert!(answers < 60, "{answers} answers");
    server.end();
}

#[test]
fn connections_are_bounded_and_silent_ones_end() {
    let settings = WebSettings {
        connections_max: 3,
        header_timeout: Duration::from_secs(3),
        ..WebSettings::standard()
    };
    let server = Running::with(Canned::default(), settings);
    let mut silent: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.get("/healthz").status, 0, "a fourth one is closed at once");
    for stream in &mut silent {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(!rest.starts_with(b"HTTP/1.1 2"), "a silent one is closed");
    }
    let start = Instant::now();
    while server.get("/healthz").status != 200 {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    let mut idle = server.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    idle.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "one that asks nothing more is closed");
    server.end();
}

#[test]
fn heads_that_are_too_long_or_no_http_are_refused() {
    let server = Running::new();
    let long =
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(40_000));
    assert!([431, 0].contains(&server.say(long.as_bytes()).status));
    let many = "X: y\r\n".repeat(100);
    let many = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    assert_eq!(server.say(many.as_bytes()).status, 431);
    assert_eq!(server.say(b"\x16\x03\x01 nonsense\r\n\r\n").status, 400);
    assert_eq!(server.get("/healthz").status, 200);
    server.end();
}

#[test]
fn question_that_takes_too_long_is_told_to_come_back() {
    let settings = WebSettings {
        answer_timeout: Duration::from_millis(100),
        questions_max: 1,
        ..WebSettings::standard()
    };
    let canned = Canned { delay: Duration::from_millis(600), ..Canned::default() };
    let server = Running::with(canned, settings);
    let said = server.get("/api/v1/hops");
    said.problem(503, "unavailable");
    assert!(said.header("retry-after").is_some());
    server.get("/api/v1/now").problem(503, "unavailable");
    assert_eq!(server.get("/healthz").status, 200, "which asks nobody");
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(server.get("/api/v1/now").status, 200);
    server.end();
}
