//! What is written together.

use crate::check::checksum;
use crate::error::WriteError;
use crate::seen::SeenMinute;
use rusqlite::{OptionalExtension, Transaction, params};

/// How long history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days of windows: what is shown and compared.
    pub windows_days: i64,
    /// Days of judged seconds: what a backtest reads.
    pub seconds_days: i64,
}

/// A group that is being written.
#[derive(Debug)]
pub struct Group<'a> {
    pub(crate) transaction: Transaction<'a>,
    pub(crate) next_step: u64,
    /// Number and hash of the last event, once one was asked for.
    pub(crate) last_event: Option<(u64, [u8; 32])>,
}

impl<'a> Group<'a> {
    pub(crate) fn new(transaction: Transaction<'a>) -> Result<Self, WriteError> {
        let sql = "select value from meta where key = 'next_step'";
        let next: Option<String> = transaction.query_row(sql, [], |row| row.get(0)).optional()?;
        let next_step = next.and_then(|text| text.parse().ok()).unwrap_or(1);
        Ok(Self { transaction, next_step, last_event: None })
    }

    pub(crate) fn commit(self) -> Result<(), WriteError> {
        self.set_meta("next_step", &self.next_step.to_string())?;
        self.transaction.commit().map_err(WriteError::of_commit)
    }

    /// Sets a value for the whole folder.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), WriteError> {
        let sql = "insert into meta (key, value, checksum) values (?1, ?2, ?3) on conflict (key)
                   do update set value = excluded.value, checksum = excluded.checksum";
        let check = checksum(&[key.as_bytes(), value.as_bytes()]);
        self.transaction.prepare_cached(sql)?.execute(params![key, value, check])?;
        Ok(())
    }

    /// Keeps what was seen in a minute of arrival, and forgets minutes before `from`.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn keep_seen(&self, seen: &SeenMinute, from: i64) -> Result<(), WriteError> {
        let body = seen.encode();
        let check = checksum(&[&seen.minute.to_le_bytes(), &body]);
        let sql = "insert or replace into seen (minute, body, checksum) values (?1, ?2, ?3)";
        self.transaction.prepare_cached(sql)?.execute(params![seen.minute, body, check])?;
        self.transaction.prepare_cached("delete from seen where minute < ?1")?.execute([from])?;
        Ok(())
    }

    /// Forgets history that is older than it is kept, a part of it at a time. Returns how many packs
    /// went.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn expire_history(
        &self,
        now_s: i64,
        window_s: i64,
        retention: Retention,
    ) -> Result<usize, WriteError> {
        const PART: i64 = 2_000;
        let sql = "delete from pack where (series, first) in (
                       select pack.series, pack.first from pack join series on series.id = pack.series
                       where pack.last < ?1 and (series.what like '%ticks') = ?2 limit ?3)";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let seconds = now_s - retention.seconds_days * 86_400;
        let windows = (now_s - retention.windows_days * 86_400).div_euclid(window_s.max(1));
        let n = statement.execute(params![seconds, true, PART])?;
        Ok(n + statement.execute(params![windows, false, PART])?)
    }
}
