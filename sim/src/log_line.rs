//! What services write.

use crate::parts::Parts;
use hw_model::Severity;

/// A line that may be written for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// For which share of the items.
    pub share: Parts,
    /// How bad it says it is.
    pub severity: Severity,
    /// What it says; each `#` becomes a number.
    pub text: String,
}
