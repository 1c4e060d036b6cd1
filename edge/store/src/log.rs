//! The log: inputs of the engine, in the order in which they were acknowledged.

use crate::check::checksum;
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use rusqlite::{Connection, OptionalExtension, params};

/// A row to write.
#[derive(Clone, Copy, Debug)]
pub struct NewRow<'a> {
    /// Time of the engine, in nanoseconds.
    pub at: i64,
    /// Time of arrival, in nanoseconds.
    pub received_at: i64,
    /// Digest of the request it came as.
    pub digest: Option<[u8; 16]>,
    /// What it says.
    pub row: &'a [u8],
}

/// A row that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its place in the log, counted from 1.
    pub step: u64,
    /// Time of the engine, in nanoseconds.
    pub at: i64,
    /// Time of arrival, in nanoseconds.
    pub received_at: i64,
    /// Digest of the request it came as.
    pub digest: Option<[u8; 16]>,
    /// What it says; `None` if it is damaged.
    pub row: Option<Vec<u8>>,
}

fn row_check(step: i64, at: i64, received_at: i64, digest: &[u8], row: &[u8]) -> i64 {
    checksum(&[&step.to_le_bytes(), &at.to_le_bytes(), &received_at.to_le_bytes(), digest, row])
}

impl Group<'_> {
    /// Appends a row. Returns its place in the log.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn append(&mut self, new: NewRow<'_>) -> Result<u64, WriteError> {
        let step = self.next_step;
        let number = step.cast_signed();
        let digest = new.digest.as_ref().map(<[u8; 16]>::as_slice);
        let check = row_check(number, new.at, new.received_at, digest.unwrap_or_default(), new.row);
        let sql = "insert into log (step, at, received_at, digest, row, checksum)
                   values (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut statement = self.transaction.prepare_cached(sql)?;
        statement.execute(params![number, new.at, new.received_at, digest, new.row, check])?;
        self.next_step += 1;
        Ok(step)
    }

    /// Forgets rows up to a place, some at a time: pages that hold them must be walked. Returns how
    /// many went.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn forget_log(&self, up_to: u64, rows_max: u32) -> Result<usize, WriteError> {
        let sql = "delete from log where step in
                   (select step from log where step <= ?1 order by step limit ?2)";
        let mut statement = self.transaction.prepare_cached(sql)?;
        Ok(statement.execute(params![up_to.cast_signed(), rows_max])?)
    }

    /// The row of the command with this key, and its step, if one came.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn row_of_key(&self, key: &str) -> Result<Option<(u64, Vec<u8>)>, WriteError> {
        Ok(row_of_key(&self.transaction, key)?)
    }

    /// Remembers the key of a command, with its row.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn keep_key(
        &self,
        key: &str,
        (step, row): (u64, &[u8]),
        recorded_at: i64,
    ) -> Result<(), WriteError> {
        let step = step.cast_signed();
        let check = key_check(key, (step, row), recorded_at);
        let sql = "insert into command_key (key, step, row, recorded_at, checksum)
                   values (?1, ?2, ?3, ?4, ?5)";
        let mut statement = self.transaction.prepare_cached(sql)?;
        statement.execute(params![key, step, row, recorded_at, check])?;
        Ok(())
    }

    /// Forgets keys of commands that came before an instant.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn expire_keys(&self, before: i64) -> Result<(), WriteError> {
        let sql = "delete from command_key where recorded_at < ?1";
        self.transaction.prepare_cached(sql)?.execute([before])?;
        Ok(())
    }

    /// Moves a row that killed the process out of the way.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn quarantine(&self, step: u64, why: &str, recorded_at: i64) -> Result<(), WriteError> {
        let step = step.cast_signed();
        let mut find = self.transaction.prepare_cached("select row from log where step = ?1")?;
        let Some(row) = find.query_row([step], |row| row.get::<_, Vec<u8>>(0)).optional()? else {
            return Ok(());
        };
        let check = quarantine_check(step, &row, why, recorded_at);
        let sql = "insert or replace into quarantine (step, row, why, recorded_at, checksum)
                   values (?1, ?2, ?3, ?4, ?5)";
        let mut statement = self.transaction.prepare_cached(sql)?;
        statement.execute(params![step, row, why, recorded_at, check])?;
        Ok(())
    }
}

/// The row that a command with this key became, and its step.
pub(crate) fn row_of_key(
    connection: &Connection,
    key: &str,
) -> rusqlite::Result<Option<(u64, Vec<u8>)>> {
    let mut statement =
        connection.prepare_cached("select step, row from command_key where key = ?1")?;
    let found = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
    statement.query_row([key], found).optional()
}

pub(crate) fn key_check(key: &str, (step, row): (i64, &[u8]), recorded_at: i64) -> i64 {
    checksum(&[key.as_bytes(), &step.to_le_bytes(), row, &recorded_at.to_le_bytes()])
}

pub(crate) fn quarantine_check(step: i64, row: &[u8], why: &str, recorded_at: i64) -> i64 {
    checksum(&[&step.to_le_bytes(), row, why.as_bytes(), &recorded_at.to_le_bytes()])
}

/// Rows after a place, at most so many, oldest first.
pub(crate) fn rows_after(
    connection: &Connection,
    after: u64,
    rows_max: u32,
) -> Result<Vec<Logged>, ReadError> {
    let sql = "select step, at, received_at, digest, row, checksum from log
               where step > ?1 order by step limit ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![after.cast_signed(), rows_max], |row| {
        let (step, at, received_at): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let digest: Option<Vec<u8>> = row.get(3)?;
        let bytes: Vec<u8> = row.get(4)?;
        let check = row_check(step, at, received_at, digest.as_deref().unwrap_or_default(), &bytes);
        let is_whole = check == row.get::<_, i64>(5)?;
        Ok(Logged {
            step: step.cast_unsigned(),
            at,
            received_at,
            digest: digest.and_then(|digest| digest.try_into().ok()),
            row: is_whole.then_some(bytes),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
