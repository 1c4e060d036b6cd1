//! The one hand that writes.

use crate::error::{OpenError, ReadError, WriteError};
use crate::folder::{Folder, Paths};
use crate::group::Group;
use crate::schema;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// A data folder that this process writes.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    folder: Folder,
}

impl Store {
    /// Opens a folder that was taken, and brings its database up to date.
    ///
    /// # Errors
    ///
    /// If the database cannot be opened, is something else, or is of a newer version.
    pub fn open(folder: Folder) -> Result<Self, OpenError> {
        let connection = schema::open(folder.paths())?;
        Ok(Self { connection, folder })
    }

    /// What stands where in the folder.
    #[must_use]
    pub const fn paths(&self) -> &Paths {
        self.folder.paths()
    }

    /// Writes a group. It is durable when this returns, or nothing of it was written.
    ///
    /// # Errors
    ///
    /// What `write` says, or what the disk does.
    pub fn group<T>(
        &mut self,
        write: impl FnOnce(&mut Group<'_>) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut group = Group::new(transaction)?;
        let written = write(&mut group)?;
        group.commit()?;
        Ok(written)
    }

    /// A value that was set for the whole folder.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn meta(&self, key: &str) -> Result<Option<String>, ReadError> {
        let sql = "select value from meta where key = ?1";
        Ok(self.connection.query_row(sql, [key], |row| row.get(0)).optional()?)
    }
}
