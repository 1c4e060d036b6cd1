//! Forgetting what is over and recorded, so that a server can run for months.
//!
//! What may still matter is kept: of an incident until an hour after its end, because what people do
//! then still speaks of it, and for a day if only a restart helped; of shifts an hour more, because what is usual does not include them; of
//! changes a day before the earliest onset that is still looked at.

use crate::engine::{Engine, Memory};
use crate::incidents::Case;
use crate::look::WATCHED_S;
use hw_model::{IncidentId, Timestamp};
use std::collections::BTreeSet;

/// Seconds for which a shift that is over says what is not usual.
const SHIFTS_S: f64 = 2.0 * WATCHED_S;

/// Seconds before the onset of an incident in which changes are judged, and an hour to be sure.
const CHANGES_S: f64 = 90_000.0;

/// Seconds after which a silent instance is not asked about any more.
const INSTANCES_S: f64 = 7_200.0;

impl Engine {
    /// Forgets what is over, if it is to. Called once a minute.
    pub(crate) fn forget(&mut self) {
        match self.memory {
            Memory::Everything => return,
            Memory::Recent => {}
        }
        let gone: BTreeSet<IncidentId> =
            self.incidents.everyone().filter(|case| self.is_past(case)).map(|c| c.id).collect();
        self.incidents.retain(|case| !gone.contains(&case.id));
        let since = self.now.plus_s(-SHIFTS_S);
        self.shifts.retain(|shift| {
            let is_looked_at = shift.incident.is_some_and(|id| !gone.contains(&id));
            is_looked_at || shift.over_at().is_none_or(|over| over >= since)
        });
        let onsets = self.shifts.all().filter_map(|shift| shift.onset.first().map(|(at, _)| *at));
        let first = onsets.map(Timestamp::from_s).min().map_or(self.now, |at| at.min(self.now));
        let instances = self.now.plus_s(-INSTANCES_S);
        self.changes.forget(&self.flow, first.plus_s(-CHANGES_S), instances);
        self.restarts.forget(&self.flow, instances);
    }

    /// Whether an incident is long over.
    fn is_past(&self, case: &Case) -> bool {
        let over = case.shifts.iter().filter_map(|id| self.shifts.get(*id)?.over_at()).max();
        let is_merged = case.merged_into.is_some();
        let at = if is_merged { case.diagnosed_at } else { over };
        let is_over = is_merged || case.is_ended;
        let kept_s = self.remembered_s(case, SHIFTS_S);
        is_over && at.is_none_or(|at| self.now.seconds_since(at) > kept_s)
    }
}
