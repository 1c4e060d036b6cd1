//! Cases of real records: what the API of a server said, kept in `testdata/postmortem`.

use hw_api::{CaseWords, Change, Entry, Incident, Shift, Windows};
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

/// The folder of the house.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// A case: `story` is the demo with what people wrote, `play` the example of the incident record.
pub(crate) fn case(name: &str) -> Case {
    let file = root().join(format!("testdata/postmortem/{name}.json"));
    let said: Recorded = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let words = CaseWords {
        incident: &said.incident,
        shifts: &said.shifts,
        changes: &said.changes,
        entries: &said.entries,
        windows: &said.windows,
        now: hw_api::instant(&said.now).unwrap(),
    };
    hw_api::case(&words).unwrap()
}
