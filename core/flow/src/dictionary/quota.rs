//! How many names an owner may have.

use crate::table::{Table, table};
use hw_model::NameId;
use serde::{Deserialize, Serialize};
use std::hash::Hash;

/// At most so many distinct names per owner.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "K: Serialize + Ord", deserialize = "K: Deserialize<'de> + Eq + Hash"))]
pub(super) struct Quota<K> {
    #[serde(with = "crate::table::sorted")]
    admitted: Table<(K, NameId), ()>,
    #[serde(with = "crate::table::sorted")]
    counts: Table<K, usize>,
    per_owner_max: usize,
}

impl<K: Copy + Eq + Hash> Quota<K> {
    pub(super) const fn new(per_owner_max: usize) -> Self {
        Self { admitted: table(), counts: table(), per_owner_max }
    }

    pub(super) fn holds(&self, owner: K, name: NameId) -> bool {
        self.admitted.contains_key(&(owner, name))
    }

    pub(super) fn is_over(&self, owner: &K) -> bool {
        self.counts.get(owner).is_some_and(|n| *n > self.per_owner_max)
    }

    /// Whether `name` has, or now gets, a place at `owner`. The first name too many closes it.
    pub(super) fn admits(&mut self, owner: K, name: NameId) -> bool {
        if self.holds(owner, name) {
            return true;
        }
        let n = self.counts.entry(owner).or_insert(0);
        if *n >= self.per_owner_max {
            *n = self.per_owner_max + 1;
            return false;
        }
        *n += 1;
        self.admitted.insert((owner, name), ());
        true
    }

    pub(super) fn close(&mut self, owner: K) {
        self.counts.insert(owner, self.per_owner_max + 1);
    }
}
