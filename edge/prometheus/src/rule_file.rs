//! A rule as a file that Prometheus loads.
//!
//! Written by hand: it is one shape with a dozen values, each of which has to be escaped for itself anyway,
//! and a crate would not know of the templates inside.

use crate::expression::expression;
use crate::text::{comment, duration, promql, templated, yaml};
use hw_detect::rule::{Measure, Rule, Terms};

/// Seconds between two evaluations.
pub(crate) const EVERY_S: i64 = 30;

/// The version of Prometheus that has `keep_firing_for`, and everything else that is written.
const SINCE: &str = "2.42";

/// A rule that is to be written down.
#[derive(Clone, Copy, Debug)]
pub struct RuleFile<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Why it is as it is, one sentence each.
    pub because: &'a [String],
    /// What wrote it, as `highwater rule propose INC-1`.
    pub written_by: &'a str,
}

impl RuleFile<'_> {
    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let terms = self.rule.terms();
        let mut text = comment(&format!("Written by: {}", self.written_by));
        text.push_str(&comment(&format!(
            "For Prometheus {SINCE} or newer that scrapes /metrics of Highwater every {EVERY_S} s or more often."
        )));
        self.because.iter().for_each(|reason| text.push_str(&comment(reason)));
        text.push_str("groups:\n");
        text.push_str(&format!("  - name: {}\n", yaml(&format!("highwater: {}", terms.name))));
        text.push_str(&format!("    interval: {}\n    rules:\n", duration(EVERY_S)));
        text.push_str(&format!(
            "      - alert: {}\n        expr: |-\n",
            yaml(&alert_name(&terms.name))
        ));
        for line in expression(self.rule).lines() {
            text.push_str(&format!("          {line}\n"));
        }
        text.push_str(&format!("        for: {}\n", duration(terms.for_s)));
        if terms.keep_s > 0 {
            text.push_str(&format!("        keep_firing_for: {}\n", duration(terms.keep_s)));
        }
        text.push_str("        labels:\n");
        for (label, value) in labels(self.rule) {
            text.push_str(&format!("          {label}: {}\n", yaml(&templated(&value))));
        }
        text.push_str("        annotations:\n");
        text.push_str(&format!("          summary: {}\n", yaml(&summary(self.rule))));
        if let Some(first) = self.because.first() {
            text.push_str(&format!("          description: {}\n", yaml(&templated(first))));
        }
        text
    }
}

/// Labels of the alert: what tells it from others, and whom it is about.
fn labels(rule: &Rule) -> [(&'static str, String); 3] {
    let terms = rule.terms();
    [
        ("severity", "page".to_owned()),
        ("highwater_rule", terms.name.clone()),
        ("service", rule.service().to_owned()),
    ]
}

/// What the alert says, a template: the figure is put in when it fires.
fn summary(rule: &Rule) -> String {
    let terms = rule.terms();
    let figure = match terms.measure {
        _ if rule.is_of_a_share() => "{{ $value | humanizePercentage }}",
        Measure::Volume => "{{ $value | humanize }} a second",
        Measure::Transfer | Measure::Answer(_) | Measure::Errors => "{{ $value | humanize }}",
    };
    format!("{}: {figure}, which is {}", templated(&terms.name), rule.bound_words())
}

/// The name of the alert: letters and digits of the rule's name, as Prometheus' own alerts are called.
#[must_use]
pub fn alert_name(rule: &str) -> String {
    let words = rule.split(|letter: char| !letter.is_alphanumeric());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    let name: String = words.map(capital).collect();
    if name.is_empty() { "HighwaterRule".to_owned() } else { name }
}

/// The series that says that the alert fires.
pub(crate) fn firing(terms: &Terms) -> String {
    let name = promql(&alert_name(&terms.name));
    format!("ALERTS{{alertname={name},alertstate=\"firing\"}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alert_is_called_after_the_rule() {
        for (rule, expect) in [
            ("screening passes too much", "ScreeningPassesTooMuch"),
            ("go: eligibility POST /decide", "GoEligibilityPOSTDecide"),
            ("{{ $x }}\"", "X"),
            ("ärger, 100 %", "Ärger100"),
            ("!!", "HighwaterRule"),
        ] {
            assert_eq!(alert_name(rule), expect);
        }
    }
}
