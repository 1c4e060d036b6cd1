//! What people do in incidents: decided and made durable by the writer, then shown.

use super::{Answers, PATIENCE, later};
use crate::server::book::Done;
use crate::server::orders::{CommandKind, Decide, Ordered, ToWriter, Undecided};
use hw_api::{DoneAnswer, Entry, Incident, Opened, Orders, ReportAnswer, Reported, rfc3339};
use hw_engine::Near;
use hw_incident::{Author, Command, Event, Moment, Name, Record, Refusal, Text, Timing};
use hw_model::{IncidentId, Timestamp};
use hw_store::StoredEvent;
use hw_web::{Answered, Failure};
use hw_wire::WhatV1;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Events of an incident that are read at most: more than it can have of people, and many of ours.
pub(super) const EVENTS_MAX: u32 = 50_000;

/// Clocks of two machines differ by some seconds.
const AHEAD_S: f64 = 60.0;

/// Letters of a title that is made of a report.
const TITLE_MAX: usize = 120;

/// Deviations that are told with a report.
const NEAR_MAX: usize = 5;

impl Answers {
    /// Opens an incident.
    pub(super) fn open_incident(
        &self,
        opened: &Opened,
        key: Option<&str>,
    ) -> Answered<Option<DoneAnswer>> {
        // What would be refused afterwards is refused before anything is opened.
        let now = self.time_now()?;
        if let Some(at) = opened.at.filter(|at| *at > now.plus_s(AHEAD_S)) {
            let refusal = Refusal::Timing(Timing::Future { at, now });
            return Err(Failure::Conflict(refusal.words(&rfc3339)));
        }
        let (title, by) = (opened.title.to_string(), opened.by.to_string());
        let id = self.open(CommandKind::Open { title, by, is_declared: true }, key)?;
        if !self.may_read(id, &opened.by)? {
            // Opened before with this key, and restricted since.
            return Ok(None);
        }
        let severity =
            opened.severity.map(|to| Command::SetSeverity { to, was: None, reason: None });
        let started = opened.at.map(|to| Command::Correct {
            moment: Moment::Started,
            to: to.min(now),
            reason: Text::recorded("as was said when it was opened"),
        });
        let commands: Vec<Command> = severity.into_iter().chain(started).collect();
        if commands.is_empty() {
            let entries = self.entry_list(id.0, 0, 1)?;
            let incident = self.incident_words(id.0)?;
            return Ok(incident.map(|incident| DoneAnswer { incident, entries, warning: None }));
        }
        let by = Author::named(opened.by.clone());
        self.order_done(id, Orders { by, at: None, commands }, key)
    }

    /// Whether a person may read an incident, as far as its restriction goes.
    fn may_read(&self, id: IncidentId, person: &Name) -> Answered<bool> {
        let incident = self.incident_words(id.0)?;
        let readers = incident.and_then(|incident| incident.record?.restricted_to);
        Ok(readers.is_none_or(|readers| readers.contains(&person.to_string())))
    }

    /// Has the engine give a number to an incident.
    fn open(&self, opening: CommandKind, key: Option<&str>) -> Answered<IncidentId> {
        let CommandKind::Open { title, .. } = opening.clone() else { return Err(key_used()) };
        if self.time_now()? == Timestamp(i64::MIN) {
            return Err(Failure::Invalid(
                "before the first record the data's clock says no time: send data first".to_owned(),
            ));
        }
        let key = key.map(|key| format!("open {key}"));
        let Ordered { step, .. } = self.append(opening, key)?;
        self.ask(step, |_| ())?;
        self.show()?;
        let events = self.read(|reader| Ok(reader.events_of_step(step, 10)?))?;
        let opened = events.iter().find_map(|stored| {
            let WhatV1::IncidentOpened { title, .. } = &stored.event.what else { return None };
            Some((stored.event.incident?, title.clone()))
        });
        match opened {
            Some((number, known)) if known == title => Ok(IncidentId(number)),
            Some(_) => Err(key_used()),
            None => {
                Err(later("it is durable, and cannot be shown yet: look again later".to_owned()))
            }
        }
    }

    /// Does what is wanted in an incident. `None` if there is none.
    pub(super) fn order_done(
        &self,
        incident: IncidentId,
        orders: Orders,
        key: Option<&str>,
    ) -> Answered<Option<DoneAnswer>> {
        let key = key.map(|key| format!("{incident} {key}"));
        self.done(incident, orders, key)
    }

    pub(in crate::server) fn done(
        &self,
        incident: IncidentId,
        orders: Orders,
        key: Option<String>,
    ) -> Answered<Option<DoneAnswer>> {
        let orders = self.tracked(incident, orders)?;
        let Some(seqs) = self.decided(incident, orders, key)? else { return Ok(None) };
        let Some(words) = self.incident_words(incident.0)? else { return Ok(None) };
        let (Some(first), Some(last)) = (seqs.first(), seqs.last()) else {
            return Ok(Some(DoneAnswer { incident: words, entries: Vec::new(), warning: None }));
        };
        let n = u32::try_from(last - first + 1).unwrap_or(u32::MAX);
        let entries = self.entry_list(incident.0, first - 1, n)?;
        Ok(Some(DoneAnswer { incident: words, entries, warning: None }))
    }

    fn decided(
        &self,
        incident: IncidentId,
        orders: Orders,
        idempotency_key: Option<String>,
    ) -> Answered<Option<Vec<u64>>> {
        let Orders { by, at, commands } = orders;
        let (reply, answer) = oneshot::channel();
        let decide = Decide { incident, by, at, commands, idempotency_key, reply };
        let ending = || later("the server is ending".to_owned());
        self.writer.send(ToWriter::Decide(decide)).map_err(|_| ending())?;
        match self.runtime.block_on(async { timeout(PATIENCE, answer).await }) {
            Ok(Ok(Ok(seqs))) => Ok(Some(seqs)),
            Ok(Ok(Err(Undecided::Unknown))) => Ok(None),
            Ok(Ok(Err(Undecided::Refused(refusal)))) => {
                Err(Failure::Conflict(format!("{incident}: {}", refusal.words(&rfc3339))))
            }
            Ok(Ok(Err(Undecided::NoTarget(into)))) => Err(Failure::Conflict(format!(
                "{into} is not there to be merged into, or is part of another"
            ))),
            Ok(Ok(Err(Undecided::KeyUsed))) => Err(key_used()),
            Ok(Ok(Err(Undecided::Failed(why)))) => Err(later(format!("it was not taken: {why}"))),
            Ok(Err(_)) => Err(ending()),
            Err(_) => Err(later(
                "the disk is slow: it is not known whether it was taken. Send it again with the same \
                 Idempotency-Key"
                    .to_owned(),
            )),
        }
    }

    /// Takes a report: answers what deviates near it, and puts it into an incident. `None` if it names
    /// one that is not there.
    pub(super) fn take_report(
        &self,
        reported: Reported,
        key: Option<&str>,
    ) -> Answered<Option<ReportAnswer>> {
        let service = reported.service.as_ref().map(ToString::to_string);
        let asked = service.clone();
        let Near { is_heard, n_compared, deviations } =
            self.ask(0, move |engine| engine.near(asked.as_deref(), NEAR_MAX))?;
        let near: Vec<String> =
            deviations.iter().map(super::super::story::deviation_words).collect();
        let warning = service.as_ref().filter(|_| !is_heard).map(|service| {
            format!("no service \"{service}\" was heard yet, so all services were looked at")
        });
        let report_key = key.map(|key| format!("report {key}"));
        let incident = match self.reported_before(report_key.as_deref())?.or(reported.incident) {
            Some(incident) => incident,
            None => match self.related(service.as_deref())? {
                Some(incident) => incident,
                None => self.open_for(&reported, key)?,
            },
        };
        let report =
            Command::Report { text: reported.text, service: reported.service, found: near.clone() };
        let by = Author::named(reported.by);
        let orders = Orders { by, at: reported.at, commands: vec![report] };
        let Some(done) = self.done(incident, orders, report_key)? else { return Ok(None) };
        let DoneAnswer { incident: words, mut entries, .. } = done;
        let first = self.entry_list(incident.0, 0, 1)?;
        let is_watched = first.first().is_some_and(|first| {
            first.kind == "incident_opened" && first.value.as_deref() == Some("triage")
        });
        let compared = n_compared as u64;
        Ok(entries.pop().map(|entry| ReportAnswer {
            incident: words,
            // What is watched because of a report, has it next.
            opened: is_watched && entry.seq == Some(2),
            entry,
            near,
            compared,
            warning,
        }))
    }

    /// The incident in which a report with this key stands, if it was sent before.
    pub(super) fn reported_before(&self, key: Option<&str>) -> Answered<Option<IncidentId>> {
        let Some(key) = key else { return Ok(None) };
        let row = self.read(|reader| Ok(reader.row_of_key(key)?))?;
        Ok(row.and_then(|row| Done::read(&row).ok()).map(|done| IncidentId(done.incident)))
    }

    fn open_for(&self, reported: &Reported, key: Option<&str>) -> Answered<IncidentId> {
        let line = reported.text.as_str().lines().next().unwrap_or_default();
        let mut title: String = line.chars().take(TITLE_MAX).collect();
        if title.len() < line.len() {
            title.push('\u{2026}');
        }
        let by = reported.by.to_string();
        self.open(CommandKind::Open { title, by, is_declared: false }, key)
    }

    /// The incident that a report about a service belongs to: the latest that people still work on and
    /// that has to do with it, or the latest at all if no service is named.
    fn related(&self, service: Option<&str>) -> Answered<Option<IncidentId>> {
        let open = self.incidents_in_hand()?;
        // A restricted incident would show itself to whoever reports.
        let has = |incident: &Incident| {
            !incident.is_restricted() && service.is_none_or(|service| speaks_of(incident, service))
        };
        let found = open.iter().find(|incident| has(incident));
        Ok(found.and_then(|incident| IncidentId::from_word(&incident.id)))
    }

    /// An incident as its events leave it.
    pub(super) fn folded(&self, incident: u32) -> Answered<Folded> {
        let stored = self.read(|reader| Ok(reader.events_of(incident, 0, EVENTS_MAX)?))?;
        let broken = |error| Failure::Broken(format!("an event of INC-{incident}: {error}"));
        let events: Result<Vec<Event>, _> =
            stored.iter().map(|stored| stored.event.occurrence()).collect();
        let events = events.map_err(broken)?;
        let mut record = Record::new(IncidentId(incident));
        events.iter().for_each(|event| record.apply(event));
        Ok(Folded { record, stored, events })
    }

    /// Entries of an incident as they read now, after a place among them.
    pub(super) fn entry_list(&self, incident: u32, after: u64, n: u32) -> Answered<Vec<Entry>> {
        let Folded { record, stored: events, .. } = self.folded(incident)?;
        let wanted = events.iter().filter(|stored| stored.incident_seq > Some(after));
        let wanted = wanted.take(usize::try_from(n).unwrap_or(usize::MAX));
        let mut names = self.change_names();
        Ok(wanted
            .map(|stored| super::super::story::entry_now(stored, &events, &record, &mut names))
            .collect())
    }
}

/// An incident's record, with the events it was made of.
pub(super) struct Folded {
    pub record: Record,
    /// As they stand in the store, and what each means.
    pub stored: Vec<StoredEvent>,
    pub events: Vec<Event>,
}

fn key_used() -> Failure {
    Failure::Invalid("this Idempotency-Key was used for something else: take a new one".to_owned())
}

/// Whether an incident has to do with a service.
pub(super) fn speaks_of(incident: &Incident, service: &str) -> bool {
    let is_in = |hop: &str| {
        let mut parts = hop.split('|');
        parts.next() == Some(service) || parts.nth(1) == Some(service)
    };
    incident.origins.iter().any(|origin| origin.service == service)
        || incident.cleared.iter().any(|cleared| cleared.service == service)
        || incident.trail.iter().any(|step| is_in(&step.hop))
}
