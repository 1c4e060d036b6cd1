//! A day as people say it: `today`, `2 days ago`, `12 Oct`, `12 Oct 2025`.
//!
//! Days are those of UTC: an evening in Berlin may be called by the next day's name at the worst.

use hw_model::{Date, Timestamp, day_of};

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
    let date = Date::of(at);
    let (day, month) = (date.day, date.month_word());
    if days_between(at, now).abs() > YEARLESS_DAYS_MAX {
        format!("{day} {month} {}", date.year)
    } else {
        format!("{day} {month}")
    }
}

/// Midnights in UTC from `at` to `now`.
const fn days_between(at: Timestamp, now: Timestamp) -> i64 {
    day_of(now) - day_of(at)
}

#[cfg(test)]
mod tests {
    use super::*;

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
