//! What others are told of an incident: made with the events it tells of, in their group, so that
//! neither is there without the other.
//!
//! An incident that needs somebody is firing for whoever is told of it; one whose harm has stopped is
//! resolved. Events that would not make anybody look up are not told.

use super::brief::{ended, first_letter_up, sentences};
use super::story::words;
use hw_api::{Change, Incident, IncidentRecord};
use hw_incident::{Moment, RULES, Record, Status};
use hw_model::{ChangeId, IncidentId, ShiftId};
use hw_notify::{Kind, Notice};
use hw_store::{Group, Kind as Stored, WriteError};
use hw_wire::{AfterV1, EventV1, WhatV1};
use std::collections::BTreeMap;

/// What happened to one incident in one breath.
pub(super) struct News {
    incident: IncidentId,
    was_open: bool,
    events: Vec<(u64, EventV1)>,
}

impl News {
    /// Of an incident whose record stood like this before.
    pub(super) fn of(before: &Record) -> Self {
        Self { incident: before.id, was_open: needs_somebody(before), events: Vec::new() }
    }

    /// Which incident.
    pub(super) const fn incident(&self) -> IncidentId {
        self.incident
    }

    /// This happened, and has this number in its incident.
    pub(super) fn add(&mut self, seq: u64, event: &EventV1) {
        self.events.push((seq, event.clone()));
    }

    /// What is told of it, if it is worth telling, now that the record stands like this.
    pub(super) fn notice(
        &self,
        group: &Group<'_>,
        record: &Record,
    ) -> Result<Option<Notice>, WriteError> {
        let Some((seq, last)) = self.events.last() else { return Ok(None) };
        if record.restricted_to.is_some() {
            return Ok(self.veiled(record, (*seq, last.at)));
        }
        let state = state_of::<Incident>(group, Stored::Incident, self.incident.0)?;
        let incident =
            Incident { record: Some(IncidentRecord::from(record)), ..state.unwrap_or_default() };
        let changes = changes_of(group, &incident)?;
        let Some(kind) = self.kind(record, &changes) else { return Ok(None) };
        let times = &record.times;
        let began = [Moment::Started, Moment::Noticed, Moment::Detected, Moment::Declared];
        let over = [Moment::Mitigated, Moment::Resolved, Moment::Closed];
        let ended_at = over.into_iter().find_map(|moment| times.get(moment));
        let is_over = !needs_somebody(record);
        Ok(Some(Notice {
            key: format!("{}/{seq}", self.incident),
            thread: self.incident.to_string(),
            kind,
            title: title(record, &incident),
            severity: record.severity,
            lines: self.lines(kind, incident.clone(), &changes),
            service: self.service(group, &incident)?,
            labels: BTreeMap::new(),
            started_at: began.into_iter().find_map(|m| times.get(m)).map_or(last.at, |at| at.0),
            at: last.at,
            ended_at: is_over.then(|| ended_at.map_or(last.at, |at| at.0)),
            link: None,
            folded: 0,
        }))
    }

    /// Whoever is told cannot be asked whether they may read it: they hear that it is there, or over.
    fn veiled(&self, record: &Record, (seq, at): (u64, i64)) -> Option<Notice> {
        let news: Vec<&str> =
            self.events.iter().filter_map(|(_, event)| veiled_news(&event.what)).collect();
        let kind = self.kind(record, &BTreeMap::new())?;
        if kind == Kind::Update && news.is_empty() {
            return None;
        }
        let mut notice = Notice {
            key: format!("{}/{seq}", self.incident),
            thread: self.incident.to_string(),
            kind,
            title: String::new(),
            severity: record.severity,
            lines: Vec::new(),
            service: String::new(),
            labels: BTreeMap::new(),
            started_at: at,
            at,
            ended_at: (kind == Kind::Resolved).then_some(at),
            link: None,
            folded: 0,
        };
        veil(self.incident, &mut notice);
        let first = news.iter().map(|line| (*line).to_owned());
        notice.lines = first.chain(std::mem::take(&mut notice.lines)).collect();
        Some(notice)
    }

    fn kind(&self, record: &Record, changes: &BTreeMap<u32, Change>) -> Option<Kind> {
        match (self.was_open, needs_somebody(record)) {
            (false, true) => Some(Kind::Firing),
            (true, false) => Some(Kind::Resolved),
            (true, true) | (false, false) => {
                let mut events = self.events.iter();
                events.any(|(_, event)| is_news(event, changes)).then_some(Kind::Update)
            }
        }
    }

    /// What is new, then where the incident stands, then where to read on.
    fn lines(
        &self,
        kind: Kind,
        mut incident: Incident,
        changes: &BTreeMap<u32, Change>,
    ) -> Vec<String> {
        let mut name = |number: u32| changes.get(&number).map(Change::name);
        let is_told = |event: &EventV1| {
            is_news(event, changes) || (kind == Kind::Firing && begins(&event.what))
        };
        let mut lines: Vec<String> = Vec::new();
        for (_, event) in self.events.iter().filter(|(_, event)| is_told(event)) {
            let said = ended(&words(&event.what, &mut name));
            lines.push(match &event.by {
                Some(by) => format!("{by}: {said}"),
                None => first_letter_up(&said),
            });
        }
        incident.id = self.incident.to_string();
        let mut change = |id: &str| {
            let known = ChangeId::from_word(id).and_then(|id| changes.get(&id.0));
            known.map_or_else(|| id.to_owned(), |change| format!("{} ({id})", change.name()))
        };
        // The first sentence says what the title says.
        for standing in sentences(&incident, &mut change).into_iter().skip(1) {
            if !lines.contains(&standing) {
                lines.push(standing);
            }
        }
        lines.push(format!("Read on: highwater incident show {}", self.incident));
        lines
    }

    /// The service it is about: that of its first shift, or what people said. The likeliest origin may
    /// change from hour to hour, and Alertmanager knows an alert by this name.
    fn service(&self, group: &Group<'_>, incident: &Incident) -> Result<String, WriteError> {
        let first = incident.shifts.first().and_then(|id| ShiftId::from_word(id));
        let Some(ShiftId(number)) = first else {
            return Ok(self.reported_service().unwrap_or_default());
        };
        let shift = state_of::<hw_api::Shift>(group, Stored::Shift, number)?;
        Ok(shift.map(|shift| shift.service).unwrap_or_default())
    }

    fn reported_service(&self) -> Option<String> {
        self.events.iter().find_map(|(_, event)| {
            let WhatV1::Reported { service, .. } = &event.what else { return None };
            service.clone()
        })
    }
}

/// Takes out of a notice whatever only some may read.
pub(super) fn veil(incident: IncidentId, notice: &mut Notice) {
    notice.title = format!("{incident} is restricted to some people");
    notice.lines = vec![format!(
        "If you are one of them: highwater incident show {incident}. For all others it is not there."
    )];
}

/// What is told of a restricted incident, in words that say nothing of it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not named here is for those who may read it"
)]
fn veiled_news(what: &WhatV1) -> Option<&'static str> {
    Some(match what {
        WhatV1::Restricted { .. } => "It was restricted.",
        WhatV1::WaitOver { .. } => "A time to wait is over: somebody has to look.",
        WhatV1::UpdateOverdue { .. } => "A promised word has not come.",
        WhatV1::SeveritySet { .. } => "Its severity was set.",
        WhatV1::After { did: AfterV1::ActionNudged { .. } } => {
            "An action item was due, and is open."
        }
        WhatV1::After { did: AfterV1::ReviewNudged { .. } } => {
            "The review of its post mortem was due, and is open."
        }
        WhatV1::HandedOver { .. } => "It was handed over.",
        _ => return None,
    })
}

/// The changes that are spoken of.
fn changes_of(group: &Group<'_>, incident: &Incident) -> Result<BTreeMap<u32, Change>, WriteError> {
    let judged = incident.changes.iter().map(|judgement| &judgement.change);
    let tried = incident.mitigations.iter().map(|attempt| &attempt.change);
    let mut changes = BTreeMap::new();
    for ChangeId(number) in judged.chain(tried).filter_map(|id| ChangeId::from_word(id)) {
        if let Some(change) = state_of::<Change>(group, Stored::Change, number)? {
            changes.insert(number, change);
        }
    }
    Ok(changes)
}

/// Whether the harm may still go on.
const fn needs_somebody(record: &Record) -> bool {
    record.seq > 0 && matches!(record.status, Status::Triage | Status::Active)
}

fn title(record: &Record, incident: &Incident) -> String {
    match &record.title {
        Some(title) => title.to_string(),
        None if incident.title.is_empty() => record.id.to_string(),
        None => incident.title.clone(),
    }
}

/// Whether an event begins an incident; later ones of its kind are folded into it.
const fn begins(what: &WhatV1) -> bool {
    matches!(what, WhatV1::ShiftDetected { .. })
}

/// Whether somebody who does not work on the incident wants to hear of it.
#[expect(clippy::wildcard_enum_match_arm, reason = "what is not named here stays in the record")]
fn is_news(event: &EventV1, changes: &BTreeMap<u32, Change>) -> bool {
    // That an attempt to help came after the harm began is known without us.
    let helps = |number: &u32| {
        changes
            .get(number)
            .is_some_and(|change| ["rollback", "restart"].contains(&change.kind.as_str()))
    };
    match &event.what {
        WhatV1::OriginNamed { .. }
        | WhatV1::RepairSeen { .. }
        | WhatV1::IncidentOpened { .. }
        | WhatV1::IncidentMerged { .. }
        | WhatV1::TitleSet { .. }
        | WhatV1::StatusSet { .. }
        | WhatV1::SeveritySet { .. }
        | WhatV1::HandedOver { .. }
        | WhatV1::HypothesisRuledOut { .. }
        | WhatV1::MitigationBegun { .. }
        | WhatV1::MitigationChecked { .. }
        | WhatV1::UpdatePromised { .. }
        | WhatV1::Restricted { .. }
        | WhatV1::WaitBegun { .. }
        | WhatV1::WaitOver { .. }
        | WhatV1::UpdateOverdue { .. }
        | WhatV1::Reported { .. } => true,
        WhatV1::VerdictChanged { change, verdict, .. } => {
            verdict == "implicated" || (verdict == "exonerated" && !helps(change))
        }
        WhatV1::EffectKnown { effect, .. } => effect != "undecided",
        WhatV1::RoleTaken { role, .. } => role == "lead",
        WhatV1::After { did } => {
            matches!(did, AfterV1::ActionNudged { .. } | AfterV1::ReviewNudged { .. })
        }
        // That a rule is over is told to whoever was told that it fires.
        WhatV1::Noted { note_kind, .. } => {
            ["communication", "decision"].contains(&note_kind.as_str())
                || event.by.as_deref() == Some(RULES)
        }
        _ => false,
    }
}

/// The present words of something; nothing if they are damaged, which `verify` says.
fn state_of<T: serde::de::DeserializeOwned>(
    group: &Group<'_>,
    kind: Stored,
    number: u32,
) -> Result<Option<T>, WriteError> {
    let body = group.state(kind, number)?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}
