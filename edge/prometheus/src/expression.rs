//! A rule as an expression of PromQL.
//!
//! Both counts of a ratio come out of the same scrape, so `increase()` extrapolates both by the same
//! factor and the ratio is that of the counts; of the guard, which is no ratio, it is right to a scrape.
//! Everything is summed up before it is divided, so that labels which a scrape adds do not matter. A series
//! that is gone gives no ratio and no alert, and so does a window with too few items.

use crate::contract::{
    ANSWER_LABELS, ENTRY_ENTERED, ENTRY_ERRORS, ENTRY_LABELS, HOP_ANSWERS, HOP_CALLS, HOP_ENTERED,
    HOP_ERRORS, HOP_LABELS, HOP_LEFT,
};
use crate::text::{duration, promql};
use hw_detect::rule::{Bound, Measure, Rule, Terms};
use hw_model::{Hop, Target};

/// A metric with the labels that single out what a rule looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selector {
    metric: &'static str,
    labels: Vec<(&'static str, String)>,
}

impl Selector {
    fn of_hop(metric: &'static str, hop: &Hop) -> Self {
        let entry = hop.entry.clone().unwrap_or_default();
        let values = [hop.caller.clone(), entry, hop.callee.clone(), hop.operation.clone()];
        Self { metric, labels: HOP_LABELS.into_iter().zip(values).collect() }
    }

    /// Of an entry; of a whole service if there is no operation.
    fn of_entry(metric: &'static str, service: &str, operation: Option<&str>) -> Self {
        let values = [Some(service), operation];
        let labels = ENTRY_LABELS.into_iter().zip(values);
        let labels = labels.filter_map(|(label, value)| Some((label, value?.to_owned())));
        Self { metric, labels: labels.collect() }
    }

    /// Of one answer.
    pub(crate) fn with_answer(mut self, answer: &str) -> Self {
        let [_, label] = ANSWER_LABELS;
        self.labels.push((label, answer.to_owned()));
        self
    }

    /// As PromQL, and as the series of a test file.
    pub(crate) fn words(&self) -> String {
        let labels: Vec<String> =
            self.labels.iter().map(|(label, value)| format!("{label}={}", promql(value))).collect();
        format!("{}{{{}}}", self.metric, labels.join(","))
    }
}

/// What a rule divides, and by what.
pub(crate) struct Counted {
    /// What is counted: k.
    pub part: Selector,
    /// Of what: n. Of a volume that is time.
    pub whole: Option<Selector>,
}

/// Where Prometheus finds the counts of a rule.
pub(crate) fn counted(target: &Target, measure: &Measure) -> Counted {
    let of_entry = |metric: &'static str| match target {
        Target::Hop(hop) => Selector::of_hop(metric, hop),
        Target::Entry { service, operation } => {
            Selector::of_entry(metric, service, Some(operation))
        }
        Target::Service(service) => Selector::of_entry(metric, service, None),
    };
    let is_hop = target.hop().is_some();
    let (part, whole) = match measure {
        Measure::Transfer => (of_entry(HOP_LEFT), Some(of_entry(HOP_ENTERED))),
        Measure::Answer(value) => {
            (of_entry(HOP_ANSWERS).with_answer(value), Some(of_entry(HOP_ANSWERS)))
        }
        Measure::Errors if is_hop => (of_entry(HOP_ERRORS), Some(of_entry(HOP_CALLS))),
        Measure::Errors => (of_entry(ENTRY_ERRORS), Some(of_entry(ENTRY_ENTERED))),
        Measure::Volume if is_hop => (of_entry(HOP_LEFT), None),
        Measure::Volume => (of_entry(ENTRY_ENTERED), None),
    };
    Counted { part, whole }
}

/// A rule as an expression, which is true while its figure is beyond its bound.
#[must_use]
pub fn expression(rule: &Rule) -> String {
    let terms = rule.terms();
    let Counted { part, whole } = counted(&terms.target, &terms.measure);
    let window = duration(terms.window_s);
    let grown = |of: &Selector| format!("sum(increase({}[{window}]))", of.words());
    match whole {
        Some(whole) => {
            let part = with_zero(terms, grown(&part));
            let ratio = format!("{part} / {}", grown(&whole));
            let guard = format!("{} >= {}", grown(&whole), terms.items_min);
            format!("{}\nand\n{guard}", crossed(&ratio, terms.bound))
        }
        None => {
            let rate = format!("{} / {}", grown(&part), terms.window_s);
            let mut all = crossed(&rate, terms.bound);
            if terms.items_min > 0 {
                all.push_str(&format!("\nand\n{} >= {}", grown(&part), terms.items_min));
            }
            if terms.bound.below().is_some() {
                // Where the series began within the window, what came before is not zero but unknown.
                all.push_str(&format!("\nand\ncount({} offset {window}) > 0", part.words()));
            }
            all
        }
    }
}

/// An answer that was never given has no series: its share is zero as long as others are given.
fn with_zero(terms: &Terms, grown: String) -> String {
    let may_lack = matches!(terms.measure, Measure::Answer(_)) && terms.bound.below().is_some();
    if may_lack { format!("({grown} or vector(0))") } else { grown }
}

fn crossed(figure: &str, bound: Bound) -> String {
    let beside = |sign: &str, edge: f64| format!("({figure}) {sign} {edge}");
    match bound {
        Bound::Above(edge) => beside(">", edge),
        Bound::Below(edge) => beside("<", edge),
        Bound::Outside { low, high } => {
            format!("(\n{}\nor\n{}\n)", beside("<", low), beside(">", high))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(target: Target, measure: Measure, bound: Bound) -> Rule {
        let items_min = if measure == Measure::Volume { 0 } else { 50 };
        let terms = Terms {
            name: "a".into(),
            target,
            measure,
            window_s: 300,
            bound,
            items_min,
            for_s: 60,
            keep_s: 300,
        };
        Rule::new(terms, 10).unwrap()
    }

    fn hop() -> Target {
        Target::Hop(Hop {
            caller: "a".into(),
            entry: None,
            callee: "b".into(),
            operation: "op".into(),
        })
    }

    #[test]
    fn transfer_is_what_left_of_what_entered_with_a_guard() {
        let labels = r#"{caller="a",entry="",callee="b",operation="op"}"#;
        let entered = format!("sum(increase(highwater_hop_entered_total{labels}[5m]))");
        assert_eq!(
            expression(&rule(hop(), Measure::Transfer, Bound::Above(0.75))),
            format!(
                "(sum(increase(highwater_hop_left_total{labels}[5m])) / {entered}) > 0.75\nand\n{entered} >= 50"
            )
        );
    }

    #[test]
    fn answer_that_is_never_given_is_zero_only_where_others_are() {
        let go = Measure::Answer("go".into());
        let below = expression(&rule(hop(), go.clone(), Bound::Below(0.3)));
        assert!(
            below.contains(r#"operation="op",answer="go"}[5m])) or vector(0)) / sum("#),
            "{below}"
        );
        let above = expression(&rule(hop(), go, Bound::Above(0.3)));
        assert!(!above.contains("vector"), "{above}");
    }

    #[test]
    fn volume_below_wants_a_series_that_is_as_old_as_the_window() {
        let entry = Target::Entry { service: "s".into(), operation: "op".into() };
        let found = expression(&rule(entry, Measure::Volume, Bound::Below(0.5)));
        assert_eq!(
            found,
            "(sum(increase(highwater_entry_entered_total{service=\"s\",operation=\"op\"}[5m])) / 300) < 0.5\n\
             and\ncount(highwater_entry_entered_total{service=\"s\",operation=\"op\"} offset 5m) > 0"
        );
        let service = Target::Service("s".into());
        let found = expression(&rule(service, Measure::Errors, Bound::Above(0.5)));
        assert!(found.contains("highwater_entry_errors_total{service=\"s\"}[5m]"), "{found}");
    }

    #[test]
    fn two_edges_are_one_condition() {
        let found =
            expression(&rule(hop(), Measure::Transfer, Bound::Outside { low: 0.4, high: 0.6 }));
        assert!(found.starts_with("(\n(") && found.contains(") < 0.4\nor\n("), "{found}");
        assert!(found.contains(") > 0.6\n)\nand\n"), "{found}");
    }
}
