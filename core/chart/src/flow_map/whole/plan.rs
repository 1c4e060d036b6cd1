//! Where bars and hops of the whole map lie.
//!
//! Every layer is a column with its services one below the other, moved towards their neighbours. Where
//! there are more layers than columns, the flow goes on in a row below. Hops keep no places in the layers
//! that they pass: with thousands of them these would be most of the map.

use super::super::chosen::Chosen;
use super::super::flat::flat;
use super::super::layers::Edge;
use super::super::layout::spread;
use crate::svg::Path;
use crate::words::{NAME_PX, Rect};

/// Thickness of a bar.
pub(crate) const BAR_PX: f64 = 6.0;
/// Room for the names of the last layer.
const LAST_PX: f64 = 120.0;
/// A bar is to be seen even where next to nothing flows.
const BAR_PX_MIN: f64 = 3.0;
/// A column has room for lines and for a short name.
const COLUMN_PX_MIN: f64 = 88.0;
/// On a phone a shorter one: rather that than another row.
const PHONE_PX: f64 = 560.0;
const PHONE_COLUMN_PX_MIN: f64 = 72.0;
/// All ribbons of the fullest layer together, and less where there are rows, so that these stay low.
const FLOW_PX: f64 = 180.0;
const FLOW_PX_MIN: f64 = 12.0;
const FLOW_OF_ROWS_PX: f64 = 540.0;
/// A column is about this long, as far as its bars keep within the next two.
const LONG_PX: f64 = 1_500.0;
const ROOM_PX_MIN: f64 = 2.0;
const ROOM_PX_MAX: f64 = 18.0;
const GAP_PX_MIN: f64 = 1.0;
const GAP_PX_MAX: f64 = 8.0;
/// Between rows, and left and right for loops.
const ROWS_APART_PX: f64 = 28.0;
const SIDE_PX: f64 = 14.0;
/// Rounds in which bars move towards their neighbours.
const ROUNDS: usize = 4;
/// How far a loop back reaches out beside its bars.
const LOOP_PX: f64 = 13.0;

/// The whole map, laid out.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Of each service its bar.
    pub(crate) bars: Vec<Rect>,
    /// From one layer to the next.
    pub(crate) column: f64,
    /// Where names end.
    pub(crate) right: f64,
    /// Pixels per item.
    pub(crate) scale: f64,
    /// Where it begins and ends.
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    /// Of each hop its way.
    ways: Vec<Way>,
}

/// Where a hop runs: from the right edge of a bar to the left edge of another.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way {
    /// Its beginning edge at both ends.
    pub(crate) from: (f64, f64),
    pub(crate) to: (f64, f64),
    /// How wide it is.
    pub(crate) size: f64,
    /// Whether it leads on in its row, and not back or to another row.
    pub(crate) leads_on: bool,
}

impl Plan {
    /// Lays the map out below `top`.
    pub(crate) fn new(chosen: &Chosen<'_>, width: f64, top: f64) -> Self {
        let order = flat(chosen.services.len(), &chosen.edges);
        let column_px_min = if width < PHONE_PX { PHONE_COLUMN_PX_MIN } else { COLUMN_PX_MIN };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "3 to 27")]
        let n_columns = (((width - 2.0 * SIDE_PX) / column_px_min).floor().max(1.0)) as usize;
        let n_columns = n_columns.min(order.len()).max(1);
        // The last column needs room for names only.
        let last_px = LAST_PX.min((width - 2.0 * SIDE_PX) / n_columns as f64);
        let column = match n_columns {
            1 => width - 2.0 * SIDE_PX,
            n => (width - 2.0 * SIDE_PX - last_px) / (n as f64 - 1.0),
        };
        let flows = flows(chosen.services.len(), &chosen.edges);
        let total = |layer: &Vec<usize>| layer.iter().map(|node| of(&flows, *node)).sum::<f64>();
        let most = order.iter().map(total).fold(0.0, f64::max);
        let n_rows = order.len().div_ceil(n_columns).max(1);
        let flow_px = (FLOW_OF_ROWS_PX / n_rows as f64).clamp(FLOW_PX_MIN, FLOW_PX);
        let scale = if most > 0.0 { flow_px / most } else { 0.0 };
        let mut plan = Self {
            bars: vec![Rect::sized(0.0, 0.0, 0.0, 0.0); flows.len()],
            column,
            right: width,
            scale,
            top,
            bottom: top,
            ways: Vec::new(),
        };
        let sizes: Vec<f64> = flows.iter().map(|flow| (flow * scale).max(BAR_PX_MIN)).collect();
        let near = near(chosen.services.len(), &chosen.edges);
        for row in order.chunks(n_columns) {
            plan.put_row(row, &sizes, &near);
        }
        let mut row_of = vec![(0, 0); flows.len()];
        for (layer, nodes) in order.iter().enumerate() {
            for node in nodes {
                if let Some(slot) = row_of.get_mut(*node) {
                    *slot = (layer / n_columns, layer);
                }
            }
        }
        let ways = ways(&plan, &chosen.edges, &row_of);
        Self { ways, ..plan }
    }

    /// The way of a hop.
    pub(crate) fn way(&self, hop: usize) -> Option<Way> {
        self.ways.get(hop).copied()
    }

    /// Puts the bars of a row of layers below what is there.
    fn put_row(&mut self, row: &[Vec<usize>], sizes: &[f64], near: &[Vec<usize>]) {
        let longest = row.iter().map(Vec::len).max().unwrap_or_default().max(1);
        let each_px = LONG_PX / longest as f64;
        // A service's line first, then air.
        let gap_px = (each_px - ROOM_PX_MAX).clamp(GAP_PX_MIN, GAP_PX_MAX);
        let room_px = (each_px - gap_px).clamp(ROOM_PX_MIN, ROOM_PX_MAX);
        let rooms: Vec<f64> = sizes.iter().map(|size| size.max(room_px)).collect();
        let needed = |layer: &Vec<usize>| -> f64 {
            layer.iter().map(|node| of(&rooms, *node) + gap_px).sum::<f64>() - gap_px
        };
        let across = row.iter().map(needed).fold(0.0, f64::max);
        let mut starts = vec![0.0; rooms.len()];
        let mut is_here = vec![false; rooms.len()];
        for layer in row {
            let mut start = (across - needed(layer)) / 2.0;
            for node in layer {
                set(&mut starts, *node, start);
                set(&mut is_here, *node, true);
                start += of(&rooms, *node) + gap_px;
            }
        }
        for round in 0..ROUNDS {
            for step in 0..row.len() {
                let at = if round.is_multiple_of(2) { step } else { row.len() - 1 - step };
                let Some(layer) = row.get(at) else { continue };
                let wanted = layer.iter().map(|node| {
                    let others = near.get(*node).into_iter().flatten();
                    let others = others.filter(|other| is_here.get(**other) == Some(&true));
                    let middle = |other: &usize| of(&starts, *other) + of(&rooms, *other) / 2.0;
                    let (sum, n) =
                        others.fold((0.0, 0.0), |(sum, n), o| (sum + middle(o), n + 1.0));
                    let own = of(&starts, *node);
                    if n > 0.0 { sum / n - of(&rooms, *node) / 2.0 } else { own }
                });
                let moved = spread(&wanted.collect::<Vec<_>>(), layer, &rooms, gap_px, across);
                for (node, start) in layer.iter().zip(moved) {
                    set(&mut starts, *node, start);
                }
            }
        }
        let top = self.bottom + 12.0;
        for (number, layer) in row.iter().enumerate() {
            let x = SIDE_PX + self.column * number as f64;
            for node in layer {
                let (size, room) = (of(sizes, *node), of(&rooms, *node));
                let y = top + of(&starts, *node) + (room - size) / 2.0;
                if let Some(bar) = self.bars.get_mut(*node) {
                    *bar = Rect::sized(x, y, BAR_PX, size);
                }
            }
        }
        self.bottom = top + across + ROWS_APART_PX - 12.0;
    }
}

impl Way {
    /// The line along its middle, in whole pixels: thousands of them are to be few bytes.
    pub(crate) fn line(&self, path: Path) -> Path {
        let half = self.size / 2.0;
        let (x0, y0) = (self.from.0.round(), (self.from.1 + half).round());
        let (x1, y1) = (self.to.0.round(), (self.to.1 + half).round());
        if self.leads_on || x1 > x0 + BAR_PX {
            let half_way = ((x1 - x0) / 2.0).round();
            return path
                .to(x0, y0)
                .bend([(half_way, 0.0), (x1 - x0 - half_way, y1 - y0)], (x1 - x0, y1 - y0));
        }
        // Back to its own bar it goes over it, and else around both.
        let up = if (y1 - y0).abs() < 1.0 { NAME_PX } else { 0.0 };
        let out = (LOOP_PX, -up);
        path.to(x0, y0).bend([out, (x1 - x0 - LOOP_PX, y1 - y0 - up)], (x1 - x0, y1 - y0))
    }

    /// The outline of a part of a ribbon.
    pub(crate) fn band(&self, offset: f64, size: f64) -> Path {
        let ((x0, y0), (x1, y1)) = (self.from, self.to);
        let middle = f64::midpoint(x0, x1);
        let (a, b) = (y0 + offset, y1 + offset);
        Path::default()
            .to(x0, a)
            .curve([(middle, a), (middle, b), (x1, b)])
            .line(x1, b + size)
            .curve([(middle, b + size), (middle, a + size), (x0, a + size)])
            .close()
    }

    /// The point on its middle at a share of its way.
    pub(crate) fn at(&self, share: f64) -> (f64, f64) {
        let swung = share * share * (3.0 - 2.0 * share);
        let x = self.from.0 + (self.to.0 - self.from.0) * share;
        (x, self.from.1 + (self.to.1 - self.from.1) * swung + self.size / 2.0)
    }
}

/// Of each service the more of what comes in and what goes out.
fn flows(n_nodes: usize, edges: &[Edge]) -> Vec<f64> {
    let (mut into, mut out) = (vec![0.0; n_nodes], vec![0.0; n_nodes]);
    for edge in edges.iter().filter(|edge| edge.from != edge.to) {
        let (more, less) = (of(&out, edge.from) + edge.weight, of(&into, edge.to) + edge.weight);
        set(&mut out, edge.from, more);
        set(&mut into, edge.to, less);
    }
    into.iter().zip(&out).map(|(into, out): (&f64, &f64)| into.max(*out)).collect()
}

fn near(n_nodes: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); n_nodes];
    for edge in edges.iter().filter(|edge| edge.from != edge.to) {
        for (node, other) in [(edge.from, edge.to), (edge.to, edge.from)] {
            if let Some(near) = near.get_mut(node) {
                near.push(other);
            }
        }
    }
    near
}

/// The ways of all hops: at its bar each lies beside the others, in the order of where they lead.
fn ways(plan: &Plan, edges: &[Edge], row_of: &[(usize, usize)]) -> Vec<Way> {
    let bar = |node: usize| plan.bars.get(node).copied().unwrap_or(Rect::sized(0.0, 0.0, 0.0, 0.0));
    let middle = |node: usize| f64::midpoint(bar(node).y0, bar(node).y1);
    let beside = |end: fn(&Edge) -> (usize, usize)| {
        let mut placed = vec![0.0; edges.len()];
        let mut sorted: Vec<(usize, f64, usize)> = edges
            .iter()
            .enumerate()
            .map(|(number, edge)| (end(edge).0, middle(end(edge).1), number))
            .collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for group in sorted.chunk_by(|a, b| a.0 == b.0) {
            let size = |number: usize| edges.get(number).map_or(0.0, |e| e.weight * plan.scale);
            let total: f64 = group.iter().map(|(.., number)| size(*number)).sum();
            let Some((node, ..)) = group.first() else { continue };
            let mut start = middle(*node) - total / 2.0;
            for (.., number) in group {
                set(&mut placed, *number, start);
                start += size(*number);
            }
        }
        placed
    };
    let (starts, ends) = (beside(|edge| (edge.from, edge.to)), beside(|edge| (edge.to, edge.from)));
    let way = |(number, edge): (usize, &Edge)| {
        let (a, b) = (row_of.get(edge.from), row_of.get(edge.to));
        let leads_on = a.zip(b).is_some_and(|(a, b)| a.0 == b.0 && a.1 < b.1);
        Way {
            from: (bar(edge.from).x1, of(&starts, number)),
            to: (bar(edge.to).x0, of(&ends, number)),
            size: edge.weight * plan.scale,
            leads_on,
        }
    };
    edges.iter().enumerate().map(way).collect()
}

fn of(values: &[f64], at: usize) -> f64 {
    values.get(at).copied().unwrap_or_default()
}

fn set<T>(values: &mut [T], at: usize, value: T) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}
