//! The time of a world: microseconds since its start.

use hw_model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::fmt;

/// A microsecond count; event times in worlds have no finer grain.
pub(crate) type Us = i64;

/// Microseconds in a millisecond.
pub(crate) const MS: Us = 1_000;

/// Microseconds in a second.
pub(crate) const S: Us = 1_000_000;

/// Seconds in a day.
pub(crate) const DAY_S: i64 = 86_400;

/// When a world starts: a whole second of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start(pub(crate) i64);

impl Start {
    /// When worlds start unless it is said: Monday, 2026-11-23 06:00 UTC, so that minutes on a
    /// clock are minutes of a world.
    pub const USUAL: Self = Self(1_795_413_600);

    /// The instant so many microseconds later.
    pub(crate) const fn instant(self, at: Us) -> Timestamp {
        Timestamp((self.0 * S + at) * 1_000)
    }

    /// Microseconds from the start to an instant.
    pub(crate) const fn since(self, at: Timestamp) -> Us {
        at.0.div_euclid(1_000) - self.0 * S
    }

    /// Reads a day like `2026-11-23` and a time like `06:00`.
    pub(crate) fn parse(day: &str, time: &str) -> Option<Self> {
        let civil: DateTime = format!("{day}T{time}").parse().ok()?;
        Some(Self(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_second(self.0).unwrap_or_default();
        write!(f, "{}", at.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

/// Shows a time as minutes and seconds since the start, `08:00`; from two hours on as days and the
/// time of the day, `1d14:05:00`. To the millisecond where it is not whole.
pub(crate) struct Clock(pub Us);

/// From how many minutes on days are shown.
const LONG_MIN: i64 = 120;

impl Clock {
    /// Reads `mm:ss` or `1d14:05:00`, either with `.mmm` behind it.
    pub(crate) fn parse(word: &str) -> Option<Us> {
        let (minutes, seconds) = match word.split_once('d') {
            Some((days, time)) => {
                let (hours, time) = time.split_once(':')?;
                let (minutes, seconds) = time.split_once(':')?;
                let hours = digits(hours, 2).filter(|hours| *hours < 24)?;
                let minutes = digits(minutes, 2).filter(|minutes| *minutes < 60)?;
                ((any_digits(days)?.min(9_999) * 24 + hours) * 60 + minutes, seconds)
            }
            None => {
                let (minutes, seconds) = word.split_once(':')?;
                (any_digits(minutes).filter(|minutes| *minutes <= 1_000)?, seconds)
            }
        };
        let (seconds, ms) = seconds.split_once('.').unwrap_or((seconds, "000"));
        let seconds = digits(seconds, 2).filter(|seconds| *seconds < 60)?;
        Some((minutes * 60 + seconds) * S + digits(ms, 3)? * MS)
    }
}

fn digits(word: &str, length: usize) -> Option<i64> {
    any_digits(word).filter(|_| word.len() == length)
}

fn any_digits(word: &str) -> Option<i64> {
    let is_number = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    if is_number { word.parse().ok() } else { None }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let ms = self.0.abs() / MS;
        let (minutes, seconds) = (ms / 60_000, ms / 1_000 % 60);
        if minutes < LONG_MIN {
            write!(f, "{sign}{minutes:02}:{seconds:02}")?;
        } else {
            let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
            write!(f, "{sign}{days}d{hours:02}:{minutes:02}:{seconds:02}")?;
        }
        if ms % 1_000 == 0 { Ok(()) } else { write!(f, ".{:03}", ms % 1_000) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_they_are_read() {
        let days = [2 * 3_600 * S, DAY_S * S, 15 * DAY_S * S + 52_999 * S + 7 * MS];
        for at in [0, S, 61 * S, 754 * S + 250 * MS, 1_799 * S + MS].into_iter().chain(days) {
            assert_eq!(Clock::parse(&Clock(at).to_string()), Some(at), "{}", Clock(at));
        }
        assert_eq!(Clock::parse("08:00"), Some(480 * S));
        assert_eq!(Clock::parse("1d14:05:00"), Some((DAY_S + 14 * 3_600 + 300) * S));
        let broken = ["", "8", "08:60", "8:1", "8:01.5", "-1:00", "a:00", "8:00.1234"];
        for word in broken.into_iter().chain(["1d14:05", "1d24:00:00", "d08:00:00", "1d8:00:00"]) {
            assert_eq!(Clock::parse(word), None, "{word}");
        }
    }

    #[test]
    fn minutes_on_a_clock_are_minutes_of_a_world() {
        let start = Start::USUAL;
        assert_eq!(start.instant(0).tick().0 % 3_600, 0);
        assert_eq!(start.since(start.instant(90 * S + 7)), 90 * S + 7);
    }

    #[test]
    fn start_is_read_as_it_is_written() {
        assert_eq!(Start::USUAL.to_string(), "2026-11-23 06:00:00");
        assert_eq!(Start::parse("2026-11-23", "06:00"), Some(Start::USUAL));
        assert_eq!(Start::parse("2026-11-23", "06:00:01"), Some(Start(Start::USUAL.0 + 1)));
        assert_eq!(Start::parse("2026-02-30", "06:00"), None);
    }
}
