//! Places for things that come and go, each under a handle that is never given out twice.
//!
//! A handle of something that has gone leads nowhere, even if its place was taken again. Unlike the
//! crates for this (slotmap and others), all of its state can be saved and restored, the order in
//! which places are taken again included: a restored engine goes on exactly as the one that was saved
//! (ADR 8).

use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// Leads to a thing of one kind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Key<T> {
    place: u32,
    /// How often the place had been emptied when it was taken.
    round: u32,
    #[serde(skip)]
    kind: PhantomData<fn() -> T>,
}

/// Things of one kind.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Arena<T> {
    slots: Vec<Slot<T>>,
    /// Empty places; the last is taken first.
    free: Vec<u32>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Slot<T> {
    round: u32,
    thing: Option<T>,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.place, self.round) == (other.place, other.round)
    }
}

impl<T> Eq for Key<T> {}

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }

    /// Puts a thing in.
    pub(crate) fn insert(&mut self, thing: T) -> Key<T> {
        let place = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { round: 0, thing: None });
            u32::try_from(self.slots.len() - 1).expect("invariant: open_spans_max")
        });
        let slot = self.slots.get_mut(place as usize).expect("invariant: free places are there");
        slot.thing = Some(thing);
        Key { place, round: slot.round, kind: PhantomData }
    }

    /// The thing under a key.
    pub(crate) fn get(&self, key: Key<T>) -> Option<&T> {
        let slot = self.slots.get(key.place as usize)?;
        slot.thing.as_ref().filter(|_| slot.round == key.round)
    }

    /// The thing under a key, to change.
    pub(crate) fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.place as usize).filter(|slot| slot.round == key.round)?;
        slot.thing.as_mut()
    }

    /// Everything in it, by place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        (0..).zip(&self.slots).filter_map(|(place, slot)| {
            let key = Key { place, round: slot.round, kind: PhantomData };
            Some((key, slot.thing.as_ref()?))
        })
    }

    /// Takes a thing out.
    pub(crate) fn remove(&mut self, key: Key<T>) -> Option<T> {
        let slot = self.slots.get_mut(key.place as usize).filter(|slot| slot.round == key.round)?;
        let thing = slot.thing.take()?;
        slot.round = slot.round.wrapping_add(1);
        self.free.push(key.place);
        Some(thing)
    }

    /// How many things are in it.
    pub(crate) const fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handle_of_what_has_gone_leads_nowhere() {
        let mut arena = Arena::<&str>::new();
        let first = arena.insert("first");
        assert_eq!(arena.remove(first), Some("first"));
        let second = arena.insert("second");
        assert_eq!((arena.get(first), arena.get(second)), (None, Some(&"second")));
        assert_eq!((arena.remove(first), arena.len()), (None, 1));
    }
}
