//! What of a flow map is drawn: what changed and its neighbourhood, sixty hops at most, on a phone
//! sixteen.
//!
//! A picture of everything is not readable and not trusted; so what is left out is counted and said.

use super::folded::Folded;
use super::layers::Edge;
use super::ranks::ranks;
use super::{Asked, FlowHop, FlowMap, HopState, Standing};
use crate::answers::Tense;
use std::collections::{BTreeMap, BTreeSet};

/// Hops that are drawn on a wide page, on a middle one and on a phone.
const HOPS_MAX: [(f64, usize); 3] = [(900.0, 60), (560.0, 36), (0.0, 16)];
/// Hops of a map of everything; more of them, and a browser would have to labour.
const WHOLE_HOPS_MAX: usize = 5_000;
/// Dependencies that have a box.
const ASKED_MAX: usize = 8;
/// Services without a hop that are drawn.
const ALONE_MAX: usize = 20;

/// The part of a map that is drawn.
#[derive(Debug)]
pub(crate) struct Chosen<'d> {
    /// Of when the numbers are.
    pub(crate) tense: Tense,
    /// The services, each once.
    pub(crate) services: Vec<Service<'d>>,
    /// The hops.
    pub(crate) hops: Vec<&'d FlowHop>,
    /// Of each hop its ends as numbers of services, and its width in items.
    pub(crate) edges: Vec<Edge>,
    /// The dependencies, each with the number of who asks.
    pub(crate) asked: Vec<&'d Asked>,
    /// Who asks, as numbers of services.
    pub(crate) askers: Vec<usize>,
    folded: Folded,
}

/// A service with what it gets and gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service<'d> {
    pub(crate) name: &'d str,
    pub(crate) href: Option<&'d str>,
    /// Items that came in, or, at a source, that went out.
    pub(crate) amount: f64,
    pub(crate) asks: bool,
    /// Its place in the order from top to bottom, which does not move with volumes.
    pub(crate) rank: usize,
}

impl<'d> Chosen<'d> {
    /// Chooses what is drawn in a width.
    pub(crate) fn new(data: &'d FlowMap, width: f64) -> Self {
        let limit = HOPS_MAX.into_iter().find(|(from, _)| *from <= width);
        let hops = near_first(data, limit.map_or(0, |(_, hops_max)| hops_max));
        let asked = weightiest(&data.asked, ASKED_MAX, |asked| match asked.standing {
            Standing::Origin => (0, 0.0),
            Standing::Changed => (1, asked.asks_per_min),
            Standing::AsUsual => (2, asked.asks_per_min),
        });
        Self::joined(data, hops, asked)
    }

    /// Chooses everything, without boxes of dependencies.
    pub(crate) fn whole(data: &'d FlowMap) -> Self {
        Self::joined(data, near_first(data, WHOLE_HOPS_MAX), Vec::new())
    }

    /// `+37 hops as usual in 12 services, +2 dependencies`.
    pub(crate) fn folded_words(&self) -> String {
        self.folded.words()
    }

    /// Numbers the services and joins hops and questions to them.
    fn joined(data: &'d FlowMap, hops: Vec<&'d FlowHop>, asked: Vec<&'d Asked>) -> Self {
        let mut folded = Folded::new(data, &hops, asked.len());
        let ends = hops.iter().flat_map(|hop| [hop.from.as_str(), hop.to.as_str()]);
        let askers = asked.iter().map(|asked| asked.answering.asked_by.as_str());
        let used: BTreeSet<&str> = ends.chain(askers).collect();
        let mut services = services(data, &used, &mut folded);
        folded.count_services(data, &services);
        let numbers: BTreeMap<&str, usize> =
            services.iter().enumerate().map(|(number, service)| (service.name, number)).collect();
        let number = |name: &str| numbers.get(name).copied().unwrap_or_default();
        let edge = |hop: &&FlowHop| Edge {
            from: number(&hop.from),
            to: number(&hop.to),
            weight: hop.now() + hop.missing(),
        };
        let edges: Vec<Edge> = hops.iter().map(edge).collect();
        let askers: Vec<usize> =
            asked.iter().map(|asked| number(&asked.answering.asked_by)).collect();
        let mut sums = vec![(0.0, 0.0); services.len()];
        for (hop, edge) in hops.iter().zip(&edges).filter(|(_, edge)| edge.from != edge.to) {
            if let Some((_, out)) = sums.get_mut(edge.from) {
                *out += hop.now();
            }
            if let Some((into, _)) = sums.get_mut(edge.to) {
                *into += hop.now();
            }
        }
        for (service, (into, out)) in services.iter_mut().zip(sums) {
            service.amount = if into > 0.0 { into } else { out };
        }
        Self { tense: data.tense, services, hops, edges, asked, askers, folded }
    }
}

/// At most so many hops: what changed, then what is carried on, then the neighbourhood of what changed.
fn near_first(data: &FlowMap, n_max: usize) -> Vec<&FlowHop> {
    let near: BTreeSet<&str> = data
        .hops
        .iter()
        .filter(|hop| hop.state == HopState::Changed)
        .flat_map(|hop| [hop.from.as_str(), hop.to.as_str()])
        .collect();
    let is_near = |hop: &FlowHop| near.contains(&*hop.from) || near.contains(&*hop.to);
    weightiest(&data.hops, n_max, |hop| {
        let difference = (hop.now() - hop.usual()).abs();
        match hop.state {
            HopState::Changed => (0, difference),
            HopState::CarriedOn => (1, difference),
            HopState::AsUsual if is_near(hop) => (2, hop.now()),
            HopState::AsUsual => (3, hop.now()),
        }
    })
}

/// The services that are drawn, each once: in the order given, then those that only hops and questions
/// name, by name. Who lost its hops by folding is folded with them.
fn services<'d>(
    data: &'d FlowMap,
    used: &BTreeSet<&'d str>,
    folded: &mut Folded,
) -> Vec<Service<'d>> {
    let had_hops: BTreeSet<&str> =
        data.hops.iter().flat_map(|hop| [hop.from.as_str(), hop.to.as_str()]).collect();
    let mut seen = BTreeSet::new();
    let mut services: Vec<Service<'d>> = Vec::new();
    let ranks = ranks(data);
    // Of all who ask, also those whose dependency has no box: which has one may change with volumes.
    let askers: BTreeSet<&str> =
        data.asked.iter().map(|asked| asked.answering.asked_by.as_str()).collect();
    let mut n_alone = 0;
    let named = data.services.iter().map(|s| (s.name.as_str(), s.href.as_deref()));
    for (name, href) in named.chain(used.iter().map(|name| (*name, None))) {
        let is_alone = !used.contains(name);
        if (is_alone && had_hops.contains(name)) || !seen.insert(name) {
            continue;
        }
        n_alone += usize::from(is_alone);
        if is_alone && n_alone > ALONE_MAX {
            folded.n_alone += 1;
            continue;
        }
        let rank = ranks.get(name).copied().unwrap_or_default();
        services.push(Service { name, href, amount: 0.0, asks: askers.contains(name), rank });
    }
    services
}

/// At most so many, those of the lowest class and in it the heaviest first, in their own order.
fn weightiest<T>(all: &[T], n_max: usize, weight: impl Fn(&T) -> (u8, f64)) -> Vec<&T> {
    let weighed = all.iter().enumerate().map(|(at, one)| (weight(one), at, one));
    let mut ranked: Vec<((u8, f64), usize, &T)> = weighed.collect();
    ranked.sort_by(|(a, ..), (b, ..)| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    ranked.truncate(n_max);
    ranked.sort_by_key(|(_, at, _)| *at);
    ranked.into_iter().map(|(.., one)| one).collect()
}
