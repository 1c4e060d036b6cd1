//! How a person steers what is read: attributes to look away from, and declared answers and items.
//!
//! Plain data; the binary reads it from `highwater.toml`.

use hw_model::SpanKind;
use std::borrow::Cow;

/// What to look away from, and what was declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Attribute keys, exact, that are removed from every resource, span, log line and metric before
    /// anything looks at them.
    pub ignored_attributes: Vec<String>,
    /// Declared answers. Of two rules with one name the first that matches a span counts.
    pub decisions: Vec<DecisionRule>,
    /// Declared item counts. The first rule that matches a span counts.
    pub items: Vec<ItemRule>,
    /// Declared repositories. The first that matches a service counts.
    pub repositories: Vec<Repository>,
}

/// A declared answer: where it stands and what its values mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRule {
    /// Its name, shown in alerts; the key under which the answer is counted.
    pub name: String,
    /// On which spans or metrics it stands.
    pub when: When,
    /// Where on them.
    pub value: DecisionValue,
    /// The answer and the raw values that mean it. A raw value that is not listed is its own answer.
    pub map: Vec<(String, Vec<String>)>,
    /// What a matching span without the value means.
    pub missing: Missing,
}

/// Where a declared answer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionValue {
    /// In a span's attribute.
    SpanAttribute(String),
    /// In a label of a counter.
    MetricLabel(String),
    /// In the status code of an HTTP or RPC call.
    Status,
}

/// What a missing answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing.
    Ignore,
    /// This answer.
    CountAs(String),
}

/// How many items a span stands for: the number in one of its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRule {
    /// On which spans.
    pub when: When,
    /// The attribute with the number.
    pub key: String,
    /// The number where the attribute is missing; without it the usual rules count.
    pub missing: Option<u32>,
}

/// Where the code of services is, for what their telemetry does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// Which services; of `When` only the service counts.
    pub when: When,
    /// Its URL.
    pub url: String,
    /// The revision that runs, with `{version}` for the version that the service says; empty if it is not
    /// known.
    pub revision: String,
    /// What the names of files begin with where the code runs, such as `/app`.
    pub root: String,
    /// The folder of the repository that stands there.
    pub folder: String,
}

/// Which spans a rule is for. What is not said matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// The service that sent the span or metric.
    pub service: Option<Pattern>,
    /// Which end of a call. A metric has none, so a rule that names a kind matches no metric.
    pub kind: Option<SpanKind>,
    /// Whom it called. A metric has none.
    pub peer: Option<Pattern>,
    /// The operation of the span; the name of the metric.
    pub operation: Option<Pattern>,
}

/// What a rule is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) service: &'a str,
    pub(crate) kind: Option<SpanKind>,
    pub(crate) peer: Option<&'a str>,
    pub(crate) operation: &'a str,
}

impl When {
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        let fits = |pattern: &Option<Pattern>, text: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| text.is_some_and(|text| pattern.matches(text)))
        };
        fits(&self.service, Some(subject.service))
            && fits(&self.operation, Some(subject.operation))
            && fits(&self.peer, subject.peer)
            && (self.kind.is_none() || self.kind == subject.kind)
    }
}

impl DecisionRule {
    /// The answer that a raw value means.
    pub(crate) fn answer<'a>(&'a self, raw: Cow<'a, str>) -> Cow<'a, str> {
        let means = |(_, raws): &&(String, Vec<String>)| raws.iter().any(|entry| *entry == *raw);
        match self.map.iter().find(means) {
            Some((answer, _)) => Cow::Borrowed(answer),
            None => raw,
        }
    }

    /// What is counted where the value is missing.
    pub(crate) fn missing_answer(&self) -> Option<&str> {
        match &self.missing {
            Missing::Ignore => None,
            Missing::CountAs(answer) => Some(answer),
        }
    }
}

/// A text in which `*` stands for any characters, also none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// The pattern written as `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether the whole of `text` fits.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else {
            return self.0 == text;
        };
        let Some(mut text) = text.strip_prefix(first) else {
            return false;
        };
        let Some((middle, last)) = rest.rsplit_once('*') else {
            return text.ends_with(rest);
        };
        for part in middle.split('*') {
            let Some(at) = text.find(part) else {
                return false;
            };
            text = text.get(at + part.len()..).unwrap_or_default();
        }
        text.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_stands_for_any_characters() {
        let table = [
            ("policy", "policy", true),
            ("policy", "policy2", false),
            ("GET /gate/*", "GET /gate/7", true),
            ("GET /gate/*", "GET /gate/", true),
            ("GET /gate/*", "GET /gat", false),
            ("*:8080", "10.0.0.1:8080", true),
            ("*:8080", "10.0.0.1:80", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("a*a", "a", false),
            ("*x*", "axb", true),
            ("*x*", "ab", false),
        ];
        for (pattern, text, fits) in table {
            assert_eq!(Pattern::new(pattern).matches(text), fits, "{pattern} on {text}");
        }
    }

    #[test]
    fn rule_with_a_kind_matches_no_metric() {
        let when = When { kind: Some(SpanKind::Client), ..When::default() };
        let metric = Subject { service: "s", kind: None, peer: None, operation: "calls" };
        assert!(!when.matches(&metric));
        assert!(When::default().matches(&metric));
        let when = When { peer: Some(Pattern::new("*")), ..When::default() };
        assert!(!when.matches(&metric));
    }

    #[test]
    fn listed_raw_values_mean_an_answer_and_others_themselves() {
        let rule = DecisionRule {
            name: "gate".into(),
            when: When::default(),
            value: DecisionValue::Status,
            map: vec![("go".into(), vec!["true".into(), "GO".into()])],
            missing: Missing::CountAs("none".into()),
        };
        assert_eq!(rule.answer("GO".into()), "go");
        assert_eq!(rule.answer("deny".into()), "deny");
        assert_eq!(rule.missing_answer(), Some("none"));
    }
}
