//! What was counted around an incident, kept in its record: a post mortem reads the same when the
//! counts themselves have expired.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Counts around an incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Frozen {
    /// Each hop that matters, over the whole time; the one the incident is about also close to the onset.
    pub courses: Vec<FrozenCourse>,
}

/// Counts on a hop, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FrozenCourse {
    /// The hop.
    pub hop: String,
    /// The question to the API that answers with them.
    pub query: String,
    /// Seconds of a step.
    pub step_s: u32,
    /// What the ratio did before the onset; null where too little was counted then.
    pub usual: Option<FrozenUsual>,
    /// Every step, oldest first.
    pub steps: Vec<FrozenStep>,
}

/// What a ratio did before the onset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FrozenUsual {
    /// Over all those steps.
    pub share: f64,
    /// 5 of 200 steps were below it.
    pub low: f64,
    /// 5 of 200 steps were above it.
    pub high: f64,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FrozenStep {
    /// Its start.
    pub at: String,
    /// What was counted; null where nothing was.
    pub counts: Option<FrozenCounts>,
}

/// What was counted in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FrozenCounts {
    /// Items that entered the caller.
    pub entered: u64,
    /// Items that left on the hop.
    pub left: u64,
    /// Answers by value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, u64>,
}
