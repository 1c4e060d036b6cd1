//! Bytes we promised to keep: rows of the log, snapshots, events of the record.
//!
//! Every format carries its version and is converted by hand to and from the words of the model, so
//! that those can change without a data folder becoming unreadable. Every version ever written has a
//! file in `golden/` that still decodes.
//!
//! It deliberately does not know where bytes are kept, how they are protected against bit rot, or
//! when they are written.

mod after;
mod audit;
mod batch;
mod definitions;
mod event;
mod row;
mod snapshot;

pub use after::AfterV1;
pub use audit::ActV1;
pub use event::{EventV1, WhatV1};
pub use row::{Arrival, LogRow};
pub use snapshot::{SNAPSHOT_VERSION, decode_snapshot, encode_dictionary, encode_snapshot};

use thiserror::Error;

/// Bytes that cannot be read.
#[derive(Debug, Error)]
pub enum WireError {
    /// Written by a newer version of Highwater.
    #[error("written in format {found}; this version reads up to {known}")]
    Newer {
        /// The format's number.
        found: u8,
        /// The newest this version knows.
        known: u8,
    },
    /// Not what was written.
    #[error("not in the format it should be in: {0}")]
    Broken(String),
}

impl WireError {
    fn broken(why: impl ToString) -> Self {
        Self::Broken(why.to_string())
    }
}
