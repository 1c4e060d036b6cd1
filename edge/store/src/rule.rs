//! Rules that people set, whose words only their keeper knows.

use crate::check::checksum;
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRule {
    /// Its number, from 1.
    pub id: u32,
    /// What it says, as JSON.
    pub body: String,
    /// Where it stands, as JSON; empty before it was judged.
    pub standing: String,
}

/// A rule as it was found: by its number alone, if it is damaged.
pub type FoundRule = Result<StoredRule, u32>;

impl StoredRule {
    pub(crate) const COLUMNS: &str = "id, body, standing, checksum";

    fn check(&self) -> i64 {
        checksum(&[&self.id.to_le_bytes(), self.body.as_bytes(), self.standing.as_bytes()])
    }

    /// The rule in a row, or its number if it is damaged.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<FoundRule> {
        let id = row.get(0)?;
        // What is of another kind than was written is as damaged as what has another value.
        let columns = || Ok((Self { id, body: row.get(1)?, standing: row.get(2)? }, row.get(3)?));
        let rule: rusqlite::Result<(Self, i64)> = columns();
        let whole = rule.ok().filter(|(rule, check)| rule.check() == *check);
        Ok(whole.map(|(rule, _)| rule).ok_or(id))
    }
}

impl Group<'_> {
    /// The number of the next rule. Numbers are not used again.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn next_rule(&self) -> Result<u32, WriteError> {
        let sql = "select coalesce(max(id), 0) + 1 from rule";
        Ok(self.transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// A rule by its number; if it is damaged, its number alone.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn rule(&self, id: u32) -> Result<Option<FoundRule>, WriteError> {
        let sql = format!("select {} from rule where id = ?1", StoredRule::COLUMNS);
        let mut statement = self.transaction.prepare_cached(&sql)?;
        Ok(statement.query_row([id], StoredRule::read).optional()?)
    }

    /// Keeps a rule, in place of what was kept of it.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn put_rule(&self, rule: &StoredRule) -> Result<(), WriteError> {
        let sql = format!(
            "insert or replace into rule ({}) values (?1, ?2, ?3, ?4)",
            StoredRule::COLUMNS
        );
        let StoredRule { id, body, standing } = rule;
        let mut statement = self.transaction.prepare_cached(&sql)?;
        statement.execute(params![id, body, standing, rule.check()])?;
        Ok(())
    }
}

/// All rules by their numbers; damaged ones by their number alone.
pub(crate) fn rules(connection: &Connection) -> Result<Vec<FoundRule>, ReadError> {
    let sql = format!("select {} from rule order by id", StoredRule::COLUMNS);
    let mut statement = connection.prepare_cached(&sql)?;
    let rules = statement.query_map([], StoredRule::read)?;
    Ok(rules.collect::<Result<_, _>>()?)
}
