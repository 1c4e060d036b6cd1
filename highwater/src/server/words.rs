//! What the engine says, as the record keeps it and the API gives it.

use hw_engine::{Merged, Revisions};
use hw_store::{Kind, State};
use serde::Serialize;

/// The present words of all that is other than before.
pub(super) fn states(revisions: &Revisions) -> Vec<State> {
    let changes = revisions
        .changes
        .iter()
        .map(|change| state(Kind::Change, change.id.0, &hw_api::Change::from(change)));
    let shifts = revisions
        .shifts
        .iter()
        .map(|shift| state(Kind::Shift, shift.id.0, &hw_api::Shift::from(shift)));
    let incidents = revisions
        .incidents
        .iter()
        .map(|incident| state(Kind::Incident, incident.id.0, &hw_api::Incident::from(incident)));
    changes.chain(shifts).chain(incidents).collect()
}

/// The last words of an incident that is part of another.
pub(super) fn merged_state(body: &str, merged: Merged) -> Option<State> {
    let mut words: hw_api::Incident = serde_json::from_str(body).ok()?;
    words.merged_into = Some(merged.into.to_string());
    Some(state(Kind::Incident, merged.incident.0, &words))
}

fn state(kind: Kind, number: u32, words: &impl Serialize) -> State {
    let body = serde_json::to_string(words).expect("invariant: words and finite numbers");
    State { kind, number, body }
}
