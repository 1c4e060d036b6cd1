//! The wording of post mortems and action items: what blames, what is wise after the event, what cannot be done.
//!
//! It reads words, not meaning: a table of phrases, and for those that are harmless of a machine (`failed to`) whether
//! a person stands before them. What it says of a post mortem is a proposal; an action item that cannot be worked on
//! is refused for it, unless people say that they want it so (`Rule::is_hint`).

mod action;
mod blame;
mod phrases;
mod tokens;

pub use action::{ActionText, lint_action};

use crate::document::{Document, SectionKind};
use tokens::{Token, tokens};

/// What is odd about a wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it begins: a byte of the text.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What is wrong with it.
    pub rule: Rule,
    /// The words.
    pub words: String,
    /// What could stand there instead.
    pub suggestion: String,
}

/// What can be wrong with a wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A person as the cause.
    Blame,
    /// One cause for all.
    RootCause,
    /// What somebody could not have known then.
    Hindsight,
    /// It was easy, or plain to see: for whom?
    Belittling,
    /// It says that something failed where nothing did.
    Outage,
    /// An action item without a verb.
    Verb,
    /// An action item that is nobody's, or several people's.
    Owner,
    /// An action item of a team, in which nobody is named.
    Team,
    /// An action item without a date.
    Due,
    /// An action item of which nobody can say that it is done.
    DoneWhen,
    /// An action item without an end.
    Unbounded,
}

/// What a text is read with.
#[derive(Clone, Copy, Debug, Default)]
pub struct LintContext<'a> {
    /// Names of people.
    pub names: &'a [String],
    /// What the incident was.
    pub nature: Nature,
}

/// Whether something failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    /// Something failed, or that is not known.
    #[default]
    Loud,
    /// Nothing failed: more, less or other things went through.
    Silent,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 11] = [
        Self::Blame,
        Self::RootCause,
        Self::Hindsight,
        Self::Belittling,
        Self::Outage,
        Self::Verb,
        Self::Owner,
        Self::Team,
        Self::Due,
        Self::DoneWhen,
        Self::Unbounded,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blame => "blame",
            Self::RootCause => "root_cause",
            Self::Hindsight => "hindsight",
            Self::Belittling => "belittling",
            Self::Outage => "outage",
            Self::Verb => "verb",
            Self::Owner => "owner",
            Self::Team => "team",
            Self::Due => "due",
            Self::DoneWhen => "done_when",
            Self::Unbounded => "unbounded",
        }
    }

    /// Whether it is only to be thought of: an action item of a team can be worked on.
    #[must_use]
    pub const fn is_hint(self) -> bool {
        matches!(self, Self::Team)
    }
}

/// Reads the text of a post mortem. Code and addresses in it are left out.
#[must_use]
pub fn lint(text: &str, context: &LintContext<'_>) -> Vec<Finding> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        let before = tokens.get(..at).unwrap_or_default();
        found.extend(phrases::at(text, (before, rest), context));
        found.extend(blame::at(text, rest, context));
    }
    found.sort_by_key(|finding| (finding.from, finding.to, finding.rule));
    // A longer finding says it of the shorter one within, too.
    found.dedup_by(|later, kept| later.from < kept.to && later.rule == kept.rule);
    found
}

/// Reads what people wrote into a post mortem, with the section in which each finding stands.
#[must_use]
pub fn lint_document(document: &Document, nature: Nature) -> Vec<(SectionKind, Finding)> {
    let context = LintContext { names: &document.people, nature };
    let written = document.sections.iter().filter_map(|section| {
        let text = section.written.as_ref()?.text.as_str();
        Some((section.kind, text))
    });
    let found = written.flat_map(|(kind, text)| {
        lint(text, &context).into_iter().map(move |finding| (kind, finding))
    });
    found.collect()
}

fn finding(text: &str, tokens: &[Token], rule: Rule, suggestion: &str) -> Option<Finding> {
    let (from, to) = (tokens.first()?.from, tokens.last()?.to);
    let words = text.get(from..to)?.to_owned();
    Some(Finding { from, to, rule, words, suggestion: suggestion.to_owned() })
}

#[cfg(test)]
mod tests;
