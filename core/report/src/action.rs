//! Action items: work that came out of an incident.

use hw_model::Timestamp;

/// Work that came out of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its number.
    pub id: u32,
    /// What it is for.
    pub kind: ActionKind,
    /// What is to be done.
    pub text: String,
    /// Who does it.
    pub owner: Option<String>,
    /// When at the latest.
    pub due: Option<Timestamp>,
    /// How one sees that it is done.
    pub done_when: Option<String>,
    /// Where it stands.
    pub state: ActionState,
    /// Where it is tracked: a permalink.
    pub ticket: Option<String>,
    /// The entry it came from.
    pub entry: Option<u64>,
}

/// What an action item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionKind {
    /// Find out.
    Investigate,
    /// Lessen this harm.
    Mitigate,
    /// Put right what it left behind, or what it came from.
    Repair,
    /// Notice the next one sooner.
    Detect,
    /// Make the next one impossible, or less likely.
    Prevent,
    /// Work otherwise than before.
    Process,
}

/// Where an action item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionState {
    /// Not done yet.
    Open,
    /// Done.
    Done {
        /// How that is known.
        evidence: Option<String>,
    },
    /// It will not be done.
    Declined {
        /// Why.
        reason: String,
    },
}

impl ActionKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Investigate,
        Self::Mitigate,
        Self::Repair,
        Self::Detect,
        Self::Prevent,
        Self::Process,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Investigate => "investigate",
            Self::Mitigate => "mitigate",
            Self::Repair => "repair",
            Self::Detect => "detect",
            Self::Prevent => "prevent",
            Self::Process => "process",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl ActionState {
    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done { .. } => "done",
            Self::Declined { .. } => "declined",
        }
    }
}
