//! Days, local times and lengths as a calendar writes them: `20261012`, `20261012T090000`, `P1DT12H`.

use super::line::Line;
use jiff::civil::{Date, DateTime};

/// Longest length that is believed, in days: three hundred years is more than a clock here holds.
const LENGTH_DAYS_MAX: i64 = 110_000;

/// A moment as it is written, before anybody asked for its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A whole day.
    Day(Date),
    /// A time of day somewhere.
    At(DateTime, Place),
}

/// Where a time of day holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In UTC: it ends in `Z`.
    Utc,
    /// In the zone of this id.
    Zone(String),
    /// Wherever the reader is; settings say where that is.
    Floating,
}

/// A length of time, in parts that are added one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Length {
    /// Whole days, which a change of the clock may make longer or shorter.
    pub(crate) days: i64,
    /// Seconds on the wall clock on top of them, whatever the clock does meanwhile.
    pub(crate) wall_s: i64,
    /// Seconds that pass, on top of these.
    pub(crate) passing_s: i64,
}

impl Moment {
    /// All moments of a line: most lines have one, exceptions and extra dates have lists.
    pub(crate) fn all_of<'a>(line: &'a Line) -> impl Iterator<Item = Option<Self>> + 'a {
        line.value.split(',').map(|written| Self::read(written, line.param("TZID")))
    }

    /// The only moment of a line.
    pub(crate) fn of(line: &Line) -> Option<Self> {
        Self::read(&line.value, line.param("TZID"))
    }

    /// A moment from its text and the zone that stands beside it.
    pub(crate) fn read(written: &str, zone: Option<&str>) -> Option<Self> {
        let written = written.trim();
        if let Some(day) = day(written) {
            return Some(Self::Day(day));
        }
        let (local, is_utc) = match written.strip_suffix(['Z', 'z']) {
            Some(local) => (local, true),
            None => (written, false),
        };
        let at = local_time(local)?;
        let place = match zone.map(str::trim) {
            _ if is_utc => Place::Utc,
            Some(zone) if !zone.is_empty() => Place::Zone(zone.to_owned()),
            _ => Place::Floating,
        };
        Some(Self::At(at, place))
    }
}

/// `20261012`.
fn day(written: &str) -> Option<Date> {
    if written.len() != 8 {
        return None;
    }
    let year = i16::try_from(digits(written, 0, 4)?).ok()?;
    let month = i8::try_from(digits(written, 4, 6)?).ok()?;
    Date::new(year, month, i8::try_from(digits(written, 6, 8)?).ok()?).ok()
}

/// `20261012T090000`; a leap second is the second before it.
fn local_time(written: &str) -> Option<DateTime> {
    let (date, time) = written.split_once(['T', 't'])?;
    if time.len() != 6 {
        return None;
    }
    let hour = i8::try_from(digits(time, 0, 2)?).ok()?;
    let minute = i8::try_from(digits(time, 2, 4)?).ok()?;
    let second = i8::try_from(digits(time, 4, 6)?.min(59)).ok()?;
    let time = jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    Some(day(date)?.to_datetime(time))
}

/// The number in some places of a text, if there are nothing but digits.
fn digits(written: &str, from: usize, to: usize) -> Option<u32> {
    let places = written.get(from..to)?;
    places.bytes().all(|byte| byte.is_ascii_digit()).then(|| places.parse().ok())?
}

impl Length {
    /// `P1W`, `P1DT12H`, `PT30M`; nothing that runs backwards.
    pub(crate) fn read(written: &str) -> Option<Self> {
        let written = written.trim();
        let mut rest = written.strip_prefix('+').unwrap_or(written).strip_prefix(['P', 'p'])?;
        let mut length = Self::default();
        let mut in_time = false;
        while !rest.is_empty() {
            if let Some(time) = rest.strip_prefix(['T', 't']) {
                in_time = true;
                rest = time;
                continue;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let n: i64 = rest.get(..end)?.parse().ok()?;
            let mut after = rest.get(end..)?.chars();
            let (days, seconds) = match (after.next()?.to_ascii_uppercase(), in_time) {
                ('W', false) => (n.checked_mul(7)?, 0),
                ('D', false) => (n, 0),
                ('H', true) => (0, n.checked_mul(3_600)?),
                ('M', true) => (0, n.checked_mul(60)?),
                ('S', true) => (0, n),
                _ => return None,
            };
            length.days = length.days.checked_add(days)?;
            length.passing_s = length.passing_s.checked_add(seconds)?;
            rest = after.as_str();
        }
        let is_believed = length.days.max(length.passing_s / 86_400) <= LENGTH_DAYS_MAX;
        is_believed.then_some(length)
    }

    /// An upper bound of its days.
    pub(crate) const fn days_about(self) -> i64 {
        self.days + (self.wall_s + self.passing_s) / 86_400 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn moments_of_all_forms() {
        let nine = date(2026, 10, 12).at(9, 0, 0, 0);
        for (written, zone, expect) in [
            ("20261012", None, Some(Moment::Day(date(2026, 10, 12)))),
            ("20261012T090000", None, Some(Moment::At(nine, Place::Floating))),
            ("20261012T090000Z", Some("Europe/Berlin"), Some(Moment::At(nine, Place::Utc))),
            (" 20261012T090000", Some("A"), Some(Moment::At(nine, Place::Zone("A".to_owned())))),
            ("20261312", None, None),
            ("20260230", None, None),
            ("2026-10-12", None, None),
            ("20261012T0900", None, None),
            ("20261012T250000", None, None),
            ("+2261012T090000", None, None),
            ("äöüä", None, None),
            ("", None, None),
        ] {
            assert_eq!(Moment::read(written, zone), expect, "{written}");
        }
    }

    #[test]
    fn lengths_of_all_forms() {
        for (written, expect) in [
            ("P1W", Some((7, 0))),
            ("P1DT12H", Some((1, 43_200))),
            ("PT1H30M5S", Some((0, 5_405))),
            ("+P15D", Some((15, 0))),
            ("P", Some((0, 0))),
            ("-P1D", None),
            ("PT", Some((0, 0))),
            ("P1H", None),
            ("P99999999999999999999D", None),
            ("P999999999D", None),
            ("PT9223372036854775807S", None),
            ("soon", None),
        ] {
            let expect = expect.map(|(days, passing_s)| Length { days, wall_s: 0, passing_s });
            assert_eq!(Length::read(written), expect, "{written}");
        }
    }
}
