//! The data folder: one process at a time.

use crate::error::OpenError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What stands where in a data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    folder: PathBuf,
}

impl Paths {
    /// Of this folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.join("highwater.db")
    }

    /// The folder of snapshots.
    #[must_use]
    pub fn snapshots(&self) -> PathBuf {
        self.folder.join("snapshots")
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.folder.join("lock")
    }

    pub(crate) fn applying(&self) -> PathBuf {
        self.folder.join("applying")
    }
}

/// A data folder that this process has for itself, until it is dropped.
#[derive(Debug)]
pub struct Folder {
    paths: Paths,
    _lock: File,
}

impl Folder {
    /// Takes a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// If it cannot be written to, or another process has it.
    pub fn take(folder: &Path) -> Result<Self, OpenError> {
        let unwritable = |source| OpenError::Unwritable { folder: folder.to_owned(), source };
        let paths = Paths::of(folder);
        std::fs::create_dir_all(paths.snapshots()).map_err(unwritable)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(paths.lock()).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let owner = owner(&mut lock);
                return Err(OpenError::InUse { folder: folder.to_owned(), owner });
            }
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        lock.set_len(0).map_err(unwritable)?;
        write!(lock, "{}", std::process::id()).map_err(unwritable)?;
        Ok(Self { paths, _lock: lock })
    }

    /// The process that has a folder, if one has. Changes nothing.
    #[must_use]
    pub fn owner(folder: &Path) -> Option<String> {
        let mut lock = File::open(Paths::of(folder).lock()).ok()?;
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(owner(&mut lock)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }

    /// What stands where in it.
    #[must_use]
    pub const fn paths(&self) -> &Paths {
        &self.paths
    }
}

fn owner(lock: &mut File) -> String {
    let mut owner = String::new();
    let read = lock.seek(SeekFrom::Start(0)).and_then(|_| lock.take(20).read_to_string(&mut owner));
    if read.is_ok() && !owner.is_empty() { owner } else { "unknown".to_owned() }
}
