//! What could be an answer on a span: its status code, what was declared, and any attribute of few
//! values. Which of them is one is found out later, from what items did next.

use super::facts::Facts;
use super::outcome::StatusCode;
use crate::options::{DecisionRule, DecisionValue, Subject};
use crate::request::Attribute;
use hw_flow::STATUS;
use std::borrow::Cow;

/// Longest value that may be an answer, in bytes. Longer ones are sentences.
const VALUE_BYTES_MAX: usize = 64;

/// Candidate answers of one span.
#[derive(Default)]
pub(super) struct Answers<'s> {
    pairs: Vec<(&'s str, Cow<'s, str>)>,
    declared: Vec<&'s str>,
}

impl<'s> Answers<'s> {
    /// Adds what the rules declare. Of two rules of one name the first counts.
    pub(super) fn declare(
        &mut self,
        rules: &'s [DecisionRule],
        subject: &Subject<'_>,
        facts: &Facts<'s, '_>,
        status: Option<&'s str>,
    ) {
        for rule in rules.iter().filter(|rule| rule.when.matches(subject)) {
            let raw = match &rule.value {
                DecisionValue::SpanAttribute(key) => {
                    facts.named(key).and_then(|value| value.word())
                }
                DecisionValue::Status => status.map(Cow::Borrowed),
                DecisionValue::MetricLabel(_) => continue,
            };
            let said = raw.map(|raw| rule.answer(raw));
            let answer = said.or_else(|| rule.missing_answer().map(Cow::Borrowed));
            if let Some(answer) = answer
                && !self.declared.contains(&&*rule.name)
            {
                self.declared.push(&rule.name);
                self.pairs.push((&rule.name, answer));
            }
        }
    }

    /// Adds the status code of the call.
    pub(super) fn status(&mut self, code: Option<&'s StatusCode<'_>>) {
        if let Some(code) = code {
            self.add(STATUS, Cow::Borrowed(&code.word));
        }
    }

    /// Adds attributes that may be answers.
    pub(super) fn attributes(&mut self, attributes: &'s [Attribute<'_>]) {
        for attribute in attributes.iter().filter(|attribute| attribute.class.candidate) {
            if let Some(word) = attribute.value.word()
                && word.len() <= VALUE_BYTES_MAX
            {
                self.add(&attribute.key, word);
            }
        }
    }

    /// Adds a pair unless its key is taken or its value empty.
    pub(super) fn add(&mut self, key: &'s str, value: Cow<'s, str>) {
        let is_free = self.pairs.iter().all(|(taken, _)| *taken != key);
        if is_free && !value.is_empty() {
            self.pairs.push((key, value));
        }
    }

    /// The pairs for the dictionary, and which keys were declared.
    pub(super) fn pairs(&self) -> (Vec<(&str, &str)>, &[&'s str]) {
        (self.pairs.iter().map(|(key, value)| (*key, &**value)).collect(), &self.declared)
    }
}
