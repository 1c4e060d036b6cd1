//! The engine's thread: applies durable rows in order, answers questions between them, takes
//! snapshots.
//!
//! Rows come by a channel while the engine keeps up. What did not fit into it is read from the log,
//! and so is all that was durable when the process started: live and after a restart the same code
//! applies the same rows.

use super::counts::{Counts, add};
use super::orders::{Durable, Question, Said, SnapshotEnd, ToEngine, ToWriter};
use hw_engine::{Engine, Output};
use hw_model::Timestamp;
use hw_store::{Applying, Logged, Reader, Snapshot, Snapshots};
use hw_wire::{EventV1, LogRow, SNAPSHOT_VERSION, encode_snapshot};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

/// Rows read from the log at a time: questions are answered in between.
const PAGE: u32 = 64;

/// The engine, and what it needs to keep up.
pub(super) struct Room {
    pub engine: Engine,
    /// The row that comes next.
    pub next: u64,
    pub reader: Reader,
    pub quarantined: BTreeSet<u64>,
    pub applying: Applying,
    pub snapshots: Snapshots,
    pub counts: Arc<Counts>,
    pub orders: mpsc::Receiver<ToEngine>,
    pub writer: mpsc::UnboundedSender<ToWriter>,
}

/// What waits for a row to be applied.
#[derive(Default)]
struct Waiting {
    questions: Vec<(u64, Question)>,
    snapshot: Option<Wanted>,
}

/// A snapshot that is wanted.
struct Wanted {
    step: u64,
    dictionary: Vec<u8>,
    is_last: bool,
}

/// Whether the engine goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    On,
    Ends,
}

impl Room {
    /// Works until it is told to stop, or nobody is left who could tell it anything.
    pub(super) fn run(mut self) {
        let mut waiting = Waiting::default();
        // Rows before this one are durable.
        let mut until = self.next;
        loop {
            let order = if self.next < until {
                self.catch_up(until, &waiting);
                self.orders.try_recv().ok()
            } else {
                match self.orders.blocking_recv() {
                    Some(order) => Some(order),
                    None => return,
                }
            };
            match order {
                None => {}
                Some(ToEngine::Row(durable)) if durable.step == self.next && until <= self.next => {
                    until = durable.step + 1;
                    self.apply(*durable);
                }
                Some(ToEngine::Row(durable)) => until = until.max(durable.step + 1),
                Some(ToEngine::Wake(last)) => until = until.max(last + 1),
                Some(ToEngine::Ask { after, question }) => {
                    waiting.questions.push((after, question));
                }
                Some(ToEngine::Snapshot { step, dictionary, is_last }) => {
                    waiting.snapshot = Some(Wanted { step, dictionary, is_last });
                }
            }
            if self.serve(&mut waiting) == Going::Ends {
                return;
            }
        }
    }

    /// Answers what has waited for a row that was applied.
    fn serve(&mut self, waiting: &mut Waiting) -> Going {
        let applied = self.next - 1;
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut waiting.questions)
            .into_iter()
            .partition(|(after, _)| *after <= applied);
        waiting.questions = later;
        due.into_iter().for_each(|(_, question)| question(&self.engine));
        let Some(wanted) = waiting.snapshot.take_if(|wanted| wanted.step <= applied) else {
            return Going::On;
        };
        let is_last = wanted.is_last;
        if wanted.step == applied {
            self.snapshot(wanted);
        } else {
            // The dictionary is of an earlier row: the writer will ask again.
            self.end_snapshot(None, Instant::now(), (0, is_last));
        }
        if is_last { Going::Ends } else { Going::On }
    }

    /// Applies some rows of the log, up to the one a snapshot waits for.
    fn catch_up(&mut self, until: u64, waiting: &Waiting) {
        let rows = match self.reader.log_after(self.next - 1, PAGE) {
            Ok(rows) => rows,
            Err(error) => {
                error!(%error, "failed to read the log; trying again");
                std::thread::sleep(std::time::Duration::from_secs(1));
                return;
            }
        };
        if rows.first().is_none_or(|row| row.step != self.next) {
            let found = rows.first().map_or(until, |row| row.step);
            error!(
                expected = self.next,
                found, "rows of the log are missing; going on behind them"
            );
            add(&self.counts.rows_skipped, found - self.next);
            self.next = found;
            return;
        }
        let stop = waiting.snapshot.as_ref().map(|wanted| wanted.step);
        let stop = stop.filter(|at| *at >= self.next);
        let last = stop.unwrap_or(u64::MAX).min(until - 1);
        for logged in rows.into_iter().take_while(|row| row.step <= last) {
            self.apply_logged(logged);
        }
    }

    fn apply_logged(&mut self, logged: Logged) {
        let Logged { step, at, row, .. } = logged;
        let decoded = row.as_deref().map(LogRow::decode);
        match decoded {
            Some(Ok(row)) => self.apply(Durable { step, at: Timestamp(at), row }),
            Some(Err(error)) => self.skip(step, &format!("it is {error}")),
            None => self.skip(step, "it is damaged: its checksum does not fit"),
        }
    }

    fn skip(&mut self, step: u64, why: &str) {
        error!(step, why, "a row of the log is not counted");
        add(&self.counts.rows_skipped, 1);
        self.advance(step);
    }

    fn apply(&mut self, durable: Durable) {
        let Durable { step, at, row } = durable;
        if self.quarantined.contains(&step) {
            self.skip(step, "it is in quarantine");
            return;
        }
        self.applying.begin(step);
        let mut outputs: Vec<Output> = Vec::new();
        let minute = self.engine.now().tick().0.div_euclid(60);
        for (now, input) in row.into_inputs(at) {
            self.engine.handle(now, input);
            outputs.extend(std::iter::from_fn(|| self.engine.poll_output()));
        }
        self.say(step, &outputs, minute);
        self.applying.end();
        self.advance(step);
    }

    /// Tells the writer what is to be recorded of this row.
    fn say(&mut self, step: u64, outputs: &[Output], minute_before: i64) {
        let now = self.engine.now();
        let is_new_minute = now.tick().0.div_euclid(60) != minute_before;
        let revisions = self.engine.take_revisions();
        let history = if is_new_minute { self.engine.take_final_rows() } else { Vec::new() };
        let events = EventV1::of_step(now, outputs, &revisions);
        let is_anything = !events.is_empty() || !revisions.is_empty() || !history.is_empty();
        if is_anything {
            self.tell(ToWriter::Said(Box::new(Said { step, events, revisions, history })));
        }
    }

    fn advance(&mut self, step: u64) {
        self.next = step + 1;
        self.counts.applied.store(step, Ordering::Relaxed);
    }

    /// Saves all there is. Another thread writes it, once all that was said up to here is durable: what
    /// a snapshot knows is not said again.
    fn snapshot(&self, wanted: Wanted) {
        let Wanted { step, dictionary, is_last } = wanted;
        let began = Instant::now();
        let body = encode_snapshot(&self.engine.save(), &dictionary);
        let bytes = body.len() as u64;
        let (done, is_durable) = oneshot::channel();
        self.tell(ToWriter::Flush(done));
        let (snapshots, writer) = (self.snapshots.clone(), self.writer.clone());
        let snapshot = Snapshot { step, version: SNAPSHOT_VERSION, body };
        let write = move || {
            let log_unneeded = is_durable.blocking_recv().ok().and_then(|()| {
                let written = snapshots.write(&snapshot);
                written.inspect_err(|error| warn!(%error, "the log is kept longer")).ok()
            });
            let took_s = began.elapsed().as_secs_f64();
            let end = SnapshotEnd { log_unneeded, took_s, bytes, is_last };
            drop(writer.send(ToWriter::Snapshot(end)));
        };
        let spawned = std::thread::Builder::new().name("snapshot".to_owned()).spawn(write);
        if let Err(error) = spawned {
            warn!(%error, "failed to start a thread for a snapshot");
            self.end_snapshot(None, began, (bytes, is_last));
        }
    }

    fn end_snapshot(
        &self,
        log_unneeded: Option<u64>,
        began: Instant,
        (bytes, is_last): (u64, bool),
    ) {
        let took_s = began.elapsed().as_secs_f64();
        self.tell(ToWriter::Snapshot(SnapshotEnd { log_unneeded, took_s, bytes, is_last }));
    }

    fn tell(&self, order: ToWriter) {
        // Without a writer nothing can be recorded, and nobody is shown anything.
        drop(self.writer.send(order));
    }
}
