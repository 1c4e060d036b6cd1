//! The counts of one key of a hop's answers.

use super::standing::Standing;
use crate::cells::MINUTES_KEPT;
use crate::ring::Ring;
use hw_model::NameId;
use hw_stats::{Association, Counts, History, association};
use serde::{Deserialize, Serialize};

/// Items before an attribute is believed to decide.
const ASKED_MIN: f64 = 200.0;

/// Share of the items that went on before the asked call had ended, at most.
const OUT_OF_ORDER_MAX: f64 = 0.01;

/// Values per key; what comes later is counted as `~other` in the last place.
pub(super) const VALUES_MAX: usize = 16;

/// Ticks of joint counts that are kept.
const TICKS_KEPT: usize = 7_200;

/// One value of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ValueIdx(pub usize);

/// An asked entry whose answer is known: did it go on to `outcome`?
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    /// The other hop, by its number within the entry.
    pub outcome: u32,
    /// Whether an item left on it.
    pub went_on: bool,
    /// Whether it left before the asked call had ended.
    pub out_of_order: bool,
}

/// Counts of one key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyCell {
    pub key: NameId,
    pub standing: Standing,
    pub values: Vec<NameId>,
    pub totals: Vec<u64>,
    /// Per tick, counts by value; judged rows go to `history`.
    ring: Ring<Vec<u32>>,
    pub history: History,
    /// One per other hop of the entry, by its number within the entry.
    joint: Vec<Joint>,
}

/// Value x went on, for one outcome.
#[derive(Debug, Serialize, Deserialize)]
struct Joint {
    outcome: u32,
    table: Vec<Counts>,
    n_out_of_order: f64,
    /// Pairs (n, k) by value.
    ring: Ring<Vec<u32>>,
    history: History,
}

impl KeyCell {
    pub(crate) fn new(key: NameId, standing: Standing) -> Self {
        Self {
            key,
            standing,
            values: Vec::new(),
            totals: Vec::new(),
            ring: Ring::new(),
            history: History::new(TICKS_KEPT, MINUTES_KEPT),
            joint: Vec::new(),
        }
    }

    /// Moves the judged counts of a tick into the histories.
    pub(crate) fn judge(&mut self, tick: i64) {
        if let Some(row) = self.ring.read(tick) {
            self.history.push(tick, row);
        }
        for joint in &mut self.joint {
            if let Some(row) = joint.ring.read(tick) {
                joint.history.push(tick, row);
            }
        }
    }

    /// Answers counted.
    pub(crate) fn n(&self) -> u64 {
        self.totals.iter().sum()
    }

    /// Counts by value in a tick that is being judged.
    pub(crate) fn tick(&self, tick: i64) -> &[u32] {
        self.ring.read(tick).map_or(&[], Vec::as_slice)
    }

    /// For each value, how many of the entries that got it in `[from, to)` there were, and how many
    /// of them went on to `outcome`.
    pub(crate) fn fates(&self, outcome: u32, from: i64, to: i64) -> Vec<Counts> {
        let mut table = vec![Counts::default(); self.values.len()];
        let Some(joint) = self.joint.iter().find(|joint| joint.outcome == outcome) else {
            return table;
        };
        joint.history.visit(from, to, |_, row| {
            for (value, pair) in table.iter_mut().zip(row.chunks(2)) {
                let column = |at: usize| f64::from(pair.get(at).copied().unwrap_or(0));
                *value += Counts::new(column(0), column(1));
            }
        });
        table
    }

    /// Counts `n` answers with this value.
    pub(crate) fn count(&mut self, value: NameId, tick: i64, n: u32) -> ValueIdx {
        let known = self.values.iter().position(|v| *v == value);
        let at = known.unwrap_or(self.values.len()).min(VALUES_MAX);
        if at == self.values.len() {
            self.values.push(value);
            self.totals.push(0);
        }
        if let Some(total) = self.totals.get_mut(at) {
            *total += u64::from(n);
        }
        add_at(&mut self.ring, tick, (at, n));
        ValueIdx(at)
    }

    fn joint(&mut self, outcome: u32) -> &mut Joint {
        let at = self.joint.iter().position(|joint| joint.outcome == outcome);
        let at = at.unwrap_or_else(|| {
            self.joint.push(Joint::new(outcome));
            self.joint.len() - 1
        });
        self.joint.get_mut(at).expect("invariant: pushed above")
    }

    /// Counts what became of an entry that got this answer.
    pub(super) fn count_fate(&mut self, value: ValueIdx, tick: i64, fate: Fate) {
        let joint = self.joint(fate.outcome);
        if joint.table.len() <= value.0 {
            joint.table.resize(value.0 + 1, Counts::default());
        }
        let k = f64::from(u8::from(fate.went_on));
        if let Some(row) = joint.table.get_mut(value.0) {
            *row += Counts::new(1.0, k);
        }
        joint.n_out_of_order += f64::from(u8::from(fate.went_on && fate.out_of_order));
        add_at(&mut joint.ring, tick, (2 * value.0, 1));
        if fate.went_on {
            add_at(&mut joint.ring, tick, (2 * value.0 + 1, 1));
        }
    }

    /// An entry whose answer was counted before went on after all.
    pub(super) fn count_late_fate(&mut self, value: ValueIdx, tick: i64, fate: Fate) {
        let joint = self.joint(fate.outcome);
        if let Some(row) = joint.table.get_mut(value.0) {
            row.k += 1.0;
        }
        joint.n_out_of_order += f64::from(u8::from(fate.out_of_order));
        add_at(&mut joint.ring, tick, (2 * value.0 + 1, 1));
    }

    /// The outcome that the values of this key explain best.
    pub(super) fn best_association(&self) -> Option<Association> {
        let n_values = self.values.len();
        if !(2..=VALUES_MAX).contains(&n_values) {
            return None;
        }
        let usable = self.joint.iter().filter(|joint| {
            let total: Counts = joint.table.iter().copied().sum();
            total.n >= ASKED_MIN && joint.n_out_of_order <= OUT_OF_ORDER_MAX * total.k.max(1.0)
        });
        let found = usable.map(|joint| association(&joint.table));
        found.max_by(|a, b| a.explained.total_cmp(&b.explained))
    }
}

impl Joint {
    fn new(outcome: u32) -> Self {
        Self {
            outcome,
            table: Vec::new(),
            n_out_of_order: 0.0,
            ring: Ring::new(),
            history: History::new(TICKS_KEPT, MINUTES_KEPT),
        }
    }
}

fn add_at(ring: &mut Ring<Vec<u32>>, tick: i64, (column, n): (usize, u32)) {
    let Some(row) = ring.at(tick) else { return };
    if row.len() <= column {
        row.resize(column + 1, 0);
    }
    if let Some(count) = row.get_mut(column) {
        *count += n;
    }
}
