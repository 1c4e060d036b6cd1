//! Action items, and where the review of a post mortem stands.

mod wording;

use crate::orders::{
    OrderFault, Orders, fault, optional_text, read_author, read_incident, read_name, read_text,
    some, time, word,
};
use crate::time::{rfc3339, until};
use hw_incident::{
    Action, ActionChange, ActionItem, ActionKind, ActionState, AfterCommand, Command, Name, Record,
    Review, Section,
};
use hw_model::{IncidentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// What stands for the tracker that takes items of a kind, until it is known which that is.
pub const DEFAULT_TRACKER: &str = "(default)";

/// The name of an action item: `INC-1-A2` is the second of the first incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionRef {
    /// Its incident.
    pub incident: IncidentId,
    /// Its number there.
    pub action: u32,
}

/// An action item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionWords {
    /// `INC-1-A2`.
    pub id: String,
    /// The incident it comes from.
    pub incident: String,
    /// investigate, mitigate, repair, detect, prevent, process.
    pub kind: String,
    /// What is to be done.
    pub text: String,
    /// Who does it: a person or a team.
    pub owner: String,
    /// Until when.
    pub due: String,
    /// How it is known that it is done.
    pub done_when: String,
    /// open, done, declined.
    pub state: String,
    /// How it is known that it was done, or why it is declined; null while it is open.
    pub because: Option<String>,
    /// When it was done or declined.
    pub ended_at: Option<String>,
    /// Who said so.
    pub ended_by: Option<String>,
    /// Who added it.
    pub by: String,
    /// When.
    pub added_at: String,
    /// Where it stands in a tracker.
    pub url: Option<String>,
    /// The tracker in which an issue was to be opened for it; null if its issue is somebody else's.
    #[serde(default)]
    pub tracker: Option<String>,
    /// open or closed: how its issue stood when it was last seen; null before it was.
    #[serde(default)]
    pub issue: Option<String>,
    /// What is wrong with its issue, or that it waits to be opened; null if all is well.
    #[serde(default)]
    pub tracker_trouble: Option<String>,
    /// How often its owner was reminded.
    pub nudges: u32,
    /// The entry that last altered what it says: give it as `was`, and nobody's words are lost.
    pub seq: u64,
    /// The entry that put it where it stands: open, done, or declined.
    #[serde(default)]
    pub state_seq: u64,
}

/// Where the review of a post mortem stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewWords {
    /// draft, `in_review`, reviewed, closed.
    pub status: String,
    /// Since when; null as long as nobody moved it.
    pub since: Option<String>,
    /// The entry that last froze what was counted; null if nothing was.
    pub frozen: Option<u64>,
    /// Sections that people wrote.
    pub sections: Vec<WrittenSection>,
}

/// A section that people wrote. What it says stands in the post mortem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrittenSection {
    /// Which.
    pub section: String,
    /// Whether Highwater's draft stands there again.
    pub is_draft: bool,
    /// Who wrote it last.
    pub by: String,
    /// When.
    pub at: String,
    /// Its version: give it as `base`, and nobody's words are lost.
    pub version: u64,
}

/// An action item that somebody adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionBody {
    /// The incident: `INC-1`.
    pub incident: String,
    /// investigate, mitigate, repair, detect, prevent, process.
    pub kind: String,
    /// What is to be done; it begins with what somebody does.
    pub text: String,
    /// Who does it: a person or a team.
    pub owner: String,
    /// Until when: RFC 3339, a date, or Unix seconds.
    pub due: String,
    /// How it will be known that it is done.
    pub done_when: String,
    /// Who adds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Take it although it cannot be worked on as it is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anyway: bool,
}

/// What is to be other in an action item. What is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionPatch {
    /// open, done, declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// How it is known that it is done, or why it is declined or open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// How it will be known that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_when: Option<String>,
    /// Where it stands in a tracker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A tracker of the settings in which an issue is to be opened for it; empty for the one that takes
    /// items of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracker: Option<String>,
    /// The `seq` that was read: if somebody altered it since, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<u64>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Take it although it cannot be worked on as it is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anyway: bool,
}

impl fmt::Display for ActionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-A{}", self.incident, self.action)
    }
}

impl ActionRef {
    /// The item of a name: `INC-1-A2`, or `1-2` for short.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_prefix("INC-").unwrap_or(word);
        let (incident, action) = word.split_once('-')?;
        let action = action.strip_prefix('A').unwrap_or(action);
        let incident = IncidentId(incident.parse().ok()?);
        Some(Self { incident, action: action.parse().ok()? })
    }
}

impl ActionWords {
    /// Every action item of an incident.
    pub(crate) fn of(record: &Record) -> Vec<Self> {
        let incident = record.id;
        let words = |(action, known): (&u32, &Action)| {
            Self::new(ActionRef { incident, action: *action }, known)
        };
        record.actions.iter().map(words).collect()
    }

    fn new(id: ActionRef, action: &Action) -> Self {
        let Action {
            item,
            by,
            added_at,
            state,
            url,
            tracker,
            issue_is_open,
            nudges,
            seq,
            state_seq,
        } = action;
        let waits = tracker.as_ref().filter(|_| issue_is_open.is_none());
        let (because, ended_at, ended_by) = match state {
            ActionState::Open => (None, None, None),
            ActionState::Done { at, by, how: because }
            | ActionState::Declined { at, by, reason: because } => {
                (Some(because.to_string()), Some(rfc3339(*at)), Some(by.to_string()))
            }
        };
        Self {
            id: id.to_string(),
            incident: id.incident.to_string(),
            kind: item.kind.word().to_owned(),
            text: item.text.to_string(),
            owner: item.owner.to_string(),
            due: rfc3339(item.due),
            done_when: item.done_when.to_string(),
            state: state.word().to_owned(),
            because,
            ended_at,
            ended_by,
            by: by.to_string(),
            added_at: rfc3339(*added_at),
            url: url.as_ref().map(ToString::to_string),
            tracker: tracker.as_ref().map(ToString::to_string),
            issue: issue_is_open.map(|is_open| if is_open { "open" } else { "closed" }.to_owned()),
            tracker_trouble: waits
                .map(|tracker| format!("its issue in {tracker} is not opened yet")),
            nudges: *nudges,
            seq: *seq,
            state_seq: *state_seq,
        }
    }
}

impl ReviewWords {
    /// Where it stands; `None` as long as nobody and nothing touched it.
    pub(crate) fn of(review: &Review) -> Option<Self> {
        (*review != Review::default()).then(|| Self {
            status: review.status.word().to_owned(),
            since: review.since.map(rfc3339),
            frozen: review.frozen,
            sections: review.sections.iter().map(WrittenSection::new).collect(),
        })
    }
}

impl WrittenSection {
    fn new((section, known): (&Name, &Section)) -> Self {
        Self {
            section: section.to_string(),
            is_draft: known.text.is_none(),
            by: known.by.to_string(),
            at: rfc3339(known.at),
            version: known.seq,
        }
    }
}

impl ActionBody {
    /// Which incident it is for, and what it wants there.
    ///
    /// # Errors
    ///
    /// If a field cannot be used.
    pub fn read(&self) -> Result<(IncidentId, Orders), OrderFault> {
        let item = ActionItem {
            kind: action_kind(&self.kind)?,
            text: read_text("text", &self.text)?,
            owner: read_name("owner", &self.owner)?,
            due: due(&self.due)?,
            done_when: read_text("done_when", &self.done_when)?,
        };
        let command = Command::After(AfterCommand::AddAction(item));
        let by = read_author(self.by.as_ref())?;
        Ok((read_incident(&self.incident)?, Orders { by, at: None, commands: vec![command] }))
    }
}

impl ActionPatch {
    /// What it wants of an item.
    ///
    /// # Errors
    ///
    /// If a field cannot be used, or nothing is wanted.
    pub fn read(&self, action: u32) -> Result<Orders, OrderFault> {
        let because = optional_text("because", self.because.as_ref())?;
        let reason = |what: &str| {
            because.clone().ok_or_else(|| OrderFault(format!("because is missing: say {what}")))
        };
        let moved = match self.state.as_deref() {
            None => None,
            Some("done") => {
                let how = reason("how it is known that it is done")?;
                Some(AfterCommand::FinishAction { action, how })
            }
            Some("declined") => {
                let reason = reason("why it will not be done")?;
                Some(AfterCommand::DeclineAction { action, reason })
            }
            Some("open") => {
                let reason = reason("why it is to be done after all")?;
                Some(AfterCommand::ReopenAction { action, reason })
            }
            Some(other) => return fault(format!("\"{other}\" is no state: open, done, declined")),
        };
        let url = optional_text("url", self.url.as_ref())?;
        let tracked = url.map(|url| AfterCommand::TrackAction { action, url });
        let tracker = match self.tracker.as_deref() {
            None => None,
            Some("") => Some(read_name("tracker", DEFAULT_TRACKER)?),
            Some(name) => Some(read_name("tracker", name)?),
        };
        let wanted = tracker.map(|tracker| AfterCommand::WantIssue { action, tracker });
        let change = self.change()?;
        let changed = (!change.is_empty()).then_some(AfterCommand::ChangeAction {
            action,
            change,
            was: self.was,
        });
        // What is opened again is altered then; what is altered may be done then.
        let (first, last) = match &moved {
            Some(AfterCommand::ReopenAction { .. }) => (moved, None),
            _ => (None, moved),
        };
        let all = first.into_iter().chain(changed).chain(tracked).chain(wanted).chain(last);
        let commands: Vec<Command> = all.map(Command::After).collect();
        if commands.is_empty() {
            return fault(
                "say what is to be other: state, text, owner, due, done_when, kind, url, tracker",
            );
        }
        Ok(Orders { by: read_author(self.by.as_ref())?, at: None, commands })
    }

    fn change(&self) -> Result<ActionChange, OrderFault> {
        let owner = self.owner.as_ref().map(|owner| read_name("owner", owner));
        Ok(ActionChange {
            kind: self.kind.as_deref().map(action_kind).transpose()?,
            text: optional_text("text", self.text.as_ref())?,
            owner: owner.transpose()?,
            due: self.due.as_deref().map(due).transpose()?,
            done_when: optional_text("done_when", self.done_when.as_ref())?,
        })
    }
}

fn action_kind(text: &str) -> Result<ActionKind, OrderFault> {
    word("kind of action item", text, ActionKind::from_word, &ActionKind::ALL.map(ActionKind::word))
}

fn due(text: &str) -> Result<Timestamp, OrderFault> {
    let text =
        some("due", Some(&text.to_owned()).filter(|text| !text.is_empty())).map(str::to_owned)?;
    // What is no time is refused with the words of all times.
    until(&text).map_or_else(|| time("due", &text), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_action_items_are_read_back() {
        let second = ActionRef { incident: IncidentId(1), action: 2 };
        for word in ["INC-1-A2", "1-A2", "1-2", "INC-1-2"] {
            assert_eq!(ActionRef::from_word(word), Some(second), "{word}");
        }
        assert_eq!(second.to_string(), "INC-1-A2");
        assert_eq!(ActionRef::from_word("A2"), None);
        assert_eq!(ActionRef::from_word("1-A2-3"), None);
    }

    #[test]
    fn what_somebody_patches_is_done_in_an_order_that_works() {
        let patch = ActionPatch {
            state: Some("done".to_owned()),
            because: Some("the replay fires".to_owned()),
            owner: Some("Lea".to_owned()),
            by: Some("Tom".to_owned()),
            ..ActionPatch::default()
        };
        let orders = patch.read(2).unwrap();
        assert!(matches!(
            orders.commands.as_slice(),
            [
                Command::After(AfterCommand::ChangeAction { action: 2, .. }),
                Command::After(AfterCommand::FinishAction { action: 2, .. })
            ]
        ));
        let silent = ActionPatch { because: None, ..patch.clone() };
        assert!(silent.read(2).unwrap_err().0.contains("how it is known"));
        let nothing = ActionPatch { by: patch.by.clone(), ..ActionPatch::default() };
        assert!(nothing.read(2).unwrap_err().0.contains("say what is to be other"));
    }

    #[test]
    fn day_is_over_when_it_ends() {
        assert_eq!(rfc3339(due("2026-12-04").unwrap()), "2026-12-04T23:59:59.000Z");
        assert_eq!(rfc3339(due("2026-12-04T10:00:00Z").unwrap()), "2026-12-04T10:00:00.000Z");
        assert!(due("next week").unwrap_err().0.contains("is no time"));
        assert!(due("").unwrap_err().0.contains("due is missing"));
    }
}
