//! Everything the engine knows, in words and with the numbers people use.
//!
//! Inside, shifts, changes and incidents are numbered as they become known. For people they are
//! numbered by time and service, so that two analyses of the same data agree.

use crate::describe::{describe, onset_at};
use crate::engine::Engine;
use crate::incidents::Case;
use hw_flow::{Coverage, HopSummary, WindowCounts};
use hw_model::{Change, ChangeId, Diagnosis, Hop, Incident, IncidentId, Shift, ShiftId, Timestamp};
use std::collections::BTreeMap;

/// What was counted on one hop.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// The hop.
    pub hop: Hop,
    /// Its totals.
    pub summary: HopSummary,
    /// Its sealed windows: start and counts.
    pub windows: Vec<(Timestamp, WindowCounts)>,
}

/// A shift with its number and incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    /// Its number.
    pub id: ShiftId,
    /// What shifted.
    pub shift: Shift,
    /// The incident it belongs to.
    pub incident: Option<IncidentId>,
}

/// Everything known up to now.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Time of the first record.
    pub from: Option<Timestamp>,
    /// Time of the last input.
    pub to: Timestamp,
    /// How much of what came could be used.
    pub coverage: Coverage,
    /// Every hop, by id.
    pub hops: Vec<Counted>,
    /// Every shift, by number.
    pub shifts: Vec<Numbered>,
    /// Every incident, by number.
    pub incidents: Vec<Incident>,
    /// Every change, by number.
    pub changes: Vec<Change>,
    /// Streams watched, and those on which a shift would be noticed.
    pub n_watched: (usize, usize),
    /// Length of a window in seconds.
    pub window_s: i64,
}

/// From inner numbers to people's.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    changes: BTreeMap<ChangeId, ChangeId>,
    shifts: BTreeMap<ShiftId, ShiftId>,
    incidents: BTreeMap<IncidentId, IncidentId>,
}

impl Engine {
    /// Everything known up to now.
    #[must_use]
    pub fn report(&self) -> Report {
        let numbers = self.numbers();
        let mut shifts: Vec<Numbered> = self
            .shifts
            .all()
            .map(|tracked| Numbered {
                id: numbers.shift(tracked.id),
                shift: describe(&self.flow, tracked),
                incident: tracked.incident.map(|id| numbers.incident(id)),
            })
            .collect();
        shifts.sort_by_key(|numbered| numbered.id);
        let mut incidents: Vec<Incident> = self.incident_list(&shifts, &numbers);
        incidents.sort_by_key(|incident| incident.id);
        let mut changes: Vec<Change> =
            self.changes.all().map(|noted| numbers.renumber(&noted.change)).collect();
        changes.sort_by_key(|change| change.id);
        Report {
            from: self.first_at,
            to: self.now,
            coverage: self.flow.coverage(),
            hops: self.hop_list(),
            shifts,
            incidents,
            changes,
            n_watched: self.n_watched(),
            window_s: self.flow.settings().window_s,
        }
    }

    fn hop_list(&self) -> Vec<Counted> {
        let window_s = self.flow.settings().window_s;
        let counted = self.flow.hops().filter_map(|hop| {
            let mut windows = Vec::new();
            self.flow.visit_windows(hop, i64::MIN, i64::MAX, |at, counts| {
                windows.push((Timestamp::from_s(at * window_s), counts));
            });
            Some(Counted {
                hop: self.flow.hop_words(hop)?,
                summary: self.flow.hop_summary(hop)?,
                windows,
            })
        });
        let mut hops: Vec<Counted> = counted.collect();
        hops.sort_by(|a, b| a.hop.cmp(&b.hop));
        hops
    }

    fn incident_list(&self, shifts: &[Numbered], numbers: &Numbers) -> Vec<Incident> {
        let cases = self.incidents.all().filter(|case| !case.shifts.is_empty());
        let incidents = cases.map(|case| {
            let id = numbers.incident(case.id);
            let own = shifts.iter().filter(|s| s.incident == Some(id)).cloned();
            self.incident(case, &own.collect::<Vec<_>>(), numbers)
        });
        incidents.collect()
    }

    /// An incident in words, from its shifts in words.
    pub(crate) fn incident(&self, case: &Case, own: &[Numbered], numbers: &Numbers) -> Incident {
        let ends: Option<Vec<Timestamp>> = own.iter().map(|s| s.shift.over_at()).collect();
        Incident {
            id: numbers.incident(case.id),
            title: case.title.clone(),
            started_at: started_at(own).unwrap_or(self.now),
            detected_at: own.iter().map(|s| s.shift.detected_at).min().unwrap_or(self.now),
            ended_at: ends.and_then(|ends| ends.into_iter().max()),
            shifts: own.iter().map(|s| s.id).collect(),
            diagnosis: numbers.renumber_diagnosis(&case.diagnosis),
        }
    }

    fn numbers(&self) -> Numbers {
        let changes = self.changes.all().map(|noted| {
            let change = &noted.change;
            ((change.at, change.service.clone()), change.id)
        });
        let shifts = self.shifts.all();
        let shift_keys = shifts.map(|shift| {
            let words = describe(&self.flow, shift);
            ((onset_at(shift), words.service), shift.id)
        });
        let starts = |case: &Case| {
            let own = case.shifts.iter().filter_map(|id| self.shifts.get(*id));
            own.map(onset_at).min().unwrap_or(self.now)
        };
        let cases = self.incidents.all().filter(|case| !case.shifts.is_empty());
        let incident_keys = cases.map(|case| ((starts(case), case.title.clone()), case.id));
        Numbers {
            changes: number(changes, ChangeId),
            shifts: number(shift_keys, ShiftId),
            incidents: number(incident_keys, IncidentId),
        }
    }
}

/// The earliest onset, as precise as the shifts that share it allow: one that could lie anywhere in
/// a hole of the data is narrowed down by another that overlaps with it.
fn started_at(shifts: &[Numbered]) -> Option<Timestamp> {
    let first = &shifts.iter().min_by_key(|s| s.shift.onset_at)?.shift;
    let others = shifts.iter().map(|s| &s.shift);
    let overlapping =
        others.filter(|s| s.onset.from < first.onset.to && first.onset.from < s.onset.to);
    let latest_start = overlapping.map(|s| s.onset.from).max()?;
    Some(first.onset_at.max(latest_start))
}

/// Numbers things from 1 by their keys; equal keys keep their inner order.
fn number<K: Ord, Id: Ord + Copy>(
    keyed: impl Iterator<Item = (K, Id)>,
    make: impl Fn(u32) -> Id,
) -> BTreeMap<Id, Id> {
    let mut keyed: Vec<(K, Id)> = keyed.collect();
    keyed.sort();
    keyed.into_iter().zip(1..).map(|((_, id), n)| (id, make(n))).collect()
}

impl Numbers {
    fn change(&self, id: ChangeId) -> ChangeId {
        self.changes.get(&id).copied().unwrap_or(id)
    }

    fn shift(&self, id: ShiftId) -> ShiftId {
        self.shifts.get(&id).copied().unwrap_or(id)
    }

    fn incident(&self, id: IncidentId) -> IncidentId {
        self.incidents.get(&id).copied().unwrap_or(id)
    }

    fn renumber(&self, change: &Change) -> Change {
        Change {
            id: self.change(change.id),
            reverses: change.reverses.map(|id| self.change(id)),
            redeploy_of: change.redeploy_of.map(|id| self.change(id)),
            ..change.clone()
        }
    }

    fn renumber_diagnosis(&self, diagnosis: &Diagnosis) -> Diagnosis {
        let mut diagnosis = diagnosis.clone();
        diagnosis.judgements.iter_mut().for_each(|j| j.change = self.change(j.change));
        diagnosis.mitigations.iter_mut().for_each(|m| m.change = self.change(m.change));
        diagnosis.redeploy.iter_mut().for_each(|id| *id = self.change(*id));
        diagnosis
    }
}
