//! An incident as the machine sees it, and the diagnosis it comes with.

use crate::{ChangeId, CodePlace, Effect, Hop, Severity, ShiftId, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Number of an incident within one record, by time and service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IncidentId(pub u32);

impl IncidentId {
    /// The number in `INC-1`, as it is shown.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        word.strip_prefix("INC-")?.parse().ok().map(Self)
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{}", self.0)
    }
}

/// A person says that there is an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// What is wrong.
    pub title: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it is said to be one; else it is watched, because somebody reported something.
    pub is_declared: bool,
}

/// A place where the incident may start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The service.
    pub service: String,
    /// The hop on which it shows first.
    pub hop: Option<Hop>,
    /// Probability that it starts here.
    pub confidence: f64,
    /// The facts, one sentence each.
    pub because: Vec<String>,
}

/// A service that behaves as always although it shows a shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// The service.
    pub service: String,
    /// The facts, one sentence each.
    pub because: Vec<String>,
}

/// One leg of the path that the harm took, from where items come in to where it hurts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrailStep {
    /// The leg.
    pub hop: Hop,
    /// Items that entered its caller while the incident lasted.
    pub entered: u64,
    /// Items that left on it.
    pub left: u64,
    /// Items that would have left at the baseline's ratio.
    pub expected: f64,
}

/// A log template whose rate changed when the incident began: something to look at, no proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The service that wrote it.
    pub service: String,
    /// How bad it says it is.
    pub severity: Severity,
    /// The line without its variable parts.
    pub template: String,
    /// How many since the onset.
    pub count: u64,
    /// The first since the onset.
    pub first_at: Timestamp,
    /// Where in the source it was written last, if its service says so.
    #[serde(default)]
    pub place: Option<CodePlace>,
}

/// The verdict on one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The change.
    pub change: ChangeId,
    /// What is said of it.
    pub verdict: Verdict,
    /// Probability that it caused the incident.
    pub probability: f64,
    /// The evidence, one sentence each.
    pub because: Vec<String>,
}

/// What a rollback, restart or told mitigation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mitigation {
    /// The change that was to help.
    pub change: ChangeId,
    /// Whether it did.
    pub effect: Effect,
    /// The facts, one sentence each.
    pub because: Vec<String>,
}

/// Items too many (or too few, then negative) with a 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// Best estimate.
    pub excess_items: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Everything that can be said about one incident from the telemetry and the changes.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Where it may start, most likely first.
    pub origins: Vec<Origin>,
    /// Who behaves as always.
    pub cleared: Vec<Clearance>,
    /// The path of the harm.
    pub trail: Vec<TrailStep>,
    /// Log lines worth a look.
    pub leads: Vec<Lead>,
    /// A verdict on every recent change.
    pub judgements: Vec<Judgement>,
    /// What each attempt to help did.
    pub mitigations: Vec<Mitigation>,
    /// Changes that were taken back and are exonerated.
    pub redeploy: Vec<ChangeId>,
    /// The harm in items, where it can be counted in items.
    pub impact: Option<Impact>,
}

/// Shifts that belong together, and what is known about them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its number.
    pub id: IncidentId,
    /// One line that says what is wrong.
    pub title: String,
    /// Earliest onset.
    pub started_at: Timestamp,
    /// Earliest detection.
    pub detected_at: Timestamp,
    /// Latest end of its shifts, `None` while one is open.
    pub ended_at: Option<Timestamp>,
    /// Its shifts.
    pub shifts: Vec<ShiftId>,
    /// What is known.
    pub diagnosis: Diagnosis,
}
