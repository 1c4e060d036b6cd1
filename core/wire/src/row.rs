//! One row of the log: an input of the engine, as it arrived.

use crate::WireError;
use crate::batch::BatchV1;
use hw_engine::Input;
use hw_model::{Batch, ChangeKind, Opening, ShiftId, Tick, Timestamp, ToldChange};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest format of rows.
const VERSION: u8 = 1;

/// What reached the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum LogRow {
    /// Telemetry of one request.
    Batch {
        /// Its records.
        batch: Batch,
        /// Keys of its log lines and points, by which copies of them are known.
        keys: Vec<u64>,
        /// When its records arrive.
        arrival: Arrival,
    },
    /// A change that was told.
    Told(ToldChange),
    /// A shift that was accepted as the new normal.
    Accepted(ShiftId),
    /// A person said that there is an incident.
    Opened(Opening),
    /// A second passed.
    Tick,
}

/// When the records of a batch arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// All at once, when the request came.
    Together,
    /// Each at its own time, as the clock of the data says.
    OneByOne,
}

#[derive(Serialize, Deserialize)]
enum RowV1 {
    Batch(Box<BatchV1>, Vec<u64>, bool),
    Told(ToldV1),
    Accepted(u32),
    Tick,
    Opened(OpeningV1),
}

#[derive(Serialize, Deserialize)]
struct ToldV1 {
    kind: String,
    service: String,
    from_version: Option<String>,
    to_version: Option<String>,
    at: i64,
    mitigates: bool,
}

#[derive(Serialize, Deserialize)]
struct OpeningV1 {
    title: String,
    by: String,
    at: i64,
    is_declared: bool,
}

impl LogRow {
    /// The bytes of a row, the number of the format first.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let row = match self {
            Self::Batch { batch, keys, arrival } => RowV1::Batch(
                Box::new(BatchV1::new(batch)),
                keys.clone(),
                *arrival == Arrival::OneByOne,
            ),
            Self::Told(told) => RowV1::Told(ToldV1::new(told)),
            Self::Accepted(shift) => RowV1::Accepted(shift.0),
            Self::Opened(opening) => RowV1::Opened(OpeningV1::new(opening)),
            Self::Tick => RowV1::Tick,
        };
        let mut bytes = vec![VERSION];
        rmp_serde::encode::write(&mut bytes, &row).expect("invariant: memory takes all bytes");
        bytes
    }

    /// Reads a row.
    ///
    /// # Errors
    ///
    /// If a newer version wrote it, or the bytes are not what was written.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (version, bytes) = bytes.split_first().ok_or_else(|| WireError::broken("empty"))?;
        if *version != VERSION {
            return Err(WireError::Newer { found: *version, known: VERSION });
        }
        Ok(match rmp_serde::from_slice(bytes).map_err(WireError::broken)? {
            RowV1::Batch(batch, keys, one_by_one) => {
                let arrival = if one_by_one { Arrival::OneByOne } else { Arrival::Together };
                Self::Batch { batch: batch.batch()?, keys, arrival }
            }
            RowV1::Told(told) => Self::Told(told.told()?),
            RowV1::Accepted(shift) => Self::Accepted(ShiftId(shift)),
            RowV1::Opened(opening) => Self::Opened(opening.opening()),
            RowV1::Tick => Self::Tick,
        })
    }
}

impl LogRow {
    /// What the engine is fed for a row whose time is `at`, each with its time.
    #[must_use]
    pub fn into_inputs(self, at: Timestamp) -> Vec<(Timestamp, Input)> {
        let input = match self {
            Self::Batch { batch, arrival: Arrival::OneByOne, .. } => return by_second(batch),
            Self::Batch { batch, arrival: Arrival::Together, .. } => Input::Batch(batch),
            Self::Told(told) => Input::Told(told),
            Self::Accepted(shift) => Input::Accepted(shift),
            Self::Opened(opening) => Input::Opened(opening),
            Self::Tick => Input::Tick,
        };
        vec![(at, input)]
    }
}

/// The records of a batch, second by second, as they would have come one by one: a span when it
/// ended, a log line and a point when they are for. Definitions come first.
fn by_second(batch: Batch) -> Vec<(Timestamp, Input)> {
    let Batch { definitions, spans, logs, sums } = batch;
    let mut seconds: BTreeMap<i64, Batch> = BTreeMap::new();
    for span in spans {
        seconds.entry(span.ended_at.tick().0).or_default().spans.push(span);
    }
    for log in logs {
        seconds.entry(log.at.tick().0).or_default().logs.push(log);
    }
    for point in sums {
        seconds.entry(point.at.tick().0).or_default().sums.push(point);
    }
    if seconds.is_empty() {
        return Vec::new();
    }
    if let Some(mut first) = seconds.first_entry() {
        first.get_mut().definitions = definitions;
    }
    let ordered = seconds.into_iter().map(|(second, mut batch)| {
        batch.spans.sort_by_key(|span| span.ended_at);
        (Tick(second).ends_at(), Input::Batch(batch))
    });
    ordered.collect()
}

impl ToldV1 {
    fn new(told: &ToldChange) -> Self {
        let ToldChange { kind, service, from_version, to_version, at, mitigates } = told.clone();
        Self {
            kind: kind.word().to_owned(),
            service,
            from_version,
            to_version,
            at: at.0,
            mitigates,
        }
    }

    fn told(self) -> Result<ToldChange, WireError> {
        let Self { kind, service, from_version, to_version, at, mitigates } = self;
        let kind = ChangeKind::from_word(&kind)
            .ok_or_else(|| WireError::broken(format!("{kind} is no kind of change")))?;
        Ok(ToldChange { kind, service, from_version, to_version, at: Timestamp(at), mitigates })
    }
}

impl OpeningV1 {
    fn new(opening: &Opening) -> Self {
        let Opening { title, by, at, is_declared } = opening.clone();
        Self { title, by, at: at.0, is_declared }
    }

    fn opening(self) -> Opening {
        let Self { title, by, at, is_declared } = self;
        Opening { title, by, at: Timestamp(at), is_declared }
    }
}

#[cfg(test)]
mod tests;
