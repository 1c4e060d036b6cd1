//! Sentences of Highwater told again with their times as somebody reads them: with the date, or in a zone.
//!
//! Highwater writes times in full, as `2026-11-24T20:41:07.000Z`, or as a time of day on, before or after the day
//! of the onset. Both are found again here; what only looks like a time, within a word, stays.

use hw_model::{DAY_S, Date, Timestamp, day_of};

/// How times are said.
#[derive(Clone, Copy)]
pub struct Saying<'a> {
    /// `Tue 24 Nov 20:41:07`.
    pub at: &'a dyn Fn(Timestamp) -> String,
    /// `on Tue 24 Nov at 20:41:07`: where the sentence says `at`.
    pub when: &'a dyn Fn(Timestamp) -> String,
}

/// A sentence with its times said otherwise. `onset_at` is what its times of day count their days from; where
/// that is not known they stay.
#[must_use]
pub fn retell(words: &str, onset_at: Option<Timestamp>, saying: &Saying<'_>) -> String {
    let mut said = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((at, time)) = next_time(rest) {
        let (before, from) = rest.split_at(at);
        let (at, n_bytes) = instant_of(&time, from, onset_at);
        let told = from.get(..n_bytes).unwrap_or_default();
        match (at, before.strip_suffix("at ")) {
            (Some(at), Some(before)) => said.push_str(&format!("{before}{}", (saying.when)(at))),
            (Some(at), None) => said.push_str(&format!("{before}{}", (saying.at)(at))),
            (None, _) => said.push_str(&format!("{before}{told}")),
        }
        rest = from.get(n_bytes..).unwrap_or_default();
    }
    said.push_str(rest);
    said
}

/// When a time is, if that is known, and how many bytes of the text say it.
fn instant_of(time: &Found, from: &str, onset_at: Option<Timestamp>) -> (Option<Timestamp>, usize) {
    match time {
        Found::Instant(at, n_bytes) => (Some(*at), *n_bytes),
        Found::OfDay(second) => {
            let Some(onset_at) = onset_at else { return (None, CLOCK_BYTES) };
            let after = from.get(CLOCK_BYTES..).unwrap_or_default();
            let (days, n_bytes) = days_beside(after).unwrap_or((0, 0));
            let at = Timestamp::from_s((day_of(onset_at) + days) * DAY_S + second);
            (Some(at), CLOCK_BYTES + n_bytes)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Tuesday, 24 November 2026, 20:41:07.
    const ONSET: Timestamp = Timestamp::from_s(1_795_552_867);

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
}
