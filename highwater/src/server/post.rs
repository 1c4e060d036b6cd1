//! The post's thread: tells others what became durable, and that we are well.
//!
//! What is told when is decided by the outbox; what it decides goes through the writer and is durable
//! before anything leaves. So a kill costs at most one message twice, with the same key. Messages are
//! carried by threads of their own, one per receiver at a time: who hangs holds up nobody else.

use super::clock::wall;
use super::counts::Counts;
use super::notices::veil;
use super::orders::{Sending, ToWriter};
use hw_model::IncidentId;
use hw_notify::schedule::{Attempt, Ending, Limits, Outbox, Row, RowChange, RowState, Said};
use hw_notify::{ATTEMPT_MAX, Courier, Outcome, Receiver, ReceiverKind};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Hearing, RecvTimeoutError, Sender as Telling};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tracing::{error, info, warn};

/// Messages that wait, and open threads per receiver.
const LIMITS: Limits = Limits { pending_max: 20_000, open_max: 5_000 };

/// Between two heartbeats.
const BEAT: Duration = Duration::from_secs(60);

/// Before it is tried again to write what became of messages.
const REWRITE: Duration = Duration::from_secs(5);

/// The longest time without a look.
const LOOK: Duration = Duration::from_secs(30);

/// What the post is told.
pub(super) enum ToPost {
    /// Nothing more is to be said of this incident than that it is there.
    Veil(IncidentId),
    /// These messages are durable, and are to be sent.
    Rows(Vec<Row>),
    /// This became of a message.
    Back(Box<Attempt>, Outcome),
    /// This became of a heartbeat.
    Beaten(String, Outcome),
    /// Send nothing more, and end once what is on its way has arrived.
    Stop,
}

/// The post.
pub(super) struct Post {
    outbox: Outbox,
    courier: Arc<Courier>,
    receivers: BTreeMap<String, Arc<Receiver>>,
    hear: Hearing<ToPost>,
    tell: Telling<ToPost>,
    writer: mpsc::UnboundedSender<ToWriter>,
    counts: Arc<Counts>,
    /// Decided and not durable yet, and what waits for that.
    unwritten: Vec<RowChange>,
    unsent: Vec<Attempt>,
    rewrite_at: Option<Instant>,
    n_flying: usize,
    beat_at: Instant,
    /// Dead man's switches that do not answer, so that it is said once.
    silent: BTreeSet<String>,
}

/// What a post needs.
pub(super) struct PostSettings {
    pub receivers: Vec<Receiver>,
    /// What was left to be sent, in the order in which it was made.
    pub rows: Vec<Row>,
    pub courier: Courier,
    pub writer: mpsc::UnboundedSender<ToWriter>,
    pub counts: Arc<Counts>,
}

impl Post {
    /// A post that goes on where the last one ended, and where to tell it.
    pub(super) fn new(settings: PostSettings) -> (Self, Telling<ToPost>) {
        let PostSettings { receivers, rows, courier, writer, counts } = settings;
        warn_of_strangers(&receivers, &rows);
        let manners = receivers.iter().filter_map(|r| Some((r.name.as_str(), r.kind.manner()?)));
        let manners: Vec<_> = manners.collect();
        let outbox = Outbox::restored(LIMITS, &manners, rows);
        let (tell, hear) = std::sync::mpsc::channel();
        let own = tell.clone();
        let receivers = receivers.into_iter().map(|r| (r.name.clone(), Arc::new(r))).collect();
        let post = Self {
            outbox,
            courier: Arc::new(courier),
            receivers,
            hear,
            tell: own,
            writer,
            counts,
            unwritten: Vec::new(),
            unsent: Vec::new(),
            rewrite_at: None,
            n_flying: 0,
            beat_at: Instant::now() + BEAT,
            silent: BTreeSet::new(),
        };
        (post, tell)
    }

    /// Works until it was told to stop.
    pub(super) fn run(mut self) {
        let mut ends_at: Option<Instant> = None;
        loop {
            if ends_at.is_none() {
                while let Some(attempt) = self.outbox.next(wall().0) {
                    self.unsent.push(attempt);
                }
                self.beat();
            }
            self.unwritten.extend(self.outbox.take_changes());
            let is_saved = self.save();
            if ends_at.is_none() {
                // What was told before is told again also while nothing can be written: an alert that is
                // not repeated ends.
                let unsent = std::mem::take(&mut self.unsent);
                let (now, later): (Vec<_>, Vec<_>) =
                    unsent.into_iter().partition(|attempt| is_saved || attempt.is_repeat);
                self.unsent = later;
                now.into_iter().for_each(|attempt| self.send(attempt));
            }
            self.counts.set_post(self.outbox.tally(), self.outbox.pending());
            if ends_at.is_some_and(|at| self.n_flying == 0 || at <= Instant::now()) {
                return;
            }
            match self.hear.recv_timeout(self.patience()) {
                Ok(order) => ends_at = self.take(order).or(ends_at),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while let Ok(order) = self.hear.try_recv() {
                ends_at = self.take(order).or(ends_at);
            }
        }
    }

    /// How long nothing needs to be done.
    fn patience(&self) -> Duration {
        let now = wall().0;
        let due = self.outbox.next_deadline(now);
        let due = due.map(|at| Duration::from_nanos(at.saturating_sub(now).max(0).unsigned_abs()));
        let beat = self.beat_at.saturating_duration_since(Instant::now());
        let rewrite = self.rewrite_at.map(|at| at.saturating_duration_since(Instant::now()));
        let soonest = due.into_iter().chain(rewrite).chain([beat, LOOK]).min();
        // What is due and held up by something else must not make it spin.
        soonest.unwrap_or(LOOK).max(Duration::from_millis(20))
    }

    /// Takes one order. Returns when it must end, if it must.
    fn take(&mut self, order: ToPost) -> Option<Instant> {
        match order {
            ToPost::Rows(rows) => {
                for row in rows {
                    self.outbox.push(row.notice, &row.receiver, row.pushed_at);
                }
            }
            ToPost::Veil(incident) => {
                let thread = incident.to_string();
                self.outbox.reword(&thread, |notice| veil(incident, notice));
                let unsent = self.unsent.iter_mut().flat_map(|attempt| &mut attempt.notices);
                unsent.filter(|it| it.thread == thread).for_each(|it| veil(incident, it));
            }
            ToPost::Back(attempt, outcome) => {
                self.n_flying = self.n_flying.saturating_sub(1);
                self.outbox.done(&attempt, outcome, wall().0);
            }
            ToPost::Beaten(name, outcome) => {
                self.n_flying = self.n_flying.saturating_sub(1);
                self.beaten(name, outcome);
            }
            ToPost::Stop => return Some(Instant::now() + ATTEMPT_MAX),
        }
        None
    }

    /// Makes durable what was decided. Returns whether all of it is.
    fn save(&mut self) -> bool {
        if self.unwritten.is_empty() {
            return true;
        }
        if self.rewrite_at.is_some_and(|at| at > Instant::now()) {
            return false;
        }
        let (done, hear) = oneshot::channel();
        let changes = std::mem::take(&mut self.unwritten);
        let sending = Sending { changes: changes.clone(), reply: done };
        let is_ordered = self.writer.send(ToWriter::Send(sending)).is_ok();
        if is_ordered && matches!(hear.blocking_recv(), Ok(Ok(()))) {
            self.rewrite_at = None;
            changes.iter().for_each(say);
            return true;
        }
        self.rewrite_at = Some(Instant::now() + REWRITE);
        self.unwritten = changes;
        false
    }

    /// Lets a thread carry a message.
    fn send(&mut self, attempt: Attempt) {
        let Some(receiver) = self.receivers.get(&attempt.receiver).map(Arc::clone) else { return };
        let (courier, carried) = (Arc::clone(&self.courier), attempt.clone());
        let carry = move || courier.deliver_all(&receiver, &carried.notices);
        let back = attempt.clone();
        if !self.fly(carry, move |outcome| ToPost::Back(Box::new(back), outcome)) {
            let reason = "no thread could be started".to_owned();
            let later = Outcome::Later { reason, after_s: None, may_have_arrived: false };
            self.outbox.done(&attempt, later, wall().0);
        }
    }

    /// Does it on a thread of its own; whatever happens there, the post hears of it. Returns false if
    /// there is no thread.
    fn fly(
        &mut self,
        carry: impl FnOnce() -> Outcome + Send + 'static,
        back: impl FnOnce(Outcome) -> ToPost + Send + 'static,
    ) -> bool {
        let tell = self.tell.clone();
        let fly = move || {
            let outcome = catch_unwind(AssertUnwindSafe(carry)).unwrap_or_else(|_| ended_badly());
            // Nobody is there to be told once the process ends.
            tell.send(back(outcome)).ok();
        };
        let is_flying = std::thread::Builder::new().name("carrier".to_owned()).spawn(fly).is_ok();
        self.n_flying += usize::from(is_flying);
        is_flying
    }

    /// Tells dead man's switches that we are well, if we are: a canary came through.
    fn beat(&mut self) {
        if Instant::now() < self.beat_at {
            return;
        }
        self.beat_at = Instant::now() + BEAT;
        let is_beat = |r: &&Arc<Receiver>| matches!(r.kind, ReceiverKind::Heartbeat { .. });
        let switches = self.receivers.values().filter(is_beat).map(Arc::clone);
        let switches: Vec<Arc<Receiver>> = switches.collect();
        let is_well = self.counts.canary_age_s().is_some()
            && self.counts.canary_trouble().is_none()
            && self.counts.trouble().is_none();
        if !is_well && !switches.is_empty() {
            warn!("no heartbeat is sent: no canary came through, or nothing can be written");
        }
        for switch in switches.into_iter().filter(|_| is_well) {
            let (courier, name) = (Arc::clone(&self.courier), switch.name.clone());
            // Without a thread it is missed, which is what it is there for.
            self.fly(move || courier.beat(&switch), |outcome| ToPost::Beaten(name, outcome));
        }
    }

    fn beaten(&mut self, name: String, outcome: Outcome) {
        match outcome {
            Outcome::Delivered | Outcome::DeliveredInPart { .. } => {
                self.silent.remove(&name);
            }
            Outcome::Later { reason, .. } | Outcome::Refused { reason } => {
                if self.silent.insert(name) {
                    warn!(reason, "a heartbeat did not arrive; it is sent again every minute");
                }
            }
        }
    }
}

/// Whoever was told of something and is not in the settings any more, will not be told that it is over.
fn warn_of_strangers(receivers: &[Receiver], rows: &[Row]) {
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    let is_known = |row: &Row| receivers.iter().any(|receiver| receiver.name == row.receiver);
    let is_open = |row: &Row| matches!(row.state, RowState::Told { is_over: false, .. });
    for row in rows.iter().filter(|row| !is_known(row) && is_open(row)) {
        *open.entry(&row.receiver).or_insert(0) += 1;
    }
    for (receiver, incidents) in open {
        warn!(
            receiver,
            incidents,
            "is not in the settings any more, and will not be told that these are over: end them there"
        );
    }
}

fn ended_badly() -> Outcome {
    let reason = "the attempt ended badly; the log says how".to_owned();
    Outcome::Later { reason, after_s: None, may_have_arrived: true }
}

/// A line in the log, where somebody may look for it.
fn say(change: &RowChange) {
    let RowChange { receiver, key, said, state } = change;
    match said {
        None => {}
        Some(Said::Ended) => match state {
            RowState::Ended(Ending::Dropped { reason }) => warn!(receiver, key, reason, "not told"),
            RowState::Ended(Ending::TurnedAway) => {
                error!(receiver, key, "not told: too many messages wait");
            }
            RowState::Ended(_)
            | RowState::Waiting { .. }
            | RowState::Trying { .. }
            | RowState::Told { .. } => {}
        },
        Some(Said::Delivered) => info!(receiver, key, "told"),
        Some(Said::Retry { reason }) => warn!(receiver, key, reason, "not told yet; trying again"),
        Some(Said::DeliveredInPart { reason }) => {
            warn!(receiver, key, reason, "some were not told")
        }
        Some(Said::Expired) => error!(receiver, key, "not told within a day: given up"),
        Some(Said::Refused { reason }) => error!(receiver, key, reason, "the receiver said no"),
    }
}
