//! At what age a tick is judged: learned from how late counts come.
//!
//! Judged too early, a ratio is biased: halted items are quicker than passed ones, and asynchronous
//! outs come last (docs/internals/detection.md). So a tick is judged once 99.9 % of its counts are there,
//! at an age of 3 to 30 s, and the baseline is learned from ticks of the same age.

use serde::{Deserialize, Serialize};

/// Least and greatest age in seconds.
const AGE_S: (i64, i64) = (3, 30);

/// Age before anything is known of a sender: twice the 5 s after which SDKs export.
const AGE_UNKNOWN_S: i64 = 10;

/// Share of counts that must be there.
const THERE: f64 = 0.999;

/// Counts before the age is believed.
const COUNTS_MIN: u32 = 200;

/// How late counts come, in whole seconds after the end of their tick.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lags {
    seconds: [u32; 32],
    n: u32,
    age_s: i64,
}

impl Lags {
    pub(crate) const fn new() -> Self {
        Self { seconds: [0; 32], n: 0, age_s: AGE_UNKNOWN_S }
    }

    /// Notes a count that came `lag_s` seconds after its tick ended.
    pub(crate) fn note(&mut self, lag_s: i64) {
        let slot = usize::try_from(lag_s.max(0)).unwrap_or(usize::MAX).min(31);
        if let Some(count) = self.seconds.get_mut(slot) {
            *count = count.saturating_add(1);
        }
        self.n = self.n.saturating_add(1);
    }

    /// The age now.
    pub(crate) const fn age_s(&self) -> i64 {
        self.age_s
    }

    /// Learns the age anew; called once a minute. Old counts fade, so that it follows a sender that
    /// became slower or faster.
    pub(crate) fn learn(&mut self) {
        if self.n < COUNTS_MIN {
            return;
        }
        let wanted = f64::from(self.n) * THERE;
        let mut there = 0.0;
        let enough = self.seconds.iter().position(|count| {
            there += f64::from(*count);
            there >= wanted
        });
        // A count in slot s came within the second after age s.
        let age = enough.map_or(AGE_S.1, |slot| i64::try_from(slot).unwrap_or(AGE_S.1) + 1);
        self.age_s = age.clamp(AGE_S.0, AGE_S.1);
        if self.n > 100_000 {
            self.seconds.iter_mut().for_each(|count| *count /= 2);
            self.n = self.seconds.iter().sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age_after(lags_s: impl Iterator<Item = i64>) -> i64 {
        let mut lags = Lags::new();
        lags_s.for_each(|lag| lags.note(lag));
        lags.learn();
        lags.age_s()
    }

    #[test]
    fn quick_sender_is_judged_at_three_seconds_and_slow_one_at_thirty() {
        assert_eq!(age_after((0..1_000).map(|_| 0)), 3);
        assert_eq!(age_after((0..1_000).map(|i| i % 6)), 6);
        assert_eq!(age_after((0..1_000).map(|_| 100)), 30);
    }

    #[test]
    fn one_straggler_in_a_thousand_does_not_delay_all() {
        assert_eq!(age_after((0..10_000).map(|i| if i % 2_000 == 0 { 25 } else { 0 })), 3);
    }

    #[test]
    fn nothing_is_learned_from_a_few() {
        assert_eq!(age_after((0..10).map(|_| 0)), 10);
    }
}
