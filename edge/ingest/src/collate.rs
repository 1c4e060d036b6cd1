//! Puts records that came in any order into the order of their arrival, once each.
//!
//! A recording says when things happened, not when they were received: a span is taken to arrive
//! when it ends, a log line and a point when they are for. What is played depends on the content of
//! the recording alone: not on the order of files or lines, nor on how much memory there was. So
//! ids are numbered anew in the end, in the order of the names they stand for. (Past a limit of the
//! dictionary the first to come is kept, and how a log template is worded depends on the line that
//! came first: these two still show the order of files.)
//!
//! Memory is bounded by an external merge sort. Turned away are clocks gone wrong: a record long
//! after the others of its request, and a handful of records hours away from all the rest.

mod hours;
mod numbering;
mod playback;
mod record;
mod sorter;
mod used;

pub use playback::Playback;

use crate::files::{FileReport, ReadError};
use crate::future::from_the_future;
use crate::intake::Intake;
use crate::pending::{LogLine, Pending};
use crate::tally::{Rejection, Tally};
use hours::{Hours, Kind};
use hw_flow::Refusals;
use hw_model::{Interval, SpanEnd, SumPoint, Timestamp};
use numbering::Numbering;
use playback::Streams;
use record::Record;
use sorter::Sorter;
use used::Used;

/// How much is held in memory before records go to a temporary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollationLimits {
    /// Records of all kinds.
    pub records_in_memory_max: usize,
    /// Bytes of those records: a span with many links counts for more.
    pub bytes_in_memory_max: usize,
}

impl CollationLimits {
    /// The product's limits: about 64 MiB, twice that while a run is written.
    pub const STANDARD: Self =
        Self { records_in_memory_max: 400_000, bytes_in_memory_max: 64 << 20 };
}

/// What became of all that was in a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// Records accepted, ignored and rejected. Duplicates leave it as they are found: it is final
    /// when the playback has ended.
    pub tally: Tally,
    /// Records that were there before, dropped while playing.
    pub duplicates: u64,
    /// Records outside the interval that was asked for.
    pub outside: u64,
    /// The earliest start of what is played; `None` if nothing is.
    pub first_at: Option<Timestamp>,
    /// The latest arrival of what is played.
    pub last_at: Option<Timestamp>,
    /// What the limits of the dictionary turned away.
    pub refusals: Refusals,
    /// How reading each file went.
    pub files: Vec<FileReport>,
}

/// Collects records, request by request.
#[derive(Debug)]
pub struct Collator {
    limits: CollationLimits,
    interval: Option<Interval>,
    spans: Sorter<SpanEnd>,
    logs: Sorter<LogLine>,
    sums: Sorter<SumPoint>,
    used: Used,
    hours: Hours,
    totals: Totals,
    arrivals: Vec<Timestamp>,
}

impl Collator {
    /// With nothing in it. Records outside of `interval` are left out: spans by their start, log
    /// lines and points by their time.
    #[must_use]
    pub fn new(interval: Option<Interval>, limits: CollationLimits) -> Self {
        Self {
            limits,
            interval,
            spans: Sorter::new(),
            logs: Sorter::new(),
            sums: Sorter::new(),
            used: Used::default(),
            hours: Hours::default(),
            totals: Totals::default(),
            arrivals: Vec::new(),
        }
    }

    /// Takes what `intake` has read of one request, and the request's tally.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be written.
    pub fn add(&mut self, intake: &mut Intake, tally: &Tally) -> Result<(), ReadError> {
        self.totals.tally.add(tally);
        let Pending { spans, evaluations, logs, sums } = intake.take_pending();
        let arrivals = &mut self.arrivals;
        arrivals.clear();
        arrivals.extend(spans.iter().map(Record::arrived_at));
        arrivals.extend(logs.iter().map(Record::arrived_at));
        arrivals.extend(sums.iter().map(Record::arrived_at));
        let future = from_the_future(arrivals);
        self.add_spans(spans, future, Kind::Span);
        self.add_spans(evaluations, future, Kind::Evaluation);
        for log in logs {
            if self.admits(&log, future, Kind::Log) {
                self.used.log(&log);
                self.logs.push(log);
            }
        }
        for sum in sums {
            if self.admits(&sum, future, Kind::Sum) {
                self.used.sum(&sum);
                self.sums.push(sum);
            }
        }
        self.spill_if_full().map_err(ReadError::spill)
    }

    fn add_spans(&mut self, spans: Vec<SpanEnd>, future: Option<Timestamp>, kind: Kind) {
        for span in spans {
            if self.admits(&span, future, kind) {
                self.used.span(&span);
                self.spans.push(span);
            }
        }
    }

    /// Adds the report on a file whose requests were added.
    pub(crate) fn add_report(&mut self, report: FileReport) {
        self.totals.files.push(report);
    }

    /// Ends collecting: names are numbered, and records are ready to be played. `intake` is the one
    /// that all records came from.
    ///
    /// # Panics
    ///
    /// If a batch was taken from `intake`: its definitions are then lost.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be read.
    pub fn finish(mut self, mut intake: Intake) -> Result<Playback, ReadError> {
        let kept = self.hours.kept();
        let totals = &mut self.totals;
        for (reason, counts) in
            [(Rejection::FromTheFuture, kept.future), (Rejection::FromThePast, kept.past)]
        {
            for (kind, n) in Kind::ALL.into_iter().zip(counts) {
                totals.reject(reason, kind, n);
            }
        }
        (totals.first_at, totals.last_at) = (kept.first_at, kept.last_at);
        totals.refusals = intake.dictionary().refusals();
        let numbering = Numbering::new(&self.used, &mut intake);
        let streams = Streams::new(self.spans, self.logs, self.sums).map_err(ReadError::spill)?;
        Ok(Playback::new(streams, numbering, kept, self.totals))
    }

    /// Whether a record is to be played, as far as that can be said now.
    fn admits(&mut self, record: &impl Record, future: Option<Timestamp>, kind: Kind) -> bool {
        if future.is_some_and(|from| record.arrived_at() >= from) {
            self.totals.reject(Rejection::FromTheFuture, kind, 1);
            return false;
        }
        let is_inside = |interval: Interval| {
            let at = record.began_at();
            interval.from <= at && at < interval.to
        };
        if !self.interval.is_none_or(is_inside) {
            self.totals.turn_away(kind, 1);
            self.totals.outside += u64::from(kind != Kind::Evaluation);
            return false;
        }
        self.hours.add(record.began_at(), record.arrived_at(), kind);
        true
    }

    fn spill_if_full(&mut self) -> std::io::Result<()> {
        let n = self.spans.n_held() + self.logs.n_held() + self.sums.n_held();
        let bytes = self.spans.bytes_held() + self.logs.bytes_held() + self.sums.bytes_held();
        if n <= self.limits.records_in_memory_max && bytes <= self.limits.bytes_in_memory_max {
            return Ok(());
        }
        self.spans.spill()?;
        self.logs.spill()?;
        self.sums.spill()
    }
}

impl Totals {
    /// Rejects `n` records that had been counted as accepted. An evaluation goes with its span or
    /// log line, which is counted.
    fn reject(&mut self, reason: Rejection, kind: Kind, n: u64) {
        self.turn_away(kind, n);
        self.tally.reject(reason, if kind == Kind::Evaluation { 0 } else { n });
    }

    /// Takes back `n` records that had been counted as accepted.
    fn turn_away(&mut self, kind: Kind, n: u64) {
        let count = match kind {
            Kind::Span => &mut self.tally.spans,
            Kind::Evaluation => &mut self.tally.evaluations,
            Kind::Log => &mut self.tally.logs,
            Kind::Sum => &mut self.tally.points,
        };
        *count = count.saturating_sub(n);
    }
}

#[cfg(test)]
mod tests;
