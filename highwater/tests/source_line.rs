//! The line of source of a log line that changed: from what SDKs send to the address that people open.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const SETTINGS: &str = r#"
[[repositories]]
service = "eligibility"
url = "https://github.com/acme/eligibility"
revision = "v{version}"
root = "/app"
"#;

/// What the Python SDK's logging handler writes beside a line.
const WRITTEN: &str = r#""attributes":[
    {"key":"code.file.path","value":{"stringValue":"/app/src/rules.py"}},
    {"key":"code.function.name","value":{"stringValue":"load"}},
    {"key":"code.line.number","value":{"intValue":"88"}}],"#;

/// The example, whose warnings say where they are written.
fn recording(folder: &Path) -> [PathBuf; 2] {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let packed = std::fs::read(example.join("logs.jsonl.zst")).unwrap();
    let logs = String::from_utf8(zstd::decode_all(&packed[..]).unwrap()).unwrap();
    let warning = r#""body":{"stringValue":"rules snapshot"#;
    assert!(logs.contains(warning));
    let written = WRITTEN.replace('\n', " ") + warning;
    let file = folder.join("logs.jsonl");
    std::fs::write(&file, logs.replace(warning, &written)).unwrap();
    [example.join("traces.jsonl.zst"), file]
}

fn analyzed(files: &[PathBuf], arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.arg("analyze").args(files).args(arguments).env_remove("HIGHWATER_CONFIG");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn lead_says_where_in_the_source_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let files = recording(folder.path());
    let settings = folder.path().join("highwater.toml");
    std::fs::write(&settings, SETTINGS).unwrap();
    let settings = ["--config", settings.to_str().unwrap()];

    let json = |more: &[&str]| -> Value {
        let arguments = [&["--format", "json"], more].concat();
        serde_json::from_str(&analyzed(&files, &arguments)).unwrap()
    };
    let lead = json(&settings)["incidents"][0]["leads"][0].clone();
    assert_eq!(lead["service"], "eligibility", "{lead}");
    let source = &lead["source"];
    assert_eq!((&source["file"], &source["line"]), (&"src/rules.py".into(), &88.into()));
    let link = "https://github.com/acme/eligibility/blob/v0.9.7/src/rules.py#L88";
    assert_eq!(source["link"], link, "{source}");

    let text = analyzed(&files, &settings);
    assert!(text.contains("written at src/rules.py:88 in load"), "{text}");
    assert!(text.contains(&format!("    {link}\n")), "{text}");

    let lead = json(&[])["incidents"][0]["leads"][0].clone();
    assert_eq!(lead["source"]["file"], "/app/src/rules.py", "{lead}");
    assert!(lead["source"]["link"].is_null(), "no repository is known: {lead}");
}
