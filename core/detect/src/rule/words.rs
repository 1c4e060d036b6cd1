//! Bounds and figures in words.
//!
//! A bound is said with all its digits, because it is what is compared; figures are rounded.

use super::{Bound, Measure};
use hw_model::{Hop, Target, plain, share_words};

/// Letters of a name that stand in a sentence at most.
const LETTERS_MAX: usize = 80;

/// How the figures of a rule are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// As they are.
    Bare,
    /// As a share: `75 %`.
    Percent,
    /// Per second.
    PerSecond,
}

impl Unit {
    /// How the figures of a rule that go up to `most` are written.
    pub(super) fn of(measure: &Measure, most: f64) -> Self {
        match measure {
            Measure::Answer(_) | Measure::Errors => Self::Percent,
            Measure::Transfer if most <= 1.005 => Self::Percent,
            Measure::Transfer => Self::Bare,
            Measure::Volume => Self::PerSecond,
        }
    }
}

/// An edge as it is compared: `75 %`, `0.5 a second`.
pub(super) fn edge(edge: f64, unit: Unit) -> String {
    match unit {
        Unit::Bare => trimmed(edge),
        Unit::Percent => format!("{} %", trimmed(100.0 * edge)),
        Unit::PerSecond => format!("{} a second", trimmed(edge)),
    }
}

/// Where a figure is that crosses the bound: `above 75 %`.
pub(super) fn crossed(bound: Bound, unit: Unit) -> String {
    match bound {
        Bound::Above(high) => format!("above {}", edge(high, unit)),
        Bound::Below(low) => format!("below {}", edge(low, unit)),
        Bound::Outside { low, high } => {
            format!("below {} or above {}", edge(low, unit), edge(high, unit))
        }
    }
}

/// A figure, rounded.
pub(super) fn figure(figure: f64, unit: Unit) -> String {
    match unit {
        Unit::Bare => format!("{figure:.2}"),
        Unit::Percent => share_words(figure.min(1.0)),
        Unit::PerSecond if figure < 10.0 => format!("{figure:.2} a second"),
        Unit::PerSecond => format!("{figure:.0} a second"),
    }
}

/// What a figure is of, and how much of it, as the beginning of a sentence.
pub(super) fn amount((target, measure): (&Target, &Measure), figure: &str, unit: Unit) -> String {
    let place = match target {
        Target::Hop(hop) => format!("{} {}", name(&hop.callee), name(&hop.operation)),
        Target::Entry { service, operation } => format!("{} {}", name(service), name(operation)),
        Target::Service(service) => name(service),
    };
    match (measure, target) {
        (Measure::Transfer, Target::Hop(hop)) if unit == Unit::Percent => {
            format!("Of what enters {}, {figure} goes on to {place}", caller(hop))
        }
        (Measure::Transfer, Target::Hop(hop)) => {
            format!("For each item that enters {}, {figure} go on to {place}", caller(hop))
        }
        (Measure::Answer(value), _) => {
            format!("Of the answers of {place}, {figure} are “{}”", name(value))
        }
        (Measure::Errors, Target::Hop(hop)) => {
            format!("Of the calls of {} to {place}, {figure} fail", name(&hop.caller))
        }
        (Measure::Errors, _) => format!("Of what enters {place}, {figure} fails"),
        (Measure::Volume, Target::Hop(hop)) => {
            format!("From {} to {place} go {figure}", name(&hop.caller))
        }
        (Measure::Transfer | Measure::Volume, _) => format!("What enters {place} is {figure}"),
    }
}

fn caller(hop: &Hop) -> String {
    match &hop.entry {
        Some(entry) => format!("{} {}", name(&hop.caller), name(entry)),
        None => name(&hop.caller),
    }
}

/// What stands behind a figure.
pub(super) const fn items(measure: &Measure) -> &'static str {
    match measure {
        Measure::Transfer | Measure::Volume => "items",
        Measure::Answer(_) => "answers",
        Measure::Errors => "calls",
    }
}

fn name(name: &str) -> String {
    plain(name, LETTERS_MAX)
}

fn trimmed(number: f64) -> String {
    let text = format!("{number:.9}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bound_is_said_with_all_its_digits() {
        assert_eq!(crossed(Bound::Above(0.755), Unit::Percent), "above 75.5 %");
        assert_eq!(crossed(Bound::Below(0.000_25), Unit::Percent), "below 0.025 %");
        let outside = Bound::Outside { low: 0.4, high: 1.0 };
        assert_eq!(crossed(outside, Unit::Bare), "below 0.4 or above 1");
        assert_eq!(edge(0.0, Unit::PerSecond), "0 a second");
    }
}
