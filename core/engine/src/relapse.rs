//! A restart cures nothing: what it stopped is watched for a day, and when it comes back the same
//! incident goes on.
//!
//! What was taken back, switched or deployed anew is presumed cured, and what comes then is another
//! incident. So is what comes back an hour or more after the restarted service got another version:
//! that held for as long as anything is watched, and counts as the repair.
//!
//! An incident that comes back has *bouts*. What was said of it when it was over is kept and not
//! worked out again: seconds are remembered for some hours only, and the time since is no time to learn from.

use crate::describe::onset_at;
use crate::engine::Engine;
use crate::gather::Sources;
use crate::incidents::{Case, is_back, onset_interval};
use crate::input::Output;
use crate::look::WATCHED_S;
use crate::shifts::Tracked;
use hw_diagnose::diagnose;
use hw_model::{ChangeId, ChangeKind, Diagnosis, Effect, IncidentId, ShiftId, Signal, Timestamp};
use serde::{Deserialize, Serialize};

/// Seconds for which what a restart stopped is watched.
pub(crate) const RELAPSE_S: f64 = 86_400.0;

/// Bouts of one incident at most; what comes back then opens another. Each is kept.
const BOUTS_MAX: usize = 24;

/// What was known of an incident when it was over, before it came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Before {
    /// How many bouts there were.
    pub n_bouts: usize,
    /// How many of its shifts are of these; all others came since.
    pub n_shifts: usize,
    /// The one it was about.
    pub main: ShiftId,
    pub began_at: Timestamp,
    pub over_at: Timestamp,
    pub diagnosis: Diagnosis,
}

/// An incident that a new shift brings back.
#[derive(Debug)]
pub(crate) struct Return {
    pub incident: IncidentId,
    /// Whether the figure came back that it was about, and it is none that follows from others.
    pub is_leading: bool,
    pub before: Before,
}

impl Case {
    /// The shifts of its latest bout.
    pub(crate) fn bout(&self) -> &[ShiftId] {
        let n_before = self.before.as_ref().map_or(0, |before| before.n_shifts);
        self.shifts.get(n_before..).unwrap_or_default()
    }
}

impl Engine {
    /// The incident that a new shift brings back, if it does.
    pub(crate) fn brought_back(&self, new: ShiftId) -> Option<Return> {
        let new = self.shifts.get(new)?;
        let ended = self.incidents.all().filter(|case| case.is_ended);
        let ended = ended.filter_map(|case| Some((self.over_at(case)?, case)));
        let is_watched = |over: Timestamp| self.now.seconds_since(over) <= RELAPSE_S;
        let mut ended: Vec<(Timestamp, &Case)> =
            ended.filter(|(over, _)| is_watched(*over) && onset_at(new) > *over).collect();
        ended.sort_by_key(|(over, case)| (*over, case.id));
        ended.into_iter().rev().find_map(|(over, case)| self.return_of((over, case), new))
    }

    /// The end of all its shifts; none while one lasts.
    pub(crate) fn over_at(&self, case: &Case) -> Option<Timestamp> {
        let own = case.shifts.iter().filter_map(|id| self.shifts.get(*id));
        let ends: Option<Vec<Timestamp>> = own.map(Tracked::over_at).collect();
        ends?.into_iter().max()
    }

    /// Seconds for which an incident that is over is remembered at least.
    pub(crate) fn remembered_s(&self, case: &Case, else_s: f64) -> f64 {
        if self.restarted(case, &case.diagnosis).is_some() { RELAPSE_S } else { else_s }
    }

    fn return_of(&self, (over_at, case): (Timestamp, &Case), new: &Tracked) -> Option<Return> {
        let known = || case.shifts.iter().filter_map(|id| self.shifts.get(*id));
        // What a person called normal is usual since: beyond that it is something new.
        let returns = |known: &Tracked| known.accepted_at.is_none() && is_back(known, new);
        if !known().any(returns) {
            return None;
        }
        let sources = self.sources();
        let main = sources.main_of(case)?;
        let (is_main, is_soon) = (returns(main), self.now.seconds_since(over_at) <= WATCHED_S);
        // A day later figures that many things move say little: the one it was about must be back.
        if !is_main && !is_soon {
            return None;
        }
        let n_bouts = case.before.as_ref().map_or(1, |before| before.n_bouts + 1);
        let diagnosis = if is_soon {
            // What was looked at last may have seen the beginning of the return.
            let until = onset_interval(new).from.max(over_at);
            diagnose(&sources.gather(case, Some(until.tick().0))?)
        } else {
            case.diagnosis.clone()
        };
        let service = self.restarted(case, &diagnosis)?;
        let is_repaired = || self.repair_of(&service, (over_at, onset_at(new))).is_some();
        if n_bouts >= BOUTS_MAX || is_repaired() {
            return None;
        }
        let began_at = known().map(onset_at).min()?;
        let (n_shifts, main) = (case.shifts.len(), main.id);
        let before = Before { n_bouts, n_shifts, main, began_at, over_at, diagnosis };
        let follows = matches!(new.signal, Signal::Latency | Signal::Volume);
        Some(Return { incident: case.id, is_leading: is_main && !follows, before })
    }

    /// The service whose restart ended the latest bout, if nothing else helped.
    fn restarted(&self, case: &Case, diagnosis: &Diagnosis) -> Option<String> {
        let bout = case.bout().iter().filter_map(|id| self.shifts.get(*id));
        let began_at = bout.map(onset_at).min()?;
        let helped = diagnosis.mitigations.iter().filter(|tried| tried.effect == Effect::Worked);
        let helped = helped.filter_map(|tried| self.changes.get(tried.change));
        let mut helped = helped.map(|noted| &noted.change).filter(|change| change.at > began_at);
        let last = helped.next_back()?;
        let is_restart = |kind: ChangeKind| match kind {
            ChangeKind::Restart => true,
            ChangeKind::Deploy
            | ChangeKind::Rollback
            | ChangeKind::Flag
            | ChangeKind::Config
            | ChangeKind::Instrumentation
            | ChangeKind::Other => false,
        };
        let only = is_restart(last.kind) && helped.all(|change| is_restart(change.kind));
        only.then(|| last.service.clone())
    }

    /// The first other version of a service since then, if it held for as long as anything is watched.
    fn repair_of(
        &self,
        service: &str,
        (over_at, until): (Timestamp, Timestamp),
    ) -> Option<ChangeId> {
        let own = self.changes.all().map(|noted| &noted.change).filter(|change| {
            change.service == service
                && matches!(change.kind, ChangeKind::Deploy | ChangeKind::Rollback)
        });
        let mut held =
            own.filter(|change| change.at > over_at && until.seconds_since(change.at) >= WATCHED_S);
        held.next().map(|change| change.id)
    }

    /// Says of incidents that a restart stopped that they count as repaired: what comes back from then on is
    /// another.
    pub(crate) fn look_at_repairs(&mut self) {
        let stopped =
            self.incidents.all().filter(|case| case.is_ended && case.repaired_by.is_none());
        let repaired = stopped.filter_map(|case| {
            let over_at = self.over_at(case)?;
            if self.now.seconds_since(over_at) > RELAPSE_S {
                return None;
            }
            let service = self.restarted(case, &case.diagnosis)?;
            Some((case.id, self.repair_of(&service, (over_at, self.now))?))
        });
        let repaired: Vec<(IncidentId, ChangeId)> = repaired.collect();
        for (incident, change) in repaired {
            if let Some(case) = self.incidents.get_mut(incident) {
                case.repaired_by = Some(change);
            }
            self.outputs.push_back(Output::RepairSeen { at: self.now, incident, change });
        }
    }

    /// Everything there is to gather from.
    pub(crate) fn sources(&self) -> Sources<'_> {
        Sources {
            flow: &self.flow,
            watch: &self.watch,
            shifts: &self.shifts,
            changes: &self.changes,
            first_s: self.first_at.map_or(0, |at| at.tick().0),
            now_s: self.now.tick().0,
        }
    }
}

#[cfg(test)]
mod tests;
