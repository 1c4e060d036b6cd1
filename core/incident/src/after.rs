//! After the incident: action items, the review of the post mortem, and the texts people write in it.
//!
//! What was counted is frozen here too, so that a post mortem reads the same when the counts have
//! expired. How a post mortem is drafted, this does not know.

mod apply;
mod decide;
mod due;
mod fault;
mod nudge;

use crate::author::Author;
use crate::text::{Name, Text};
use hw_model::Timestamp;
use std::collections::BTreeMap;

pub use due::{ReviewNudges, review_due};
pub use fault::AfterFault;
pub use nudge::NUDGES_MAX;

/// What happens after the incident, or for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Somebody is to do something.
    ActionAdded {
        /// Its number in the incident, counted from 1.
        action: u32,
        /// What, by whom, until when.
        item: ActionItem,
    },
    /// It is another now. What is left out is as before.
    ActionChanged {
        /// Which.
        action: u32,
        /// What is other.
        change: ActionChange,
    },
    /// It is done.
    ActionDone {
        /// Which.
        action: u32,
        /// How that is known.
        how: Text,
    },
    /// It will not be done.
    ActionDeclined {
        /// Which.
        action: u32,
        /// Why.
        reason: Text,
    },
    /// It is not done, or is to be done after all.
    ActionReopened {
        /// Which.
        action: u32,
        /// Why.
        reason: Text,
    },
    /// It stands in a tracker, too.
    ActionTracked {
        /// Which.
        action: u32,
        /// Where.
        url: Text,
    },
    /// An issue is to be opened for it.
    IssueWanted {
        /// Which.
        action: u32,
        /// In which tracker.
        tracker: Name,
    },
    /// So its issue stands: it was opened, or is open or closed now.
    IssueStood {
        /// Which.
        action: u32,
        /// Where it was opened, if it was.
        url: Option<Text>,
        /// Whether it is open.
        is_open: bool,
    },
    /// It was due, and is still open.
    ActionNudged {
        /// Which.
        action: u32,
        /// The time it was due.
        due: Timestamp,
        /// How often its owner was reminded, with this.
        n: u32,
    },
    /// Somebody wrote a section of the post mortem.
    SectionWritten {
        /// Which.
        section: Name,
        /// What it says; `None` if Highwater's draft is to stand there again.
        text: Option<Text>,
    },
    /// The review stands elsewhere.
    ReviewMoved {
        /// Where.
        to: ReviewStatus,
        /// Why.
        reason: Option<Text>,
    },
    /// What was counted around the incident is kept.
    FiguresFrozen {
        /// The figures, as JSON of the API.
        figures: String,
    },
    /// The review was due, and is not at its end.
    ReviewNudged {
        /// When it was due.
        due: Timestamp,
        /// How often somebody was reminded, with this.
        n: u32,
        /// Who leads the incident, and is reminded.
        lead: Option<Name>,
    },
}

/// What an action item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionKind {
    /// To understand what is not understood yet.
    Investigate,
    /// To lessen the harm, of this one or of the next.
    Mitigate,
    /// To repair what was damaged.
    Repair,
    /// To notice the next one.
    Detect,
    /// To keep it from happening again.
    Prevent,
    /// To change how people work.
    Process,
}

/// An action item as people say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionItem {
    /// What it is for.
    pub kind: ActionKind,
    /// What is to be done.
    pub text: Text,
    /// Who does it: a person or a team.
    pub owner: Name,
    /// Until when.
    pub due: Timestamp,
    /// How it is known that it is done.
    pub done_when: Text,
}

/// What is other in an action item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionChange {
    /// What it is for.
    pub kind: Option<ActionKind>,
    /// What is to be done.
    pub text: Option<Text>,
    /// Who does it.
    pub owner: Option<Name>,
    /// Until when.
    pub due: Option<Timestamp>,
    /// How it is known that it is done.
    pub done_when: Option<Text>,
}

/// An action item as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What is to be done.
    pub item: ActionItem,
    /// Who added it.
    pub by: Author,
    /// When.
    pub added_at: Timestamp,
    /// Whether it is done.
    pub state: ActionState,
    /// Where it stands in a tracker.
    pub url: Option<Text>,
    /// The tracker in which an issue was to be opened for it. None if the issue is somebody else's: that
    /// one is followed, and never written to.
    pub tracker: Option<Name>,
    /// Whether its issue was open when it was last seen. None before it was.
    pub issue_is_open: Option<bool>,
    /// How often its owner was reminded since it has this due date.
    pub nudges: u32,
    /// The event that last altered what it says.
    pub seq: u64,
    /// The event that put it where it stands: open, done, or declined.
    pub state_seq: u64,
}

/// Whether an action item is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionState {
    /// It is to be done.
    Open,
    /// It is done.
    Done {
        /// When.
        at: Timestamp,
        /// Who said so.
        by: Author,
        /// How that is known.
        how: Text,
    },
    /// It will not be done.
    Declined {
        /// When.
        at: Timestamp,
        /// Who said so.
        by: Author,
        /// Why.
        reason: Text,
    },
}

/// Where the review of a post mortem stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewStatus {
    /// It is written.
    #[default]
    Draft,
    /// Others read it.
    InReview,
    /// They have read it.
    Reviewed,
    /// All its action items are done, or declined.
    Closed,
}

/// The post mortem as people left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub status: ReviewStatus,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What people wrote, by section.
    pub sections: BTreeMap<Name, Section>,
    /// The event that last froze what was counted.
    pub frozen: Option<u64>,
    /// How often somebody was reminded of it.
    pub nudges: Option<ReviewNudges>,
}

/// What people wrote in a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it says; `None` where Highwater's draft stands.
    pub text: Option<Text>,
    /// Who wrote it last.
    pub by: Author,
    /// When.
    pub at: Timestamp,
    /// The event that did: whoever writes says which they have read.
    pub seq: u64,
}

/// What people want done after the incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterCommand {
    /// Have somebody do something.
    AddAction(ActionItem),
    /// Say something else of it.
    ChangeAction {
        /// Which.
        action: u32,
        /// What is other.
        change: ActionChange,
        /// The event that last altered it, as the one who says it saw it.
        was: Option<u64>,
    },
    /// Say that it is done.
    FinishAction {
        /// Which.
        action: u32,
        /// How that is known.
        how: Text,
    },
    /// Say that it will not be done.
    DeclineAction {
        /// Which.
        action: u32,
        /// Why.
        reason: Text,
    },
    /// Say that it is to be done after all.
    ReopenAction {
        /// Which.
        action: u32,
        /// Why.
        reason: Text,
    },
    /// Say where it stands in a tracker.
    TrackAction {
        /// Which.
        action: u32,
        /// Where.
        url: Text,
    },
    /// Have an issue opened for it.
    WantIssue {
        /// Which.
        action: u32,
        /// In which tracker.
        tracker: Name,
    },
    /// Say how its issue stands.
    SeeIssue {
        /// Which.
        action: u32,
        /// Where it was opened, if it was.
        url: Option<Text>,
        /// Whether it is open.
        is_open: bool,
    },
    /// Write a section of the post mortem.
    WriteSection {
        /// Which.
        section: Name,
        /// What it is to say; `None` to have Highwater's draft there again.
        text: Option<Text>,
        /// The event that wrote what the one who writes has read; 0 for the draft.
        base: u64,
    },
    /// Put the review elsewhere.
    MoveReview {
        /// Where.
        to: ReviewStatus,
        /// Why.
        reason: Option<Text>,
    },
    /// Keep what was counted.
    Freeze {
        /// The figures, as JSON of the API.
        figures: String,
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

impl ReviewStatus {
    /// Every status, in order.
    pub const ALL: [Self; 4] = [Self::Draft, Self::InReview, Self::Reviewed, Self::Closed];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Reviewed => "reviewed",
            Self::Closed => "closed",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.replace('-', "_");
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// What usually comes next.
    pub(crate) const fn next(self) -> Option<Self> {
        match self {
            Self::Draft => Some(Self::InReview),
            Self::InReview => Some(Self::Reviewed),
            Self::Reviewed => Some(Self::Closed),
            Self::Closed => None,
        }
    }
}

impl ActionChange {
    /// Whether it alters nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Action {
    /// Whether it is still to be done.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, ActionState::Open)
    }
}
