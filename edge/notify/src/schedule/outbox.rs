//! The outbox as whoever calls sees it.

use std::collections::BTreeMap;

use super::Manner;
use super::digest::notices;
use super::lane::{Flight, Lane, Parcel, Told, Waiting};
use super::pace::{EXPIRES_AFTER, REPEAT_EVERY};
use super::row::{Ending, RowChange, RowState, Said};
use crate::notice::{Kind, Notice};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows that wait or travel, over all receivers. What comes beyond is turned away, except the
    /// end of a thread whose beginning was told.
    pub pending_max: usize,
    /// Open threads per receiver of which it is known what was told; beyond, the oldest is
    /// forgotten, and its end will not be told.
    pub open_max: usize,
}

/// What happened since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Rows told, for certain.
    pub delivered: u64,
    /// Attempts that failed and were to be made again.
    pub retried: u64,
    /// Rows a receiver said no to.
    pub refused: u64,
    /// Rows given up after a day.
    pub expired: u64,
    /// Rows dropped because there was nothing to tell any more.
    pub dropped: u64,
    /// Rows folded into others.
    pub folded: u64,
    /// Rows turned away at a limit.
    pub turned_away: u64,
    /// Open threads forgotten at a limit.
    pub forgotten: u64,
}

/// One message to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// To whom.
    pub receiver: String,
    /// The key of the message, the same on every retry.
    pub message: String,
    /// What to say; more than one only for Alertmanager.
    pub notices: Vec<Notice>,
    /// True if all of it was told before and nothing is written about it: it may leave whether or not
    /// anything can be written.
    pub is_repeat: bool,
}

/// Decides when who is told of what.
#[derive(Debug, Clone)]
pub struct Outbox {
    pub(super) limits: Limits,
    pub(super) lanes: BTreeMap<String, Lane>,
    pub(super) changes: Vec<RowChange>,
    pub(super) tally: Tally,
    pub(super) next_seq: u64,
    pub(super) n_pending: usize,
    /// When the next row expires or may be forgotten, at the earliest.
    pub(super) sweep_at: i64,
    /// The receiver that was asked last; the next one comes first.
    last: String,
}

impl Outbox {
    /// An empty outbox for some receivers.
    #[must_use]
    pub fn new(limits: Limits, receivers: &[(&str, Manner)]) -> Self {
        let lanes = receivers.iter().map(|(name, manner)| ((*name).to_owned(), Lane::new(*manner)));
        Self {
            limits,
            lanes: lanes.collect(),
            changes: Vec::new(),
            tally: Tally::default(),
            next_seq: 0,
            n_pending: 0,
            sweep_at: i64::MAX,
            last: String::new(),
        }
    }

    /// Takes a notice for a receiver; its row is written already. A key that is known is not taken
    /// twice.
    pub fn push(&mut self, notice: Notice, receiver: &str, now: i64) {
        let Some(lane) = self.lanes.get(receiver) else {
            let reason = "there is no such receiver".to_owned();
            return self.end(receiver, &notice.key, Ending::Dropped { reason });
        };
        if lane.keys.contains(&notice.key) {
            return;
        }
        let thread = lane.threads.get(&notice.thread);
        let ends_what_was_told =
            notice.kind == Kind::Resolved && thread.is_some_and(|thread| thread.is_begun());
        let folds =
            lane.manner != Manner::Program && thread.is_some_and(|thread| !thread.queue.is_empty());
        if self.n_pending >= self.limits.pending_max && !ends_what_was_told && !folds {
            return self.end(receiver, &notice.key, Ending::TurnedAway);
        }
        let (name, net) = (notice.thread.clone(), notice.kind);
        let row =
            Waiting { seq: self.seq(), notice, pushed_at: now, n_attempts: 0, folded: 0, net };
        self.sweep_at = self.sweep_at.min(now.saturating_add(EXPIRES_AFTER));
        self.enqueue(receiver, row);
        self.settle(receiver, &name);
    }

    /// Puts other words into every notice of a thread that may still leave. Whoever calls does the same
    /// to the rows that are kept.
    pub fn reword(&mut self, thread: &str, words: impl Fn(&mut Notice)) {
        for lane in self.lanes.values_mut() {
            if let Some(known) = lane.threads.get_mut(thread) {
                known.queue.iter_mut().for_each(|row| words(&mut row.notice));
                if let Told::Firing(anchor) | Told::Over(anchor) = &mut known.told {
                    words(&mut anchor.notice);
                }
            }
            let flying = match &mut lane.flight {
                Some(Flight::Parcel(parcel)) => Some(parcel),
                Some(Flight::Repeat(_)) | None => None,
            };
            let rows = lane.frozen.values_mut().chain(flying).flat_map(|parcel| &mut parcel.rows);
            let rows = rows.filter(|row| row.notice.thread == thread);
            rows.for_each(|row| words(&mut row.notice));
        }
    }

    /// What to send now, if anything. Write [`Outbox::take_changes`] before sending it. Several
    /// receivers may be asked at a time, each one with one message at a time.
    pub fn next(&mut self, now: i64) -> Option<Attempt> {
        if now >= self.sweep_at {
            self.sweep(now);
        }
        let is_due =
            |lane: &Lane| lane.flight.is_none() && lane.due_at(now).is_some_and(|at| at <= now);
        let mut after = self.lanes.iter().filter(|(name, _)| **name > self.last);
        let due = after.find(|(_, lane)| is_due(lane));
        let due = due.or_else(|| self.lanes.iter().find(|(_, lane)| is_due(lane)));
        let name = due.map(|(name, _)| name.clone())?;
        self.last.clone_from(&name);
        let flight = self.lanes.get_mut(&name)?.pick(now)?;
        Some(self.begin(name, flight, now))
    }

    fn begin(&mut self, receiver: String, flight: Flight, now: i64) -> Attempt {
        match flight {
            Flight::Parcel(parcel) => self.begin_parcel(receiver, parcel, now),
            Flight::Repeat(repeat) => {
                let message = repeat.message();
                let lane = self.lanes.get_mut(&receiver);
                let mut told = Vec::new();
                if let Some(lane) = lane {
                    told.extend(repeat.threads.iter().filter_map(
                        |name| match lane.threads.get(name) {
                            Some(thread) => match &thread.told {
                                Told::Firing(anchor) => Some(anchor.notice.clone()),
                                Told::Nothing | Told::Over(_) => None,
                            },
                            None => None,
                        },
                    ));
                    lane.flight = Some(Flight::Repeat(repeat));
                }
                Attempt { receiver, message, notices: told, is_repeat: true }
            }
        }
    }

    fn begin_parcel(&mut self, receiver: String, mut parcel: Parcel, now: i64) -> Attempt {
        parcel.n_attempts = parcel.n_attempts.saturating_add(1);
        parcel.not_before = now;
        let mut attempt = Attempt {
            receiver,
            message: parcel.message.clone(),
            notices: Vec::new(),
            is_repeat: false,
        };
        let Some(lane) = self.lanes.get_mut(&attempt.receiver) else { return attempt };
        attempt.notices = notices(lane, &parcel);
        let kinds = lane.kinds(&parcel);
        if lane.counts(&kinds) {
            lane.note_sent(&parcel.message, now);
        }
        for row in &mut parcel.rows {
            row.n_attempts = parcel.n_attempts;
            let thread = lane.threads.entry(row.notice.thread.clone()).or_default();
            thread.out = Some(parcel.message.clone());
        }
        self.write_trying(&attempt.receiver, &parcel, None);
        if let Some(lane) = self.lanes.get_mut(&attempt.receiver) {
            lane.flight = Some(Flight::Parcel(parcel));
        }
        attempt
    }

    pub(super) fn write_trying(&mut self, receiver: &str, parcel: &Parcel, said: Option<&Said>) {
        for row in &parcel.rows {
            let state = RowState::Trying {
                message: parcel.message.clone(),
                as_thread: parcel.as_thread.clone(),
                n_attempts: parcel.n_attempts,
                not_before: parcel.not_before,
                folded: row.folded,
                net: row.net,
            };
            self.write(receiver, &row.notice.key, state, said.cloned());
        }
    }

    /// What is to be written since the last call, in order. In one transaction.
    pub fn take_changes(&mut self) -> Vec<RowChange> {
        std::mem::take(&mut self.changes)
    }

    /// When [`Outbox::next`] may have something to do, unless an attempt ends or news comes before.
    #[must_use]
    pub fn next_deadline(&self, now: i64) -> Option<i64> {
        let lanes = self.lanes.values().filter(|lane| lane.flight.is_none());
        let due = lanes.filter_map(|lane| lane.due_at(now)).min();
        let sweep = (self.sweep_at < i64::MAX).then_some(self.sweep_at);
        due.into_iter().chain(sweep).min()
    }

    /// What happened since the start.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Rows that wait or travel.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.n_pending
    }

    pub(super) fn seq(&mut self) -> u64 {
        self.next_seq = self.next_seq.saturating_add(1);
        self.next_seq
    }

    pub(super) fn write(&mut self, receiver: &str, key: &str, state: RowState, said: Option<Said>) {
        let (receiver, key) = (receiver.to_owned(), key.to_owned());
        self.changes.push(RowChange { receiver, key, state, said });
    }

    /// Ends a row and counts how.
    pub(super) fn end(&mut self, receiver: &str, key: &str, ending: Ending) {
        if let Some(lane) = self.lanes.get_mut(receiver) {
            lane.keys.remove(key);
        }
        let said = match &ending {
            Ending::Closed => None,
            Ending::Folded { .. } => {
                self.tally.folded += 1;
                Some(Said::Ended)
            }
            Ending::Dropped { .. } => {
                self.tally.dropped += 1;
                Some(Said::Ended)
            }
            Ending::Expired => {
                self.tally.expired += 1;
                Some(Said::Expired)
            }
            Ending::Refused { reason } => {
                self.tally.refused += 1;
                Some(Said::Refused { reason: reason.clone() })
            }
            Ending::TurnedAway => {
                self.tally.turned_away += 1;
                Some(Said::Ended)
            }
        };
        self.write(receiver, key, RowState::Ended(ending), said);
    }

    /// When an alert that was told is due to be told again.
    pub(super) fn repeat_at(repeated_at: Option<i64>, now: i64) -> i64 {
        let due = repeated_at.map_or(now, |at| at.saturating_add(REPEAT_EVERY));
        if due.saturating_sub(now) > REPEAT_EVERY { now } else { due }
    }
}
