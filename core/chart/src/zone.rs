//! Times as the reader's clock shows them.
//!
//! A picture is drawn for one zone with one offset, given from outside: the core has no table of zones.
//! Where the clocks are set back within a picture, its hours stay those of the offset it was given.

use hw_model::{DAY_S, Date, Timestamp, clock_words, day_of, weekday_word};

/// Offsets there are: 18 hours to each side.
const OFFSET_S_MAX: i32 = 64_800;

/// Shorter than this, seconds are said.
const SECONDS_BELOW_S: f64 = 3_600.0;

/// Longer than this, the name of a weekday means two days.
pub(crate) const WEEKDAYS_BELOW_S: f64 = 6.5 * 86_400.0;

/// The time zone of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Seconds to add to UTC.
    pub offset_s: i32,
    /// What it is called: `UTC`, `Europe/Berlin`.
    pub name: String,
}

/// What a picture shows of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its left edge.
    pub from: Timestamp,
    /// Its right edge.
    pub to: Timestamp,
    /// The zone its times are said in.
    pub zone: Zone,
}

impl Zone {
    /// Universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { offset_s: 0, name: "UTC".to_owned() }
    }

    /// The instant whose time in UTC is what the clock of this zone shows at `at`.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> Timestamp {
        let offset_s = self.offset_s.clamp(-OFFSET_S_MAX, OFFSET_S_MAX);
        Timestamp(at.0.saturating_add(Timestamp::from_s(i64::from(offset_s)).0))
    }

    /// `UTC+1`, `UTC-3:30`: short enough to stand beside an axis.
    pub(crate) fn offset_words(&self) -> String {
        let offset_s = self.offset_s.clamp(-OFFSET_S_MAX, OFFSET_S_MAX);
        let minutes = offset_s.abs() / 60;
        let sign = if offset_s < 0 { '-' } else { '+' };
        match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }

    /// `Europe/Berlin (UTC+1)`.
    #[must_use]
    pub fn words(&self) -> String {
        let offset = self.offset_words();
        if self.name.is_empty() || self.name == offset {
            offset
        } else {
            format!("{} ({offset})", hw_model::plain(&self.name, 60))
        }
    }
}

impl View {
    /// Its length in seconds, at least one.
    pub(crate) fn length_s(&self) -> f64 {
        self.to.seconds_since(self.from).max(1.0)
    }

    /// Whether an instant is within it.
    pub(crate) fn shows(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.to
    }

    /// `07:34`, in a short picture `07:34:12`.
    pub(crate) fn clock(&self, at: Timestamp) -> String {
        let text = clock_words(self.zone.local(at));
        let length = if self.length_s() < SECONDS_BELOW_S { 8 } else { 5 };
        text.get(..length).unwrap_or_default().to_owned()
    }

    /// `Thu 07:34`; where the picture is long, `12 Nov 07:34`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        format!("{} {}", self.day(at), self.clock(at))
    }

    /// `07:34`, with the day if it is another than that of `beside`.
    pub(crate) fn moment_beside(&self, at: Timestamp, beside: Timestamp) -> String {
        let day = |at| day_of(self.zone.local(at));
        if day(at) == day(beside) { self.clock(at) } else { self.moment(at) }
    }

    /// `Thu`; where the picture is long, `12 Nov`.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        let local = self.zone.local(at);
        if self.length_s() < WEEKDAYS_BELOW_S && self.is_near(at) {
            weekday_word(local).to_owned()
        } else {
            let date = Date::of(local);
            format!("{} {}", date.day, date.month_word())
        }
    }

    /// `2026-11-12 07:34:12`, for tables.
    pub(crate) fn full(&self, at: Timestamp) -> String {
        let local = self.zone.local(at);
        format!("{} {}", Date::of(local), clock_words(local))
    }

    /// Whether an instant is so near that the name of its weekday means one day.
    fn is_near(&self, at: Timestamp) -> bool {
        let slack = 2.0 * DAY_S as f64;
        self.from.plus_s(-slack) <= at && at <= self.to.plus_s(slack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(from_s: i64, length_s: i64, offset_s: i32) -> View {
        let zone = Zone { offset_s, name: "Europe/Berlin".to_owned() };
        View { from: Timestamp::from_s(from_s), to: Timestamp::from_s(from_s + length_s), zone }
    }

    #[test]
    fn times_are_those_of_the_zone() {
        // 2026-11-22T23:54:54Z, a Sunday; in Berlin it is Monday.
        let at = Timestamp::from_s(1_795_391_694);
        let long = view(1_795_391_694 - 7_200, 40_000, 3_600);
        assert_eq!((long.clock(at).as_str(), long.moment(at).as_str()), ("00:54", "Mon 00:54"));
        assert_eq!(long.moment_beside(at, at.plus_s(-7_200.0)), "Mon 00:54");
        assert_eq!(long.moment_beside(at, at.plus_s(7_200.0)), "00:54");
        assert_eq!(long.full(at), "2026-11-23 00:54:54");
        assert_eq!(view(1_795_391_694, 600, -12_600).clock(at), "20:24:54");
        assert_eq!(view(1_795_391_694, 20 * DAY_S, 0).day(at), "22 Nov");
        assert_eq!(long.day(at.plus_s(-30.0 * 86_400.0)), "24 Oct");
    }

    #[test]
    fn zones_are_named_by_their_offset() {
        let offset = |offset_s| Zone { offset_s, name: String::new() }.words();
        assert_eq!(
            [0, 3_600, -12_600, i32::MAX].map(offset),
            ["UTC", "UTC+1", "UTC-3:30", "UTC+18"]
        );
        assert_eq!(view(0, 1, 3_600).zone.words(), "Europe/Berlin (UTC+1)");
        assert_eq!(Zone::utc().words(), "UTC");
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        let ends = View { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX), zone: Zone::utc() };
        assert_eq!(ends.day(ends.to), "11 Apr");
        assert!(ends.length_s() > 1e9);
    }
}
