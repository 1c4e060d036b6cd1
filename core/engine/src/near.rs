//! What deviates now, also below the line at which it would be told: the answer to somebody who says
//! "more arrives than usual".
//!
//! A figure deviates if its detector has evidence for that now, on any of its scales: tempered by how much
//! the figure scatters, and against its learned band, as for an alarm (docs/internals/detection.md). Many
//! figures are looked at, and the most telling of M that are as usual has some ln M nats: only what has
//! more is said. It is a hint for a person who asks, not an alarm: no budget of false alarms stands
//! behind it.

use crate::describe::{service_of, target_of, ticks_of, value_of};
use crate::engine::Engine;
use crate::watch::Watched;
use hw_flow::ServiceIdx;
use hw_model::Signal;
use hw_stats::Counts;
use std::collections::BTreeSet;

/// Seconds over which the figure of now is said.
const NOW_S: i64 = 600;

/// Items or calls from which on a figure says anything.
const FROM_N: f64 = 20.0;

/// Nats beyond ln M: odds of 20 to 1.
const BEYOND_NATS: f64 = 3.0;

/// A figure that differs from what is usual.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// The service it belongs to.
    pub service: String,
    /// What figure it is.
    pub signal: Signal,
    /// The id of its hop, if it belongs to one.
    pub hop: Option<String>,
    /// The answer, or the latency limit.
    pub value: Option<String>,
    /// What is usual.
    pub usual: f64,
    /// What it has been in the last ten minutes.
    pub now: f64,
    /// Items, calls or seconds behind it.
    pub n: f64,
    /// Evidence of its detector, in nats; none while it is told as a shift.
    pub nats: f64,
    /// Whether it is told as a shift already.
    pub is_shifted: bool,
}

/// What deviates near a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Near {
    /// Whether the service that was asked about was ever heard; if not, everywhere was looked at.
    pub is_heard: bool,
    /// Figures of which enough is known to compare.
    pub n_compared: usize,
    /// Those that differ, the most telling first.
    pub deviations: Vec<Deviation>,
}

impl Engine {
    /// What deviates now near a service (itself, what it calls, what calls it), or anywhere.
    #[must_use]
    pub fn near(&self, service: Option<&str>, items_max: usize) -> Near {
        let known = service
            .and_then(|name| self.flow.services().find(|idx| self.flow.service_word(*idx) == name));
        let around = known.map(|idx| self.graph.around(idx));
        let compared: Vec<Deviation> = (0..self.watch.fleet.len())
            .filter_map(|at| self.deviation(at, around.as_ref()))
            .collect();
        let n_compared = compared.len();
        let deviations = most_telling(compared, items_max);
        Near { is_heard: service.is_none() || known.is_some(), n_compared, deviations }
    }

    fn deviation(&self, at: usize, near: Option<&BTreeSet<ServiceIdx>>) -> Option<Deviation> {
        let id = hw_detect::StreamId(at);
        let (stream, watched) = (self.watch.fleet.stream(id)?, self.watch.watched(id)?);
        if near.is_some_and(|near| !self.places(watched).iter().any(|at| near.contains(at))) {
            return None;
        }
        let (usual, learned) = stream.baseline();
        let until = self.now.tick().0;
        let ticks = ticks_of(&self.flow, watched, until - NOW_S, until);
        let counts: Counts = ticks.into_iter().map(|(_, counts)| counts).sum();
        let now = counts.ratio()?;
        if learned.n < FROM_N || counts.n < FROM_N {
            return None;
        }
        let (subject, signal) = watched.topic();
        Some(Deviation {
            service: service_of(&self.flow, (subject, signal)),
            signal,
            hop: target_of(&self.flow, subject).hop().map(|hop| hop.id().0),
            value: value_of(&self.flow, watched),
            usual,
            now,
            n: counts.n,
            nats: stream.evidence_nats(),
            is_shifted: stream.is_shifted(),
        })
    }

    /// The services that a figure is about.
    fn places(&self, watched: Watched) -> Vec<ServiceIdx> {
        crate::incidents::places(&self.flow, watched.topic().0)
    }
}

/// Those that chance alone would hardly bring, the most telling of each figure first.
fn most_telling(mut compared: Vec<Deviation>, items_max: usize) -> Vec<Deviation> {
    let beyond = (compared.len().max(1) as f64).ln() + BEYOND_NATS;
    compared.retain(|deviation| deviation.is_shifted || deviation.nats >= beyond);
    compared.sort_by(|a, b| {
        let told = b.is_shifted.cmp(&a.is_shifted);
        told.then(b.nats.total_cmp(&a.nats))
    });
    let mut told = BTreeSet::new();
    compared.retain(|deviation| {
        told.insert((deviation.service.clone(), deviation.signal, deviation.hop.clone()))
    });
    compared.truncate(items_max);
    compared
}
