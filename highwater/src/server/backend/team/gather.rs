//! The log of a team, gathered from the record: only of incidents that may be seen.

use super::super::Answers;
use super::super::record::Folded;
use crate::server::clock::{ClockKind, wall};
use hw_api::{Change, Incident, Shift, instant};
use hw_incident::{Author, Move, Record, Status, What, Written};
use hw_learn::{Attempt, Case, Log, Place, Shape, Shifted, Sighting};
use hw_model::{
    ChangeId, ChangeKind, ChangeSource, Direction, Effect, HopId, IncidentId, Judgement, ShiftId,
    Signal, Timestamp, Verdict,
};
use hw_store::{Kind, StoredEvent};
use hw_web::{Answered, MaySee, Page};
use std::collections::{BTreeMap, BTreeSet};

/// Incidents and changes that are looked through, the latest.
const INCIDENTS_MAX: u32 = 1_000;
const CHANGES_MAX: u32 = 20_000;

/// Events that are read for the first that is none of administration.
const FIRST_EVENTS: u32 = 1_000;

/// Letters of what was tried.
const ATTEMPT_MAX: usize = 200;

/// A log, and what is to be said of it.
pub(super) struct Gathered {
    pub log: Log,
    pub notes: Vec<String>,
}

impl Answers {
    /// The log of all that may be seen.
    pub(super) fn gathered_log(&self, may_see: &mut MaySee<'_>) -> Answered<Gathered> {
        let latest = |items_max| Page { before: None, items_max };
        let changes: Vec<Change> = self.states(Kind::Change, latest(CHANGES_MAX))?;
        let words = self.incident_page(latest(INCIDENTS_MAX))?;
        let notes =
            notes(words.len() >= INCIDENTS_MAX as usize, changes.len() >= CHANGES_MAX as usize);
        let mut changes: Vec<hw_model::Change> = changes.iter().filter_map(change).collect();
        changes.sort_by_key(|change| change.id);
        let mut incidents = Vec::new();
        for incident in &words {
            if may_see(Some(&incident.id))? {
                incidents.extend(self.case(incident, &changes)?);
            }
        }
        let (known_from, now) = self.known_times()?;
        Ok(Gathered { log: Log { known_from, now, changes, incidents }, notes })
    }

    /// When the record begins, and what is now.
    fn known_times(&self) -> Answered<(Timestamp, Timestamp)> {
        let first_at = self.ask(0, |engine| engine.first_at())?;
        let events = self.read(|reader| Ok(reader.events_after(0, FIRST_EVENTS)?))?;
        let first = events.iter().find(|event| !event.event.what.is_audit());
        let first = first.map(|event| Timestamp(event.event.at)).filter(|at| at.0 > i64::MIN);
        let now = self.time_now()?;
        let now = if now.0 > i64::MIN { now } else { wall() };
        let known_from = first_at.into_iter().chain(first).min().unwrap_or(now);
        Ok((known_from.min(now), now))
    }

    /// One incident of the log.
    pub(super) fn case(
        &self,
        incident: &Incident,
        changes: &[hw_model::Change],
    ) -> Answered<Option<Case>> {
        let Some(id) = IncidentId::from_word(&incident.id) else { return Ok(None) };
        let folded = self.folded(id.0)?;
        let record = &folded.record;
        let first = folded.events.first().map(|event| event.happened_at);
        let status = if incident.merged_into.is_some() { Status::Merged } else { record.status };
        Ok(Some(Case {
            id,
            title: incident.title.clone(),
            status,
            times: record.times,
            first_at: first.or_else(|| instant(&incident.started_at)).unwrap_or_default(),
            sightings: sightings(&folded),
            shape: Shape::of(&self.shifted(incident)?),
            origins: origins(incident),
            trail: incident.trail.iter().map(|step| HopId(step.hop.clone())).collect(),
            verdicts: verdicts(incident),
            attempts: attempts(incident, record, changes),
            written: self.written(record, &folded.stored),
        }))
    }

    /// The figures that shifted in an incident.
    fn shifted(&self, incident: &Incident) -> Answered<Vec<Shifted>> {
        let mut shifted = Vec::new();
        for id in incident.shifts.iter().filter_map(|id| ShiftId::from_word(id)) {
            let Some(shift) = self.state::<Shift>(Kind::Shift, id.0)? else { continue };
            let words = (Signal::from_word(&shift.signal), Direction::from_word(&shift.direction));
            let (Some(signal), Some(direction)) = words else { continue };
            let (service, hop) = (shift.service, shift.hop.map(HopId));
            let evidence_nats = shift.evidence_nats;
            shifted.push(Shifted { signal, direction, service, hop, evidence_nats });
        }
        Ok(shifted)
    }

    /// What people wrote. When it was written, the wall clock of this machine says; where another says
    /// what is now, the two say nothing of each other.
    fn written(&self, record: &Record, stored: &[StoredEvent]) -> Vec<hw_learn::Written> {
        let recorded: BTreeMap<u64, Timestamp> = stored
            .iter()
            .filter_map(|event| Some((event.incident_seq?, Timestamp(event.recorded_at))))
            .collect();
        let is_wall = self.clock == ClockKind::Wall;
        let of_people = record.entries.iter().filter(|(_, entry)| entry.by.is_person());
        let written = of_people.map(|(seq, entry)| hw_learn::Written {
            happened_at: entry.at,
            recorded_at: recorded.get(seq).copied().filter(|_| is_wall),
        });
        written.collect()
    }
}

/// What is said with every figure.
fn notes(is_cut: bool, changes_are_cut: bool) -> Vec<String> {
    let mut notes = vec![
        "Computed from the incidents that you may read; restricted ones of others are in no figure."
            .to_owned(),
    ];
    if is_cut {
        notes.push(format!("Only the latest {INCIDENTS_MAX} incidents were looked through."));
    }
    if changes_are_cut {
        notes.push(format!("Only the latest {CHANGES_MAX} changes were looked through."));
    }
    notes
}

/// A change as the record has it.
fn change(words: &Change) -> Option<hw_model::Change> {
    let id = |word: &Option<String>| word.as_deref().and_then(ChangeId::from_word);
    Some(hw_model::Change {
        id: ChangeId::from_word(&words.id)?,
        kind: ChangeKind::from_word(&words.kind)?,
        service: words.service.clone(),
        from_version: words.from_version.clone(),
        to_version: words.to_version.clone(),
        at: instant(&words.at)?,
        source: ChangeSource::from_word(&words.source)?,
        reverses: id(&words.reverses),
        redeploy_of: id(&words.redeploy_of),
    })
}

/// Who said that something is wrong: reports, and whoever opened it.
fn sightings(folded: &Folded) -> Vec<Sighting> {
    let Folded { record, events, .. } = folded;
    let seen = (1..).zip(events).filter_map(|(seq, event)| {
        let at = match &event.what {
            What::Moved(Move::Opened { .. }) => event.happened_at,
            // When it was seen may have been amended since.
            What::Written(Written::Reported { .. }) => {
                record.entries.get(&seq).map_or(event.happened_at, |entry| entry.at)
            }
            What::Found(_)
            | What::Moved(_)
            | What::Written(_)
            | What::Revised(_)
            | What::After(_) => return None,
        };
        let is_said = event.by != Author::Highwater;
        is_said.then(|| Sighting { at, by: event.by.clone() })
    });
    seen.collect()
}

fn origins(incident: &Incident) -> Vec<Place> {
    let places = incident.origins.iter().map(|origin| Place {
        service: origin.service.clone(),
        hop: origin.hop.clone().map(HopId),
        confidence: origin.confidence,
    });
    places.collect()
}

fn verdicts(incident: &Incident) -> Vec<Judgement> {
    let judged = incident.changes.iter().filter_map(|judged| {
        Some(Judgement {
            change: ChangeId::from_word(&judged.change)?,
            verdict: Verdict::from_word(&judged.verdict)?,
            probability: judged.probability,
            because: judged.because.clone(),
        })
    });
    judged.collect()
}

/// What was tried: rollbacks, restarts and what was told or written down as an attempt, each once. What a
/// person says of its effect stands.
fn attempts(incident: &Incident, record: &Record, changes: &[hw_model::Change]) -> Vec<Attempt> {
    let known = |id: ChangeId| changes.iter().find(|change| change.id == id);
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut by_machine = BTreeSet::new();
    for tried in &incident.mitigations {
        let Some(id) = ChangeId::from_word(&tried.change) else { continue };
        let Some(change) = known(id) else { continue };
        let effect = Effect::from_word(&tried.effect).unwrap_or(Effect::Undecided);
        let words = Change::from(change).name();
        by_machine.insert(id);
        attempts.push(Attempt { words, change: Some(id), began_at: change.at, effect });
    }
    for tried in &record.mitigations {
        let seen = tried.change.filter(|id| by_machine.contains(id));
        if let Some(attempt) = attempts.iter_mut().find(|it| seen.is_some() && it.change == seen) {
            if tried.checked_by.is_some() {
                attempt.effect = tried.effect;
            }
            continue;
        }
        let Some(entry) = record.entries.get(&tried.entry) else { continue };
        let line = tried.text.as_str().lines().next().unwrap_or_default();
        attempts.push(Attempt {
            words: hw_model::plain(line, ATTEMPT_MAX),
            change: tried.change,
            began_at: tried.change.and_then(known).map_or(entry.at, |change| change.at),
            effect: tried.effect,
        });
    }
    attempts
}
