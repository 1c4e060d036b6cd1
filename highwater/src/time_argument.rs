//! Times as people type them.

use hw_model::Timestamp;
use std::fmt;
use std::str::FromStr;

/// A time on the command line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TimeArgument {
    /// An instant.
    At(Timestamp),
    /// So many seconds after the first record.
    AfterFirst(f64),
}

/// What was typed is no time.
#[derive(Clone, Debug)]
pub(crate) struct TimeError(String);

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is no time: give 2026-11-22T06:44:00Z, Unix seconds, or +90s after the first record",
            self.0
        )
    }
}

impl std::error::Error for TimeError {}

impl TimeArgument {
    /// The instant, where there is no first record to count from.
    pub(crate) fn instant(&self) -> Result<Timestamp, TimeError> {
        match self {
            Self::At(at) => Ok(*at),
            Self::AfterFirst(seconds) => Err(TimeError(format!("+{seconds}s"))),
        }
    }

    /// Whether the first record must be known.
    pub(crate) const fn is_relative(&self) -> bool {
        matches!(self, Self::AfterFirst(_))
    }

    /// The instant, given the time of the first record.
    pub(crate) fn resolve(&self, first_at: Option<Timestamp>) -> Timestamp {
        match self {
            Self::At(at) => *at,
            Self::AfterFirst(seconds) => first_at.unwrap_or_default().plus_s(*seconds),
        }
    }
}

impl FromStr for TimeArgument {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError(text.to_owned());
        if let Some(after) = text.strip_prefix('+') {
            let length: jiff::SignedDuration = after.parse().map_err(|_| wrong())?;
            return Ok(Self::AfterFirst(length.as_secs_f64()));
        }
        hw_api::instant(text).map(Self::At).ok_or_else(wrong)
    }
}

/// The length of a window in whole seconds.
pub(crate) fn parse_window(text: &str) -> Result<i64, String> {
    let length: jiff::SignedDuration = text.parse().map_err(|_| not_a_length(text))?;
    let seconds = length.as_secs();
    if seconds < 1 || length.subsec_nanos() != 0 || seconds > 3_600 {
        return Err(not_a_length(text));
    }
    Ok(seconds)
}

fn not_a_length(text: &str) -> String {
    format!("\"{text}\" is no length of whole seconds from 1s to 1h, such as 10s or 1m")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<i64> {
        match text.parse() {
            Ok(TimeArgument::At(at)) => Some(at.0),
            Ok(TimeArgument::AfterFirst(_)) | Err(_) => None,
        }
    }

    #[test]
    fn instants_can_be_typed_in_many_ways() {
        let expect = Some(1_795_330_494_000_000_000);
        assert_eq!(at("2026-11-22T06:54:54Z"), expect);
        assert_eq!(at("2026-11-22T07:54:54+01:00"), expect);
        assert_eq!(at("2026-11-22 06:54:54"), expect);
        assert_eq!(at("1795330494"), expect);
        assert_eq!(at("1795330494000"), expect);
        assert_eq!(at("1795330494000000000"), expect);
    }

    #[test]
    fn lengths_count_from_the_first_record() {
        assert_eq!("+11m".parse::<TimeArgument>().unwrap(), TimeArgument::AfterFirst(660.0));
        let time: TimeArgument = "+90s".parse().unwrap();
        assert_eq!(time.resolve(Some(Timestamp::from_s(10))), Timestamp::from_s(100));
    }

    #[test]
    fn nonsense_is_refused_with_examples() {
        for text in ["", "yesterday", "12", "+eleven", "2026-13-01T00:00:00Z"] {
            let error = text.parse::<TimeArgument>().unwrap_err().to_string();
            assert!(error.contains("2026-11-22T06:44:00Z"), "{error}");
        }
    }
}
