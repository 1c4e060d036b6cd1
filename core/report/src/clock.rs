//! How times read in a post mortem: UTC with seconds, and with the date wherever another day could be meant.

use crate::case::Case;
use hw_model::{
    DAY_S, Date, Interval, Timestamp, clock_words, date_words, day_of, length_words, weekday_word,
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

    /// A sentence of Highwater with its times as they are said here. It writes them in full, as
    /// `2026-11-24T20:41:07.000Z`, or as a time of day on, before or after the day of the onset.
    pub(crate) fn in_words(&self, words: &str) -> String {
        let mut said = String::with_capacity(words.len());
        let mut rest = words;
        while let Some((at, time)) = next_time(rest) {
            let (before, from) = rest.split_at(at);
            let (at, n_bytes) = self.time(&time, from);
            let told = from.get(..n_bytes).unwrap_or_default();
            match (at, before.strip_suffix("at ")) {
                (Some(at), Some(before)) => said.push_str(&format!("{before}{}", self.when(at))),
                (Some(at), None) => said.push_str(&format!("{before}{}", self.at(at))),
                (None, _) => said.push_str(&format!("{before}{told}")),
            }
            rest = from.get(n_bytes..).unwrap_or_default();
        }
        said.push_str(rest);
        said
    }

    /// When a time is, if that is known, and how many bytes of the text say it.
    fn time(&self, time: &Found, from: &str) -> (Option<Timestamp>, usize) {
        match time {
            Found::Instant(at, n_bytes) => (Some(*at), *n_bytes),
            Found::OfDay(second) => {
                let Some(onset_at) = self.onset_at else { return (None, CLOCK_BYTES) };
                let after = from.get(CLOCK_BYTES..).unwrap_or_default();
                let (days, n_bytes) = days_beside(after).unwrap_or((0, 0));
                let at = Timestamp::from_s((day_of(onset_at) + days) * DAY_S + second);
                (Some(at), CLOCK_BYTES + n_bytes)
            }
        }
    }
}

/// When the facts of the diagnosis say that it began. `None` if its shifts began on two days: whose day a fact
/// means is not known then, and its words stay as they are.
fn onset_of_facts(case: &Case) -> Option<Timestamp> {
    let mut onsets = case.shifts.iter().map(|(_, shift)| shift.onset_at);
    let first = onsets.next()?;
    onsets.all(|onset| day_of(onset) == day_of(first)).then_some(first)
}

/// Bytes of `06:11:00`.
const CLOCK_BYTES: usize = 8;
/// Bytes of `2026-11-24T20:41:07.000Z`.
const INSTANT_BYTES: usize = 24;

enum Found {
    /// An instant, and how many bytes it takes.
    Instant(Timestamp, usize),
    /// A second of a day.
    OfDay(i64),
}

/// The first time that stands in a text by itself, and where.
fn next_time(text: &str) -> Option<(usize, Found)> {
    let mut is_inside = false;
    for (at, letter) in text.char_indices() {
        if letter.is_ascii_digit() && !is_inside {
            let rest = text.get(at..).unwrap_or_default();
            if let Some(instant) = instant(rest) {
                return Some((at, Found::Instant(instant, INSTANT_BYTES)));
            }
            if let Some(second) = time_of_day(rest) {
                return Some((at, Found::OfDay(second)));
            }
        }
        is_inside = letter.is_alphanumeric() || ":-.".contains(letter);
    }
    None
}

/// The instant that a text begins with, as the record writes it.
fn instant(text: &str) -> Option<Timestamp> {
    let word = text.get(..INSTANT_BYTES)?;
    let (date, time) = word.split_once('T')?;
    let (time, ms) = time.strip_suffix('Z')?.split_once('.')?;
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let ms: i64 = ms.parse().ok()?;
    let days = days_of(year, month, day)?;
    let second = time_of_day(time).filter(|_| time.len() == CLOCK_BYTES)?;
    Some(Timestamp((days * DAY_S + second) * 1_000_000_000 + ms * 1_000_000))
}

/// Days from 1970-01-01 to a date that there is.
fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1_678..2_262).contains(&year) {
        return None;
    }
    // Months and leap days are only guessed, and looked up then.
    let guess = (year - 1_970) * 365 + (year - 1_968) / 4 + (month - 1) * 30 + day - 1;
    let date = Date { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? };
    (guess - 20..guess + 20).find(|days| Date::of_day(*days) == date)
}

/// The second of the day that a text begins with: `06:11:00`, and no digit after it.
fn time_of_day(text: &str) -> Option<i64> {
    let word = text.get(..CLOCK_BYTES)?;
    let after = text.as_bytes().get(CLOCK_BYTES);
    let is_alone = after.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b':');
    let mut parts = word.split(':').map(|part| {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<i64>().ok()).flatten()
    });
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let is_time = hour < 24 && minute < 60 && second < 60 && is_alone;
    is_time.then_some(hour * 3_600 + minute * 60 + second)
}

/// Days by which a time of day lies beside the onset's, as what follows it says, and how many bytes say so.
fn days_beside(after: &str) -> Option<(i64, usize)> {
    for (words, days) in [(" the day before", -1), (" the day after", 1)] {
        if after.starts_with(words) {
            return Some((days, words.len()));
        }
    }
    let number: String =
        after.strip_prefix(' ')?.chars().take_while(char::is_ascii_digit).collect();
    let days: i64 = number.parse().ok()?;
    let rest = after.get(1 + number.len()..)?;
    let sign = [(" days before", -1), (" days after", 1)];
    let (words, sign) = sign.into_iter().find(|(words, _)| rest.starts_with(words))?;
    Some((sign * days, 1 + number.len() + words.len()))
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
    fn instants_are_read_as_they_are_written() {
        assert_eq!(instant("2026-11-24T20:41:07.000Z"), Some(ONSET));
        assert_eq!(instant("1970-01-01T00:00:00.001Z!"), Some(Timestamp(1_000_000)));
        assert_eq!(instant("2024-02-29T00:00:00.000Z"), Some(Timestamp::from_s(1_709_164_800)));
        for days in (-100_000..100_000).step_by(37) {
            let date = Date::of_day(days);
            assert_eq!(days_of(date.year, i64::from(date.month), i64::from(date.day)), Some(days));
        }
        assert_eq!(days_of(2026, 2, 29), None);
    }

    #[test]
    fn lateness_goes_both_ways() {
        assert_eq!(late_words(ONSET.plus_s(200.0), ONSET), "3 min after");
        assert_eq!(late_words(ONSET, ONSET.plus_s(12.0)), "12 s before");
        assert_eq!(late_words(ONSET.plus_s(0.5), ONSET), "at the same time as");
    }
}
