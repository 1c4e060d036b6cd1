//! The record of incidents, as the writer has it: what people want is decided here, and what the engine
//! says is followed, in the group in which it becomes durable.
//!
//! Records are folds over the events that stand in the store. Those that were needed lately are kept;
//! if a group fails, all of them are read anew.

use super::notices::{News, veil};
use super::orders::{Decide, Said, Undecided};
use super::words::{record_state, unmeasured_state};
use hw_incident::{Command, Event, Move, Order, Record, What};
use hw_model::{IncidentId, Timestamp};
use hw_notify::schedule::Row;
use hw_store::{Group, OutboxRow, WriteError};
use hw_wire::EventV1;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tracing::error;

/// Records that are kept.
const KEPT_MAX: usize = 200;

/// Events read at a time.
const PAGE: u32 = 1_000;

/// Incidents that are looked at for reminders in one group.
const REMINDED_PER_GROUP: usize = 50;

/// Whether somebody is to be reminded is looked up at once.
const LOOK_AGAIN: Timestamp = Timestamp(i64::MIN);

/// Records by incident.
#[derive(Default)]
pub(super) struct Book {
    records: BTreeMap<IncidentId, Record>,
    /// When people are to be reminded of something, at the earliest.
    reminders: BTreeMap<IncidentId, Timestamp>,
    /// Incidents of which that was changed by a group that is not durable yet.
    unsettled: BTreeSet<IncidentId>,
}

/// Where it is written: a group, at a time of this machine's clock.
pub(super) struct Page<'a, 'g> {
    group: &'a mut Group<'g>,
    wall: Timestamp,
    receivers: &'a [String],
    pub last_event: Option<u64>,
    /// Messages that are to be sent once the group is durable.
    pub messages: Vec<Row>,
    /// Incidents of which messages that wait say nothing more from then on.
    pub veiled: Vec<IncidentId>,
}

/// A message as it is stored.
pub(super) fn stored(row: &Row) -> OutboxRow {
    let words = serde_json::to_vec(row).expect("invariant: words and numbers are JSON");
    OutboxRow { receiver: row.receiver.clone(), key: row.notice.key.clone(), row: words }
}

/// What a decision did: the numbers of its entries, or why there are none.
type Decided = Result<Vec<u64>, Undecided>;

impl<'a, 'g> Page<'a, 'g> {
    /// Where it is written, and who is told of it.
    pub(super) const fn new(
        group: &'a mut Group<'g>,
        wall: Timestamp,
        receivers: &'a [String],
    ) -> Self {
        Self { group, wall, receivers, last_event: None, messages: Vec::new(), veiled: Vec::new() }
    }

    fn append(&mut self, event: &EventV1, news: &mut News) -> Result<(), WriteError> {
        let recorded = self.group.append_event(event, self.wall.0)?;
        self.last_event = Some(recorded.seq);
        news.add(recorded.incident_seq.unwrap_or(0), event);
        Ok(())
    }

    /// Takes out of messages that wait whatever only some may read from now on.
    fn veil(&mut self, incident: IncidentId) -> Result<(), WriteError> {
        for kept in self.group.outbox_of(&format!("{incident}/"))? {
            let Ok(mut row) = serde_json::from_slice::<Row>(&kept.row) else { continue };
            veil(incident, &mut row.notice);
            self.group.put_outbox(&stored(&row))?;
        }
        self.veiled.push(incident);
        Ok(())
    }

    /// Tells every receiver, if it is worth telling.
    fn tell(&mut self, news: &News, record: &Record) -> Result<(), WriteError> {
        if self.receivers.is_empty() {
            return Ok(());
        }
        let Some(notice) = news.notice(self.group, record)? else { return Ok(()) };
        for receiver in self.receivers {
            let row = Row::new(notice.clone(), receiver, self.wall.0);
            self.group.put_outbox(&stored(&row))?;
            self.messages.push(row);
        }
        Ok(())
    }
}

impl Book {
    /// A book that looks at these records again, in which somebody waits or promised something.
    pub(super) fn looking_at(incidents: impl IntoIterator<Item = IncidentId>) -> Self {
        let reminders = incidents.into_iter().map(|incident| (incident, LOOK_AGAIN));
        Self { reminders: reminders.collect(), ..Self::default() }
    }

    /// Forgets what is in memory: the group in which it was written failed.
    pub(super) fn forget(&mut self) {
        // Who was reminded in it, was not.
        let unsettled = std::mem::take(&mut self.unsettled);
        self.reminders.extend(unsettled.into_iter().map(|incident| (incident, LOOK_AGAIN)));
        self.records.clear();
    }

    /// The group is durable.
    pub(super) fn settle(&mut self) {
        self.unsettled.clear();
    }

    /// Notes when to look at a record again.
    fn look_later(&mut self, incident: IncidentId) {
        self.unsettled.insert(incident);
        match self.records.get(&incident).and_then(Record::next_reminder) {
            Some(at) => self.reminders.insert(incident, at),
            None => self.reminders.remove(&incident),
        };
    }

    /// Records what the engine said at one row, and what follows from it.
    pub(super) fn note(&mut self, page: &mut Page<'_, '_>, said: &Said) -> Result<(), WriteError> {
        let about: BTreeSet<IncidentId> =
            said.events.iter().filter_map(|event| event.incident.map(IncidentId)).collect();
        self.make_room(about.len());
        let mut news = BTreeMap::new();
        for incident in &about {
            self.open(page.group, *incident)?;
            news.extend(self.records.get(incident).map(|record| (*incident, News::of(record))));
        }
        let recorded = page.group.record(said.step, &said.events, page.wall.0)?;
        let Some(last) = recorded.last() else { return Ok(()) };
        page.last_event = Some(last.seq);
        for (event, recorded) in said.events.iter().zip(&recorded) {
            let news = event.incident.and_then(|incident| news.get_mut(&IncidentId(incident)));
            if let (Some(news), Some(seq)) = (news, recorded.incident_seq) {
                news.add(seq, event);
            }
        }
        // A record that cannot be read was said when it was opened.
        let occurrences: Vec<(IncidentId, Event)> = said
            .events
            .iter()
            .filter_map(|event| Some((IncidentId(event.incident?), event.occurrence().ok()?)))
            .collect();
        for (incident, occurrence) in &occurrences {
            if let Some(record) = self.records.get_mut(incident) {
                record.apply(occurrence);
            }
        }
        // What follows stands behind all that the row said: applied in the order in which it is stored.
        for (incident, occurrence) in &occurrences {
            let (Some(record), Some(news)) =
                (self.records.get_mut(incident), news.get_mut(incident))
            else {
                continue;
            };
            for following in record.follow(occurrence) {
                page.append(&EventV1::of_incident(*incident, &following), news)?;
                record.apply(&following);
            }
        }
        news.values().try_for_each(|news| self.publish(page, news))
    }

    /// Does what people want, all of it or nothing.
    pub(super) fn decide(
        &mut self,
        page: &mut Page<'_, '_>,
        now: Timestamp,
        decide: &Decide,
    ) -> Result<Decided, WriteError> {
        let key = decide.idempotency_key.as_deref();
        if let Some((_, row)) = key.map(|key| page.group.row_of_key(key)).transpose()?.flatten() {
            return Ok(Done::read(&row).and_then(|done| done.again(decide)));
        }
        self.make_room(1 + decide.commands.len());
        self.open(page.group, decide.incident)?;
        let Some(record) = self.records.get(&decide.incident) else {
            let why = format!(
                "the record of {} is damaged; `highwater verify` says where",
                decide.incident
            );
            return Ok(Err(Undecided::Failed(why)));
        };
        if record.seq == 0 {
            self.records.remove(&decide.incident);
            return Ok(Err(Undecided::Unknown));
        }
        let mut draft = record.clone();
        let mut news = News::of(record);
        for target in decide.commands.iter().filter_map(merge_target) {
            self.open(page.group, target)?;
            let is_there = |into: &Record| into.seq > 0 && into.merged_into.is_none();
            if !self.records.get(&target).is_some_and(is_there) {
                return Ok(Err(Undecided::NoTarget(target)));
            }
        }
        let events = match events_of(&mut draft, now, decide) {
            Ok(events) => events,
            Err(refusal) => return Ok(Err(Undecided::Refused(refusal))),
        };
        for event in &events {
            page.append(&EventV1::of_incident(decide.incident, event), &mut news)?;
        }
        let first = draft.seq + 1 - events.len() as u64;
        let seqs: Vec<u64> = (first..=draft.seq).collect();
        self.records.insert(decide.incident, draft);
        if events.iter().any(is_restriction) {
            page.veil(decide.incident)?;
        }
        self.publish(page, &news)?;
        if let Some(key) = key {
            let (what, incident) = (digest(decide), decide.incident.0);
            let row = Done { what, incident, seqs: seqs.clone() }.row();
            page.group.keep_key(key, (0, &row), page.wall.0)?;
        }
        Ok(Ok(seqs))
    }

    /// Reminds people of what is due now.
    pub(super) fn remind(
        &mut self,
        page: &mut Page<'_, '_>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let due = self.reminders.iter().filter(|(_, at)| **at <= now);
        let due: Vec<IncidentId> =
            due.map(|(incident, _)| *incident).take(REMINDED_PER_GROUP).collect();
        for incident in due {
            self.make_room(1);
            self.open(page.group, incident)?;
            let events = self.records.get(&incident).map(|record| record.reminders(now));
            let events = events.unwrap_or_default();
            if events.is_empty() {
                self.look_later(incident);
                continue;
            }
            let Some(record) = self.records.get_mut(&incident) else { continue };
            let mut news = News::of(record);
            for event in events {
                page.append(&EventV1::of_incident(incident, &event), &mut news)?;
                record.apply(&event);
            }
            self.publish(page, &news)?;
        }
        Ok(())
    }

    /// Whether somebody is to be reminded of something now.
    pub(super) fn is_reminder_due(&self, now: Timestamp) -> bool {
        self.reminders.values().any(|at| *at <= now)
    }

    /// So many can be opened without another being forgotten meanwhile.
    fn make_room(&mut self, n: usize) {
        if self.records.len() + n > KEPT_MAX {
            self.records.clear();
        }
    }

    /// Reads the record of an incident, unless it is here.
    fn open(&mut self, group: &Group<'_>, incident: IncidentId) -> Result<(), WriteError> {
        if self.records.contains_key(&incident) {
            return Ok(());
        }
        match read(group, incident) {
            Ok(record) => {
                self.records.insert(incident, record);
            }
            Err(why) => error!(%incident, %why, "the record of an incident cannot be read"),
        }
        Ok(())
    }

    /// Keeps the present words of an incident's record, and tells others what is new.
    fn publish(&mut self, page: &mut Page<'_, '_>, news: &News) -> Result<(), WriteError> {
        self.look_later(news.incident());
        let Some(record) = self.records.get(&news.incident()) else { return Ok(()) };
        page.group.put_state(record.seq, &record_state(record))?;
        if !record.is_measured {
            // The engine has no words for what no figure speaks of.
            page.group.put_state(record.seq, &unmeasured_state(record))?;
        }
        page.tell(news, record)
    }
}

/// What was done under a key.
#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    what: String,
    /// In which incident.
    pub incident: u32,
    seqs: Vec<u64>,
}

impl Done {
    pub(super) fn read(row: &[u8]) -> Result<Self, Undecided> {
        serde_json::from_slice(row)
            .map_err(|_| Undecided::Failed("the key of a command is damaged".to_owned()))
    }

    fn row(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("invariant: numbers and letters are JSON")
    }

    /// The same answer again, if the same is wanted.
    fn again(self, decide: &Decide) -> Decided {
        if self.what == digest(decide) { Ok(self.seqs) } else { Err(Undecided::KeyUsed) }
    }
}

/// What people want, in short. What Highwater sees near a report is another when it is sent again.
fn digest(decide: &Decide) -> String {
    let Decide { incident, by, at, commands, .. } = decide;
    let mut commands = commands.clone();
    for command in &mut commands {
        if let Command::Report { found, .. } = command {
            found.clear();
        }
    }
    let words = format!("{incident} {by:?} {at:?} {commands:?}");
    blake3::hash(words.as_bytes()).to_hex().to_string()
}

const fn is_restriction(event: &Event) -> bool {
    matches!(event.what, What::Moved(Move::Restricted { .. }))
}

fn merge_target(command: &Command) -> Option<IncidentId> {
    let Command::Merge { into, .. } = command else { return None };
    Some(*into)
}

fn read(group: &Group<'_>, incident: IncidentId) -> anyhow::Result<Record> {
    let mut record = Record::new(incident);
    loop {
        let stored = group.events_of(incident.0, record.seq, PAGE)?;
        if stored.is_empty() {
            return Ok(record);
        }
        for stored in &stored {
            record.apply(&stored.event.occurrence()?);
        }
    }
}

/// Decides the commands one after the other, each as the one before left the incident.
fn events_of(
    draft: &mut Record,
    now: Timestamp,
    decide: &Decide,
) -> Result<Vec<Event>, hw_incident::Refusal> {
    let mut events = Vec::new();
    for command in &decide.commands {
        let (by, command) = (decide.by.clone(), command.clone());
        let decided = draft.decide(&Order { by, now, at: decide.at, command })?;
        decided.iter().for_each(|event| draft.apply(event));
        events.extend(decided);
    }
    Ok(events)
}
