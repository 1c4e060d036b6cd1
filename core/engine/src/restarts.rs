//! Restarts tear short gaps of refused calls; those belong to the change, not to an incident.
//!
//! The stretch from the last span of the old instance to two seconds after
//! the first span of the new one, at most 30 s, is taken out of detection and learning for calls
//! into that service and for the errors it causes upstream. While an instance has fallen silent and
//! calls fail, ticks wait up to 15 s for the new instance to show; longer outages count.

use hw_flow::{Flow, Instance, ServiceIdx};
use hw_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Longest gap that is put down to a restart.
const GAP_S_MAX: i64 = 30;

/// Seconds after the first span of the new instance that still belong to its restart.
const SETTLE_S: i64 = 2;

/// Seconds a failing tick waits for a new instance.
const WAIT_S: i64 = 15;

/// What to do with a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Judge it.
    Pass,
    /// Take it out: a restart explains it.
    Skip,
    /// It may turn out to be a restart: ask again.
    Wait,
}

/// Gaps that restarts left.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Restarts {
    /// Per service: first and last tick of each gap.
    gaps: BTreeMap<ServiceIdx, Vec<(i64, i64)>>,
    /// The last tick of all gaps: most ticks come long after it.
    last_tick: i64,
    by_service: BTreeMap<ServiceIdx, Vec<usize>>,
    n_instances: usize,
    /// Instances of which only log lines came so far: many write some before their first item.
    without_spans: Vec<usize>,
}

impl Restarts {
    /// Looks at instances whose first span came since the last call.
    pub(crate) fn follow(&mut self, flow: &Flow) {
        let instances = flow.instances();
        let mut begun = std::mem::take(&mut self.without_spans);
        begun.extend(self.n_instances..instances.len());
        self.n_instances = instances.len();
        for at in begun {
            let Some(new) = instances.get(at) else { continue };
            if !new.has_spans {
                self.without_spans.push(at);
                continue;
            }
            let known = self.by_service.entry(new.service).or_default();
            let old = known.iter().filter_map(|at| instances.get(*at));
            let old = old.filter(|old| makes_gap(old, new)).max_by_key(|old| old.last_at);
            if let Some(old) = old {
                let gap = (old.last_at.tick().0, new.first_at.tick().0 + SETTLE_S);
                self.last_tick = self.last_tick.max(gap.1);
                self.gaps.entry(new.service).or_default().push(gap);
            }
            known.push(at);
        }
    }

    /// Forgets gaps and instances of before an instant.
    pub(crate) fn forget(&mut self, flow: &Flow, before: Timestamp) {
        self.gaps.retain(|_, gaps| {
            gaps.retain(|(_, last)| *last >= before.tick().0);
            !gaps.is_empty()
        });
        for known in self.by_service.values_mut() {
            let heard = |at: &usize| flow.instances().get(*at).map(|instance| instance.last_at);
            known.retain(|at| heard(at).is_some_and(|heard| heard >= before));
        }
    }

    /// Whether a restart of one of these services explains what failed in a tick.
    pub(crate) fn is_gap(&self, below: &BTreeSet<ServiceIdx>, tick: i64) -> bool {
        if tick > self.last_tick {
            return false;
        }
        let in_gap = |service: &ServiceIdx| {
            let gaps = self.gaps.get(service).map_or(&[][..], Vec::as_slice);
            gaps.iter().any(|(first, last)| (*first..=*last).contains(&tick))
        };
        below.iter().any(in_gap)
    }

    /// What to do with a tick of calls into a service or of entries of it, at second `now`. `below`
    /// is the service and everything it calls: their restarts make it fail too.
    pub(crate) fn gate(
        &self,
        flow: &Flow,
        below: &BTreeSet<ServiceIdx>,
        (tick, has_failures): (i64, bool),
        now: i64,
    ) -> Gate {
        if self.is_gap(below, tick) {
            return Gate::Skip;
        }
        if !has_failures || now > tick + 1 + WAIT_S {
            return Gate::Pass;
        }
        let is_silent = |at: &usize| {
            let last = flow.instances().get(*at).map_or(i64::MIN, |i| i.last_at.tick().0);
            last <= tick && last >= tick - GAP_S_MAX
        };
        let has_silent = |service: &ServiceIdx| {
            self.by_service.get(service).is_some_and(|known| known.iter().any(is_silent))
        };
        if below.iter().any(has_silent) { Gate::Wait } else { Gate::Pass }
    }
}

/// Whether `old` fell silent shortly before `new` began.
fn makes_gap(old: &Instance, new: &Instance) -> bool {
    let silence_s = new.first_at.seconds_since(old.last_at);
    (0.0..=GAP_S_MAX as f64).contains(&silence_s)
}
