//! Questions: calls whose answer decides what goes on, and that pass nothing on themselves.

use crate::{Asked, Flow, HopIdx};

impl Flow {
    /// Whether calls on a hop are asked before items leave on another hop of the same entry, and are no messages.
    /// What it calls may still pass items on: whoever asks looks whether hops leave from there.
    #[must_use]
    pub fn is_asked(&self, hop: HopIdx) -> bool {
        let is_call = self.counters.hop(hop).is_some_and(|cell| !cell.is_message);
        let siblings = self.entry_of(hop).map_or(&[][..], |entry| self.hops_of(entry));
        is_call && siblings.iter().any(|other| *other != hop && self.is_asked_before(hop, *other))
    }

    /// Answers on a hop in the ticks `[from, to)`, by value: of the key that is its answer, else none.
    #[must_use]
    pub fn answers(&self, hop: HopIdx, from: i64, to: i64) -> Vec<(String, u64)> {
        let named = self.answer_key(hop).and_then(|key| {
            let (_, values) = self.mix_names(Asked::Hop(hop), key)?;
            Some(values.into_iter().zip(self.mix_counts(Asked::Hop(hop), key, from, to)))
        });
        named.into_iter().flatten().filter(|(_, n)| *n > 0).collect()
    }
}
