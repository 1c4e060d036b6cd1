//! Instants and ticks of event time.
//!
//! Nanoseconds since the Unix epoch in an `i64` (years 1677 to 2262): what OTLP sends, without a
//! calendar. Calendars and time zones live at the edges.

use serde::{Deserialize, Serialize};
use std::fmt;

const NS_PER_S: i64 = 1_000_000_000;

/// An instant: nanoseconds since the Unix epoch.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `seconds` after the Unix epoch.
    #[must_use]
    pub const fn from_s(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NS_PER_S))
    }

    /// The tick (second of event time) in which this instant lies.
    #[must_use]
    pub const fn tick(self) -> Tick {
        Tick(self.0.div_euclid(NS_PER_S))
    }

    /// This instant moved by `seconds`, which may be negative.
    #[must_use]
    pub fn plus_s(self, seconds: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is wanted here")]
        Self(self.0.saturating_add((seconds * 1e9) as i64))
    }

    /// Seconds from `earlier` to this instant; negative if `earlier` is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / 1e9
    }
}

/// One second of event time, counted from the Unix epoch.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Tick(pub i64);

impl Tick {
    /// The instant at which this tick begins.
    #[must_use]
    pub const fn starts_at(self) -> Timestamp {
        Timestamp::from_s(self.0)
    }

    /// The instant at which this tick ends and the next begins.
    #[must_use]
    pub const fn ends_at(self) -> Timestamp {
        Timestamp::from_s(self.0.saturating_add(1))
    }

    /// The tick `seconds` later.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this tick.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A half-open stretch of event time, `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Interval {
    /// Whether the two share an instant once both are widened by `slack_s` seconds on each side.
    #[must_use]
    pub fn touches(self, other: Self, slack_s: f64) -> bool {
        let slack = 2.0 * slack_s;
        self.from <= other.to.plus_s(slack) && other.from <= self.to.plus_s(slack)
    }

    /// Whether an instant lies in it.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// Its length in seconds.
    #[must_use]
    pub fn length_s(self) -> f64 {
        self.to.seconds_since(self.from)
    }
}

/// A length of time as people say it: `45 s`, `4 min`, `2 h 5 min`.
#[must_use]
pub fn length_words(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round();
    let minutes = (seconds / 60.0).round();
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if minutes < 120.0 {
        format!("{minutes:.0} min")
    } else {
        let hours = (minutes / 60.0).floor();
        format!("{hours:.0} h {:.0} min", minutes - 60.0 * hours)
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tick {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_in_words() {
        assert_eq!(
            [-1.0, 5.0, 119.0, 240.0, 7_500.0].map(length_words),
            ["0 s", "5 s", "119 s", "4 min", "2 h 5 min"]
        );
    }
}
