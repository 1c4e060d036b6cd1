//! Action items: work that came out of an incident.

use hw_incident::ActionKind;
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
