//! A packed, append-only series of rows of counts, bounded in length.
//!
//! Rows are keyed by a number that only grows (a tick, a window); rows of zeros are not stored.
//! Full chunks are packed as variable-length integers, which takes a byte or two per small count,
//! and carry the totals of their first columns, so that a sum over hours touches few rows. When
//! the bound is reached the oldest chunk goes, and the series says from where on it is complete.
//!
//! A full chunk never changes again: whoever keeps history beyond the bound takes each once
//! ([`Series::take_full`]).

use serde::{Deserialize, Serialize};

/// Rows per packed chunk.
const CHUNK_ROWS: usize = 256;

/// Columns whose totals are kept per chunk.
const TOTALS: usize = 2;

/// Rows of counts over a growing key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Series {
    packed: std::collections::VecDeque<PackedRows>,
    open: OpenRows,
    chunks_max: usize,
    forgotten_until: Option<i64>,
    /// Full chunks, newest last, that were not taken yet.
    n_untaken: usize,
}

/// Rows that are not packed yet, one after the other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct OpenRows {
    /// Key of each row, and where its counts end.
    ends: Vec<(i64, u32)>,
    counts: Vec<u32>,
}

/// Rows that are packed and final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedRows {
    first: i64,
    last: i64,
    totals: [u64; TOTALS],
    #[serde(with = "serde_bytes")]
    bytes: Box<[u8]>,
}

impl Series {
    /// An empty series that keeps at least the last `rows_max` rows.
    #[must_use]
    pub const fn new(rows_max: usize) -> Self {
        Self {
            packed: std::collections::VecDeque::new(),
            open: OpenRows { ends: Vec::new(), counts: Vec::new() },
            chunks_max: rows_max.div_ceil(CHUNK_ROWS),
            forgotten_until: None,
            n_untaken: 0,
        }
    }

    /// Adds a row. Rows of zeros are dropped, and so are rows at or before the last key: the
    /// caller's keys grow.
    pub fn push(&mut self, at: i64, row: &[u32]) {
        let is_late = self.last().is_some_and(|last| at <= last);
        if is_late || row.iter().all(|count| *count == 0) {
            return;
        }
        self.open.push(at, row);
        if self.open.ends.len() < CHUNK_ROWS {
            return;
        }
        self.packed.extend(pack(&self.open));
        self.n_untaken += 1;
        self.open.clear();
        if self.packed.len() > self.chunks_max
            && let Some(oldest) = self.packed.pop_front()
        {
            self.forgotten_until = Some(oldest.last);
            self.n_untaken = self.n_untaken.min(self.packed.len());
        }
    }

    /// Hands out the chunks that became full since the last call, oldest first.
    pub fn take_full(&mut self) -> impl Iterator<Item = &PackedRows> {
        let n_known = self.packed.len() - std::mem::take(&mut self.n_untaken);
        self.packed.iter().skip(n_known)
    }

    /// Key of the newest row.
    #[must_use]
    pub fn last(&self) -> Option<i64> {
        self.open
            .ends
            .last()
            .map(|(at, _)| *at)
            .or_else(|| self.packed.back().map(|chunk| chunk.last))
    }

    /// Key of the oldest row still kept.
    #[must_use]
    pub fn first(&self) -> Option<i64> {
        let packed = self.packed.front().map(|chunk| chunk.first);
        packed.or_else(|| self.open.ends.first().map(|(at, _)| *at))
    }

    /// Rows up to and including this key may be missing because the bound was reached.
    #[must_use]
    pub const fn forgotten_until(&self) -> Option<i64> {
        self.forgotten_until
    }

    /// Calls `visit` with every row whose key is in `[from, to)`, oldest first.
    pub fn visit(&self, from: i64, to: i64, mut visit: impl FnMut(i64, &[u32])) {
        let mut row = Vec::new();
        for chunk in self.packed.iter().filter(|chunk| chunk.last >= from && chunk.first < to) {
            chunk.visit(&mut row, |at, row| {
                if at >= from && at < to {
                    visit(at, row);
                }
            });
        }
        for (at, row) in self.open.rows().filter(|(at, _)| *at >= from && *at < to) {
            visit(at, row);
        }
    }

    /// Totals of the first two columns over the keys in `[from, to)`.
    #[must_use]
    pub fn totals(&self, from: i64, to: i64) -> [u64; TOTALS] {
        let mut totals = [0; TOTALS];
        let mut row = Vec::new();
        for chunk in self.packed.iter().filter(|chunk| chunk.last >= from && chunk.first < to) {
            if chunk.first >= from && chunk.last < to {
                add(&mut totals, &chunk.totals);
            } else {
                chunk.visit(&mut row, |at, row| {
                    if at >= from && at < to {
                        add_row(&mut totals, row);
                    }
                });
            }
        }
        for (_, row) in self.open.rows().filter(|(at, _)| *at >= from && *at < to) {
            add_row(&mut totals, row);
        }
        totals
    }

    /// Bytes of memory that hold the rows.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let packed: usize =
            self.packed.iter().map(|chunk| chunk.bytes.len() + size_of::<PackedRows>()).sum();
        packed
            + self.open.ends.capacity() * size_of::<(i64, u32)>()
            + self.open.counts.capacity() * 4
    }
}

impl OpenRows {
    fn push(&mut self, at: i64, row: &[u32]) {
        self.counts.extend_from_slice(row);
        self.ends.push((at, u32::try_from(self.counts.len()).unwrap_or(u32::MAX)));
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.counts.clear();
    }

    fn rows(&self) -> impl Iterator<Item = (i64, &[u32])> {
        let mut from = 0;
        self.ends.iter().map(move |(at, end)| {
            let row = self.counts.get(from..*end as usize).unwrap_or_default();
            from = *end as usize;
            (*at, row)
        })
    }
}

impl PackedRows {
    /// Key of the first row.
    #[must_use]
    pub const fn first(&self) -> i64 {
        self.first
    }

    /// Key of the last row.
    #[must_use]
    pub const fn last(&self) -> i64 {
        self.last
    }

    /// Calls `visit` with every row, oldest first. Rows end with their last count that is not zero.
    pub fn for_each(&self, visit: impl FnMut(i64, &[u32])) {
        self.visit(&mut Vec::new(), visit);
    }

    fn visit(&self, row: &mut Vec<u32>, mut visit: impl FnMut(i64, &[u32])) {
        let mut bytes = self.bytes.iter().copied();
        let mut at = self.first;
        while let Some(step) = unpack(&mut bytes) {
            at += i64::try_from(step).unwrap_or(i64::MAX);
            row.clear();
            let n = unpack(&mut bytes).unwrap_or(0);
            for _ in 0..n {
                let count = unpack(&mut bytes).unwrap_or(0);
                row.push(u32::try_from(count).unwrap_or(u32::MAX));
            }
            visit(at, row);
        }
    }
}

fn pack(rows: &OpenRows) -> Option<PackedRows> {
    let (first, last) = (rows.ends.first()?.0, rows.ends.last()?.0);
    let mut bytes = Vec::with_capacity(rows.ends.len() * 4);
    let mut totals = [0; TOTALS];
    let mut before = first;
    for (at, row) in rows.rows() {
        pack_number(&mut bytes, u64::try_from(at - before).unwrap_or(0));
        let n = row.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        pack_number(&mut bytes, n as u64);
        row.iter().take(n).for_each(|count| pack_number(&mut bytes, u64::from(*count)));
        add_row(&mut totals, row);
        before = at;
    }
    Some(PackedRows { first, last, totals, bytes: bytes.into_boxed_slice() })
}

/// Seven bits a byte, the lowest first, the high bit set on all but the last.
fn pack_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or(0));
}

fn unpack(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let byte = bytes.next()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
        shift += 7;
    }
}

fn add(totals: &mut [u64; TOTALS], more: &[u64; TOTALS]) {
    totals.iter_mut().zip(more).for_each(|(total, more)| *total += more);
}

fn add_row(totals: &mut [u64; TOTALS], row: &[u32]) {
    totals.iter_mut().zip(row).for_each(|(total, count)| *total += u64::from(*count));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_pushed_is_visited(
            steps in prop::collection::vec((1i64..5, 0u32..300, 0u32..100_000), 0..900),
            from in 0i64..2_000,
            length in 0i64..2_000,
        ) {
            let mut series = Series::new(100_000);
            let mut plain = Vec::new();
            let mut at = 0;
            for (step, n, k) in steps {
                at += step;
                series.push(at, &[n, k]);
                if n + k > 0 {
                    plain.push((at, n, k));
                }
            }
            let to = from + length;
            plain.retain(|(at, ..)| *at >= from && *at < to);
            let mut visited = Vec::new();
            series.visit(from, to, |at, row| {
                let column = |i: usize| row.get(i).copied().unwrap_or(0);
                visited.push((at, column(0), column(1)));
            });
            let totals = plain.iter().fold([0; 2], |[n, k], (_, more_n, more_k)| {
                [n + u64::from(*more_n), k + u64::from(*more_k)]
            });
            prop_assert_eq!(series.totals(from, to), totals);
            prop_assert_eq!(visited, plain);
        }
    }

    #[test]
    fn full_chunks_are_taken_once_each() {
        let mut series = Series::new(1_000);
        let mut taken = Vec::new();
        for at in 0..1_300 {
            series.push(at, &[1, 2]);
            for rows in series.take_full() {
                rows.for_each(|at, row| taken.push((at, row.to_vec())));
            }
        }
        let expect: Vec<_> = (0..1_280).map(|at| (at, vec![1, 2])).collect();
        assert_eq!(taken, expect);
    }

    #[test]
    fn bound_holds_and_is_said() {
        let mut series = Series::new(1_000);
        (0..100_000).for_each(|at| series.push(at, &[9, 4]));
        assert!(series.memory_bytes() < 40_000, "{}", series.memory_bytes());
        assert!(series.forgotten_until().is_some_and(|at| at < 99_000));
        assert_eq!(series.totals(99_000, 100_000), [9_000, 4_000]);
    }

    #[test]
    fn idle_rows_cost_nothing() {
        let mut series = Series::new(1_000);
        (0..100_000).for_each(|at| series.push(at, &[0, 0]));
        assert_eq!(series.memory_bytes(), 0);
    }
}
