//! Counts of the last hours second by second, and of the days before minute by minute.
//!
//! Whoever weighs an incident compares what was before its onset with all that came since. Seconds
//! of a week would fill the memory, and only the last of them are looked at one by one; sums over
//! minutes say the same of what lies further back. A stretch that begins within a minute of which
//! only the sum is left begins with the next one.

use crate::series::{PackedRows, Series};
use serde::{Deserialize, Serialize};

/// Seconds summed up in a row of the coarse part.
const COARSE_S: i64 = 60;

/// Rows of counts per second.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct History {
    fine: Series,
    coarse: Series,
    /// The minute that is being summed up.
    filling: Option<(i64, Vec<u32>)>,
}

impl History {
    /// An empty history that keeps at least the last `seconds_max` seconds with counts, and the sums
    /// of the last `minutes_max` minutes with counts.
    #[must_use]
    pub const fn new(seconds_max: usize, minutes_max: usize) -> Self {
        Self { fine: Series::new(seconds_max), coarse: Series::new(minutes_max), filling: None }
    }

    /// Adds the counts of a second; seconds come in order.
    pub fn push(&mut self, at: i64, row: &[u32]) {
        if row.iter().all(|count| *count == 0) || self.fine.last().is_some_and(|last| at <= last) {
            return;
        }
        self.fine.push(at, row);
        let minute = at.div_euclid(COARSE_S);
        if let Some((full, sums)) = self.filling.take_if(|(filling, _)| *filling != minute) {
            self.coarse.push(full * COARSE_S, &sums);
        }
        let (_, sums) = self.filling.get_or_insert_with(|| (minute, Vec::new()));
        if sums.len() < row.len() {
            sums.resize(row.len(), 0);
        }
        sums.iter_mut().zip(row).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
    }

    /// Calls `visit` with the counts of every second in `[from, to)` that has any, oldest first. Of
    /// times long past with those of whole minutes, at their first second.
    pub fn visit(&self, from: i64, to: i64, mut visit: impl FnMut(i64, &[u32])) {
        let cut = self.fine_from();
        self.coarse.visit(from, to.min(cut), &mut visit);
        self.fine.visit(from.max(cut), to, visit);
    }

    /// Totals of the first two columns over the seconds in `[from, to)`.
    #[must_use]
    pub fn totals(&self, from: i64, to: i64) -> [u64; 2] {
        let cut = self.fine_from();
        let [coarse, fine] =
            [self.coarse.totals(from, to.min(cut)), self.fine.totals(from.max(cut), to)];
        [coarse[0] + fine[0], coarse[1] + fine[1]]
    }

    /// The second from which on nothing is missing; `None` where nothing was ever counted.
    #[must_use]
    pub fn known_from(&self) -> Option<i64> {
        let coarse = self.coarse.forgotten_until().map(|minute| minute + COARSE_S);
        coarse.or_else(|| self.coarse.first()).or_else(|| self.fine.first())
    }

    /// Hands out the chunks of seconds that became full since the last call, oldest first.
    pub fn take_full(&mut self) -> impl Iterator<Item = &PackedRows> {
        self.fine.take_full()
    }

    /// Bytes of memory that hold the rows.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.fine.memory_bytes() + self.coarse.memory_bytes()
    }

    /// The first second of the fine part: it begins with a whole minute.
    fn fine_from(&self) -> i64 {
        let forgotten = self.fine.forgotten_until();
        forgotten.map_or(i64::MIN, |at| (at.div_euclid(COARSE_S) + 1) * COARSE_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(history: &History, from: i64, to: i64) -> u64 {
        let mut sum = 0;
        history.visit(from, to, |_, row| sum += u64::from(row.first().copied().unwrap_or(0)));
        assert_eq!(sum, history.totals(from, to)[0]);
        sum
    }

    #[test]
    fn what_is_no_longer_kept_by_the_second_is_kept_by_the_minute() {
        let mut history = History::new(600, 10_000);
        (0..86_400).for_each(|at| history.push(at, &[1, 2]));
        assert_eq!(sum(&history, 0, 86_400), 86_400);
        assert_eq!(sum(&history, 3_600, 7_200), 3_600);
        assert_eq!(sum(&history, 86_000, 86_300), 300);
        assert_eq!(sum(&history, 3_630, 3_690), 60, "begins with the next whole minute");
        assert!(history.memory_bytes() < 30_000, "{}", history.memory_bytes());
    }

    #[test]
    fn sums_have_as_many_columns_as_the_widest_second() {
        let mut history = History::new(256, 1_000);
        (0..10_000).for_each(|at| history.push(at, if at % 60 == 7 { &[0, 0, 1] } else { &[1] }));
        let mut rows = Vec::new();
        history.visit(0, 120, |at, row| rows.push((at, row.to_vec())));
        assert_eq!(rows, [(0, vec![59, 0, 1]), (60, vec![59, 0, 1])]);
    }

    #[test]
    fn it_says_from_when_on_nothing_is_missing() {
        let mut history = History::new(256, 256);
        assert_eq!(history.known_from(), None);
        (0..1_000).for_each(|at| history.push(at, &[1]));
        assert_eq!(history.known_from(), Some(0));
        (1_000..100_000).for_each(|at| history.push(at, &[1]));
        let from = history.known_from().unwrap();
        assert!(from > 60_000 && sum(&history, from, 100_000) == 100_000 - from.unsigned_abs());
    }
}
