//! Days of the week where a team works.
//!
//! The core has no calendar of the world: whoever asks hands in from when on the local clock is so many
//! seconds ahead of UTC. Days then follow by arithmetic, also where the clock is changed.

use hw_model::Timestamp;

const NS_PER_S: i64 = 1_000_000_000;
const S_PER_DAY: i64 = 86_400;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// Every day, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }

    /// The day of this name, or of its first three letters or more, in any case.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        let is_it = |day: &Self| day.word().to_lowercase().starts_with(&word);
        Self::ALL.into_iter().find(is_it).filter(|_| word.chars().count() >= 3)
    }
}

/// Where the clocks of a team stand, over some stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// What it is called.
    name: String,
    /// From when on local time is so many seconds ahead of UTC, in order; the first holds before, too.
    ahead: Vec<(Timestamp, i32)>,
}

impl Zone {
    /// Local time is UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self::new("UTC", vec![(Timestamp(i64::MIN), 0)])
    }

    /// Local time is so many seconds ahead of UTC from these instants on. The first holds before, too.
    #[must_use]
    pub fn new(name: &str, mut ahead: Vec<(Timestamp, i32)>) -> Self {
        ahead.sort_by_key(|(from, _)| *from);
        Self { name: name.to_owned(), ahead }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn ahead_s(&self, at: Timestamp) -> i64 {
        let known = self.ahead.iter().rev().find(|(from, _)| *from <= at);
        known.or_else(|| self.ahead.first()).map_or(0, |(_, seconds)| i64::from(*seconds))
    }

    /// The local day, counted from 1970-01-01, and the second in it.
    fn local(&self, at: Timestamp) -> (i64, i64) {
        let local_s = at.0.div_euclid(NS_PER_S) + self.ahead_s(at);
        (local_s.div_euclid(S_PER_DAY), local_s.rem_euclid(S_PER_DAY))
    }

    /// The local day of an instant, counted from 1970-01-01.
    pub(crate) fn day(&self, at: Timestamp) -> i64 {
        self.local(at).0
    }

    /// The day of the week of an instant.
    #[must_use]
    pub fn weekday(&self, at: Timestamp) -> Weekday {
        weekday_of(self.day(at))
    }

    /// The same time of day on the first day from this one on that is one of these; the instant itself if
    /// today is. None if there is no such day.
    pub(crate) fn next_on(&self, days: &[Weekday], at: Timestamp) -> Option<Timestamp> {
        let (today, second) = self.local(at);
        let later = (0..7).find(|later| days.contains(&weekday_of(today + later)))?;
        Some(if later == 0 { at } else { self.instant(today + later, second) })
    }

    /// The instant at which the local clock shows this second of this day. A time that a change of the
    /// clock skips is read as if it had not been changed yet; of one that comes twice, the first is taken.
    fn instant(&self, day: i64, second: i64) -> Timestamp {
        const DAY_S: f64 = 86_400.0;
        let local_s = day.saturating_mul(S_PER_DAY).saturating_add(second);
        let by = |ahead_s: i64| Timestamp::from_s(local_s.saturating_sub(ahead_s));
        // No clock is a day ahead: a day earlier it stood as it did before any change near.
        let before = by(self.ahead_s(by(0).plus_s(-DAY_S)));
        let after = by(self.ahead_s(before));
        // Where both agree there was no change; where neither does, the time was skipped.
        if self.shows(after, local_s) && !self.shows(before, local_s) { after } else { before }
    }

    fn shows(&self, at: Timestamp, local_s: i64) -> bool {
        at.0.div_euclid(NS_PER_S) + self.ahead_s(at) == local_s
    }
}

/// 1970-01-01 was a Thursday.
fn weekday_of(day: i64) -> Weekday {
    let place = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
    Weekday::ALL.get(place).copied().unwrap_or(Weekday::Monday)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24T12:42:11Z, a Tuesday.
    const TUESDAY: Timestamp = Timestamp::from_s(1_795_524_131);

    /// Berlin: an hour ahead, two from 2026-03-29T01:00Z to 2026-10-25T01:00Z.
    fn berlin() -> Zone {
        let steps = vec![
            (Timestamp::from_s(1_792_890_000), 3_600),
            (Timestamp(i64::MIN), 3_600),
            (Timestamp::from_s(1_774_746_000), 7_200),
        ];
        Zone::new("Europe/Berlin", steps)
    }

    #[test]
    fn days_have_their_names() {
        assert_eq!(Zone::utc().weekday(Timestamp(0)), Weekday::Thursday);
        assert_eq!(Zone::utc().weekday(Timestamp(-1)), Weekday::Wednesday);
        assert_eq!(Zone::utc().weekday(TUESDAY), Weekday::Tuesday);
        assert_eq!(Zone::utc().weekday(TUESDAY.plus_s(-86_400.0)), Weekday::Monday);
        // 23:30 UTC on a Monday is Tuesday in Berlin.
        let late = Timestamp::from_s(1_795_524_131 - 13 * 3_600);
        assert_eq!(
            (Zone::utc().weekday(late), berlin().weekday(late)),
            (Weekday::Monday, Weekday::Tuesday)
        );
    }

    #[test]
    fn days_are_written_in_many_ways() {
        for (text, day) in [
            ("mon", Some(Weekday::Monday)),
            ("Monday", Some(Weekday::Monday)),
            (" THURS ", Some(Weekday::Thursday)),
            ("tu", None),
            ("", None),
            ("montag", None),
        ] {
            assert_eq!(Weekday::from_word(text), day, "{text}");
        }
    }

    #[test]
    fn next_day_keeps_the_time_of_day() {
        use Weekday::{Monday, Sunday, Tuesday, Wednesday};
        let zone = berlin();
        let later_s = |days: &[Weekday]| {
            zone.next_on(days, TUESDAY).map(|at| at.seconds_since(TUESDAY) / 86_400.0)
        };
        assert_eq!(later_s(&[Monday]), Some(6.0));
        assert_eq!(later_s(&[Tuesday, Wednesday]), Some(0.0));
        assert_eq!(later_s(&[Monday, Wednesday]), Some(1.0));
        assert_eq!(later_s(&[Sunday]), Some(5.0));
        assert_eq!(later_s(&[]), None);
    }

    #[test]
    fn change_of_the_clock_between_two_days_is_kept_out() {
        // Friday, 23 October, 10:00 in Berlin; on Monday clocks have been put back.
        let friday = Timestamp::from_s(1_792_742_400);
        let monday = berlin().next_on(&[Weekday::Monday], friday).unwrap();
        assert_eq!(monday, friday.plus_s(3.0 * 86_400.0 + 3_600.0));
        assert_eq!(berlin().local(monday).1, berlin().local(friday).1);
    }

    /// Every half hour of a year, moved to each day of the week.
    #[test]
    fn time_of_day_is_kept_but_where_the_clock_skips_it() {
        let zone = berlin();
        let mut skipped = 0;
        for half_hour in 0..2 * 24 * 365 {
            let at = Timestamp::from_s(1_767_225_600 + half_hour * 1_800);
            for day in Weekday::ALL {
                let moved = zone.next_on(&[day], at).unwrap();
                assert_eq!(zone.weekday(moved), day);
                assert!(moved >= at && moved.seconds_since(at) <= 6.0 * 86_400.0 + 3_600.0);
                if zone.local(moved).1 != zone.local(at).1 {
                    assert_eq!(zone.local(at).1 / 3_600, 2, "between two and three");
                    skipped += 1;
                }
            }
        }
        assert_eq!(skipped, 6 * 2, "each of six days before the change, two half hours");
    }
}
