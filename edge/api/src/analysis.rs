//! The shapes of `analyze --format json`, in the order in which they are written.

use crate::record::IncidentRecord;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Everything one analysis found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Analysis {
    /// Time of the first record, or `--from`.
    pub from: String,
    /// Time of the last record, or `--to`.
    pub to: String,
    /// How many records came, and how many of them could not be used.
    pub counts: Counts,
    /// Share of calls and called entries that found their other end.
    pub coverage: f64,
    /// Every hop, by id.
    pub hops: Vec<Hop>,
    /// Every shift, by number.
    pub shifts: Vec<Shift>,
    /// Every incident, by number.
    pub incidents: Vec<Incident>,
    /// Every change, by number.
    pub changes: Vec<Change>,
}

/// Numbers of spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Counted, each once.
    pub spans: u64,
    /// Too late for their window.
    pub late: u64,
    /// Broken: wrong ids, no time, from the future, or in a line that could not be read.
    pub rejected: u64,
    /// Calls that found no entry they left from.
    pub unjoined: u64,
}

/// One leg.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hop {
    /// `caller|entry|callee|operation`.
    pub id: String,
    /// Service from which items leave.
    pub caller: String,
    /// Operation through which they came in; null where they begin there.
    pub entry: Option<String>,
    /// Service that is called, or its peer key.
    pub callee: String,
    /// Operation of the callee.
    pub operation: String,
    /// Items that entered the caller.
    pub entered: u64,
    /// Items that left on the hop.
    pub left: u64,
    /// Items that arrived; null where the callee was not seen.
    pub received: Option<u64>,
    /// left / entered; null where nothing entered.
    pub transfer_ratio: Option<f64>,
    /// Answers by value.
    pub answers: BTreeMap<String, u64>,
}

/// A figure that shifted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Shift {
    /// `S1`, ...
    pub id: String,
    /// transfer, answers, errors, latency, volume, log, `no_data`.
    pub signal: String,
    /// The service it belongs to.
    pub service: String,
    /// The hop it belongs to; null for a whole entry or service.
    pub hop: Option<String>,
    /// The answer that gained most, or the latency limit.
    pub value: Option<String>,
    /// up or down.
    pub direction: String,
    /// Share before; mean per entry where fan-out exceeds one; items/s for volume.
    pub before: f64,
    /// The same since.
    pub after: f64,
    /// Most likely onset.
    pub onset_at: String,
    /// Start of the stretch that holds the onset with 95 % probability.
    pub onset_from: String,
    /// Its end.
    pub onset_to: String,
    /// End of the deciding tick plus its age.
    pub detected_at: String,
    /// When the figure was back; null until that held for 60 s.
    pub ended_at: Option<String>,
    /// Evidence against "nothing changed", in nats.
    pub evidence_nats: f64,
    /// The incident it belongs to.
    pub incident: Option<String>,
    /// When somebody accepted what the figure does as the new normal, or it had lasted for 30 days; left out
    /// otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<String>,
}

/// Shifts that belong together, and what is known about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// `INC-1`, ...
    pub id: String,
    /// One line that says what is wrong.
    pub title: String,
    /// Earliest onset.
    pub started_at: String,
    /// Earliest detection; null if people opened it and no figure speaks of it.
    pub detected_at: Option<String>,
    /// Latest end of its shifts; null while one is open.
    pub ended_at: Option<String>,
    /// Its shifts.
    pub shifts: Vec<String>,
    /// Where it may start, most likely first.
    pub origins: Vec<Origin>,
    /// Who behaves as always.
    pub cleared: Vec<Cleared>,
    /// The way the items came, source first.
    pub trail: Vec<TrailStep>,
    /// Log lines worth a look.
    pub leads: Vec<Lead>,
    /// A verdict on every recent change.
    pub changes: Vec<Judgement>,
    /// What each attempt to help did.
    pub mitigations: Vec<Mitigation>,
    /// Changes that were taken back although innocent.
    pub redeploy: Vec<String>,
    /// The harm in items; null where it cannot be counted in items.
    pub impact: Option<Impact>,
    /// The incident that this one turned out to be a part of; left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
    /// Where it stands, as people and Highwater left it; left out in an analysis, which has no record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<IncidentRecord>,
}

/// Where an incident may start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// 1 is the likeliest.
    pub rank: usize,
    /// The service.
    pub service: String,
    /// The hop on which it shows first.
    pub hop: Option<String>,
    /// Probability.
    pub confidence: f64,
    /// The facts.
    pub because: Vec<String>,
}

/// A service that behaves as always.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cleared {
    /// The service.
    pub service: String,
    /// The facts.
    pub because: Vec<String>,
}

/// One leg of the way the items came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrailStep {
    /// The hop.
    pub hop: String,
    /// Items that entered its caller while the incident lasted.
    pub entered: u64,
    /// Items that left on it.
    pub left: u64,
    /// Items that usually would have left.
    pub expected: f64,
}

/// A log line worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Lead {
    /// The service that wrote it.
    pub service: String,
    /// TRACE, DEBUG, INFO, WARN, ERROR, FATAL.
    pub severity: String,
    /// The line without its variable parts.
    pub template: String,
    /// How many since the onset.
    pub count: u64,
    /// The first since the onset.
    pub first_at: String,
    /// Where in the source it was written last, if its service says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<CodePlace>,
}

/// A place in source code, as the service says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodePlace {
    /// The file.
    pub file: String,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// URL of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The commit or tag that was deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The line at that revision, where the repository's host is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// The verdict on one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    /// `C1`, ...
    pub change: String,
    /// implicated, `not_implicated`, exonerated, undecided.
    pub verdict: String,
    /// Probability that it caused the incident.
    pub probability: f64,
    /// The evidence.
    pub because: Vec<String>,
}

/// What an attempt to help did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mitigation {
    /// `C1`, ...
    pub change: String,
    /// worked, none, undecided.
    pub effect: String,
    /// The facts.
    pub because: Vec<String>,
}

/// The harm in items, negative where they are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Impact {
    /// Best estimate.
    pub excess_items: i64,
    /// Lower end of the 95 % interval.
    pub low: i64,
    /// Upper end.
    pub high: i64,
}

/// Something people or machines altered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// `C1`, ...
    pub id: String,
    /// deploy, rollback, restart, flag, config, instrumentation, other.
    pub kind: String,
    /// The service.
    pub service: String,
    /// Version before.
    pub from_version: Option<String>,
    /// Version since.
    pub to_version: Option<String>,
    /// When it began.
    pub at: String,
    /// telemetry, told, both.
    pub source: String,
    /// The deploy this rollback takes back.
    pub reverses: Option<String>,
    /// The deploy, rolled back since, that this one repeats.
    pub redeploy_of: Option<String>,
}
