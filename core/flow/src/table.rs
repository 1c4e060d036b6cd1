//! The one hash table of the data plane: fixed seed, looked up and never iterated.
//!
//! A `BTreeMap` costs 100-370 ns where this costs a few, and there are several look-ups per span.
//! Equal inputs give equal bytes all the same, because nothing depends on its order: what must be
//! listed is kept in a `Vec` beside it.

use foldhash::fast::FixedState;

/// A hash map that is only looked up.
pub(crate) type Table<K, V> = hashbrown::HashMap<K, V, FixedState>;

/// An empty table.
pub(crate) const fn table<K, V>() -> Table<K, V> {
    Table::with_hasher(FixedState::with_seed(0x6869_6768_7761_7465))
}
