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
    /// Earliest detection.
    pub detected_at: String,
    /// Where it most likely starts; null if that is not known.
    pub origin: Option<String>,
    /// Probability of that.
    pub confidence: Option<f64>,
    /// Changes that are implicated.
    pub implicated: Vec<String>,
    /// Changes that are exonerated.
    pub exonerated: Vec<String>,
    /// Attempts to help that worked.
    pub helped: Vec<String>,
    /// The harm in items, up to now.
    pub excess_items: Option<i64>,
}

/// How much is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Streams {
    /// Figures that are followed.
    pub watched: u64,
    /// Those on which a shift would be noticed now; the others are still learning.
    pub armed: u64,
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
