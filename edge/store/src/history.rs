//! History: counts by the second and by the window, in packs of some hundred rows.

use crate::check::checksum;
use crate::columns::{Rows as CountRows, Shape, encode, visit};
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use hw_engine::FinalRows;
use hw_flow::Rows;
use hw_model::Target;
use rusqlite::{Connection, OptionalExtension, params};

/// Which history is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Whose ([`subject_of`]).
    pub subject: String,
    /// What.
    pub what: Rows,
    /// The first key: a second, or the number of a window.
    pub from: i64,
    /// The first key after it.
    pub to: i64,
}

/// Rows of one answer key, or of all where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryRows {
    /// Name of the answer's key; empty where there is none.
    pub key: String,
    /// Names of the answer's values.
    pub values: Vec<String>,
    /// Keys and counts, oldest first.
    pub rows: CountRows,
}

/// One row of history, as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryRow<'a> {
    /// Name of the answer's key; empty where there is none.
    pub key: &'a str,
    /// Names of the answer's values, as the last of the packs that were read has them.
    pub values: &'a [String],
    /// A second, or the number of a window.
    pub at: i64,
    /// Counts; what a shorter row lacks is zero.
    pub counts: &'a [u32],
}

/// The name under which the history of a target is kept.
#[must_use]
pub fn subject_of(target: &Target) -> String {
    match target {
        Target::Hop(hop) => format!("hop {}", hop.id()),
        Target::Entry { service, operation } => format!("entry {service}|{operation}"),
        Target::Service(service) => format!("service {service}"),
    }
}

/// The word under which a kind of rows is kept.
#[must_use]
pub const fn what_word(what: Rows) -> &'static str {
    match what {
        Rows::Windows => "windows",
        Rows::Latencies => "latencies",
        Rows::WindowAnswers => "window_answers",
        Rows::Ticks => "ticks",
        Rows::AnswerTicks => "answer_ticks",
    }
}

const fn shape_of(what: Rows) -> Shape {
    match what {
        Rows::Latencies => Shape::Pairs,
        Rows::Windows | Rows::WindowAnswers | Rows::Ticks | Rows::AnswerTicks => Shape::Table,
    }
}

fn pack_check(series: i64, first: i64, last: i64, columns: &str, body: &[u8]) -> i64 {
    checksum(&[
        &series.to_le_bytes(),
        &first.to_le_bytes(),
        &last.to_le_bytes(),
        columns.as_bytes(),
        body,
    ])
}

pub(crate) fn series_check(subject: &str, what: &str, key: &str) -> i64 {
    checksum(&[subject.as_bytes(), what.as_bytes(), key.as_bytes()])
}

impl Group<'_> {
    /// Keeps rows that became final. The same rows again change nothing.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn keep_history(&self, packs: &[FinalRows]) -> Result<(), WriteError> {
        for pack in packs {
            let (Some((first, _)), Some((last, _))) = (pack.rows.first(), pack.rows.last()) else {
                continue;
            };
            // What cannot be packed is no count of ours; nothing else depends on it.
            let Ok(body) = encode(&pack.rows, shape_of(pack.what)) else { continue };
            let series = self.series(&subject_of(&pack.of), pack.what, &pack.key)?;
            let columns = serde_json::to_string(&pack.values).unwrap_or_default();
            let check = pack_check(series, *first, *last, &columns, &body);
            let n_rows = i64::try_from(pack.rows.len()).unwrap_or(i64::MAX);
            let sql = "insert or replace into pack
                       (series, first, last, n_rows, columns, body, checksum)
                       values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let mut statement = self.transaction.prepare_cached(sql)?;
            statement.execute(params![series, first, last, n_rows, columns, body, check])?;
        }
        Ok(())
    }

    fn series(&self, subject: &str, what: Rows, key: &str) -> Result<i64, WriteError> {
        let find = "select id from series where subject = ?1 and what = ?2 and key = ?3";
        let word = what_word(what);
        let mut statement = self.transaction.prepare_cached(find)?;
        if let Some(id) = statement.query_row([subject, word, key], |row| row.get(0)).optional()? {
            return Ok(id);
        }
        let add = "insert into series (subject, what, key, checksum) values (?1, ?2, ?3, ?4)";
        let check = series_check(subject, word, key);
        self.transaction.prepare_cached(add)?.execute(params![subject, word, key, check])?;
        Ok(self.transaction.last_insert_rowid())
    }
}

/// A stored pack.
pub(crate) struct Pack {
    pub series: i64,
    pub first: i64,
    pub last: i64,
    pub columns: String,
    pub body: Vec<u8>,
    pub checksum: i64,
}

impl Pack {
    pub(crate) const COLUMNS: &str = "series, first, last, columns, body, checksum";

    pub(crate) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            series: row.get("series")?,
            first: row.get("first")?,
            last: row.get("last")?,
            columns: row.get("columns")?,
            body: row.get("body")?,
            checksum: row.get("checksum")?,
        })
    }

    pub(crate) fn is_whole(&self) -> bool {
        let Self { series, first, last, columns, body, checksum } = self;
        pack_check(*series, *first, *last, columns, body) == *checksum
    }

    /// Reads its rows; `None` if it is damaged.
    pub(crate) fn visit(&self, row: impl FnMut(i64, &[u32])) -> Option<()> {
        self.is_whole().then(|| visit(&self.body, row)).flatten()
    }
}

/// The rows of a target, those of each answer key apart. Damaged packs are left out, and counted.
pub(crate) fn history(
    connection: &Connection,
    query: &HistoryQuery,
) -> Result<(Vec<HistoryRows>, usize), ReadError> {
    let mut all: Vec<HistoryRows> = Vec::new();
    let n_damaged = visit_history(connection, query, |row| {
        let is_same = all.last().is_some_and(|last| last.key == row.key);
        if !is_same {
            let (key, values) = (row.key.to_owned(), row.values.to_vec());
            all.push(HistoryRows { key, values, rows: CountRows::new() });
        }
        if let Some(last) = all.last_mut() {
            last.rows.push((row.at, row.counts.to_vec()));
        }
    })?;
    Ok((all, n_damaged))
}

/// Reads the rows of a target, those of each answer key after those of another, oldest first. Returns how
/// many packs are damaged and left out.
pub(crate) fn visit_history(
    connection: &Connection,
    query: &HistoryQuery,
    mut visit: impl FnMut(HistoryRow<'_>),
) -> Result<usize, ReadError> {
    let find = "select id, key from series where subject = ?1 and what = ?2 order by key";
    let mut series = connection.prepare_cached(find)?;
    let found = series.query_map([query.subject.as_str(), what_word(query.what)], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    })?;
    let found: Vec<(i64, String)> = found.collect::<Result<_, _>>()?;
    let sql = format!(
        "select {} from pack where series = ?1 and last >= ?2 and first < ?3 order by first",
        Pack::COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut n_damaged = 0;
    for (id, key) in found {
        let packs = statement.query_map(params![id, query.from, query.to], Pack::read)?;
        let packs: Vec<Pack> = packs.collect::<Result<_, _>>()?;
        // A value that a later pack has and an earlier one has not, was not seen before it.
        let last = packs.iter().rev().find(|pack| pack.is_whole());
        let values: Vec<String> =
            last.and_then(|last| serde_json::from_str(&last.columns).ok()).unwrap_or_default();
        for pack in &packs {
            let read = pack.visit(|at, counts| {
                if (query.from..query.to).contains(&at) {
                    visit(HistoryRow { key: &key, values: &values, at, counts });
                }
            });
            n_damaged += usize::from(read.is_none());
        }
    }
    Ok(n_damaged)
}
