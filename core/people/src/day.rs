//! A day as people say it: `today`, `2 days ago`, `12 Oct`, `12 Oct 2025`.
//!
//! The core has no calendar beyond this: days of the Gregorian calendar in UTC, counted from the
//! instant alone. An evening in Berlin may therefore be called by the next day's name at the worst.

use hw_model::Timestamp;

const NS_PER_DAY: i64 = 86_400_000_000_000;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Days for which an age says more than a date.
const AGE_DAYS_MAX: i64 = 7;
/// Days after which a date needs its year: ten months, so that no month is meant twice.
const YEARLESS_DAYS_MAX: i64 = 300;

/// The day of `at`, seen from `now`.
pub(crate) fn day_words(at: Timestamp, now: Timestamp) -> String {
    match days_between(at, now) {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        age @ 2..=AGE_DAYS_MAX => format!("{age} days ago"),
        _ => date_words(at, now),
    }
}

/// The date of `at`, with its year where it is far from `now`.
pub(crate) fn date_words(at: Timestamp, now: Timestamp) -> String {
    let (year, month, day) = civil(at.0.div_euclid(NS_PER_DAY));
    let name = MONTHS.get(month).copied().unwrap_or("");
    if days_between(at, now).abs() > YEARLESS_DAYS_MAX {
        format!("{day} {name} {year}")
    } else {
        format!("{day} {name}")
    }
}

/// Midnights in UTC from `at` to `now`.
fn days_between(at: Timestamp, now: Timestamp) -> i64 {
    now.0.div_euclid(NS_PER_DAY) - at.0.div_euclid(NS_PER_DAY)
}

/// Year, month from 0 and day from 1 of a day counted from 1970-01-01.
///
/// An `i64` of nanoseconds reaches three hundred years to each side, so counting years one by one is
/// quick, exact and easily read.
fn civil(days: i64) -> (i64, usize, i64) {
    let mut year = 1970;
    let mut left = days;
    while left < 0 {
        year -= 1;
        left += year_days(year);
    }
    while left >= year_days(year) {
        left -= year_days(year);
        year += 1;
    }
    for (month, n_days) in month_days(year).into_iter().enumerate() {
        if left < n_days {
            return (year, month, left + 1);
        }
        left -= n_days;
    }
    (year, 11, 31)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn year_days(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn month_days(year: i64) -> [i64; 12] {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_known_instants() {
        for (seconds, expect) in [
            (0, (1970, 0, 1)),
            (-1, (1969, 11, 31)),
            (951_782_400, (2000, 1, 29)),
            (951_868_800, (2000, 2, 1)),
            (4_107_542_400, (2100, 2, 1)),
            (1_792_368_000, (2026, 9, 19)),
            (-2_203_891_200, (1900, 2, 1)),
        ] {
            assert_eq!(civil(i64::div_euclid(seconds, 86_400)), expect, "{seconds}");
        }
        assert_eq!(civil(i64::MAX / NS_PER_DAY).0, 2262);
        assert_eq!(civil(i64::MIN / NS_PER_DAY).0, 1677);
    }

    #[test]
    fn days_are_said_the_way_people_say_them() {
        let now = Timestamp::from_s(1_792_368_000 + 3_600);
        let ago = |days: i64| day_words(Timestamp::from_s(1_792_368_000 - days * 86_400), now);
        assert_eq!(
            [0, 1, 2, 7, 8].map(ago),
            ["today", "yesterday", "2 days ago", "7 days ago", "11 Oct"]
        );
        assert_eq!(ago(365), "19 Oct 2025");
        assert_eq!(ago(-3), "22 Oct");
        assert_eq!(day_words(Timestamp(i64::MIN), Timestamp(i64::MAX)), "21 Sep 1677");
    }
}
