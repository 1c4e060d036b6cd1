//! What an outcome means for the rows of a message.

use super::Manner;
use super::lane::{Anchor, Flight, Lane, Parcel, Repeat, Thread, Told, Waiting};
use super::outbox::{Attempt, Outbox};
use super::pace::{EXPIRES_AFTER, REPEAT_EVERY, SECOND, WAIT_MAX, WINDOW, back_off};
use super::row::{Ending, RowState, Said};
use crate::notice::Kind;
use crate::outcome::Outcome;

/// Why a message has to go again.
struct Failed {
    reason: String,
    after_s: Option<u32>,
}

/// How a row was told: in which message, under which thread, when.
#[derive(Clone, Copy)]
struct Telling<'a> {
    message: &'a str,
    as_thread: Option<&'a String>,
    /// True if it was a message that people count.
    counts: bool,
    now: i64,
    said: &'a Said,
}

impl Outbox {
    /// Takes what became of an attempt. Write [`Outbox::take_changes`] after it.
    pub fn done(&mut self, attempt: &Attempt, outcome: Outcome, now: i64) {
        let Some(lane) = self.lanes.get_mut(&attempt.receiver) else { return };
        match lane.flight.take() {
            Some(Flight::Parcel(parcel)) if parcel.message == attempt.message => {
                self.parcel_done(&attempt.receiver, parcel, outcome, now);
            }
            Some(Flight::Repeat(repeat)) if repeat.message() == attempt.message => {
                self.repeat_done(&attempt.receiver, &repeat, outcome, now);
            }
            // An answer to something else; what is on its way stays so.
            other => lane.flight = other,
        }
    }

    fn parcel_done(&mut self, receiver: &str, parcel: Parcel, outcome: Outcome, now: i64) {
        match outcome {
            Outcome::Delivered => self.taken(receiver, parcel, now, &Said::Delivered),
            Outcome::DeliveredInPart { reason } => {
                self.taken(receiver, parcel, now, &Said::DeliveredInPart { reason });
            }
            Outcome::Later { reason, after_s, may_have_arrived } => {
                self.tally.retried += 1;
                self.pause(receiver, &parcel.message, after_s, now);
                let parcel = Parcel {
                    may_have_arrived: parcel.may_have_arrived || may_have_arrived,
                    ..parcel
                };
                self.again(receiver, parcel, Failed { reason, after_s }, now);
            }
            Outcome::Refused { reason } if parcel.may_have_arrived => {
                self.told(receiver, parcel, now, &Said::Refused { reason });
            }
            Outcome::Refused { reason } => self.refused(receiver, parcel, &reason),
        }
    }

    fn taken(&mut self, receiver: &str, parcel: Parcel, now: i64, said: &Said) {
        if let Some(lane) = self.lanes.get_mut(receiver) {
            (lane.n_failures, lane.not_before) = (0, now);
        }
        self.told(receiver, parcel, now, said);
    }

    /// The receiver is left alone for a while, whatever the next message is.
    fn pause(&mut self, receiver: &str, message: &str, after_s: Option<u32>, now: i64) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        lane.n_failures = lane.n_failures.saturating_add(1);
        let wait = lane.wait(message, lane.n_failures, after_s);
        lane.not_before = now.saturating_add(wait);
    }

    fn again(&mut self, receiver: &str, mut parcel: Parcel, failed: Failed, now: i64) {
        let said = Said::Retry { reason: failed.reason };
        if parcel.may_have_arrived {
            let Some(lane) = self.lanes.get(receiver) else { return };
            let wait = lane.wait(&parcel.message, parcel.n_attempts, failed.after_s);
            parcel.not_before = now.saturating_add(wait);
            self.write_trying(receiver, &parcel, Some(&said));
            self.sweep_at = self.sweep_at.min(parcel_expires_at(&parcel));
            if let Some(lane) = self.lanes.get_mut(receiver) {
                lane.frozen.insert(parcel.message.clone(), parcel);
            }
            return;
        }
        if let Some(lane) = self.lanes.get_mut(receiver) {
            lane.forget_sent(&parcel.message);
        }
        // A day may have passed while it was on its way.
        self.sweep_at = self.sweep_at.min(parcel_expires_at(&parcel));
        let n_before = self.changes.len();
        for row in parcel.rows.into_iter().rev() {
            self.put_back(receiver, row);
        }
        // The first row that goes on says why it has to.
        let goes_on = |state: &RowState| matches!(state, RowState::Waiting { .. });
        let mut changes = self.changes.iter_mut().skip(n_before);
        if let Some(change) = changes.find(|change| goes_on(&change.state)) {
            change.said = Some(said);
        }
    }

    fn refused(&mut self, receiver: &str, parcel: Parcel, reason: &str) {
        if let Some(lane) = self.lanes.get_mut(receiver) {
            lane.forget_sent(&parcel.message);
            lane.n_failures = 0;
        }
        for row in parcel.rows {
            self.n_pending = self.n_pending.saturating_sub(1);
            let name = row.notice.thread.clone();
            if let Some(thread) = self.thread(receiver, &name) {
                thread.out = None;
            }
            self.end(receiver, &row.notice.key, Ending::Refused { reason: reason.to_owned() });
            if row.net == Kind::Resolved {
                self.forget(receiver, &name);
            }
            self.settle(receiver, &name);
        }
    }

    /// The receiver knows all rows of a parcel, or must be taken to.
    pub(super) fn told(&mut self, receiver: &str, parcel: Parcel, now: i64, said: &Said) {
        let Some(lane) = self.lanes.get(receiver) else { return };
        let kinds = lane.kinds(&parcel);
        let counts = lane.counts(&kinds);
        self.sweep_at = self.sweep_at.min(now.saturating_add(WINDOW));
        for (row, kind) in parcel.rows.into_iter().zip(kinds) {
            self.n_pending = self.n_pending.saturating_sub(1);
            match said {
                Said::Delivered | Said::DeliveredInPart { .. } => self.tally.delivered += 1,
                Said::Expired => self.tally.expired += 1,
                Said::Refused { .. } => self.tally.refused += 1,
                Said::Retry { .. } | Said::Ended => {}
            }
            let name = row.notice.thread.clone();
            let (message, as_thread) = (parcel.message.as_str(), parcel.as_thread.as_ref());
            self.row_told(receiver, row, kind, Telling { message, as_thread, counts, now, said });
            self.settle(receiver, &name);
        }
        self.keep_open_max(receiver);
    }

    fn row_told(&mut self, receiver: &str, row: Waiting, kind: Kind, telling: Telling<'_>) {
        let Telling { message, as_thread, counts, now, said } = telling;
        let (key, name) = (row.notice.key.clone(), row.notice.thread.clone());
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let Some(thread) = lane.threads.get_mut(&name) else { return };
        thread.out = None;
        thread.last_sent_at = Some(now);
        let Some(is_over) = is_over_after(thread, kind) else {
            self.end(receiver, &key, Ending::Closed);
            if let Some(change) = self.changes.last_mut() {
                change.said = Some(said.clone());
            }
            return;
        };
        let anchor = Anchor {
            notice: row.notice,
            at: now,
            message: message.to_owned(),
            as_thread: as_thread.cloned(),
            counts,
            is_certain: matches!(said, Said::Delivered | Said::DeliveredInPart { .. }),
            repeated_at: Some(now),
        };
        let state = anchor.state(is_over);
        lane.anchor(&name, anchor, is_over);
        self.write(receiver, &key, state, Some(said.clone()));
    }

    fn repeat_done(&mut self, receiver: &str, repeat: &Repeat, outcome: Outcome, now: i64) {
        match outcome {
            Outcome::Later { after_s, reason, .. } => {
                self.tally.retried += 1;
                self.pause(receiver, "repeat", after_s, now);
                return self.say_of_repeats(receiver, repeat, Said::Retry { reason });
            }
            // What is refused is tried again in a minute: the alerts are still burning.
            Outcome::Refused { reason } => {
                self.tally.refused += 1;
                self.say_of_repeats(receiver, repeat, Said::Refused { reason });
            }
            Outcome::Delivered => self.say_of_repeats(receiver, repeat, Said::Delivered),
            Outcome::DeliveredInPart { reason } => {
                self.say_of_repeats(receiver, repeat, Said::DeliveredInPart { reason });
            }
        }
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        lane.n_failures = 0;
        for name in &repeat.threads {
            if let Some(Told::Firing(anchor)) =
                lane.threads.get_mut(name).map(|thread| &mut thread.told)
            {
                anchor.repeated_at = Some(repeat.begun_at);
            }
        }
    }

    /// Says how repeating goes when that changes, on the row of one of the alerts: every minute and
    /// for every alert would be too much.
    fn say_of_repeats(&mut self, receiver: &str, repeat: &Repeat, said: Said) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        if lane.repeats_said == said {
            return;
        }
        let row = repeat.threads.iter().find_map(|name| match &lane.threads.get(name)?.told {
            Told::Firing(anchor) => Some((anchor.notice.key.clone(), anchor.state(false))),
            Told::Nothing | Told::Over(_) => None,
        });
        let Some((key, state)) = row else { return };
        lane.repeats_said = said.clone();
        self.write(receiver, &key, state, Some(said));
    }

    pub(super) fn thread(&mut self, receiver: &str, name: &str) -> Option<&mut Thread> {
        self.lanes.get_mut(receiver)?.threads.get_mut(name)
    }

    /// Takes a thread for over, although the receiver was not told. Written, so that it does not
    /// open again after a restart.
    pub(super) fn forget(&mut self, receiver: &str, name: &str) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let Some(thread) = lane.threads.get_mut(name) else { return };
        match std::mem::take(&mut thread.told) {
            Told::Firing(anchor) => {
                lane.n_open = lane.n_open.saturating_sub(1);
                let (key, state) = (anchor.notice.key.clone(), anchor.state(true));
                self.sweep_at = self.sweep_at.min(anchor.at.saturating_add(WINDOW));
                thread.told = Told::Over(anchor);
                self.write(receiver, &key, state, None);
            }
            other @ (Told::Nothing | Told::Over(_)) => thread.told = other,
        }
    }

    fn keep_open_max(&mut self, receiver: &str) {
        loop {
            let Some(lane) = self.lanes.get(receiver) else { return };
            if lane.n_open <= self.limits.open_max {
                return;
            }
            let open = lane.threads.iter().filter_map(|(name, thread)| match &thread.told {
                Told::Firing(anchor) => Some((anchor.at, name)),
                Told::Nothing | Told::Over(_) => None,
            });
            let Some(name) = open.min().map(|(_, name)| name.clone()) else { return };
            self.tally.forgotten += 1;
            self.forget(receiver, &name);
            self.settle(receiver, &name);
        }
    }
}

impl Lane {
    /// How long to wait after a failure. Alerts end by themselves after a few minutes, so whoever
    /// takes them is asked every minute, whatever it asked for.
    fn wait(&self, key: &str, n_attempts: u32, after_s: Option<u32>) -> i64 {
        let asked = after_s.map(|s| i64::from(s).saturating_mul(SECOND).clamp(SECOND, WAIT_MAX));
        let wait = asked.unwrap_or_else(|| back_off(key, n_attempts));
        match self.manner {
            Manner::Alerts => wait.min(REPEAT_EVERY),
            Manner::People | Manner::Pager | Manner::Program => wait,
        }
    }

    /// Makes a row the one that says what was told of a thread; the one before fades.
    pub(super) fn anchor(&mut self, name: &str, mut anchor: Anchor, is_over: bool) {
        let thread = self.threads.entry(name.to_owned()).or_default();
        let before = std::mem::take(&mut thread.told);
        if let Told::Firing(_) = before {
            self.n_open = self.n_open.saturating_sub(1);
        }
        if let Told::Firing(before) | Told::Over(before) = before {
            if self.manner == Manner::Alerts && !is_over {
                anchor.notice.labels.clone_from(&before.notice.labels);
                anchor.notice.service.clone_from(&before.notice.service);
            }
            self.fading.push((before.at.saturating_add(WINDOW), before.notice.key));
        }
        if is_over {
            thread.told = Told::Over(anchor);
        } else {
            self.n_open += 1;
            thread.told = Told::Firing(anchor);
        }
    }
}

fn parcel_expires_at(parcel: &Parcel) -> i64 {
    let pushed = parcel.rows.iter().map(|row| row.pushed_at).max();
    pushed.map_or(i64::MAX, |at| at.saturating_add(EXPIRES_AFTER))
}

/// Whether a receiver that was told this takes the thread for over; `None` if it takes nothing
/// from it.
fn is_over_after(thread: &Thread, kind: Kind) -> Option<bool> {
    match (kind, &thread.told) {
        (Kind::Firing, _) | (Kind::Update, Told::Firing(_)) => Some(false),
        (Kind::Resolved, _) | (Kind::Update, Told::Over(_)) => Some(true),
        (Kind::Update, Told::Nothing) | (Kind::Test, _) => None,
    }
}
