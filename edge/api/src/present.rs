//! One page for somebody on call: is something wrong, and can this answer be trusted.

use serde::Serialize;
use utoipa::ToSchema;

/// What is so now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Now {
    /// incident, trouble (of Highwater itself), silent (nothing comes in), learning, calm.
    pub status: String,
    /// The same in a sentence.
    pub sentence: String,
    /// Incidents that are open, the latest first.
    pub incidents: Vec<OpenIncident>,
    /// What is wrong with Highwater itself, in words.
    pub troubles: Vec<String>,
    /// wall: this machine's clock says what is now. data: the latest record does.
    pub clock: String,
    /// What is now; null before the first record.
    pub now: Option<String>,
    /// How much is watched.
    pub streams: Streams,
    /// Share of calls and called entries that found their other end.
    pub coverage: f64,
    /// What came in lately.
    pub received: Received,
    /// Batches that are durable and not counted yet.
    pub batches_behind: u64,
    /// Version of this server.
    pub version: String,
}

/// An incident that is open, in short.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OpenIncident {
    /// `INC-1`, ...
    pub id: String,
    /// One line that says what is wrong.
    pub title: String,
    /// Earliest onset.
    pub started_at: String,
    /// Earliest detection; null if people opened it and no figure speaks of it.
    pub detected_at: Option<String>,
    /// triage, active, mitigated, resolved.
    pub status: Option<String>,
    /// SEV1 to SEV5, once somebody said.
    pub severity: Option<String>,
    /// Who leads, once somebody does.
    pub lead: Option<String>,
    /// Where it most likely starts; null if that is not known.
    pub origin: Option<String>,
    /// Probability of that.
    pub confidence: Option<f64>,
    /// Changes around its start and since, with what is said of each now.
    pub changes: Vec<JudgedChange>,
    /// The harm in items, up to now.
    pub excess_items: Option<i64>,
}

/// A change in short, and what is said of it in an incident.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct JudgedChange {
    /// `C1`, ...
    pub id: String,
    /// What it was: `deploy of router 1.4.2 -> 2.0.0`.
    pub words: String,
    /// When it began.
    pub at: String,
    /// implicated, `not_implicated`, exonerated, undecided.
    pub verdict: String,
    /// Probability that it caused the incident.
    pub probability: f64,
    /// Of an attempt to help: worked, none, undecided; null for any other change.
    pub effect: Option<String>,
}

/// How much is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Streams {
    /// Figures that are followed.
    pub watched: u64,
    /// Those on which a shift would be noticed now; the others are still learning.
    pub armed: u64,
    /// Of those, figures of slow calls on which it would not be noticed yet that three in ten calls are slow: what is
    /// known of how they scatter is too young, for some one and a half to two days. That nearly all are slow would be.
    pub blunt: u64,
}

/// What came in lately.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Received {
    /// Spans, log lines and points that were new in the last 60 seconds of this machine's clock.
    pub last_minute: u64,
    /// The time the latest record says; null if none came since the start of this process.
    pub last_record_at: Option<String>,
    /// Seconds since the last new records came; null if none came since the start of this process.
    pub last_age_s: Option<f64>,
}
