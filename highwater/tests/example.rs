//! The first command of the README finds what its recording holds.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The example as `analyze --format json` sees it.
fn analysed() -> Value {
    analysed_with(&[])
}

fn analysed_with(more: &[&str]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let output = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .arg("analyze")
        .args(["traces.jsonl.zst", "logs.jsonl.zst"].map(|name| folder.join(name)))
        .args(["--format", "json"])
        .args(more)
        .env_remove("HIGHWATER_CONFIG")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What was said of a change of this kind to this service, the first of them.
fn said<'a>(found: &'a Value, list: &str, kind: &str, service: &str) -> &'a Value {
    let changes = found["changes"].as_array().unwrap().iter();
    let mut ids = changes
        .filter(|change| change["kind"] == kind && change["service"] == service)
        .map(|change| &change["id"]);
    let id = ids.next().unwrap_or_else(|| panic!("no {kind} of {service} in {found:#}"));
    let all = found["incidents"][0][list].as_array().unwrap();
    all.iter().find(|said| said["change"] == *id).unwrap()
}

#[test]
fn example_holds_one_incident_that_starts_at_eligibility_and_router_is_innocent() {
    let found = analysed();
    let incidents = found["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 1, "{incidents:#?}");
    let incident = &incidents[0];
    assert_eq!(incident["origins"][0]["service"], "eligibility");
    assert_eq!(incident["cleared"][0]["service"], "screening");
    let started = incident["started_at"].as_str().unwrap();
    let near = ["2026-11-23T06:10:5", "2026-11-23T06:11:0"];
    assert!(near.iter().any(|second| started.starts_with(second)), "{started}");
    assert_eq!(said(&found, "changes", "deploy", "router")["verdict"], "exonerated");
    assert_eq!(said(&found, "mitigations", "rollback", "router")["effect"], "none");
    assert_eq!(said(&found, "mitigations", "restart", "eligibility")["effect"], "worked");
    assert_eq!(found["counts"]["unjoined"], 0);
}

/// What the README shows is what its command says.
#[test]
fn readme_shows_what_its_command_says() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(top.join("README.md")).unwrap();
    let command = readme.lines().find(|line| line.contains("run --release -- analyze")).unwrap();
    let files: Vec<&str> = command.split(' ').filter(|word| word.ends_with(".zst")).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .current_dir(top)
        .arg("analyze")
        .args(&files)
        .env_remove("HIGHWATER_CONFIG")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(files.len(), 2, "{command}");
    assert!(said.starts_with(shown), "the README shows\n{shown}\nbut it says\n{said}");
}

/// Every change is told as well, a little before its first span came: each stays one change, and
/// nothing that was said of it changes.
#[test]
fn change_that_is_told_and_found_is_one() {
    let found = analysed();
    let mut told = found["changes"].clone();
    for change in told.as_array_mut().unwrap() {
        let at: i64 = change["at"].as_str().unwrap()[17..19].parse().unwrap();
        let at = format!("{}{:02}Z", &change["at"].as_str().unwrap()[..17], at.max(2) - 2);
        let wanted = ["kind", "service", "from_version", "to_version"];
        let fields = change.as_object().unwrap().iter();
        let mut kept: serde_json::Map<String, Value> = fields
            .filter(|(key, value)| wanted.contains(&key.as_str()) && !value.is_null())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        kept.insert("at".to_owned(), at.into());
        *change = Value::Object(kept);
    }
    let file = std::env::temp_dir().join(format!("highwater-told-{}.json", std::process::id()));
    std::fs::write(&file, told.to_string()).unwrap();
    let again = analysed_with(&["--changes", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    let changes = |found: &Value| {
        let all = found["changes"].as_array().unwrap().clone();
        let key =
            |c: &Value| (c["kind"].to_string(), c["service"].to_string(), c["at"].to_string());
        let id = |all: &[Value], id: &Value| all.iter().find(|c| c["id"] == *id).map(key);
        let links = |c: &Value| (id(&all, &c["reverses"]), id(&all, &c["redeploy_of"]));
        all.iter().map(|change| (key(change), links(change))).collect::<Vec<_>>()
    };
    assert_eq!(changes(&again), changes(&found), "{:#}", again["changes"]);
    for (kind, service) in
        [("deploy", "router"), ("rollback", "router"), ("restart", "eligibility")]
    {
        let verdict = |found: &Value| said(found, "changes", kind, service)["verdict"].clone();
        assert_eq!(verdict(&again), verdict(&found), "{kind} of {service}");
    }
}

/// Half a minute after the cure it is neither "still going on" nor over, and the figures are those of
/// the shift alone.
#[test]
fn minute_after_the_cure_is_said_to_look_usual_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let output = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .arg("analyze")
        .args(["traces.jsonl.zst", "logs.jsonl.zst"].map(|name| folder.join(name)))
        .args(["--to", "2026-11-23T06:20:40Z"])
        .env_remove("HIGHWATER_CONFIG")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let title = "screening passes 100 % of what it receives; it usually passes half";
    assert!(said.contains(title), "{said}");
    assert!(said.contains("not yet certain: back to usual since 06:20:0"), "{said}");
    assert!(said.contains("helped     restart of eligibility"), "{said}");
}
