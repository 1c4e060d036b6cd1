//! The writer's thread: the one hand that makes things durable, in groups.
//!
//! All that has come while the last group was being made durable is the next one. Senders are
//! answered after the commit; if it fails, nothing of the group ever came, and they are told to come
//! back.

use super::admission::Admission;
use super::book::Book;
use super::clock::{Clock, ClockKind, wall};
use super::counts::{Counts, add};
use super::group::{Chores, Contents, Deciding, Outcome, Totals, Written};
use super::orders::{
    Administration, Command, Decide, Refused, Said, Sending, SnapshotEnd, ToEngine, ToWriter,
    Undecided,
};
use super::pace::Pace;
use super::post::ToPost;
use crate::administration::Act;
use hw_access::Door;
use hw_ingest::{Answer, Delivery, Reply};
use hw_store::{Retention, Store, WriteError};
use hw_wire::encode_dictionary;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info, warn};

/// Requests and bytes of one group.
const GROUP_REQUESTS_MAX: usize = 512;
const GROUP_BYTES_MAX: usize = 16 << 20;

/// Seconds after which a sender may try again when nothing can be written.
const RETRY_S: u32 = 5;

/// Rows that the engine may be behind before requests are refused: a minute or more of work.
const BEHIND_MAX: u64 = 50_000;

/// Seconds without records after which, by the data's clock, incidents are looked at again.
const PAUSE_S: u32 = 3;

/// Seconds between two notes of who came in and who did not: one line in the record says it of all.
const NOTE_S: u32 = 600;

/// Seconds the last snapshot may take when the process ends.
const LAST_SNAPSHOT_S: u64 = 60;

/// The disk failed while data was made durable: the code of sysexits for that.
const EXIT_IO: i32 = 74;

/// The writer.
pub(super) struct Writer {
    pub store: Store,
    pub admission: Admission,
    pub clock: Clock,
    pub book: Book,
    pub counts: Arc<Counts>,
    pub pace: Pace,
    pub retention: Retention,
    pub door: Arc<Door>,
    pub window_s: i64,
    pub deliveries: mpsc::Receiver<Delivery>,
    pub orders: mpsc::UnboundedReceiver<ToWriter>,
    pub engine: mpsc::Sender<ToEngine>,
    /// Who is told of incidents, and who tells them.
    pub receivers: Vec<String>,
    pub post: std::sync::mpsc::Sender<ToPost>,
    /// Number of the last event that is durable.
    pub last_event: watch::Sender<u64>,
    /// Rows up to this one are durable.
    pub durable: u64,
    /// Minutes of what was seen before this one are durable.
    pub seen_saved: i64,
    /// The minute of arrival, and the last row of those before it.
    pub minute: (i64, u64),
    pub totals: Totals,
    pub pause: Pause,
    pub waiting: Waiting,
}

/// Whether records come.
#[derive(Default)]
pub(super) struct Pause {
    /// Seconds since the last ones.
    seconds: u32,
}

impl Pause {
    /// Another second is over. Returns whether a pause begins: by the data's clock no time passes then,
    /// and a tick says that this is all there is to go by for now.
    const fn begins(&mut self) -> bool {
        self.seconds = self.seconds.saturating_add(1);
        self.seconds == PAUSE_S
    }
}

/// What could not be done yet.
#[derive(Default)]
pub(super) struct Waiting {
    /// What the engine said and is not durable.
    unsaid: VecDeque<Said>,
    /// Who waits for all of that.
    flushes: Vec<oneshot::Sender<()>>,
    /// What we noted ourselves and is not durable.
    note: Option<Administration>,
    /// Seconds until we note again who came in and who did not.
    note_in_s: u32,
    /// Whether the engine was not told of a row.
    is_untold: bool,
    /// The end, step by step: wanted, the engine was told, it has ended.
    is_ending: bool,
    is_stop_sent: bool,
    is_ended: bool,
}

impl Waiting {
    /// Keeps what we noted ourselves for the next group, together with what was kept before.
    fn keep_note(&mut self, mut order: Administration) {
        let earlier = self.note.take().map(|earlier| earlier.act);
        if let (Act::Note { uses, refusals }, Some(Act::Note { uses: old, refusals: more })) =
            (&mut order.act, earlier)
        {
            refusals.add(&more);
            // Of a token that was used again the later time stands.
            let is_new = |id: u32| uses.iter().all(|(known, _)| *known != id);
            let old: Vec<_> = old.into_iter().filter(|(id, _)| is_new(*id)).collect();
            uses.extend(old);
        }
        self.note = Some(order);
    }

    /// All that was ordered before is durable.
    fn answer_flushes(&mut self) {
        for done in self.flushes.drain(..) {
            // Who no longer waits need not know.
            done.send(()).ok();
        }
    }
}

/// What belongs to the next group.
#[derive(Default)]
struct Batch {
    deliveries: Vec<Delivery>,
    commands: Vec<Command>,
    administrations: Vec<Administration>,
    decides: Vec<Decide>,
    sendings: Vec<Sending>,
    wants_tick: bool,
    bytes: usize,
}

impl Batch {
    const fn is_empty(&self) -> bool {
        let is_unwanted =
            self.commands.is_empty() && self.decides.is_empty() && self.administrations.is_empty();
        let is_unsent = self.sendings.is_empty();
        self.deliveries.is_empty() && is_unwanted && is_unsent && !self.wants_tick
    }

    fn take(&mut self, delivery: Delivery) {
        self.bytes += delivery.body.len();
        self.deliveries.push(delivery);
    }
}

impl Writer {
    /// Works until it was told to stop and all is durable.
    pub(super) async fn run(mut self) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut left_s = LAST_SNAPSHOT_S;
        loop {
            let mut batch = Batch::default();
            tokio::select! {
                Some(delivery) = self.deliveries.recv() => batch.take(delivery),
                Some(order) = self.orders.recv() => self.take(order, &mut batch),
                _ = second.tick() => self.pass_second(&mut batch, &mut left_s),
            }
            self.collect(&mut batch);
            self.write(batch);
            self.wake_engine();
            if self.waiting.is_ending && (self.waiting.is_ended || left_s == 0) {
                return;
            }
        }
    }

    fn pass_second(&mut self, batch: &mut Batch, left_s: &mut u64) {
        // Before the first row there is nothing for which time could pass.
        batch.wants_tick = self.durable > 0
            && match self.clock.kind() {
                ClockKind::Wall => true,
                ClockKind::Data => self.pause.begins(),
            };
        *left_s -= u64::from(self.waiting.is_ending && *left_s > 0);
        match self.waiting.note_in_s.checked_sub(1) {
            Some(left) => self.waiting.note_in_s = left,
            None => self.note(batch),
        }
    }

    /// Notes who came in, and who did not, since the last time.
    fn note(&mut self, batch: &mut Batch) {
        self.waiting.note_in_s = NOTE_S;
        // What could not be recorded then is recorded first.
        batch.administrations.extend(self.waiting.note.take());
        let (uses, refusals) = (self.door.unsaved_uses(), self.door.take_refusals());
        if !uses.is_empty() || refusals.n() > 0 {
            let act = Act::Note { uses, refusals };
            let by = "highwater".to_owned();
            batch.administrations.push(Administration { act, by, reply: None });
        }
    }

    /// Takes what else is there, without waiting for more.
    fn collect(&mut self, batch: &mut Batch) {
        while let Ok(order) = self.orders.try_recv() {
            self.take(order, batch);
        }
        while batch.deliveries.len() < GROUP_REQUESTS_MAX && batch.bytes < GROUP_BYTES_MAX {
            match self.deliveries.try_recv() {
                Ok(delivery) => batch.take(delivery),
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, order: ToWriter, batch: &mut Batch) {
        match order {
            ToWriter::Command(command) => batch.commands.push(command),
            ToWriter::Decide(decide) => batch.decides.push(decide),
            ToWriter::Send(sending) => batch.sendings.push(sending),
            ToWriter::Said(said) => self.waiting.unsaid.push_back(*said),
            ToWriter::Flush(done) => self.waiting.flushes.push(done),
            ToWriter::Snapshot(end) => self.end_snapshot(&end),
            ToWriter::Administer(order) => batch.administrations.push(order),
            ToWriter::Stop => {
                self.waiting.is_ending = true;
                self.note(batch);
            }
        }
    }

    fn end_snapshot(&mut self, end: &SnapshotEnd) {
        match end.log_unneeded {
            Some(_) => self.counts.snapshot_taken(end.took_s, end.bytes),
            None => add(&self.counts.snapshots_failed, 1),
        }
        self.pace.snapshot_ended(end);
        self.waiting.is_ended |= end.is_last;
    }

    /// Makes a group durable, and answers.
    fn write(&mut self, mut batch: Batch) {
        if self.counts.behind() > BEHIND_MAX {
            for delivery in batch.deliveries.drain(..) {
                delivery.answer(overloaded());
            }
        }
        if batch.is_empty() && self.waiting.unsaid.is_empty() {
            // Nothing is written, which says nothing about the disk.
            self.waiting.answer_flushes();
            return;
        }
        let began = Instant::now();
        let mut written = Written::new(wall(), self.seen_saved, self.totals);
        let deliveries = std::mem::take(&mut batch.deliveries);
        match self.write_group(deliveries, &batch, &mut written) {
            Ok(()) => {
                self.counts.committed(began.elapsed().as_secs_f64());
                self.settle(written, batch);
            }
            Err(error) => self.fail(&error, written, batch),
        }
    }

    fn write_group(
        &mut self,
        deliveries: Vec<Delivery>,
        batch: &Batch,
        written: &mut Written,
    ) -> Result<(), WriteError> {
        let expiry = self.pace.is_expiry_due().then_some((self.retention, self.window_s));
        let (seen_saved, unneeded) = (self.seen_saved, self.pace.unneeded());
        let chores = Chores { seen_saved, unneeded, expiry };
        let Self { store, admission, clock, book, waiting, receivers, .. } = self;
        let contents = Contents {
            deliveries,
            commands: &batch.commands,
            administrations: &batch.administrations,
            decides: &batch.decides,
            sendings: &batch.sendings,
            said: &mut waiting.unsaid.iter(),
            wants_tick: batch.wants_tick,
            chores,
        };
        let deciding = Deciding { admission, clock, book, receivers };
        store.group(|group| written.write(group, deciding, contents))
    }

    /// The group is durable: everybody is told.
    fn settle(&mut self, written: Written, batch: Batch) {
        self.end_trouble();
        let minute = written.wall.tick().0.div_euclid(60);
        self.admission.seen.commit(minute);
        self.counts.keys_forgotten.store(self.admission.seen.n_forgotten(), Ordering::Relaxed);
        if written.seen_saved > self.seen_saved {
            self.seen_saved = written.seen_saved;
            self.pace.seen_kept(self.minute.1);
        }
        if minute > self.minute.0 {
            self.minute = (minute, self.durable);
        }
        if written.received > 0 {
            self.pause = Pause::default();
            self.counts.received(written.received, written.latest);
        }
        self.totals = written.totals;
        self.counts.set_totals(self.totals);
        self.pace.appended(written.rows.len() as u64, written.bytes);
        add(&self.counts.log_bytes, written.bytes);
        self.waiting.unsaid.clear();
        for row in written.rows {
            self.durable = row.step;
            let is_told = !self.waiting.is_untold
                && self.engine.try_send(ToEngine::Row(Box::new(row))).is_ok();
            self.waiting.is_untold = !is_told;
        }
        // What is known of the group stands before anybody is told of it: who asks then, finds it.
        self.counts.durable.store(self.durable, Ordering::Relaxed);
        if let Some(last) = written.last_event {
            self.last_event.send_replace(last);
        }
        self.waiting.answer_flushes();
        self.book.settle();
        // Once the post has ended they wait for the next start.
        for incident in written.veiled {
            self.post.send(ToPost::Veil(incident)).ok();
        }
        if !written.messages.is_empty() {
            self.post.send(ToPost::Rows(written.messages)).ok();
        }
        for (reply, outcome) in written.requests {
            self.answer(reply, outcome);
        }
        for (command, ordered) in batch.commands.into_iter().zip(written.ordered) {
            drop(command.reply.send(Ok(ordered)));
        }
        for (order, done) in batch.administrations.into_iter().zip(written.administered) {
            // Every request from here on sees it so; then whoever wanted it is told.
            done.grants().iter().for_each(|grant| self.door.put(grant.clone()));
            if let Some(reply) = order.reply {
                drop(reply.send(Ok(done)));
            }
        }
        for (decide, decided) in batch.decides.into_iter().zip(written.decided) {
            drop(decide.reply.send(decided));
        }
        for sending in batch.sendings {
            drop(sending.reply.send(Ok(())));
        }
    }

    fn answer(&self, reply: Reply, outcome: Outcome) {
        reply.answer(match outcome {
            Outcome::Counted(sorted) => {
                self.counts.add(&sorted.tally, sorted.copies);
                let rejected = sorted.tally.n_rejected();
                Answer::Accepted { rejected, message: sorted.message(self.clock.kind()) }
            }
            Outcome::Copy => {
                add(&self.counts.copied_requests, 1);
                Answer::Accepted { rejected: 0, message: None }
            }
            Outcome::Broken(reason) => {
                add(&self.counts.broken, 1);
                Answer::Broken { reason }
            }
            Outcome::Full => Answer::Overloaded {
                retry_after_s: RETRY_S,
                reason: "more requests in a quarter of an hour than can be remembered".to_owned(),
            },
            Outcome::Lost => unavailable("it was not written"),
        });
    }

    /// Nothing of the group is durable: it is as if it had not come.
    fn fail(&mut self, error: &WriteError, written: Written, batch: Batch) {
        self.book.forget();
        add(&self.counts.commits_failed, 1);
        for definitions in written.definitions() {
            self.admission.intake.dictionary_mut().take_back(definitions);
        }
        self.admission.seen.take_back();
        let reason = chain(error);
        if let WriteError::Unsure(_) = error {
            error!(
                reason,
                "it is not known what is durable: ending, to find out at the next start"
            );
            std::process::exit(EXIT_IO);
        }
        if self.counts.trouble().is_none() {
            warn!(reason, "nothing can be written; senders are told to come back");
        }
        self.counts.set_trouble(Some(reason.clone()));
        for (reply, outcome) in written.requests {
            match outcome {
                Outcome::Broken(_) | Outcome::Full => self.answer(reply, outcome),
                Outcome::Counted(_) | Outcome::Copy | Outcome::Lost => {
                    reply.answer(unavailable(&reason));
                }
            }
        }
        for command in batch.commands {
            drop(command.reply.send(Err(Refused(reason.clone()))));
        }
        for mut order in batch.administrations {
            match order.reply.take() {
                Some(reply) => drop(reply.send(Err(Refused(reason.clone())))),
                None => self.waiting.keep_note(order),
            }
        }
        for decide in batch.decides {
            drop(decide.reply.send(Err(Undecided::Failed(reason.clone()))));
        }
        for sending in batch.sendings {
            drop(sending.reply.send(Err(Refused(reason.clone()))));
        }
    }

    fn end_trouble(&self) {
        if self.counts.trouble().is_some() {
            info!("data can be written again");
            self.counts.set_trouble(None);
        }
    }

    /// Tells the engine of rows it was not told of, and asks for a snapshot if one is due.
    fn wake_engine(&mut self) {
        if self.waiting.is_untold {
            let woken = self.engine.try_send(ToEngine::Wake(self.durable)).is_ok();
            self.waiting.is_untold = !woken;
        }
        if self.waiting.is_ending && !self.waiting.is_stop_sent {
            self.waiting.is_stop_sent = self.engine.try_send(self.snapshot(true)).is_ok();
        } else if !self.waiting.is_untold
            && self.pace.is_due()
            && self.engine.try_send(self.snapshot(false)).is_ok()
        {
            self.pace.snapshot_begun();
        }
    }

    fn snapshot(&self, is_last: bool) -> ToEngine {
        let dictionary = encode_dictionary(self.admission.intake.dictionary());
        ToEngine::Snapshot { step: self.durable, dictionary, is_last }
    }
}

fn overloaded() -> Answer {
    let reason = "counting is behind; what is durable is counted first".to_owned();
    Answer::Overloaded { retry_after_s: RETRY_S, reason }
}

fn unavailable(reason: &str) -> Answer {
    Answer::Unavailable { retry_after_s: RETRY_S, reason: reason.to_owned() }
}

/// An error and what led to it, on one line.
fn chain(error: &WriteError) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_access::Refusals;
    use hw_model::Timestamp;

    #[test]
    fn notes_of_groups_that_failed_are_added_together() {
        let mut waiting = Waiting::default();
        for (missing, uses) in [(2, vec![(1, 5), (2, 5)]), (3, vec![(1, 9)])] {
            let uses = uses.into_iter().map(|(id, s)| (id, Timestamp::from_s(s))).collect();
            let refusals = Refusals { missing, ..Refusals::default() };
            let (act, by) = (Act::Note { uses, refusals }, "highwater".to_owned());
            waiting.keep_note(Administration { act, by, reply: None });
        }
        let Some(Act::Note { uses, refusals }) = waiting.note.map(|note| note.act) else {
            panic!("nothing is kept")
        };
        assert_eq!(refusals.missing, 5);
        assert_eq!(uses, [(1, Timestamp::from_s(9)), (2, Timestamp::from_s(5))]);
    }
}
