//! What outlives the process: the log, snapshots, the record and the history, in one data folder.
//!
//! One [`Store`] writes, in groups: a group is durable as a whole or not at all. Any number of
//! [`Reader`]s read beside it. Every row carries a checksum of our own, because SQLite has none
//! (`docs/internals/record.md`).
//!
//! It deliberately does not know what a row of the log says, when a group is worth its commit, or
//! who asks.

mod applying;
mod backup;
mod check;
mod columns;
mod error;
mod folder;
mod group;
mod history;
mod imported;
mod log;
mod outbox;
mod reader;
mod record;
mod rule;
mod schema;
mod seen;
mod snapshot;
mod store;
mod token;
mod verify;

pub use applying::Applying;
pub use backup::{BackupError, Copied, backup, restore};
pub use error::{OpenError, ReadError, WriteError};
pub use folder::{Folder, Paths};
pub use group::{Group, Retention};
pub use history::{HistoryQuery, HistoryRow, HistoryRows, subject_of, what_word};
pub use imported::{FoundImport, ImportKey, ImportsKept, StoredImport};
pub use log::{Logged, NewRow};
pub use outbox::{FoundRow, OutboxRow};
pub use reader::{Reader, Readers};
pub use record::{Kind, Page, Recorded, State, StoredEvent};
pub use rule::{FoundRule, StoredRule};
pub use seen::SeenMinute;
pub use snapshot::{Snapshot, SnapshotError, Snapshots};
pub use store::Store;
pub use token::StoredToken;
pub use verify::{Finding, Verified, VerifyError, verify};
