//! What time alone does: rows expire, and what is kept for the limits may be forgotten.

use super::Manner;
use std::collections::{BTreeMap, BTreeSet};

use super::lane::{Lane, Thread, Told, Waiting};
use super::outbox::Outbox;
use super::pace::{EXPIRES_AFTER, WINDOW};
use super::row::{Ending, Said};
use crate::notice::Kind;

impl Outbox {
    pub(super) fn sweep(&mut self, now: i64) {
        let names: Vec<String> = self.lanes.keys().cloned().collect();
        for name in &names {
            self.expire_parcels(name, now);
            self.expire_waiting(name, now);
            self.fade(name, now);
        }
        let ends = self.lanes.values().filter_map(|lane| sweep_due_at(lane, now));
        self.sweep_at = ends.min().unwrap_or(i64::MAX);
    }

    /// What may have arrived and was tried for a day counts as told, not as delivered.
    fn expire_parcels(&mut self, receiver: &str, now: i64) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let old = lane.frozen.values().filter(|parcel| parcel.rows.iter().all(|r| is_old(r, now)));
        let old: Vec<String> = old.map(|parcel| parcel.message.clone()).collect();
        for message in old {
            let lane = self.lanes.get_mut(receiver);
            if let Some(parcel) = lane.and_then(|lane| lane.frozen.remove(&message)) {
                self.told(receiver, parcel, now, &Said::Expired);
            }
        }
    }

    fn expire_waiting(&mut self, receiver: &str, now: i64) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let held = held(lane, now);
        let mut old = Vec::new();
        for (name, thread) in &mut lane.threads {
            if thread.out.is_some() || held.contains(name) {
                continue;
            }
            while thread.queue.front().is_some_and(|row| is_old(row, now)) {
                old.extend(thread.queue.pop_front());
            }
        }
        for row in old {
            self.n_pending = self.n_pending.saturating_sub(1);
            self.end(receiver, &row.notice.key, Ending::Expired);
            if row.net == Kind::Resolved {
                self.forget(receiver, &row.notice.thread);
            }
            self.settle(receiver, &row.notice.thread);
        }
    }

    fn fade(&mut self, receiver: &str, now: i64) {
        let Some(lane) = self.lanes.get_mut(receiver) else { return };
        let mut gone = Vec::new();
        lane.fading.retain(|(until, key)| {
            if *until <= now {
                gone.push(key.clone());
            }
            *until > now
        });
        for thread in lane.threads.values_mut() {
            if let Told::Over(anchor) = &thread.told
                && anchor.at.saturating_add(WINDOW) <= now
                && thread.queue.is_empty()
                && thread.out.is_none()
            {
                gone.push(anchor.notice.key.clone());
                thread.told = Told::Nothing;
            }
        }
        lane.threads.retain(|_, thread| !thread.is_idle() || quiet_at(thread) > now);
        for key in gone {
            self.end(receiver, &key, Ending::Closed);
        }
    }
}

fn is_old(row: &Waiting, now: i64) -> bool {
    expires_at(row) <= now
}

fn expires_at(row: &Waiting) -> i64 {
    row.pushed_at.saturating_add(EXPIRES_AFTER)
}

fn quiet_at(thread: &Thread) -> i64 {
    thread.last_sent_at.map_or(i64::MIN, |at| at.saturating_add(WINDOW))
}

/// Threads whose end waits for the end of others on the same page: waiting is no failing there, and
/// the day counts from the last of them.
fn held(lane: &Lane, now: i64) -> BTreeSet<String> {
    let mut held = BTreeSet::new();
    if lane.manner != Manner::Pager {
        return held;
    }
    let mut pages = BTreeMap::new();
    for (name, thread) in &lane.threads {
        let Told::Firing(anchor) = &thread.told else { continue };
        let Some(page) = &anchor.as_thread else { continue };
        let is_held = *pages.entry(page).or_insert_with(|| {
            lane.whole_group(page).is_none_or(|names| {
                let threads = names.iter().filter_map(|name| lane.threads.get(name));
                threads.filter_map(Thread::front).any(|row| !is_old(row, now))
            })
        });
        if is_held {
            held.insert(name.clone());
        }
    }
    held
}

/// When a lane must be swept again.
fn sweep_due_at(lane: &Lane, now: i64) -> Option<i64> {
    let parcels = lane.frozen.values().flat_map(|parcel| parcel.rows.iter().map(expires_at).max());
    let threads = lane.threads.values().flat_map(|thread| {
        let waiting = thread.queue.front().map(expires_at);
        let over = match &thread.told {
            Told::Over(anchor) => Some(anchor.at.saturating_add(WINDOW)),
            Told::Nothing | Told::Firing(_) => None,
        };
        let quiet = thread.is_idle().then(|| quiet_at(thread));
        [waiting, over, quiet].into_iter().flatten()
    });
    let fading = lane.fading.iter().map(|(until, _)| *until);
    // What is past already waits for something else that will come, an outcome or a push.
    parcels.chain(threads).chain(fading).filter(|at| *at > now).min()
}
