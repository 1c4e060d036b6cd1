//! The counters: one cell per entry, one per hop.

use crate::answers::AnswerBook;
use crate::ids::{EntryIdx, HopIdx};
use crate::lags::Lags;
use crate::open::{Call, EntryState};
use crate::ring::Ring;
use crate::routes::Place;
use crate::services::ServiceIdx;
use crate::windows::Windows;
use hw_model::NameId;
use hw_stats::{History, LatencySketch};
use serde::{Deserialize, Serialize};

/// Whom a hop leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Callee {
    /// A service that was heard.
    Seen(Place),
    /// A peer of which only the caller tells, and the operation as the caller names it.
    Peer(NameId, NameId),
    /// A peer behind which several services answer, where it is not known which of them was meant.
    Unclear(NameId, NameId),
}

/// Calls slower than each of these are counted: the learned p50, p95 and p99.
pub const LATENCY_SHARES: [f64; 3] = [0.5, 0.95, 0.99];

/// Calls before the limits are learned: the p99 of fewer is noise.
const LATENCY_CALLS_MIN: u64 = 500;

/// Judged counts of one tick of a hop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopTick {
    /// Entries of the caller that did not fail, or failed because a call on this hop did.
    pub entries: u32,
    /// Entries of those from which at least one item left on the hop.
    pub any: u32,
    /// Items that came in by those entries.
    pub entered: u32,
    /// Items that left from them.
    pub left: u32,
    /// Calls.
    pub calls: u32,
    /// Calls that failed.
    pub failed: u32,
    /// Calls that succeeded, slower than each learned limit.
    pub slow: [u32; 3],
}

/// Judged counts of one tick of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryTick {
    /// Entries that did not fail.
    pub entries: u32,
    /// Entries that failed.
    pub failed: u32,
    /// Items that came in by entries that did not fail.
    pub entered: u32,
    /// Entries that did not fail, slower than each learned limit.
    pub slow: [u32; 3],
}

/// Totals of an entry over all time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct EntryTotals {
    /// Items, by failed entries too.
    pub entered: u64,
    /// Entries that failed.
    pub failed: u64,
    /// Sum of the weights of sampled entries, and how many carry none.
    pub weighted: f64,
    pub unweighted: u64,
}

/// Totals of a hop over all time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct HopTotals {
    /// Items that left, by failed entries and calls too.
    pub left: u64,
    /// Items that arrived at the callee.
    pub received: u64,
    /// Calls.
    pub calls: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls beyond the first of an entry: fan-out or retries.
    pub repeated: u64,
    /// Sum of the weights of sampled calls, and how many carry none.
    pub weighted: f64,
    pub unweighted: u64,
}

/// Durations of calls, and the limits learned from them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LatencyWatch {
    sketch: LatencySketch,
    limits_ns: Option<[i64; 3]>,
}

impl LatencyWatch {
    /// Notes a duration; says which limits it exceeds.
    pub(crate) fn note(&mut self, duration_ns: i64) -> [u32; 3] {
        match self.limits_ns {
            Some(limits) => limits.map(|limit| u32::from(duration_ns > limit)),
            None => {
                self.sketch.add(duration_ns);
                [0; 3]
            }
        }
    }

    /// Fixes the limits once enough calls are known. Called once a minute.
    pub(crate) fn learn(&mut self) {
        if self.limits_ns.is_none() && self.sketch.n() >= LATENCY_CALLS_MIN {
            let limit = |share: f64| self.sketch.quantile_ns(share).unwrap_or(i64::MAX);
            self.limits_ns = Some(LATENCY_SHARES.map(limit));
            self.sketch = LatencySketch::default();
        }
    }

    pub(crate) const fn limits_ns(&self) -> Option<[i64; 3]> {
        self.limits_ns
    }
}

/// Counters of one entry.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EntryCell {
    pub service: ServiceIdx,
    /// `None` where a trace begins inside the service.
    pub operation: Option<NameId>,
    pub hops: Vec<HopIdx>,
    pub ring: Ring<EntryTick>,
    pub windows: Windows,
    pub history: History,
    pub lags: Lags,
    pub latency: LatencyWatch,
    pub totals: EntryTotals,
    pub order: CallOrder,
    /// The next tick to judge.
    pub next_tick: i64,
}

/// Which hop of an entry is called before which other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CallOrder {
    pairs: Vec<Ordered>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Ordered {
    first: HopIdx,
    second: HopIdx,
    /// Entries that called both, and those in which the first had ended before the second began.
    n_both: u32,
    n_in_order: u32,
}

/// Pairs of hops of one entry whose order is kept.
const ORDERED_MAX: usize = 256;

impl CallOrder {
    /// Notes that an entry called both hops.
    pub(crate) fn note(&mut self, first: HopIdx, second: HopIdx, is_in_order: bool) {
        let same = |pair: &&mut Ordered| pair.first == first && pair.second == second;
        if let Some(pair) = self.pairs.iter_mut().find(same) {
            pair.n_both = pair.n_both.saturating_add(1);
            pair.n_in_order = pair.n_in_order.saturating_add(u32::from(is_in_order));
        } else if self.pairs.len() < ORDERED_MAX {
            let n_in_order = u32::from(is_in_order);
            self.pairs.push(Ordered { first, second, n_both: 1, n_in_order });
        }
    }

    /// Whether `first` has practically always ended before `second` began.
    pub(crate) fn is_before(&self, first: HopIdx, second: HopIdx) -> bool {
        let pair = self.pairs.iter().find(|pair| pair.first == first && pair.second == second);
        pair.is_some_and(|pair| {
            pair.n_both >= 20 && f64::from(pair.n_in_order) >= 0.99 * f64::from(pair.n_both)
        })
    }
}

/// Counters of one hop.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HopCell {
    pub entry: EntryIdx,
    pub callee: Callee,
    /// Whether what is sent outlives the call: a message.
    pub is_message: bool,
    /// The hop this one turned out to be, once its peer's name was learned.
    pub alias: Option<HopIdx>,
    pub ring: Ring<HopTick>,
    pub windows: Windows,
    pub history: History,
    pub lags: Lags,
    pub latency: LatencyWatch,
    pub totals: HopTotals,
    pub answers: AnswerBook,
    /// The next tick to judge.
    pub next_tick: i64,
}

impl EntryCell {
    pub(crate) fn new(
        service: ServiceIdx,
        operation: Option<NameId>,
        kept: Kept,
        tick: i64,
    ) -> Self {
        Self {
            service,
            operation,
            hops: Vec::new(),
            ring: Ring::new(),
            windows: Windows::new(kept.windows_max),
            history: kept.history(),
            lags: Lags::new(),
            latency: LatencyWatch::default(),
            totals: EntryTotals::default(),
            order: CallOrder::default(),
            next_tick: tick,
        }
    }
}

impl HopCell {
    pub(crate) fn new(entry: EntryIdx, callee: Callee, kept: Kept, tick: i64) -> Self {
        Self {
            entry,
            callee,
            is_message: false,
            alias: None,
            ring: Ring::new(),
            windows: Windows::new(kept.windows_max),
            history: kept.history(),
            lags: Lags::new(),
            latency: LatencyWatch::default(),
            totals: HopTotals::default(),
            answers: AnswerBook::default(),
            next_tick: tick,
        }
    }
}

impl HopCell {
    /// Takes over what `other` counted that is not judged or sealed yet.
    pub(crate) fn take_over(&mut self, other: &mut Self) {
        self.totals.add(&other.totals);
        self.windows.take_open(&mut other.windows);
        for tick in other.ring.ticks().filter(|tick| *tick >= self.next_tick) {
            if let (Some(theirs), Some(ours)) = (other.ring.read(tick), self.ring.at(tick)) {
                ours.add(theirs);
            }
        }
    }
}

impl EntryTotals {
    pub(crate) fn count(&mut self, entry: &EntryState) {
        self.entered += u64::from(entry.items);
        self.failed += u64::from(entry.failed);
        self.weighted += f64::from(entry.weight) * f64::from(entry.items);
        self.unweighted += u64::from(entry.weight <= 0.0);
    }
}

impl HopTotals {
    pub(crate) fn count(&mut self, call: &Call, is_repeated: bool) {
        self.left += u64::from(call.items);
        self.calls += 1;
        self.failed += u64::from(call.failed);
        self.repeated += u64::from(is_repeated);
        self.weighted += f64::from(call.weight) * f64::from(call.items);
        self.unweighted += u64::from(call.weight <= 0.0);
    }

    fn add(&mut self, other: &Self) {
        self.left += other.left;
        self.received += other.received;
        self.calls += other.calls;
        self.failed += other.failed;
        self.repeated += other.repeated;
        self.weighted += other.weighted;
        self.unweighted += other.unweighted;
    }
}

/// How much history a cell keeps.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub windows_max: usize,
    pub ticks_max: usize,
}

/// Minutes with counts whose sums are kept: a week. An incident noticed after days is compared with
/// what was before it.
pub(crate) const MINUTES_KEPT: usize = 10_080;

impl Kept {
    const fn history(self) -> History {
        History::new(self.ticks_max, MINUTES_KEPT)
    }
}

impl HopTick {
    /// As a row of a series: entries and any first, so that their totals are quick.
    pub(crate) const fn row(&self) -> [u32; 9] {
        let Self { entries, any, entered, left, calls, failed, slow: [s50, s95, s99] } = *self;
        [entries, any, entered, left, calls, failed, s50, s95, s99]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let add = |ours: &mut u32, theirs: u32| *ours = ours.saturating_add(theirs);
        add(&mut self.entries, other.entries);
        add(&mut self.any, other.any);
        add(&mut self.entered, other.entered);
        add(&mut self.left, other.left);
        add(&mut self.calls, other.calls);
        add(&mut self.failed, other.failed);
        self.slow.iter_mut().zip(other.slow).for_each(|(sum, more)| add(sum, more));
    }

    pub(crate) fn from_row(row: &[u32]) -> Self {
        let column = |at: usize| row.get(at).copied().unwrap_or(0);
        Self {
            entries: column(0),
            any: column(1),
            entered: column(2),
            left: column(3),
            calls: column(4),
            failed: column(5),
            slow: [column(6), column(7), column(8)],
        }
    }
}

impl EntryTick {
    pub(crate) const fn row(&self) -> [u32; 6] {
        let Self { entries, failed, entered, slow: [s50, s95, s99] } = *self;
        [entries, failed, entered, s50, s95, s99]
    }

    pub(crate) fn from_row(row: &[u32]) -> Self {
        let column = |at: usize| row.get(at).copied().unwrap_or(0);
        Self {
            entries: column(0),
            failed: column(1),
            entered: column(2),
            slow: [column(3), column(4), column(5)],
        }
    }
}
