//! What leaves next for one receiver, and when.

use super::Manner;
use super::lane::{Flight, Lane, Parcel, Repeat, Thread, Told};
use super::outbox::Outbox;
use super::pace::{REPEAT_EVERY, WINDOW, is_recent, sane, slot_at};
use crate::notice::Kind;

/// Alerts in one request to Alertmanager.
const BATCH_MAX: usize = 200;

impl Lane {
    /// When something may leave; in the past or now if something is due.
    pub(super) fn due_at(&self, now: i64) -> Option<i64> {
        let again = self.frozen.values().map(|parcel| sane(parcel.not_before, now)).min();
        let first = match self.manner {
            Manner::Program => self.waits().then_some(now),
            Manner::Alerts if self.waits() => Some(now),
            Manner::Alerts => self.repeat_due_at(now),
            Manner::People => {
                let ready = self.threads.values().filter_map(|thread| ready_at(thread, now)).min();
                ready.map(|at| at.max(slot_at(&self.sent, now)))
            }
            Manner::Pager if self.ended_page().is_some() => Some(now),
            Manner::Pager => self.begins().next().is_some().then(|| slot_at(&self.sent, now)),
        };
        let due = again.into_iter().chain(first).min()?;
        Some(due.max(self.open_at(now)))
    }

    fn waits(&self) -> bool {
        self.threads.values().any(|thread| thread.front().is_some())
    }

    /// Takes out what leaves now, if something is due. What is sent again and what is sent first
    /// take turns: a message that never arrives must not stop the others.
    pub(super) fn pick(&mut self, now: i64) -> Option<Flight> {
        let flight = if self.was_again {
            self.pick_first(now).or_else(|| self.pick_again(now))
        } else {
            self.pick_again(now).or_else(|| self.pick_first(now))
        };
        self.was_again = match &flight {
            Some(Flight::Parcel(parcel)) => parcel.may_have_arrived,
            Some(Flight::Repeat(_)) | None => false,
        };
        flight
    }

    fn pick_again(&mut self, now: i64) -> Option<Flight> {
        let due = self.frozen.values().filter(|parcel| sane(parcel.not_before, now) <= now);
        let message = due.min_by_key(|parcel| parcel.not_before)?.message.clone();
        self.frozen.remove(&message).map(Flight::Parcel)
    }

    fn pick_first(&mut self, now: i64) -> Option<Flight> {
        match self.manner {
            Manner::Program => {
                let name = self.oldest(|_| true)?;
                self.parcel(&[name], None).map(Flight::Parcel)
            }
            Manner::Alerts => self.pick_alerts(now),
            Manner::People => {
                if slot_at(&self.sent, now) > now {
                    return None;
                }
                let is_ready = |t: &Thread| ready_at(t, now).is_some_and(|at| at <= now);
                self.pick_for_people(is_ready, now)
            }
            Manner::Pager => self.pick_page(now),
        }
    }

    fn pick_alerts(&mut self, now: i64) -> Option<Flight> {
        let waiting = self.threads.iter().filter(|(_, thread)| thread.front().is_some());
        let names: Vec<String> = waiting.map(|(name, _)| name.clone()).take(BATCH_MAX).collect();
        // News that never stops must not let the alerts end that are known already.
        let repeat_at = self.repeat_due_at(now);
        let is_late = repeat_at.is_some_and(|at| now.saturating_sub(at) >= REPEAT_EVERY);
        if !names.is_empty() && !is_late {
            return self.parcel(&names, None).map(Flight::Parcel);
        }
        let is_due = |thread: &Thread| repeat_at_of(thread, now).is_some_and(|at| at <= now);
        let due = self.threads.iter().filter(|(_, thread)| is_due(thread));
        let threads: Vec<String> = due.map(|(name, _)| name.clone()).take(BATCH_MAX).collect();
        (!threads.is_empty()).then_some(Flight::Repeat(Repeat { threads, begun_at: now }))
    }

    fn repeat_due_at(&self, now: i64) -> Option<i64> {
        self.threads.values().filter_map(|thread| repeat_at_of(thread, now)).min()
    }

    /// The first message after a quiet time is about one thread; then all go together.
    fn pick_for_people(&mut self, is_ready: impl Fn(&Thread) -> bool, now: i64) -> Option<Flight> {
        let is_quiet = !self.sent.iter().any(|(at, _)| is_recent(*at, now));
        let names: Vec<String> = if is_quiet {
            self.oldest(is_ready).into_iter().collect()
        } else {
            let ready = self.threads.iter().filter(|(_, thread)| is_ready(thread));
            ready.map(|(name, _)| name.clone()).collect()
        };
        self.parcel(&names, None).map(Flight::Parcel)
    }

    fn pick_page(&mut self, now: i64) -> Option<Flight> {
        if let Some((names, as_thread)) = self.ended_page() {
            return self.parcel(&names, as_thread).map(Flight::Parcel);
        }
        if slot_at(&self.sent, now) > now {
            return None;
        }
        let begins = |thread: &Thread| {
            let front = thread.front();
            front.is_some_and(|row| thread.kind_of(row, Manner::Pager) == Kind::Firing)
        };
        self.pick_for_people(begins, now)
    }

    fn begins(&self) -> impl Iterator<Item = &Thread> {
        self.threads.values().filter(|thread| {
            let front = thread.front();
            front.is_some_and(|row| thread.kind_of(row, Manner::Pager) == Kind::Firing)
        })
    }

    /// A page that can be ended now: its threads, and its name if it is not that of its thread.
    fn ended_page(&self) -> Option<(Vec<String>, Option<String>)> {
        for (name, thread) in &self.threads {
            let Told::Firing(anchor) = &thread.told else { continue };
            if thread.front().is_none_or(|row| row.net != Kind::Resolved) {
                continue;
            }
            match &anchor.as_thread {
                None => return Some((vec![name.clone()], None)),
                Some(page) => {
                    if let Some(names) = self.whole_group(page) {
                        return Some((names, Some(page.clone())));
                    }
                }
            }
        }
        None
    }

    fn oldest(&self, is_ready: impl Fn(&Thread) -> bool) -> Option<String> {
        let ready = self.threads.iter().filter(|(_, thread)| is_ready(thread));
        let fronts = ready.filter_map(|(name, thread)| Some((thread.front()?.seq, name)));
        fronts.min().map(|(_, name)| name.clone())
    }

    /// Takes the front rows of some threads into one parcel.
    fn parcel(&mut self, names: &[String], as_thread: Option<String>) -> Option<Parcel> {
        let mut rows = Vec::new();
        for name in names {
            rows.extend(self.threads.get_mut(name).and_then(|thread| thread.queue.pop_front()));
        }
        rows.sort_by_key(|row| row.seq);
        let newest = rows.last()?.notice.key.clone();
        let is_one = rows.len() == 1 && as_thread.is_none();
        let (message, as_thread) = match self.manner {
            Manner::Alerts => (format!("{newest}.batch"), None),
            Manner::People | Manner::Pager | Manner::Program if is_one => (newest, None),
            Manner::People | Manner::Pager | Manner::Program => {
                let message = format!("{newest}.digest");
                let name = as_thread.unwrap_or_else(|| message.clone());
                (message, Some(name))
            }
        };
        let n_attempts = rows.iter().map(|row| row.n_attempts).max().unwrap_or(0);
        Some(Parcel {
            message,
            as_thread,
            rows,
            n_attempts,
            not_before: 0,
            may_have_arrived: false,
        })
    }
}

/// When an alert is to be repeated. While news of it waits or travels it is not: the news may be its
/// end, and what was ended must not be lit again.
fn repeat_at_of(thread: &Thread, now: i64) -> Option<i64> {
    match &thread.told {
        Told::Firing(anchor) if thread.queue.is_empty() && thread.out.is_none() => {
            Some(Outbox::repeat_at(anchor.repeated_at, now))
        }
        Told::Firing(_) | Told::Nothing | Told::Over(_) => None,
    }
}

/// When people may hear of a thread again.
fn ready_at(thread: &Thread, now: i64) -> Option<i64> {
    thread.front()?;
    let free_at = thread.last_sent_at.filter(|at| is_recent(*at, now));
    Some(free_at.map_or(now, |at| at.saturating_add(WINDOW)))
}
