//! A thread that looks after issues of action items: opens those that are wanted, closes and reopens them
//! as the items are, and takes over what became of them elsewhere.
//!
//! What is wanted and how an issue last stood is in the record, so that a kill loses nothing: what is
//! there and what should be there are compared again and again. An issue that was opened and not written
//! down yet bears a mark, and is found before another is opened. What is wrong with an issue is kept in
//! memory: it is found again after a restart. Highwater's post is not used, for it tells and never asks.

mod patience;
mod step;

use super::backend::Answers;
use super::clock::wall;
use hw_api::{ActionRef, ActionWords};
use hw_incident::ActionKind;
use hw_notify::{Courier, Outcome, Tracker};
use hw_store::StoredEvent;
use hw_wire::{AfterV1, WhatV1};
use patience::Patience;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use step::Step;
use tokio::sync::watch;
use tracing::{info, warn};

/// The longest time between two looks at all items, and before what could not be asked is tried again.
const LOOK: Duration = Duration::from_secs(1);

/// Events read at a time.
const PAGE: u32 = 500;

/// How long after its end an issue is looked at, in seconds: whoever reopens one later opens another.
const FOLLOWED_S: f64 = 30.0 * 86_400.0;

/// A tracker, and what goes there.
#[derive(Clone, Debug)]
pub(crate) struct TrackerSettings {
    pub tracker: Tracker,
    /// Kinds of items that go there if nobody says where; all, if none is named.
    pub kinds: Vec<ActionKind>,
    /// Whether items go there by themselves.
    pub is_auto: bool,
    /// How often issues are looked at.
    pub every: Duration,
}

/// Where action items stand as issues too, and what is wrong there.
pub(super) struct Tracking {
    trackers: Vec<TrackerSettings>,
    troubles: Mutex<BTreeMap<String, Trouble>>,
}

/// What is wrong with the issue of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    words: String,
    /// How the issue stood: what is wrong is over when it stands otherwise.
    issue: Option<String>,
}

/// Looks after issues.
pub(super) struct Following {
    answers: Arc<Answers>,
    courier: Courier,
    stopping: watch::Receiver<bool>,
    /// The last event that was looked at.
    seen: u64,
    /// Items that something may have to be done for.
    items: Vec<ActionWords>,
    patience: Patience,
}

impl TrackerSettings {
    fn takes(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|known| known.word() == kind)
    }
}

impl Tracking {
    pub(super) const fn of(trackers: Vec<TrackerSettings>) -> Self {
        Self { trackers, troubles: Mutex::new(BTreeMap::new()) }
    }

    /// Their names, in the order of the settings.
    pub(super) fn names(&self) -> Vec<&str> {
        self.trackers.iter().map(|known| known.tracker.name.as_str()).collect()
    }

    /// The first tracker that takes items of a kind.
    pub(super) fn taking(&self, kind: &str) -> Option<&str> {
        let taking = self.trackers.iter().find(|known| known.takes(kind));
        taking.map(|known| known.tracker.name.as_str())
    }

    /// Says at each item what is wrong with its issue.
    pub(super) fn say_troubles(&self, items: &mut [ActionWords]) {
        let troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        for item in items {
            // Between what is written down and the end of its trouble, both would be read.
            if let Some(trouble) = troubles.get(&item.id).filter(|it| it.issue == item.issue) {
                item.tracker_trouble = Some(trouble.words.clone());
            }
        }
    }

    /// Keeps what is wrong with an issue, or that nothing is. Returns whether that is news.
    fn note(&self, item: &ActionWords, words: Option<String>) -> bool {
        let trouble = words.map(|words| Trouble { words, issue: item.issue.clone() });
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match trouble.clone() {
            Some(trouble) => troubles.insert(item.id.clone(), trouble),
            None => troubles.remove(&item.id),
        };
        before != trouble
    }
}

impl Following {
    /// Somebody who looks, if settings name trackers.
    pub(super) fn wanted(
        answers: &Arc<Answers>,
        stopping: &watch::Receiver<bool>,
    ) -> anyhow::Result<Option<Self>> {
        if answers.tracking.trackers.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            answers: Arc::clone(answers),
            courier: Courier::new(None)?,
            stopping: stopping.clone(),
            seen: *answers.last_event.borrow(),
            items: Vec::new(),
            patience: Patience::default(),
        }))
    }

    /// Runs until the server ends.
    pub(super) fn run(mut self) {
        let mut is_new = true;
        let mut stopping = self.stopping.clone();
        let runtime = self.answers.runtime.clone();
        loop {
            // What could not be read is read at the next look.
            is_new |= self.has_news();
            if is_new {
                is_new = !self.read();
            }
            self.look();
            let is_ending = runtime.block_on(async {
                let ending = stopping.wait_for(|is_stopping| *is_stopping);
                tokio::time::timeout(LOOK, ending).await.is_ok()
            });
            if is_ending {
                return;
            }
        }
    }

    /// Whether an action item may be another than it was.
    fn has_news(&mut self) -> bool {
        let mut is_new = false;
        loop {
            let events = match self.answers.events_since(self.seen, PAGE) {
                Ok(events) => events,
                Err(error) => {
                    warn!(%error, "events cannot be read, so no issues are looked after");
                    return is_new;
                }
            };
            let Some(last) = events.last() else { return is_new };
            self.seen = last.seq;
            is_new |= events.iter().any(is_of_an_item);
        }
    }

    /// Reads all items that something may have to be done for. Returns whether they could be read.
    fn read(&mut self) -> bool {
        match self.answers.action_list(&mut |_| Ok(true)) {
            Ok(items) => {
                let tracking = &self.answers.tracking;
                self.items = items.into_iter().filter(|item| may_need(item, tracking)).collect();
                true
            }
            Err(error) => {
                warn!(%error, "action items cannot be read, so no issues are looked after");
                false
            }
        }
    }

    /// Does for each item what is due.
    fn look(&mut self) {
        let mut items = self.items.clone();
        // What waits to be written goes before looks: it is wanted, and looks come again.
        items.sort_by_key(|item| {
            Step::of(item, &self.answers.tracking.trackers).is_none_or(|(step, _)| step.is_look())
        });
        for item in items {
            if *self.stopping.borrow() {
                return;
            }
            let Some(id) = ActionRef::from_word(&item.id) else { continue };
            let Some((step, at)) = Step::of(&item, &self.answers.tracking.trackers) else {
                self.say(&item, stranger(&item, &self.answers.tracking));
                continue;
            };
            let at = at.clone();
            if !self.patience.is_due(&item, &at.tracker.name, &step) {
                let why = self.patience.paused(&at.tracker.name).filter(|_| !step.is_look());
                if let Some(why) = why {
                    let words = format!("{} in {}: {why}", step.words(), at.tracker.name);
                    self.say(&item, Some(words));
                }
                continue;
            }
            let before = step.clone();
            match self.take(id, &item, (step, &at)) {
                Ok(()) => {
                    self.patience.succeeded(&item, &before, at.every);
                    self.say(&item, None);
                }
                Err(outcome) => self.failed(&item, &at.tracker.name, &before, outcome),
            }
        }
    }

    fn failed(&mut self, item: &ActionWords, tracker: &str, step: &Step, outcome: Outcome) {
        let (reason, after_s, is_everybody) = match outcome {
            Outcome::Later { reason, after_s, .. } => (reason, after_s, true),
            Outcome::Refused { reason } | Outcome::DeliveredInPart { reason } => {
                (reason, None, false)
            }
            Outcome::Delivered => return,
        };
        let wait_s = self.patience.failed(item, after_s);
        let why = format!("{reason}; tried again within {wait_s} s");
        self.say(item, Some(format!("{} in {tracker}: {why}", step.words())));
        if is_everybody {
            self.patience.pause(tracker, wait_s, why);
        }
    }

    fn say(&self, item: &ActionWords, trouble: Option<String>) {
        if self.answers.tracking.note(item, trouble.clone()) {
            match trouble {
                Some(reason) => warn!(item = item.id, reason, "an issue cannot be looked after"),
                None => info!(item = item.id, "its issue is as it should be"),
            }
        }
    }
}

/// Whether something could have to be done for an item.
fn may_need(item: &ActionWords, tracking: &Tracking) -> bool {
    let is_open = item.state == "open";
    let is_tracked = item.tracker.is_some() || item.url.is_some();
    let is_auto = is_open && tracking.trackers.iter().any(|it| it.is_auto && it.takes(&item.kind));
    let ended_at = item.ended_at.as_deref().and_then(hw_api::instant);
    let is_old = ended_at.is_some_and(|at| wall().seconds_since(at) > FOLLOWED_S);
    let is_settled = item.issue.as_deref() != Some("open");
    (is_tracked || is_auto) && !(is_old && is_settled)
}

/// What is wrong where nothing can be done.
fn stranger(item: &ActionWords, tracking: &Tracking) -> Option<String> {
    let tracker = item.tracker.as_deref()?;
    let is_known = tracking.names().contains(&tracker);
    (!is_known).then(|| {
        format!(
            "its tracker {tracker} is not in the settings any more: nobody looks after its issue"
        )
    })
}

/// Whether an event is about an action item.
fn is_of_an_item(stored: &StoredEvent) -> bool {
    let WhatV1::After { did } = &stored.event.what else { return false };
    match did {
        AfterV1::ActionAdded { .. }
        | AfterV1::ActionChanged { .. }
        | AfterV1::ActionDone { .. }
        | AfterV1::ActionDeclined { .. }
        | AfterV1::ActionReopened { .. }
        | AfterV1::ActionTracked { .. }
        | AfterV1::IssueWanted { .. }
        | AfterV1::IssueStood { .. } => true,
        AfterV1::ActionNudged { .. }
        | AfterV1::SectionWritten { .. }
        | AfterV1::ReviewMoved { .. }
        | AfterV1::FiguresFrozen { .. }
        | AfterV1::ReviewNudged { .. } => false,
    }
}
