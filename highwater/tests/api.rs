//! The API of a server that runs: its counts add up, and what it is told is durable.
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
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

const HOP: &str = "/api/v1/hops/screening%7CPOST%20%2Fscreen%7Cworklist%7CPOST%20%2Fitems";

/// Requests of the example, as many per thousand as are wanted.
fn requests(per_thousand: usize) -> Vec<String> {
    let file = "../examples/gate-always-open/traces.jsonl.zst";
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().take(lines.len() * per_thousand / 1_000).map(|line| (*line).to_owned()).collect()
}

/// A server whose gate is open now, with windows so short that most of them are stored.
fn told_the_story(folder: &Path) -> Server {
    let mut server = Server::new(folder);
    server.arguments = vec!["--window".to_owned(), "1s".to_owned()];
    server.start();
    server.wait_until_ready();
    for request in requests(550) {
        assert_eq!(server.post(&request), Some(200));
    }
    let began = Instant::now();
    while server.get("/api/v1/now").1["batches_behind"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "counting does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

/// Sums of a hop's windows, part by part.
fn summed(server: &Server, query: &str) -> Value {
    let (mut sums, mut cursor, mut last) = ([0; 3], String::new(), String::new());
    loop {
        let (status, part) = server.get(&format!("{HOP}/windows?{query}{cursor}"));
        assert_eq!(status, 200, "{part}");
        for window in part["items"].as_array().unwrap() {
            let from = window["from"].as_str().unwrap();
            assert!(from > last.as_str(), "{from} after {last}");
            from.clone_into(&mut last);
            for (sum, key) in sums.iter_mut().zip(["entered", "left", "received"]) {
                *sum += window[key].as_u64().unwrap();
            }
            let answers = window["answers"].as_object().unwrap().values();
            assert_eq!(answers.map(|n| n.as_u64().unwrap()).sum::<u64>(), window["calls"]);
            assert!(window["calls"] == 0 || window["latency_ms"]["p50"].as_f64() > Some(0.0));
        }
        let Some(next) = part["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    json!({ "entered": sums[0], "left": sums[1], "received": sums[2] })
}

#[test]
fn counts_add_up_and_what_is_told_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = told_the_story(folder.path());
    windows_add_up(&server);
    figures_add_up(&server);
    let told = changes_are_told(&server);
    // Before the shift is accepted, and again after it: what deviates is another by then.
    let answered = reports_are_answered(&server);
    shift_is_accepted(&server);
    assert_eq!(reports_are_answered_alike(&server), answered);
    let entries = events(&server, 0);
    server.kill();
    server.start();
    server.wait_until_ready();
    for (key, body, answer) in &told {
        let again = server.tell("/api/v1/changes", key, body);
        assert_eq!((again.0, &again.1), (201, answer), "the first answer again");
    }
    assert_eq!(events(&server, 0), entries, "nothing is said twice");
    windows_add_up(&server);
}

fn windows_add_up(server: &Server) {
    let (_, hop) = server.get(HOP);
    let totals =
        json!({ "entered": hop["entered"], "left": hop["left"], "received": hop["received"] });
    assert!(totals["left"].as_u64() > Some(2_000), "{hop}");
    let from = "from=2026-11-23T05:00:00Z";
    for query in ["", "&limit=97", "&step=60&limit=7", "&step=1h"] {
        assert_eq!(summed(server, &format!("{from}{query}")), totals, "{query}");
    }
    let (_, hour) = server.get(&format!("{HOP}/windows?{from}&limit=1"));
    assert_eq!(hour["items"].as_array().unwrap().len(), 1, "empty steps are no items: {hour}");
    let (_, map) = server.get("/api/v1/flow?at=2026-11-23T06:05:00Z");
    let (_, minute) = server
        .get(&format!("{HOP}/windows?from=2026-11-23T06:04:00Z&to=2026-11-23T06:05:00Z&step=60"));
    let hops = map["hops"].as_array().unwrap();
    let hop = hops.iter().find(|leg| leg["id"] == hop["id"]).unwrap();
    for key in ["left", "calls", "errors"] {
        assert_eq!(hop[key], minute["items"][0][key], "{key}: {hop} {minute}");
    }
    dependencies_are_told_from_flow(server, hops);
}

/// Whoever is asked passes nothing on: what it answered stands in the map.
fn dependencies_are_told_from_flow(server: &Server, hops: &[Value]) {
    let asked: Vec<&Value> = hops.iter().filter(|hop| hop["dependency"].is_object()).collect();
    let names: Vec<&Value> = asked.iter().map(|hop| &hop["callee"]).collect();
    assert_eq!(names, ["ledger", "catalog", "eligibility"], "the ledger is asked for an answer");
    let asked = asked[2];
    let id =
        asked["id"].as_str().unwrap().replace('|', "%7C").replace(' ', "%20").replace('/', "%2F");
    let minute = "from=2026-11-23T06:04:00Z&to=2026-11-23T06:05:00Z&step=60";
    let (_, minute) = server.get(&format!("/api/v1/hops/{id}/windows?{minute}"));
    assert_eq!(asked["dependency"]["answers"], minute["items"][0]["answers"], "{minute}");
    let usual = asked["dependency"]["usual"].as_object().unwrap();
    assert!(usual.len() >= 2 && usual.values().all(|n| n.as_u64() > Some(50)), "{usual:?}");
}

fn figures_add_up(server: &Server) {
    let (_, text) = server.get("/metrics");
    let figure = |name: &str| -> u64 {
        let mut lines = text.as_str().unwrap().lines();
        let line =
            lines.find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}"));
        line.trim().parse().unwrap()
    };
    let acknowledged = figure("highwater_records_acknowledged_total{kind=\"span\"}");
    let folded = figure("highwater_spans_folded_total");
    assert_eq!(acknowledged, folded + figure("highwater_spans_duplicate_total"));
    assert!(folded > 40_000, "{folded}");
    let (_, hop) = server.get(HOP);
    let labels = "{caller=\"screening\",entry=\"POST /screen\",callee=\"worklist\",operation=\"POST /items\"}";
    for (key, name) in [("entered", "entered"), ("left", "left"), ("received", "received")] {
        assert_eq!(figure(&format!("highwater_hop_{name}_total{labels}")), hop[key], "{key}");
    }
}

/// Tells changes. Returns keys, bodies and answers.
fn changes_are_told(server: &Server) -> Vec<(&'static str, Value, Value)> {
    let path = "/api/v1/changes";
    let flag = json!({ "kind": "flag", "service": "elegibility", "to_version": "strict" });
    let (status, answer) = server.tell(path, "flag", &flag);
    assert_eq!((status, &answer["source"]), (201, &json!("told")), "{answer}");
    let warning = answer["warning"].as_str().unwrap();
    assert!(warning.contains("did you mean \"eligibility\""), "{warning}");
    assert_eq!(server.tell(path, "flag", &flag), (201, answer.clone()));
    let other = json!({ "kind": "flag", "service": "elegibility", "to_version": "lax" });
    let (status, problem) = server.tell(path, "flag", &other);
    assert_eq!(status, 422, "one key for two changes: {problem}");

    let deploy = json!({ "kind": "deploy", "service": "router", "to_version": "2.0.0", "at": "2026-11-23T06:08:00Z" });
    let (status, found) = server.tell(path, "deploy", &deploy);
    assert_eq!((status, &found["source"]), (201, &json!("both")), "found before: {found}");
    assert_eq!(found["from_version"], "1.4.2");
    let (_, stands) = server.get(&format!("{path}/{}", found["id"].as_str().unwrap()));
    assert_eq!(stands, found);
    let (_, all) = server.get(path);
    assert_eq!(all["items"].as_array().unwrap().len(), 2, "{all}");
    vec![("flag", flag, answer), ("deploy", deploy, found)]
}

fn shift_is_accepted(server: &Server) {
    let (_, now) = server.get("/api/v1/now");
    assert_eq!((&now["status"], &now["incidents"][0]["id"]), (&json!("incident"), &json!("INC-1")));
    assert_eq!(now["incidents"][0]["origin"], "eligibility", "{now}");
    let judged = now["incidents"][0]["changes"].as_array().unwrap();
    assert!(judged.iter().any(|c| c["words"] == "deploy of router 1.4.2 -> 2.0.0"), "{now}");
    let (_, shifts) = server.get("/api/v1/shifts");
    let shifts = shifts["items"].as_array().unwrap();
    assert!(shifts.iter().all(|shift| shift["ended_at"].is_null()), "{shifts:?}");
    for shift in shifts {
        let path = format!("/api/v1/shifts/{}/accept", shift["id"].as_str().unwrap());
        let (status, accepted) = server.tell(&path, "once", &Value::Null);
        assert_eq!(status, 200, "{accepted}");
        assert!(accepted["accepted_at"].is_string(), "{accepted}");
        assert_eq!(server.tell(&path, "twice", &Value::Null), (200, accepted));
    }
    assert_eq!(server.tell("/api/v1/shifts/99/accept", "x", &Value::Null).0, 404);
    let (_, open) = server.get("/api/v1/incidents?status=open");
    assert_eq!(open["items"], json!([]), "it is over by that");
}

fn report(server: &Server) -> Value {
    let report = json!({"text": "more than usual", "service": "worklist", "by": "Dave"});
    let (status, answer) = server.tell("/api/v1/reports", "report", &report);
    assert_eq!((status, &answer["opened"]), (201, &json!(false)), "{answer}");
    answer
}

/// What deviates near is said with a report. Returns the number of its entry.
fn reports_are_answered(server: &Server) -> Value {
    let answer = report(server);
    assert_eq!(answer["incident"]["id"], "INC-1");
    let near = answer["near"].as_array().unwrap();
    let says = |words: &str| near.iter().any(|near| near.as_str().unwrap().contains(words));
    assert!(says("transfer of screening") && says("told as a shift"), "{near:?}");
    assert!(answer["compared"].as_u64() > Some(5) && answer["warning"].is_null(), "{answer}");
    let unheard = json!({"text": "x", "service": "inbox", "by": "Dave", "incident": "INC-1"});
    let (_, other) = server.tell("/api/v1/reports", "unheard", &unheard);
    assert!(other["warning"].as_str().unwrap().contains("\"inbox\" was heard"), "{other}");
    answer["entry"]["seq"].clone()
}

/// The same report, sent again, is one.
fn reports_are_answered_alike(server: &Server) -> Value {
    report(server)["entry"]["seq"].clone()
}

/// 06:11:00, in nanoseconds.
const GATE_OPENS_AT: i64 = 1_795_414_260_000_000_000;

/// When the last span of a request ended.
fn last_end(request: &str) -> i64 {
    let key = "\"endTimeUnixNano\":\"";
    let ends = request.match_indices(key).map(|(at, _)| &request[at + key.len()..]);
    ends.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).max().unwrap()
}

#[test]
fn quiet_data_brings_no_deviation() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    for request in requests(1_000).iter().filter(|request| last_end(request) < GATE_OPENS_AT) {
        assert_eq!(server.post(request), Some(200));
    }
    let report = json!({"text": "x", "by": "Dave"});
    let (status, answer) = server.tell("/api/v1/reports", "quiet", &report);
    assert_eq!(status, 201, "{answer}");
    assert!(answer["compared"].as_u64() > Some(5), "{answer}");
    let near = answer["near"].as_array().unwrap();
    // The deploy of router refused some calls; nothing else was other than usual.
    assert!(near.iter().all(|near| near.as_str().unwrap().starts_with("errors of ")), "{near:?}");
}

/// Events after a number, as far as there are any, as lines of the stream.
fn events(server: &Server, after: u64) -> Vec<String> {
    let mut stream = TcpStream::connect(server.api).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let request = format!("GET /api/v1/events?after={after} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    // Nothing more within five seconds is the end.
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let told: Vec<String> = lines.filter(|line| line.starts_with("data: ")).collect();
    let events = told.iter().map(|line| serde_json::from_str::<Value>(&line[6..]).unwrap());
    let numbers: Vec<u64> = events.map(|event| event["event"].as_u64().unwrap()).collect();
    // Acts of administration, such as the start, have numbers between them.
    assert!(numbers[0] > after && numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let left_out = numbers.last().unwrap() - after - numbers.len() as u64;
    assert!(left_out <= 2, "only two starts are left out: {numbers:?}");
    assert!(told.iter().any(|line| line.contains("shift_accepted")), "{told:?}");
    told
}
