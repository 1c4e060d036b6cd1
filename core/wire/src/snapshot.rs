//! Snapshots: all that the engine and the reading side remember, at one place in the log.
//!
//! A snapshot is memory, not a promised format: it saves folding the log from its beginning. Fields
//! may be added at the end of a structure with a default, and older snapshots still read; anything
//! else needs a new `SNAPSHOT_VERSION`, and the engine then learns anew (ADR 8).

use crate::WireError;
use hw_engine::{Restored, Saved};
use hw_flow::Dictionary;

/// Raised when what is saved changes so that older snapshots do not read.
pub const SNAPSHOT_VERSION: u32 = 1;

/// The bytes of a snapshot.
#[must_use]
pub fn encode_snapshot(engine: &Saved<'_>, dictionary: &Dictionary) -> Vec<u8> {
    rmp_serde::to_vec(&(engine, dictionary)).expect("invariant: memory takes all bytes")
}

/// Reads a snapshot.
///
/// # Errors
///
/// If the bytes are not a snapshot of this version.
pub fn decode_snapshot(bytes: &[u8]) -> Result<(Restored, Dictionary), WireError> {
    rmp_serde::from_slice(bytes).map_err(WireError::broken)
}
