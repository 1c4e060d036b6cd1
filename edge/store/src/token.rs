//! Tokens, of which the text is kept nowhere.

use crate::check::checksum;
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A token as it is stored. Times are nanoseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// Its number, from 1.
    pub id: u32,
    /// Who or what has it.
    pub name: String,
    /// The word of what it is for.
    pub scope: String,
    /// What is kept of its text.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was last used, roughly.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

impl StoredToken {
    pub(crate) const COLUMNS: &str = "id, name, scope, hash, created_at, expires_at, last_used_at, \
                                      revoked_at, checksum";

    fn check(&self) -> i64 {
        let or_none = |at: Option<i64>| at.unwrap_or(i64::MIN).to_le_bytes();
        checksum(&[
            &self.id.to_le_bytes(),
            self.name.as_bytes(),
            self.scope.as_bytes(),
            &self.hash,
            &self.created_at.to_le_bytes(),
            &or_none(self.expires_at),
            &or_none(self.last_used_at),
            &or_none(self.revoked_at),
        ])
    }

    /// The token in a row, or its number if it is damaged.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Result<Self, u32>> {
        let id = row.get(0)?;
        // What is of another kind than was written is as damaged as what has another value.
        let token = Self::columns(id, row).ok().filter(|(token, check)| token.check() == *check);
        Ok(token.map(|(token, _)| token).ok_or(id))
    }

    fn columns(id: u32, row: &Row<'_>) -> rusqlite::Result<(Self, i64)> {
        let token = Self {
            id,
            name: row.get(1)?,
            scope: row.get(2)?,
            hash: row.get(3)?,
            created_at: row.get(4)?,
            expires_at: row.get(5)?,
            last_used_at: row.get(6)?,
            revoked_at: row.get(7)?,
        };
        Ok((token, row.get(8)?))
    }
}

impl Group<'_> {
    /// The number of the next token. Numbers are not used again.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn next_token(&self) -> Result<u32, WriteError> {
        let sql = "select coalesce(max(id), 0) + 1 from token";
        Ok(self.transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// A token by its number; if it is damaged, its number alone. That is no error: it must not keep
    /// the rest of a group from being written.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn token(&self, id: u32) -> Result<Option<Result<StoredToken, u32>>, WriteError> {
        let sql = format!("select {} from token where id = ?1", StoredToken::COLUMNS);
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.query_row([id], StoredToken::read).optional()?)
    }

    /// Keeps a token, in place of what was kept of it.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn put_token(&self, token: &StoredToken) -> Result<(), WriteError> {
        let sql = format!(
            "insert or replace into token ({}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            StoredToken::COLUMNS
        );
        let StoredToken { id, name, scope, hash, created_at, .. } = token;
        self.transaction.prepare_cached(&sql)?.execute(params![
            id,
            name,
            scope,
            hash,
            created_at,
            token.expires_at,
            token.last_used_at,
            token.revoked_at,
            token.check()
        ])?;
        Ok(())
    }
}

/// All tokens by their numbers; damaged ones by their number alone.
pub(crate) fn tokens(connection: &Connection) -> Result<Vec<Result<StoredToken, u32>>, ReadError> {
    let sql = format!("select {} from token order by id", StoredToken::COLUMNS);
    let mut statement = connection.prepare_cached(&sql)?;
    let tokens = statement.query_map([], StoredToken::read)?;
    Ok(tokens.collect::<Result<_, _>>()?)
}
