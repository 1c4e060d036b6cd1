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

    /// How many windows have ended by then: those before that row have.
    #[must_use]
    pub fn ended_by(&self, at: Timestamp) -> usize {
        let step = Timestamp::from_s(self.step_s.max(1)).0;
        let ended = at.0.div_euclid(step).saturating_sub(self.first);
        usize::try_from(ended.max(0)).unwrap_or(usize::MAX).min(self.rows.len())
    }

    /// How many windows have begun before then.
    #[must_use]
    pub fn begun_before(&self, at: Timestamp) -> usize {
        let just_before = Timestamp(at.0.saturating_sub(1));
        // The one that has not ended has begun.
        let step = Timestamp::from_s(self.step_s.max(1));
        self.ended_by(Timestamp(just_before.0.saturating_add(step.0)))
    }

    /// The same without the windows that hold something of an incident.
    #[must_use]
    pub fn without(&self, cases: &[Case]) -> Self {
        let mut past = self.clone();
        for case in cases {
            let inside = self.ended_by(case.from)..self.begun_before(case.to);
            if let Some(rows) = past.rows.get_mut(inside) {
                rows.fill(None);
            }
        }
        past
    }

    /// For each window, what it and those before it hold, so many in all: the sum, and how many are known.
    pub(super) fn rolling(&self, steps: usize) -> impl Iterator<Item = (Counts, usize)> {
        let gone = std::iter::repeat_n(None, steps).chain(self.rows.iter().copied());
        let (mut sum, mut n_known) = (Counts::default(), 0);
        self.rows.iter().zip(gone).map(move |(counts, gone)| {
            if let Some(counts) = counts {
                sum += *counts;
                n_known += 1;
            }
            if let Some(gone) = gone {
                // Whole numbers: nothing is lost by taking away what was added.
                sum = sum - gone;
                n_known -= 1;
            }
            (sum, n_known)
        })
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
    use super::super::Expects;
    use super::*;

    fn past(n: usize) -> Past {
        Past { step_s: 10, first: 100, rows: vec![Some(Counts::new(10.0, 1.0)); n] }
    }

    #[test]
    fn rows_are_found_by_their_time() {
        let past = past(4);
        let at = |s: f64| Timestamp::from_s(1_000).plus_s(s);
        let rows = 0..past.rows.len();
        for tenth in -30..500 {
            let at = at(f64::from(tenth) / 10.0);
            assert_eq!(past.ended_by(at), rows.clone().filter(|r| past.ends_at(*r) <= at).count());
            let begun = rows.clone().filter(|row| past.begins_at(*row) < at).count();
            assert_eq!(past.begun_before(at), begun, "{at:?}");
        }
        assert_eq!(past.ended_by(Timestamp(i64::MIN)), 0);
        assert_eq!(past.begun_before(Timestamp(i64::MAX)), 4);
    }

    #[test]
    fn windows_that_touch_an_incident_are_left_out() {
        let known = |from: f64, to: f64| {
            let at = |s: f64| Timestamp::from_s(1_000).plus_s(s);
            let case = Case {
                name: "INC-1".into(),
                expects: Expects::Firing,
                from: at(from),
                to: at(to),
                machine_at: None,
                person_at: None,
            };
            let rows = past(4).without(&[case]).rows;
            rows.iter().map(|row| if row.is_some() { 'x' } else { '-' }).collect::<String>()
        };
        let found =
            [(10.0, 20.0), (9.0, 21.0), (11.0, 12.0), (-90.0, 0.0), (30.0, 900.0), (25.0, 5.0)]
                .map(|(from, to)| known(from, to));
        assert_eq!(found, ["x-xx", "---x", "x-xx", "xxxx", "xxx-", "xxxx"]);
    }

    #[test]
    fn rolling_sums_are_those_of_the_last_windows() {
        let mut past = past(5);
        past.rows[1] = None;
        let found: Vec<(f64, usize)> = past.rolling(2).map(|(sum, n)| (sum.n, n)).collect();
        assert_eq!(found, [(10.0, 1), (10.0, 1), (10.0, 1), (20.0, 2), (20.0, 2)]);
    }

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
