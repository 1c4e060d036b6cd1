//! Windows: the counts that are stored and shown, ten seconds each by default.
//!
//! A window takes late counts until the watermark has passed it, then it is sealed: packed into the
//! history and immutable. Counts for a sealed window are late and only counted as such.

use crate::answers::ValueIdx;
use crate::export::Rows;
use hw_model::NameId;
use hw_stats::{LatencySketch, PackedRows, Series};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Counts of one window of a hop. Cohorts: everything stands at the start of the entry that caused
/// it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowCounts {
    /// Items that entered the caller, by entries that did not fail.
    pub entered: u32,
    /// Items that left on the hop from those entries.
    pub left: u32,
    /// Entries of those that sent at least one item.
    pub any: u32,
    /// Items that arrived at the callee.
    pub received: u32,
    /// Calls, of failed entries too.
    pub calls: u32,
    /// Calls that failed.
    pub failed: u32,
}

impl WindowCounts {
    const fn row(self) -> [u32; 6] {
        [self.entered, self.left, self.any, self.received, self.calls, self.failed]
    }

    /// Counts as a row that was exported ([`Rows::Windows`]); what a shorter one lacks is zero.
    #[must_use]
    pub fn from_row(row: &[u32]) -> Self {
        let column = |at: usize| row.get(at).copied().unwrap_or(0);
        Self {
            entered: column(0),
            left: column(1),
            any: column(2),
            received: column(3),
            calls: column(4),
            failed: column(5),
        }
    }

    /// Adds another window's counts: windows of the same time from two shards.
    pub fn merge(&mut self, other: &Self) {
        let add = |ours: &mut u32, theirs: u32| *ours = ours.saturating_add(theirs);
        add(&mut self.entered, other.entered);
        add(&mut self.left, other.left);
        add(&mut self.any, other.any);
        add(&mut self.received, other.received);
        add(&mut self.calls, other.calls);
        add(&mut self.failed, other.failed);
    }
}

/// What a window holds that still takes counts.
#[derive(Clone, Copy, Debug)]
pub struct OpenView<'a> {
    /// Its counts up to now.
    pub counts: WindowCounts,
    /// Durations of its calls.
    pub latency: &'a LatencySketch,
    /// The number of the answer's key, and counts per value.
    pub answers: Option<(usize, &'a [u32])>,
}

/// Entries of one version of the caller, and those that went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionCounts {
    pub version: NameId,
    pub entries: u32,
    pub any: u32,
}

/// A window that still takes counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct OpenWindow {
    pub counts: WindowCounts,
    pub latency: LatencySketch,
    /// Counts per value of the answer that is shown, and the number of its key.
    answers: (usize, Vec<u32>),
    /// Counts per version of the caller; one while no roll-out is under way.
    pub versions: Vec<VersionCounts>,
}

/// Versions told apart in one window.
const VERSIONS_MAX: usize = 4;

impl OpenWindow {
    /// The counts of one version; `None` if there are too many.
    pub(crate) fn version(&mut self, version: NameId) -> Option<&mut VersionCounts> {
        let known = self.versions.iter().position(|counts| counts.version == version);
        if known.is_none() && self.versions.len() < VERSIONS_MAX {
            self.versions.push(VersionCounts { version, entries: 0, any: 0 });
        }
        let at = known.unwrap_or(self.versions.len() - 1);
        self.versions.get_mut(at).filter(|counts| counts.version == version)
    }

    /// Counts one answer of the key that is shown. In the window in which another key becomes the
    /// one, only that is kept.
    pub(crate) fn count_answer(&mut self, (key, value): (usize, ValueIdx)) {
        let (of, counts) = &mut self.answers;
        if *of != key {
            *of = key;
            counts.clear();
        }
        if counts.len() <= value.0 {
            counts.resize(value.0 + 1, 0);
        }
        if let Some(count) = counts.get_mut(value.0) {
            *count += 1;
        }
    }

    /// The answers as a row: the key's number counted from 1, then the counts; nothing if there are
    /// none.
    fn answers_row(&self) -> Vec<u32> {
        let (of, counts) = &self.answers;
        if counts.is_empty() {
            return Vec::new();
        }
        let key = u32::try_from(of + 1).unwrap_or(u32::MAX);
        std::iter::once(key).chain(counts.iter().copied()).collect()
    }
}

/// Open and sealed windows of one hop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Windows {
    /// By number, ascending; a handful.
    open: VecDeque<(i64, OpenWindow)>,
    sealed_before: i64,
    counts: Series,
    latency: Series,
    answers: Series,
    /// Triples of version, entries and any; only windows in which two versions ran.
    versions: Series,
}

impl Windows {
    /// No windows; at least the last `windows_max` will be kept.
    pub(crate) const fn new(windows_max: usize) -> Self {
        Self {
            open: VecDeque::new(),
            sealed_before: i64::MIN,
            counts: Series::new(windows_max),
            latency: Series::new(windows_max),
            answers: Series::new(windows_max),
            versions: Series::new(windows_max),
        }
    }

    /// The window with number `at`, to add to; `None` if it is sealed.
    pub(crate) fn at(&mut self, at: i64) -> Option<&mut OpenWindow> {
        if at < self.sealed_before {
            return None;
        }
        let behind = self.open.iter().rev().take_while(|(number, _)| *number > at).count();
        let place = self.open.len() - behind;
        let is_there = place > 0 && self.open.get(place - 1).is_some_and(|(last, _)| *last == at);
        if !is_there {
            self.open.insert(place, (at, OpenWindow::default()));
        }
        let place = if is_there { place - 1 } else { place };
        self.open.get_mut(place).map(|(_, window)| window)
    }

    /// A hop that is new: its entry's open windows say what entered before anything left on it.
    pub(crate) fn begin_with(&mut self, entry: &Self) {
        for (at, theirs) in &entry.open {
            if let Some(ours) = self.at(*at) {
                ours.counts.entered = theirs.counts.entered;
                let entries = |v: &VersionCounts| VersionCounts { any: 0, ..*v };
                ours.versions = theirs.versions.iter().map(entries).collect();
            }
        }
    }

    /// Moves what is open in `other` here: two hops of one entry turned out to be one. What entered
    /// stands in both already.
    pub(crate) fn take_open(&mut self, other: &mut Self) {
        for (at, theirs) in other.open.drain(..) {
            let Some(ours) = self.at(at) else { continue };
            let entered = ours.counts.entered.max(theirs.counts.entered);
            ours.counts.merge(&theirs.counts);
            ours.counts.entered = entered;
            ours.latency.merge(&theirs.latency);
            for counts in &theirs.versions {
                if let Some(version) = ours.version(counts.version) {
                    version.any = version.any.saturating_add(counts.any);
                    version.entries = version.entries.max(counts.entries);
                }
            }
        }
    }

    /// Seals every window before number `before`.
    pub(crate) fn seal(&mut self, before: i64) {
        while let Some((at, window)) = self.open.pop_front_if(|(at, _)| *at < before) {
            self.counts.push(at, &window.counts.row());
            self.latency.push(at, &window.latency.to_row());
            self.answers.push(at, &window.answers_row());
            if window.versions.len() > 1 {
                let triple = |v: &VersionCounts| [v.version.0, v.entries, v.any];
                let row: Vec<u32> = window.versions.iter().flat_map(triple).collect();
                self.versions.push(at, &row);
            }
        }
        self.sealed_before = self.sealed_before.max(before);
    }

    /// Number of the first window that is not sealed; `None` before any is.
    pub(crate) fn sealed_before(&self) -> Option<i64> {
        (self.sealed_before > i64::MIN).then_some(self.sealed_before)
    }

    /// Calls `visit` with the sealed windows whose numbers are in `[from, to)`, oldest first.
    pub(crate) fn visit(&self, from: i64, to: i64, mut visit: impl FnMut(i64, WindowCounts)) {
        self.counts.visit(from, to, |at, row| visit(at, WindowCounts::from_row(row)));
    }

    /// Calls `visit` with the durations of the calls in each sealed window whose number is in
    /// `[from, to)`, oldest first.
    pub(crate) fn visit_latency(
        &self,
        from: i64,
        to: i64,
        mut visit: impl FnMut(i64, LatencySketch),
    ) {
        self.latency.visit(from, to, |at, row| visit(at, LatencySketch::from_row(row)));
    }

    /// Calls `visit` with the answers in each sealed window whose number is in `[from, to)`, oldest
    /// first: the key's number and the counts per value.
    pub(crate) fn visit_answers(
        &self,
        from: i64,
        to: i64,
        mut visit: impl FnMut(i64, (usize, &[u32])),
    ) {
        self.answers.visit(from, to, |at, row| {
            if let Some(answers) = answers_of(row) {
                visit(at, answers);
            }
        });
    }

    /// Calls `visit` with the windows that still take counts, oldest first.
    pub(crate) fn visit_open(&self, mut visit: impl FnMut(i64, OpenView<'_>)) {
        for (at, window) in &self.open {
            let (key, counts) = &window.answers;
            let answers = (!counts.is_empty()).then_some((*key, counts.as_slice()));
            visit(*at, OpenView { counts: window.counts, latency: &window.latency, answers });
        }
    }

    /// Hands out the rows that became full and final since the last call.
    pub(crate) fn take_full(&mut self, mut take: impl FnMut(Rows, &PackedRows)) {
        self.counts.take_full().for_each(|rows| take(Rows::Windows, rows));
        self.latency.take_full().for_each(|rows| take(Rows::Latencies, rows));
        self.answers.take_full().for_each(|rows| take(Rows::WindowAnswers, rows));
    }

    /// Entries and those that went on, by version of the caller, in those of the windows
    /// `[from, to)`, open ones too, in which several versions ran.
    pub(crate) fn split(&self, from: i64, to: i64) -> Vec<VersionCounts> {
        let mut all: Vec<VersionCounts> = Vec::new();
        let mut add = |more: VersionCounts| match all.iter_mut().find(|v| v.version == more.version)
        {
            Some(sum) => {
                sum.entries = sum.entries.saturating_add(more.entries);
                sum.any = sum.any.saturating_add(more.any);
            }
            None => all.push(more),
        };
        self.versions.visit(from, to, |_, row| {
            for triple in row.chunks(3) {
                let column = |at: usize| triple.get(at).copied().unwrap_or(0);
                let version = NameId(column(0));
                add(VersionCounts { version, entries: column(1), any: column(2) });
            }
        });
        let open = self
            .open
            .iter()
            .filter(|(at, window)| (from..to).contains(at) && window.versions.len() > 1);
        open.flat_map(|(_, window)| &window.versions).for_each(|counts| add(*counts));
        all
    }

    /// Durations of the calls in the windows `[from, to)`.
    pub(crate) fn latency(&self, from: i64, to: i64) -> LatencySketch {
        let mut all = LatencySketch::default();
        self.latency.visit(from, to, |_, row| all.merge(&LatencySketch::from_row(row)));
        all
    }

    /// Bytes that hold the sealed windows.
    pub(crate) fn memory_bytes(&self) -> usize {
        [&self.counts, &self.latency, &self.answers].iter().map(|s| s.memory_bytes()).sum()
    }
}

/// The key's number and the counts in a row of answers.
pub(crate) fn answers_of(row: &[u32]) -> Option<(usize, &[u32])> {
    let (key, counts) = row.split_first()?;
    Some(((*key as usize).checked_sub(1)?, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_window_takes_no_more_counts() {
        let mut windows = Windows::new(1_000);
        windows.at(6).unwrap().counts.left = 4;
        windows.at(5).unwrap().counts.left = 3;
        windows.seal(6);
        assert!(windows.at(5).is_none());
        windows.at(6).unwrap().counts.left += 1;
        windows.seal(7);
        let mut seen = Vec::new();
        windows.visit(0, 10, |at, counts| seen.push((at, counts.left)));
        assert_eq!(seen, [(5, 3), (6, 5)]);
    }

    #[test]
    fn versions_are_told_apart_only_while_both_run() {
        let mut windows = Windows::new(1_000);
        let mut run = |at: i64, version: u32, entries: u32, any: u32| {
            let counts = windows.at(at).unwrap().version(NameId(version)).unwrap();
            counts.entries += entries;
            counts.any += any;
        };
        run(1, 7, 10, 5);
        run(2, 7, 10, 5);
        run(2, 8, 4, 4);
        run(3, 7, 1, 0);
        run(3, 8, 9, 9);
        windows.seal(3);
        let found: Vec<_> =
            windows.split(0, 10).into_iter().map(|v| (v.version.0, v.entries, v.any)).collect();
        assert_eq!(found, [(7, 11, 5), (8, 13, 13)]);
    }

    #[test]
    fn million_windows_stay_small() {
        // A hundred hops with ten thousand windows each: 28 hours at 10 s.
        let mut bytes = 0;
        for hop in 0..100u32 {
            let mut windows = Windows::new(10_000);
            for at in 0..10_000i64 {
                let window = windows.at(at).unwrap();
                let k = 40 + u32::try_from(at % 17).unwrap() + hop % 5;
                window.counts =
                    WindowCounts { entered: 90, left: k, any: k, received: k, calls: k, failed: 0 };
                (0..i64::from(k)).for_each(|i| window.latency.add(1_000_000 * (5 + i % 9)));
                (0..k).for_each(|_| window.count_answer((0, ValueIdx(0))));
                (k..90).for_each(|_| window.count_answer((0, ValueIdx(1))));
                windows.seal(at);
            }
            bytes += windows.memory_bytes();
        }
        assert!(bytes < 60_000_000, "{bytes} bytes for a million windows");
    }
}
