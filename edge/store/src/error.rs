//! What can go wrong with a data folder, and what to do about it.

use rusqlite::ErrorCode;
use std::path::PathBuf;
use thiserror::Error;

/// A data folder cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder cannot be made or written to.
    #[error(
        "cannot write to the data folder {folder}: choose another with --data, or give this user \
         the right to write there"
    )]
    Unwritable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Another process has it.
    #[error(
        "the data folder {folder} is in use by another Highwater (process {owner}): stop that one, \
         or choose another folder with --data"
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Its process number, as far as it is known.
        owner: String,
    },
    /// There is no data in it, and there should be.
    #[error("{folder} is no data folder of Highwater: there is no highwater.db in it")]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// A newer version wrote it.
    #[error(
        "the data folder {folder} was written by a newer Highwater (format {found}, this one reads \
         up to {known}): run that version, or choose another folder with --data"
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that is known.
        known: i64,
    },
    /// It is something else.
    #[error("{file} is not a database of Highwater: choose another folder with --data")]
    Foreign {
        /// The file.
        file: PathBuf,
    },
    /// The database does not answer as it should.
    #[error("failed to open the database {file}")]
    Database {
        /// The file.
        file: PathBuf,
        /// What it says.
        #[source]
        source: rusqlite::Error,
    },
}

/// A group could not be written; nothing of it was.
#[derive(Debug, Error)]
pub enum WriteError {
    /// There is no space, or no right to write. Goes away by itself when space or rights return.
    #[error("the disk is full or cannot be written to")]
    NoSpace(#[source] rusqlite::Error),
    /// It is not known whether the group is durable: the disk failed while it was made so. Only a
    /// new start finds out.
    #[error("the disk failed while data was made durable")]
    Unsure(#[source] rusqlite::Error),
    /// Anything else. Nothing was written.
    #[error("the database refused to write")]
    Refused(#[source] rusqlite::Error),
}

impl WriteError {
    /// From an error before the commit: the group is rolled back.
    pub(crate) fn before_commit(error: rusqlite::Error) -> Self {
        if is_space(&error) { Self::NoSpace(error) } else { Self::Refused(error) }
    }

    /// From an error of the commit itself. A full disk is noticed before the mark that makes a commit
    /// one is written.
    pub(crate) fn of_commit(error: rusqlite::Error) -> Self {
        if is_space(&error) { Self::NoSpace(error) } else { Self::Unsure(error) }
    }
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::before_commit(error)
    }
}

fn is_space(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

/// Something stored cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The database does not answer as it should.
    #[error("failed to read the database")]
    Database(#[from] rusqlite::Error),
    /// A row is not what was written.
    #[error("{what} is damaged: its checksum does not fit")]
    Damaged {
        /// Which row.
        what: String,
    },
}
