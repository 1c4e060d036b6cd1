//! The counters of all entries and hops, and the five ways in which they grow.

use crate::answers::{Fate, Standing};
use crate::cells::{Callee, EntryCell, HopCell, Kept};
use crate::ids::{EntryIdx, HopIdx};
use crate::open::{Asked, Call, EntryState};
use crate::services::ServiceIdx;
use crate::table::{Table, table};
use crate::windows::WindowCounts;
use hw_model::{NameId, Timestamp};
use serde::{Deserialize, Serialize};

/// Cells of entries and hops.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub entries: Vec<EntryCell>,
    pub hops: Vec<HopCell>,
    #[serde(with = "crate::table::sorted")]
    entry_ids: Table<(ServiceIdx, Option<NameId>), EntryIdx>,
    #[serde(with = "crate::table::sorted")]
    hop_ids: Table<(EntryIdx, Callee), HopIdx>,
    kept: Kept,
    hops_max: usize,
    window_s: i64,
    /// Second of arrival that is being folded.
    pub now: i64,
    /// Counts that came too late for their window.
    pub late: u64,
    /// Calls that had no place among the hops.
    pub beyond: u64,
}

/// An answer to count: its key, how the key came to be watched, and its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub key: NameId,
    pub standing: Standing,
    pub value: NameId,
}

impl Counters {
    pub(crate) const fn new(kept: Kept, hops_max: usize, window_s: i64) -> Self {
        Self {
            entries: Vec::new(),
            hops: Vec::new(),
            entry_ids: table(),
            hop_ids: table(),
            kept,
            hops_max,
            window_s,
            now: i64::MIN,
            late: 0,
            beyond: 0,
        }
    }

    /// Restored from a snapshot, with these limits for what is new.
    pub(crate) const fn restored(&mut self, kept: Kept, hops_max: usize) {
        self.kept = kept;
        self.hops_max = hops_max;
    }

    pub(crate) fn entry(&self, entry: EntryIdx) -> Option<&EntryCell> {
        self.entries.get(entry.0 as usize)
    }

    pub(crate) fn hop(&self, hop: HopIdx) -> Option<&HopCell> {
        self.hops.get(hop.0 as usize)
    }

    /// The hop that a hop turned out to be.
    pub(crate) fn resolved(&self, hop: HopIdx) -> HopIdx {
        self.hop(hop).and_then(|cell| cell.alias).unwrap_or(hop)
    }

    /// When something first left an entry on a hop, whatever that was called then.
    fn left_at(&self, entry: &EntryState, hop: HopIdx) -> Option<Timestamp> {
        let left = entry.outs.iter().filter(|left| self.resolved(left.hop) == hop);
        left.map(|left| left.first_at).min()
    }

    /// Whether one of these turned out to be the hop.
    pub(crate) fn is_among(&self, hop: HopIdx, hops: &[HopIdx]) -> bool {
        hops.iter().any(|other| self.resolved(*other) == hop)
    }

    /// The number of an entry; a new one is first judged at `tick`.
    pub(crate) fn entry_idx(
        &mut self,
        service: ServiceIdx,
        operation: Option<NameId>,
        tick: i64,
    ) -> EntryIdx {
        if let Some(entry) = self.entry_ids.get(&(service, operation)) {
            return *entry;
        }
        let id = u32::try_from(self.entries.len()).expect("invariant: operations are bounded");
        self.entries.push(EntryCell::new(service, operation, self.kept, tick));
        self.entry_ids.insert((service, operation), EntryIdx(id));
        EntryIdx(id)
    }

    /// The hop from an entry to a callee; `None` past the limit of hops.
    pub(crate) fn hop_idx(&mut self, entry: EntryIdx, callee: Callee) -> Option<HopIdx> {
        if let Some(hop) = self.hop_ids.get(&(entry, callee)) {
            return Some(self.resolved(*hop));
        }
        if self.hops.len() >= self.hops_max {
            self.beyond += 1;
            return None;
        }
        let id = HopIdx(u32::try_from(self.hops.len()).ok()?);
        let caller = self.entries.get_mut(entry.0 as usize)?;
        caller.hops.push(id);
        let mut cell = HopCell::new(entry, callee, self.kept, caller.next_tick);
        cell.windows.begin_with(&caller.windows);
        self.hops.push(cell);
        self.hop_ids.insert((entry, callee), id);
        Some(id)
    }

    /// The name of a hop's peer was learned: what was counted on `peer` so far, and what will be,
    /// belongs to `hop`. Ticks and windows that were judged or sealed already stay where they are.
    pub(crate) fn rename(&mut self, entry: EntryIdx, peer: Callee, hop: HopIdx) {
        let Some(peer_hop) = self.hop_ids.get(&(entry, peer)).copied() else { return };
        let pair = [peer_hop.0 as usize, hop.0 as usize];
        let Ok([from, to]) = self.hops.get_disjoint_mut(pair) else { return };
        if from.alias.is_some() {
            return;
        }
        from.alias = Some(hop);
        to.take_over(from);
        if let Some(caller) = self.entries.get_mut(entry.0 as usize) {
            caller.hops.retain(|known| *known != peer_hop);
        }
    }

    /// Seals every window that ended before `tick`.
    pub(crate) fn seal_windows(&mut self, tick: i64) {
        let before = self.window_of(tick);
        self.entries.iter_mut().for_each(|entry| entry.windows.seal(before));
        self.hops.iter_mut().for_each(|hop| hop.windows.seal(before));
    }

    /// Counts an entry that came.
    pub(crate) fn count_entry(&mut self, state: &EntryState) {
        let tick = state.tick();
        let window = self.window_of(tick);
        let lag_s = self.now.saturating_sub(tick + 1);
        let duration_ns = state.ended_at.0 - state.started_at.0;
        let Some(cell) = self.entries.get_mut(state.entry.0 as usize) else { return };
        cell.totals.count(state);
        cell.lags.note(lag_s);
        if let Some(slot) = cell.ring.at(tick) {
            if state.failed {
                slot.failed += 1;
            } else {
                slot.entries += 1;
                slot.entered = slot.entered.saturating_add(state.items);
                add(&mut slot.slow, cell.latency.note(duration_ns));
            }
        }
        let Some(open) = cell.windows.at(window) else {
            self.late += 1;
            return;
        };
        let entered = if state.failed { 0 } else { state.items };
        open.counts.calls += 1;
        open.counts.failed += u32::from(state.failed);
        open.counts.entered = open.counts.entered.saturating_add(entered);
        open.latency.add(duration_ns);
        if state.failed {
            return;
        }
        if let Some(counts) = open.version(state.version) {
            counts.entries += 1;
        }
        for hop in &cell.hops {
            let hop = self.hops.get_mut(hop.0 as usize);
            let Some(open) = hop.and_then(|hop| hop.windows.at(window)) else { continue };
            open.counts.entered = open.counts.entered.saturating_add(entered);
            if let Some(counts) = open.version(state.version) {
                counts.entries += 1;
            }
        }
    }

    /// Counts a call that left from an entry.
    pub(crate) fn count_call(&mut self, hop_idx: HopIdx, entry: &mut EntryState, call: Call) {
        let tick = entry.tick();
        let lag_s = self.now.saturating_sub(tick + 1);
        let leaving = entry.leave(hop_idx, &call);
        if leaving.is_first && !entry.failed {
            self.note_order(hop_idx, entry, &call);
        }
        let Some(hop) = self.hops.get_mut(hop_idx.0 as usize) else { return };
        let duration_ns = call.ended_at.0 - call.started_at.0;
        hop.is_message |= call.is_message;
        hop.totals.count(&call, !leaving.is_first);
        hop.lags.note(lag_s);
        let left = if leaving.is_counted { call.items } else { 0 };
        let any = u32::from(leaving.is_first_counted);
        // The entry's own count has those that did not fail; this one failed because of this call.
        let (entries, entered) = if entry.failed { (any, any * entry.items) } else { (0, 0) };
        let slow = if call.failed { [0; 3] } else { hop.latency.note(duration_ns) };
        if let Some(slot) = hop.ring.at(tick) {
            slot.entries += entries;
            slot.entered = slot.entered.saturating_add(entered);
            slot.any += any;
            slot.left = slot.left.saturating_add(left);
            slot.calls += 1;
            slot.failed += u32::from(call.failed);
            add(&mut slot.slow, slow);
        }
        if any > 0 && !entry.failed {
            self.count_late_fates(hop_idx, entry, call.started_at);
        }
        let counts = WindowCounts {
            entered,
            any,
            left,
            calls: 1,
            failed: u32::from(call.failed),
            ..WindowCounts::default()
        };
        self.store_call(hop_idx, entry, (counts, entries), call.ended_at.0 - call.started_at.0);
    }

    /// Adds a call to the window of its entry.
    fn store_call(
        &mut self,
        hop_idx: HopIdx,
        entry: &EntryState,
        (counts, entries): (WindowCounts, u32),
        duration_ns: i64,
    ) {
        let window = self.window_of(entry.tick());
        let hop = self.hops.get_mut(hop_idx.0 as usize);
        let Some(open) = hop.and_then(|hop| hop.windows.at(window)) else {
            self.late += 1;
            return;
        };
        open.counts.merge(&counts);
        open.latency.add(duration_ns);
        if let Some(version) = open.version(entry.version) {
            version.entries += entries;
            version.any += counts.any;
        }
    }

    /// Counts items that arrived at the callee, in the window of the entry that sent them.
    pub(crate) fn count_received(&mut self, hop: HopIdx, tick: i64, items: u32) {
        let window = self.window_of(tick);
        let Some(hop) = self.hops.get_mut(hop.0 as usize) else { return };
        hop.totals.received += u64::from(items);
        if let Some(open) = hop.windows.at(window) {
            open.counts.received = open.counts.received.saturating_add(items);
        }
    }

    /// Counts an answer that an entry got on a hop, and what became of the entry so far.
    pub(crate) fn count_answer(
        &mut self,
        hop_idx: HopIdx,
        entry: &mut EntryState,
        answer: Answer,
        ended_at: Timestamp,
    ) {
        let tick = entry.tick();
        let window = self.window_of(tick);
        let Some(hop) = self.hops.get_mut(hop_idx.0 as usize) else { return };
        let Some(cell) = hop.answers.count((answer.key, answer.standing), answer.value, tick)
        else {
            return;
        };
        if hop.answers.is_shown(cell.0)
            && let Some(open) = hop.windows.at(window)
        {
            open.count_answer(cell);
        }
        if entry.failed {
            return;
        }
        entry.asked.push(Asked { hop: hop_idx, cell, ended_at, n_hops: self.hops.len() });
        let caller = self.entries.get(entry.entry.0 as usize);
        for other in caller.iter().flat_map(|caller| &caller.hops).filter(|h| **h != hop_idx) {
            let left_at = self.left_at(entry, *other);
            let fate = Fate {
                outcome: other.0,
                went_on: left_at.is_some(),
                out_of_order: left_at.is_some_and(|left_at| left_at < ended_at),
            };
            if let Some(hop) = self.hops.get_mut(hop_idx.0 as usize) {
                hop.answers.count_fate(cell, tick, fate);
            }
        }
    }

    /// Notes which calls of the entry had ended before this one began, and the other way round.
    fn note_order(&mut self, hop: HopIdx, entry: &EntryState, call: &Call) {
        let Some(cell) = self.entries.get_mut(entry.entry.0 as usize) else { return };
        for other in entry.outs.iter().filter(|left| left.hop != hop) {
            cell.order.note(other.hop, hop, other.ended_at <= call.started_at);
            cell.order.note(hop, other.hop, call.ended_at <= other.first_at);
        }
    }

    /// An item left on a hop after answers of its entry were counted as "did not go on".
    fn count_late_fates(&mut self, outcome: HopIdx, entry: &EntryState, left_at: Timestamp) {
        for asked in entry.asked.iter().filter(|asked| asked.hop != outcome) {
            let out_of_order = left_at < asked.ended_at;
            let fate = Fate { outcome: outcome.0, went_on: true, out_of_order };
            let Some(hop) = self.hops.get_mut(asked.hop.0 as usize) else { continue };
            if asked.is_counted_against(outcome) {
                hop.answers.count_late_fate(asked.cell, entry.tick(), fate);
            } else {
                hop.answers.count_fate(asked.cell, entry.tick(), fate);
            }
        }
    }

    /// The number of the window in which a tick lies.
    pub(crate) const fn window_of(&self, tick: i64) -> i64 {
        tick.div_euclid(self.window_s)
    }
}

fn add(sums: &mut [u32; 3], more: [u32; 3]) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}
