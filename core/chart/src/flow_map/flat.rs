//! Layers without places for long edges: for a map of everything, and for an order that stays.
//!
//! Places for long edges make a small map clear; over hundreds of layers they are many times more than the
//! services. Here an edge may pass any number of layers, and counts once, whatever flows on it: so the
//! order rests on who feeds whom, and not on volumes, which change while people look. A graph whose longest
//! paths are longer than can be read, as cycles make them, is layered by the shortest way to a service
//! instead; edges that then do not lead on are drawn as lines back.

use super::layers::{Edge, SWEEPS, at, back_edges, longest_paths, push, set};

/// Layers by longest paths; with more of them, layers go by shortest ones.
const DEEP_MAX: usize = 24;

/// Nodes in layers, each from top to bottom. Equal edges give equal layers, and ties keep the order of
/// the numbers.
pub(crate) fn flat(n_nodes: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let is_back = back_edges(n_nodes, edges);
    let forward = edges.iter().zip(&is_back).filter(|(_, back)| !**back).map(|(edge, _)| *edge);
    let mut layer_of = longest_paths(n_nodes, &forward.collect::<Vec<_>>());
    if layer_of.iter().max().is_some_and(|last| *last >= DEEP_MAX) {
        layer_of = shortest_paths(n_nodes, edges);
    }
    let n_layers = layer_of.iter().max().map_or(0, |last| last + 1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); n_layers];
    for (node, layer) in layer_of.iter().enumerate() {
        push(&mut order, *layer, node);
    }
    swept(order, edges, &layer_of)
}

/// The layer of each node: its steps from a source, or, where cycles have none, from their first node.
fn shortest_paths(n_nodes: usize, edges: &[Edge]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); n_nodes];
    let mut is_source = vec![true; n_nodes];
    for edge in edges.iter().filter(|edge| edge.from != edge.to) {
        push(&mut out, edge.from, edge.to);
        set(&mut is_source, edge.to, false);
    }
    let mut layer_of: Vec<Option<usize>> = vec![None; n_nodes];
    let sources: Vec<usize> =
        (0..n_nodes).filter(|node| is_source.get(*node) == Some(&true)).collect();
    for starts in std::iter::once(sources).chain((0..n_nodes).map(|node| vec![node])) {
        let mut wave: Vec<usize> =
            starts.into_iter().filter(|node| layer_of.get(*node) == Some(&None)).collect();
        let mut depth = 0;
        while !wave.is_empty() {
            for node in &wave {
                set(&mut layer_of, *node, Some(depth));
            }
            let mut next: Vec<usize> = wave
                .iter()
                .flat_map(|node| out.get(*node).into_iter().flatten())
                .copied()
                .collect();
            next.sort_unstable();
            next.dedup();
            next.retain(|node| layer_of.get(*node) == Some(&None));
            (wave, depth) = (next, depth + 1);
        }
    }
    layer_of.into_iter().map(Option::unwrap_or_default).collect()
}

/// Sweeps to and fro: every node towards the middle of its neighbours on the side swept from.
fn swept(mut order: Vec<Vec<usize>>, edges: &[Edge], layer_of: &[usize]) -> Vec<Vec<usize>> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); layer_of.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); layer_of.len()];
    for edge in edges {
        let (low, high) = if at(layer_of, edge.from) < at(layer_of, edge.to) {
            (edge.from, edge.to)
        } else {
            (edge.to, edge.from)
        };
        if at(layer_of, low) != at(layer_of, high) {
            push(&mut after, low, high);
            push(&mut before, high, low);
        }
    }
    let mut positions = vec![0.0; layer_of.len()];
    for places in &order {
        put_positions(&mut positions, places);
    }
    for sweep in 0..SWEEPS {
        let is_forward = sweep.is_multiple_of(2);
        let neighbours = if is_forward { &before } else { &after };
        for step in 0..order.len() {
            let layer = if is_forward { step } else { order.len() - 1 - step };
            let Some(places) = order.get_mut(layer) else { continue };
            let mut keyed: Vec<(f64, usize)> =
                places.iter().map(|node| (middle(*node, &positions, neighbours), *node)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            *places = keyed.into_iter().map(|(_, node)| node).collect();
            put_positions(&mut positions, places);
        }
    }
    order
}

fn put_positions(positions: &mut [f64], places: &[usize]) {
    for (rank, node) in places.iter().enumerate() {
        set(positions, *node, (rank as f64 + 0.5) / places.len() as f64);
    }
}

/// The middle of a node's neighbours; its own position if it has none.
fn middle(node: usize, positions: &[f64], neighbours: &[Vec<usize>]) -> f64 {
    let position = |node: usize| positions.get(node).copied().unwrap_or_default();
    let near = neighbours.get(node).map(Vec::as_slice).unwrap_or_default();
    if near.is_empty() {
        return position(node);
    }
    near.iter().map(|other| position(*other)).sum::<f64>() / near.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: impl IntoIterator<Item = (usize, usize)>) -> Vec<Edge> {
        pairs.into_iter().map(|(from, to)| Edge { from, to, weight: 1.0 }).collect()
    }

    #[test]
    fn a_chain_has_a_layer_per_node_however_long() {
        let chain = flat(500, &edges((1..500).map(|node| (node - 1, node))));
        assert!(chain.iter().enumerate().all(|(layer, nodes)| *nodes == [layer]));
    }

    #[test]
    fn cycles_do_not_make_it_deep() {
        let ways =
            (0..1_200_usize).flat_map(|n| [1, 7, 31, 411].map(|by| (n, (n * 5 + by) % 1_200)));
        let found = flat(1_200, &edges(ways));
        assert_eq!(found.iter().map(Vec::len).sum::<usize>(), 1_200);
        assert!(found.len() <= DEEP_MAX, "{} layers", found.len());
    }

    #[test]
    fn crossings_that_need_not_be_are_removed() {
        assert_eq!(flat(4, &edges([(0, 3), (1, 2)])), [[0, 1], [3, 2]]);
    }
}
