//! The command line as a person meets it: exit codes, what goes where, and bad input said clearly.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/recording.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod recording;

use recording::{file, span_seconds, traces, with_spans};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What a run of the binary said.
struct Said {
    code: i32,
    stdout: String,
    stderr: String,
}

fn highwater(arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(arguments)
        .env_remove("HIGHWATER_CONFIG")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn analyze(files: &[&Path], more: &[&str]) -> Said {
    let files = files.iter().map(|file| file.to_str().unwrap());
    let arguments: Vec<&str> =
        std::iter::once("analyze").chain(files).chain(more.iter().copied()).collect();
    highwater(&arguments)
}

/// The first lines of the recording.
fn some_lines(n: usize) -> Vec<&'static [u8]> {
    traces().split(|byte| *byte == b'\n').take(n).collect()
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.stdout)
        .unwrap_or_else(|_| panic!("{}\n{}", said.stdout, said.stderr))
}

#[test]
fn story_is_told_in_one_sentence_first_and_exits_with_one() {
    let said = analyze(&[&file("traces.jsonl.zst"), &file("logs.jsonl.zst")], &[]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let first = said.stdout.lines().next().unwrap();
    assert_eq!(first, "INC-1  screening passes 100 % of what it receives; it usually passes half.");
    for fact in [
        "starts at  eligibility",
        "innocent   deploy of router 1.4.2 -> 2.0.0 (exonerated)",
        "helped     restart of eligibility",
        "cleared: screening",
        "NO EFFECT",
        "WORKED",
        "rules snapshot <*> is empty, using defaults",
    ] {
        assert!(said.stdout.contains(fact), "{fact} is missing in\n{}", said.stdout);
    }
    let widest = said.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 110, "{widest} columns");
    assert!(!said.stdout.contains('\u{1b}'), "no colour where nobody sees it");
    assert_eq!(said.stderr, "");
}

#[test]
fn json_has_the_promised_shape() {
    let said = analyze(
        &[&file("traces.jsonl.zst"), &file("metrics.jsonl.zst"), &file("logs.jsonl.zst")],
        &["--format", "json", "--window", "30s"],
    );
    assert_eq!(said.code, 1);
    let found = json(&said);
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["changes", "counts", "coverage", "from", "hops", "incidents", "shifts", "to"],
        "serde_json sorts keys when it reads"
    );
    let order = ["\"from\"", "\"to\"", "\"counts\"", "\"coverage\"", "\"hops\"", "\"shifts\""];
    let places: Vec<usize> = order.iter().map(|key| said.stdout.find(key).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(found["incidents"][0]["id"], "INC-1");
    assert_eq!(found["incidents"][0]["trail"].as_array().unwrap().len(), 3);
    assert_eq!(found["changes"][0]["source"], "telemetry");
    assert!(found["from"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn quiet_stretch_exits_with_zero_and_says_what_was_watched() {
    let quiet = analyze(&[&file("traces.jsonl.zst")], &["--to", "2026-11-22T06:54:50Z"]);
    assert_eq!(quiet.code, 0, "{}", quiet.stderr);
    assert!(quiet.stdout.starts_with("No incident: "), "{}", quiet.stdout);
    let short = analyze(&[&file("traces.jsonl.zst")], &["--to", "+60s"]);
    assert_eq!(short.code, 0);
    assert!(short.stdout.contains("too short to learn"), "{}", short.stdout);
}

#[test]
fn lost_telemetry_is_said_and_is_no_incident() {
    let folder = TempDir::new().unwrap();
    let lost =
        |service: &str, ended_s: f64| service == "catalog" && (400.0..520.0).contains(&ended_s);
    let traces =
        with_spans(|service, span| (!lost(service, span_seconds(&span).1)).then_some(span));
    let hole = written(&folder, "hole.jsonl", &traces);
    for (until, words) in [("+8m", "on, and it is still missing"), ("+11m", "until 06:52:3")] {
        let said = analyze(&[&hole], &["--to", until]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.contains("Shifts that are no incident"), "{}", said.stdout);
        let silence = "no telemetry came from catalog from 06:50:3";
        assert!(said.stdout.contains(silence), "{}", said.stdout);
        assert!(said.stdout.contains(words), "{}", said.stdout);
        assert!(!said.stdout.contains("none shifted"), "{}", said.stdout);
    }
}

#[test]
fn told_change_is_judged_beside_those_that_are_found() {
    let folder = TempDir::new().unwrap();
    let told = written(
        &folder,
        "changes.json",
        br#"[{"kind": "flag", "service": "eligibility", "at": "2026-11-22T06:54:53Z", "to_version": "open"},
             {"kind": "deploy", "service": "router", "at": "2026-11-22T06:51:00Z", "to_version": "2.0.0"}]"#,
    );
    let said = analyze(
        &[&file("traces.jsonl.zst")],
        &["--changes", told.to_str().unwrap(), "--format", "json", "--to", "+14m"],
    );
    let found = json(&said);
    let changes = found["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "told and found is one change: {changes:#?}");
    assert_eq!((&changes[0]["service"], &changes[0]["source"]), (&"router".into(), &"both".into()));
    assert_eq!((&changes[1]["kind"], &changes[1]["source"]), (&"flag".into(), &"told".into()));
    let verdicts = found["incidents"][0]["changes"].as_array().unwrap();
    assert_eq!(verdicts[1]["verdict"], "implicated", "{verdicts:#?}");
    assert_eq!(verdicts[0]["verdict"], "not_implicated", "{verdicts:#?}");
}

#[test]
fn declared_answer_wins_over_the_discovered_one() {
    let folder = TempDir::new().unwrap();
    let settings = written(
        &folder,
        "highwater.toml",
        br#"[[decisions]]
            name = "gate"
            when = { service = "eligibility" }
            value = { from = "span_attribute", key = "eligibility.answer" }
            map = { open = ["go"], shut = ["halt"] }"#,
    );
    let said = analyze(
        &[&file("traces.jsonl.zst")],
        &["--config", settings.to_str().unwrap(), "--format", "json"],
    );
    let found = json(&said);
    let shifts = found["shifts"].as_array().unwrap();
    assert!(shifts.iter().any(|shift| shift["value"] == "open"), "{shifts:#?}");
    assert_eq!(found["incidents"][0]["origins"][0]["service"], "eligibility");
}

#[test]
fn unreadable_input_names_the_file_and_exits_with_three() {
    let folder = TempDir::new().unwrap();
    let mut xz = vec![0xfd, b'7', b'z', b'X', b'Z', 0];
    xz.extend([0; 32]);
    let cases: [(&str, &[u8], &str); 4] = [
        ("empty.jsonl", b"", "is empty"),
        ("notes.txt", b"dear diary,\nall is well\n", "holds no OTLP"),
        ("packed.xz", &xz, "compressed with xz, which is not supported"),
        ("list.json", b"[1, 2, 3]\n", "holds no OTLP"),
    ];
    for (name, bytes, wanted) in cases {
        let path = written(&folder, name, bytes);
        let said = analyze(&[&path], &[]);
        assert_eq!(said.code, 3, "{name}: {}", said.stderr);
        assert!(said.stderr.contains(name) && said.stderr.contains(wanted), "{}", said.stderr);
        assert_eq!(said.stdout, "", "{name}");
    }
    let missing = analyze(&[Path::new("/nowhere/traces.jsonl")], &[]);
    assert_eq!(missing.code, 3);
    assert!(missing.stderr.contains("/nowhere/traces.jsonl: there is no such file"));
    let folder_itself = analyze(&[folder.path()], &[]);
    assert_eq!(folder_itself.code, 3);
    assert!(folder_itself.stderr.contains("is a directory"));
}

#[test]
fn empty_file_beside_a_good_one_is_said_and_the_good_one_is_used() {
    let folder = TempDir::new().unwrap();
    let empty = written(&folder, "empty.jsonl", b"");
    let notes = written(&folder, "notes.txt", b"dear diary\n");
    let said = analyze(&[&empty, &file("traces.jsonl.zst"), &notes], &["--format", "json"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    assert!(said.stderr.contains("empty.jsonl: it is empty"), "{}", said.stderr);
    assert!(said.stderr.contains("notes.txt: it holds no OTLP"), "{}", said.stderr);
    assert_eq!(json(&said)["counts"]["rejected"], 2);
}

#[test]
fn metrics_alone_hold_nothing_to_judge() {
    let said = analyze(&[&file("metrics.jsonl.zst")], &[]);
    assert_eq!(said.code, 3);
    assert!(said.stderr.contains("found no spans"), "{}", said.stderr);
    assert!(said.stderr.contains("add the file with the traces"), "{}", said.stderr);
}

#[test]
fn broken_lines_are_named_and_counted_and_the_rest_is_used() {
    let folder = TempDir::new().unwrap();
    let mut lines: Vec<Vec<u8>> = some_lines(400).into_iter().map(<[u8]>::to_vec).collect();
    let whole =
        analyze(&[&written(&folder, "whole.jsonl", &lines.join(&b'\n'))], &["--format", "json"]);
    let n_whole = json(&whole)["counts"]["spans"].as_u64().unwrap();
    let half = lines[99].len() / 2;
    lines[99].truncate(half);
    lines[199] = b"{\"resourceSpans\": 7}".to_vec();
    lines[299][10] ^= 0x80;
    lines.insert(0, b"{\"something\": \"else\"}".to_vec());
    let said =
        analyze(&[&written(&folder, "broken.jsonl", &lines.join(&b'\n'))], &["--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    for line in ["line 1:", "line 101:", "line 201:", "line 301:"] {
        assert!(said.stderr.contains(&format!("broken.jsonl, {line}")), "{line}\n{}", said.stderr);
    }
    let counts = &json(&said)["counts"];
    assert_eq!(counts["rejected"], 4);
    let n = counts["spans"].as_u64().unwrap();
    assert!(n < n_whole && n > n_whole * 9 / 10, "{n} of {n_whole}");
}

#[test]
fn broken_spans_are_counted_by_reason_and_the_rest_is_used() {
    let folder = TempDir::new().unwrap();
    let line = String::from_utf8(some_lines(40)[39].to_vec()).unwrap();
    let n_spans = line.matches("\"spanId\"").count();
    let short = line.replacen("\"traceId\":\"", "\"traceId\":\"ab", 1);
    let future = line.replacen("\"startTimeUnixNano\":\"17", "\"startTimeUnixNano\":\"97", 1);
    let bytes = format!("{line}\n{short}\n{future}\n");
    let said =
        analyze(&[&written(&folder, "spans.jsonl", bytes.as_bytes())], &["--format", "json"]);
    assert!(said.stderr.contains("1 records rejected: id of wrong length"), "{}", said.stderr);
    assert!(said.stderr.contains("1 records rejected: time out of range"), "{}", said.stderr);
    assert_eq!(json(&said)["counts"]["spans"], n_spans);
    assert_eq!(json(&said)["counts"]["rejected"], 2);
}

#[test]
fn monsters_are_survived() {
    let folder = TempDir::new().unwrap();
    let span = |attributes: &str, name: &str| {
        format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"a"}}}}]}},"scopeSpans":[{{"spans":[{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"{name}","kind":2,"startTimeUnixNano":"1795329834000000000","endTimeUnixNano":"1795329835000000000","attributes":[{attributes}]}}]}}]}}]}}"#
        )
    };
    let many: Vec<String> = (0..100_000)
        .map(|n| format!(r#"{{"key":"k{n}","value":{{"stringValue":"v{n}"}}}}"#))
        .collect();
    let many = span(&many.join(","), "many");
    let long = span(
        &format!(r#"{{"key":"k","value":{{"stringValue":"{}"}}}}"#, "x".repeat(1 << 20)),
        &"y".repeat(1 << 20),
    );
    let deep = format!("{{\"resourceSpans\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let escapes = span("", "\\u001b[31mred\\u202e").replace("eee1", "eee2");
    let bytes = format!("{many}\n{long}\n{deep}\n{escapes}\n");
    let said = analyze(&[&written(&folder, "monsters.jsonl", bytes.as_bytes())], &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("monsters.jsonl, line 3"), "{}", said.stderr);
    assert!(!said.stdout.contains('\u{1b}') && !said.stderr.contains('\u{1b}'));
}

#[test]
fn wrong_command_lines_exit_with_two_and_say_what_is_right() {
    let traces = file("traces.jsonl.zst");
    let traces = traces.to_str().unwrap();
    let cases: [(&[&str], &str); 6] = [
        (&["analyze"], "<FILE>..."),
        (&["analyse", traces], "analyze"),
        (&["analyze", traces, "--to", "yesterday"], "2026-11-22T06:44:00Z"),
        (&["analyze", traces, "--window", "0s"], "from 1s to 1h"),
        (&["analyze", traces, "--format", "yaml"], "json"),
        (&["analyze", traces, "--config", "/nowhere.toml"], "/nowhere.toml"),
    ];
    for (arguments, wanted) in cases {
        let said = highwater(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.stderr);
        assert!(said.stderr.contains(wanted), "{arguments:?}: {}", said.stderr);
    }
    let help = highwater(&["analyze", "--help"]);
    assert_eq!(help.code, 0);
    for taught in ["Examples:", "Exit code", "--ignore-attribute", "Collector"] {
        assert!(help.stdout.contains(taught), "{taught} is not taught");
    }
}

#[test]
fn nothing_between_from_and_to_is_said() {
    let said = analyze(&[&file("traces.jsonl.zst")], &["--from", "2027-01-01T00:00:00Z"]);
    assert_eq!(said.code, 3);
    assert!(said.stderr.contains("lies between --from and --to"), "{}", said.stderr);
}
