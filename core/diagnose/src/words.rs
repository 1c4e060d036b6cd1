//! How numbers and times read in a sentence.
//!
//! Times are UTC with seconds; the date of the onset stands above every report. Shares are rounded so that a
//! tired reader sees a difference where there is one and none where there is none.

use crate::evidence::{Evidence, KnownChange};
use hw_model::{ChangeKind, Direction, Timestamp, length_words};
pub(crate) use hw_model::{count_words as count, share_words as share};

const DAY_S: i64 = 86_400;

/// `07:54:54`, on another day than the onset `07:54:54 the day before`.
pub(crate) fn clock(evidence: &Evidence, at: Timestamp) -> String {
    clock_beside(at, evidence.began_at())
}

fn clock_beside(at: Timestamp, onset_at: Timestamp) -> String {
    let (second, day) = (at.tick().0.rem_euclid(DAY_S), at.tick().0.div_euclid(DAY_S));
    let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    match day - onset_at.tick().0.div_euclid(DAY_S) {
        0 => time,
        -1 => format!("{time} the day before"),
        1 => format!("{time} the day after"),
        days if days < 0 => format!("{time} {} days before", -days),
        days => format!("{time} {days} days after"),
    }
}

/// What verdicts are timed by: the onset, or the return of what had been over.
pub(crate) const fn onset_words(evidence: &Evidence) -> &'static str {
    if evidence.earlier.is_some() { "the return" } else { "the onset" }
}

/// `half`, `a third`, else as [`share`].
pub(crate) fn usual_share(p: f64) -> String {
    let fractions = [
        (0.5, "half"),
        (0.25, "a quarter"),
        (0.75, "three quarters"),
        (1.0 / 3.0, "a third"),
        (2.0 / 3.0, "two thirds"),
    ];
    let near = fractions.iter().find(|(fraction, _)| (p - fraction).abs() < 0.012);
    near.map_or_else(|| share(p), |(_, word)| (*word).to_owned())
}

/// A likelihood ratio as a factor: `6.0`, `19`, `over 1,000`.
pub(crate) fn factor(f: f64) -> String {
    if f >= 1_000.0 {
        "over 1,000".to_owned()
    } else if f >= 10.0 {
        format!("{f:.0}")
    } else {
        format!("{f:.1}")
    }
}

/// `rose` or `fell`.
pub(crate) const fn moved(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "rose",
        Direction::Down => "fell",
    }
}

/// A version as people write it, or `an unknown version`.
pub(crate) fn version(version: Option<&String>) -> &str {
    version.map_or("an unknown version", String::as_str)
}

/// A factor in words: which way it points and how far.
pub(crate) fn points(bayes_factor: f64) -> String {
    if bayes_factor >= 1.1 {
        format!("factor {} for guilt", factor(bayes_factor))
    } else if bayes_factor <= 0.91 {
        format!("factor {} for innocence", factor(1.0 / bayes_factor))
    } else {
        "says nothing either way".to_owned()
    }
}

/// `router 2.0.0 was deployed at 07:51:54`.
pub(crate) fn change_words(evidence: &Evidence, known: &KnownChange) -> String {
    let change = &known.change;
    let to = version(change.to_version.as_ref());
    let at = clock(evidence, change.at);
    match change.kind {
        ChangeKind::Deploy => format!("{} {to} was deployed at {at}", change.service),
        ChangeKind::Rollback => format!("{} was rolled back to {to} at {at}", change.service),
        ChangeKind::Restart => format!("{} was restarted at {at}", change.service),
        ChangeKind::Flag => format!("a flag of {} was set to {to} at {at}", change.service),
        ChangeKind::Config => format!("configuration of {} changed at {at}", change.service),
        ChangeKind::Instrumentation => {
            format!("telemetry of {} changed to {to} at {at}", change.service)
        }
        ChangeKind::Other => format!("{} was changed at {at}", change.service),
    }
}

/// The figure at hand with its usual value: `100 % where 50 % is usual`.
pub(crate) fn stayed_at(baseline: f64, figure: f64) -> String {
    format!("{} where {} is usual", share(figure), share(baseline))
}

/// `for 5 min`.
pub(crate) fn for_length(seconds: f64) -> String {
    format!("for {}", length_words(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0.497, 0.333, 0.6].map(usual_share), ["half", "a third", "60 %"]);
        let onset = Timestamp::from_s(1_795_330_494);
        assert_eq!(clock_beside(onset, onset), "06:54:54");
        assert_eq!(clock_beside(onset.plus_s(-7.0 * 3_600.0), onset), "23:54:54 the day before");
        assert_eq!(clock_beside(onset.plus_s(48.0 * 3_600.0), onset), "06:54:54 2 days after");
    }
}
