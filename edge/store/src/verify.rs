//! Reading everything there is, and holding it against its checksums.

use crate::check::checksum;
use crate::error::{OpenError, ReadError};
use crate::folder::Paths;
use crate::history::{Pack, series_check};
use crate::imported::StoredImport;
use crate::log::{key_check, quarantine_check};
use crate::outbox::OutboxRow;
use crate::reader::Reader;
use crate::record::{Chained, state_check};
use crate::rule::StoredRule;
use crate::snapshot::Snapshots;
use crate::token::StoredToken;
use rusqlite::{Connection, Row};

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: String,
    /// What that means for whoever uses it.
    pub consequence: &'static str,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Rows of each part, and how many of them.
    pub parts: Vec<(&'static str, u64)>,
    /// What is damaged.
    pub findings: Vec<Finding>,
}

/// Reads all of a data folder, whether a process has it or not. `progress` is told after each row how
/// many were read so far.
///
/// # Errors
///
/// If there is no database, or it cannot be read at all.
pub fn verify(paths: &Paths, mut progress: impl FnMut(u64)) -> Result<Verified, VerifyError> {
    let reader = Reader::open(paths)?;
    let mut verifier = Verifier {
        connection: &reader.connection,
        verified: Verified::default(),
        n_read: 0,
        progress: &mut progress,
    };
    // One view of everything, although a server may go on writing.
    verifier.connection.execute_batch("begin")?;
    verifier.structure()?;
    verifier.log()?;
    verifier.seen()?;
    verifier.events()?;
    verifier.states()?;
    verifier.packs()?;
    verifier.small()?;
    verifier.tokens()?;
    verifier.outbox()?;
    verifier.rules()?;
    verifier.imported()?;
    let mut verified = verifier.verified;
    snapshots(&Snapshots::new(paths), &mut verified);
    Ok(verified)
}

/// The folder cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<rusqlite::Error> for VerifyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Read(error.into())
    }
}

struct Verifier<'a> {
    connection: &'a Connection,
    verified: Verified,
    n_read: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Verifier<'_> {
    fn structure(&mut self) -> Result<(), ReadError> {
        let mut statement = self.connection.prepare("pragma integrity_check(20)")?;
        let said = statement.query_map([], |row| row.get::<_, String>(0))?;
        for line in said {
            let line = line?;
            if line != "ok" {
                self.find(format!("the database itself: {line}"), "restore a backup");
            }
        }
        Ok(())
    }

    fn log(&mut self) -> Result<(), ReadError> {
        let sql = "select step, at, received_at, digest, row, checksum from log order by step";
        self.rows("log", sql, |row, found| {
            let step: i64 = row.get(0)?;
            let (at, received_at): (i64, i64) = (row.get(1)?, row.get(2)?);
            let (digest, bytes): (Option<Vec<u8>>, Vec<u8>) = (row.get(3)?, row.get(4)?);
            let digest = digest.unwrap_or_default();
            let parts =
                [&step.to_le_bytes()[..], &at.to_le_bytes(), &received_at.to_le_bytes(), &digest];
            let [a, b, c, d] = parts;
            if checksum(&[a, b, c, d, &bytes]) != row.get::<_, i64>(5)? {
                found(format!("row {step} of the log"), "a restart would not count it");
            }
            Ok(())
        })
    }

    fn seen(&mut self) -> Result<(), ReadError> {
        self.rows("seen", "select minute, body, checksum from seen", |row, found| {
            let (minute, body): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            if checksum(&[&minute.to_le_bytes(), &body]) != row.get::<_, i64>(2)? {
                found(
                    format!("what was seen in minute {minute}"),
                    "copies that arrive within a quarter of an hour after a restart count twice",
                );
            }
            Ok(())
        })
    }

    /// Hashes, numbers without a gap, and numbers within each incident without a gap.
    fn events(&mut self) -> Result<(), ReadError> {
        let sql = "select seq, step, place, incident, incident_seq, happened_at, recorded_at, body,
                   hash from event order by seq";
        let (mut before, mut last) = ([0; 32], 0);
        let mut of_incident = std::collections::BTreeMap::<i64, i64>::new();
        self.rows("events", sql, |row, found| {
            let body: String = row.get(7)?;
            let chained = Chained {
                seq: row.get(0)?,
                step: row.get(1)?,
                place: row.get(2)?,
                incident: row.get(3)?,
                incident_seq: row.get(4)?,
                happened_at: row.get(5)?,
                recorded_at: row.get(6)?,
                body: &body,
            };
            let seq = chained.seq;
            let hash: [u8; 32] = row.get(8)?;
            if chained.hash(&before) != hash {
                found(format!("event {seq}, or the one before it"), RECORD);
            }
            if seq != last + 1 {
                found(format!("events between {last} and {seq} are missing"), RECORD);
            }
            if let (Some(incident), Some(place)) = (chained.incident, chained.incident_seq) {
                let known = of_incident.entry(incident).or_insert(0);
                if place != *known + 1 {
                    found(format!("entries of INC-{incident} before {place} are missing"), RECORD);
                }
                *known = place;
            }
            (before, last) = (hash, seq);
            Ok(())
        })
    }

    fn states(&mut self) -> Result<(), ReadError> {
        let sql = "select kind, number, step, body, checksum from state";
        self.rows("states", sql, |row, found| {
            let (kind, body): (String, String) = (row.get(0)?, row.get(3)?);
            let (number, step): (i64, i64) = (row.get(1)?, row.get(2)?);
            if state_check(&kind, number, step, &body) != row.get::<_, i64>(4)? {
                found(format!("the words of {kind} {number}"), RECORD);
            }
            Ok(())
        })
    }

    fn packs(&mut self) -> Result<(), ReadError> {
        let sql = format!("select {} from pack", Pack::COLUMNS);
        self.rows("packs of history", &sql, |row, found| {
            let pack = Pack::read(row)?;
            if pack.visit(|_, _| ()).is_none() {
                found(
                    format!("history {} from {}", pack.series, pack.first),
                    "that stretch is shown as a gap",
                );
            }
            Ok(())
        })
    }

    /// Names of series, settings of the folder, and what is kept out of the way.
    fn small(&mut self) -> Result<(), ReadError> {
        let sql = "select subject, what, key, checksum from series";
        self.rows("series of history", sql, |row, found| {
            let (subject, what): (String, String) = (row.get(0)?, row.get(1)?);
            if series_check(&subject, &what, &row.get::<_, String>(2)?) != row.get::<_, i64>(3)? {
                found(format!("the name of a series, {subject}"), "its history is not found");
            }
            Ok(())
        })?;
        self.rows("settings", "select key, value, checksum from meta", |row, found| {
            let (key, value): (String, String) = (row.get(0)?, row.get(1)?);
            if checksum(&[key.as_bytes(), value.as_bytes()]) != row.get::<_, i64>(2)? {
                found(format!("the setting {key} of the folder"), "restore a backup");
            }
            Ok(())
        })?;
        let sql = "select key, step, row, recorded_at, checksum from command_key";
        self.rows("keys of commands", sql, |row, found| {
            let (key, step): (String, i64) = (row.get(0)?, row.get(1)?);
            let (ordered, at): (Vec<u8>, i64) = (row.get(2)?, row.get(3)?);
            if key_check(&key, (step, &ordered), at) != row.get::<_, i64>(4)? {
                found(format!("the key of command {step}"), "sent again, it is done again");
            }
            Ok(())
        })?;
        let sql = "select step, row, why, recorded_at, checksum from quarantine";
        self.rows("quarantine", sql, |row, found| {
            let (step, bytes): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let (why, at): (String, i64) = (row.get(2)?, row.get(3)?);
            if quarantine_check(step, &bytes, &why, at) != row.get::<_, i64>(4)? {
                found(format!("row {step} in quarantine"), "it cannot be examined");
            }
            Ok(())
        })
    }

    fn tokens(&mut self) -> Result<(), ReadError> {
        let sql = format!("select {} from token", StoredToken::COLUMNS);
        self.rows("tokens", &sql, |row, found| {
            if let Err(id) = StoredToken::read(row)? {
                found(format!("token {id}"), "it opens nothing; make another");
            }
            Ok(())
        })
    }

    fn outbox(&mut self) -> Result<(), ReadError> {
        if !self.has("outbox")? {
            return Ok(());
        }
        let sql = format!("select {} from outbox", OutboxRow::COLUMNS);
        self.rows("messages", &sql, |row, found| {
            if let Err((receiver, key)) = OutboxRow::read(row)? {
                found(format!("message {key} to {receiver}"), "it will not be sent");
            }
            Ok(())
        })
    }

    fn rules(&mut self) -> Result<(), ReadError> {
        if !self.has("rule")? {
            return Ok(());
        }
        let sql = format!("select {} from rule", StoredRule::COLUMNS);
        self.rows("rules", &sql, |row, found| {
            if let Err(id) = StoredRule::read(row)? {
                found(format!("rule R{id}"), "it is not watched; add it again");
            }
            Ok(())
        })
    }

    fn imported(&mut self) -> Result<(), ReadError> {
        if !self.has("imported")? {
            return Ok(());
        }
        let sql = format!("select {} from imported", StoredImport::COLUMNS);
        self.rows("imported", &sql, |row, found| {
            if let Err(id) = StoredImport::read(row)? {
                found(format!("imported post mortem OLD-{id}"), "it is not shown, and not found");
            }
            Ok(())
        })
    }

    /// Whether there is such a table: a folder that no server of this version has opened yet lacks some.
    fn has(&self, table: &str) -> Result<bool, ReadError> {
        let sql = "select 1 from sqlite_master where name = ?1";
        Ok(self.connection.prepare(sql)?.exists([table])?)
    }

    fn rows(
        &mut self,
        part: &'static str,
        sql: &str,
        mut check: impl FnMut(&Row<'_>, &mut dyn FnMut(String, &'static str)) -> rusqlite::Result<()>,
    ) -> Result<(), ReadError> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut n = 0;
        let findings = &mut self.verified.findings;
        loop {
            match rows.next() {
                Ok(None) => break,
                Ok(Some(row)) => {
                    n += 1;
                    let mut find = |what, consequence| findings.push(Finding { what, consequence });
                    if let Err(error) = check(row, &mut find) {
                        find(format!("row {n} of {part}: {error}"), "it cannot be read");
                    }
                    (self.progress)(self.n_read + n);
                }
                Err(error) => {
                    let what = format!("{part} behind row {n}: {error}");
                    findings.push(Finding { what, consequence: "restore a backup" });
                    break;
                }
            }
        }
        self.n_read += n;
        self.verified.parts.push((part, n));
        Ok(())
    }

    fn find(&mut self, what: String, consequence: &'static str) {
        self.verified.findings.push(Finding { what, consequence });
    }
}

const RECORD: &str = "the record was altered after it was written";

fn snapshots(snapshots: &Snapshots, verified: &mut Verified) {
    let steps = snapshots.steps();
    verified.parts.push(("snapshots", steps.len() as u64));
    for step in &steps {
        if let Err(error) = snapshots.read(*step) {
            let consequence = "a start reads the one before it, and takes longer";
            verified.findings.push(Finding { what: error.to_string(), consequence });
        }
    }
}
