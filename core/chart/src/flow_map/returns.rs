//! Lines back: hops that close a cycle, thin, around the map instead of through it.
//!
//! A ribbon against the flow would cross everything. On a wide map a line back leaves its bar at the top,
//! runs above the map and comes down at its goal; on a map that runs downwards it goes along the right.

use super::FlowHop;
use super::canvas::{CHANNELS_MAX, Canvas, Turn};
use super::chosen::Chosen;
use super::labels::{amount, write_on_line};
use super::layers::Edge;
use crate::pen::{Fill, Pen, Stroke};
use crate::svg::Path;
use crate::words::Anchor;

const CORNER_PX: f64 = 5.0;
/// Between lines that run beside each other.
const LINE_PX: f64 = 10.0;

/// A line back: the hop, its bars, and the channel in which it runs, 0 next to the map.
struct Return<'c> {
    hop: &'c FlowHop,
    edge: Edge,
    channel: f64,
}

/// Draws the lines back.
pub(crate) fn draw(pen: &mut Pen<'_>, canvas: &Canvas, chosen: &Chosen<'_>) {
    for back in returns(canvas, chosen) {
        pen.open_link("hop", back.hop.href.as_deref(), &back.hop.sentence(chosen.tense));
        match canvas.turn {
            Turn::Right => draw_above(pen, canvas, &back),
            Turn::Down => draw_beside(pen, canvas, &back),
        }
        pen.close();
    }
}

/// Writes on the lines how much goes back, where there is room.
pub(crate) fn write(pen: &mut Pen<'_>, canvas: &Canvas, chosen: &Chosen<'_>) {
    for back in returns(canvas, chosen) {
        let text = format!("back {}", amount(back.hop.now(), chosen.tense));
        let (start, end) = (canvas.bar(back.edge.from), canvas.bar(back.edge.to));
        match canvas.turn {
            Turn::Right => {
                let (y, x) = (above(canvas, &back) + 4.0, up_x(canvas, &back) - 12.0);
                let places = [0.0, 50.0, 100.0, 150.0].map(|dx| (x - dx, y));
                let places = places.into_iter().filter(|(x, _)| x - 70.0 > end.x0);
                // A line to its own bar has no length to write on.
                let own = (back.edge.from == back.edge.to).then_some((x - 8.0, y));
                write_on_line(pen, &text, Anchor::End, places.chain(own));
            }
            Turn::Down => {
                let x = beside(canvas, &back) + 4.0;
                let places = [0.5, 0.35, 0.65, 0.2, 0.8]
                    .map(|share| (x, end.y0 + (start.y0 - end.y0) * share));
                let places = places.into_iter().filter(|_| back.edge.from != back.edge.to);
                write_on_line(pen, &text, Anchor::End, places);
            }
        }
    }
}

/// Lines back, the short ones next to the map, so that few cross.
fn returns<'c>(canvas: &Canvas, chosen: &Chosen<'c>) -> Vec<Return<'c>> {
    let hops = chosen.hops.iter().zip(&chosen.edges).zip(&canvas.map.ribbons);
    let back = hops.filter(|(_, ribbon)| ribbon.is_none()).map(|(hop, _)| hop);
    let mut back: Vec<(&FlowHop, Edge)> = back.map(|(hop, edge)| (*hop, *edge)).collect();
    back.sort_by_key(|(_, edge)| canvas.layer(edge.from).abs_diff(canvas.layer(edge.to)));
    let channels = (0..CHANNELS_MAX).cycle().map(f64::from);
    let numbered = back.into_iter().zip(channels);
    numbered.map(|((hop, edge), channel)| Return { hop, edge, channel }).collect()
}

/// The height at which a line runs above the map.
fn above(canvas: &Canvas, back: &Return<'_>) -> f64 {
    canvas.top - 4.0 - back.channel * LINE_PX
}

/// The place at which a line runs beside a map that runs downwards.
fn beside(canvas: &Canvas, back: &Return<'_>) -> f64 {
    canvas.across0 + canvas.map.across + 7.0 + back.channel * LINE_PX
}

/// How far from its bars a line goes up and comes down: not all at one place.
fn aside(back: &Return<'_>) -> f64 {
    7.0 + (back.channel % 3.0) * 3.0
}

/// The side of its bar at which a line leaves: the one where no name stands.
fn start_x(canvas: &Canvas, back: &Return<'_>) -> f64 {
    let bar = canvas.bar(back.edge.from);
    let is_last = canvas.layer(back.edge.from) + 1 == canvas.map.n_layers;
    if is_last && back.edge.from != back.edge.to { bar.x1 } else { bar.x0 }
}

/// Where a line goes up.
fn up_x(canvas: &Canvas, back: &Return<'_>) -> f64 {
    let from = start_x(canvas, back);
    if from > canvas.bar(back.edge.from).x0 { from + aside(back) } else { from - aside(back) }
}

fn draw_above(pen: &mut Pen<'_>, canvas: &Canvas, back: &Return<'_>) {
    let (start, end) = (canvas.bar(back.edge.from), canvas.bar(back.edge.to));
    let (y, aside) = (above(canvas, back), aside(back));
    let is_own = back.edge.from == back.edge.to;
    let down_x = end.x0 - aside - if is_own { 9.0 } else { 0.0 };
    let goal_y = end.y0 + 10.0;
    let (from_x, up_x) = (start_x(canvas, back), up_x(canvas, back));
    let points = [
        (from_x, start.y0 + 3.0),
        (up_x, start.y0 + 3.0),
        (up_x, y),
        (down_x, y),
        (down_x, goal_y),
        (end.x0 - 1.0, goal_y),
    ];
    let head = [(end.x0, goal_y), (end.x0 - 6.0, goal_y - 3.5), (end.x0 - 6.0, goal_y + 3.5)];
    draw_line(pen, back.hop, &points, head);
}

fn draw_beside(pen: &mut Pen<'_>, canvas: &Canvas, back: &Return<'_>) {
    let (start, end) = (canvas.bar(back.edge.from), canvas.bar(back.edge.to));
    let x = beside(canvas, back);
    let is_own = back.edge.from == back.edge.to;
    let (from_y, goal_y) = (start.y0 + 8.0, end.y0 + if is_own { -6.0 } else { 3.0 });
    let goal_x = if is_own { end.x1 - 8.0 } else { end.x1 };
    let mut points = vec![(start.x1, from_y), (x, from_y), (x, goal_y), (goal_x + 1.0, goal_y)];
    let mut head = [(goal_x, goal_y), (goal_x + 6.0, goal_y - 3.5), (goal_x + 6.0, goal_y + 3.5)];
    if is_own {
        // Down into its own bar.
        points.push((goal_x + 1.0, end.y0));
        head = [
            (goal_x + 1.0, end.y0 + 1.0),
            (goal_x - 2.5, end.y0 - 5.0),
            (goal_x + 4.5, end.y0 - 5.0),
        ];
    }
    draw_line(pen, back.hop, &points, head);
}

/// Draws a line with round corners and an arrow head, on a rim of the ground.
fn draw_line(pen: &mut Pen<'_>, hop: &FlowHop, points: &[(f64, f64)], head: [(f64, f64); 3]) {
    let path = rounded(points);
    let ink = if hop.surplus() + hop.missing() > 0.0 { pen.inks.alarm } else { pen.inks.ink2 };
    pen.polyline(&path, Stroke::solid(pen.inks.surface, 4.0));
    pen.polyline(&path, Stroke::solid(ink, 1.4));
    pen.path(&Path::default().lines(head).close(), Fill::Ink(ink), None);
}

/// Lines through points with their corners rounded.
pub(crate) fn rounded(points: &[(f64, f64)]) -> Path {
    let Some(first) = points.first() else { return Path::default() };
    let mut path = Path::default().to(first.0, first.1);
    for three in points.windows(3) {
        let [a, b, c] = three else { continue };
        let (before, after) = (towards(*b, *a), towards(*b, *c));
        path = path.line(before.0, before.1).corner(*b, after);
    }
    points.last().map_or(path.clone(), |last| path.line(last.0, last.1))
}

/// The point a corner's radius from `from` towards `to`, half way at most.
fn towards(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    let share = if length > 0.0 { (CORNER_PX / length).min(0.5) } else { 0.0 };
    (from.0 + dx * share, from.1 + dy * share)
}
