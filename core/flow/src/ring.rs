//! The last minute of ticks, each still open to counts.
//!
//! A tick is judged at a fixed age; until then, and a little longer, its counts live here. A count
//! for a tick that the ring has left behind is refused: it is late for judging.

use serde::{Deserialize, Serialize};

/// Ticks kept: twice the greatest age at which a tick is judged, plus what a sender's clock may be
/// ahead of ours.
const TICKS: usize = 64;

/// Counts of the last ticks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ring<T> {
    slots: Vec<T>,
    newest: Option<i64>,
}

impl<T: Clone + Default> Ring<T> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), newest: None }
    }

    /// The counts of `tick`, to add to; `None` if the tick is too old.
    pub(crate) fn at(&mut self, tick: i64) -> Option<&mut T> {
        if self.slots.is_empty() {
            self.slots = vec![T::default(); TICKS];
        }
        let newest = *self.newest.get_or_insert(tick);
        if tick > newest {
            for passed in (newest + 1..=tick).rev().take(TICKS) {
                if let Some(slot) = self.slots.get_mut(slot_of(passed)) {
                    *slot = T::default();
                }
            }
            self.newest = Some(tick);
        } else if newest - tick >= TICKS as i64 {
            return None;
        }
        self.slots.get_mut(slot_of(tick))
    }

    /// Ticks kept now, oldest first.
    pub(crate) fn ticks(&self) -> std::ops::Range<i64> {
        self.newest.map_or(0..0, |newest| newest + 1 - TICKS as i64..newest + 1)
    }

    /// The counts of `tick`, if any came.
    pub(crate) fn read(&self, tick: i64) -> Option<&T> {
        let newest = self.newest?;
        if tick > newest || newest - tick >= TICKS as i64 {
            return None;
        }
        self.slots.get(slot_of(tick))
    }
}

fn slot_of(tick: i64) -> usize {
    usize::try_from(tick.rem_euclid(TICKS as i64)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_counts_do_not_come_back_as_new_ticks() {
        let mut ring = Ring::<u32>::new();
        *ring.at(10).unwrap() += 1;
        *ring.at(12).unwrap() += 2;
        assert_eq!(
            [10, 11, 12, 13].map(|tick| ring.read(tick).copied().unwrap_or(9)),
            [1, 0, 2, 9]
        );
        *ring.at(10 + TICKS as i64).unwrap() += 5;
        assert_eq!(ring.read(10), None);
        assert_eq!(ring.read(12), Some(&2));
        assert_eq!(ring.at(10), None);
        ring.at(10_000).unwrap();
        assert_eq!(ring.read(9_999), Some(&0));
    }
}
