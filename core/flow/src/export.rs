//! What has become final, for whoever keeps it longer than we do.
//!
//! Memory holds hours of seconds and of windows. Packed rows that are full never change again; each
//! is handed out once, with the words that lead to it, so that a store needs none of our numbers.

use crate::answers::KeyCell;
use crate::flow::Flow;
use crate::ids::{EntryIdx, HopIdx};
use crate::judging::Asked;
use crate::windows::answers_of;
use hw_stats::PackedRows;
use std::collections::BTreeMap;

/// What rows are rows of, and what their columns mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rows {
    /// Windows: entered, left, any, received, calls, failed.
    Windows,
    /// Durations in windows: pairs of bucket step and count ([`hw_stats::LatencySketch::from_row`]).
    Latencies,
    /// Answers in windows: a count per value.
    WindowAnswers,
    /// Judged ticks of a hop: entries, any, entered, left, calls, failed, slow (p50, p95, p99). Of
    /// an entry: entries, failed, entered, slow.
    Ticks,
    /// Judged ticks of an answer's mix: a count per value.
    AnswerTicks,
}

/// Rows that are final.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Whose rows they are.
    pub of: ExportedOf,
    /// What they hold.
    pub what: Rows,
    /// Name of the answer's key; empty where there is none.
    pub key: String,
    /// Names of the answer's values, column by column.
    pub values: Vec<String>,
    /// Second (of ticks) or number (of windows) and counts, oldest first.
    pub rows: Vec<(i64, Vec<u32>)>,
}

/// Whose rows are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExportedOf {
    /// Of an entry.
    Entry(EntryIdx),
    /// Of a hop, or of a counter that carries answers.
    Asked(Asked),
}

/// Rows that were taken and not named yet.
struct Taken {
    of: ExportedOf,
    what: Rows,
    key: Option<usize>,
    rows: Vec<(i64, Vec<u32>)>,
}

impl Flow {
    /// Everything that became full and final since the last call. Called once a minute or less
    /// often.
    pub fn export(&mut self) -> Vec<Exported> {
        let mut taken = Vec::new();
        for (idx, cell) in (0..).map(EntryIdx).zip(&mut self.counters.entries) {
            let of = ExportedOf::Entry(idx);
            cell.windows.take_full(|what, rows| taken.push(Taken::new(of, what, rows)));
            let ticks = cell.history.take_full();
            taken.extend(ticks.map(|rows| Taken::new(of, Rows::Ticks, rows)));
        }
        for (idx, cell) in (0..).map(HopIdx).zip(&mut self.counters.hops) {
            let of = ExportedOf::Asked(Asked::Hop(idx));
            cell.windows.take_full(|what, rows| match what {
                Rows::WindowAnswers => taken.extend(Taken::by_key(of, rows)),
                Rows::Windows | Rows::Latencies | Rows::Ticks | Rows::AnswerTicks => {
                    taken.push(Taken::new(of, what, rows));
                }
            });
            let ticks = cell.history.take_full();
            taken.extend(ticks.map(|rows| Taken::new(of, Rows::Ticks, rows)));
            for (key, cell) in cell.answers.watched_mut() {
                taken.extend(Taken::mixes(of, key, cell));
            }
        }
        for (idx, cell) in self.sums.counters_mut() {
            taken.extend(Taken::mixes(ExportedOf::Asked(Asked::Counter(idx)), 0, &mut cell.mix));
        }
        taken.into_iter().map(|taken| self.named(taken)).collect()
    }

    fn named(&self, taken: Taken) -> Exported {
        let Taken { of, what, key, rows } = taken;
        let names = match (of, key) {
            (ExportedOf::Asked(asked), Some(key)) => self.mix_names(asked, key),
            (ExportedOf::Asked(_) | ExportedOf::Entry(_), _) => None,
        };
        let (key, values) = names.unwrap_or_default();
        Exported { of, what, key, values, rows }
    }
}

impl Taken {
    fn new(of: ExportedOf, what: Rows, packed: &PackedRows) -> Self {
        let mut rows = Vec::new();
        packed.for_each(|at, row| rows.push((at, row.to_vec())));
        Self { of, what, key: None, rows }
    }

    fn mixes(of: ExportedOf, key: usize, cell: &mut KeyCell) -> Vec<Self> {
        let full = cell.history.take_full();
        full.map(|rows| Self { key: Some(key), ..Self::new(of, Rows::AnswerTicks, rows) }).collect()
    }

    /// Answers in windows, those of each key apart.
    fn by_key(of: ExportedOf, packed: &PackedRows) -> Vec<Self> {
        let mut keys: BTreeMap<usize, Vec<(i64, Vec<u32>)>> = BTreeMap::new();
        packed.for_each(|at, row| {
            if let Some((key, counts)) = answers_of(row) {
                keys.entry(key).or_default().push((at, counts.to_vec()));
            }
        });
        let what = Rows::WindowAnswers;
        keys.into_iter().map(|(key, rows)| Self { of, what, key: Some(key), rows }).collect()
    }
}
