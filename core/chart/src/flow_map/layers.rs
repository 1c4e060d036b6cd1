//! Layers of a flow: who stands left of whom, and in which order from top to bottom.
//!
//! Sugiyama's way. Edges that close a cycle are set aside first, by a walk in depth, so that everything
//! after it ends for every graph. The layer of a node is the longest path to it; a source stands just
//! before the first one it feeds. Long edges get a place in every layer they pass, and the order within
//! layers is that of the neighbours' middles, swept to and fro; the order with the fewest crossings is
//! kept. Only the places of long edges are swept: nodes keep the order of their ranks, which rest on
//! nothing that moves while people look. So a map does not jump when volumes do.

/// Sweeps over the layers. Six were enough for 5,000 edges; more changed nothing.
pub(crate) const SWEEPS: usize = 6;

/// A directed edge between nodes, by number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) weight: f64,
}

/// How an edge passes the layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Through these places, one per layer, ends included.
    Forward(Vec<usize>),
    /// Against the flow: it closes a cycle.
    Back,
}

/// Nodes and places of long edges in their layers.
#[derive(Clone, Debug)]
pub(crate) struct Layers {
    /// Of each layer its places from top to bottom. Places below the number of nodes are nodes.
    pub(crate) order: Vec<Vec<usize>>,
    /// Of each edge its route.
    pub(crate) routes: Vec<Route>,
    /// Number of places.
    pub(crate) n_places: usize,
}

/// Puts nodes into layers, and in each into the order of their ranks.
pub(crate) fn layers(ranks: &[usize], edges: &[Edge]) -> Layers {
    let n_nodes = ranks.len();
    let is_back = back_edges(n_nodes, edges);
    let forward = || edges.iter().zip(&is_back).filter(|(_, back)| !**back).map(|(edge, _)| *edge);
    let layer_of = longest_paths(n_nodes, &forward().collect::<Vec<_>>());
    let n_layers = layer_of.iter().max().map_or(0, |last| last + 1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); n_layers];
    for (node, layer) in layer_of.iter().enumerate() {
        push(&mut order, *layer, node);
    }
    for places in &mut order {
        places.sort_by_key(|node| at(ranks, *node));
    }
    let mut n_places = n_nodes;
    let mut routes = Vec::new();
    for (edge, back) in edges.iter().zip(&is_back) {
        if *back {
            routes.push(Route::Back);
            continue;
        }
        let mut route = vec![edge.from];
        for layer in at(&layer_of, edge.from) + 1..at(&layer_of, edge.to) {
            push(&mut order, layer, n_places);
            route.push(n_places);
            n_places += 1;
        }
        route.push(edge.to);
        routes.push(Route::Forward(route));
    }
    let segments = segments(edges, &routes);
    let order = uncrossed(order, (ranks, n_places), &segments);
    Layers { order, routes, n_places }
}

/// Whether the walk has been at a node.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    No,
    OnTheWay,
    Done,
}

/// Which edges lead back to a node on the way to which they were found.
pub(crate) fn back_edges(n_nodes: usize, edges: &[Edge]) -> Vec<bool> {
    let mut out: Vec<Vec<(usize, usize)>> = vec![Vec::new(); n_nodes];
    let mut is_source = vec![true; n_nodes];
    for (number, edge) in edges.iter().enumerate() {
        push(&mut out, edge.from, (number, edge.to));
        set(&mut is_source, edge.to, false);
    }
    let sources = (0..n_nodes).filter(|node| is_source.get(*node) == Some(&true));
    let starts: Vec<usize> = sources.chain(0..n_nodes).collect();
    let mut seen = vec![Seen::No; n_nodes];
    let mut is_back = vec![false; edges.len()];
    for start in starts {
        if seen.get(start) == Some(&Seen::No) {
            walk(start, &out, &mut seen, &mut is_back);
        }
    }
    is_back
}

/// Walks in depth from a node that was not seen.
fn walk(start: usize, out: &[Vec<(usize, usize)>], seen: &mut [Seen], is_back: &mut [bool]) {
    set(seen, start, Seen::OnTheWay);
    // A node on the way, and which of its edges is next; a stack of our own, because a chain may be long.
    let mut way = vec![(start, 0_usize)];
    while let Some((node, next)) = way.last_mut() {
        let edge = out.get(*node).and_then(|edges| edges.get(*next)).copied();
        *next += 1;
        let Some((number, to)) = edge else {
            set(seen, *node, Seen::Done);
            way.pop();
            continue;
        };
        match seen.get(to) {
            Some(Seen::OnTheWay) => set(is_back, number, true),
            Some(Seen::No) => {
                set(seen, to, Seen::OnTheWay);
                way.push((to, 0));
            }
            Some(Seen::Done) | None => {}
        }
    }
}

/// The layer of each node, along edges without a cycle.
pub(crate) fn longest_paths(n_nodes: usize, edges: &[Edge]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); n_nodes];
    let mut n_waiting = vec![0_usize; n_nodes];
    for edge in edges {
        push(&mut out, edge.from, edge.to);
        if let Some(n) = n_waiting.get_mut(edge.to) {
            *n += 1;
        }
    }
    let is_source: Vec<bool> = n_waiting.iter().map(|n| *n == 0).collect();
    let mut ready: Vec<usize> = (0..n_nodes).filter(|node| at(&n_waiting, *node) == 0).collect();
    let mut layer_of = vec![0_usize; n_nodes];
    while let Some(node) = ready.pop() {
        for to in out.get(node).into_iter().flatten() {
            let layer = at(&layer_of, *to).max(at(&layer_of, node) + 1);
            set(&mut layer_of, *to, layer);
            if let Some(n) = n_waiting.get_mut(*to) {
                *n -= 1;
                if *n == 0 {
                    ready.push(*to);
                }
            }
        }
    }
    let fed = |node: usize| out.get(node).into_iter().flatten().map(|to| at(&layer_of, *to));
    let nearest: Vec<Option<usize>> = (0..n_nodes).map(|node| fed(node).min()).collect();
    let layers = layer_of.iter().zip(&nearest).zip(is_source);
    layers
        .map(|((layer, nearest), is_source)| match nearest {
            Some(nearest) if is_source => nearest.saturating_sub(1),
            Some(_) | None => *layer,
        })
        .collect()
}

/// A part of an edge from one layer to the next.
#[derive(Clone, Copy, Debug)]
struct Segment {
    from: usize,
    to: usize,
    weight: f64,
}

fn segments(edges: &[Edge], routes: &[Route]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (edge, route) in edges.iter().zip(routes) {
        let Route::Forward(places) = route else { continue };
        for pair in places.windows(2) {
            if let [from, to] = *pair {
                segments.push(Segment { from, to, weight: edge.weight });
            }
        }
    }
    segments
}

/// The order with the fewest crossings that sweeping finds.
fn uncrossed(
    mut order: Vec<Vec<usize>>,
    (ranks, n_places): (&[usize], usize),
    segments: &[Segment],
) -> Vec<Vec<usize>> {
    let mut before: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n_places];
    let mut after: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n_places];
    for segment in segments {
        push(&mut after, segment.from, (segment.to, segment.weight));
        push(&mut before, segment.to, (segment.from, segment.weight));
    }
    let mut best = order.clone();
    let mut least = crossings(&order, n_places, segments);
    for sweep in 0..SWEEPS {
        let is_forward = sweep.is_multiple_of(2);
        let neighbours = if is_forward { &before } else { &after };
        for step in 0..order.len() {
            let layer = if is_forward { step } else { order.len() - 1 - step };
            let positions = positions(&order, n_places);
            if let Some(places) = order.get_mut(layer) {
                sort_by_middle(places, &positions, neighbours);
                keep_ranks(places, ranks);
            }
        }
        let n = crossings(&order, n_places, segments);
        if n < least {
            (least, best) = (n, order.clone());
        }
    }
    best
}

/// Sorts the places of a layer by the middle of their neighbours; who has none keeps its position.
fn sort_by_middle(places: &mut [usize], positions: &[f64], neighbours: &[Vec<(usize, f64)>]) {
    let middle = |place: &usize| {
        let near = neighbours.get(*place).map(Vec::as_slice).unwrap_or_default();
        let (sum, n) = near.iter().fold((0.0, 0.0), |(sum, n), (other, weight)| {
            // A thin ribbon counts too.
            let weight = weight + 1e-6;
            (sum + weight * positions.get(*other).copied().unwrap_or_default(), n + weight)
        });
        let own = positions.get(*place).copied().unwrap_or_default();
        if n > 0.0 { sum / n } else { own }
    };
    places.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
}

/// Puts the nodes among the places of a layer back into the order of their ranks.
fn keep_ranks(places: &mut [usize], ranks: &[usize]) {
    let is_node = |place: &usize| *place < ranks.len();
    let mut nodes: Vec<usize> = places.iter().copied().filter(is_node).collect();
    nodes.sort_by_key(|node| at(ranks, *node));
    let slots = places.iter_mut().filter(|place| is_node(place));
    for (slot, node) in slots.zip(nodes) {
        *slot = node;
    }
}

/// Of each place its position in its layer, from 0 at the top to 1: layers of different size compare.
fn positions(order: &[Vec<usize>], n_places: usize) -> Vec<f64> {
    let mut positions = vec![0.0; n_places];
    for layer in order {
        for (rank, place) in layer.iter().enumerate() {
            set(&mut positions, *place, (rank as f64 + 0.5) / layer.len() as f64);
        }
    }
    positions
}

/// Pairs of segments between the same layers that cross.
fn crossings(order: &[Vec<usize>], n_places: usize, segments: &[Segment]) -> usize {
    let positions = positions(order, n_places);
    let mut layer_of = vec![0_usize; n_places];
    for (layer, places) in order.iter().enumerate() {
        for place in places {
            set(&mut layer_of, *place, layer);
        }
    }
    let mut lines: Vec<(usize, f64, f64)> = segments
        .iter()
        .map(|s| {
            let position = |place| positions.get(place).copied().unwrap_or_default();
            (at(&layer_of, s.from), position(s.from), position(s.to))
        })
        .collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    let mut n = 0;
    for (number, a) in lines.iter().enumerate() {
        let rest = lines.iter().skip(number + 1).take_while(|b| b.0 == a.0);
        n += rest.filter(|b| a.1 < b.1 && a.2 > b.2).count();
    }
    n
}

pub(crate) fn at(values: &[usize], index: usize) -> usize {
    values.get(index).copied().unwrap_or_default()
}

pub(crate) fn set<T>(values: &mut [T], index: usize, value: T) {
    if let Some(slot) = values.get_mut(index) {
        *slot = value;
    }
}

pub(crate) fn push<T>(lists: &mut [Vec<T>], index: usize, value: T) {
    if let Some(list) = lists.get_mut(index) {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edges(pairs: &[(usize, usize)]) -> Vec<Edge> {
        pairs.iter().map(|(from, to)| Edge { from: *from, to: *to, weight: 1.0 }).collect()
    }

    fn numbers(n_nodes: usize) -> Vec<usize> {
        (0..n_nodes).collect()
    }

    #[test]
    fn a_chain_is_one_node_per_layer() {
        let chain = layers(&numbers(3), &edges(&[(0, 1), (1, 2)]));
        assert_eq!(chain.order, [[0], [1], [2]]);
    }

    #[test]
    fn what_closes_a_cycle_goes_back() {
        let cycle = layers(&numbers(3), &edges(&[(0, 1), (1, 2), (2, 0), (1, 1)]));
        assert_eq!(cycle.order, [[0], [1], [2]]);
        assert_eq!(cycle.routes[2..], [Route::Back, Route::Back]);
    }

    #[test]
    fn a_source_stands_before_what_it_feeds() {
        let late = layers(&numbers(4), &edges(&[(0, 1), (1, 2), (3, 2)]));
        assert_eq!(late.order, [vec![0], vec![1, 3], vec![2]]);
    }

    #[test]
    fn a_long_edge_has_a_place_in_every_layer() {
        let long = layers(&numbers(3), &edges(&[(0, 1), (1, 2), (0, 2)]));
        assert_eq!(long.routes[2], Route::Forward(vec![0, 3, 2]));
        assert!(long.order[1].contains(&3));
    }

    #[test]
    fn nodes_keep_their_ranks_and_long_edges_make_way() {
        let pairs = edges(&[(0, 3), (1, 2), (0, 1), (2, 4), (0, 4)]);
        let found = layers(&[0, 1, 9, 5, 2], &pairs);
        for places in &found.order {
            let ranks: Vec<usize> =
                places.iter().filter_map(|place| [0, 1, 9, 5, 2].get(*place)).copied().collect();
            assert!(ranks.is_sorted(), "{places:?}");
        }
        let segments = segments(&pairs, &found.routes);
        assert_eq!(crossings(&found.order, found.n_places, &segments), 0);
    }

    #[test]
    fn a_long_cycle_ends() {
        let n = 2_000;
        let pairs: Vec<(usize, usize)> = (0..n).map(|node| (node, (node + 1) % n)).collect();
        assert_eq!(layers(&numbers(n), &edges(&pairs)).order.len(), n);
    }

    proptest! {
        #[test]
        fn every_edge_goes_one_layer_on_or_back(
            pairs in prop::collection::vec((0_usize..20, 0_usize..20), 0..60),
        ) {
            let found = layers(&numbers(20), &edges(&pairs));
            let layer_of = |place: usize| found.order.iter().position(|l| l.contains(&place)).unwrap();
            let n_places: usize = found.order.iter().map(Vec::len).sum();
            prop_assert_eq!(n_places, found.n_places);
            for ((from, to), route) in pairs.iter().zip(&found.routes) {
                if let Route::Forward(places) = route {
                    prop_assert_eq!((places.first(), places.last()), (Some(from), Some(to)));
                    for pair in places.windows(2) {
                        prop_assert_eq!(layer_of(pair[1]), layer_of(pair[0]) + 1);
                    }
                }
            }
            prop_assert_eq!(layers(&numbers(20), &edges(&pairs)).order, found.order);
        }
    }
}
