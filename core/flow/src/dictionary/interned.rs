//! Things that get a number each.

use crate::table::{Table, table};
use serde::{Deserialize, Serialize, Serializer};
use std::hash::Hash;

/// Distinct things in the order of their first appearance.
#[derive(Debug, Deserialize)]
#[serde(from = "Vec<T>", bound(deserialize = "T: Clone + Eq + Hash + Deserialize<'de>"))]
pub(super) struct Interned<T> {
    /// Follows from the items.
    ids: Table<T, u32>,
    items: Vec<T>,
}

impl<T: Serialize> Serialize for Interned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.items.serialize(serializer)
    }
}

impl<T: Clone + Eq + Hash> From<Vec<T>> for Interned<T> {
    fn from(items: Vec<T>) -> Self {
        let mut interned = Self::new();
        for item in items {
            interned.id(item);
        }
        interned
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    pub(super) const fn new() -> Self {
        Self { ids: table(), items: Vec::new() }
    }

    pub(super) fn id(&mut self, item: T) -> u32 {
        if let Some(id) = self.ids.get(&item) {
            return *id;
        }
        let id = u32::try_from(self.items.len()).expect("invariant: limits are below u32::MAX");
        self.items.push(item.clone());
        self.ids.insert(item, id);
        id
    }

    pub(super) fn find<Q: Hash + hashbrown::Equivalent<T> + ?Sized>(
        &self,
        item: &Q,
    ) -> Option<u32> {
        self.ids.get(item).copied()
    }

    pub(super) fn knows(&self, item: &T) -> bool {
        self.ids.contains_key(item)
    }

    pub(super) fn get(&self, id: u32) -> Option<&T> {
        self.items.get(id as usize)
    }

    pub(super) fn since(&self, from: usize) -> &[T] {
        self.items.get(from..).unwrap_or_default()
    }

    pub(super) const fn len(&self) -> usize {
        self.items.len()
    }
}
