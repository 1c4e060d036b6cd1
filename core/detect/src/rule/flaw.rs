//! Why a rule cannot be: it could never fire, would always fire, or nothing is counted like that.

use super::{Bound, Measure, Terms, words};
use hw_model::{Target, length_words};
use std::fmt;

/// The longest window, and the longest time it may have to hold: what lasts longer is no alert.
const LENGTH_S_MAX: i64 = 86_400;

/// Letters of a name at most.
const NAME_LETTERS_MAX: usize = 200;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Flaw {
    /// It has no name.
    NameMissing,
    /// Its name has too many letters, or some that cannot be seen.
    NameUnfit,
    /// This figure is not counted there.
    Misplaced(Measure, Target),
    /// It is the share of no answer.
    ValueMissing,
    /// The window does not consist of stored windows.
    Window {
        /// What was said.
        window_s: i64,
        /// The length of the stored windows.
        step_s: i64,
    },
    /// A time is negative or longer than a day.
    Length {
        /// Which.
        what: &'static str,
        /// What was said.
        seconds: i64,
    },
    /// A bound that is no number, or below zero.
    NoNumber(f64),
    /// The figure never gets there.
    Never(Bound),
    /// The figure is always there.
    Always(Bound),
    /// No window is judged without an item, because a ratio of nothing is unknown.
    NoItems,
    /// A window that holds as many items is above the lower edge.
    ItemsAbove {
        /// Items it wants at least.
        items_min: u64,
        /// Items in a window at the lower edge.
        at_edge: f64,
    },
}

/// Everything that is wrong with the terms of a rule.
pub(super) fn flaws(terms: &Terms, step_s: i64) -> Vec<Flaw> {
    let found = [
        of_name(&terms.name),
        of_place(terms),
        of_window(terms.window_s, step_s),
        of_length("for", terms.for_s),
        of_length("keep firing for", terms.keep_s),
        of_bound(terms),
        of_items(terms),
    ];
    found.into_iter().flatten().collect()
}

fn of_name(name: &str) -> Option<Flaw> {
    if name.trim().is_empty() {
        return Some(Flaw::NameMissing);
    }
    let is_fit = name.chars().all(hw_model::is_plain) && name.chars().count() <= NAME_LETTERS_MAX;
    (!is_fit).then_some(Flaw::NameUnfit)
}

fn of_place(terms: &Terms) -> Option<Flaw> {
    let is_hop = terms.target.hop().is_some();
    match &terms.measure {
        Measure::Answer(value) if value.is_empty() => Some(Flaw::ValueMissing),
        Measure::Transfer | Measure::Answer(_) if !is_hop => {
            Some(Flaw::Misplaced(terms.measure.clone(), terms.target.clone()))
        }
        Measure::Transfer | Measure::Answer(_) | Measure::Errors | Measure::Volume => None,
    }
}

fn of_window(window_s: i64, step_s: i64) -> Option<Flaw> {
    let is_fit =
        step_s > 0 && window_s >= step_s && window_s % step_s == 0 && window_s <= LENGTH_S_MAX;
    (!is_fit).then_some(Flaw::Window { window_s, step_s })
}

fn of_length(what: &'static str, seconds: i64) -> Option<Flaw> {
    let is_fit = (0..=LENGTH_S_MAX).contains(&seconds);
    (!is_fit).then_some(Flaw::Length { what, seconds })
}

fn of_bound(terms: &Terms) -> Option<Flaw> {
    let bound = terms.bound;
    let mut edges = bound.below().into_iter().chain(bound.above());
    if let Some(wrong) = edges.find(|edge| !edge.is_finite() || *edge < 0.0) {
        return Some(Flaw::NoNumber(wrong));
    }
    let most = if terms.measure.is_share() { 1.0 } else { f64::INFINITY };
    let never_above = bound.above().is_none_or(|edge| edge >= most);
    let never_below = bound.below().is_none_or(|edge| edge <= 0.0);
    let always_below = bound.below().is_some_and(|edge| edge > most);
    let is_inverted = match bound {
        Bound::Outside { low, high } => low >= high,
        Bound::Above(_) | Bound::Below(_) => false,
    };
    if never_above && never_below {
        Some(Flaw::Never(bound))
    } else if always_below || is_inverted {
        Some(Flaw::Always(bound))
    } else {
        None
    }
}

fn of_items(terms: &Terms) -> Option<Flaw> {
    match terms.measure {
        Measure::Transfer | Measure::Answer(_) | Measure::Errors => {
            (terms.items_min == 0).then_some(Flaw::NoItems)
        }
        Measure::Volume => {
            let at_edge = terms.bound.below()? * terms.window_s as f64;
            let items_min = terms.items_min;
            (items_min as f64 >= at_edge).then_some(Flaw::ItemsAbove { items_min, at_edge })
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameMissing => f.write_str("a rule needs a name"),
            Self::NameUnfit => write!(
                f,
                "a name has {NAME_LETTERS_MAX} letters at most, and none that cannot be seen"
            ),
            Self::Misplaced(measure, target) => misplaced(f, measure, target),
            Self::ValueMissing => f.write_str("say the share of which answer is meant"),
            Self::Window { window_s, step_s } => wrong_window(f, *window_s, *step_s),
            Self::Length { what, seconds } => write!(
                f,
                "{seconds} s is no length for \"{what}\": it is 0 s at least and {} at most",
                length_words(LENGTH_S_MAX as f64)
            ),
            Self::NoNumber(edge) => write!(f, "{edge} is no bound: it is a number, 0 at least"),
            Self::Never(bound) => write!(
                f,
                "it can never fire: the figure is never {}",
                words::crossed(*bound, words::Unit::Bare)
            ),
            Self::Always(Bound::Outside { low, high }) => write!(
                f,
                "it would always fire: there is nothing between {low} and {high}; the lower edge \
                 comes first"
            ),
            Self::Always(bound @ (Bound::Above(_) | Bound::Below(_))) => write!(
                f,
                "it would always fire: a share is always {}",
                words::crossed(*bound, words::Unit::Bare)
            ),
            Self::NoItems => f.write_str(
                "it needs a least number of items in a window, 1 at least: a share of nothing is not \
                 known",
            ),
            Self::ItemsAbove { items_min, at_edge } => write!(
                f,
                "it can never fire below its bound: a window that holds {items_min} items is never \
                 below {} of them; take fewer items, or 0",
                hw_model::count_words(*at_edge)
            ),
        }
    }
}

impl std::error::Error for Flaw {}

fn misplaced(f: &mut fmt::Formatter<'_>, measure: &Measure, target: &Target) -> fmt::Result {
    let place = match target {
        Target::Hop(_) => "a hop",
        Target::Entry { .. } => "an entry",
        Target::Service(_) => "a service",
    };
    let figure = match measure {
        Measure::Transfer => "a transfer ratio",
        Measure::Answer(_) => "an answer",
        Measure::Errors | Measure::Volume => "this figure",
    };
    write!(f, "{figure} is counted on hops, and this is {place}: name the hop")
}

fn wrong_window(f: &mut fmt::Formatter<'_>, window_s: i64, step_s: i64) -> fmt::Result {
    if window_s > LENGTH_S_MAX {
        let most = length_words(LENGTH_S_MAX as f64);
        return write!(f, "a window of {window_s} s is too long: {most} at most");
    }
    let lower = (window_s / step_s.max(1)).max(1) * step_s;
    write!(
        f,
        "a window of {window_s} s does not consist of the stored windows, which have {step_s} s: take \
         {lower} s or {} s",
        lower + step_s
    )
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;
    use hw_model::Hop;

    fn terms() -> Terms {
        let hop = Hop {
            caller: "screening".into(),
            entry: Some("POST /items".into()),
            callee: "worklist".into(),
            operation: "POST /items".into(),
        };
        Terms {
            name: "screening passes too much".into(),
            target: Target::Hop(hop),
            measure: Measure::Transfer,
            window_s: 300,
            bound: Bound::Above(0.75),
            items_min: 50,
            for_s: 60,
            keep_s: 300,
        }
    }

    fn said(change: impl FnOnce(&mut Terms)) -> String {
        let mut terms = terms();
        change(&mut terms);
        let flaws = Rule::new(terms, 10).err().unwrap_or_default();
        flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    fn answers(terms: &mut Terms, bound: Bound) {
        terms.measure = Measure::Answer("go".into());
        terms.bound = bound;
    }

    #[test]
    fn rule_that_can_be_is_taken() {
        assert_eq!(said(|_| {}), "");
        assert_eq!(said(|terms| terms.bound = Bound::Above(1.2)), "", "fan-out");
        assert_eq!(said(|terms| answers(terms, Bound::Outside { low: 0.4, high: 0.6 })), "");
        assert_eq!(said(|terms| answers(terms, Bound::Outside { low: 0.4, high: 1.0 })), "");
    }

    #[test]
    fn rule_that_can_never_fire_is_refused() {
        let never = |bound| said(|terms| answers(terms, bound));
        let start = "it can never fire: the figure is never ";
        assert_eq!(never(Bound::Above(1.0)), format!("{start}above 1"));
        assert_eq!(never(Bound::Above(1.7)), format!("{start}above 1.7"));
        assert_eq!(never(Bound::Below(0.0)), format!("{start}below 0"));
        let outside = never(Bound::Outside { low: 0.0, high: 1.0 });
        assert_eq!(outside, format!("{start}below 0 or above 1"));
        let volume = said(|terms| {
            terms.measure = Measure::Volume;
            terms.bound = Bound::Below(0.5);
            terms.items_min = 150;
        });
        assert!(volume.contains("a window that holds 150 items is never below 150"), "{volume}");
    }

    #[test]
    fn rule_that_always_fires_is_refused() {
        let always = |bound| said(|terms| answers(terms, bound));
        assert_eq!(always(Bound::Below(1.5)), "it would always fire: a share is always below 1.5");
        let inverted = always(Bound::Outside { low: 0.6, high: 0.4 });
        assert!(inverted.contains("nothing between 0.6 and 0.4"), "{inverted}");
    }

    #[test]
    fn what_is_not_counted_like_that_is_refused_with_what_is() {
        let window = |window_s| said(|terms| terms.window_s = window_s);
        assert!(window(15).ends_with("take 10 s or 20 s"), "{}", window(15));
        assert!(window(5).ends_with("take 10 s or 20 s"));
        assert!(window(-300).ends_with("take 10 s or 20 s"));
        assert!(window(86_410).contains("too long: 24 h 0 min at most"));
        let entry = said(|terms| {
            terms.target = Target::Entry { service: "a".into(), operation: "b".into() };
        });
        assert!(entry.contains("counted on hops, and this is an entry"), "{entry}");
        assert!(said(|terms| terms.items_min = 0).contains("1 at least"));
        assert!(said(|terms| terms.for_s = -1).contains("no length for \"for\""));
        assert!(said(|terms| terms.bound = Bound::Above(f64::NAN)).contains("NaN is no bound"));
        assert!(said(|terms| terms.name = " ".into()).contains("needs a name"));
        assert!(said(|terms| terms.name = "a\u{1b}[2J".into()).contains("cannot be seen"));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let both = said(|terms| {
            terms.name = String::new();
            answers(terms, Bound::Above(2.0));
        });
        assert!(both.contains("needs a name; it can never fire"), "{both}");
    }
}
