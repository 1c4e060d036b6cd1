//! Days and times as the demo writes them.

use hw_api::rfc3339;
use hw_model::Timestamp;

/// `Tue 24 Nov`.
pub(super) fn day(at: Timestamp) -> String {
    civil(at).map_or_else(|| rfc3339(at), |at| at.strftime("%a %-d %b").to_string())
}

/// `20:41:07`.
pub(super) fn time(at: Timestamp) -> String {
    civil(at).map_or_else(|| rfc3339(at), |at| at.strftime("%H:%M:%S").to_string())
}

/// The instant behind what the API writes.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let at: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(at.as_nanosecond()).ok().map(Timestamp)
}

fn civil(at: Timestamp) -> Option<jiff::civil::DateTime> {
    let at = jiff::Timestamp::from_nanosecond(i128::from(at.0)).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_as_people_name_them() {
        let at = Timestamp::from_s(1_795_330_494);
        assert_eq!((day(at).as_str(), time(at).as_str()), ("Sun 22 Nov", "06:54:54"));
    }
}
