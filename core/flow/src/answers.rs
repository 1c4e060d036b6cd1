//! What a dependency answers, and which of its answers decide whether an item goes on.
//!
//! A hop that is asked may carry several attributes that could be its answer. For each, and for
//! each other hop of the same entry, a table of value x went on is kept. The attribute that explains
//! most of whether items go on is *the* answer of the hop (notes/detection.md §5a, answer discovery):
//! at least `ASKED_MIN` items, 2 to 16 values, at least `EXPLAINED_MIN` of the uncertainty, and the
//! asked call must have ended before the item went on. Entries that failed are not counted.
//! A declared key wins over a discovered one; the status is what is left when there is neither.

use crate::dictionary::STATUS;
use crate::ring::Ring;
use hw_model::{NameId, SpanKind};
use hw_stats::{Association, Counts, Series, association};

/// Items before an attribute is believed to decide.
const ASKED_MIN: f64 = 200.0;

/// Share of the uncertainty about "did it go on" that the answer must explain.
const EXPLAINED_MIN: f64 = 0.1;

/// Share of the items that went on before the asked call had ended, at most.
const OUT_OF_ORDER_MAX: f64 = 0.01;

/// Values per key; what comes later is counted as `~other` in the last place.
const VALUES_MAX: usize = 16;

/// Keys per hop that could be its answer.
const KEYS_MAX: usize = 16;

/// Ticks of joint counts that are kept.
const TICKS_KEPT: usize = 7_200;

/// One value of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueIdx(pub usize);

/// The answers of one hop.
#[derive(Debug, Default)]
pub(crate) struct AnswerBook {
    keys: Vec<KeyCell>,
    chosen: Option<usize>,
}

/// How a key came to be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It might be an answer.
    Candidate,
    /// Always watched: a status, a flag's variant or reason.
    Standard,
    /// Declared in the settings.
    Declared,
}

/// Counts of one key.
#[derive(Debug)]
pub(crate) struct KeyCell {
    pub key: NameId,
    pub standing: Standing,
    pub values: Vec<NameId>,
    pub totals: Vec<u64>,
    /// Per tick, counts by value; judged rows go to `history`.
    ring: Ring<Vec<u32>>,
    pub history: Series,
    /// One per other hop of the entry, by its number within the entry.
    joint: Vec<Joint>,
}

/// Value x went on, for one outcome.
#[derive(Debug)]
struct Joint {
    outcome: u32,
    table: Vec<Counts>,
    n_out_of_order: f64,
    /// Pairs (n, k) by value.
    ring: Ring<Vec<u32>>,
    history: Series,
}

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

impl AnswerBook {
    /// The key that stands for this hop's answer, if one is known.
    pub(crate) fn answer(&self) -> Option<&KeyCell> {
        self.answer_number().and_then(|at| self.keys.get(at))
    }

    /// Its number among the keys of this hop.
    pub(crate) fn answer_number(&self) -> Option<usize> {
        let keys = self.keys.iter().enumerate();
        let declared = keys.filter(|(_, cell)| cell.standing == Standing::Declared);
        let busiest = declared.max_by_key(|(at, cell)| (cell.n(), std::cmp::Reverse(*at)));
        busiest.map(|(at, _)| at).or(self.chosen)
    }

    /// The key whose values are shown: the answer, else the status.
    pub(crate) fn shown(&self) -> Option<&KeyCell> {
        let standard = self.keys.iter().filter(|cell| cell.standing == Standing::Standard);
        self.answer().or_else(|| standard.max_by_key(|cell| cell.n()))
    }

    /// Keys whose mix is watched, with their numbers.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (usize, &KeyCell)> {
        let is_watched = |at: usize, cell: &KeyCell| {
            cell.standing != Standing::Candidate || self.chosen == Some(at)
        };
        self.keys.iter().enumerate().filter(move |(at, cell)| is_watched(*at, cell))
    }

    /// Whether the values of the key with this number are the ones that are shown.
    pub(crate) fn is_shown(&self, at: usize) -> bool {
        self.shown().map(|cell| cell.key) == self.keys.get(at).map(|cell| cell.key)
    }

    pub(crate) fn key(&self, at: usize) -> Option<&KeyCell> {
        self.keys.get(at)
    }

    /// Counts one answer of one asked call of a tick. `None` if the key has no place.
    pub(crate) fn count(
        &mut self,
        (key, standing): (NameId, Standing),
        value: NameId,
        tick: i64,
    ) -> Option<(usize, ValueIdx)> {
        let at = match self.keys.iter().position(|cell| cell.key == key) {
            Some(at) => at,
            None if self.keys.len() < KEYS_MAX => {
                self.keys.push(KeyCell::new(key, standing));
                self.keys.len() - 1
            }
            None => return None,
        };
        let cell = self.keys.get_mut(at)?;
        Some((at, cell.count(value, tick, 1)))
    }

    /// Counts what became of an entry that got this answer.
    pub(crate) fn count_fate(&mut self, (key, value): (usize, ValueIdx), tick: i64, fate: Fate) {
        if let Some(cell) = self.keys.get_mut(key) {
            cell.count_fate(value, tick, fate);
        }
    }

    /// An entry whose answer was counted before went on after all.
    pub(crate) fn count_late_fate(
        &mut self,
        (key, value): (usize, ValueIdx),
        tick: i64,
        fate: Fate,
    ) {
        let Some(cell) = self.keys.get_mut(key) else { return };
        let is_known = cell.joint.iter().any(|joint| joint.outcome == fate.outcome);
        if !is_known {
            // The very first item on this outcome: nothing was counted against it so far.
            return cell.count_fate(value, tick, fate);
        }
        let joint = cell.joint(fate.outcome);
        if let Some(row) = joint.table.get_mut(value.0) {
            row.k += 1.0;
        }
        joint.n_out_of_order += f64::from(u8::from(fate.out_of_order));
        add_at(&mut joint.ring, tick, (2 * value.0 + 1, 1));
    }

    /// Chooses the key that explains most of whether items go on, unless one is chosen already.
    /// Called once a minute while all is quiet.
    pub(crate) fn discover(&mut self) {
        if self.chosen.is_some() {
            return;
        }
        let candidates = self.keys.iter().enumerate().filter_map(|(at, cell)| {
            let explained = cell.best_association()?.explained;
            (explained >= EXPLAINED_MIN).then_some((at, explained))
        });
        let best = candidates.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        self.chosen = best.map(|(at, _)| at);
    }

    /// Moves the judged counts of a tick into the histories.
    pub(crate) fn judge(&mut self, tick: i64) {
        self.keys.iter_mut().for_each(|cell| cell.judge(tick));
    }
}

impl KeyCell {
    pub(crate) fn new(key: NameId, standing: Standing) -> Self {
        Self {
            key,
            standing,
            values: Vec::new(),
            totals: Vec::new(),
            ring: Ring::new(),
            history: Series::new(TICKS_KEPT),
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

    fn count_fate(&mut self, value: ValueIdx, tick: i64, fate: Fate) {
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

    fn best_association(&self) -> Option<Association> {
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
            history: Series::new(TICKS_KEPT),
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

/// Which keys are always watched, and which were declared.
#[derive(Debug, Default)]
pub(crate) struct Standings {
    status: Option<NameId>,
    declared: Vec<NameId>,
}

impl Standings {
    /// Notes a name that was defined.
    pub(crate) fn learn(&mut self, id: NameId, text: &str, is_declared: bool) {
        if text == STATUS {
            self.status = Some(id);
        }
        if is_declared {
            self.declared.push(id);
        }
    }

    /// How a key on a span of this kind is watched.
    pub(crate) fn of(&self, key: NameId, kind: SpanKind) -> Standing {
        if self.declared.contains(&key) {
            Standing::Declared
        } else if self.status == Some(key) || kind == SpanKind::Evaluation {
            Standing::Standard
        } else {
            Standing::Candidate
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: NameId = NameId(10);
    const GO: NameId = NameId(11);
    const HALT: NameId = NameId(12);

    fn ask(book: &mut AnswerBook, key: NameId, value: NameId, fate: Fate) {
        let cell = book.count((key, Standing::Candidate), value, 0).unwrap();
        book.count_fate(cell, 0, fate);
    }

    fn fate(went_on: bool) -> Fate {
        Fate { outcome: 1, went_on, out_of_order: false }
    }

    #[test]
    fn attribute_that_decides_is_discovered() {
        let mut book = AnswerBook::default();
        for i in 0..300u32 {
            let go = i % 2 == 0;
            ask(&mut book, KEY, if go { GO } else { HALT }, fate(go));
            ask(&mut book, NameId(20), NameId(30 + i % 5), fate(go));
        }
        book.discover();
        assert_eq!(book.answer().map(|cell| cell.key), Some(KEY));
    }

    #[test]
    fn nothing_is_discovered_in_a_few_items_or_in_noise() {
        let mut book = AnswerBook::default();
        for i in 0..150 {
            ask(&mut book, KEY, if i % 2 == 0 { GO } else { HALT }, fate(i % 2 == 0));
        }
        book.discover();
        assert!(book.answer().is_none(), "too few");
        let mut book = AnswerBook::default();
        for i in 0..1_000 {
            ask(&mut book, KEY, if i % 2 == 0 { GO } else { HALT }, fate(i % 3 == 0));
        }
        book.discover();
        assert!(book.answer().is_none(), "noise");
    }

    #[test]
    fn answer_that_came_after_the_item_went_on_decides_nothing() {
        let mut book = AnswerBook::default();
        for i in 0..500 {
            let go = i % 2 == 0;
            let fate = Fate { outcome: 1, went_on: go, out_of_order: go };
            ask(&mut book, KEY, if go { GO } else { HALT }, fate);
        }
        book.discover();
        assert!(book.answer().is_none());
    }

    #[test]
    fn late_fate_completes_the_table() {
        let mut book = AnswerBook::default();
        let cell = book.count((KEY, Standing::Candidate), GO, 5).unwrap();
        book.count_fate(cell, 5, fate(false));
        book.count_late_fate(cell, 5, fate(true));
        book.judge(5);
        assert_eq!(book.key(0).unwrap().fates(1, 0, 10), [Counts::new(1.0, 1.0)]);
    }

    #[test]
    fn values_past_the_limit_share_a_place() {
        let mut book = AnswerBook::default();
        for i in 0..40 {
            book.count((KEY, Standing::Standard), NameId(100 + i), 0);
        }
        let cell = book.key(0).unwrap();
        assert_eq!((cell.values.len(), cell.n()), (VALUES_MAX + 1, 40));
    }
}
