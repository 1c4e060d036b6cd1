//! Drafts of real records, letter by letter. `HIGHWATER_BLESS=1 cargo test -p hw-document --test golden` writes them
//! anew; read what changed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_api::{Change, Entry, Incident, Shift, Windows};
use hw_document::{Layout, markdown};
use hw_report::Case;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the API of a server said.
#[derive(Deserialize)]
struct Recorded {
    now: String,
    incident: Incident,
    entries: Vec<Entry>,
    shifts: Vec<Shift>,
    changes: Vec<Change>,
    windows: Vec<Windows>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn case(name: &str) -> Case {
    let file = root().join(format!("testdata/postmortem/{name}.json"));
    let said: Recorded = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    hw_api::case(&hw_api::CaseWords {
        incident: &said.incident,
        shifts: &said.shifts,
        changes: &said.changes,
        entries: &said.entries,
        windows: &said.windows,
        now: hw_api::instant(&said.now).unwrap(),
    })
    .unwrap()
}

/// Compares a text with the one that is kept, or keeps it.
fn golden(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("HIGHWATER_BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{} differs: bless it if it is better", file.display());
}

#[test]
fn draft_of_the_story_reads_as_it_is_kept() {
    let document = hw_report::draft(&case("story"));
    golden("story.md", &visible(&markdown(&document, &Layout::Own).unwrap()));
}

#[test]
fn draft_of_a_recording_reads_as_it_is_kept() {
    let document = hw_report::draft(&case("play"));
    golden("play.md", &visible(&markdown(&document, &Layout::Own).unwrap()));
}

/// The text without the block at its end.
fn visible(markdown: &str) -> String {
    markdown.split("<!-- highwater:postmortem").next().unwrap().to_owned()
}
