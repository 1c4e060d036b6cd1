//! What was counted before, window by window.

use hw_model::Timestamp;
use hw_stats::Counts;

/// Stored windows of one figure, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Seconds of a window.
    pub step_s: i64,
    /// Number of the first.
    pub first: i64,
    /// What was counted in each; `None` where that is not known, which is not zero.
    pub rows: Vec<Option<Counts>>,
}

impl Past {
    /// When a window ends.
    #[must_use]
    pub fn ends_at(&self, row: usize) -> Timestamp {
        let after = i64::try_from(row).unwrap_or(i64::MAX).saturating_add(1);
        Timestamp::from_s(self.first.saturating_add(after).saturating_mul(self.step_s))
    }

    /// When a window begins.
    #[must_use]
    pub fn begins_at(&self, row: usize) -> Timestamp {
        self.ends_at(row).plus_s(-(self.step_s as f64))
    }

    /// Days that it covers.
    #[must_use]
    pub fn days(&self) -> f64 {
        self.rows.len() as f64 * self.step_s as f64 / 86_400.0
    }

    /// What was counted in the windows that lie in `[from, to)` as a whole.
    #[must_use]
    pub fn sum(&self, from: Timestamp, to: Timestamp) -> Counts {
        let inside = |row: &usize| self.begins_at(*row) >= from && self.ends_at(*row) <= to;
        let rows = self.rows.iter().enumerate().filter(|(row, _)| inside(row));
        rows.filter_map(|(_, counts)| *counts).sum()
    }
}
