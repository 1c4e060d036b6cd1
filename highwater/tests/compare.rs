//! `highwater compare` on the recording: where two counts part, and files that nobody should write.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use serde_json::Value;
use server::Server;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn highwater(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(arguments).env_remove("HIGHWATER_CONFIG").env_remove("HIGHWATER_FORMAT");
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).unwrap()
}

/// A server that has the recording.
fn told(folder: &Path) -> Server {
    let mut server = Server::new(folder);
    server.start();
    server.wait_until_ready();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let traces = example.join("traces.jsonl.zst");
    let http = server.http.to_string();
    let sent = highwater(&["import", traces.to_str().unwrap(), "--otlp-http", &http]);
    assert!(sent.status.success(), "{}", said(&sent));
    let began = Instant::now();
    while server.get("/api/v1/now").1["batches_behind"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "counting does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

fn compared(server: &Server, arguments: &[&str]) -> Output {
    let api = server.api.to_string();
    highwater(&[&["compare", "--server", api.as_str()], arguments].concat())
}

fn json(server: &Server, arguments: &[&str]) -> Value {
    let output = compared(server, &[arguments, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

const HOP: &str = "screening|POST /screen|worklist|POST /items";

#[test]
fn two_counts_part_at_the_onset_and_on_the_hop() {
    let folder = tempfile::tempdir().unwrap();
    let server = told(folder.path());
    parting_is_found(&server);
    way_is_asked_leg_by_leg(&server);
    text_says_the_answer_first(&server);
    counts_are_those_of_the_windows(&server);
    file_is_laid_beside_a_hop(&server, folder.path());
    what_cannot_be_compared_is_refused(&server);
}

/// The gate opens at 06:11:00, give or take a second, and eligibility is restarted at 06:20.
fn parting_is_found(server: &Server) {
    for pair in [["screening.entered", "screening->worklist.received"], ["screening", HOP]] {
        let found = json(server, &pair);
        assert_eq!(found["outcome"], "parted", "{found}");
        let near = ["2026-11-23T06:10:50.000Z", "2026-11-23T06:11:00.000Z"];
        assert!(near.contains(&found["parting"]["at"].as_str().unwrap()), "{}", found["parting"]);
        assert_eq!(found["leg"]["hop"], HOP, "{}", found["leg"]);
        assert_eq!((&found["step_s"], &found["lag_s"]), (&10.into(), &0.into()));
        let stretches = found["stretches"].as_array().unwrap();
        assert_eq!(stretches.len(), 3, "{stretches:?}");
        assert!((stretches[0]["ratio"].as_f64().unwrap() - 0.5).abs() < 0.03, "{stretches:?}");
        assert!(stretches[1]["ratio"].as_f64().unwrap() > 0.99, "{stretches:?}");
        assert!(stretches[2]["from"].as_str().unwrap().starts_with("2026-11-23T06:20"));
    }
    let alone = json(server, &["screening->worklist"]);
    assert_eq!(alone["a"]["count"], "entered");
    assert_eq!(alone["parting"]["at"], json(server, &["screening", HOP])["parting"]["at"]);
}

/// From one end to the other the leg is named, and legs before it do not part.
fn way_is_asked_leg_by_leg(server: &Server) {
    let found = json(server, &["intake->router", "screening->worklist.received"]);
    assert_eq!(found["leg"]["hop"], HOP, "{}", found["answer"]);
    let upstream = json(server, &["intake->router", "router->screening.received"]);
    assert_eq!(upstream["outcome"], "together", "{}", upstream["answer"]);
    assert_eq!(upstream["leg"], Value::Null);
}

fn text_says_the_answer_first(server: &Server) {
    let output = compared(server, &["screening", "screening->worklist"]);
    let page = said(&output);
    assert!(page.starts_with("They part at 06:1"), "{page}");
    for words in ["<- part", "... ", "Stretches of one ratio", "█", "^part 06:1", "late data"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.lines().count() < 60, "{page}");
    let all = said(&compared(server, &["screening", "screening->worklist", "--all"]));
    assert!(all.lines().count() > 130 && !all.contains("... "), "{all}");
    let csv = said(&compared(server, &["screening", "screening->worklist", "--format", "csv"]));
    assert!(csv.starts_with("time,a,b,difference,ratio\n2026-11-23T06:00:00.000Z,"), "{csv}");
}

/// What is compared adds up to what the windows have.
fn counts_are_those_of_the_windows(server: &Server) {
    let hop = "/api/v1/hops/screening%7CPOST%20%2Fscreen%7Cworklist%7CPOST%20%2Fitems";
    for step in ["10", "60", "5m"] {
        let query = format!("from=2026-11-23T06:00:00Z&to=2026-11-23T06:20:00Z&step={step}");
        let (_, windows) = server.get(&format!("{hop}/windows?{query}"));
        let (status, counts) =
            server.get(&format!("/api/v1/counts?of=screening-%3Eworklist.received&{query}"));
        assert_eq!(status, 200, "{counts}");
        let windows = windows["items"].as_array().unwrap().iter();
        let expect: u64 = windows.map(|window| window["received"].as_u64().unwrap()).sum();
        assert_eq!(counts["of"]["total"].as_f64(), Some(expect as f64), "{step}");
        assert!(expect > 2_000 && counts["of"]["missing"] == 0, "{counts}");
    }
    // Before there was anything, there is no data, which is not zero.
    let (_, before) = server.get(
        "/api/v1/counts?of=screening&from=2026-11-23T05:50:00Z&to=2026-11-23T06:01:00Z&step=60",
    );
    assert_eq!(before["items"][0]["n"], Value::Null, "{before}");
    assert_eq!(before["of"]["missing"], 10, "{before}");
    assert!(before["items"][10]["n"].as_u64() > Some(100), "{before}");
}

/// Another system counts what it got, half a minute later.
fn file_is_laid_beside_a_hop(server: &Server, folder: &Path) {
    let (_, counts) = server.get("/api/v1/counts?of=screening-%3Eworklist.received");
    let mut rows = "time,count\n".to_owned();
    for item in counts["items"].as_array().unwrap() {
        if let Some(n) = item["n"].as_u64() {
            let from = item["from"].as_str().unwrap();
            let later = later_s(from, 30);
            rows.push_str(&format!("{later},{n}\n"));
        }
    }
    let file = folder.join("inbox.csv");
    std::fs::write(&file, rows).unwrap();
    let file = file.to_str().unwrap();
    let found = json(server, &["screening", file]);
    assert_eq!((&found["outcome"], &found["lag_s"]), (&"parted".into(), &30.into()));
    assert!(found["parting"]["at"].as_str().unwrap().starts_with("2026-11-23T06:1"), "{found}");
    let same = json(server, &["screening->worklist.received", file]);
    assert_eq!(same["outcome"], "together", "{}", same["answer"]);
    // Two files need no server.
    let alone = highwater(&["compare", "--server", "127.0.0.1:9", file, file]);
    assert!(said(&alone).starts_with("They do not part"), "{}", said(&alone));
    for (text, words) in [
        ("time,count\n2026-11-23T06:00:00Z,x\n", "bad.csv, line 2: \"x\" is no count"),
        ("\u{0}\u{1}garbage", "bad.csv, line 1: neither a time"),
        ("", "bad.csv: has no row"),
    ] {
        let bad = folder.join("bad.csv");
        std::fs::write(&bad, text).unwrap();
        let output = compared(server, &["screening", bad.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    let old = folder.join("old.csv");
    std::fs::write(&old, "1700000000,5\n1700000060,5\n").unwrap();
    let output = compared(server, &["screening", old.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).starts_with("Too little was counted to say"), "{}", said(&output));
}

/// `2026-11-23T06:00:10.000Z` so many seconds later.
fn later_s(at: &str, seconds: u32) -> String {
    let part = |range: std::ops::Range<usize>| at[range].parse::<u32>().unwrap();
    let sum = part(11..13) * 3_600 + part(14..16) * 60 + part(17..19) + seconds;
    format!("{}{:02}:{:02}:{:02}Z", &at[..11], sum / 3_600, sum / 60 % 60, sum % 60)
}

fn what_cannot_be_compared_is_refused(server: &Server) {
    for (arguments, code, words) in [
        (&["screening", "screening->wroklist"][..], 2, "did you mean \"screening->worklist\"?"),
        (&["screening"], 2, "b is missing"),
        (&["screening", "screening.entered"], 2, "are both \"screening entered\""),
        (&["screening.left", "router"], 2, "is an entry: it has .entered"),
        (&["screening", "router", "--shift", "1d"], 2, "cannot be used with"),
        (&["screening", "router", "--step", "15s"], 2, "step must be a multiple of 10 s"),
        (&["screening", "router", "--step", "soon"], 2, "step=soon is no length"),
        (&["screening", "router", "--from", "2027-01-01T00:00:00Z"], 2, "from is not before"),
        (&["screening", "nowhere.csv"], 3, "nowhere.csv: cannot be opened"),
        (&["screening", "yesterday"], 0, "Too little was counted to say"),
    ] {
        let output = compared(server, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
    }
}
