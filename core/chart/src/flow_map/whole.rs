//! The whole map: every hop there is, for those who ask for it.
//!
//! A map of everything is an overview, not a page to read: hops as usual are thin lines, those of a caller
//! in one path, and only the widest are ribbons; what changed keeps its hatch, its link and, where there
//! is room, its label. Services are named where there is room and have a title elsewhere. What leads back
//! is a thin loop. A flow of many layers goes on below, row by row, as text does.

mod labels;
mod lines;
mod plan;

use super::chosen::Chosen;
use super::{FlowHop, FlowMap, HopState};
use crate::ink::Style;
use crate::pen::{Fill, Pen, Stroke};
use crate::svg::Path;
use lines::{Kind, Lines};
use plan::{Plan, Way};

/// Hops with an element of their own, those that changed first; the others share the line of their caller.
const OWN_MAX: usize = 240;
/// A hop as usual that is wider than this is a ribbon.
const RIBBON_PX: f64 = 3.0;

/// Draws the whole map.
pub(crate) fn draw(data: &FlowMap, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    let chosen = Chosen::whole(data);
    let top = super::write_head(&mut pen, data, &chosen);
    let plan = Plan::new(&chosen, pen.width, top);
    let own = own(&chosen, &plan);
    let shared = |hop: usize| own.binary_search(&hop).is_err();
    let lines = Lines::new(&chosen, &plan, shared);
    lines.draw(&mut pen, Kind::On);
    for state in [HopState::AsUsual, HopState::CarriedOn, HopState::Changed] {
        for number in &own {
            let (Some(hop), Some(way)) = (chosen.hops.get(*number), plan.way(*number)) else {
                continue;
            };
            if hop.state == state {
                pen.open_link("hop", hop.href.as_deref(), &hop.sentence(chosen.tense));
                draw_own(&mut pen, hop, &way, plan.scale);
                pen.close();
            }
        }
    }
    // On top: a thin line would not be seen below ribbons.
    lines.draw(&mut pen, Kind::Back);
    lines.draw(&mut pen, Kind::Changed);
    let n_unlabelled = labels::write(&mut pen, &plan, &chosen);
    let bottom = super::write_below(&mut pen, &chosen, n_unlabelled, plan.bottom);
    pen.finish(bottom + 2.0, &data.title, &super::words_of(data, &chosen))
}

/// The hops with an element of their own, by number: what changed, then the widest.
fn own(chosen: &Chosen<'_>, plan: &Plan) -> Vec<usize> {
    let mut ranked: Vec<(u8, f64, usize)> = Vec::new();
    for (number, hop) in chosen.hops.iter().enumerate() {
        let Some(way) = plan.way(number) else { continue };
        let differs = hop.surplus() + hop.missing();
        match hop.state {
            HopState::Changed => ranked.push((0, differs, number)),
            HopState::CarriedOn => ranked.push((1, differs, number)),
            HopState::AsUsual if way.leads_on && way.size >= RIBBON_PX => {
                ranked.push((2, way.size, number))
            }
            HopState::AsUsual => {}
        }
    }
    ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    let mut own: Vec<usize> = ranked.into_iter().take(OWN_MAX).map(|(.., number)| number).collect();
    own.sort_unstable();
    own
}

/// Draws a hop by itself: a ribbon if it is wide enough and leads on, else a line.
fn draw_own(pen: &mut Pen<'_>, hop: &FlowHop, way: &Way, scale: f64) {
    let inks = pen.inks;
    if !way.leads_on || way.size < RIBBON_PX {
        let path = way.line(Path::default());
        // On a rim of the ground, to be followed across others.
        pen.polyline(&path, Stroke::solid(inks.surface, 4.2));
        let dash = (hop.missing() > 0.0).then_some("4 3");
        pen.polyline(&path, Stroke { ink: inks.alarm, width: 2.2, dash });
        return;
    }
    let (surplus, missing) = (hop.surplus() * scale, hop.missing() * scale);
    let plain = (way.size - surplus - missing).max(0.0);
    let fill = if hop.state == HopState::Changed { Fill::Dense } else { Fill::Thin };
    if missing > 0.0 {
        let outline = Stroke::dashed(inks.alarm, 1.4, "4 3");
        pen.path(&way.band(0.0, missing), Fill::Ink(inks.surface), Some(outline));
    }
    if surplus > 0.0 {
        pen.path(&way.band(missing, surplus), fill, Some(Stroke::solid(inks.alarm, 1.0)));
    }
    if plain > 0.0 {
        let band = way.band(missing + surplus, plain);
        pen.path(&band, Fill::Ink(inks.flow_fill), Some(Stroke::solid(inks.flow, 0.8)));
    }
}
