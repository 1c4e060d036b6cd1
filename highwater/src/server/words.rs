//! What the engine says, as the record keeps it and the API gives it.

use hw_engine::{Merged, Revisions};
use hw_incident::{Moment, Record};
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

/// Where an incident's record stands.
pub(super) fn record_state(record: &Record) -> State {
    state(Kind::Record, record.id.0, &hw_api::IncidentRecord::from(record))
}

/// An incident of which no figure speaks: what people say of it.
pub(super) fn unmeasured_state(record: &Record) -> State {
    let time = |moment| record.times.get(moment).map(hw_api::rfc3339);
    let begun = [Moment::Started, Moment::Declared, Moment::Noticed, Moment::Acknowledged];
    let opened = begun.into_iter().find_map(time);
    let ended = [Moment::Mitigated, Moment::Resolved, Moment::Closed].into_iter().find_map(time);
    let declined = || (!record.status.is_open()).then(|| opened.clone()).flatten();
    let words = hw_api::Incident {
        id: record.id.to_string(),
        title: record.title.as_ref().map(ToString::to_string).unwrap_or_default(),
        started_at: opened.clone().unwrap_or_default(),
        detected_at: None,
        ended_at: ended.or_else(declined),
        merged_into: record.merged_into.map(|into| into.to_string()),
        ..hw_api::Incident::default()
    };
    state(Kind::Incident, record.id.0, &words)
}

fn state(kind: Kind, number: u32, words: &impl Serialize) -> State {
    let body = serde_json::to_string(words).expect("invariant: words and finite numbers");
    State { kind, number, body }
}
