//! Hands that only read, beside the one that writes.

use crate::error::{OpenError, ReadError};
use crate::folder::Paths;
use crate::history::{HistoryQuery, HistoryRow, HistoryRows, history, visit_history};
use crate::imported::{FoundImport, ImportKey, import, imports};
use crate::log::{Logged, row_of_key, rows_after};
use crate::outbox::{FoundRow, outbox_rows};
use crate::record::{Events, Kind, Page, StoredEvent, events, state, states};
use crate::rule::{FoundRule, rules};
use crate::schema;
use crate::seen::{SeenMinute, seen_minutes};
use crate::token::{StoredToken, tokens};
use hw_wire::EventV1;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// One hand.
#[derive(Debug)]
pub struct Reader {
    pub(crate) connection: Connection,
}

impl Reader {
    /// Opens the database of a data folder to read, whether a process has it or not.
    ///
    /// # Errors
    ///
    /// If it is not there, is something else, or is of a newer version.
    pub fn open(paths: &Paths) -> Result<Self, OpenError> {
        Ok(Self { connection: schema::open_to_read(paths)? })
    }

    /// Rows of the log after a place, at most so many, oldest first.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn log_after(&self, step: u64, rows_max: u32) -> Result<Vec<Logged>, ReadError> {
        rows_after(&self.connection, step, rows_max)
    }

    /// Places of the first and last row of the log.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn log_range(&self) -> Result<Option<(u64, u64)>, ReadError> {
        let sql = "select min(step), max(step) from log";
        let range = self.connection.query_row(sql, [], |row| {
            Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        let (first, last) = range;
        Ok(first.zip(last).map(|(first, last)| (first.cast_unsigned(), last.cast_unsigned())))
    }

    /// The place that the next row of the log gets.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn next_step(&self) -> Result<u64, ReadError> {
        let next = self.meta("next_step")?;
        Ok(next.and_then(|next| next.parse().ok()).unwrap_or(1))
    }

    /// A value that was set for the whole folder.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn meta(&self, key: &str) -> Result<Option<String>, ReadError> {
        let mut statement =
            self.connection.prepare_cached("select value from meta where key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Places of rows that are kept out of the way.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn quarantined(&self) -> Result<BTreeSet<u64>, ReadError> {
        let mut statement = self.connection.prepare_cached("select step from quarantine")?;
        let steps = statement.query_map([], |row| Ok(row.get::<_, i64>(0)?.cast_unsigned()))?;
        Ok(steps.collect::<Result<_, _>>()?)
    }

    /// What was seen in the last minutes; damaged ones by their number.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn seen(&self) -> Result<Vec<Result<SeenMinute, i64>>, ReadError> {
        seen_minutes(&self.connection)
    }

    /// Rows of the outbox in the order in which they were made; damaged ones by receiver and key.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn outbox(&self) -> Result<Vec<FoundRow>, ReadError> {
        outbox_rows(&self.connection)
    }

    /// The present words of something, as JSON.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or the row is damaged.
    pub fn state(&self, kind: Kind, number: u32) -> Result<Option<String>, ReadError> {
        state(&self.connection, kind, number)
    }

    /// The present words of many things with their numbers, newest first.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or a row is damaged.
    pub fn states(&self, kind: Kind, page: Page) -> Result<Vec<(u32, String)>, ReadError> {
        states(&self.connection, kind, page)
    }

    /// Events before a place among all, newest first.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or an event is damaged.
    pub fn events_before(&self, seq: u64, items_max: u32) -> Result<Vec<StoredEvent>, ReadError> {
        events(&self.connection, &Events::Before(seq), items_max)
    }

    /// Events after a place among all, oldest first.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or an event is damaged.
    pub fn events_after(&self, seq: u64, items_max: u32) -> Result<Vec<StoredEvent>, ReadError> {
        events(&self.connection, &Events::After(seq), items_max)
    }

    /// Events of an incident after a place among them, oldest first.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or an event is damaged.
    pub fn events_of(
        &self,
        incident: u32,
        after: u64,
        items_max: u32,
    ) -> Result<Vec<StoredEvent>, ReadError> {
        events(&self.connection, &Events::OfIncident(incident, after), items_max)
    }

    /// Events that a step of the log said, in order.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or an event is damaged.
    pub fn events_of_step(&self, step: u64, items_max: u32) -> Result<Vec<StoredEvent>, ReadError> {
        events(&self.connection, &Events::OfStep(step), items_max)
    }

    /// What a command with this key became.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn row_of_key(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(row_of_key(&self.connection, key)?.map(|(_, row)| row))
    }

    /// Number of the last event; 0 if there is none.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn last_event(&self) -> Result<u64, ReadError> {
        let sql = "select coalesce(max(seq), 0) from event";
        let last: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        Ok(last.cast_unsigned())
    }

    /// Number of the last event that all who may read may see; 0 if there is none.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or an event is damaged.
    pub fn last_shown_event(&self) -> Result<u64, ReadError> {
        let sql = "select seq, body from event order by seq desc";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (seq, body): (i64, String) = (row.get(0)?, row.get(1)?);
            // One that cannot be read is told when somebody asks for it.
            if !EventV1::decode(&body).is_ok_and(|event| event.what.is_audit()) {
                return Ok(seq.cast_unsigned());
            }
        }
        Ok(0)
    }

    /// All tokens by their numbers; damaged ones by their number alone.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn tokens(&self) -> Result<Vec<Result<StoredToken, u32>>, ReadError> {
        tokens(&self.connection)
    }

    /// All rules by their numbers, also those that were set aside; damaged ones by their number alone.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn rules(&self) -> Result<Vec<FoundRule>, ReadError> {
        rules(&self.connection)
    }

    /// Imported post mortems before a number, the newest first; damaged ones by their number alone.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn imports(&self, page: Page) -> Result<Vec<FoundImport>, ReadError> {
        imports(&self.connection, page.before, page.items_max)
    }

    /// An imported post mortem; if it is damaged, its number alone.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn import(&self, key: ImportKey<'_>) -> Result<Option<FoundImport>, ReadError> {
        import(&self.connection, key)
    }

    /// History of a target, those rows of each answer key apart, and how many packs are damaged.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn history(&self, query: &HistoryQuery) -> Result<(Vec<HistoryRows>, usize), ReadError> {
        history(&self.connection, query)
    }

    /// The same, one row after the other, none of which is kept. Returns how many packs are damaged.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn visit_history(
        &self,
        query: &HistoryQuery,
        visit: impl FnMut(HistoryRow<'_>),
    ) -> Result<usize, ReadError> {
        visit_history(&self.connection, query, visit)
    }
}

/// Hands that read, used by many threads in turn.
#[derive(Debug)]
pub struct Readers {
    paths: Paths,
    idle: Mutex<Vec<Reader>>,
}

/// Hands that are kept open while nobody needs them.
const IDLE_MAX: usize = 8;

impl Readers {
    /// For the database of a data folder.
    #[must_use]
    pub const fn new(paths: Paths) -> Self {
        Self { paths, idle: Mutex::new(Vec::new()) }
    }

    /// Reads with one of the hands.
    ///
    /// # Errors
    ///
    /// What `read` says, or that the database cannot be opened.
    pub fn read<T, E: From<OpenError>>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.paths)?,
        };
        let answer = read(&reader);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX {
            idle.push(reader);
        }
        answer
    }
}
