//! What the pages of one incident need.

use super::Gathering;
use crate::backend::Failure;
use crate::problem::Problem;
use crate::query::number_of;
use crate::sight::{no_incident, seen};
use hw_api::{Change, Incident, Shift};
use hw_page::{Frame, IncidentsView, Page, StoryView, TimelineView};
use std::collections::BTreeSet;

/// Entries of a timeline that one page has.
const ENTRIES: u32 = 2_000;

impl Gathering<'_> {
    pub(super) fn story(&self, number: u32, frame: &Frame) -> Result<Page, Problem> {
        let incident = self.incident(number)?;
        let document = self.backend.document(number)?.ok_or_else(|| no_incident(number))?;
        // What people resolved piles nothing up any more.
        let status = incident.record.as_ref().map(|record| record.status.as_str());
        let is_over = matches!(status, Some("resolved" | "closed"));
        let view = StoryView {
            changes: self.changes_of(&incident)?,
            shifts: self.shifts_of(&incident)?,
            backlog: if is_over {
                Vec::new()
            } else {
                self.backend.backlog(number)?.unwrap_or_default()
            },
            incident,
            document,
        };
        Ok(view.page(frame))
    }

    pub(super) fn incidents(&self, frame: &Frame) -> Result<Page, Failure> {
        let mut incidents = self.seen_incidents()?;
        incidents.retain(|incident| incident.merged_into.is_none());
        Ok(IncidentsView { incidents }.page(frame))
    }

    pub(super) fn timeline(&self, number: u32, frame: &Frame) -> Result<Page, Problem> {
        let incident = self.incident(number)?;
        let origin = incident.origins.first().map(|origin| origin.service.clone());
        let people = match origin {
            Some(service) => self.backend.people(&service)?.ok(),
            None => None,
        };
        let view = TimelineView {
            entries: self.backend.entries(number, 0, ENTRIES)?,
            changes: self.changes_of(&incident)?,
            shifts: self.shifts_of(&incident)?,
            brief: self.backend.brief(number)?,
            people,
            others: self.others_open(&incident.id)?,
            incident,
        };
        Ok(view.page(frame))
    }

    /// Other incidents that are open, of which one may be a part.
    fn others_open(&self, id: &str) -> Result<Vec<(String, String)>, Failure> {
        let open = |incident: &Incident| {
            let status = incident.record.as_ref().map(|record| record.status.as_str());
            status.is_none_or(|status| matches!(status, "triage" | "active" | "mitigated"))
        };
        let mut all = self.seen_incidents()?;
        all.retain(|it| it.id != id && it.merged_into.is_none() && open(it));
        Ok(all.into_iter().map(|it| (it.id, it.title)).collect())
    }

    /// An incident that the caller may see.
    pub(super) fn incident(&self, number: u32) -> Result<Incident, Problem> {
        let found = seen(self.backend, self.caller, number)?;
        found.ok_or_else(|| no_incident(number))
    }

    /// The shifts of an incident.
    pub(super) fn shifts_of(&self, incident: &Incident) -> Result<Vec<Shift>, Failure> {
        let numbers = incident.shifts.iter().filter_map(|id| number_of(id));
        let shifts = numbers.map(|number| self.backend.shift(number));
        Ok(shifts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// The changes that an incident speaks of.
    pub(super) fn changes_of(&self, incident: &Incident) -> Result<Vec<Change>, Failure> {
        let judged = incident.changes.iter().map(|judged| &judged.change);
        let tried = incident.mitigations.iter().map(|tried| &tried.change);
        let ids: BTreeSet<u32> =
            judged.chain(tried).chain(&incident.redeploy).filter_map(|id| number_of(id)).collect();
        let changes = ids.into_iter().map(|number| self.backend.change(number));
        Ok(changes.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}
