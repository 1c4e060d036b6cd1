//! What stands in the record: the present words of changes, shifts and incidents.

use super::Answers;
use hw_api::{Change, Incident, IncidentRecord};
use hw_model::IncidentId;
use hw_store::Kind;
use hw_web::{Answered, Failure, Page};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;

/// Incidents that are looked through for open ones: what is older is over.
const LOOKED_THROUGH: u32 = 1_000;

/// Incidents that are looked through for those people work on.
pub(super) const IN_HAND_MAX: u32 = 100;

/// What says whether the harm of an incident is over.
#[derive(Deserialize)]
struct End {
    ended_at: Option<IgnoredAny>,
}

impl Answers {
    pub(super) fn states<T: DeserializeOwned>(&self, kind: Kind, page: Page) -> Answered<Vec<T>> {
        let Page { before, items_max } = page;
        let page = hw_store::Page { before, items_max };
        let rows = self.read(|reader| Ok(reader.states(kind, page)?))?;
        rows.iter().map(|(number, body)| parse(kind, *number, body)).collect()
    }

    /// Incidents that are open, newest first.
    pub(super) fn open_incidents(&self) -> Answered<Vec<Incident>> {
        let page = hw_store::Page { before: None, items_max: LOOKED_THROUGH };
        let rows = self.read(|reader| Ok(reader.states(Kind::Incident, page)?))?;
        // Most are long over: of those nothing more is read.
        let lasts = |body: &str| {
            let end: Result<End, _> = serde_json::from_str(body);
            end.map_or(true, |end| end.ended_at.is_none())
        };
        let joined = rows
            .iter()
            .filter(|(_, body)| lasts(body))
            .map(|(number, body)| self.joined(*number, parse(Kind::Incident, *number, body)?));
        let mut incidents: Vec<Incident> = joined.collect::<Answered<_>>()?;
        incidents.retain(Incident::is_open);
        Ok(incidents)
    }

    /// Incidents that people may still work on, newest first: those that go on, and those that have
    /// stopped hurting and are not resolved.
    pub(super) fn incidents_in_hand(&self) -> Answered<Vec<Incident>> {
        let latest = Page { before: None, items_max: IN_HAND_MAX };
        let mut incidents = self.incident_page(latest)?;
        incidents.retain(is_in_hand);
        Ok(incidents)
    }

    /// Incidents, newest first.
    pub(super) fn incident_page(&self, page: Page) -> Answered<Vec<Incident>> {
        let incidents: Vec<Incident> = self.states(Kind::Incident, page)?;
        let joined =
            incidents.into_iter().map(|incident| match IncidentId::from_word(&incident.id) {
                Some(id) => self.joined(id.0, incident),
                None => Ok(incident),
            });
        joined.collect()
    }

    /// An incident.
    pub(in crate::server) fn incident_words(&self, number: u32) -> Answered<Option<Incident>> {
        let incident = self.state(Kind::Incident, number)?;
        incident.map(|incident| self.joined(number, incident)).transpose()
    }

    /// What the engine says of an incident, with where people left it.
    fn joined(&self, number: u32, mut incident: Incident) -> Answered<Incident> {
        let record: Option<IncidentRecord> = self.state(Kind::Record, number)?;
        if let Some(record) = &record {
            if let Some(title) = &record.title {
                incident.title.clone_from(title);
            }
            if let Some(started_at) = &record.times.started_at {
                incident.started_at.clone_from(started_at);
            }
            incident.merged_into = record.merged_into.clone().or(incident.merged_into);
        }
        incident.record = record;
        Ok(incident)
    }

    /// What changes were, asked once each.
    pub(super) fn change_names(&self) -> impl FnMut(u32) -> Option<String> {
        let mut known: BTreeMap<u32, Option<String>> = BTreeMap::new();
        move |number| {
            let name = known.entry(number).or_insert_with(|| {
                let change = self.state::<Change>(Kind::Change, number).ok().flatten();
                change.as_ref().map(Change::name)
            });
            name.clone()
        }
    }

    pub(super) fn state<T: DeserializeOwned>(
        &self,
        kind: Kind,
        number: u32,
    ) -> Answered<Option<T>> {
        let body = self.read(|reader| Ok(reader.state(kind, number)?))?;
        body.map(|body| parse(kind, number, &body)).transpose()
    }
}

/// Whether people may still work on it.
pub(super) fn is_in_hand(incident: &Incident) -> bool {
    let status = incident.record.as_ref().map(|record| record.status.as_str());
    incident.merged_into.is_none()
        && matches!(status, None | Some("triage" | "active" | "mitigated"))
}

pub(super) fn parse<T: DeserializeOwned>(kind: Kind, number: u32, body: &str) -> Answered<T> {
    serde_json::from_str(body).map_err(|error| {
        Failure::Broken(format!("{kind:?} {number} of the record cannot be read: {error}"))
    })
}
