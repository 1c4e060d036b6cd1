//! The metrics that rules rest on, as `/metrics` of the server has them. They are a promise: a rule that was
//! written once keeps working.
//!
//! All are counters over the life of the data folder. Those of hops carry [`HOP_LABELS`], those of entries
//! [`ENTRY_LABELS`]. There are as many hops and entries as the limits of counting allow, and at most 17 answers
//! on a hop.

/// Labels of a hop; `entry` is empty where the items begin at the caller.
pub const HOP_LABELS: [&str; 4] = ["caller", "entry", "callee", "operation"];

/// Labels of an entry.
pub const ENTRY_LABELS: [&str; 2] = ["service", "operation"];

/// Beside those of the hop: the attribute that holds the answer, and the answer.
pub const ANSWER_LABELS: [&str; 2] = ["key", "answer"];

/// Items that entered the caller of a hop.
pub const HOP_ENTERED: &str = "highwater_hop_entered_total";

/// Items that left on a hop.
pub const HOP_LEFT: &str = "highwater_hop_left_total";

/// Items that arrived.
pub const HOP_RECEIVED: &str = "highwater_hop_received_total";

/// Calls of a hop.
pub const HOP_CALLS: &str = "highwater_hop_calls_total";

/// Calls of a hop that failed.
pub const HOP_ERRORS: &str = "highwater_hop_errors_total";

/// Answers on a hop, by value.
pub const HOP_ANSWERS: &str = "highwater_hop_answers_total";

/// Items that entered a service by an entry.
pub const ENTRY_ENTERED: &str = "highwater_entry_entered_total";

/// Entries that failed.
pub const ENTRY_ERRORS: &str = "highwater_entry_errors_total";
