//! What happens in an incident. Events are never changed; what they say is the past.

use crate::after::After;
use crate::author::Author;
use crate::clocks::Moment;
use crate::text::{Name, Text};
use crate::words::{NoteKind, Role, SeverityLevel, Status};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};

/// One event of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub happened_at: Timestamp,
    /// Who did it, or said it.
    pub by: Author,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Highwater found something.
    Found(Finding),
    /// The incident stands otherwise than before.
    Moved(Move),
    /// Somebody wrote something down.
    Written(Written),
    /// An entry reads otherwise than before.
    Revised(Revision),
    /// Something for after the incident: an action item, the review.
    After(After),
}

/// What Highwater found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A figure shifted.
    ShiftDetected {
        /// When it most likely began.
        onset_at: Timestamp,
        /// Before this it had not begun.
        onset_from: Timestamp,
    },
    /// All figures are back.
    Recovered,
    /// What an attempt to help did is known.
    EffectKnown {
        /// The attempt.
        change: ChangeId,
        /// What it did.
        effect: Effect,
    },
    /// Something was said that alters nothing here: an origin, a verdict.
    Said,
}

/// What moves the incident itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// A person says that there is an incident.
    Opened {
        /// What is wrong.
        title: Text,
        /// Whether it is said to be one; else it is watched.
        is_declared: bool,
    },
    /// It has another title.
    Titled {
        /// What is wrong.
        title: Text,
    },
    /// It stands elsewhere.
    StatusSet {
        /// Where.
        status: Status,
        /// Why.
        reason: Option<Text>,
    },
    /// It is as bad as this.
    SeveritySet {
        /// How bad.
        severity: SeverityLevel,
        /// Why.
        reason: Option<Text>,
    },
    /// Somebody has a role.
    RoleTaken {
        /// Which.
        role: Role,
        /// Who.
        person: Name,
    },
    /// Somebody has a role no more.
    RoleLeft {
        /// Which.
        role: Role,
        /// Who.
        person: Name,
    },
    /// A time of the incident was another.
    Corrected {
        /// Which.
        moment: Moment,
        /// When it was.
        at: Timestamp,
        /// Why that is known now.
        reason: Text,
    },
    /// Only some may read it from now on.
    Restricted {
        /// Who.
        to: Vec<Name>,
    },
    /// Everybody who may read incidents may read it again.
    RestrictionLifted,
    /// What was waited for did not come in time, or came: somebody has to look.
    WaitOver {
        /// The entry that began the wait.
        wait: u64,
        /// What was waited for.
        condition: Text,
    },
    /// The word that was promised has not come.
    UpdateOverdue {
        /// When it was due.
        due: Timestamp,
        /// Who promised it.
        by: Author,
    },
    /// It is part of another.
    MergedInto {
        /// That one.
        into: IncidentId,
        /// Why.
        reason: Option<Text>,
    },
}

/// What people write down. Each is an entry, and may be amended and pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Somebody wrote something down.
    Noted {
        /// What it is.
        kind: NoteKind,
        /// What it says.
        text: Text,
    },
    /// Somebody reported something.
    Reported {
        /// What.
        text: Text,
        /// Of which service.
        service: Option<Name>,
        /// What Highwater saw near it then, a sentence each.
        found: Vec<String>,
    },
    /// Somebody believes something.
    HypothesisOpened {
        /// What.
        text: Text,
        /// The change it is about.
        change: Option<ChangeId>,
    },
    /// It is not so.
    HypothesisRuledOut {
        /// The entry that opened it.
        hypothesis: u64,
        /// The fact that rules it out.
        fact: Text,
    },
    /// Somebody tries to stop the harm.
    MitigationBegun {
        /// What was done.
        text: Text,
        /// The change that it is.
        change: Option<ChangeId>,
        /// What it is to bring about.
        expected: Option<Text>,
    },
    /// Somebody looked whether it helped.
    Checked {
        /// The entry that began it.
        mitigation: u64,
        /// What it did.
        effect: Effect,
        /// How that was seen.
        text: Text,
    },
    /// Another team has it now.
    HandedOver {
        /// Who.
        team: Name,
        /// What they should know.
        text: Text,
    },
    /// People will hear more by then.
    UpdatePromised {
        /// When at the latest.
        due: Timestamp,
    },
    /// It was decided to wait.
    WaitBegun {
        /// For what.
        condition: Text,
        /// How long at most.
        until: Timestamp,
    },
}

/// What alters how an entry reads. The old words are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// An entry says something else now; the old text is kept.
    Amended {
        /// The entry.
        entry: u64,
        /// What it says now.
        text: Option<Text>,
        /// When it happened, as is known now.
        at: Option<Timestamp>,
        /// Why.
        reason: Option<Text>,
    },
    /// An entry matters most.
    Pinned {
        /// The entry.
        entry: u64,
    },
    /// It does not.
    Unpinned {
        /// The entry.
        entry: u64,
    },
}
