//! docs/internals/receiver.md says which test holds each of its rows, and leaves none out.

use std::collections::BTreeSet;
use std::path::Path;

/// Names of tests in the files of the receiver's tests.
fn tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = vec![folder.join("receiver_crowd.rs")];
    for entry in std::fs::read_dir(folder.join("receiver")).unwrap() {
        files.push(entry.unwrap().path());
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("#[tokio::test") || line.starts_with("#[test") {
                let head = lines.next().unwrap();
                let (_, name) = head.split_once("fn ").unwrap();
                names.insert(name.split('(').next().unwrap().to_owned());
            }
        }
    }
    names
}

/// What stands in backticks in the last cell of each row of the page's tables.
fn named(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter(|line| line.starts_with('|') && line.ends_with('|'));
    let last_cells = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    let names = last_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names.map(str::to_owned).collect()
}

#[test]
fn each_row_of_the_page_names_its_test_and_each_test_has_a_row() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/internals/receiver.md");
    let named = named(&std::fs::read_to_string(page).unwrap());
    let mut tests = tests();
    assert!(tests.remove("each_row_of_the_page_names_its_test_and_each_test_has_a_row"));
    assert!(tests.len() > 50, "{}", tests.len());
    let missing: Vec<&String> = named.difference(&tests).collect();
    assert!(missing.is_empty(), "the page names tests that are not there: {missing:?}");
    let unsaid: Vec<&String> = tests.difference(&named).collect();
    assert!(unsaid.is_empty(), "tests that no row names: {unsaid:?}");
}
