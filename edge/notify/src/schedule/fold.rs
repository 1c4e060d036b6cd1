//! News that waits: how newer rows take in older ones, and what need not be told at all.

use super::Manner;
use super::lane::{Lane, Thread, Told, Waiting};
use super::outbox::Outbox;
use super::row::{Ending, RowState};
use crate::notice::Kind;

/// What two rows say together, the older one first.
fn net(older: Kind, newer: Kind) -> Kind {
    match newer {
        Kind::Firing | Kind::Resolved | Kind::Test => newer,
        Kind::Update => older,
    }
}

/// True if a row takes in what waits before it, and may be taken in.
fn folds(manner: Manner, row: &Waiting) -> bool {
    manner != Manner::Program && row.net != Kind::Test
}

/// What is done with the row that could leave next.
enum Verdict {
    Keep,
    Drop(&'static str),
    /// The receiver knows it from the row with this key.
    Known(String),
}

impl Outbox {
    /// Puts a row behind what waits for its thread, and folds.
    pub(super) fn enqueue(&mut self, receiver: &str, mut row: Waiting) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let thread = lane.threads.entry(row.notice.thread.clone()).or_default();
        lane.keys.insert(row.notice.key.clone());
        let older = thread.queue.back().filter(|older| folds(lane.manner, older));
        if older.is_none() || !folds(lane.manner, &row) {
            thread.queue.push_back(row);
            self.n_pending += 1;
            return;
        }
        let Some(older) = thread.queue.pop_back() else { return };
        row.net = net(older.net, row.net);
        row.folded = row.folded.saturating_add(older.folded).saturating_add(1);
        let into = row.notice.key.clone();
        let state = waiting_state(&row, lane.not_before);
        thread.queue.push_back(row);
        self.end(receiver, &older.notice.key, Ending::Folded { into: into.clone() });
        self.write(receiver, &into, state, None);
    }

    /// Puts rows of which nothing left back before what waits for their threads, and folds.
    pub(super) fn put_back(&mut self, receiver: &str, row: Waiting) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let thread = lane.threads.entry(row.notice.thread.clone()).or_default();
        thread.out = None;
        let name = row.notice.thread.clone();
        let newer = thread.queue.front_mut().filter(|newer| folds(lane.manner, newer));
        match newer {
            Some(newer) if folds(lane.manner, &row) => {
                newer.net = net(row.net, newer.net);
                newer.folded = newer.folded.saturating_add(row.folded).saturating_add(1);
                let into = newer.notice.key.clone();
                let state = waiting_state(newer, lane.not_before);
                self.n_pending = self.n_pending.saturating_sub(1);
                self.end(receiver, &row.notice.key, Ending::Folded { into: into.clone() });
                self.write(receiver, &into, state, None);
            }
            _ => {
                let state = waiting_state(&row, lane.not_before);
                let key = row.notice.key.clone();
                thread.queue.push_front(row);
                self.write(receiver, &key, state, None);
            }
        }
        self.settle(receiver, &name);
    }

    /// Takes out what need not be told, given what the receiver knows. While a row of the thread
    /// is on its way nobody knows what the receiver knows, and nothing is decided.
    pub(super) fn settle(&mut self, receiver: &str, name: &str) {
        loop {
            let Some(lane) = self.lanes.get_mut(receiver) else { return };
            let manner = lane.manner;
            let Some(thread) = lane.threads.get_mut(name) else { return };
            if thread.out.is_some() {
                return;
            }
            let Some(front) = thread.queue.front() else { return };
            let verdict = verdict(manner, thread, front);
            if matches!(verdict, Verdict::Keep) {
                return;
            }
            let Some(row) = thread.queue.pop_front() else { return };
            match verdict {
                Verdict::Keep => {}
                Verdict::Drop(reason) => self.drop_row(receiver, &row, reason),
                Verdict::Known(into) => {
                    self.n_pending = self.n_pending.saturating_sub(1);
                    self.end(receiver, &row.notice.key, Ending::Folded { into });
                }
            }
        }
    }

    fn drop_row(&mut self, receiver: &str, row: &Waiting, reason: &str) {
        self.n_pending = self.n_pending.saturating_sub(1);
        self.end(receiver, &row.notice.key, Ending::Dropped { reason: reason.to_owned() });
    }
}

pub(super) fn waiting_state(row: &Waiting, not_before: i64) -> RowState {
    RowState::Waiting { n_attempts: row.n_attempts, not_before, folded: row.folded, net: row.net }
}

fn verdict(manner: Manner, thread: &Thread, front: &Waiting) -> Verdict {
    let machine = matches!(manner, Manner::Pager | Manner::Alerts);
    match (&thread.told, front.net) {
        (_, Kind::Test) if machine => Verdict::Drop("this receiver takes no tests"),
        (Told::Nothing | Told::Over(_), Kind::Resolved) => {
            Verdict::Drop("the thread was over before its beginning was told")
        }
        (Told::Firing(anchor), Kind::Firing | Kind::Update) if manner == Manner::Pager => {
            Verdict::Known(anchor.notice.key.clone())
        }
        (Told::Over(_), Kind::Update) if machine => Verdict::Drop("the thread is over"),
        (Told::Nothing, Kind::Update) if machine && front.notice.ended_at.is_some() => {
            Verdict::Drop("the thread is over")
        }
        (_, Kind::Firing | Kind::Update | Kind::Resolved | Kind::Test) => Verdict::Keep,
    }
}

impl Lane {
    /// The threads whose page is one page, if all of them wait to be ended.
    pub(super) fn whole_group(&self, page: &str) -> Option<Vec<String>> {
        let of_page = |thread: &Thread| match &thread.told {
            Told::Firing(anchor) => anchor.as_thread.as_deref() == Some(page),
            Told::Nothing | Told::Over(_) => false,
        };
        let members = self.threads.iter().filter(|(_, thread)| of_page(thread));
        let mut names = Vec::new();
        for (name, thread) in members {
            if thread.front().is_none_or(|row| row.net != Kind::Resolved) {
                return None;
            }
            names.push(name.clone());
        }
        Some(names)
    }
}
