//! Small numbers for what is counted, and keys for what is still open.

/// Number of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryIdx(pub u32);

/// Number of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HopIdx(pub u32);

slotmap::new_key_type! {
    /// A node in the table of open spans.
    pub(crate) struct NodeKey;
    /// An open out.
    pub(crate) struct OutKey;
    /// An open entry.
    pub(crate) struct EntryKey;
}
