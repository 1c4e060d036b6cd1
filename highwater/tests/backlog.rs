//! A consumer that stops: what waits for it grows, drains, and is gone, and the incident says so.
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
use std::collections::VecDeque;
use std::process::Command;
use std::time::{Duration, Instant};

/// The first second.
const START_S: u64 = 1_795_330_200;

/// Seconds at which the consumer stops, goes on at double speed, and has caught up.
const STOPS: u64 = 600;
const GOES_ON: u64 = 960;
const END: u64 = 1_700;

/// Orders in a second: six, one more or one less.
fn orders(second: u64) -> u64 {
    5 + second * 7 % 3
}

fn span(ids: (u64, u64, u64), name: &str, kind: u8, at_ns: u64) -> Value {
    let (trace, span, parent) = ids;
    let parent = if parent == 0 { String::new() } else { format!("{parent:016x}") };
    json!({
        "traceId": format!("{trace:032x}"), "spanId": format!("{span:016x}"),
        "parentSpanId": parent, "name": name, "kind": kind,
        "startTimeUnixNano": at_ns.to_string(), "endTimeUnixNano": (at_ns + 2_000_000).to_string(),
        "attributes": [
            {"key": "messaging.system", "value": {"stringValue": "kafka"}},
            {"key": "messaging.destination.name", "value": {"stringValue": "orders"}},
        ],
    })
}

fn of(service: &str, spans: &[Value]) -> Value {
    json!({
        "resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": service}},
            {"key": "service.instance.id", "value": {"stringValue": format!("{service}-1")}},
        ]},
        "scopeSpans": [{"spans": spans}],
    })
}

/// A shop that sends orders, and a packer that takes them.
#[derive(Default)]
struct World {
    n: u64,
    waiting: VecDeque<u64>,
}

impl World {
    /// What both say of a second.
    fn second(&mut self, second: u64) -> Value {
        let at = |part: u64| (START_S + second) * 1_000_000_000 + part * 1_000_000;
        let mut sent = Vec::new();
        for part in 0..orders(second) {
            self.n += 1;
            let (trace, entry, out) = (self.n, 4 * self.n, 4 * self.n + 1);
            let mut entered = span((trace, entry, 0), "POST /orders", 2, at(100 * part));
            entered["attributes"] = json!([]);
            sent.push(entered);
            sent.push(span((trace, out, entry), "send orders", 4, at(100 * part + 1)));
            self.waiting.push_back(trace);
        }
        let able = match second {
            STOPS..GOES_ON => 0,
            _ => 12,
        };
        let mut taken = Vec::new();
        for part in 0..able {
            let Some(trace) = self.waiting.pop_front() else { break };
            let ids = (trace, 4 * trace + 2, 4 * trace + 1);
            taken.push(span(ids, "process orders", 5, at(40 * part + 500)));
        }
        // It lives: it says something of its own.
        self.n += 1;
        taken.push(span((self.n, 4 * self.n, 0), "poll", 2, at(990)));
        json!({"resourceSpans": [of("shop", &sent), of("packer", &taken)]})
    }
}

fn play(server: &Server, world: &mut World, seconds: std::ops::Range<u64>) {
    for second in seconds {
        assert_eq!(server.post(&world.second(second).to_string()), Some(200));
    }
    let began = Instant::now();
    while server.get("/api/v1/now").1["batches_behind"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "counting does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn backlog(server: &Server, id: &str) -> Value {
    let (status, list) = server.get(&format!("/api/v1/incidents/{id}/backlog"));
    assert_eq!(status, 200, "{list}");
    list["items"][0].clone()
}

#[test]
fn what_waits_grows_drains_and_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    let mut world = World::default();
    play(&server, &mut world, 0..STOPS + 5);
    let at = START_S + STOPS;
    let opened = json!({"title": "orders are late", "by": "Anna", "at": at.to_string()});
    let (status, answer) = server.tell("/api/v1/incidents", "o1", &opened);
    assert_eq!(status, 201, "{answer}");
    let id = answer["incident"]["id"].as_str().unwrap().to_owned();
    assert_eq!(backlog(&server, &id), Value::Null, "nothing waits yet");

    play(&server, &mut world, STOPS + 5..GOES_ON);
    let growing = backlog(&server, &id);
    assert_eq!(growing["course"], "growing", "{growing}");
    // Windows that still take late data are left out, so it lags behind the truth.
    let waiting = 6 * (GOES_ON - STOPS);
    let items = growing["items"].as_u64().unwrap();
    assert!(items > waiting / 2 && items <= waiting, "{items} of {waiting}: {growing}");
    assert!((growing["per_minute"].as_f64().unwrap() - 360.0).abs() < 20.0, "{growing}");
    assert!(growing["words"].as_str().unwrap().contains("If they wait and are not lost"));

    play(&server, &mut world, GOES_ON..1_260);
    let draining = backlog(&server, &id);
    assert_eq!(draining["course"], "draining", "{draining}");
    let drained_at: jiff::Timestamp = draining["drained_at"].as_str().unwrap().parse().unwrap();
    // As much again as it stopped for.
    let truth = i64::try_from(START_S + GOES_ON + 360).unwrap();
    assert!((drained_at.as_second() - truth).abs() < 60, "{draining}");

    play(&server, &mut world, 1_260..END);
    let drained = backlog(&server, &id);
    assert_eq!((&drained["course"], &drained["drained_at"]), (&"drained".into(), &Value::Null));
    assert!(drained["most"].as_u64().unwrap().abs_diff(waiting) < waiting / 10, "{drained}");
    assert!(drained["words"].as_str().unwrap().contains("so they waited"), "{drained}");
    shown(&server, &id);
    assert_eq!(server.get("/api/v1/incidents/77/backlog").0, 404);
}

/// The story and the brief say it, too.
fn shown(server: &Server, id: &str) {
    let api = server.api.to_string();
    for verb in ["show", "brief"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.args(["incident", verb, id, "--server", &api]).env_remove("HIGHWATER_CONFIG");
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("that were sent to packer"), "{verb}: {said}");
    }
}
