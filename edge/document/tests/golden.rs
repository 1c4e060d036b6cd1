//! Drafts of real records, letter by letter. `HIGHWATER_BLESS=1 cargo test -p hw-document --test golden` writes them
//! anew; read what changed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "recorded/records.rs"]
mod records;

use hw_document::{Layout, html, markdown};
use hw_report::{Redaction, draft, redact};
use records::case;
use std::path::Path;

/// Compares a text with the one that is kept, or keeps it.
fn golden(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("HIGHWATER_BLESS").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{} differs: bless it if it is better", file.display());
}

/// The text without the block at its end.
fn visible(markdown: &str) -> String {
    markdown.split("<!-- highwater:postmortem").next().unwrap().to_owned()
}

#[test]
fn draft_of_the_story_reads_as_it_is_kept() {
    let document = draft(&case("story"));
    golden("story.md", &visible(&markdown(&document, &Layout::Own).unwrap()));
    golden(
        "story.html",
        &html(&document, &Layout::Own, &|figure| format!("<!-- {} -->", figure.id)).unwrap(),
    );
}

#[test]
fn draft_of_a_recording_reads_as_it_is_kept_in_other_layouts() {
    let document = draft(&case("play"));
    golden("play-sre.md", &visible(&markdown(&document, &Layout::SreBook).unwrap()));
    golden("play-pagerduty.md", &visible(&markdown(&document, &Layout::PagerDuty).unwrap()));
}

#[test]
fn public_version_of_the_story_reads_as_it_is_kept() {
    let document = redact(&draft(&case("story")), &Redaction::default());
    golden("story-public.md", &visible(&markdown(&document, &Layout::Own).unwrap()));
}
