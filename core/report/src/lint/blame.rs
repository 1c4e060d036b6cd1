//! A person as the cause: a name, or a role, with a verb that blames.

use super::phrases::begins;
use super::tokens::Token;
use super::{Finding, LintContext, Rule, finding};

/// Words for people whom nobody names.
const PEOPLE: &[&str] = &[
    "i",
    "we",
    "he",
    "she",
    "they",
    "you",
    "engineer",
    "engineers",
    "developer",
    "developers",
    "operator",
    "operators",
    "admin",
    "intern",
    "on-call",
    "oncall",
    "reviewer",
    "reviewers",
    "team",
    "somebody",
    "someone",
    "nobody",
    "everybody",
    "everyone",
    "anyone",
    "anybody",
    "lead",
    "manager",
    "colleague",
    "contractor",
];

/// What a person does in sentences that blame.
const DEEDS: &[&str] = &[
    "caused",
    "broke",
    "breaks",
    "forgot",
    "ignored",
    "overlooked",
    "missed",
    "neglected",
    "misconfigured",
    "botched",
    "screwed",
    "messed",
];

/// What follows the name of a person in sentences that blame: `Bob's mistake`.
const FAULTS: &[&str] = &[
    "mistake",
    "mistakes",
    "error",
    "errors",
    "fault",
    "negligence",
    "failure",
    "oversight",
    "blunder",
    "carelessness",
    "bug",
];

/// What stands before the name of a person in sentences that blame: `because of Bob`.
const LEADS: &[&[&str]] = &[
    &["because", "of"],
    &["caused", "by"],
    &["due", "to"],
    &["thanks", "to"],
    &["blame"],
    &["fault", "of"],
    &["mistake", "of"],
    &["mistake", "by"],
    &["error", "by"],
    &["broken", "by"],
];

const INSTEAD: &str =
    "Name the change, the place or the missing check; who it was could have been anybody.";

/// Whether a word means a person.
pub(super) fn is_person(token: &Token, context: &LintContext<'_>) -> bool {
    PEOPLE.contains(&token.word.as_str()) || is_named(token, context)
}

/// Whether a word is a part of somebody's name.
fn is_named(token: &Token, context: &LintContext<'_>) -> bool {
    let bare = token.word.strip_suffix("'s").unwrap_or(&token.word);
    let mut parts = context.names.iter().flat_map(|name| name.split([' ', '.', '_', '-', '@']));
    parts.any(|part| part.chars().count() > 1 && part.to_lowercase() == bare)
}

/// Whether a person is the cause in the words that begin here.
pub(super) fn at(text: &str, rest: &[Token], context: &LintContext<'_>) -> Option<Finding> {
    let first = rest.first()?;
    let second = rest.get(1).filter(|next| next.sentence == first.sentence);
    if is_person(first, context) && second.is_some_and(|next| DEEDS.contains(&next.word.as_str())) {
        return finding(text, rest.get(..2)?, Rule::Blame, INSTEAD);
    }
    let owns = first.word.ends_with("'s") && is_named_or_role(first, context);
    if owns && second.is_some_and(|next| FAULTS.contains(&next.word.as_str())) {
        return finding(text, rest.get(..2)?, Rule::Blame, INSTEAD);
    }
    let lead = LEADS.iter().find(|lead| begins(rest, lead))?;
    let named = rest.get(lead.len()).filter(|next| next.sentence == first.sentence)?;
    // `due to the team of ...` has an article between; `due to Bob's laptop` is about a laptop.
    let is_owner = named.word.ends_with("'s");
    let follows = rest.get(lead.len() + 1).map(|next| next.word.as_str()).unwrap_or_default();
    let is_fault = !is_owner || FAULTS.contains(&follows);
    (is_named(named, context) && is_fault)
        .then(|| finding(text, rest.get(..=lead.len())?, Rule::Blame, INSTEAD))
        .flatten()
}

fn is_named_or_role(token: &Token, context: &LintContext<'_>) -> bool {
    let bare = token.word.strip_suffix("'s").unwrap_or(&token.word);
    PEOPLE.contains(&bare) || is_named(token, context)
}
