//! What became known, event by event, as it was said then.

use serde::Serialize;
use utoipa::ToSchema;

/// One event of the record.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Entry {
    /// Its place among those of its incident, counted from 1 without gaps; null if it is of none.
    pub seq: Option<u64>,
    /// Its place among all events.
    pub event: u64,
    /// The incident it belongs to.
    pub incident: Option<String>,
    /// `change_found`, `shift_detected`, `shift_ended`, `shift_accepted`, `origin_named`,
    /// `verdict_changed`, `effect_known`, `incident_merged`, `incident_ended`.
    pub kind: String,
    /// When it became known, in the time of the data.
    pub happened_at: String,
    /// When it was recorded, by this machine's clock.
    pub recorded_at: String,
    /// What it says, in a sentence.
    pub words: String,
    /// The change, shift or incident it speaks of.
    pub about: Option<String>,
    /// The facts it rests on.
    pub because: Vec<String>,
}
