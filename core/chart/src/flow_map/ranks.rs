//! The order of services from top to bottom, resting on nothing that moves while people look.
//!
//! Services on hops that changed come first, in an order with few crossings among these; the others follow
//! as they were given, and then by name. Neither volumes nor hops as usual have a say: so a map that is
//! drawn anew with other numbers, or with one quiet hop more, keeps its services where they were.

use super::flat::flat;
use super::layers::Edge;
use super::{FlowMap, HopState};
use std::collections::{BTreeMap, BTreeSet};

/// The rank of every service that a map names.
pub(crate) fn ranks(data: &FlowMap) -> BTreeMap<&str, usize> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let ends = data.hops.iter().flat_map(|hop| [hop.from.as_str(), hop.to.as_str()]);
    let askers = data.asked.iter().map(|asked| asked.answering.asked_by.as_str());
    let unnamed: BTreeSet<&str> = ends.chain(askers).collect();
    for name in data.services.iter().map(|service| service.name.as_str()).chain(unnamed) {
        let number = numbers.len();
        numbers.entry(name).or_insert(number);
    }
    let number = |name: &str| numbers.get(name).copied().unwrap_or_default();
    let changed: BTreeSet<(usize, usize)> = data
        .hops
        .iter()
        .filter(|hop| hop.state != HopState::AsUsual)
        .map(|hop| (number(&hop.from), number(&hop.to)))
        .collect();
    // Only the services on them, numbered anew.
    let on_them: BTreeSet<usize> = changed.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let on_them: Vec<usize> = on_them.into_iter().collect();
    let place = |number: usize| on_them.binary_search(&number).unwrap_or_default();
    let edges: Vec<Edge> = changed
        .iter()
        .map(|(from, to)| Edge { from: place(*from), to: place(*to), weight: 1.0 })
        .collect();
    let mut rank_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (rank, node) in flat(on_them.len(), &edges).into_iter().flatten().enumerate() {
        rank_of.extend(on_them.get(node).map(|number| (*number, rank)));
    }
    let rank = |number: &usize| rank_of.get(number).copied().unwrap_or(on_them.len() + number);
    numbers.iter().map(|(name, number)| (*name, rank(number))).collect()
}
