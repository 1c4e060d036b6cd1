//! Post mortems that were written elsewhere, each kept once: its text's digest says whether it is there.

use crate::check::checksum;
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A post mortem as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImport {
    /// Its number, from 1.
    pub id: u32,
    /// Of the text that was imported, in hexadecimal.
    pub digest: String,
    /// The name of its file.
    pub name: String,
    /// What it is about, in a line.
    pub title: String,
    /// The day it is about, in nanoseconds; `None` if it says none.
    pub at: Option<i64>,
    /// When it was imported, in nanoseconds.
    pub imported_at: i64,
    /// Who did.
    pub by: String,
    /// The document, as JSON.
    pub body: String,
}

/// One as it was found: by its number alone, if it is damaged.
pub type FoundImport = Result<StoredImport, u32>;

impl StoredImport {
    pub(crate) const COLUMNS: &str =
        "id, digest, name, title, at, imported_at, importer, body, checksum";

    fn check(&self) -> i64 {
        let at = self.at.map(i64::to_le_bytes);
        checksum(&[
            &self.id.to_le_bytes(),
            self.digest.as_bytes(),
            self.name.as_bytes(),
            self.title.as_bytes(),
            at.as_ref().map_or(&[], |at| &at[..]),
            &self.imported_at.to_le_bytes(),
            self.by.as_bytes(),
            self.body.as_bytes(),
        ])
    }

    /// What stands in a row, or its number if it is damaged.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<FoundImport> {
        let id = row.get(0)?;
        // What is of another kind than was written is as damaged as what has another value.
        let columns = || {
            let found = Self {
                id,
                digest: row.get(1)?,
                name: row.get(2)?,
                title: row.get(3)?,
                at: row.get(4)?,
                imported_at: row.get(5)?,
                by: row.get(6)?,
                body: row.get(7)?,
            };
            Ok((found, row.get(8)?))
        };
        let found: rusqlite::Result<(Self, i64)> = columns();
        let whole = found.ok().filter(|(found, check)| found.check() == *check);
        Ok(whole.map(|(found, _)| found).ok_or(id))
    }
}

/// How many there are, and how long they are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportsKept {
    /// How many.
    pub n: u32,
    /// Bytes of their documents.
    pub bytes: u64,
}

impl Group<'_> {
    /// The number of the next one. Numbers are not used again.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn next_import(&self) -> Result<u32, WriteError> {
        let sql = "select coalesce(max(id), 0) + 1 from imported";
        Ok(self.transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// How much is kept.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn imports_kept(&self) -> Result<ImportsKept, WriteError> {
        let sql = "select count(*), coalesce(sum(octet_length(body)), 0) from imported";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let kept = statement.query_row([], |row| {
            let (n, bytes): (u32, i64) = (row.get(0)?, row.get(1)?);
            Ok(ImportsKept { n, bytes: bytes.cast_unsigned() })
        });
        Ok(kept?)
    }

    /// Whether a text with this digest is kept.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn has_import(&self, digest: &str) -> Result<bool, WriteError> {
        let sql = "select 1 from imported where digest = ?1";
        Ok(self.transaction.prepare_cached(sql)?.exists([digest])?)
    }

    /// Keeps one.
    ///
    /// # Errors
    ///
    /// If the disk refuses, or its number or its text is there.
    pub fn put_import(&self, import: &StoredImport) -> Result<(), WriteError> {
        let sql = format!(
            "insert into imported ({}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            StoredImport::COLUMNS
        );
        let StoredImport { id, digest, name, title, at, imported_at, by, body } = import;
        let check = import.check();
        let values = params![id, digest, name, title, at, imported_at, by, body, check];
        self.transaction.prepare_cached(&sql)?.execute(values)?;
        Ok(())
    }
}

/// Those before a number, the newest first; damaged ones by their number alone.
pub(crate) fn imports(
    connection: &Connection,
    before: Option<u32>,
    items_max: u32,
) -> Result<Vec<FoundImport>, ReadError> {
    let sql = format!(
        "select {} from imported where id < ?1 order by id desc limit ?2",
        StoredImport::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let before = before.map_or(i64::MAX, i64::from);
    let found = statement.query_map(params![before, items_max], StoredImport::read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// One by its number, or by the digest of its text.
pub(crate) fn import(
    connection: &Connection,
    key: ImportKey<'_>,
) -> Result<Option<FoundImport>, ReadError> {
    let (id, digest) = match key {
        ImportKey::Number(id) => (Some(id), None),
        ImportKey::Digest(digest) => (None, Some(digest)),
    };
    let sql =
        format!("select {} from imported where id = ?1 or digest = ?2", StoredImport::COLUMNS);
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row(params![id, digest], StoredImport::read).optional()?)
}

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKey<'a> {
    /// That of this number.
    Number(u32),
    /// That of the text with this digest.
    Digest(&'a str),
}
