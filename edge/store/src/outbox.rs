//! Messages that are to be sent: a row per receiver and key, whose words only their sender knows.

use crate::check::checksum;
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A message as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// To whom.
    pub receiver: String,
    /// Its key, the only one of its receiver.
    pub key: String,
    /// What it says, and what became of it.
    pub row: Vec<u8>,
}

/// A message as it was found: by receiver and key alone, if it is damaged.
pub type FoundRow = Result<OutboxRow, (String, String)>;

impl OutboxRow {
    pub(crate) const COLUMNS: &str = "receiver, key, row, checksum";

    fn check(&self) -> i64 {
        checksum(&[self.receiver.as_bytes(), self.key.as_bytes(), &self.row])
    }

    /// The message in a row, or receiver and key if it is damaged.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<FoundRow> {
        let message = Self { receiver: row.get(0)?, key: row.get(1)?, row: row.get(2)? };
        let is_whole = message.check() == row.get::<_, i64>(3)?;
        Ok(if is_whole { Ok(message) } else { Err((message.receiver, message.key)) })
    }
}

impl Group<'_> {
    /// Keeps a message, in place of what was kept of it; a new one stands behind all others.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn put_outbox(&self, message: &OutboxRow) -> Result<(), WriteError> {
        let sql = "insert into outbox (receiver, key, row, checksum) values (?1, ?2, ?3, ?4)
                   on conflict (receiver, key)
                   do update set row = excluded.row, checksum = excluded.checksum";
        let OutboxRow { receiver, key, row } = message;
        let mut statement = self.transaction.prepare_cached(sql)?;
        statement.execute(params![receiver, key, row, message.check()])?;
        Ok(())
    }

    /// A message by receiver and key; `None` if it is not there, or damaged.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn outbox_row(&self, receiver: &str, key: &str) -> Result<Option<OutboxRow>, WriteError> {
        let sql =
            "select receiver, key, row, checksum from outbox where receiver = ?1 and key = ?2";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let found = statement.query_row([receiver, key], OutboxRow::read).optional()?;
        Ok(found.and_then(Result::ok))
    }

    /// Messages whose keys begin so; damaged ones are left out.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn outbox_of(&self, beginning: &str) -> Result<Vec<OutboxRow>, WriteError> {
        let sql = "select receiver, key, row, checksum from outbox
                   where substr(key, 1, length(?1)) = ?1 order by id";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let rows = statement.query_map([beginning], OutboxRow::read)?;
        let rows: Vec<FoundRow> = rows.collect::<Result<_, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Forgets a message.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn drop_outbox(&self, receiver: &str, key: &str) -> Result<(), WriteError> {
        let sql = "delete from outbox where receiver = ?1 and key = ?2";
        self.transaction.prepare_cached(sql)?.execute([receiver, key])?;
        Ok(())
    }
}

/// All messages, in the order in which they were made.
pub(crate) fn outbox_rows(connection: &Connection) -> Result<Vec<FoundRow>, ReadError> {
    let sql = format!("select {} from outbox order by id", OutboxRow::COLUMNS);
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], OutboxRow::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
