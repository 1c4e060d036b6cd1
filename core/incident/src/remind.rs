//! What Highwater reminds people of: a wait whose time is over and a word that was promised and has not
//! come, each once, and action items and reviews that were due, a few times.

use crate::author::Author;
use crate::event::{Event, Move, What};
use crate::record::{Promise, Record, Wait};
use crate::words::Status;
use hw_model::Timestamp;

impl Record {
    /// When somebody has to be reminded next, if nothing happens before.
    #[must_use]
    pub fn next_reminder(&self) -> Option<Timestamp> {
        let wait = self.wait_to_end().map(|wait| wait.until);
        let promise = self.promise_to_keep().map(|promise| promise.due);
        let review = self.next_review_nudge();
        wait.into_iter().chain(promise).chain(self.actions_to_do()).chain(review).min()
    }

    /// What people are to be reminded of now.
    #[must_use]
    pub fn reminders(&self, now: Timestamp) -> Vec<Event> {
        let wait = self.wait_to_end().filter(|wait| wait.until <= now);
        let wait =
            wait.map(|wait| Move::WaitOver { wait: wait.entry, condition: wait.condition.clone() });
        let promise = self.promise_to_keep().filter(|promise| promise.due <= now);
        let promise = promise.map(|it| Move::UpdateOverdue { due: it.due, by: it.by.clone() });
        let at = self.said_at.map_or(now, |said| said.max(now));
        let moved = wait.into_iter().chain(promise).map(What::Moved);
        let nudges = if self.has_actions_to_do() { self.nudges(now) } else { Vec::new() };
        let after = nudges.into_iter().chain(self.review_nudge(now));
        let whats = moved.chain(after.map(What::After));
        whats.map(|what| Event { happened_at: at, by: Author::Highwater, what }).collect()
    }

    /// When the next owner of an action item has to be reminded: also long after the incident.
    fn actions_to_do(&self) -> Option<Timestamp> {
        self.has_actions_to_do().then(|| self.next_nudge()).flatten()
    }

    const fn has_actions_to_do(&self) -> bool {
        match self.status {
            Status::Declined | Status::Merged => false,
            Status::Triage
            | Status::Active
            | Status::Mitigated
            | Status::Resolved
            | Status::Closed => true,
        }
    }

    fn wait_to_end(&self) -> Option<&Wait> {
        self.wait.as_ref().filter(|wait| !wait.is_over && self.is_worked_on())
    }

    fn promise_to_keep(&self) -> Option<&Promise> {
        self.promise.as_ref().filter(|promise| !promise.is_overdue && self.is_worked_on())
    }

    const fn is_worked_on(&self) -> bool {
        match self.status {
            Status::Triage | Status::Active | Status::Mitigated | Status::Resolved => true,
            Status::Closed | Status::Declined | Status::Merged => false,
        }
    }
}
