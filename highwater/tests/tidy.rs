//! The house rules that no lint knows: who may use whom, how long a file may be, what it is called.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each core crate may depend on, third-party crates too. A new row, or a new name in a row,
/// needs an ADR.
const CORE_MAY_USE: &[(&str, &[&str])] = &[
    ("model", &["serde"]),
    ("chart", &["hw-model"]),
    ("people", &["hw-model"]),
    ("stats", &["libm", "serde", "serde_bytes"]),
    ("flow", &["hw-model", "hw-stats", "foldhash", "hashbrown", "serde"]),
    ("detect", &["hw-model", "hw-stats", "serde"]),
    ("diagnose", &["hw-model", "hw-stats"]),
    ("incident", &["hw-model"]),
    ("report", &["hw-incident", "hw-model"]),
    ("learn", &["hw-incident", "hw-model", "hw-people", "hw-stats"]),
    ("engine", &["hw-model", "hw-stats", "hw-flow", "hw-detect", "hw-diagnose", "serde"]),
    (
        "wire",
        &[
            "hw-model",
            "hw-flow",
            "hw-engine",
            "hw-incident",
            "rmp-serde",
            "serde",
            "serde_bytes",
            "serde_json",
            "thiserror",
        ],
    ),
];

/// Edges: each knows core and the API's types, and no other edge.
const EDGES: &[&str] = &[
    "access",
    "api",
    "document",
    "ingest",
    "notify",
    "page",
    "prometheus",
    "roster",
    "store",
    "web",
];

/// Lines of a file without its tests.
const FILE_LINES_MAX: usize = 800;

/// Names that say nothing.
const NAMES_THAT_SAY_NOTHING: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "service", "impl", "misc"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every Rust file of the house, generated and build output left out.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["core", "edge", "highwater", "sim", "xtask", "fuzz"].map(|f| root().join(f)).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "target" && name != "gen" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "the house is larger than that: {found:?}");
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// Names of the crates in one table of a manifest.
fn dependencies(manifest: &Path, table: &str) -> Vec<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let names = manifest.get(table).and_then(|table| table.as_table());
    names.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

fn nothing(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn core_uses_only_what_its_row_allows() {
    let rows: BTreeMap<&str, &[&str]> = CORE_MAY_USE.iter().copied().collect();
    let mut broken = Vec::new();
    for folder in std::fs::read_dir(root().join("core")).unwrap() {
        let folder = folder.unwrap().path();
        let manifest = folder.join("Cargo.toml");
        if !manifest.exists() {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap();
        let Some(allowed) = rows.get(name) else {
            broken.push(format!("core/{name} has no row in CORE_MAY_USE"));
            continue;
        };
        for used in dependencies(&manifest, "dependencies") {
            if !allowed.contains(&used.as_str()) {
                broken.push(format!("core/{name} may not use {used}"));
            }
        }
    }
    nothing(&broken);
}

#[test]
fn no_edge_knows_another_edge() {
    let mut broken = Vec::new();
    for edge in EDGES {
        let manifest = root().join("edge").join(edge).join("Cargo.toml");
        for used in dependencies(&manifest, "dependencies") {
            let is_edge = EDGES.iter().any(|other| used == format!("hw-{other}"));
            let is_form = used == "hw-api" || (*edge == "web" && used == "hw-page");
            if (is_edge && !is_form) || used == "highwater" || used == "hw-sim" {
                broken.push(format!("edge/{edge} may not use {used}"));
            }
        }
    }
    nothing(&broken);
}

#[test]
fn only_the_outermost_rooms_use_anyhow() {
    let mut broken = Vec::new();
    for folder in ["core", "edge"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let manifest = entry.unwrap().path().join("Cargo.toml");
            if manifest.exists()
                && dependencies(&manifest, "dependencies").contains(&"anyhow".to_owned())
            {
                broken.push(shown(&manifest));
            }
        }
    }
    nothing(&broken);
}

#[test]
fn files_say_what_they_answer_and_stay_short() {
    let mut broken = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let is_test = shown(&path).contains("tests") || shown(&path).contains("fuzz_targets");
        if !text.starts_with("//!") && !is_test {
            broken.push(format!("{} does not begin with //!", shown(&path)));
        }
        let without_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
        let n_lines = if is_test { text.lines().count() } else { without_tests.lines().count() };
        if n_lines > FILE_LINES_MAX {
            broken.push(format!("{} has {n_lines} lines", shown(&path)));
        }
    }
    nothing(&broken);
}

#[test]
fn files_are_named_after_the_domain() {
    let mut broken = Vec::new();
    for path in sources() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if stem == "mod" {
            broken.push(format!("{}: `x.rs` beside `x/`, no mod.rs", shown(&path)));
        }
        if NAMES_THAT_SAY_NOTHING.contains(&stem) {
            broken.push(format!("{}: says nothing", shown(&path)));
        }
    }
    nothing(&broken);
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let mut broken = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let bare = ["#[allow", "(", "#![allow", "("];
        let has = |open: &str| text.contains(&format!("{open}("));
        if has(bare[0]) || has(bare[2]) {
            broken.push(format!("{}: use expect with a reason", shown(&path)));
        }
        for word in ["todo!", "unimplemented!", "dbg!"] {
            if text.contains(&format!("{word}(")) {
                broken.push(format!("{}: {word} is left in it", shown(&path)));
            }
        }
    }
    nothing(&broken);
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let folder = root().join("docs/adr");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .collect();
    names.sort();
    for (name, number) in names.iter().zip(1..) {
        assert!(name.starts_with(&format!("{number:04}-")), "{name} should be number {number:04}");
    }
    assert!(!names.is_empty());
}
