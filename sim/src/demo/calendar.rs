//! Dates for a story: recent ones, and days on which people work.

use crate::clock::{DAY_S, Start};
use crate::days::weekday;
use hw_model::Timestamp;

/// Days of the week on which the second day may be, Monday being 0: the day before was a working
/// day too.
const SECOND_DAY: std::ops::RangeInclusive<i64> = 1..=4;

/// The latest midnight from which two working days follow one another, of which so many seconds are
/// over by then.
pub(super) fn start(ends_by: Timestamp, length_s: i64) -> Start {
    let mut day = (ends_by.tick().0 - length_s).div_euclid(DAY_S);
    while !SECOND_DAY.contains(&weekday(day + 1)) {
        day -= 1;
    }
    Start(day * DAY_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The start of a story that ends on the second day at 19:00, in words.
    fn of(day: &str, time: &str) -> String {
        let now = Start::parse(day, time).unwrap();
        start(now.instant(0), DAY_S + 19 * 3_600).to_string()
    }

    #[test]
    fn story_was_over_on_the_last_working_days() {
        // 2026-11-26 is a Thursday.
        assert_eq!(of("2026-11-26", "19:00"), "2026-11-25 00:00:00");
        assert_eq!(of("2026-11-26", "18:59"), "2026-11-24 00:00:00");
        assert_eq!(of("2026-11-27", "23:00"), "2026-11-26 00:00:00");
        // From a weekend, a Monday, and a Tuesday before the evening: Thursday and Friday.
        for day in ["2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"] {
            assert_eq!(of(day, "10:00"), "2026-11-26 00:00:00", "{day}");
        }
        assert_eq!(of("2026-12-01", "20:00"), "2026-11-30 00:00:00");
    }
}
