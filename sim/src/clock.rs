//! The time of a world: microseconds since its start.

use hw_model::Timestamp;
use std::fmt;

/// A microsecond count; event times in worlds have no finer grain.
pub(crate) type Us = i64;

/// Microseconds in a millisecond.
pub(crate) const MS: Us = 1_000;

/// Microseconds in a second.
pub(crate) const S: Us = 1_000_000;

/// When every world starts: 2026-11-23 06:00 UTC, so that minutes on a clock are minutes of a world.
const START_S: i64 = 1_795_413_600;

/// The instant so many microseconds after the start of a world.
pub(crate) fn instant(at: Us) -> Timestamp {
    Timestamp((START_S * S + at) * 1_000)
}

/// Microseconds from the start of a world to an instant.
pub(crate) fn since_start(at: Timestamp) -> Us {
    at.0.div_euclid(1_000) - START_S * S
}

/// Shows a time as minutes and seconds since the start, to the millisecond where it is not whole.
pub(crate) struct Clock(pub Us);

impl Clock {
    /// Reads `mm:ss` or `mm:ss.mmm`.
    pub(crate) fn parse(word: &str) -> Option<Us> {
        let (minutes, seconds) = word.split_once(':')?;
        let (seconds, ms) = seconds.split_once('.').unwrap_or((seconds, "000"));
        let number = |digits: &str, length: Option<usize>| {
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let fits = length.is_none_or(|length| digits.len() == length);
            if is_number && fits { digits.parse::<i64>().ok() } else { None }
        };
        let seconds = number(seconds, Some(2)).filter(|seconds| *seconds < 60)?;
        let minutes = number(minutes, None).filter(|minutes| *minutes <= 1_000)?;
        Some((minutes * 60 + seconds) * S + number(ms, Some(3))? * MS)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let ms = self.0.abs() / MS;
        write!(f, "{sign}{:02}:{:02}", ms / 60_000, ms / 1_000 % 60)?;
        if ms % 1_000 == 0 { Ok(()) } else { write!(f, ".{:03}", ms % 1_000) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_they_are_read() {
        for at in [0, S, 61 * S, 754 * S + 250 * MS, 1_799 * S + MS] {
            assert_eq!(Clock::parse(&Clock(at).to_string()), Some(at), "{}", Clock(at));
        }
        assert_eq!(Clock::parse("08:00"), Some(480 * S));
        for word in ["", "8", "08:60", "8:1", "8:01.5", "-1:00", "a:00", "8:00.1234"] {
            assert_eq!(Clock::parse(word), None, "{word}");
        }
    }

    #[test]
    fn minutes_on_a_clock_are_minutes_of_a_world() {
        assert_eq!(instant(0).tick().0 % 3_600, 0);
        assert_eq!(since_start(instant(90 * S + 7)), 90 * S + 7);
    }
}
