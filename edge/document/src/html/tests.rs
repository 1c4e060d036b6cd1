//! The page: one file that loads nothing.

use super::*;
use hw_model::Timestamp;
use hw_report::{Case, Review};

fn document() -> Document {
    let record = hw_incident::Record::new(hw_model::IncidentId(1));
    hw_report::draft(&Case {
        record,
        title: "</title><script>alert('x')</script>".to_owned(),
        ended_at: None,
        shifts: Vec::new(),
        changes: Vec::new(),
        diagnosis: hw_model::Diagnosis::default(),
        lines: Vec::new(),
        courses: Vec::new(),
        facts: Vec::new(),
        actions: Vec::new(),
        review: Review::default(),
        now: Timestamp::from_s(1_795_414_260),
    })
}

#[test]
fn nothing_runs_and_nothing_is_loaded() {
    let document = document();
    for layout in [Layout::Own, Layout::SreBook, Layout::PagerDuty] {
        let page = html(&document, &layout, &|_| String::new()).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(
            !page.contains("<link") && !page.contains("<img") && !page.contains("url("),
            "{page}"
        );
        assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"), "{page}");
        assert!(
            page.contains("default-src 'none'") && page.contains("<main>") && page.contains("<h1>"),
            "{page}"
        );
        assert_eq!(page.matches("<h1").count(), 1, "{page}");
    }
}

#[test]
fn the_page_is_right_in_the_dark_and_on_paper() {
    for needed in [
        "prefers-color-scheme:dark",
        "@page",
        "@media print",
        "break-inside:avoid",
        "table-header-group",
    ] {
        assert!(CSS.contains(needed), "{needed}");
    }
    // The colours are those of the pages: /work's tokens are copied here, pair by pair.
    for token in [
        "--flow:#1f6f8b",
        "--alarm:#b3370a",
        "--flow:#58bad6",
        "--alarm:#ff9062",
        "--ink3:#566b77",
        "--ink3:#8fa4af",
    ] {
        assert!(CSS.contains(token), "{token}");
    }
    assert_eq!(CSS.matches('{').count(), CSS.matches('}').count());
}

#[test]
fn restricted_and_public_documents_say_so() {
    let mut document = document();
    document.restricted_to = vec!["Anna".to_owned()];
    let page = html(&document, &Layout::Own, &|_| String::new()).unwrap();
    assert!(page.contains("restricted to Anna"), "{page}");
    let public = hw_report::redact(&document, &hw_report::Redaction::default());
    let page = html(&public, &Layout::Own, &|_| String::new()).unwrap();
    assert!(
        page.contains("public version")
            && !page.contains("Anna")
            && !page.contains("To be answered"),
        "{page}"
    );
}
