//! What was counted on a hop over time.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Counts of a hop over a stretch of time, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Windows {
    /// The hop.
    pub hop: String,
    /// Start of the stretch, moved back to the start of a step.
    pub from: String,
    /// Its end, moved on to the end of a step.
    pub to: String,
    /// Seconds of a step.
    pub step_s: i64,
    /// Seconds of a stored window: the shortest step there is.
    pub window_s: i64,
    /// Steps in which something was counted, oldest first.
    pub items: Vec<Window>,
    /// What to give as `cursor` to get the next part; null in the last one.
    pub next: Option<String>,
    /// Packs of stored windows that are damaged, and left out.
    pub damaged_packs: u64,
}

/// What was counted in one step. Everything stands at the time at which the entry that caused it began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Window {
    /// Its start.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Whether no late data can be added any more.
    pub is_final: bool,
    /// Items that entered the caller.
    pub entered: u64,
    /// Items that left on the hop.
    pub left: u64,
    /// Items that arrived; null where the callee was not seen.
    pub received: Option<u64>,
    /// left / entered; null where nothing entered.
    pub transfer_ratio: Option<f64>,
    /// Calls.
    pub calls: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Answers by value.
    pub answers: BTreeMap<String, u64>,
    /// How long calls took; null where none did.
    pub latency_ms: Option<Latency>,
}

/// Milliseconds that a share of the calls did not exceed, to 12 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Latency {
    /// Half of them.
    pub p50: f64,
    /// 95 of 100.
    pub p95: f64,
    /// 99 of 100.
    pub p99: f64,
}
