//! Counts of targets: what the engine has of them, and their sums step by step.

use super::{Steps, Wanted};
use hw_flow::{EntryIdx, Flow, HopIdx, WindowCounts};
use hw_model::{HopCount, Target};
use std::collections::{BTreeMap, BTreeSet};

/// What was counted of a target, step by step.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    steps: Steps,
    shift_s: i64,
    pub sums: Vec<Sum>,
    pub is_callee_heard: bool,
}

/// What was counted in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    entered: u64,
    left: u64,
    any: u64,
    received: u64,
    calls: u64,
    failed: u64,
}

/// What the engine has of a target: windows by number, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct InMemory {
    pub windows: Vec<(i64, WindowCounts)>,
    pub is_callee_heard: bool,
}

impl Counted {
    pub(super) fn nothing(steps: Steps, shift_s: i64, is_callee_heard: bool) -> Self {
        Self { steps, shift_s, sums: vec![Sum::default(); steps.n_steps()], is_callee_heard }
    }

    pub(super) fn add(&mut self, window: i64, counts: &WindowCounts) {
        let step = self.steps.step_of(window, self.shift_s) - self.steps.from;
        let place = usize::try_from(step).unwrap_or(usize::MAX);
        if let Some(sum) = self.sums.get_mut(place) {
            sum.entered += u64::from(counts.entered);
            sum.left += u64::from(counts.left);
            sum.any += u64::from(counts.any);
            sum.received += u64::from(counts.received);
            sum.calls += u64::from(counts.calls);
            sum.failed += u64::from(counts.failed);
        }
    }
}

impl Sum {
    /// One of the counts.
    pub(super) const fn of(&self, count: HopCount) -> u64 {
        match count {
            HopCount::Entered => self.entered,
            HopCount::Left => self.left,
            HopCount::Received => self.received,
            HopCount::Calls => self.calls,
            HopCount::Errors => self.failed,
        }
    }
}

/// What the engine has of some targets.
pub(super) fn in_memory(
    flow: &Flow,
    steps: Steps,
    wanted: Wanted,
) -> BTreeMap<(Target, i64), InMemory> {
    let (hops, entries) = indices(flow, &wanted);
    let of = |target: &Target, shift_s: i64| {
        let (from, to) = steps.windows(shift_s);
        let mut found = InMemory::default();
        let keep = |at, counts| found.windows.push((at, counts));
        if let Some(idx) = hops.get(target) {
            flow.visit_windows(*idx, from, to, keep);
            found.is_callee_heard = flow.is_callee_heard(*idx);
        } else if let Some(idx) = entries.get(target) {
            flow.visit_entry_windows(*idx, from, to, keep);
        }
        found
    };
    let of = |(target, shift_s)| {
        let found = of(&target, shift_s);
        ((target, shift_s), found)
    };
    wanted.into_iter().map(of).collect()
}

/// The numbers of wanted hops and entries.
fn indices(flow: &Flow, wanted: &Wanted) -> (BTreeMap<Target, HopIdx>, BTreeMap<Target, EntryIdx>) {
    let wanted: BTreeSet<&Target> = wanted.iter().map(|(target, _)| target).collect();
    let hop = |idx| Some((Target::Hop(flow.hop_words(idx)?), idx));
    let entry = |idx| {
        let (service, operation) = flow.entry_place(idx)?;
        let operation = flow.vocabulary().name(operation?).to_owned();
        Some((Target::Entry { service: flow.service_word(service), operation }, idx))
    };
    let hops = flow.hops().filter_map(hop).filter(|(target, _)| wanted.contains(target));
    let mut entries = BTreeMap::new();
    for (target, idx) in flow.entries().filter_map(entry) {
        if wanted.contains(&target) {
            entries.entry(target).or_insert(idx);
        }
    }
    (hops.collect(), entries)
}
