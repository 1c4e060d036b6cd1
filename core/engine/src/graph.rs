//! Who calls whom, service by service.

use hw_flow::{Flow, HopIdx, ServiceIdx};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Calls between services, and what lies below each.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct CallGraph {
    n_hops: usize,
    calls: BTreeMap<ServiceIdx, BTreeSet<ServiceIdx>>,
    below: BTreeMap<ServiceIdx, BTreeSet<ServiceIdx>>,
}

impl CallGraph {
    /// Looks whether hops came or were renamed since the last call.
    pub(crate) fn follow(&mut self, flow: &Flow) {
        let n_hops = flow.hops().count();
        if n_hops == self.n_hops {
            return;
        }
        self.n_hops = n_hops;
        self.below.clear();
        for hop in flow.hops() {
            if let (Some(caller), Some(callee)) = ends(flow, hop) {
                self.calls.entry(caller).or_default().insert(callee);
            }
        }
    }

    /// The service and everything it calls, directly or not.
    pub(crate) fn below(&mut self, service: ServiceIdx) -> &BTreeSet<ServiceIdx> {
        let calls = &self.calls;
        self.below.entry(service).or_insert_with(|| {
            let mut below = BTreeSet::from([service]);
            let mut next = vec![service];
            while let Some(at) = next.pop() {
                let callees = calls.get(&at).into_iter().flatten();
                next.extend(callees.filter(|callee| below.insert(**callee)));
            }
            below
        })
    }

    /// The service, what it calls and what calls it, directly or not.
    pub(crate) fn around(&self, service: ServiceIdx) -> BTreeSet<ServiceIdx> {
        let mut around = BTreeSet::from([service]);
        let closed = |grow: &dyn Fn(ServiceIdx) -> Vec<ServiceIdx>| {
            let (mut known, mut next) = (BTreeSet::from([service]), vec![service]);
            while let Some(at) = next.pop() {
                next.extend(grow(at).into_iter().filter(|new| known.insert(*new)));
            }
            known
        };
        around.extend(closed(&|at| self.calls.get(&at).into_iter().flatten().copied().collect()));
        around.extend(closed(&|at| {
            let callers = self.calls.iter().filter(|(_, callees)| callees.contains(&at));
            callers.map(|(caller, _)| *caller).collect()
        }));
        around
    }

    /// Whether the two share a service or lie on one path of calls.
    pub(crate) fn connects(&mut self, a: &[ServiceIdx], b: &[ServiceIdx]) -> bool {
        let mut leads = |from: &[ServiceIdx], to: &[ServiceIdx]| {
            from.iter().any(|at| {
                let below = self.below(*at);
                to.iter().any(|service| below.contains(service))
            })
        };
        leads(a, b) || leads(b, a)
    }
}

/// Caller and callee of a hop, as far as they were heard.
pub(crate) fn ends(flow: &Flow, hop: HopIdx) -> (Option<ServiceIdx>, Option<ServiceIdx>) {
    let caller = flow.entry_of(hop).and_then(|entry| flow.entry_place(entry));
    (caller.map(|(service, _)| service), flow.callee_of(hop).map(|(service, _)| service))
}
