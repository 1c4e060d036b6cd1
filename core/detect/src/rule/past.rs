//! What was counted before, window by window.

use super::Case;
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

    /// The same without the windows that hold something of an incident.
    #[must_use]
    pub fn without(&self, cases: &[Case]) -> Self {
        let is_inside = |row: usize| {
            let (begins, ends) = (self.begins_at(row), self.ends_at(row));
            cases.iter().any(|case| ends > case.from && begins < case.to)
        };
        let rows = self.rows.iter().enumerate();
        let rows = rows.map(|(row, counts)| counts.filter(|_| !is_inside(row))).collect();
        Self { rows, ..*self }
    }

    /// Days that it covers.
    #[must_use]
    pub fn days(&self) -> f64 {
        self.rows.len() as f64 * self.step_s as f64 / 86_400.0
    }

    /// What was counted in the windows that lie in `[from, to)` as a whole.
    #[must_use]
    pub fn sum(&self, from: Timestamp, to: Timestamp) -> Counts {
        let step = Timestamp::from_s(self.step_s.max(1)).0;
        let place = |number: i64| {
            let at = number.saturating_sub(self.first).max(0);
            usize::try_from(at).unwrap_or(usize::MAX).min(self.rows.len())
        };
        let is_within = from.0.rem_euclid(step) > 0;
        let start = place(from.0.div_euclid(step) + i64::from(is_within));
        let end = place(to.0.div_euclid(step));
        let inside = self.rows.get(start..end).unwrap_or_default();
        inside.iter().filter_map(|counts| *counts).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_is_over_whole_windows() {
        let rows = (0..4).map(|k| Some(Counts::new(10.0, f64::from(k)))).collect();
        let past = Past { step_s: 10, first: 100, rows };
        let sum = |from: f64, to: f64| {
            past.sum(Timestamp::from_s(1_000).plus_s(from), Timestamp::from_s(1_000).plus_s(to)).k
        };
        let found =
            [(0.0, 40.0), (10.0, 30.0), (9.0, 31.0), (11.0, 39.0), (-50.0, 500.0), (30.0, 10.0)]
                .map(|(from, to)| format!("{}", sum(from, to)));
        assert_eq!(found, ["6", "3", "3", "2", "6", "0"]);
    }
}
