//! How times read in a post mortem: UTC with seconds, and with the date wherever another day could be meant.

use crate::case::Case;
use crate::retell::{Saying, retell};
use hw_model::{
    Date, Interval, Timestamp, clock_words, date_words, day_of, length_words, weekday_word,
};

/// How times of one incident are said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// When it began: facts of a diagnosis count their days from it.
    onset_at: Option<Timestamp>,
    /// The day on which everything happened, if there is one.
    only_day: Option<i64>,
    /// The year that is not said.
    year: i64,
}

impl Clock {
    pub(crate) fn new(case: &Case) -> Self {
        let times = &case.record.times;
        let onset_at = onset_of_facts(case);
        let from =
            times.started.or(onset_at).or_else(|| case.lines.first().map(|line| line.happened_at));
        let from = from.unwrap_or(case.now);
        let told = [times.noticed, times.declared, times.mitigated, times.resolved, case.ended_at];
        let days: Vec<i64> = told.into_iter().flatten().chain([from]).map(day_of).collect();
        let only_day = day_of(from);
        Self {
            onset_at,
            only_day: days.iter().all(|day| *day == only_day).then_some(only_day),
            year: Date::of(from).year,
        }
    }

    /// `06:11:00`, or `Tue 24 Nov 20:41:07` where that could be another day.
    pub(crate) fn at(&self, at: Timestamp) -> String {
        if self.only_day == Some(day_of(at)) {
            return clock_words(at);
        }
        format!("{} {}", self.day(at), clock_words(at))
    }

    /// `at 06:11:00`, or `on Tue 24 Nov at 20:41:07`.
    pub(crate) fn when(&self, at: Timestamp) -> String {
        if self.only_day == Some(day_of(at)) {
            return format!("at {}", clock_words(at));
        }
        format!("on {} at {}", self.day(at), clock_words(at))
    }

    /// `06:11:00 to 06:11:05`, with the date where that could be another day, and once if it is one.
    pub(crate) fn span(&self, within: Interval) -> String {
        let Interval { from, to } = within;
        if day_of(from) == day_of(to) {
            return format!("{} to {}", self.at(from), clock_words(to));
        }
        format!("{} to {}", self.at(from), self.at(to))
    }

    /// `Tue 24 Nov 2026, 20:41:07`.
    pub(crate) fn in_full(at: Timestamp) -> String {
        format!("{}, {}", date_words(at), clock_words(at))
    }

    /// `Tue 24 Nov`, with the year if it is another.
    fn day(&self, at: Timestamp) -> String {
        let date = Date::of(at);
        let year = if date.year == self.year { String::new() } else { format!(" {}", date.year) };
        format!("{} {} {}{year}", weekday_word(at), date.day, date.month_word())
    }

    /// A sentence of Highwater with its times as they are said here.
    pub(crate) fn in_words(&self, words: &str) -> String {
        let at = |at| self.at(at);
        retell(words, self.onset_at, &Saying { at: &at, when: &|at| self.when(at) })
    }
}

/// When the facts of the diagnosis say that it began. `None` if its shifts began on two days: whose day a fact
/// means is not known then, and its words stay as they are.
fn onset_of_facts(case: &Case) -> Option<Timestamp> {
    let mut onsets = case.shifts.iter().map(|(_, shift)| shift.onset_at);
    let first = onsets.next()?;
    onsets.all(|onset| day_of(onset) == day_of(first)).then_some(first)
}

/// How late something was: `3 min after`, `12 s before`, `at the same time as`.
pub(crate) fn late_words(at: Timestamp, than: Timestamp) -> String {
    let seconds = at.seconds_since(than);
    if seconds.abs() < 1.0 {
        "at the same time as".to_owned()
    } else if seconds > 0.0 {
        format!("{} after", length_words(seconds))
    } else {
        format!("{} before", length_words(-seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tuesday, 24 November 2026, 20:41:07.
    const ONSET: Timestamp = Timestamp::from_s(1_795_552_867);

    fn clock(only_day: Option<i64>) -> Clock {
        Clock { onset_at: Some(ONSET), only_day, year: 2026 }
    }

    #[test]
    fn days_are_said_where_another_could_be_meant() {
        let (many, one) = (clock(None), clock(Some(day_of(ONSET))));
        assert_eq!(many.at(ONSET), "Tue 24 Nov 20:41:07");
        assert_eq!(one.at(ONSET), "20:41:07");
        assert_eq!(one.at(ONSET.plus_s(86_400.0)), "Wed 25 Nov 20:41:07");
        assert_eq!(one.at(ONSET.plus_s(-365.0 * 86_400.0)), "Mon 24 Nov 2025 20:41:07");
        assert_eq!(Clock::in_full(ONSET), "Tue 24 Nov 2026, 20:41:07");
        assert_eq!(
            [many.when(ONSET), one.when(ONSET)],
            ["on Tue 24 Nov at 20:41:07", "at 20:41:07"]
        );
        let within = |s| Interval { from: ONSET, to: ONSET.plus_s(s) };
        assert_eq!(many.span(within(13.0)), "Tue 24 Nov 20:41:07 to 20:41:20");
        assert_eq!(one.span(within(86_400.0)), "20:41:07 to Wed 25 Nov 20:41:07");
    }

    #[test]
    fn times_within_sentences_are_said_in_the_same_way() {
        let clock = clock(None);
        let said = |words: &str| clock.in_words(words);
        assert_eq!(
            said("C12: rollback of router at 2026-11-25T09:24:14.000Z (told)"),
            "C12: rollback of router on Wed 25 Nov at 09:24:14 (told)"
        );
        assert_eq!(
            said(
                "rolled back at 09:24:14 the day after; deployed 13:42:11, gone at 20:00:00 2 days before."
            ),
            "rolled back on Wed 25 Nov at 09:24:14; deployed Tue 24 Nov 13:42:11, gone on Sun 22 Nov at 20:00:00."
        );
        for kept in [
            "1.4.2 -> 2.0.0",
            "at 25:00:00",
            "12:34:567",
            "a06:11:00",
            "10.0.0.1:8080",
            "é 1:2",
            "2026-13-40T00:00:00.000Z",
            "06:11:00Z",
        ] {
            assert_eq!(said(kept), kept);
        }
        let unknown = Clock { onset_at: None, ..clock };
        assert_eq!(unknown.in_words("at 09:24:14 the day after"), "at 09:24:14 the day after");
    }

    #[test]
    fn lateness_goes_both_ways() {
        assert_eq!(late_words(ONSET.plus_s(200.0), ONSET), "3 min after");
        assert_eq!(late_words(ONSET, ONSET.plus_s(12.0)), "12 s before");
        assert_eq!(late_words(ONSET.plus_s(0.5), ONSET), "at the same time as");
    }
}
