//! Lengths of time on a scale of powers: seconds and weeks in one picture.
//!
//! Times to detect or to mitigate differ by factors, not by minutes; on a linear axis one slow incident
//! would press all others into a corner.

use crate::axis::clean;
use hw_model::length_words;

const DAY_S: f64 = 86_400.0;

/// Lengths that are named on an axis, at best.
const NAMED: [(f64, &str); 11] = [
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (21_600.0, "6 h"),
    (DAY_S, "1 day"),
    (7.0 * DAY_S, "1 week"),
    (30.0 * DAY_S, "30 days"),
    (365.0 * DAY_S, "1 year"),
    (3_650.0 * DAY_S, "10 years"),
];

/// Places of lengths of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LengthScale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl LengthScale {
    /// The scale that holds these lengths between two places, its ends at named ones.
    pub(crate) fn new(lengths: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let lengths = lengths.map(seconds);
        let (least, most) =
            lengths.fold((f64::MAX, 0.0_f64), |(low, high), s| (low.min(s), high.max(s)));
        let named = || NAMED.iter().map(|(seconds, _)| *seconds);
        if most <= 0.0 {
            // Nothing to hold.
            return Self { low: 60.0, high: DAY_S, from, to };
        }
        let low = named().filter(|s| *s <= least && *s < NAMED_MAX).fold(1.0, f64::max);
        let high = named().find(|s| *s >= most && *s > low).unwrap_or(NAMED_MAX);
        Self { low, high, from, to }
    }

    /// The place of a length.
    pub(crate) fn at(&self, length_s: f64) -> f64 {
        let share = (seconds(length_s) / self.low).ln() / (self.high / self.low).ln();
        self.from + (self.to - self.from) * share.clamp(0.0, 1.0)
    }

    /// The named lengths within it.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = (f64, &'static str)> {
        let (low, high) = (self.low, self.high);
        NAMED.into_iter().filter(move |(seconds, _)| low <= *seconds && *seconds <= high)
    }
}

/// What took longer than ten years stands at the edge.
const NAMED_MAX: f64 = 3_650.0 * DAY_S;

/// A length that the scale can hold: from a second on.
pub(crate) fn seconds(length_s: f64) -> f64 {
    clean(length_s).clamp(1.0, NAMED_MAX)
}

/// `12 min`, `3 h`, `30 h 32 min`, `5.2 days`.
pub(crate) fn length(length_s: f64) -> String {
    let length_s = clean(length_s);
    if length_s < 2.0 * DAY_S {
        let words = length_words(length_s);
        return words.strip_suffix(" 0 min").unwrap_or(&words).to_owned();
    }
    format!("{} days", crate::axis::figure(length_s / DAY_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_named_lengths() {
        let scale = LengthScale::new([45.0, 7_000.0].into_iter(), 0.0, 100.0);
        let names: Vec<&str> = scale.ticks().map(|(_, name)| name).collect();
        assert_eq!(names, ["10 s", "1 min", "10 min", "1 h", "6 h"]);
        assert!(scale.at(10.0).abs() < 1e-9 && (scale.at(21_600.0) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn every_length_has_a_place_and_words() {
        for length_s in [0.0, -5.0, 1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            for scale in [
                LengthScale::new([length_s].into_iter(), 0.0, 100.0),
                LengthScale::new(std::iter::empty(), 0.0, 100.0),
            ] {
                assert!((0.0..=100.0).contains(&scale.at(length_s)), "{length_s}");
                assert!(scale.ticks().count() >= 2);
            }
        }
        let lengths = [720.0, 10_800.0, 109_920.0, 450_000.0].map(length);
        assert_eq!(lengths, ["12 min", "3 h", "30 h 32 min", "5.2 days"]);
    }
}
