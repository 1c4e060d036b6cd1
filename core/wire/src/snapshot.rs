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

/// The bytes of the reading side's part, which are taken by another thread than the engine's.
#[must_use]
pub fn encode_dictionary(dictionary: &Dictionary) -> Vec<u8> {
    rmp_serde::to_vec(dictionary).expect("invariant: memory takes all bytes")
}

/// The bytes of a snapshot, from those of the dictionary at the same place in the log.
#[must_use]
pub fn encode_snapshot(engine: &Saved<'_>, dictionary: &[u8]) -> Vec<u8> {
    let mut bytes = (dictionary.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(dictionary);
    rmp_serde::encode::write(&mut bytes, engine).expect("invariant: memory takes all bytes");
    bytes
}

/// Reads a snapshot.
///
/// # Errors
///
/// If the bytes are not a snapshot of this version.
pub fn decode_snapshot(bytes: &[u8]) -> Result<(Restored, Dictionary), WireError> {
    let short = || WireError::broken("the snapshot is too short");
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(short)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(WireError::broken)?;
    let (dictionary, engine) = rest.split_at_checked(length).ok_or_else(short)?;
    let dictionary = rmp_serde::from_slice(dictionary).map_err(WireError::broken)?;
    let engine = rmp_serde::from_slice(engine).map_err(WireError::broken)?;
    Ok((engine, dictionary))
}
