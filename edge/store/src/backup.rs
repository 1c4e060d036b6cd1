//! A copy of a data folder that fits together, taken while a server goes on.
//!
//! The database is copied as of one instant. Then a snapshot is copied that this copy of the log can
//! go on from: one that is neither older than its first row nor newer than its last.

use crate::error::{OpenError, ReadError};
use crate::folder::{Folder, Paths};
use crate::reader::Reader;
use crate::snapshot::{SnapshotError, Snapshots};
use crate::verify::{Verified, VerifyError, verify};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Bytes of all files.
    pub bytes: u64,
    /// The row of the log from which the copy goes on without folding it anew; `None` if it folds all
    /// of it.
    pub snapshot: Option<u64>,
    /// What reading the copy found: nothing damaged.
    pub verified: Verified,
}

/// A data folder cannot be copied.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The folder to copy, or the one to copy to, cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The copy would overwrite something.
    #[error("{0} is not empty: choose a folder that is not there yet")]
    NotEmpty(PathBuf),
    /// The disk says no.
    #[error("failed to copy to {file}")]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// No snapshot fits the copied log.
    #[error("no snapshot fits the copy of the log: try again in a minute")]
    NoSnapshot,
    /// What was to be copied, or the copy, is damaged.
    #[error("{n} parts are damaged, the first is {first}: `highwater verify` lists them")]
    Damaged {
        /// How many.
        n: usize,
        /// The first of them.
        first: String,
    },
    /// A snapshot cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl From<VerifyError> for BackupError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Open(error) => Self::Open(error),
            VerifyError::Read(error) => Self::Read(error),
        }
    }
}

/// Copies a data folder, whether a server has it or not, and reads the copy.
///
/// # Errors
///
/// If it cannot be read, the copy cannot be written, or is damaged.
pub fn backup(from: &Paths, to: &Path, progress: impl FnMut(u64)) -> Result<Copied, BackupError> {
    let to = new_folder(to)?;
    let reader = Reader::open(from)?;
    let file = to.database();
    let copied = reader.connection.execute("vacuum into ?1", [file.to_string_lossy()]);
    copied.map_err(ReadError::from)?;
    // The copy is a plain file until somebody opens it.
    let copy = Reader::open(&to)?;
    let next = copy.next_step()?;
    let first = copy.log_range()?.map_or(next, |(first, _)| first);
    let snapshots = (&Snapshots::new(from), &Snapshots::new(&to));
    let snapshot = copy_snapshot(snapshots, first, next)?;
    finish(&to, snapshot, progress)
}

/// Copies a backup back to where a server will look for it.
///
/// # Errors
///
/// As [`backup`]; and if there is something already.
pub fn restore(from: &Paths, to: &Path, progress: impl FnMut(u64)) -> Result<Copied, BackupError> {
    if !from.database().exists() {
        return Err(OpenError::Missing { folder: from.folder().to_owned() }.into());
    }
    // Nobody may write to what is copied file by file.
    let _held = Folder::take(from.folder())?;
    let to = new_folder(to)?;
    copy(&from.database(), &to.database())?;
    let (old, new) = (Snapshots::new(from), Snapshots::new(&to));
    let steps = old.steps();
    for step in &steps {
        copy(&old.file(*step), &new.file(*step))?;
    }
    finish(&to, steps.last().copied(), progress)
}

fn new_folder(folder: &Path) -> Result<Paths, BackupError> {
    let mut entries = std::fs::read_dir(folder).into_iter().flatten();
    if entries.next().is_some() {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    let paths = Paths::of(folder);
    let made = std::fs::create_dir_all(paths.snapshots());
    made.map_err(|source| BackupError::Io { file: folder.to_owned(), source })?;
    Ok(paths)
}

/// Copies the newest snapshot from which a log from `first` to before `next` goes on.
fn copy_snapshot(
    (from, to): (&Snapshots, &Snapshots),
    first: u64,
    next: u64,
) -> Result<Option<u64>, BackupError> {
    let fits = |step: &u64| step + 1 >= first && *step < next;
    for step in from.steps().into_iter().rev().filter(fits) {
        // It may have been replaced by a newer one meanwhile, or be damaged.
        if from.read(step).is_ok() {
            copy(&from.file(step), &to.file(step))?;
            return Ok(Some(step));
        }
    }
    if first > 1 { Err(BackupError::NoSnapshot) } else { Ok(None) }
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let io = |source| BackupError::Io { file: to.to_owned(), source };
    std::fs::copy(from, to).map_err(io)?;
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(io)
}

fn finish(
    to: &Paths,
    snapshot: Option<u64>,
    progress: impl FnMut(u64),
) -> Result<Copied, BackupError> {
    let verified = verify(to, progress)?;
    if let Some(first) = verified.findings.first() {
        let (n, first) = (verified.findings.len(), first.what.clone());
        return Err(BackupError::Damaged { n, first });
    }
    let size = |file: &Path| std::fs::metadata(file).map_or(0, |metadata| metadata.len());
    let snapshots = Snapshots::new(to);
    let files = snapshots.steps().into_iter().map(|step| size(&snapshots.file(step)));
    let bytes = size(&to.database()) + files.sum::<u64>();
    Ok(Copied { bytes, snapshot, verified })
}
