//! What happens after an incident, as it is kept: action items, the review, frozen figures.

use crate::WireError;
use hw_incident::{ActionChange, ActionItem, ActionKind, After, Name, ReviewStatus, Text};
use hw_model::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum AfterV1 {
    /// Somebody is to do something.
    ActionAdded {
        /// Its number in the incident.
        action: u32,
        /// investigate, mitigate, repair, detect, prevent, process.
        action_kind: String,
        /// What.
        text: String,
        /// Who.
        owner: String,
        /// Until when.
        due: i64,
        /// How it is known that it is done.
        done_when: String,
    },
    /// It is another now.
    ActionChanged {
        /// Which.
        action: u32,
        /// What it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action_kind: Option<String>,
        /// What.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<i64>,
        /// How it is known that it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done_when: Option<String>,
    },
    /// It is done.
    ActionDone {
        /// Which.
        action: u32,
        /// How that is known.
        how: String,
    },
    /// It will not be done.
    ActionDeclined {
        /// Which.
        action: u32,
        /// Why.
        reason: String,
    },
    /// It is to be done after all.
    ActionReopened {
        /// Which.
        action: u32,
        /// Why.
        reason: String,
    },
    /// It stands in a tracker, too.
    ActionTracked {
        /// Which.
        action: u32,
        /// Where.
        url: String,
    },
    /// An issue is to be opened for it.
    IssueWanted {
        /// Which.
        action: u32,
        /// In which tracker.
        tracker: String,
    },
    /// So its issue stands.
    IssueStood {
        /// Which.
        action: u32,
        /// Where it was opened, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Whether it is open.
        is_open: bool,
    },
    /// Its owner was reminded.
    ActionNudged {
        /// Which.
        action: u32,
        /// When it was due.
        due: i64,
        /// How often, with this.
        n: u32,
    },
    /// Somebody wrote a section of the post mortem.
    SectionWritten {
        /// Which.
        section: String,
        /// What it says; none if Highwater's draft is to stand there again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The review stands elsewhere.
    ReviewMoved {
        /// draft, `in_review`, reviewed, closed.
        to: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// What was counted around the incident is kept.
    FiguresFrozen {
        /// As JSON of the API.
        figures: String,
    },
    /// Somebody was reminded of the review.
    ReviewNudged {
        /// When it was due.
        due: i64,
        /// How often, with this.
        n: u32,
        /// Who led the incident.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lead: Option<String>,
    },
}

impl AfterV1 {
    pub(crate) fn of(after: &After) -> Self {
        let some = |text: &Option<Text>| text.as_ref().map(ToString::to_string);
        match after {
            After::ActionAdded { action, item } => Self::ActionAdded {
                action: *action,
                action_kind: item.kind.word().to_owned(),
                text: item.text.to_string(),
                owner: item.owner.to_string(),
                due: item.due.0,
                done_when: item.done_when.to_string(),
            },
            After::ActionChanged { action, change } => Self::ActionChanged {
                action: *action,
                action_kind: change.kind.map(|kind| kind.word().to_owned()),
                text: some(&change.text),
                owner: change.owner.as_ref().map(ToString::to_string),
                due: change.due.map(|due| due.0),
                done_when: some(&change.done_when),
            },
            After::ActionDone { action, how } => {
                Self::ActionDone { action: *action, how: how.to_string() }
            }
            After::ActionDeclined { action, reason } => {
                Self::ActionDeclined { action: *action, reason: reason.to_string() }
            }
            After::ActionReopened { action, reason } => {
                Self::ActionReopened { action: *action, reason: reason.to_string() }
            }
            After::ActionTracked { action, url } => {
                Self::ActionTracked { action: *action, url: url.to_string() }
            }
            After::IssueWanted { action, tracker } => {
                Self::IssueWanted { action: *action, tracker: tracker.to_string() }
            }
            After::IssueStood { action, url, is_open } => {
                Self::IssueStood { action: *action, url: some(url), is_open: *is_open }
            }
            After::ActionNudged { action, due, n } => {
                Self::ActionNudged { action: *action, due: due.0, n: *n }
            }
            After::SectionWritten { section, text } => {
                Self::SectionWritten { section: section.to_string(), text: some(text) }
            }
            After::ReviewMoved { to, reason } => {
                Self::ReviewMoved { to: to.word().to_owned(), reason: some(reason) }
            }
            After::FiguresFrozen { figures } => Self::FiguresFrozen { figures: figures.clone() },
            After::ReviewNudged { due, n, lead } => {
                let lead = lead.as_ref().map(ToString::to_string);
                Self::ReviewNudged { due: due.0, n: *n, lead }
            }
        }
    }

    pub(crate) fn meaning(&self) -> Result<After, WireError> {
        let text = |text: &String| Text::recorded(text);
        Ok(match self {
            Self::ActionAdded { action, action_kind, text: words, owner, due, done_when } => {
                let item = ActionItem {
                    kind: kind(action_kind)?,
                    text: text(words),
                    owner: Name::recorded(owner),
                    due: Timestamp(*due),
                    done_when: text(done_when),
                };
                After::ActionAdded { action: *action, item }
            }
            Self::ActionChanged { action, action_kind, text: words, owner, due, done_when } => {
                let change = ActionChange {
                    kind: action_kind.as_deref().map(kind).transpose()?,
                    text: words.as_ref().map(text),
                    owner: owner.as_ref().map(Name::recorded),
                    due: due.map(Timestamp),
                    done_when: done_when.as_ref().map(text),
                };
                After::ActionChanged { action: *action, change }
            }
            Self::ActionDone { action, how } => {
                After::ActionDone { action: *action, how: text(how) }
            }
            Self::ActionDeclined { action, reason } => {
                After::ActionDeclined { action: *action, reason: text(reason) }
            }
            Self::ActionReopened { action, reason } => {
                After::ActionReopened { action: *action, reason: text(reason) }
            }
            Self::ActionTracked { action, url } => {
                After::ActionTracked { action: *action, url: text(url) }
            }
            Self::IssueWanted { action, tracker } => {
                After::IssueWanted { action: *action, tracker: Name::recorded(tracker) }
            }
            Self::IssueStood { action, url, is_open } => After::IssueStood {
                action: *action,
                url: url.as_ref().map(text),
                is_open: *is_open,
            },
            Self::ActionNudged { action, due, n } => {
                After::ActionNudged { action: *action, due: Timestamp(*due), n: *n }
            }
            Self::SectionWritten { section, text: words } => After::SectionWritten {
                section: Name::recorded(section),
                text: words.as_ref().map(text),
            },
            Self::ReviewMoved { to, reason } => After::ReviewMoved {
                to: ReviewStatus::from_word(to)
                    .ok_or_else(|| WireError::broken(format!("{to} is no status of a review")))?,
                reason: reason.as_ref().map(text),
            },
            Self::FiguresFrozen { figures } => After::FiguresFrozen { figures: figures.clone() },
            Self::ReviewNudged { due, n, lead } => {
                let lead = lead.as_ref().map(Name::recorded);
                After::ReviewNudged { due: Timestamp(*due), n: *n, lead }
            }
        })
    }
}

fn kind(word: &str) -> Result<ActionKind, WireError> {
    ActionKind::from_word(word)
        .ok_or_else(|| WireError::broken(format!("{word} is no kind of action item")))
}
