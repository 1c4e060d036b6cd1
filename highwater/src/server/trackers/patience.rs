//! When what concerns an issue is due: at once, at the next look, or after it went wrong.

use super::step::Step;
use hw_api::ActionWords;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Seconds before the first and the last of many tries.
const FIRST_S: u32 = 2;
const LAST_S: u32 = 600;

/// When what is due.
#[derive(Debug, Default)]
pub(super) struct Patience {
    /// When an item's issue is looked at again.
    looks: BTreeMap<String, Instant>,
    /// Items that went wrong: how often, and when it is tried again.
    failures: BTreeMap<String, (u32, Instant)>,
    /// Trackers that want to be left alone.
    pauses: BTreeMap<String, (Instant, String)>,
}

impl Patience {
    pub(super) fn is_due(&self, item: &ActionWords, tracker: &str, step: &Step) -> bool {
        let now = Instant::now();
        let is_over = |at: Option<&Instant>| at.is_none_or(|at| *at <= now);
        let looks = self.looks.get(&item.id).filter(|_| step.is_look());
        is_over(looks)
            && is_over(self.failures.get(&item.id).map(|(_, at)| at))
            && self.paused(tracker).is_none()
    }

    pub(super) fn succeeded(&mut self, item: &ActionWords, step: &Step, every: Duration) {
        self.failures.remove(&item.id);
        if step.is_look() {
            self.looks.insert(item.id.clone(), Instant::now() + every);
        }
    }

    /// Waits twice as long as before, or as long as the tracker says. Returns how long that is.
    pub(super) fn failed(&mut self, item: &ActionWords, after_s: Option<u32>) -> u32 {
        let n = self.failures.get(&item.id).map_or(0, |(n, _)| *n);
        let wait_s = FIRST_S.saturating_mul(1 << n.min(10)).min(LAST_S);
        let wait_s = after_s.map_or(wait_s, |after_s| after_s.clamp(1, 86_400));
        self.failures.insert(item.id.clone(), (n.saturating_add(1), soon(wait_s)));
        wait_s
    }

    pub(super) fn pause(&mut self, tracker: &str, wait_s: u32, why: String) {
        self.pauses.insert(tracker.to_owned(), (soon(wait_s), why));
    }

    /// Why a tracker is left alone, if it is.
    pub(super) fn paused(&self, tracker: &str) -> Option<&str> {
        let (_, why) = self.pauses.get(tracker).filter(|(until, _)| *until > Instant::now())?;
        Some(why)
    }
}

fn soon(wait_s: u32) -> Instant {
    Instant::now() + Duration::from_secs(u64::from(wait_s))
}
