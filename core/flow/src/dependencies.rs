//! Dependencies: who is asked before items go on, and what was answered.

use crate::{Flow, HopIdx};

impl Flow {
    /// Whether calls on a hop are asked before items leave on another hop of the same entry, and are no messages.
    #[must_use]
    pub fn is_asked(&self, hop: HopIdx) -> bool {
        let is_call = self.counters.hop(hop).is_some_and(|cell| !cell.is_message);
        let siblings = self.entry_of(hop).map_or(&[][..], |entry| self.hops_of(entry));
        is_call && siblings.iter().any(|other| *other != hop && self.is_asked_before(hop, *other))
    }

    /// Whether an answer of a hop is known that decides whether items go on.
    #[must_use]
    pub fn decides(&self, hop: HopIdx) -> bool {
        self.answer_key(hop).is_some()
    }

    /// Answers on a hop in the ticks `[from, to)`, by value: of the key that is its answer, else the status.
    #[must_use]
    pub fn answers(&self, hop: HopIdx, from: i64, to: i64) -> Vec<(String, u64)> {
        let Some(cell) = self.counters.hop(hop).and_then(|cell| cell.answers.shown()) else {
            return Vec::new();
        };
        let mut sums = vec![0; cell.values.len()];
        cell.history.visit(from, to, |_, row| {
            sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += u64::from(*count));
        });
        let names = cell.values.iter().map(|value| self.vocabulary.name(*value).to_owned());
        names.zip(sums).filter(|(_, n)| *n > 0).collect()
    }
}
