//! Phrases that are odd wherever they stand, or after a person.

use super::tokens::Token;
use super::{Finding, LintContext, Nature, Rule, finding};
use crate::lint::blame::is_person;

/// When a phrase is odd.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Always.
    Always,
    /// If a person stands shortly before it in the sentence.
    AfterPerson,
    /// If one of these words follows.
    Before(&'static [&'static str]),
    /// If nothing failed in the incident.
    Silent,
}

struct Phrase {
    words: &'static [&'static str],
    when: When,
    rule: Rule,
    instead: &'static str,
}

const fn odd(
    words: &'static [&'static str],
    when: When,
    rule: Rule,
    instead: &'static str,
) -> Phrase {
    Phrase { words, when, rule, instead }
}

/// What one would have had to do to see it: only afterwards it is known that it would have helped.
const SEEN: &[&str] = &[
    "prevented",
    "avoided",
    "caught",
    "noticed",
    "seen",
    "known",
    "done",
    "checked",
    "tested",
    "spotted",
    "found",
    "detected",
    "reviewed",
    "stopped",
    "anticipated",
    "foreseen",
];

const NO_ERROR: &str = "Say what made the step possible, or easy to get wrong: the tool, the default, the missing check.";
const THEN: &str = "Say what was known then, and what it led people to do.";
const FACTORS: &str = "Say contributing factors: there is never one alone.";
const PLAIN: &str = "Leave it out: it was not so for who stood in the middle of it.";
const NOT_OUT: &str =
    "Nothing failed here: say what went through more, less or otherwise than usual.";
const NO_FAULT: &str =
    "Say what happened and what made it likely, without a judgement on a person.";

const PHRASES: &[Phrase] = &[
    odd(&["human", "error"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["human", "errors"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["human", "failure"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["human", "mistake"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["operator", "error"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["pilot", "error"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["careless"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["carelessly"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["carelessness"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["negligent"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["negligence"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["sloppy"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["incompetent"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["incompetence"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["reckless"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["recklessly"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["stupid"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["stupidly"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["lazy"], When::AfterPerson, Rule::Blame, NO_FAULT),
    odd(&["fat-finger"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["fat-fingered"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["whose", "fault"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["is", "to", "blame"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["was", "to", "blame"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["are", "to", "blame"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["at", "fault"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["failed", "to"], When::AfterPerson, Rule::Blame, NO_FAULT),
    odd(&["neglected", "to"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["forgot", "to"], When::Always, Rule::Blame, NO_ERROR),
    odd(&["forgot", "that"], When::AfterPerson, Rule::Blame, NO_ERROR),
    odd(&["didn't", "bother"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["did", "not", "bother"], When::Always, Rule::Blame, NO_FAULT),
    odd(&["mistakenly"], When::AfterPerson, Rule::Blame, NO_ERROR),
    odd(&["made", "a", "mistake"], When::AfterPerson, Rule::Blame, NO_ERROR),
    odd(&["root", "cause"], When::Always, Rule::RootCause, FACTORS),
    odd(&["root", "causes"], When::Always, Rule::RootCause, FACTORS),
    odd(&["root-cause"], When::Always, Rule::RootCause, FACTORS),
    odd(&["rootcause"], When::Always, Rule::RootCause, FACTORS),
    odd(&["the", "real", "cause"], When::Always, Rule::RootCause, FACTORS),
    odd(&["the", "one", "cause"], When::Always, Rule::RootCause, FACTORS),
    odd(&["should", "have"], When::AfterPerson, Rule::Hindsight, THEN),
    odd(&["should", "have", "been"], When::Before(SEEN), Rule::Hindsight, THEN),
    odd(&["should've"], When::AfterPerson, Rule::Hindsight, THEN),
    odd(&["shouldn't", "have"], When::AfterPerson, Rule::Hindsight, THEN),
    odd(&["should", "not", "have"], When::AfterPerson, Rule::Hindsight, THEN),
    odd(&["should", "never", "have"], When::AfterPerson, Rule::Hindsight, THEN),
    odd(&["ought", "to", "have"], When::AfterPerson, Rule::Hindsight, THEN),
    odd(&["could", "have"], When::Before(SEEN), Rule::Hindsight, THEN),
    odd(&["could", "have", "been"], When::Before(SEEN), Rule::Hindsight, THEN),
    odd(&["could've"], When::Before(SEEN), Rule::Hindsight, THEN),
    odd(&["could", "easily", "have"], When::Always, Rule::Hindsight, THEN),
    odd(&["would", "have", "been"], When::Before(&["prevented", "avoided"]), Rule::Hindsight, THEN),
    odd(&["in", "hindsight"], When::Always, Rule::Hindsight, THEN),
    odd(&["with", "hindsight"], When::Always, Rule::Hindsight, THEN),
    odd(&["in", "retrospect"], When::Always, Rule::Hindsight, THEN),
    odd(
        &["if", "only"],
        When::Before(&["we", "he", "she", "they", "somebody", "someone", "i"]),
        Rule::Hindsight,
        THEN,
    ),
    odd(&["easily", "preventable"], When::Always, Rule::Hindsight, THEN),
    odd(&["easily", "avoidable"], When::Always, Rule::Hindsight, THEN),
    odd(&["obviously"], When::Always, Rule::Belittling, PLAIN),
    odd(&["was", "obvious"], When::Always, Rule::Belittling, PLAIN),
    odd(&["missed", "the", "obvious"], When::Always, Rule::Belittling, PLAIN),
    odd(&["of", "course"], When::Always, Rule::Belittling, PLAIN),
    odd(&["simply"], When::Always, Rule::Belittling, PLAIN),
    odd(&["outage"], When::Silent, Rule::Outage, NOT_OUT),
    odd(&["outages"], When::Silent, Rule::Outage, NOT_OUT),
    odd(&["downtime"], When::Silent, Rule::Outage, NOT_OUT),
    odd(&["went", "down"], When::Silent, Rule::Outage, NOT_OUT),
    odd(&["was", "down"], When::Silent, Rule::Outage, NOT_OUT),
    odd(&["were", "down"], When::Silent, Rule::Outage, NOT_OUT),
    odd(&["crashed"], When::Silent, Rule::Outage, NOT_OUT),
];

/// Phrases that hold an odd one and are not odd.
const HARMLESS: &[&[&str]] = &[
    &["put", "simply"],
    &["could", "have", "been", "worse"],
    &["no", "outage"],
    &["not", "an", "outage"],
    &["no", "downtime"],
    &["no", "root", "cause"],
    &["not", "at", "fault"],
    &["nobody", "is", "to", "blame"],
    &["nobody", "was", "to", "blame"],
];

/// Words within which a person counts as the one of whom something is said.
const REACH: usize = 4;

/// What is odd about the words that begin here.
pub(super) fn at(
    text: &str,
    (before, rest): (&[Token], &[Token]),
    context: &LintContext<'_>,
) -> Option<Finding> {
    let longest = PHRASES.iter().filter(|phrase| begins(rest, phrase.words));
    let longest = longest.filter(|phrase| is_odd(phrase, (before, rest), context));
    let phrase = longest.max_by_key(|phrase| phrase.words.len())?;
    if is_harmless(before, rest) {
        return None;
    }
    finding(text, rest.get(..phrase.words.len())?, phrase.rule, phrase.instead)
}

/// Whether words stand at the beginning, in one sentence.
pub(super) fn begins(tokens: &[Token], words: &[&str]) -> bool {
    let Some(head) = tokens.get(..words.len()) else { return false };
    let Some(first) = head.first() else { return false };
    head.iter()
        .zip(words)
        .all(|(token, word)| token.word == *word && token.sentence == first.sentence)
}

fn is_odd(
    phrase: &Phrase,
    (before, rest): (&[Token], &[Token]),
    context: &LintContext<'_>,
) -> bool {
    match phrase.when {
        When::Always => true,
        When::Silent => context.nature == Nature::Silent,
        When::AfterPerson => {
            let Some(here) = rest.first() else { return false };
            let near =
                before.iter().rev().take(REACH).take_while(|token| token.sentence == here.sentence);
            near.into_iter().any(|token| is_person(token, context))
        }
        When::Before(words) => {
            let next = rest.get(phrase.words.len());
            next.is_some_and(|next| words.contains(&next.word.as_str()))
        }
    }
}

fn is_harmless(before: &[Token], rest: &[Token]) -> bool {
    HARMLESS.iter().any(|words| {
        (0..words.len()).any(|n_before| {
            let start = before.len().checked_sub(n_before);
            let tail = start.and_then(|start| before.get(start..)).unwrap_or_default();
            let n_tail = tail.len();
            n_tail == n_before
                && words.get(n_before..).is_some_and(|right| begins(rest, right))
                && tail.iter().zip(words.iter()).all(|(token, word)| token.word == *word)
        })
    })
}
