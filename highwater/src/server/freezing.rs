//! A thread that keeps what was counted around an incident in its record: when its harm has stopped,
//! when it is resolved or closed, and whenever its post mortem goes to review.
//!
//! Nothing waits for it. What it could not do before the server ended it does at the next start.

use super::backend::Answers;
use hw_model::IncidentId;
use hw_store::StoredEvent;
use hw_wire::{AfterV1, WhatV1};
use std::sync::Arc;
use tokio::sync::watch;
use tracing::warn;

/// Events read at a time.
const PAGE: u32 = 500;

/// Keeps counts.
pub(super) struct Freezing {
    answers: Arc<Answers>,
    stopping: watch::Receiver<bool>,
    /// The last event that was looked at.
    seen: u64,
}

impl Freezing {
    pub(super) fn new(answers: &Arc<Answers>, stopping: &watch::Receiver<bool>) -> Self {
        let seen = *answers.last_event.borrow();
        Self { answers: Arc::clone(answers), stopping: stopping.clone(), seen }
    }

    /// Runs until the server ends.
    pub(super) fn run(mut self) {
        let missed = self.answers.not_frozen().unwrap_or_default();
        missed.into_iter().for_each(|(incident, seq)| self.freeze(incident, seq));
        let mut last_event = self.answers.last_event.clone();
        let runtime = self.answers.runtime.clone();
        loop {
            self.look();
            let stopping = &mut self.stopping;
            let is_on = runtime.block_on(async {
                tokio::select! {
                    changed = last_event.changed() => changed.is_ok(),
                    _ = stopping.wait_for(|is_stopping| *is_stopping) => false,
                }
            });
            if !is_on {
                return;
            }
        }
    }

    /// Looks at events that are new.
    fn look(&mut self) {
        loop {
            let events = match self.answers.events_since(self.seen, PAGE) {
                Ok(events) => events,
                Err(error) => {
                    warn!(%error, "events cannot be read, so no counts are kept");
                    return;
                }
            };
            let Some(last) = events.last() else { return };
            self.seen = last.seq;
            let due = events.iter().filter(|stored| is_occasion(stored)).filter_map(|stored| {
                Some((IncidentId(stored.event.incident?), stored.incident_seq?))
            });
            due.for_each(|(incident, seq)| self.freeze(incident, seq));
        }
    }

    fn freeze(&self, incident: IncidentId, seq: u64) {
        if let Err(error) = self.answers.freeze(incident, seq) {
            warn!(%incident, %error, "counts around an incident are not kept; the next start tries again");
        }
    }
}

/// Whether what was counted is to be kept now.
#[expect(clippy::wildcard_enum_match_arm, reason = "few events are an occasion")]
fn is_occasion(stored: &StoredEvent) -> bool {
    match &stored.event.what {
        WhatV1::StatusSet { status, .. } => is_end(status),
        WhatV1::After { did: AfterV1::ReviewMoved { to, .. } } => to == "in_review",
        _ => false,
    }
}

/// Whether the harm has stopped.
pub(super) fn is_end(status: &str) -> bool {
    matches!(status, "mitigated" | "resolved" | "closed")
}
