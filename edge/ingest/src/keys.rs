//! What an attribute key means to us, decided once per distinct key and remembered.
//!
//! Old and new names of the semantic conventions share one `Key`, so that nothing behind this file
//! knows that names have moved. A span has a dozen attributes with few distinct keys overall: a
//! small direct-mapped memory answers in a few nanoseconds, and a flood of keys only costs time.

mod names;
mod spelling;

use crate::hash::Hash;
use crate::options::{DecisionValue, ReadOptions};
use names::{Age, NAMES};
use spelling::{is_answer_label, is_candidate};

pub(crate) use names::Key;

/// What an attribute key means to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    /// The mapping reads it by name.
    pub(crate) known: Option<Key>,
    /// A name that was replaced; yields to today's.
    pub(crate) old: bool,
    /// The person who runs us said to look away.
    pub(crate) ignored: bool,
    /// On a span its value may be an answer.
    pub(crate) candidate: bool,
    /// A rule reads it.
    pub(crate) declared: bool,
    /// As a label of a counter it names the answer that is counted.
    pub(crate) label: bool,
}

impl Class {
    /// Whether a span keeps an attribute of this class.
    pub(crate) const fn is_kept(self) -> bool {
        !self.ignored && (self.known.is_some() || self.candidate || self.declared)
    }
}

/// Classes of keys under the options in force.
#[derive(Debug)]
pub(crate) struct Keys {
    ignored: Vec<String>,
    declared: Vec<String>,
    labels: Vec<String>,
    remembered: Vec<Option<(Box<str>, Class)>>,
}

/// Places in the memory; a power of two, far above the number of keys in use.
const REMEMBERED: usize = 1024;

impl Keys {
    pub(crate) fn new(options: &ReadOptions) -> Self {
        let mut declared: Vec<String> = options.items.iter().map(|rule| rule.key.clone()).collect();
        let mut labels = Vec::new();
        for rule in &options.decisions {
            match &rule.value {
                DecisionValue::SpanAttribute(key) => declared.push(key.clone()),
                DecisionValue::MetricLabel(key) => labels.push(key.clone()),
                DecisionValue::Status => {}
            }
        }
        let ignored = options.ignored_attributes.clone();
        Self { ignored, declared, labels, remembered: vec![None; REMEMBERED] }
    }

    /// The class of `key`.
    pub(crate) fn class(&mut self, key: &str) -> Class {
        #[expect(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
        let place = Hash::new().text(key).finish() as usize % REMEMBERED;
        if let Some(Some((known, class))) = self.remembered.get(place)
            && **known == *key
        {
            return *class;
        }
        let class = self.classify(key);
        if key.len() <= 128
            && let Some(slot) = self.remembered.get_mut(place)
        {
            *slot = Some((key.into(), class));
        }
        class
    }

    fn classify(&self, key: &str) -> Class {
        let is_in = |list: &[String]| list.iter().any(|entry| entry == key);
        if is_in(&self.ignored) {
            return Class { ignored: true, ..Class::default() };
        }
        let found = NAMES.iter().find(|(name, _, _)| *name == key);
        Class {
            known: found.map(|(_, key, _)| *key),
            old: found.is_some_and(|(_, _, age)| *age == Age::Old),
            ignored: false,
            candidate: is_candidate(key),
            declared: is_in(&self.declared),
            label: is_in(&self.labels) || is_answer_label(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new(&ReadOptions::default())
    }

    #[test]
    fn old_and_new_names_mean_the_same_and_the_new_one_counts() {
        let mut keys = keys();
        for (name, key, age) in NAMES {
            let class = keys.class(name);
            assert_eq!((class.known, class.old), (Some(key), age == Age::Old), "{name}");
            assert_eq!(keys.class(name), class, "remembered {name}");
        }
    }

    #[test]
    fn every_key_has_a_name() {
        for idx in 0..Key::COUNT {
            assert!(NAMES.iter().any(|(_, key, _)| *key as usize == idx), "key {idx}");
        }
    }

    #[test]
    fn what_was_answered_is_a_candidate_and_who_where_and_when_is_not() {
        let candidates = [
            "eligibility.answer",
            "app.decision",
            "decision",
            "allowed",
            "error.type",
            "http.response.header.x-decision",
            "rpc.response.metadata.verdict",
            "tenant_tier",
            "userland.choice",
            "identity",
        ];
        let denied = [
            "",
            "net.host.name",
            "http.flavor",
            "http.request.header.accept",
            "http.response.header.x-request-id",
            "rpc.system",
            "user_agent.original",
            "user_agent",
            "user.roles",
            "db.response.rows",
            "order.id",
            "order_id",
            "order-id",
            "id",
            "app.elapsed_ms",
            "app.retry.count",
            "customer.email",
            "queue.name",
            "exception.type",
            "thread.state",
        ];
        for key in candidates {
            assert!(keys().class(key).candidate, "{key}");
        }
        for key in denied {
            assert!(!keys().class(key).candidate, "{key}");
        }
    }

    #[test]
    fn labels_that_name_answers_are_known() {
        for key in ["decision", "policy.result", "gate_verdict", "allowed"] {
            assert!(keys().class(key).label, "{key}");
        }
        for key in ["result.code", "http.route", "answered"] {
            assert!(!keys().class(key).label, "{key}");
        }
    }

    #[test]
    fn ignored_key_is_nothing_else() {
        let ignored_attributes = vec!["service.version".to_owned(), "app.decision".to_owned()];
        let options = ReadOptions { ignored_attributes, ..ReadOptions::default() };
        let mut keys = Keys::new(&options);
        for key in ["service.version", "app.decision"] {
            let class = keys.class(key);
            assert!(class.ignored && !class.is_kept() && !class.label, "{key}");
        }
        assert!(keys.class("service.name").is_kept());
    }

    #[test]
    fn flood_of_keys_changes_no_answer() {
        let mut keys = keys();
        for n in 0..10 * REMEMBERED {
            assert!(keys.class(&format!("app.k{n}.kind")).candidate);
        }
        assert_eq!(keys.class("http.route").known, Some(Key::HttpRoute));
    }
}
