//! Dates of the Gregorian calendar in UTC, counted from the instant alone.
//!
//! The core has no other calendar: no time zones, no local days. An evening in Berlin may therefore be called by the
//! next day's name at the worst.

use crate::Timestamp;
use std::fmt;

/// Seconds of a day.
pub const DAY_S: i64 = 86_400;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl Date {
    /// The day on which an instant lies.
    #[must_use]
    pub const fn of(at: Timestamp) -> Self {
        Self::of_day(day_of(at))
    }

    /// The day so many days after 1970-01-01, by Howard Hinnant's `civil_from_days`: a year begins in March,
    /// so that the leap day is its last.
    #[must_use]
    pub const fn of_day(days: i64) -> Self {
        let days = days + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "1 to 12, and 1 to 31"
        )]
        let (month, day) = (month as u8, day as u8);
        Self { year, month, day }
    }

    /// The month in three letters.
    #[must_use]
    pub fn month_word(self) -> &'static str {
        MONTHS.get(usize::from(self.month).wrapping_sub(1)).copied().unwrap_or_default()
    }
}

/// Days from 1970-01-01 to the day of an instant.
#[must_use]
pub const fn day_of(at: Timestamp) -> i64 {
    at.tick().0.div_euclid(DAY_S)
}

/// The day of the week of an instant: `Mon`.
#[must_use]
pub fn weekday_word(at: Timestamp) -> &'static str {
    // 1970-01-01 was a Thursday.
    let of_week = usize::try_from((day_of(at) + 3).rem_euclid(7)).unwrap_or_default();
    WEEKDAYS.get(of_week).copied().unwrap_or_default()
}

/// The day of an instant in words: `Tue 24 Nov 2026`.
#[must_use]
pub fn date_words(at: Timestamp) -> String {
    let date = Date::of(at);
    format!("{} {} {} {}", weekday_word(at), date.day, date.month_word(), date.year)
}

/// The time of day of an instant: `06:11:00`.
#[must_use]
pub fn clock_words(at: Timestamp) -> String {
    let second = at.tick().0.rem_euclid(DAY_S);
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_known_instants() {
        for (seconds, expect, weekday) in [
            (0, "1970-01-01", "Thu"),
            (-1, "1969-12-31", "Wed"),
            (951_782_400, "2000-02-29", "Tue"),
            (951_868_800, "2000-03-01", "Wed"),
            (4_107_542_400, "2100-03-01", "Mon"),
            (1_795_330_494, "2026-11-22", "Sun"),
            (-2_203_891_200, "1900-03-01", "Thu"),
        ] {
            let at = Timestamp::from_s(seconds);
            assert_eq!((Date::of(at).to_string().as_str(), weekday_word(at)), (expect, weekday));
        }
        assert_eq!(Date::of(Timestamp(i64::MAX)).to_string(), "2262-04-11");
        assert_eq!(Date::of(Timestamp(i64::MIN)).to_string(), "1677-09-21");
        assert_eq!(Date::of(Timestamp::from_s(1_795_330_494)).month_word(), "Nov");
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut before = Date::of_day(-80_000);
        for days in -79_999..70_000 {
            let date = Date::of_day(days);
            let is_next = (date.year, date.month, date.day)
                == (before.year, before.month, before.day + 1)
                || date.day == 1 && before.day >= 28 && date > before;
            assert!(is_next, "{before} and then {date}");
            before = date;
        }
    }

    #[test]
    fn time_of_day_is_that_of_the_instant_also_before_1970() {
        assert_eq!(clock_words(Timestamp::from_s(1_795_330_494)), "06:54:54");
        assert_eq!(clock_words(Timestamp(-1)), "23:59:59");
        assert_eq!(date_words(Timestamp::from_s(1_795_330_494)), "Sun 22 Nov 2026");
    }
}
