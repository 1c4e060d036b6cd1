//! Owners are reminded of action items that were due: at that time, and every week after it, a few
//! times. After that a list that nobody reads would only get longer.

use super::{Action, After};
use crate::record::Record;
use hw_model::Timestamp;

/// How often an owner is reminded of one item.
pub const NUDGES_MAX: u32 = 4;

/// Seconds between two reminders of one item.
pub(super) const WEEK_S: f64 = 7.0 * 86_400.0;

impl Record {
    /// When the next owner has to be reminded.
    pub(crate) fn next_nudge(&self) -> Option<Timestamp> {
        self.actions.values().filter_map(Action::next_nudge).min()
    }

    /// Whose items are due now.
    pub(crate) fn nudges(&self, now: Timestamp) -> Vec<After> {
        let due =
            self.actions.iter().filter(|(_, known)| known.next_nudge().is_some_and(|at| at <= now));
        due.map(|(action, known)| After::ActionNudged {
            action: *action,
            due: known.item.due,
            n: weeks_over(known.item.due, now).max(known.nudges + 1).min(NUDGES_MAX),
        })
        .collect()
    }
}

impl Action {
    fn next_nudge(&self) -> Option<Timestamp> {
        let is_left = self.is_open() && self.nudges < NUDGES_MAX;
        is_left.then(|| self.item.due.plus_s(f64::from(self.nudges) * WEEK_S))
    }
}

/// Reminders that were due by now: one that was asleep for a month is not woken four times.
pub(super) fn weeks_over(due: Timestamp, now: Timestamp) -> u32 {
    let weeks = now.seconds_since(due) / WEEK_S;
    let is_due = |n: &u32| f64::from(n - 1) <= weeks;
    (1..=NUDGES_MAX).take_while(is_due).last().unwrap_or(1)
}
