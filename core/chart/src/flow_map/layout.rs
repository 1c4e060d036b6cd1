//! Where bars and ribbons of a flow map lie, along the flow and across it.
//!
//! One layout for both ways a map is drawn: "along" is from left to right on a wide page and downwards on
//! a phone. A bar is as wide as all that comes in or goes out, whichever is more; ribbons are as wide as
//! their items per minute, on one scale for the whole map. Bars move towards their neighbours as far as
//! their order allows: for one layer that is an isotonic regression, solved exactly by pooling.

use super::layers::{Edge, Layers, Route, layers};

/// Rounds in which bars move towards their neighbours.
const ROUNDS: usize = 12;

/// What a map is to be laid out into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Width of the widest layer's ribbons together.
    pub(crate) flow_px: f64,
    /// Between neighbours in a layer.
    pub(crate) gap_px: f64,
    /// All there is across, if there is a limit.
    pub(crate) across_px: Option<f64>,
    /// Room that every bar keeps across.
    pub(crate) room_px: f64,
}

/// A bar or the place of a long ribbon: where it begins across, and how wide it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent {
    pub(crate) from: f64,
    pub(crate) size: f64,
}

/// A ribbon: in each layer it passes, where it begins across.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ribbon {
    /// Layer and beginning, from its start to its end.
    pub(crate) stations: Vec<(usize, f64)>,
    /// How wide it is.
    pub(crate) size: f64,
}

/// A map laid out.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// Of each node its layer and bar.
    pub(crate) bars: Vec<(usize, Extent)>,
    /// Of each edge its ribbon; none if it goes back.
    pub(crate) ribbons: Vec<Option<Ribbon>>,
    /// Number of layers.
    pub(crate) n_layers: usize,
    /// All of it across.
    pub(crate) across: f64,
    /// Pixels per unit of weight.
    pub(crate) scale: f64,
}

/// Lays out nodes and weighted edges, the nodes of a layer in the order of their ranks. `last` says which nodes stand last in their layer, because
/// something is drawn below them.
pub(crate) fn layout(ranks: &[usize], edges: &[Edge], last: &[bool], frame: Frame) -> Layout {
    let n_nodes = ranks.len();
    let mut layers = layers(ranks, edges);
    let is_last = |place: &usize| last.get(*place).copied().unwrap_or_default();
    for order in &mut layers.order {
        order.sort_by_key(is_last);
    }
    let flows = flows(&layers, edges);
    let (scale, gap) = scale(&layers, &flows, frame);
    let rooms = rooms(&layers, &flows, scale, gap, (n_nodes, frame));
    let across = across(&layers, &rooms, gap, frame);
    let starts = settled(&layers, edges, &rooms, gap, across);
    let extents: Vec<Extent> = starts
        .iter()
        .zip(&rooms)
        .zip(&flows)
        .map(|((start, room), flow)| {
            let size = flow * scale;
            Extent { from: start + (room - size) / 2.0, size }
        })
        .collect();
    let layer_of = layer_of(&layers);
    let bars = (0..n_nodes).map(|node| {
        let extent = extents.get(node).copied().unwrap_or_default();
        (layer_of.get(node).copied().unwrap_or_default(), extent)
    });
    Layout {
        bars: bars.collect(),
        ribbons: ribbons(&layers, edges, &extents, scale),
        n_layers: layers.order.len(),
        across,
        scale,
    }
}

/// Of each place the more of what comes in and what goes out.
fn flows(layers: &Layers, edges: &[Edge]) -> Vec<f64> {
    let (mut into, mut out) = (vec![0.0; layers.n_places], vec![0.0; layers.n_places]);
    for (edge, route) in edges.iter().zip(&layers.routes) {
        let Route::Forward(places) = route else { continue };
        for pair in places.windows(2) {
            if let [from, to] = *pair {
                add(&mut out, from, edge.weight);
                add(&mut into, to, edge.weight);
            }
        }
    }
    into.iter().zip(&out).map(|(into, out): (&f64, &f64)| into.max(*out)).collect()
}

/// Pixels per unit of weight, and the gap, so that the fullest layer fits.
fn scale(layers: &Layers, flows: &[f64], frame: Frame) -> (f64, f64) {
    let total = |order: &[usize]| order.iter().map(|place| get(flows, *place)).sum::<f64>();
    let most = layers.order.iter().map(|order| total(order)).fold(0.0, f64::max);
    let longest = layers.order.iter().map(Vec::len).max().unwrap_or(1).max(2) as f64 - 1.0;
    let Some(limit) = frame.across_px else {
        return (if most > 0.0 { frame.flow_px / most } else { 0.0 }, frame.gap_px);
    };
    // Gaps never take more than half of what there is.
    let gap = frame.gap_px.min(limit * 0.5 / longest);
    let fitting = layers.order.iter().filter_map(|order| {
        let total = total(order);
        let left = limit - gap * (order.len() as f64 - 1.0);
        (total > 0.0).then_some(left.min(frame.flow_px) / total)
    });
    let scale = fitting.reduce(f64::min).unwrap_or_default();
    (scale, gap)
}

/// The room of each place: its flow, and at least what a bar keeps, where the layer has that much.
fn rooms(
    layers: &Layers,
    flows: &[f64],
    scale: f64,
    gap: f64,
    (n_nodes, frame): (usize, Frame),
) -> Vec<f64> {
    let mut rooms = vec![0.0; layers.n_places];
    for order in &layers.order {
        let kept = |room_px: f64| {
            let room = move |place: &usize| {
                let least = if *place < n_nodes { room_px } else { 0.0 };
                (get(flows, *place) * scale).max(least)
            };
            order.iter().map(room).collect::<Vec<f64>>()
        };
        let wanted = kept(frame.room_px);
        let needed = wanted.iter().sum::<f64>() + gap * (order.len() as f64 - 1.0);
        let is_enough = frame.across_px.is_none_or(|limit| needed <= limit);
        let given = if is_enough { wanted } else { kept(0.0) };
        for (place, room) in order.iter().zip(given) {
            put(&mut rooms, *place, room);
        }
    }
    rooms
}

/// All that is needed across.
fn across(layers: &Layers, rooms: &[f64], gap: f64, frame: Frame) -> f64 {
    let needed = |order: &Vec<usize>| {
        let rooms: f64 = order.iter().map(|place| get(rooms, *place)).sum();
        rooms + gap * (order.len() as f64 - 1.0).max(0.0)
    };
    let needed = layers.order.iter().map(needed).fold(0.0, f64::max);
    frame.across_px.map_or(needed, |limit| limit.max(needed))
}

/// Where each place begins across, after moving towards its neighbours.
fn settled(layers: &Layers, edges: &[Edge], rooms: &[f64], gap: f64, across: f64) -> Vec<f64> {
    let mut near: Vec<Vec<(usize, f64)>> = vec![Vec::new(); layers.n_places];
    for (edge, route) in edges.iter().zip(&layers.routes) {
        let Route::Forward(places) = route else { continue };
        for pair in places.windows(2) {
            if let [from, to] = *pair {
                // Even a ribbon of no width draws a little.
                let weight = edge.weight + 1e-6;
                for (place, other) in [(from, to), (to, from)] {
                    if let Some(near) = near.get_mut(place) {
                        near.push((other, weight));
                    }
                }
            }
        }
    }
    let mut starts = vec![0.0; layers.n_places];
    for order in &layers.order {
        let total: f64 = order.iter().map(|place| get(rooms, *place)).sum();
        let mut at = (across - total - gap * (order.len() as f64 - 1.0)) / 2.0;
        for place in order {
            put(&mut starts, *place, at);
            at += get(rooms, *place) + gap;
        }
    }
    for round in 0..ROUNDS {
        for step in 0..layers.order.len() {
            let layer = if round.is_multiple_of(2) { step } else { layers.order.len() - 1 - step };
            let Some(order) = layers.order.get(layer) else { continue };
            let wanted = order.iter().map(|place| wanted(*place, &near, &starts, rooms));
            let moved = spread(&wanted.collect::<Vec<_>>(), order, rooms, gap, across);
            for (place, start) in order.iter().zip(moved) {
                put(&mut starts, *place, start);
            }
        }
    }
    starts
}

/// Where a place would begin if it stood in the middle of its neighbours.
fn wanted(place: usize, near: &[Vec<(usize, f64)>], starts: &[f64], rooms: &[f64]) -> f64 {
    let middle = |place| get(starts, place) + get(rooms, place) / 2.0;
    let near = near.get(place).map(Vec::as_slice).unwrap_or_default();
    let (sum, n) = near
        .iter()
        .fold((0.0, 0.0), |(sum, n), (other, weight)| (sum + weight * middle(*other), n + weight));
    if n > 0.0 { sum / n - get(rooms, place) / 2.0 } else { get(starts, place) }
}

/// The beginnings nearest to the wanted ones (least squares) that keep order, gaps and edges: pool
/// adjacent violators, then clamp.
pub(crate) fn spread(
    wanted: &[f64],
    order: &[usize],
    rooms: &[f64],
    gap: f64,
    across: f64,
) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(order.len());
    let mut used = 0.0;
    for place in order {
        offsets.push(used);
        used += get(rooms, *place) + gap;
    }
    // Without their offsets, beginnings must only not fall.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        let mut pool = (wanted - offset, 1);
        while let Some((mean, n)) = pools.pop_if(|(mean, _)| *mean > pool.0) {
            let size = (n + pool.1) as f64;
            pool = ((mean * n as f64 + pool.0 * pool.1 as f64) / size, n + pool.1);
        }
        pools.push(pool);
    }
    let slack = (across - (used - gap)).max(0.0);
    let means =
        pools.into_iter().flat_map(|(mean, n)| std::iter::repeat_n(mean.clamp(0.0, slack), n));
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

/// Ribbons at their bars.
fn ribbons(layers: &Layers, edges: &[Edge], extents: &[Extent], scale: f64) -> Vec<Option<Ribbon>> {
    let layer_of = layer_of(layers);
    let starts =
        at_bars(layers, edges, extents, scale, |places| Some((*places.first()?, *places.get(1)?)));
    let ends = at_bars(layers, edges, extents, scale, |places| {
        Some((*places.last()?, *places.iter().rev().nth(1)?))
    });
    let ribbon = |(number, (edge, route)): (usize, (&Edge, &Route))| {
        let Route::Forward(places) = route else { return None };
        let last = places.len() - 1;
        let station = |(at, place): (usize, &usize)| {
            let from = match at {
                0 => get(&starts, number),
                at if at == last => get(&ends, number),
                _ => extents.get(*place).copied().unwrap_or_default().from,
            };
            (layer_of.get(*place).copied().unwrap_or_default(), from)
        };
        let stations = places.iter().enumerate().map(station).collect();
        Some(Ribbon { stations, size: edge.weight * scale })
    };
    edges.iter().zip(&layers.routes).enumerate().map(ribbon).collect()
}

/// Where each ribbon begins at the bar of one of its ends: side by side around the bar's middle, in the
/// order of the places they come from or go to, so that none crosses another there. `ends` gives of a
/// route its bar and the place next to it.
fn at_bars(
    layers: &Layers,
    edges: &[Edge],
    extents: &[Extent],
    scale: f64,
    ends: impl Fn(&[usize]) -> Option<(usize, usize)>,
) -> Vec<f64> {
    let middle = |place: usize| {
        let extent = extents.get(place).copied().unwrap_or_default();
        extent.from + extent.size / 2.0
    };
    let mut at_bar: Vec<Vec<(usize, f64)>> = vec![Vec::new(); layers.n_places];
    for (number, route) in layers.routes.iter().enumerate() {
        let Route::Forward(places) = route else { continue };
        let Some((bar, next)) = ends(places) else { continue };
        if let Some(list) = at_bar.get_mut(bar) {
            list.push((number, middle(next)));
        }
    }
    let mut placed = vec![0.0; edges.len()];
    for (bar, list) in at_bar.iter_mut().enumerate() {
        list.sort_by(|a, b| a.1.total_cmp(&b.1));
        let size = |number: usize| edges.get(number).map_or(0.0, |edge| edge.weight * scale);
        let total: f64 = list.iter().map(|(number, _)| size(*number)).sum();
        let mut at = middle(bar) - total / 2.0;
        for (number, _) in list {
            put(&mut placed, *number, at);
            at += size(*number);
        }
    }
    placed
}

fn layer_of(layers: &Layers) -> Vec<usize> {
    let mut layer_of = vec![0; layers.n_places];
    for (layer, order) in layers.order.iter().enumerate() {
        for place in order {
            if let Some(slot) = layer_of.get_mut(*place) {
                *slot = layer;
            }
        }
    }
    layer_of
}

fn get(values: &[f64], index: usize) -> f64 {
    values.get(index).copied().unwrap_or_default()
}

fn put(values: &mut [f64], index: usize, value: f64) {
    if let Some(slot) = values.get_mut(index) {
        *slot = value;
    }
}

fn add(values: &mut [f64], index: usize, value: f64) {
    if let Some(slot) = values.get_mut(index) {
        *slot += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIDE: Frame = Frame { flow_px: 160.0, gap_px: 30.0, across_px: None, room_px: 0.0 };
    const PHONE: Frame =
        Frame { flow_px: 200.0, gap_px: 20.0, across_px: Some(320.0), room_px: 0.0 };

    fn edge(from: usize, to: usize, weight: f64) -> Edge {
        Edge { from, to, weight }
    }

    fn numbers(n_nodes: usize) -> Vec<usize> {
        (0..n_nodes).collect()
    }

    #[test]
    fn a_chain_is_straight() {
        let chain = layout(&numbers(3), &[edge(0, 1, 10.0), edge(1, 2, 10.0)], &[], WIDE);
        let ribbons: Vec<&Ribbon> = chain.ribbons.iter().flatten().collect();
        assert!(ribbons.iter().all(|r| (r.stations[0].1 - r.stations[1].1).abs() < 1e-6));
        assert!((ribbons[0].size - 160.0).abs() < 1e-6);
    }

    #[test]
    fn who_asks_stands_last() {
        let edges = [edge(0, 1, 1.0), edge(0, 2, 5.0)];
        let bars = layout(&numbers(3), &edges, &[false, true, false], WIDE).bars;
        assert!(bars[1].1.from > bars[2].1.from);
    }

    #[test]
    fn pooling_keeps_order_and_gaps() {
        let rooms = [10.0, 10.0, 10.0];
        let moved = spread(&[50.0, 0.0, 200.0], &[0, 1, 2], &rooms, 5.0, 100.0);
        assert_eq!(moved, [17.5, 32.5, 90.0]);
    }

    fn graphs() -> impl Strategy<Value = (usize, Vec<Edge>)> {
        let edges = prop::collection::vec((0_usize..12, 0_usize..12, 0.0..1e6_f64), 0..60);
        edges.prop_map(|edges| (12, edges.into_iter().map(|(a, b, w)| edge(a, b, w)).collect()))
    }

    proptest! {
        #[test]
        fn ribbons_add_up_to_their_bars((n, edges) in graphs()) {
            for frame in [WIDE, PHONE] {
                let map = layout(&numbers(n), &edges, &[], frame);
                for (node, (_, bar)) in map.bars.iter().enumerate() {
                    let side = |end: fn(&Edge) -> usize| -> f64 {
                        let ribbons = edges.iter().zip(&map.ribbons);
                        let own = ribbons.filter(|(edge, _)| end(edge) == node);
                        own.filter_map(|(_, r)| r.as_ref()).map(|r| r.size).sum()
                    };
                    let (out, into) = (side(|e| e.from), side(|e| e.to));
                    prop_assert!((out.max(into) - bar.size).abs() < 1e-6);
                }
            }
        }

        #[test]
        fn bars_keep_apart_and_within((n, edges) in graphs()) {
            for frame in [WIDE, PHONE] {
                let map = layout(&numbers(n), &edges, &[], frame);
                for (at, (layer, a)) in map.bars.iter().enumerate() {
                    prop_assert!(a.from >= -1e-6 && a.from + a.size <= map.across + 1e-6);
                    for (other, b) in map.bars.iter().skip(at + 1) {
                        let apart = a.from + a.size <= b.from + 1e-6 || b.from + b.size <= a.from + 1e-6;
                        prop_assert!(other != layer || apart);
                    }
                }
                prop_assert!(map.across.is_finite() && map.scale.is_finite());
            }
        }

        #[test]
        fn ribbons_of_a_bar_lie_side_by_side((n, edges) in graphs()) {
            let map = layout(&numbers(n), &edges, &[], WIDE);
            for node in 0..n {
                let mut own: Vec<(f64, f64)> = edges.iter().zip(&map.ribbons)
                    .filter(|(edge, _)| edge.from == node)
                    .filter_map(|(_, r)| r.as_ref())
                    .map(|r| (r.stations[0].1, r.size))
                    .collect();
                own.sort_by(|a, b| a.0.total_cmp(&b.0));
                for pair in own.windows(2) {
                    prop_assert!(pair[0].0 + pair[0].1 <= pair[1].0 + 1e-6);
                }
            }
        }
    }
}
