//! What a dependency answers, and which of its answers decide whether an item goes on.
//!
//! A hop that is asked may carry several attributes that could be its answer. For each, and for
//! each other hop of the same entry, a table of value x went on is kept. The attribute that explains
//! most of whether items go on is *the* answer of the hop (docs/internals/attribution.md):
//! at least `ASKED_MIN` items, 2 to 16 values, at least `EXPLAINED_MIN` of the uncertainty, and the
//! asked call must have ended before the item went on. Entries that failed are not counted.
//! A declared key wins over a discovered one; the status is what is left when there is neither.

mod cell;
mod standing;

use hw_model::NameId;
use serde::{Deserialize, Serialize};

pub use cell::ValueIdx;
pub(crate) use cell::{Fate, KeyCell};
pub(crate) use standing::{Standing, Standings};

/// Share of the uncertainty about "did it go on" that the answer must explain.
const EXPLAINED_MIN: f64 = 0.1;

/// Keys per hop that could be its answer.
const KEYS_MAX: usize = 16;

/// The answers of one hop.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct AnswerBook {
    keys: Vec<KeyCell>,
    chosen: Option<usize>,
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
        let keys = self.keys.iter().enumerate();
        keys.filter(|(at, cell)| is_watched(self.chosen, *at, cell))
    }

    /// As [`AnswerBook::watched`], to change.
    pub(crate) fn watched_mut(&mut self) -> impl Iterator<Item = (usize, &mut KeyCell)> {
        let chosen = self.chosen;
        self.keys.iter_mut().enumerate().filter(move |(at, cell)| is_watched(chosen, *at, cell))
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
        if let Some(cell) = self.keys.get_mut(key) {
            cell.count_late_fate(value, tick, fate);
        }
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

fn is_watched(chosen: Option<usize>, at: usize, cell: &KeyCell) -> bool {
    cell.standing != Standing::Candidate || chosen == Some(at)
}

#[cfg(test)]
mod tests {
    use super::cell::VALUES_MAX;
    use super::*;
    use hw_stats::Counts;

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
