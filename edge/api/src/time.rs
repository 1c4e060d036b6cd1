//! Times as the API writes and reads them.

use hw_model::Timestamp;

/// `2026-11-22T06:43:54.654Z`: UTC, milliseconds, cut and not rounded.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    let ms = at.0.div_euclid(1_000_000);
    let Ok(time) = jiff::Timestamp::from_millisecond(ms) else {
        return "unknown".to_owned();
    };
    format!("{time:.3}")
}

/// Reads an instant: RFC 3339, without a zone in UTC, or Unix time in seconds to nanoseconds.
#[must_use]
pub fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        return unix(number);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return nanoseconds(at);
    }
    // Without a zone it is UTC, as everything Highwater prints.
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    nanoseconds(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// Reads the end of something: as `instant`, but a day alone (`2027-01-31`) is over when it ends, in UTC.
#[must_use]
pub fn until(text: &str) -> Option<Timestamp> {
    match text.parse::<jiff::civil::Date>() {
        Ok(_) if text.len() == 10 => instant(&format!("{text}T23:59:59Z")),
        _ => instant(text),
    }
}

fn nanoseconds(at: jiff::Timestamp) -> Option<Timestamp> {
    i64::try_from(at.as_nanosecond()).ok().map(Timestamp)
}

/// Unix time in seconds, milliseconds, microseconds or nanoseconds: told apart by size, all between
/// the years 2000 and 2200.
fn unix(number: f64) -> Option<Timestamp> {
    let scale = [1e9, 1e6, 1e3, 1.0].into_iter().find(|scale| {
        let seconds = number * scale / 1e9;
        (946_684_800.0..7_258_118_400.0).contains(&seconds)
    })?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to lie between 2000 and 2200")]
    let ns = (number * scale) as i64;
    Some(Timestamp(ns))
}

/// Seconds of a length of whole seconds, a month at most: `60`, `60s`, `5m`, `1h`, `1d`.
#[must_use]
pub fn length_s(text: &str) -> Option<i64> {
    let units = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("", 1)];
    units.into_iter().find_map(|(unit, length)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(length).filter(|s| (1..=31 * 86_400).contains(s))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_always_written() {
        assert_eq!(rfc3339(Timestamp(1_795_329_834_653_958_997)), "2026-11-22T06:43:54.653Z");
        assert_eq!(rfc3339(Timestamp::from_s(1_795_329_834)), "2026-11-22T06:43:54.000Z");
        assert_eq!(rfc3339(Timestamp(-1)), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn instants_can_be_written_in_many_ways() {
        let expect = Some(Timestamp(1_795_330_494_000_000_000));
        assert_eq!(instant("2026-11-22T06:54:54Z"), expect);
        assert_eq!(instant("2026-11-22T07:54:54+01:00"), expect);
        assert_eq!(instant("2026-11-22 06:54:54"), expect);
        assert_eq!(instant("1795330494"), expect);
        assert_eq!(instant("1795330494000"), expect);
        assert_eq!(instant("1795330494000000000"), expect);
        for text in ["", "yesterday", "12", "2026-13-01T00:00:00Z", "inf", "NaN"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
