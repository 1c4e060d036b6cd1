//! The picture of the evidence's tail: how many hours reached so many nats, sparse streams and others.

use super::null::{Row, rows};
use hw_sim::{Heard, TAIL_NATS};
use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 44.0;
const TOP: f64 = 40.0;

/// From this evidence on a window may be looked at exactly: the screen of the coarsest scale.
const SCREEN_NATS: f64 = 16.2;

/// Evidence up to which is drawn.
const NATS_MAX: f64 = 32.0;

/// An SVG of hours in a stream-year that reached so much evidence, on a logarithmic scale.
pub(super) fn tail(heard: &[Heard]) -> String {
    let rows = rows(heard);
    let families = || rows.iter().filter(|row| row.name != "all");
    let sparse = line(families().filter(|row| row.name.starts_with("sparse")));
    let others = line(families().filter(|row| !row.name.starts_with("sparse")));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<title>Evidence in null streams</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"18\">Hours per stream-month in which the evidence reached so many \
         nats, nothing having happened</text>\n"
    );
    for exponent in -4..=2 {
        let y = y_of(10f64.powi(exponent));
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - 16.0,
            LEFT - 6.0,
            y + 4.0,
            10f64.powi(exponent)
        );
    }
    for nats in (6..=32).step_by(2) {
        let x = x_of(f64::from(nats));
        let y = HEIGHT - BOTTOM + 18.0;
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{nats}</text>");
    }
    let screen = x_of(SCREEN_NATS);
    let _ = writeln!(
        svg,
        "<line x1=\"{screen:.1}\" x2=\"{screen:.1}\" y1=\"{TOP}\" y2=\"{}\" stroke=\"#b00\" \
         stroke-dasharray=\"4 3\"/><text x=\"{:.1}\" y=\"{}\" fill=\"#b00\">no window is looked at \
         exactly below this</text>",
        HEIGHT - BOTTOM,
        screen + 6.0,
        TOP + 12.0
    );
    for (points, colour, name, y) in
        [(sparse, "#06c", "sparse families", 60.0), (others, "#c60", "other families", 78.0)]
    {
        let _ = writeln!(
            svg,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"{colour}\">{name}</text>",
            screen + 6.0,
            y + 12.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// The points of some families together, as long as there is something to draw.
fn line<'a>(rows: impl Iterator<Item = &'a Row<'a>>) -> String {
    let (mut months, mut hours) = (0, [0; TAIL_NATS.len()]);
    for row in rows {
        months += row.months;
        hours.iter_mut().zip(row.tail).for_each(|(sum, hours)| *sum += hours);
    }
    let points = TAIL_NATS.iter().zip(hours).filter(|(_, hours)| *hours > 0);
    let points = points.map(|(nats, hours)| {
        format!("{:.1},{:.1}", x_of(*nats), y_of(hours as f64 / months.max(1) as f64))
    });
    points.collect::<Vec<String>>().join(" ")
}

fn x_of(nats: f64) -> f64 {
    LEFT + (nats - 6.0) / (NATS_MAX - 6.0) * (WIDTH - LEFT - 24.0)
}

fn y_of(per_month: f64) -> f64 {
    let decades = (per_month.max(1e-4).log10() + 4.0) / 6.5;
    HEIGHT - BOTTOM - decades * (HEIGHT - BOTTOM - TOP)
}
