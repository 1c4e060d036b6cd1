//! The record: what became known, as a chain of events, and the present words of what is known.

use crate::check::checksum;
use crate::error::{ReadError, WriteError};
use crate::group::Group;
use hw_wire::EventV1;
use rusqlite::{Connection, OptionalExtension, params};

/// Which words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Of a change.
    Change,
    /// Of a shift.
    Shift,
    /// Of an incident, as the engine sees it.
    Incident,
    /// Of an incident's record: where people and Highwater left it.
    Record,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Shift => "shift",
            Self::Incident => "incident",
            Self::Record => "record",
        }
    }
}

/// The present words of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Of what kind.
    pub kind: Kind,
    /// Its number.
    pub number: u32,
    /// The words, as JSON.
    pub body: String,
}

/// An event that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place among all events, counted from 1.
    pub seq: u64,
    /// Its place among those of its incident, counted from 1.
    pub incident_seq: Option<u64>,
}

/// An event as it stands in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its place among all events.
    pub seq: u64,
    /// Its place among those of its incident.
    pub incident_seq: Option<u64>,
    /// When it was recorded, in nanoseconds.
    pub recorded_at: i64,
    /// What it says.
    pub event: EventV1,
}

/// A part of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Only what has a smaller number.
    pub before: Option<u32>,
    /// At most so many.
    pub items_max: u32,
}

/// All of an event that its hash covers.
pub(crate) struct Chained<'a> {
    pub seq: i64,
    pub step: Option<i64>,
    pub place: Option<i64>,
    pub incident: Option<i64>,
    pub incident_seq: Option<i64>,
    pub happened_at: i64,
    pub recorded_at: i64,
    pub body: &'a str,
}

impl Chained<'_> {
    /// The hash of this event after the one with hash `before`.
    pub(crate) fn hash(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(before);
        let or_none = |number: Option<i64>| number.unwrap_or(i64::MIN);
        let numbers = [
            self.seq,
            or_none(self.step),
            or_none(self.place),
            or_none(self.incident),
            or_none(self.incident_seq),
            self.happened_at,
            self.recorded_at,
        ];
        for number in numbers {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(self.body.as_bytes());
        *hasher.finalize().as_bytes()
    }
}

pub(crate) fn state_check(kind: &str, number: i64, step: i64, body: &str) -> i64 {
    checksum(&[kind.as_bytes(), &number.to_le_bytes(), &step.to_le_bytes(), body.as_bytes()])
}

impl Group<'_> {
    /// Records the events of one step of the log, unless that was done before: a replay says the same
    /// again.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn record(
        &mut self,
        step: u64,
        events: &[EventV1],
        recorded_at: i64,
    ) -> Result<Vec<Recorded>, WriteError> {
        let step = step.cast_signed();
        let known = "select 1 from event where step = ?1 limit 1";
        let mut statement = self.transaction.prepare_cached(known)?;
        if events.is_empty() || statement.exists([step])? {
            return Ok(Vec::new());
        }
        drop(statement);
        let mut recorded = Vec::new();
        for (place, event) in (0..).zip(events) {
            recorded.push(self.record_one((Some(step), Some(place)), event, recorded_at)?);
        }
        Ok(recorded)
    }

    /// Appends an event that no step of the log said: what a person did. A replay does not say it
    /// again, so whoever calls sees to it that it is appended once.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn append_event(
        &mut self,
        event: &EventV1,
        recorded_at: i64,
    ) -> Result<Recorded, WriteError> {
        self.record_one((None, None), event, recorded_at)
    }

    fn record_one(
        &mut self,
        (step, place): (Option<i64>, Option<i64>),
        event: &EventV1,
        recorded_at: i64,
    ) -> Result<Recorded, WriteError> {
        let (last, before) = self.last_event()?;
        let incident = event.incident.map(i64::from);
        let incident_seq = match incident {
            None => None,
            Some(incident) => {
                let sql =
                    "select coalesce(max(incident_seq), 0) + 1 from event where incident = ?1";
                let mut statement = self.transaction.prepare_cached(sql)?;
                Some(statement.query_row([incident], |row| row.get::<_, i64>(0))?)
            }
        };
        let (seq, body) = (last + 1, event.encode());
        let chained = Chained {
            seq: seq.cast_signed(),
            step,
            place,
            incident,
            incident_seq,
            happened_at: event.at,
            recorded_at,
            body: &body,
        };
        let hash = chained.hash(&before);
        let sql = "insert into event (seq, step, place, incident, incident_seq, happened_at,
                   recorded_at, body, hash) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let mut statement = self.transaction.prepare_cached(sql)?;
        statement.execute(params![
            chained.seq,
            step,
            place,
            incident,
            incident_seq,
            event.at,
            recorded_at,
            body,
            hash
        ])?;
        self.last_event = Some((seq, hash));
        Ok(Recorded { seq, incident_seq: incident_seq.map(i64::cast_unsigned) })
    }

    /// Events of an incident after a place among them, also those of this group, oldest first.
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
        events(&self.transaction, &Events::OfIncident(incident, after), items_max)
    }

    /// Number and hash of the last event.
    fn last_event(&self) -> Result<(u64, [u8; 32]), WriteError> {
        if let Some(last) = self.last_event {
            return Ok(last);
        }
        let sql = "select seq, hash from event order by seq desc limit 1";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let last = statement
            .query_row([], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))
            .optional()?;
        Ok(last.unwrap_or((0, [0; 32])))
    }

    /// The present words of something, as JSON.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub fn state(&self, kind: Kind, number: u32) -> Result<Option<String>, WriteError> {
        let sql = "select body from state where kind = ?1 and number = ?2";
        let mut statement = self.transaction.prepare_cached(sql)?;
        let body = statement.query_row(params![kind.word(), number], |row| row.get(0));
        Ok(body.optional()?)
    }

    /// Keeps the present words of something, unless those of a later step are there.
    ///
    /// # Errors
    ///
    /// If the disk refuses.
    pub fn put_state(&self, step: u64, state: &State) -> Result<(), WriteError> {
        let (kind, number, step) = (state.kind.word(), i64::from(state.number), step.cast_signed());
        let check = state_check(kind, number, step, &state.body);
        let sql =
            "insert into state (kind, number, step, body, checksum) values (?1, ?2, ?3, ?4, ?5)
                   on conflict (kind, number) do update
                   set step = excluded.step, body = excluded.body, checksum = excluded.checksum
                   where excluded.step >= state.step";
        let mut statement = self.transaction.prepare_cached(sql)?;
        statement.execute(params![kind, number, step, state.body, check])?;
        Ok(())
    }
}

/// The words of one thing.
pub(crate) fn state(
    connection: &Connection,
    kind: Kind,
    number: u32,
) -> Result<Option<String>, ReadError> {
    let sql = "select number, step, body, checksum from state where kind = ?1 and number = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found =
        statement.query_row(params![kind.word(), number], checked_state(kind)).optional()?;
    found.transpose().map(|found| found.map(|(_, body)| body))
}

/// The words of many things, newest first.
pub(crate) fn states(
    connection: &Connection,
    kind: Kind,
    page: Page,
) -> Result<Vec<(u32, String)>, ReadError> {
    let sql = "select number, step, body, checksum from state
               where kind = ?1 and number < ?2 order by number desc limit ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let before = page.before.map_or(i64::MAX, i64::from);
    let rows =
        statement.query_map(params![kind.word(), before, page.items_max], checked_state(kind))?;
    rows.map(|row| row.map_err(ReadError::from).flatten()).collect()
}

/// Reads number and words of a row, and whether it is what was written.
fn checked_state(
    kind: Kind,
) -> impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<Result<(u32, String), ReadError>> {
    move |row| {
        let (number, step): (i64, i64) = (row.get(0)?, row.get(1)?);
        let body: String = row.get(2)?;
        let is_whole = state_check(kind.word(), number, step, &body) == row.get::<_, i64>(3)?;
        let what = || format!("{} {number} in the record", kind.word());
        Ok(if is_whole {
            Ok((u32::try_from(number).unwrap_or(u32::MAX), body))
        } else {
            Err(ReadError::Damaged { what: what() })
        })
    }
}

/// Which events.
pub(crate) enum Events {
    /// All after a place, oldest first.
    After(u64),
    /// All before a place, newest first.
    Before(u64),
    /// Those of an incident, after a place among them, oldest first.
    OfIncident(u32, u64),
    /// Those that a step of the log said.
    OfStep(u64),
}

pub(crate) fn events(
    connection: &Connection,
    which: &Events,
    items_max: u32,
) -> Result<Vec<StoredEvent>, ReadError> {
    const COLUMNS: &str = "select seq, incident_seq, recorded_at, body from event";
    let read = |row: &rusqlite::Row<'_>| {
        let body: String = row.get(3)?;
        Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, i64>(2)?, body))
    };
    let rows: Vec<_> = match which {
        Events::After(seq) => {
            let sql = format!("{COLUMNS} where seq > ?1 order by seq limit ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(params![seq.cast_signed(), items_max], read)?.collect()
        }
        Events::Before(seq) => {
            let sql = format!("{COLUMNS} where seq < ?1 order by seq desc limit ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            let before = i64::try_from(*seq).unwrap_or(i64::MAX);
            statement.query_map(params![before, items_max], read)?.collect()
        }
        Events::OfIncident(incident, after) => {
            let sql = format!(
                "{COLUMNS} where incident = ?1 and incident_seq > ?2 order by incident_seq limit ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let after = after.cast_signed();
            statement.query_map(params![incident, after, items_max], read)?.collect()
        }
        Events::OfStep(step) => {
            let sql = format!("{COLUMNS} where step = ?1 order by place limit ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(params![step.cast_signed(), items_max], read)?.collect()
        }
    };
    let event = |row: rusqlite::Result<(i64, Option<i64>, i64, String)>| {
        let (seq, incident_seq, recorded_at, body) = row?;
        let damaged = |_| ReadError::Damaged { what: format!("event {seq} of the record") };
        Ok(StoredEvent {
            seq: seq.cast_unsigned(),
            incident_seq: incident_seq.map(i64::cast_unsigned),
            recorded_at,
            event: EventV1::decode(&body).map_err(damaged)?,
        })
    };
    rows.into_iter().map(event).collect()
}
