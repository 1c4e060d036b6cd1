//! What flowed where in a minute.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The map of one minute.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FlowMap {
    /// Its start.
    pub from: String,
    /// Its end: the time asked for, or the last second of which all was judged.
    pub to: String,
    /// Every hop on which something was counted in it, by id.
    pub hops: Vec<FlowHop>,
}

/// What flowed on a hop in that minute.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FlowHop {
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
    /// left / entered; null where nothing entered.
    pub transfer_ratio: Option<f64>,
    /// Calls.
    pub calls: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Shifts of this hop that were open at its end.
    pub shifts: Vec<String>,
    /// Where its callee is a dependency: what it answered. Left out where items flow.
    ///
    /// A dependency is asked before items leave on another hop of the same entry, and its answer decides whether they
    /// do, or it calls nobody. What is called only to answer for one is a dependency, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependency: Option<DependencyAnswers>,
}

/// What a dependency answered, by value; empty where answers are not visible or no longer counted by the second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DependencyAnswers {
    /// In the minute.
    pub answers: BTreeMap<String, u64>,
    /// In the hour before it; while a shift of this hop is open, in the hour before that began.
    pub usual: BTreeMap<String, u64>,
}
