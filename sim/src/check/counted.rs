//! What was counted is what happened, where all of it was told.

use super::Broken;
use crate::traffic::{Doing, Ending, Traffic};
use crate::world::{Step, World};
use hw_engine::Report;
use hw_model::Hop;
use std::collections::BTreeMap;

const CHECK: &str = "what was counted is what happened";

/// What really went over each hop.
#[derive(Debug)]
pub(crate) struct Happened(BTreeMap<Hop, Counted>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    entered: u64,
    left: u64,
    received: u64,
    calls: u64,
    failed: u64,
}

impl Happened {
    /// Counts the spans of a world.
    pub(crate) fn new(world: &World, traffic: &Traffic) -> Self {
        let mut entered = vec![0; world.entries.len()];
        let mut calls: BTreeMap<(usize, usize), Counted> = BTreeMap::new();
        for span in &traffic.spans {
            match span.doing {
                Doing::Serve(entry) => {
                    if let Some(entered) = entered.get_mut(entry.0) {
                        *entered += u64::from(span.items);
                    }
                }
                Doing::Within(_) => {}
                Doing::Call(entry, step) => {
                    let call = calls.entry((entry.0, step)).or_default();
                    call.calls += 1;
                    call.left += u64::from(span.items);
                    call.failed += u64::from(!matches!(span.ending, Ending::Well(_)));
                    let arrived = span.ending != Ending::Refused;
                    call.received += if arrived { u64::from(span.items) } else { 0 };
                }
            }
        }
        let mut hops = BTreeMap::new();
        for (entry, steps) in world.entries.iter().enumerate() {
            let entered = entered.get(entry).copied().unwrap_or(0);
            for (at, step) in steps.steps.iter().enumerate() {
                if let Some(call) = calls.get(&(entry, at)) {
                    hops.insert(hop(world, entry, step), Counted { entered, ..*call });
                }
            }
        }
        Self(hops)
    }

    /// Whether everything that happened reached Highwater.
    pub(super) fn is_all_told(world: &World) -> bool {
        let is_crash = |act: &crate::world::Act| {
            matches!(act.what, crate::world::What::Restart { is_crash: true, .. })
        };
        world.senders.lost.is_none()
            && world.senders.silent.is_none()
            && !world.acts.iter().any(is_crash)
    }

    /// Hops that were counted otherwise than they happened, or never were.
    pub(super) fn check(&self, world: &World, report: &Report) -> Vec<Broken> {
        let mut broken = Vec::new();
        for counted in &report.hops {
            let s = &counted.summary;
            let found = Counted {
                entered: s.entered,
                left: s.left,
                received: s.received.unwrap_or(0),
                calls: s.calls,
                failed: s.failed,
            };
            let seen = match self.0.get(&counted.hop) {
                None => format!("{} is no hop: {found:?}", counted.hop.id()),
                Some(truth) if Self::is_all_told(world) && *truth != found => {
                    format!("{}: counted {found:?}, happened {truth:?}", counted.hop.id())
                }
                Some(_) => continue,
            };
            broken.push(Broken { check: CHECK, seen });
        }
        let is_counted = |hop: &Hop| report.hops.iter().any(|counted| counted.hop == *hop);
        for (hop, truth) in self.0.iter().filter(|(hop, _)| !is_counted(hop)) {
            let seen = format!("{} is not counted: {truth:?}", hop.id());
            broken.push(Broken { check: CHECK, seen });
        }
        broken
    }
}

/// How Highwater names a step of an entry.
pub(crate) fn hop(world: &World, entry: usize, step: &Step) -> Hop {
    let entry = crate::ids::EntryId(entry);
    let to = step.to();
    Hop {
        caller: world.owner(entry).name.clone(),
        entry: Some(world.entry(entry).operation.to_string()),
        callee: world.owner(to).name.clone(),
        operation: world.entry(to).operation.to_string(),
    }
}
