//! The small words that all sentences share: counts, lengths of time, lists.

use hw_model::length_words;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// `1 deploy`, `3 deploys`.
pub(crate) fn counted(n: u64, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}

/// A length of time; of two days and more in days.
pub(crate) fn length(seconds: f64) -> String {
    if seconds >= 2.0 * SECONDS_PER_DAY { days(seconds) } else { length_words(seconds) }
}

/// A length of time in days: `2.9 days`.
pub(crate) fn days(seconds: f64) -> String {
    let days = format!("{:.1}", seconds / SECONDS_PER_DAY);
    let days = days.strip_suffix(".0").unwrap_or(&days);
    if days == "1" { "1 day".to_owned() } else { format!("{days} days") }
}

/// `A`, `A and B`, `A, B and C`.
pub(crate) fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// A count as a number that can be divided.
#[expect(clippy::cast_precision_loss, reason = "counts of deploys and incidents are small")]
pub(crate) const fn real(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_as_people_say_them() {
        assert_eq!(
            [60.0, 7_200.0, 172_800.0, 250_560.0].map(length),
            ["60 s", "2 h 0 min", "2 days", "2.9 days"]
        );
        assert_eq!([0.0, 86_400.0, 604_800.0].map(days), ["0 days", "1 day", "7 days"]);
    }

    #[test]
    fn lists_end_with_and() {
        let names = ["A", "B", "C"].map(str::to_owned);
        assert_eq!([0, 1, 2, 3].map(|n| listed(&names[..n])), ["", "A", "A and B", "A, B and C"]);
        assert_eq!([0, 1, 2].map(|n| counted(n, "deploy")), ["0 deploys", "1 deploy", "2 deploys"]);
    }
}
