//! What of a flow map is drawn: what changed and its neighbourhood, sixty hops at most, on a phone
//! sixteen.
//!
//! A picture of everything is not readable and not trusted; so what is left out is counted and said.

use super::layers::Edge;
use super::{Asked, FlowHop, FlowMap, HopState, Standing};
use crate::answers::Tense;
use std::collections::{BTreeMap, BTreeSet};

/// Hops that are drawn on a wide page, on a middle one and on a phone.
const HOPS_MAX: [(f64, usize); 3] = [(900.0, 60), (560.0, 36), (0.0, 16)];
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
}

/// What is not drawn.
#[derive(Clone, Copy, Debug, Default)]
struct Folded {
    n_usual: usize,
    n_changed: usize,
    n_services: usize,
    n_asked: usize,
}

impl<'d> Chosen<'d> {
    /// Chooses what is drawn in a width.
    pub(crate) fn new(data: &'d FlowMap, width: f64) -> Self {
        let limit = HOPS_MAX.into_iter().find(|(from, _)| *from <= width);
        let near: BTreeSet<&str> = data
            .hops
            .iter()
            .filter(|hop| hop.state == HopState::Changed)
            .flat_map(|hop| [hop.from.as_str(), hop.to.as_str()])
            .collect();
        let is_near = |hop: &FlowHop| near.contains(&*hop.from) || near.contains(&*hop.to);
        let hops = weightiest(&data.hops, limit.map_or(0, |(_, hops_max)| hops_max), |hop| {
            let difference = (hop.now() - hop.usual()).abs();
            match hop.state {
                HopState::Changed => (0, difference),
                HopState::CarriedOn => (1, difference),
                HopState::AsUsual if is_near(hop) => (2, hop.now()),
                HopState::AsUsual => (3, hop.now()),
            }
        });
        let asked = weightiest(&data.asked, ASKED_MAX, |asked| match asked.standing {
            Standing::Origin => (0, 0.0),
            Standing::Changed => (1, asked.asks_per_min),
            Standing::AsUsual => (2, asked.asks_per_min),
        });
        let mut folded = Folded { n_usual: data.n_folded, ..Folded::default() };
        let n_changed = |hops: &mut dyn Iterator<Item = &FlowHop>| {
            hops.filter(|hop| hop.state != HopState::AsUsual).count()
        };
        folded.n_changed = n_changed(&mut data.hops.iter()) - n_changed(&mut hops.iter().copied());
        let n_left_out = data.hops.len() - hops.len();
        folded.n_usual = folded.n_usual.saturating_add(n_left_out - folded.n_changed);
        folded.n_asked = data.asked.len() - asked.len();
        Self::joined(data, hops, asked, folded)
    }

    /// `+37 hops as usual, +2 dependencies`.
    pub(crate) fn folded_words(&self) -> String {
        let Folded { n_usual, n_changed, n_services, n_asked } = self.folded;
        let counts = [
            (n_usual, "hop as usual", "hops as usual"),
            (n_changed, "changed hop", "changed hops"),
            (n_services, "service without a hop", "services without a hop"),
            (n_asked, "dependency", "dependencies"),
        ];
        let words = counts.into_iter().filter(|(n, ..)| *n > 0);
        let words = words.map(|(n, one, many)| format!("+{n} {}", if n == 1 { one } else { many }));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Numbers the services and joins hops and questions to them.
    fn joined(
        data: &'d FlowMap,
        hops: Vec<&'d FlowHop>,
        asked: Vec<&'d Asked>,
        mut folded: Folded,
    ) -> Self {
        let ends = hops.iter().flat_map(|hop| [hop.from.as_str(), hop.to.as_str()]);
        let askers = asked.iter().map(|asked| asked.answering.asked_by.as_str());
        let used: Vec<&str> = ends.chain(askers).collect();
        let mut services = services(data, &used, &mut folded);
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
        for (at, service) in services.iter_mut().enumerate() {
            let sum = |end: fn(&Edge) -> usize| -> f64 {
                let own = hops.iter().zip(&edges).filter(|(_, edge)| end(edge) == at);
                own.filter(|(_, edge)| edge.from != edge.to).map(|(hop, _)| hop.now()).sum()
            };
            let (into, out) = (sum(|edge| edge.to), sum(|edge| edge.from));
            service.amount = if into > 0.0 { into } else { out };
            service.asks = askers.contains(&at);
        }
        Self { tense: data.tense, services, hops, edges, asked, askers, folded }
    }
}

/// The services that are drawn, each once: in the order given, then those that only hops and questions
/// name. Who lost its hops by folding is folded with them.
fn services<'d>(data: &'d FlowMap, used: &[&'d str], folded: &mut Folded) -> Vec<Service<'d>> {
    let is_used: BTreeSet<&str> = used.iter().copied().collect();
    let had_hops: BTreeSet<&str> =
        data.hops.iter().flat_map(|hop| [hop.from.as_str(), hop.to.as_str()]).collect();
    let mut seen = BTreeSet::new();
    let mut services: Vec<Service<'d>> = Vec::new();
    let mut n_alone = 0;
    let named = data.services.iter().map(|s| (s.name.as_str(), s.href.as_deref()));
    for (name, href) in named.chain(used.iter().map(|name| (*name, None))) {
        let is_alone = !is_used.contains(name);
        if (is_alone && had_hops.contains(name)) || !seen.insert(name) {
            continue;
        }
        n_alone += usize::from(is_alone);
        if is_alone && n_alone > ALONE_MAX {
            folded.n_services += 1;
            continue;
        }
        services.push(Service { name, href, amount: 0.0, asks: false });
    }
    services
}

/// At most so many, those of the lowest class and in it the heaviest first, in their own order.
fn weightiest<T>(all: &[T], n_max: usize, weight: impl Fn(&T) -> (u8, f64)) -> Vec<&T> {
    let mut ranked: Vec<(usize, &T)> = all.iter().enumerate().collect();
    ranked.sort_by(|(_, a), (_, b)| {
        let (a, b) = (weight(a), weight(b));
        a.0.cmp(&b.0).then(b.1.total_cmp(&a.1))
    });
    ranked.truncate(n_max);
    ranked.sort_by_key(|(at, _)| *at);
    ranked.into_iter().map(|(_, one)| one).collect()
}
