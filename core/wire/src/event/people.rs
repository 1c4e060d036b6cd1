//! Events of an incident, to the words that are kept and back.
//!
//! What was recorded was checked then; what cannot be read any more, because a newer version wrote it or
//! a bit flipped, is an error here and not a guess.

use super::{EventV1, WhatV1};
use crate::AfterV1;
use crate::WireError;
use hw_incident::{
    Author, Event, Finding, Moment, Move, Name, NoteKind, Revision, Role, SeverityLevel, Status,
    Text, What, Written,
};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};

impl EventV1 {
    /// An event of an incident that people, or Highwater following its figures, decided.
    #[must_use]
    pub fn of_incident(incident: IncidentId, event: &Event) -> Self {
        let what = match &event.what {
            What::Found(_) => None,
            What::Moved(moved) => Some(moved_v1(moved)),
            What::Written(written) => Some(written_v1(written)),
            What::Revised(revision) => Some(revision_v1(revision)),
            What::After(after) => Some(WhatV1::After { did: AfterV1::of(after) }),
        };
        Self {
            at: event.happened_at.0,
            incident: Some(incident.0),
            by: name_v1(&event.by),
            what: what.expect("invariant: what Highwater finds is said by the engine"),
        }
    }

    /// What this event means to its incident.
    ///
    /// # Errors
    ///
    /// If its words are of no known kind.
    pub fn occurrence(&self) -> Result<Event, WireError> {
        Ok(Event {
            happened_at: Timestamp(self.at),
            by: author(self.by.as_ref()),
            what: self.what.meaning()?,
        })
    }
}

fn name_v1(author: &Author) -> Option<String> {
    match author {
        Author::Highwater => None,
        Author::Person(name) | Author::Program(name) => Some(name.to_string()),
    }
}

fn author(name: Option<&String>) -> Author {
    name.map_or(Author::Highwater, |name| Author::named(Name::recorded(name)))
}

fn text_v1(text: &Text) -> String {
    text.as_str().to_owned()
}

fn some_v1(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(text_v1)
}

fn moved_v1(moved: &Move) -> WhatV1 {
    match moved {
        Move::Opened { title, is_declared } => {
            WhatV1::IncidentOpened { title: text_v1(title), is_declared: *is_declared }
        }
        Move::Titled { title } => WhatV1::TitleSet { title: text_v1(title) },
        Move::StatusSet { status, reason } => {
            WhatV1::StatusSet { status: status.word().to_owned(), reason: some_v1(reason) }
        }
        Move::SeveritySet { severity, reason } => {
            WhatV1::SeveritySet { severity: severity.word().to_owned(), reason: some_v1(reason) }
        }
        Move::RoleTaken { role, person } => {
            WhatV1::RoleTaken { role: role.word().to_owned(), person: person.to_string() }
        }
        Move::RoleLeft { role, person } => {
            WhatV1::RoleLeft { role: role.word().to_owned(), person: person.to_string() }
        }
        Move::Corrected { moment, at, reason } => WhatV1::TimeCorrected {
            moment: moment.word().to_owned(),
            to: at.0,
            reason: text_v1(reason),
        },
        Move::Restricted { to } => {
            WhatV1::Restricted { to: to.iter().map(ToString::to_string).collect() }
        }
        Move::RestrictionLifted => WhatV1::RestrictionLifted,
        Move::WaitOver { wait, condition } => {
            WhatV1::WaitOver { wait: *wait, condition: text_v1(condition) }
        }
        Move::UpdateOverdue { due, by } => {
            WhatV1::UpdateOverdue { due: due.0, promised_by: name_v1(by) }
        }
        Move::MergedInto { into, reason } => {
            WhatV1::IncidentMerged { into: into.0, reason: some_v1(reason) }
        }
    }
}

fn written_v1(written: &Written) -> WhatV1 {
    match written {
        Written::Noted { kind, text } => {
            WhatV1::Noted { note_kind: kind.word().to_owned(), text: text_v1(text) }
        }
        Written::Reported { text, service, found } => WhatV1::Reported {
            text: text_v1(text),
            service: service.as_ref().map(ToString::to_string),
            found: found.clone(),
        },
        Written::HypothesisOpened { text, change } => {
            WhatV1::HypothesisOpened { text: text_v1(text), change: change.map(|id| id.0) }
        }
        Written::HypothesisRuledOut { hypothesis, fact } => {
            WhatV1::HypothesisRuledOut { hypothesis: *hypothesis, fact: text_v1(fact) }
        }
        Written::MitigationBegun { text, change, expected } => WhatV1::MitigationBegun {
            text: text_v1(text),
            change: change.map(|id| id.0),
            expected: some_v1(expected),
        },
        Written::Checked { mitigation, effect, text } => WhatV1::MitigationChecked {
            mitigation: *mitigation,
            effect: effect.word().to_owned(),
            text: text_v1(text),
        },
        Written::HandedOver { team, text } => {
            WhatV1::HandedOver { team: team.to_string(), text: text_v1(text) }
        }
        Written::UpdatePromised { due } => WhatV1::UpdatePromised { due: due.0 },
        Written::WaitBegun { condition, until } => {
            WhatV1::WaitBegun { condition: text_v1(condition), until: until.0 }
        }
    }
}

fn revision_v1(revision: &Revision) -> WhatV1 {
    match revision {
        Revision::Amended { entry, text, at, reason } => WhatV1::Amended {
            entry: *entry,
            text: some_v1(text),
            when: at.map(|at| at.0),
            reason: some_v1(reason),
        },
        Revision::Pinned { entry } => WhatV1::Pinned { entry: *entry },
        Revision::Unpinned { entry } => WhatV1::Unpinned { entry: *entry },
    }
}

/// A word of a closed list.
fn known<T>(what: &str, word: &str, find: impl Fn(&str) -> Option<T>) -> Result<T, WireError> {
    find(word).ok_or_else(|| WireError::broken(format!("{word} is no {what}")))
}

fn text(text: &str) -> Text {
    Text::recorded(text)
}

fn some(text: &Option<String>) -> Option<Text> {
    text.as_ref().map(Text::recorded)
}

impl WhatV1 {
    fn meaning(&self) -> Result<What, WireError> {
        let found = |finding| Ok(What::Found(finding));
        match self {
            Self::ChangeFound { .. }
            | Self::ShiftEnded { .. }
            | Self::ShiftAccepted { .. }
            | Self::ShiftSettled { .. }
            | Self::OriginNamed { .. }
            | Self::VerdictChanged { .. }
            | Self::RepairSeen { .. }
            | Self::Audit { .. } => found(Finding::Said),
            Self::ShiftDetected { onset_at, onset_from, .. } => found(Finding::ShiftDetected {
                onset_at: Timestamp(*onset_at),
                onset_from: Timestamp(*onset_from),
            }),
            Self::EffectKnown { change, effect, .. } => found(Finding::EffectKnown {
                change: ChangeId(*change),
                effect: known("effect", effect, Effect::from_word)?,
            }),
            Self::IncidentEnded => found(Finding::Recovered),
            Self::IncidentMerged { .. }
            | Self::IncidentOpened { .. }
            | Self::TitleSet { .. }
            | Self::StatusSet { .. }
            | Self::SeveritySet { .. }
            | Self::RoleTaken { .. }
            | Self::RoleLeft { .. }
            | Self::Restricted { .. }
            | Self::RestrictionLifted
            | Self::WaitOver { .. }
            | Self::UpdateOverdue { .. }
            | Self::TimeCorrected { .. } => self.moved().map(What::Moved),
            Self::Noted { .. }
            | Self::Reported { .. }
            | Self::HypothesisOpened { .. }
            | Self::HypothesisRuledOut { .. }
            | Self::MitigationBegun { .. }
            | Self::MitigationChecked { .. }
            | Self::HandedOver { .. }
            | Self::UpdatePromised { .. }
            | Self::WaitBegun { .. } => self.written().map(What::Written),
            Self::Amended { entry, text, when, reason } => Ok(What::Revised(Revision::Amended {
                entry: *entry,
                text: some(text),
                at: when.map(Timestamp),
                reason: some(reason),
            })),
            Self::After { did } => did.meaning().map(What::After),
            Self::Pinned { entry } => Ok(What::Revised(Revision::Pinned { entry: *entry })),
            Self::Unpinned { entry } => Ok(What::Revised(Revision::Unpinned { entry: *entry })),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`meaning` names every variant")]
    fn moved(&self) -> Result<Move, WireError> {
        let role = |word: &str| known("role", word, Role::from_word);
        Ok(match self {
            Self::IncidentOpened { title, is_declared } => {
                Move::Opened { title: text(title), is_declared: *is_declared }
            }
            Self::TitleSet { title } => Move::Titled { title: text(title) },
            Self::StatusSet { status, reason } => Move::StatusSet {
                status: known("status", status, Status::from_word)?,
                reason: some(reason),
            },
            Self::SeveritySet { severity, reason } => Move::SeveritySet {
                severity: known("severity", severity, SeverityLevel::from_word)?,
                reason: some(reason),
            },
            Self::RoleTaken { role: word, person } => {
                Move::RoleTaken { role: role(word)?, person: Name::recorded(person) }
            }
            Self::RoleLeft { role: word, person } => {
                Move::RoleLeft { role: role(word)?, person: Name::recorded(person) }
            }
            Self::TimeCorrected { moment, to, reason } => Move::Corrected {
                moment: known("time of an incident", moment, Moment::from_word)?,
                at: Timestamp(*to),
                reason: text(reason),
            },
            Self::Restricted { to } => {
                Move::Restricted { to: to.iter().map(Name::recorded).collect() }
            }
            Self::RestrictionLifted => Move::RestrictionLifted,
            Self::WaitOver { wait, condition } => {
                Move::WaitOver { wait: *wait, condition: text(condition) }
            }
            Self::UpdateOverdue { due, promised_by } => {
                Move::UpdateOverdue { due: Timestamp(*due), by: author(promised_by.as_ref()) }
            }
            Self::IncidentMerged { into, reason } => {
                Move::MergedInto { into: IncidentId(*into), reason: some(reason) }
            }
            other => return Err(WireError::broken(format!("{other:?} moves nothing"))),
        })
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "`meaning` names every variant")]
    fn written(&self) -> Result<Written, WireError> {
        Ok(match self {
            Self::Noted { note_kind, text: words } => Written::Noted {
                kind: known("kind of note", note_kind, NoteKind::from_word)?,
                text: text(words),
            },
            Self::Reported { text: words, service, found } => Written::Reported {
                text: text(words),
                service: service.as_ref().map(Name::recorded),
                found: found.clone(),
            },
            Self::HypothesisOpened { text: words, change } => {
                Written::HypothesisOpened { text: text(words), change: change.map(ChangeId) }
            }
            Self::HypothesisRuledOut { hypothesis, fact } => {
                Written::HypothesisRuledOut { hypothesis: *hypothesis, fact: text(fact) }
            }
            Self::MitigationBegun { text: words, change, expected } => Written::MitigationBegun {
                text: text(words),
                change: change.map(ChangeId),
                expected: some(expected),
            },
            Self::MitigationChecked { mitigation, effect, text: words } => Written::Checked {
                mitigation: *mitigation,
                effect: known("effect", effect, Effect::from_word)?,
                text: text(words),
            },
            Self::HandedOver { team, text: words } => {
                Written::HandedOver { team: Name::recorded(team), text: text(words) }
            }
            Self::UpdatePromised { due } => Written::UpdatePromised { due: Timestamp(*due) },
            Self::WaitBegun { condition, until } => {
                Written::WaitBegun { condition: text(condition), until: Timestamp(*until) }
            }
            other => return Err(WireError::broken(format!("{other:?} is no entry"))),
        })
    }
}
