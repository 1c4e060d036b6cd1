//! Records on their way from a request to a batch.

use hw_model::{LogEnd, SpanEnd, SumPoint};

/// Records that were not passed on yet.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) spans: Vec<SpanEnd>,
    /// Flag evaluations, as spans.
    pub(crate) evaluations: Vec<SpanEnd>,
    pub(crate) logs: Vec<LogLine>,
    pub(crate) sums: Vec<SumPoint>,
}

/// A log line and a hash of what it said, which tells it from others once its words are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) end: LogEnd,
    pub(crate) content: u64,
}
