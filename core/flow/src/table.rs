//! The one hash table of the data plane: fixed seed, looked up and never iterated.
//!
//! A `BTreeMap` costs 100-370 ns where this costs a few, and there are several look-ups per span.
//! Equal inputs give equal bytes all the same, because nothing depends on its order: what must be
//! listed is kept in a `Vec` beside it.

use foldhash::fast::FixedState;

/// A hash map that is only looked up.
pub(crate) type Table<K, V> = hashbrown::HashMap<K, V, FixedState>;

/// Saved and restored in the order of its keys, so that equal tables give equal bytes.
pub(crate) mod sorted {
    use super::{Table, table};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::hash::Hash;

    pub(crate) fn serialize<K, V, S>(rows: &Table<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Serialize + Ord,
        V: Serialize,
        S: Serializer,
    {
        let mut pairs: Vec<(&K, &V)> = rows.iter().collect();
        pairs.sort_unstable_by(|a, b| a.0.cmp(b.0));
        serializer.collect_seq(pairs)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<Table<K, V>, D::Error>
    where
        K: Deserialize<'de> + Hash + Eq,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let mut rows = table();
        rows.extend(Vec::<(K, V)>::deserialize(deserializer)?);
        Ok(rows)
    }
}

/// An empty table.
pub(crate) const fn table<K, V>() -> Table<K, V> {
    Table::with_hasher(FixedState::with_seed(0x6869_6768_7761_7465))
}
