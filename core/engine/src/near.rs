//! What deviates now, also below the line at which it would be told: the answer to somebody who says
//! "more arrives than usual".
//!
//! Each watched figure of the last ten minutes is held against its baseline. The likelihood ratio of the
//! two, divided by the dispersion that the stream is known to have (quasi-likelihood), says how telling
//! the difference is, in nats. Many figures are looked at, and the most telling of M figures that are as
//! usual has some ln M nats: only what has more is said. It is a hint for a person who asks, not an
//! alarm: no budget of false alarms stands behind it.

use crate::describe::{service_of, target_of, ticks_of, value_of};
use crate::engine::Engine;
use crate::watch::Watched;
use hw_flow::ServiceIdx;
use hw_model::Signal;
use hw_stats::{Counts, ln_likelihood_ratio};
use std::collections::BTreeSet;

/// Seconds that count as now.
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
    /// How telling it is, in nats.
    pub nats: f64,
    /// Whether it is told as a shift already.
    pub is_shifted: bool,
}

impl Engine {
    /// What deviates now near a service (itself, what it calls, what calls it), or anywhere; the most
    /// telling first. A service that was never heard is near nothing.
    #[must_use]
    pub fn deviations(&self, service: Option<&str>, items_max: usize) -> Vec<Deviation> {
        let near = match service {
            None => None,
            Some(name) => {
                let known = self.flow.services().find(|idx| self.flow.service_word(*idx) == name);
                Some(known.map(|idx| self.graph.around(idx)).unwrap_or_default())
            }
        };
        let beyond = (self.watch.fleet.len().max(1) as f64).ln() + BEYOND_NATS;
        let mut found: Vec<Deviation> = (0..self.watch.fleet.len())
            .filter_map(|at| self.deviation(at, near.as_ref()))
            .filter(|deviation| deviation.is_shifted || deviation.nats >= beyond)
            .collect();
        found.sort_by(|a, b| b.nats.total_cmp(&a.nats));
        let mut told = BTreeSet::new();
        found.retain(|deviation| {
            told.insert((deviation.service.clone(), deviation.signal, deviation.hop.clone()))
        });
        found.truncate(items_max);
        found
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
        let form = stream.form();
        // Counts of zero have no logarithm: as if half an item had gone the other way.
        let within = |p: f64, n: f64| match form {
            hw_stats::Form::Share => p.clamp(0.5 / (n + 1.0), 1.0 - 0.5 / (n + 1.0)),
            hw_stats::Form::Count => p.max(0.5 / (n + 1.0)),
        };
        let (p0, p1) = (within(usual, learned.n), within(now, counts.n));
        let nats = ln_likelihood_ratio(form, counts, p1, p0) / stream.phi();
        let (subject, signal) = watched.topic();
        Some(Deviation {
            service: service_of(&self.flow, (subject, signal)),
            signal,
            hop: target_of(&self.flow, subject).hop().map(|hop| hop.id().0),
            value: value_of(&self.flow, watched),
            usual,
            now,
            n: counts.n,
            nats: nats.max(0.0),
            is_shifted: stream.is_shifted(),
        })
    }

    /// The services that a figure is about.
    fn places(&self, watched: Watched) -> Vec<ServiceIdx> {
        crate::incidents::places(&self.flow, watched.topic().0)
    }
}
