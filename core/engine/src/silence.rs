//! A service that sent telemetry sends none: apart from a fall of its traffic.
//!
//! A service is silent when it has said nothing for a minute in which it would have said fifty
//! things, while others still speak. If calls into it go on and succeed, only its telemetry is
//! lost: that is told as a shift and is no incident, and so is the end of a job that begins its own traces.
//! If items come in there from outside, or calls into it fail, it may be down: then it is one. If those who call it call no more, it has nothing to say.

use hw_flow::{Flow, HopIdx, ServiceIdx};
use hw_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Silence that counts, in seconds.
const SILENT_S: f64 = 60.0;

/// Records that would have come meanwhile.
const MISSED_MIN: f64 = 50.0;

/// Seconds and records from which on a service is known well enough to be missed.
const KNOWN: (f64, u64) = (300.0, 300);

/// Seconds within which another service must have spoken, or the silence is ours.
const OTHERS_S: f64 = 10.0;

/// News of a silence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SilenceNews {
    pub service: ServiceIdx,
    /// End of the last record before.
    pub last_at: Timestamp,
    pub what: SilenceKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SilenceKind {
    /// It fell silent; it used to send so many records a second.
    Began {
        /// Records and seconds in which they came.
        records: f64,
        seconds: f64,
        /// Whether it may be down, and not only its telemetry lost.
        is_harm: bool,
    },
    /// It speaks again.
    Ended,
}

/// Services that are silent now.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Silences {
    since: BTreeMap<ServiceIdx, Timestamp>,
}

/// What is known of a service's records.
#[derive(Clone, Copy)]
struct Heard {
    first_at: Timestamp,
    last_at: Timestamp,
    n_records: u64,
}

impl Silences {
    /// Who fell silent or speaks again, at `now`.
    pub(crate) fn follow(&mut self, flow: &Flow, now: Timestamp) -> Vec<SilenceNews> {
        let heard = heard(flow);
        let mut news = Vec::new();
        for (service, records) in &heard {
            let since = self.since.get(service).copied();
            if let Some(last_at) = since {
                if records.last_at > last_at {
                    self.since.remove(service);
                    news.push(SilenceNews { service: *service, last_at, what: SilenceKind::Ended });
                }
                continue;
            }
            let others = heard.iter().filter(|(other, _)| *other != service);
            let loudest = others.map(|(_, heard)| heard.last_at).max();
            if loudest.is_none_or(|at| now.seconds_since(at) > OTHERS_S) {
                continue;
            }
            if let Some(what) = records.silence(flow, *service, now) {
                self.since.insert(*service, records.last_at);
                news.push(SilenceNews { service: *service, last_at: records.last_at, what });
            }
        }
        news
    }
}

impl Heard {
    fn silence(&self, flow: &Flow, service: ServiceIdx, now: Timestamp) -> Option<SilenceKind> {
        let seconds = self.last_at.seconds_since(self.first_at);
        let silent_s = now.seconds_since(self.last_at);
        let records = self.n_records as f64;
        let is_known = seconds >= KNOWN.0 && self.n_records >= KNOWN.1;
        let missed = records / seconds.max(1.0) * silent_s;
        if !is_known || silent_s < SILENT_S || missed < MISSED_MIN {
            return None;
        }
        let is_harm = may_be_down(flow, service, (self.last_at, now))?;
        Some(SilenceKind::Began { records, seconds, is_harm })
    }
}

/// Whether items come in at the service itself, or calls into it fail; `None` if it is called by
/// others, and they do not call it any more.
fn may_be_down(
    flow: &Flow,
    service: ServiceIdx,
    (from, to): (Timestamp, Timestamp),
) -> Option<bool> {
    let leads_there =
        |hop: &HopIdx| flow.callee_of(*hop).is_some_and(|(callee, _)| callee == service);
    let hops: Vec<HopIdx> = flow.hops().filter(leads_there).collect();
    if hops.is_empty() {
        // A job that begins its own traces may simply have ended; who is asked from outside may not.
        let mut entries = flow.entries().filter_map(|entry| flow.entry_place(entry));
        return Some(entries.any(|(owner, operation)| owner == service && operation.is_some()));
    }
    let ticks = (from.tick().0 + 1, to.tick().0);
    let counts = hops.iter().map(|hop| flow.hop_counts(*hop, ticks.0, ticks.1));
    let (calls, failed) = counts.fold((0, 0), |(calls, failed), tick| {
        (calls + u64::from(tick.calls), failed + u64::from(tick.failed))
    });
    (calls > 0).then_some(failed * 2 > calls)
}

fn heard(flow: &Flow) -> BTreeMap<ServiceIdx, Heard> {
    let mut all: BTreeMap<ServiceIdx, Heard> = BTreeMap::new();
    for instance in flow.instances().iter().filter(|instance| instance.has_spans) {
        let heard = all.entry(instance.service).or_insert(Heard {
            first_at: instance.first_at,
            last_at: instance.last_at,
            n_records: 0,
        });
        heard.first_at = heard.first_at.min(instance.first_at);
        heard.last_at = heard.last_at.max(instance.last_at);
        heard.n_records += instance.n_records;
    }
    all
}
