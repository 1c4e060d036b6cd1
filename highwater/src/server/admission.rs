//! From a request to a row of the log: whether it came before, what it says, and what of it counts.

use super::clock::ClockKind;
use hw_flow::OWN_SERVICE;
use hw_ingest::{
    Encoding, Fate, Intake, Item, ItemKind, Rejection, Seen, Signal, Tally, decode,
    from_the_future, span_identity,
};
use hw_model::{SpanEnd, Timestamp};
use hw_wire::{Arrival, LogRow};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// By the wall clock, what is older than this is refused: no window is open for it any more, and an
/// exporter that was cut off for less comes back with what it kept.
const PAST_S: f64 = 3_600.0;

/// What is later than this is from a clock gone wrong.
const FUTURE_S: f64 = 300.0;

/// What became of a request.
#[derive(Debug)]
pub(super) enum Admitted {
    /// It is new: a row to append.
    New(Box<NewBatch>),
    /// It came before, and was acknowledged then.
    Copy,
    /// It is new, and nothing of it counts.
    Nothing(Sorted),
    /// It cannot be read.
    Broken(String),
    /// Too many requests came in the last quarter of an hour to know a copy of this one.
    Full,
}

/// A row to append.
#[derive(Debug)]
pub(super) struct NewBatch {
    pub row: LogRow,
    pub digest: u128,
    /// When its latest record came.
    pub arrived_at: Timestamp,
    pub sorted: Sorted,
    /// Whether we sent it ourselves.
    pub is_canary: bool,
}

/// What of a request counts, and what does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    pub tally: Tally,
    /// Records that came before, in another request.
    pub copies: u64,
}

/// Knows what came before, and the names behind the numbers in rows.
#[derive(Debug)]
pub(super) struct Admission {
    pub intake: Intake,
    pub seen: Seen,
    pub clock: ClockKind,
    arrivals: Vec<Timestamp>,
}

impl Admission {
    pub(super) const fn new(intake: Intake, seen: Seen, clock: ClockKind) -> Self {
        Self { intake, seen, clock, arrivals: Vec::new() }
    }

    /// Reads a request that arrived at `now`. What is remembered of it is staged: the group it belongs
    /// to becomes durable, or it never came.
    pub(super) fn admit(
        &mut self,
        signal: Signal,
        encoding: Encoding,
        body: &[u8],
        now: Timestamp,
    ) -> Admitted {
        let digest = digest(signal, body);
        if self.seen.knows(digest) {
            return Admitted::Copy;
        }
        if !self.seen.has_room() {
            return Admitted::Full;
        }
        let tally = match self.read(encoding, body) {
            Ok(tally) => tally,
            Err(why) => return Admitted::Broken(why),
        };
        self.seen.stage(digest);
        let (sorted, keys) = self.sort(tally, now);
        let Some(arrived_at) = self.latest() else { return Admitted::Nothing(sorted) };
        let arrival = match self.clock {
            ClockKind::Wall => Arrival::Together,
            ClockKind::Data => Arrival::OneByOne,
        };
        let is_canary = self.is_canary();
        let row = LogRow::Batch { batch: self.intake.take_batch(), keys, arrival };
        Admitted::New(Box::new(NewBatch { row, digest, arrived_at, sorted, is_canary }))
    }

    /// Reads a request. One at which we panic is not worth the process, which would end again when it
    /// is sent again: it is refused for good.
    fn read(&mut self, encoding: Encoding, body: &[u8]) -> Result<Tally, String> {
        let intake = &mut self.intake;
        let read = guarded(|| decode(body, encoding, intake));
        match read {
            Some(read) => read.map_err(|error| error.to_string()),
            None => {
                self.intake.clear();
                Err("a fault of Highwater: it could not be read".to_owned())
            }
        }
    }

    /// Takes away what does not count. Returns the keys of log lines and points, which cannot be made
    /// again from the row.
    fn sort(&mut self, mut tally: Tally, now: Timestamp) -> (Sorted, Vec<u64>) {
        let times = self.times(now);
        let (seen, mut keys) = (&mut self.seen, Vec::new());
        let copies = self.intake.sift(&mut tally, |item| {
            if let Some(reason) = times.fault(item) {
                return Fate::Rejected(reason);
            }
            let key = item_key(seen, item);
            if !seen.stage_item(key) {
                return Fate::Copy;
            }
            if matches!(item.kind, ItemKind::Log | ItemKind::Point) {
                keys.push(key);
            }
            Fate::Counted
        });
        (Sorted { tally, copies }, keys)
    }

    fn times(&mut self, now: Timestamp) -> Times {
        match self.clock {
            ClockKind::Wall => Times { from: now.plus_s(-PAST_S), to: now.plus_s(FUTURE_S) },
            ClockKind::Data => {
                self.collect_arrivals();
                let to = from_the_future(&mut self.arrivals).unwrap_or(Timestamp(i64::MAX));
                Times { from: Timestamp(i64::MIN), to }
            }
        }
    }

    fn collect_arrivals(&mut self) {
        let intake = &self.intake;
        self.arrivals.clear();
        self.arrivals.extend(intake.spans().iter().map(|span| span.ended_at));
        self.arrivals.extend(intake.evaluations().iter().map(|span| span.ended_at));
        self.arrivals.extend(intake.logs().map(|log| log.at));
        self.arrivals.extend(intake.sums().iter().map(|point| point.at));
    }

    /// Whether what was taken in is ours: a canary comes alone.
    fn is_canary(&self) -> bool {
        let service = |span: &SpanEnd| self.intake.dictionary().service_of(span.source);
        let spans = self.intake.spans();
        !spans.is_empty() && spans.iter().all(|span| service(span) == OWN_SERVICE)
    }

    /// When the latest record came; `None` if there is none.
    fn latest(&mut self) -> Option<Timestamp> {
        self.collect_arrivals();
        self.arrivals.iter().copied().max()
    }
}

thread_local! {
    /// Whether a panic on this thread is caught.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is caught, and the process may go on.
pub(super) fn is_guarded() -> bool {
    IS_GUARDED.get()
}

/// Does something; `None` if it panicked.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    IS_GUARDED.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(false);
    done.ok()
}

/// Between which times records count.
struct Times {
    from: Timestamp,
    to: Timestamp,
}

impl Times {
    fn fault(&self, item: &Item) -> Option<Rejection> {
        if item.arrived_at < self.from {
            Some(Rejection::FromThePast)
        } else if item.arrived_at >= self.to {
            Some(Rejection::FromTheFuture)
        } else {
            None
        }
    }
}

/// The key of a record among all of its kind.
pub(super) fn item_key(seen: &Seen, item: &Item) -> u64 {
    let kind = match item.kind {
        ItemKind::Span | ItemKind::Evaluation => SPAN,
        ItemKind::Log => 2,
        ItemKind::Point => 3,
    };
    seen.key(kind, &item.identity)
}

/// The kind of a span in its key, and of an evaluation, which is kept as one.
const SPAN: u8 = 1;

/// The key of a span that stands in a row.
pub(super) fn span_key(seen: &Seen, span: &SpanEnd) -> u64 {
    seen.key(SPAN, &span_identity(span))
}

/// What tells a request from every other: a hash of what it holds and of its bytes.
fn digest(signal: Signal, body: &[u8]) -> u128 {
    let signal = match signal {
        Signal::Traces => b"traces\0",
        Signal::Logs => b"logs\0\0\0",
        Signal::Metrics => b"metrics",
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(signal).update(body);
    let hash = hasher.finalize();
    let (first, _) = hash.as_bytes().split_first_chunk::<16>().expect("invariant: 32 bytes");
    u128::from_le_bytes(*first)
}

impl Sorted {
    /// What the sender is told of records that do not count, if anything.
    pub(super) fn message(&self, clock: ClockKind) -> Option<String> {
        let reasons = self.tally.rejections().map(|(reason, n)| {
            let hint = if reason == Rejection::FromThePast && clock == ClockKind::Wall {
                ": this server counts what happened within the last hour; recordings are read by \
                 one that runs with --clock data"
            } else if reason == Rejection::FromTheFuture {
                ": check the clock of the sender"
            } else {
                ""
            };
            format!("{n} {}{hint}", reason.words())
        });
        let reasons: Vec<String> = reasons.collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}
