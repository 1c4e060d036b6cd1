//! Counts over time, and two of them side by side.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One count over time, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountSeries {
    /// What is counted.
    pub of: CountSide,
    /// Start of the first step.
    pub from: String,
    /// End of the last: the first that still takes late data is left out.
    pub to: String,
    /// Seconds of a step.
    pub step_s: i64,
    /// Seconds of a stored window: the shortest step there is.
    pub window_s: i64,
    /// Every step, oldest first.
    pub items: Vec<CountStep>,
    /// What else should be known of it.
    pub notes: Vec<String>,
}

/// What was counted in a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountStep {
    /// Its start.
    pub from: String,
    /// How many; null where there is no data, which is not zero.
    pub n: Option<u64>,
}

/// One of two counts that are compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountSide {
    /// What is counted, as it is called in the answer.
    pub name: String,
    /// The hop it is counted on; null for an entry or a file.
    pub hop: Option<String>,
    /// The service and operation it is counted at; null for a hop or a file.
    pub entry: Option<String>,
    /// entered, left, received, calls, errors; rows of a file.
    pub count: String,
    /// Seconds by which its times lie before those that are shown.
    pub shift_s: i64,
    /// Items in all steps.
    pub total: f64,
    /// Steps without data.
    pub missing: u64,
}

/// Two counts side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// What they come to, in a sentence or a few.
    pub answer: String,
    /// parted, grew, together, `too_little`.
    pub outcome: String,
    /// What is compared with.
    pub a: CountSide,
    /// What is compared.
    pub b: CountSide,
    /// Start of the first step.
    pub from: String,
    /// End of the last: the first that still takes late data is left out.
    pub to: String,
    /// Seconds of a step.
    pub step_s: i64,
    /// Of ratios that never turn, at most this share is said to part.
    pub false_alarm_rate: f64,
    /// Seconds by which B follows A; each step has the B that many seconds later.
    pub lag_s: i64,
    /// Where they part first; null if they do not, or if the ratio grew.
    pub parting: Option<Parting>,
    /// How the ratio grew; null if it did not, or stepped.
    pub growth: Option<Grown>,
    /// The hop at which they part first, where both stand on one way; null if that is not known.
    pub leg: Option<PartingLeg>,
    /// Stretches in which the ratio stayed the same, oldest first.
    pub stretches: Vec<SameRatio>,
    /// What differs for a step or two only.
    pub brief: Vec<BriefStretch>,
    /// Every step, oldest first.
    pub items: Vec<ComparedStep>,
    /// What else should be known of it.
    pub notes: Vec<String>,
}

/// Where two counts part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Parting {
    /// Start of the first step that differs.
    pub at: String,
    /// Its end.
    pub to: String,
    /// Start of the earliest step that may be the first (95 %).
    pub earliest: String,
    /// End of the latest.
    pub latest: String,
    /// Evidence that the ratio is another than before, in nats.
    pub evidence_nats: f64,
}

/// Growth of a ratio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Grown {
    /// When it began.
    pub from: String,
    /// When it ended, or where the steps do.
    pub to: String,
    /// B / A before.
    pub before: f64,
    /// B / A afterwards.
    pub after: f64,
}

/// The hop at which two counts part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartingLeg {
    /// The hop.
    pub hop: String,
    /// Between what and what on it.
    pub what: String,
}

/// A stretch in which the ratio stayed the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SameRatio {
    /// Its start.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Items of A in it.
    pub a: f64,
    /// Items of B.
    pub b: f64,
    /// B / A; null where A is zero.
    pub ratio: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// Steps that differ for so short that the ratio cannot be said to have turned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefStretch {
    /// Start.
    pub from: String,
    /// End.
    pub to: String,
}

/// Both counts in one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedStep {
    /// Its start.
    pub from: String,
    /// A; null where there is no data, which is not zero.
    pub a: Option<f64>,
    /// B; null where there is no data.
    pub b: Option<f64>,
    /// B - A; null where one is not known.
    pub difference: Option<f64>,
    /// B / A; null where one is not known, or A is zero.
    pub ratio: Option<f64>,
}

/// Items that came in somewhere and did not go out, since an incident began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Backlog {
    /// What is known of it, in a sentence.
    pub words: String,
    /// growing, standing, draining, drained.
    pub course: String,
    /// The service or entry at which they lack.
    pub at: String,
    /// Items that lack now.
    pub items: i64,
    /// Lower end of the 95 % interval.
    pub low: i64,
    /// Upper end.
    pub high: i64,
    /// The most that lacked.
    pub most: i64,
    /// Items by which it grows in a minute; negative if it shrinks.
    pub per_minute: f64,
    /// When it is drained as it shrinks now; null unless it does.
    pub drained_at: Option<String>,
    /// The soonest of its interval.
    pub drained_earliest: Option<String>,
    /// The latest.
    pub drained_latest: Option<String>,
}
