//! How traffic follows the days: little at night, most in the morning, less at weekends.
//!
//! The shape of a day is that of work done by people. No day is quite like another.

use crate::clock::{DAY_S, Start, Us};
use crate::parts::Parts;
use crate::random::{Random, Use};

/// How traffic follows the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// What comes at the quietest hour, of what comes at the busiest.
    pub night: Parts,
    /// What a Saturday or Sunday has of what a working day has beyond the night's.
    pub weekend: Parts,
}

/// What comes at each full hour beyond the night's, in per cent of the busiest hour.
const HOURS: [u32; 24] = [
    2, 0, 0, 0, 2, 8, 20, 42, 70, 92, 100, 98, // until noon
    86, 84, 94, 96, 88, 70, 50, 38, 29, 20, 12, 6, // and after it
];

/// How far a day is from the usual day.
const DAY_BY_DAY: (u32, u32) = (9_400, 10_600);

/// The first Monday after the epoch, in days.
const MONDAY: i64 = 4;

/// The day of the week of a day since the epoch; Monday is 0.
pub(crate) const fn weekday(day: i64) -> i64 {
    (day - MONDAY).rem_euclid(7)
}

/// Whether people work on a day since the epoch.
pub(crate) const fn is_working_day(day: i64) -> bool {
    weekday(day) < 5
}

impl Days {
    /// More than this share of the busiest hour never comes.
    pub(crate) const MOST: Parts = Parts(DAY_BY_DAY.1);

    /// The share of the busiest hour that comes at this time of a world; `inlet` tells one from
    /// another.
    pub(crate) fn level(&self, (seed, inlet): (u64, u64), start: Start, at: Us) -> Parts {
        let second = start.instant(at).tick().0;
        let (day, second) = (second.div_euclid(DAY_S), second.rem_euclid(DAY_S));
        let busy = i64::from(Parts::ALL.0 - self.night.0.min(Parts::ALL.0));
        let mut above = hours_level(second).of(busy);
        if !is_working_day(day) {
            above = self.weekend.of(above);
        }
        let place = [inlet, day.unsigned_abs()];
        let own = Random::new(seed, Use::Day, &place).parts(DAY_BY_DAY.0, DAY_BY_DAY.1);
        let level = own.of(i64::from(self.night.0) + above);
        Parts(u32::try_from(level).unwrap_or(0))
    }
}

/// The shape of a day at this second, by a straight line between two full hours.
fn hours_level(second: i64) -> Parts {
    let hour = usize::try_from(second / 3_600).unwrap_or(0);
    let at = |hour: usize| HOURS.get(hour % HOURS.len()).map_or(0, |percent| i64::from(*percent));
    let (here, there) = (at(hour), at(hour + 1));
    let level = here * 100 + (there - here) * 100 * (second % 3_600) / 3_600;
    Parts(u32::try_from(level).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::S;

    /// The level at an hour of a day after Monday 2026-11-23.
    fn level(day: i64, hour: i64) -> u32 {
        let days = Days { night: Parts::percent(10), weekend: Parts::percent(30) };
        let monday = Start(Start::USUAL.0 - 6 * 3_600);
        days.level((1, 0), monday, (day * DAY_S + hour * 3_600) * S).0
    }

    #[test]
    fn mornings_are_busy_nights_quiet_and_weekends_between() {
        for day in 0..5 {
            assert!((9_400..=10_600).contains(&level(day, 10)), "day {day}: {}", level(day, 10));
            assert!((940..=1_060).contains(&level(day, 2)), "day {day}: {}", level(day, 2));
        }
        for day in [5, 6, 12, 13] {
            assert!((3_400..=4_000).contains(&level(day, 10)), "day {day}: {}", level(day, 10));
            assert!((940..=1_060).contains(&level(day, 2)), "day {day}: {}", level(day, 2));
        }
    }

    #[test]
    fn no_day_is_like_another() {
        let mornings: std::collections::BTreeSet<u32> = (0..5).map(|day| level(day, 10)).collect();
        assert!(mornings.len() >= 4, "{mornings:?}");
    }
}
