//! Incidents: shifts with overlapping onsets on connected hops are one, and so is what follows from
//! them while they last.

mod follow;

pub(crate) use follow::is_back;

use crate::graph::{CallGraph, ends};
use crate::onset::onset_within;
use crate::relapse::{Before, Return};
use crate::shifts::{Shifts, Subject, Tracked};
use hw_flow::{Asked, Flow, ServiceIdx};
use hw_model::{ChangeId, Diagnosis, Effect, IncidentId, Interval, ShiftId, Timestamp, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds by which onset intervals are widened on each side before they must overlap. Failures
/// need some ticks to become visible on each leg.
const SLACK_S: f64 = 15.0;

/// An incident as the engine keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    pub id: IncidentId,
    pub shifts: Vec<ShiftId>,
    pub title: String,
    pub diagnosis: Diagnosis,
    /// What was said last, to notice when it changes.
    pub verdicts: BTreeMap<ChangeId, Verdict>,
    pub effects: BTreeMap<ChangeId, Effect>,
    pub origin: Option<String>,
    pub is_ended: bool,
    /// Merged into another: it is that one now.
    pub merged_into: Option<IncidentId>,
    pub diagnosed_at: Option<Timestamp>,
    /// What it was before it came back, if it did.
    #[serde(default)]
    pub before: Option<Before>,
    /// What repaired it, once that was said.
    #[serde(default)]
    pub repaired_by: Option<ChangeId>,
}

/// Incidents, numbered in the order of their opening.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Incidents {
    all: BTreeMap<IncidentId, Case>,
    last: u32,
    /// Incidents of which something is other than when it was last said.
    #[serde(skip)]
    revised: BTreeSet<IncidentId>,
}

impl Incidents {
    /// All incidents that were not merged into another.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Case> {
        self.all.values().filter(|case| case.merged_into.is_none())
    }

    /// All incidents, also those that were merged into another.
    pub(crate) fn everyone(&self) -> impl Iterator<Item = &Case> {
        self.all.values()
    }

    /// An incident, to change.
    pub(crate) fn get_mut(&mut self, id: IncidentId) -> Option<&mut Case> {
        self.revised.insert(id);
        self.all.get_mut(&id)
    }

    pub(crate) fn get(&self, id: IncidentId) -> Option<&Case> {
        self.all.get(&id)
    }

    /// Incidents of which something is other than at the last call.
    pub(crate) fn take_revised(&mut self) -> BTreeSet<IncidentId> {
        std::mem::take(&mut self.revised)
    }

    /// Forgets all but those that are wanted.
    pub(crate) fn retain(&mut self, is_wanted: impl Fn(&Case) -> bool) {
        self.all.retain(|_, case| is_wanted(case));
    }

    /// Finds the incident a new shift belongs to, or opens one. Incidents that turn out to be
    /// connected by it are merged into the oldest. `back` is the one that it would bring back.
    pub(crate) fn admit(
        &mut self,
        (flow, graph): (&Flow, &mut CallGraph),
        shifts: &mut Shifts,
        new: ShiftId,
        mut back: Option<Return>,
    ) -> IncidentId {
        let cases = self.all().filter(|case| is_related((flow, &mut *graph), shifts, case, new));
        let mut related: Vec<IncidentId> = cases.map(|case| case.id).collect();
        // What comes back may have shown elsewhere first, and opened an incident that turns out to be it.
        let is_older = |back: &Return| related.iter().all(|id| back.incident < *id);
        let late = back.take_if(|back| !related.is_empty() && back.is_leading && is_older(back));
        if related.is_empty() {
            let going_on =
                self.all().find(|case| follow::goes_on((flow, &mut *graph), shifts, case, new));
            related.extend(going_on.map(|case| case.id));
        }
        if let Some(back) = late.or(back.filter(|_| related.is_empty())) {
            related.insert(0, back.incident);
            self.reopen(back);
        }
        let id = match related.first() {
            Some(oldest) => *oldest,
            None => self.open(),
        };
        for other in related.into_iter().skip(1) {
            self.merge(other, id, shifts);
        }
        if let Some(case) = self.get_mut(id) {
            case.shifts.push(new);
            case.is_ended = false;
        }
        if let Some(shift) = shifts.get_mut(new) {
            shift.incident = Some(id);
        }
        id
    }

    /// What comes now is another bout of it.
    fn reopen(&mut self, back: Return) {
        if let Some(case) = self.get_mut(back.incident) {
            case.before = Some(back.before);
            case.repaired_by = None;
        }
    }

    /// The next number, for an incident of which no figure speaks.
    pub(crate) const fn take_number(&mut self) -> IncidentId {
        self.last += 1;
        IncidentId(self.last)
    }

    fn open(&mut self) -> IncidentId {
        let id = self.take_number();
        let case = Case {
            id,
            shifts: Vec::new(),
            title: String::new(),
            diagnosis: Diagnosis::default(),
            verdicts: BTreeMap::new(),
            effects: BTreeMap::new(),
            origin: None,
            is_ended: false,
            merged_into: None,
            repaired_by: None,
            diagnosed_at: None,
            before: None,
        };
        self.all.insert(id, case);
        id
    }

    fn merge(&mut self, from: IncidentId, into: IncidentId, shifts: &mut Shifts) {
        let Some(case) = self.get_mut(from) else { return };
        case.merged_into = Some(into);
        let moved = std::mem::take(&mut case.shifts);
        for shift in &moved {
            if let Some(shift) = shifts.get_mut(*shift) {
                shift.incident = Some(into);
            }
        }
        if let Some(case) = self.get_mut(into) {
            case.shifts.extend(moved);
        }
    }
}

/// Whether a shift of the case overlaps with the new one in its onset and is connected with it.
fn is_related(
    (flow, graph): (&Flow, &mut CallGraph),
    shifts: &Shifts,
    case: &Case,
    new: ShiftId,
) -> bool {
    let Some(new) = shifts.get(new) else { return false };
    let known = case.shifts.iter().filter_map(|shift| shifts.get(*shift));
    known.filter(|known| known.id != new.id).any(|known| {
        onset_interval(known).touches(onset_interval(new), SLACK_S)
            && graph.connects(&services_of(flow, known), &services_of(flow, new))
    })
}

/// The stretch that holds 95 % of the onset's probability. A row that is the first changed one as a
/// whole may come after one that changed in its middle: the stretch begins a row earlier.
pub(crate) fn onset_interval(shift: &Tracked) -> Interval {
    onset_within(&shift.onset)
}

/// The services a shift is about.
fn services_of(flow: &Flow, shift: &Tracked) -> Vec<ServiceIdx> {
    places(flow, shift.subject)
}

/// The services a figure is about.
pub(crate) fn places(flow: &Flow, subject: Subject) -> Vec<ServiceIdx> {
    match subject {
        Subject::Hop(hop) | Subject::Answers(Asked::Hop(hop), _) => {
            let (caller, callee) = ends(flow, hop);
            caller.into_iter().chain(callee).collect()
        }
        Subject::Entry(entry) => {
            flow.entry_place(entry).map(|(service, _)| service).into_iter().collect()
        }
        Subject::Answers(Asked::Counter(counter), _) => {
            flow.counter_place(counter).map(|(service, _)| service).into_iter().collect()
        }
        Subject::Service(service) => vec![service],
    }
}

#[cfg(test)]
pub(crate) mod tests;
