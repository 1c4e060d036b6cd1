//! What the record shows of who knows a service: roles, attempts and entries in incidents on it.
//!
//! An incident is on a service if one of its figures shifted, if it may start there, or if people said so:
//! a report about the service, a change of it that was tried or suspected, its name in a title that
//! people gave. A change carries no author, so changes alone show nobody.

use super::super::Answers;
use super::super::record::Folded;
use hw_api::{Change, Incident, Shift};
use hw_incident::{Author, Move, Role, What, Written};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};
use hw_people::{Aliases, Knowledge, KnowsEvidence, RoleHeld};
use hw_store::Kind;
use hw_web::{Answered, Page};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Incidents and shifts that are looked through, the latest: what is older counts for little.
const INCIDENTS_MAX: u32 = 1_000;
const SHIFTS_MAX: u32 = 5_000;

/// Changes that are looked through for the name of a service.
const CHANGES_MAX: u32 = 2_000;

/// Probability from which on an incident may start at a service.
const ORIGIN_MIN: f64 = 0.1;

/// What was found.
pub(in super::super) struct Found {
    pub evidence: Vec<KnowsEvidence>,
    /// Whether the record knows the service by more than a word in a title.
    pub is_recorded: bool,
    /// Said if there was more than is looked through.
    pub cut: Option<String>,
}

/// What is looked through for evidence, read once for all services that are asked about.
pub(in super::super) struct Looked {
    /// Incidents, newest first, without those that only some may read.
    incidents: Vec<Incident>,
    /// Incidents in which a figure of a service shifted, by its name.
    by_shift: BTreeMap<String, BTreeSet<String>>,
    /// Services of changes, by number, as far as they were asked for.
    services: BTreeMap<String, Option<String>>,
    /// Services of which a change is known.
    changed: BTreeSet<String>,
    /// Incidents as their events leave them, as far as they were asked for.
    folded: BTreeMap<u32, Rc<Folded>>,
    is_cut: bool,
}

impl Looked {
    /// Said if there was more than is looked through.
    pub(in super::super) fn cut(&self) -> Option<String> {
        self.is_cut.then(|| {
            format!("Only the latest {INCIDENTS_MAX} incidents and {SHIFTS_MAX} shifts were looked through.")
        })
    }
}

impl Answers {
    /// Evidence of who knows a service, newest incidents first.
    pub(super) fn record_evidence(&self, service: &str) -> Answered<Found> {
        self.evidence_in(&mut self.look_through()?, service)
    }

    /// What evidence of any service is found in.
    pub(in super::super) fn look_through(&self) -> Answered<Looked> {
        let latest = |items_max| Page { before: None, items_max };
        let shifts: Vec<Shift> = self.states(Kind::Shift, latest(SHIFTS_MAX))?;
        let mut incidents = self.incident_page(latest(INCIDENTS_MAX))?;
        let is_cut =
            incidents.len() >= INCIDENTS_MAX as usize || shifts.len() >= SHIFTS_MAX as usize;
        // Who works on a restricted incident is not shown to those who may not read it.
        incidents.retain(|incident| !incident.is_restricted());
        let changes: Vec<Change> = self.states(Kind::Change, latest(CHANGES_MAX))?;
        let mut by_shift: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for shift in &shifts {
            let Some(incident) = &shift.incident else { continue };
            for service in services_of(shift) {
                by_shift.entry(service.to_owned()).or_default().insert(incident.clone());
            }
        }
        Ok(Looked {
            incidents,
            by_shift,
            services: BTreeMap::new(),
            changed: changes.into_iter().map(|change| change.service).collect(),
            folded: BTreeMap::new(),
            is_cut,
        })
    }

    /// Evidence of who knows a service, in what was looked through.
    pub(in super::super) fn evidence_in(
        &self,
        looked: &mut Looked,
        service: &str,
    ) -> Answered<Found> {
        let by_shift = looked.by_shift.get(service).cloned().unwrap_or_default();
        let mut touching = Touching {
            service,
            is_recorded: looked.changed.contains(service) || !by_shift.is_empty(),
            by_shift,
        };
        let incidents = std::mem::take(&mut looked.incidents);
        let found = self.evidence_of(&incidents, looked, &mut touching);
        looked.incidents = incidents;
        Ok(Found { evidence: found?, is_recorded: touching.is_recorded, cut: looked.cut() })
    }

    fn evidence_of(
        &self,
        incidents: &[Incident],
        looked: &mut Looked,
        touching: &mut Touching<'_>,
    ) -> Answered<Vec<KnowsEvidence>> {
        let mut on_it = BTreeSet::new();
        for incident in incidents {
            if self.touches(incident, looked, touching)? {
                on_it.insert(incident.id.as_str());
            }
        }
        let is_part = |incident: &Incident| {
            incident.merged_into.as_deref().is_some_and(|into| on_it.contains(into))
        };
        let mut evidence = Vec::new();
        let aliases = &self.people.settings.aliases;
        for incident in incidents.iter().filter(|i| on_it.contains(i.id.as_str()) || is_part(i)) {
            let Some(id) = IncidentId::from_word(&incident.id) else { continue };
            let started_at = hw_api::instant(&incident.started_at).unwrap_or_default();
            let folded = self.folded_once(looked, id)?;
            pieces(&folded, (touching.service, started_at), aliases, &mut evidence);
        }
        Ok(evidence)
    }

    /// Whether an incident is on the service.
    fn touches(
        &self,
        incident: &Incident,
        looked: &mut Looked,
        touching: &mut Touching<'_>,
    ) -> Answered<bool> {
        let service = touching.service;
        let record = incident.record.as_ref();
        if record.is_some_and(|record| record.status == "declined") {
            return Ok(false);
        }
        let is_origin = incident
            .origins
            .iter()
            .any(|origin| origin.service == service && origin.confidence >= ORIGIN_MIN);
        let given = record.and_then(|record| record.title.as_deref());
        let is_said = incident.detected_at.is_none().then_some(incident.title.as_str());
        let is_named = given.or(is_said).is_some_and(|title| names(title, service));
        touching.is_recorded |= is_origin;
        if touching.by_shift.contains(&incident.id) || is_origin || is_named {
            return Ok(true);
        }
        let attempts = record.into_iter().flat_map(|r| r.attempts.iter().map(|a| &a.change));
        let beliefs = record.into_iter().flat_map(|r| r.hypotheses.iter().map(|h| &h.change));
        for change in attempts.chain(beliefs).flatten() {
            if self.service_of(change, looked)?.as_deref() == Some(service) {
                return Ok(true);
            }
        }
        // Only events say what was reported; where figures speak, they have said where it is.
        if incident.detected_at.is_some() {
            return Ok(false);
        }
        let Some(id) = IncidentId::from_word(&incident.id) else { return Ok(false) };
        let folded = self.folded_once(looked, id)?;
        let is_reported = folded.events.iter().any(|event| is_report_of(event, service));
        touching.is_recorded |= is_reported;
        Ok(is_reported)
    }

    fn folded_once(&self, looked: &mut Looked, id: IncidentId) -> Answered<Rc<Folded>> {
        if let Some(known) = looked.folded.get(&id.0) {
            return Ok(Rc::clone(known));
        }
        let folded = Rc::new(self.folded(id.0)?);
        looked.folded.insert(id.0, Rc::clone(&folded));
        Ok(folded)
    }

    fn service_of(&self, change: &str, looked: &mut Looked) -> Answered<Option<String>> {
        if let Some(known) = looked.services.get(change) {
            return Ok(known.clone());
        }
        let id = ChangeId::from_word(change);
        let found = id.map(|id| self.state::<Change>(Kind::Change, id.0)).transpose()?;
        let service = found.flatten().map(|change| change.service);
        looked.services.insert(change.to_owned(), service.clone());
        Ok(service)
    }
}

/// What shows that incidents are on a service.
struct Touching<'a> {
    service: &'a str,
    /// Whether anything but a title speaks of it.
    is_recorded: bool,
    /// Incidents in which a figure of the service shifted.
    by_shift: BTreeSet<String>,
}

/// Services of which a figure is one: whose own it is, and both ends of its leg.
fn services_of(shift: &Shift) -> BTreeSet<&str> {
    let mut parts = shift.hop.as_deref().unwrap_or_default().split('|');
    let (caller, callee) = (parts.next(), parts.nth(1));
    let ends = [Some(shift.service.as_str()), caller, callee].into_iter().flatten();
    ends.filter(|service| !service.is_empty()).collect()
}

fn is_report_of(event: &hw_incident::Event, service: &str) -> bool {
    let What::Written(Written::Reported { service: Some(of), .. }) = &event.what else {
        return false;
    };
    of.as_str() == service
}

/// Whether a text has the name as a word of its own.
fn names(text: &str, service: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(service).filter(|_| !service.is_empty()) {
        let (head, found) = rest.split_at(at);
        let tail = found.get(service.len()..).unwrap_or_default();
        let starts = head.chars().next_back().or(before).is_none_or(|letter| !is_part(letter));
        if starts && tail.chars().next().is_none_or(|letter| !is_part(letter)) {
            return true;
        }
        before = service.chars().next_back();
        rest = tail;
    }
    false
}

/// What one incident shows of people.
fn pieces(
    Folded { record, events, .. }: &Folded,
    (service, started_at): (&str, Timestamp),
    aliases: &Aliases,
    evidence: &mut Vec<KnowsEvidence>,
) {
    let incident = record.id;
    let mut add = |name: &str, at: Timestamp, knowledge: Knowledge| {
        // A name that cannot be one shows nobody.
        let Ok(person) = aliases.person(name) else { return };
        evidence.push(KnowsEvidence { person, service: service.to_owned(), at, knowledge });
    };
    for event in events {
        if let What::Moved(Move::RoleTaken { role, person }) = &event.what {
            let role = held(*role);
            add(person.as_str(), started_at, Knowledge::Incident { incident, role });
        }
    }
    let effects: BTreeMap<u64, Effect> =
        record.mitigations.iter().map(|tried| (tried.entry, tried.effect)).collect();
    for (seq, entry) in &record.entries {
        let Author::Person(name) = &entry.by else { continue };
        let knowledge = match effects.get(seq) {
            Some(effect) => Knowledge::Mitigation { incident, effect: *effect },
            None => Knowledge::Entry { incident },
        };
        add(name.as_str(), entry.at, knowledge);
    }
}

const fn held(role: Role) -> RoleHeld {
    match role {
        Role::Lead => RoleHeld::Lead,
        Role::Scribe => RoleHeld::Scribe,
        Role::Deputy => RoleHeld::Deputy,
        Role::Liaison => RoleHeld::Liaison,
        Role::Helper => RoleHeld::Helper,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_a_service_as_a_word_of_its_own() {
        for (title, service, expect) in [
            ("gate says go to all", "gate", true),
            ("the gate: open", "gate", true),
            ("gate", "gate", true),
            ("investigate this", "gate", false),
            ("gate-2 and gate", "gate", true),
            ("gate-2 is open", "gate", false),
            ("gategate", "gate", false),
            ("the übergate", "gate", false),
            ("(gate)", "gate", true),
            ("anything", "", false),
        ] {
            assert_eq!(names(title, service), expect, "{title}");
        }
    }
}
