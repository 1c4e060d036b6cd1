//! Services whose own spans never come: their work is read off the two ends that are seen.
//!
//! A caller's client span says when a veiled service was entered; entries elsewhere in the same
//! trace, inside that time, whose caller never came, are what left it. So a service that lost its
//! exporter, or never had one but passes the context on, still has hops with ratios. What is inferred
//! this way waits `PATIENCE_S` for spans that are merely late.

use crate::open::{EntryKey, EntryState, OutKey};
use crate::services::ServiceIdx;
use crate::table::{Table, table};
use hw_model::TraceId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};

/// Seconds of arrival time for which a call waits for its other end.
const PATIENCE_S: i64 = 10;

/// What is known of veiled services.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Veiled {
    /// Calls to veiled peers that wait, and until when.
    waiting: VecDeque<(i64, OutKey)>,
    /// Entries by trace whose caller has not come; kept only while a peer is veiled.
    #[serde(with = "crate::table::sorted")]
    strays: Table<TraceId, Vec<EntryKey>>,
    /// Services that stand for a veiled peer.
    services: BTreeSet<ServiceIdx>,
    has_any: bool,
}

impl Default for Veiled {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            strays: table(),
            services: BTreeSet::new(),
            has_any: false,
        }
    }
}

impl Veiled {
    /// Whether any peer is veiled.
    pub(crate) const fn has_any(&self) -> bool {
        self.has_any
    }

    /// Whether a service stands for a veiled peer: nothing was ever received from it.
    pub(crate) fn is_veiled(&self, service: ServiceIdx) -> bool {
        self.services.contains(&service)
    }

    /// Notes that a service stands for a veiled peer.
    pub(crate) fn name(&mut self, service: ServiceIdx) {
        self.services.insert(service);
    }

    /// A call to a veiled peer was counted: it waits for what left from there.
    pub(crate) fn wait(&mut self, now: i64, out: OutKey) {
        self.has_any = true;
        self.waiting.push_back((now.saturating_add(PATIENCE_S), out));
    }

    /// Keeps an entry whose caller has not come yet.
    pub(crate) fn keep(&mut self, trace: TraceId, entry: EntryKey) {
        self.strays.entry(trace).or_default().push(entry);
    }

    /// Forgets an entry.
    pub(crate) fn forget(&mut self, trace: TraceId, entry: EntryKey) {
        if let Some(strays) = self.strays.get_mut(&trace) {
            strays.retain(|stray| *stray != entry);
            if strays.is_empty() {
                self.strays.remove(&trace);
            }
        }
    }

    /// The next call that has waited long enough.
    pub(crate) fn next_due(&mut self, now: i64) -> Option<OutKey> {
        self.waiting.pop_front_if(|(due, _)| *due <= now).map(|(_, out)| out)
    }

    /// Entries of a trace whose caller has not come.
    pub(crate) fn strays(&self, trace: TraceId) -> &[EntryKey] {
        self.strays.get(&trace).map_or(&[], Vec::as_slice)
    }
}

impl EntryState {
    /// Whether it may have been caused by a call that lasted `[from, to]`, as far as clocks of two
    /// hosts can be compared.
    pub(crate) fn lies_within(&self, from: i64, to: i64) -> bool {
        /// Nanoseconds that clocks may differ.
        const SKEW_NS: i64 = 2_000_000;
        self.started_at.0 >= from - SKEW_NS && self.started_at.0 <= to + SKEW_NS
    }
}
