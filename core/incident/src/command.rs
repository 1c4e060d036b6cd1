//! What people want done.

use crate::after::AfterCommand;
use crate::author::Author;
use crate::clocks::Moment;
use crate::text::{Name, Text};
use crate::words::{NoteKind, Role, SeverityLevel, Status};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};

/// A command, who gives it, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Who.
    pub by: Author,
    /// What is now.
    pub now: Timestamp,
    /// When it happened, if that is not now.
    pub at: Option<Timestamp>,
    /// What.
    pub command: Command,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Give it another title.
    SetTitle(Text),
    /// Put it elsewhere.
    SetStatus {
        /// Where.
        to: Status,
        /// Where it stands, as the one who says it saw it.
        was: Option<Status>,
        /// Why.
        reason: Option<Text>,
    },
    /// Say how bad it is.
    SetSeverity {
        /// How bad.
        to: SeverityLevel,
        /// How bad it was, as the one who says it saw it; `None` if that was not said.
        was: Option<Option<SeverityLevel>>,
        /// Why.
        reason: Option<Text>,
    },
    /// Give somebody a role.
    TakeRole {
        /// Which.
        role: Role,
        /// Whom.
        person: Name,
        /// Whether it may be taken from somebody.
        take_over: TakeOver,
    },
    /// Take a role from somebody.
    LeaveRole {
        /// Which.
        role: Role,
        /// Whom.
        person: Name,
    },
    /// Write something down.
    Note {
        /// What it is.
        kind: NoteKind,
        /// What it says.
        text: Text,
    },
    /// Report something that was seen.
    Report {
        /// What.
        text: Text,
        /// Of which service.
        service: Option<Name>,
        /// What Highwater sees near it.
        found: Vec<String>,
    },
    /// Believe something.
    Suppose {
        /// What.
        text: Text,
        /// The change it is about.
        change: Option<ChangeId>,
    },
    /// Say that it is not so.
    RuleOut {
        /// The entry that opened it.
        hypothesis: u64,
        /// The fact that rules it out.
        fact: Text,
    },
    /// Say something else, or another time.
    Amend {
        /// The entry.
        entry: u64,
        /// What it is to say.
        text: Option<Text>,
        /// When it was.
        at: Option<Timestamp>,
        /// Why.
        reason: Option<Text>,
    },
    /// Say that an entry matters most.
    Pin(u64),
    /// Say that it does not.
    Unpin(u64),
    /// Try to stop the harm.
    Mitigate {
        /// What is done.
        text: Text,
        /// The change that it is.
        change: Option<ChangeId>,
        /// What it is to bring about.
        expected: Option<Text>,
    },
    /// Say whether that helped.
    Check {
        /// The entry that began it; the latest if it is left out.
        mitigation: Option<u64>,
        /// What it did.
        effect: Effect,
        /// How that was seen.
        text: Text,
    },
    /// Give it to another team.
    HandOver {
        /// Whom.
        team: Name,
        /// What they should know.
        text: Text,
    },
    /// Promise to say more.
    PromiseUpdate {
        /// When at the latest.
        due: Timestamp,
    },
    /// Decide to wait.
    Wait {
        /// For what.
        condition: Text,
        /// How long at most.
        until: Timestamp,
    },
    /// Let only some read it: these, and who says so.
    Restrict {
        /// Who.
        to: Vec<Name>,
    },
    /// Let everybody read it again who may read incidents.
    LiftRestriction,
    /// Say that a time was another.
    Correct {
        /// Which.
        moment: Moment,
        /// When it was.
        to: Timestamp,
        /// Why that is known now.
        reason: Text,
    },
    /// Do something for after the incident.
    After(AfterCommand),
    /// Make it part of another.
    Merge {
        /// That one.
        into: IncidentId,
        /// Why.
        reason: Option<Text>,
    },
}

/// Whether a role may be taken from somebody who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeOver {
    /// Yes.
    Allowed,
    /// No: say who has it.
    Refused,
}
