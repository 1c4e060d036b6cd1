//! What people say while a world happens. Nothing follows from it: it is for whoever keeps the log.

use crate::clock::Us;

/// Somebody says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// When.
    pub at: Us,
    /// Who.
    pub who: String,
    /// As what.
    pub kind: RemarkKind,
    /// What.
    pub text: String,
}

/// As what somebody says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// Something seems to be wrong.
    Report,
    /// For the log.
    Note,
    /// What was seen, with its numbers.
    Observation,
    /// What may be the cause.
    Hypothesis,
    /// What is going to be done.
    Decision,
    /// Which fact speaks against what was believed last.
    RulesOut,
    /// What is to be done later: `detect: add an alert; done when: it fires`.
    Action,
    /// What is set in the record: `lead`, `severity SEV2`, `resolved REASON`.
    Sets,
}

impl RemarkKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Report,
        Self::Note,
        Self::Observation,
        Self::Hypothesis,
        Self::Decision,
        Self::RulesOut,
        Self::Action,
        Self::Sets,
    ];

    /// The word used in scenarios.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Note => "note",
            Self::Observation => "observation",
            Self::Hypothesis => "hypothesis",
            Self::Decision => "decision",
            Self::RulesOut => "rules-out",
            Self::Action => "action",
            Self::Sets => "sets",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
