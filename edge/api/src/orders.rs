//! What people want done in an incident, as the API and the command line say it.

mod reading;

pub use reading::OrderFault;
pub(crate) use reading::{
    fault, optional_text, read_author, read_incident, read_name, read_text, some, time, word,
};

use hw_incident::{Author, Command, Name, SeverityLevel, Text};
use hw_model::{IncidentId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One command. Which fields it needs, `command` says; the others are left out.
///
/// - `assign` role, person (`take_over` if somebody else has it); `leave` role, person
/// - `status` to, reason, was; `decline` reason; `reopen` reason; `merge` into, reason
/// - `severity` to, reason, was; `title` text
/// - `mitigate` text, expected, change; `check` effect, text, mitigation
/// - `rule_out` hypothesis, text; `hand_over` team, text
/// - `promise` due; `wait` text, until; `correct` moment, to, reason
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandBody {
    /// Which.
    pub command: String,
    /// Who wants it: a name. With a token it may be left out: then it is the token's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it happened: RFC 3339, or Unix seconds. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// A status, a severity, or a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The status or severity that was seen before: if it is another by now, nothing is done. `none` is
    /// no severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// lead, scribe, deputy, liaison, helper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Who has it, or had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Whether the role may be taken from somebody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
    /// What is said: a title, what was done, how it was seen, a fact, a condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What an attempt is to bring about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// worked, none, undecided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// The change that it is: `C3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// The entry that began the mitigation; left out: the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigation: Option<u64>,
    /// The entry that opened the hypothesis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypothesis: Option<u64>,
    /// Who has it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// When at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// How long at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// started, noticed, declared, acknowledged, mitigated, resolved, closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<String>,
    /// Who may read it, beside who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    /// The incident it becomes part of: `INC-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
}

/// An entry that somebody writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryBody {
    /// note, observation, hypothesis, decision, action, communication, `follow_up`. Left out: note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it says.
    pub text: String,
    /// Who writes it. With a token it may be left out: then it is the token's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it happened: RFC 3339, or Unix seconds. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The change a hypothesis is about: `C3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// How an entry is to read from now on. The old words are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendBody {
    /// What it is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When it happened, as is known now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who amends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Whether an entry matters most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinBody {
    /// Left out: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// An incident that somebody opens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// What is wrong, in a line.
    pub title: String,
    /// SEV1 to SEV5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// Who opens it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Since when: RFC 3339, or Unix seconds. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// Something that somebody saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    /// What.
    pub text: String,
    /// Near which service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The incident it belongs to. Left out: Highwater finds one, or opens one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Who saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When: RFC 3339, or Unix seconds. Left out: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// An incident for those who were not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Brief {
    /// `INC-1`, ...
    pub incident: String,
    /// At most 150 words, also on what is not the cause. Times are UTC.
    pub words: String,
}

/// The answer to something that was done in an incident.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DoneAnswer {
    /// The incident as it stands now.
    pub incident: crate::Incident,
    /// The entries that were written.
    pub entries: Vec<crate::Entry>,
    /// What is odd about what was taken; left out if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// The answer to a report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportAnswer {
    /// The incident that has it now.
    pub incident: crate::Incident,
    /// Whether it was opened for it.
    pub opened: bool,
    /// The entry.
    pub entry: crate::Entry,
    /// What deviates near it now, the most telling first; also what would not be told by itself.
    pub near: Vec<String>,
    /// Figures near it of which enough is known to compare them with what is usual.
    pub compared: u64,
    /// What is odd about the service that was named; left out if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// What somebody wants done, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orders {
    /// Who.
    pub by: Author,
    /// When it happened, if that is not now.
    pub at: Option<Timestamp>,
    /// What.
    pub commands: Vec<Command>,
}

/// An incident that somebody opens, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What is wrong.
    pub title: Text,
    /// How bad it is.
    pub severity: Option<SeverityLevel>,
    /// Who opens it.
    pub by: Name,
    /// Since when.
    pub at: Option<Timestamp>,
}

/// Something that somebody saw, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What.
    pub text: Text,
    /// Near which service.
    pub service: Option<Name>,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
    /// Who saw it.
    pub by: Name,
    /// When.
    pub at: Option<Timestamp>,
}
