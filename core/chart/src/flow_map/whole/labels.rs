//! What is written on the whole map: first who takes part in what changed, then what changed, then the
//! other services, the busiest first, as far as there is room.

use super::super::chosen::{Chosen, Service};
use super::super::labels::amount;
use super::super::{FlowHop, HopState, pass_words};
use super::plan::{BAR_PX, Plan, Way};
use crate::answers::shown_name;
use crate::axis::clean;
use crate::pen::{Fill, Pen, Stroke};
use crate::words::{Anchor, Rect, SMALL_PX, Words};
use hw_model::share_words;
use std::collections::BTreeSet;

/// Changed hops that have a label.
const LABELS_MAX: usize = 40;
/// Services with a bar of their own; those beyond share a path and have no name.
const SERVICES_MAX: usize = 1_200;
/// A name that would be shortened to less is left out.
const NAME_PX_MIN: f64 = 30.0;
/// Where a label may stand: shares of its way.
const SPOTS: [f64; 7] = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
/// How far it may stand beside its way.
const ASIDES: [f64; 5] = [0.0, -16.0, 16.0, -22.0, 22.0];

/// Draws bars, and writes names and labels; gives how many changed hops found no room for a label.
pub(crate) fn write(pen: &mut Pen<'_>, plan: &Plan, chosen: &Chosen<'_>) -> usize {
    let changed = |hop: &&FlowHop| hop.state == HopState::Changed;
    let hops = || chosen.hops.iter().copied().enumerate().filter(|(_, hop)| changed(hop));
    let edges = hops().filter_map(|(number, _)| chosen.edges.get(number));
    let on_them: BTreeSet<usize> = edges.flat_map(|edge| [edge.from, edge.to]).collect();
    let mut others: Vec<(f64, usize)> = Vec::new();
    plan.bars.iter().for_each(|bar| pen.keep_free(*bar));
    for (number, service) in chosen.services.iter().enumerate() {
        if !on_them.contains(&number) {
            others.push((service.amount, number));
        }
    }
    others.sort_by(|a, b| b.0.total_cmp(&a.0));
    let others: Vec<usize> = others.into_iter().map(|(_, number)| number).collect();
    let n_first = on_them.len().min(SERVICES_MAX);
    let on_them: Vec<usize> = on_them.into_iter().collect();
    for number in on_them.iter().take(n_first) {
        write_service(pen, plan, chosen, *number);
    }
    let n_unlabelled = write_changed(pen, plan, chosen);
    let rest = on_them.iter().skip(n_first).chain(&others);
    for (at, number) in rest.enumerate() {
        if n_first + at < SERVICES_MAX {
            write_service(pen, plan, chosen, *number);
        } else if let Some(bar) = plan.bars.get(*number) {
            pen.rect(*bar, 0.0, Fill::Ink(pen.inks.ink), None);
        }
    }
    n_unlabelled
}

/// Draws a bar, with its name right of it if there is room, and else with a title.
fn write_service(pen: &mut Pen<'_>, plan: &Plan, chosen: &Chosen<'_>, number: usize) {
    let (Some(service), Some(bar)) = (chosen.services.get(number), plan.bars.get(number)) else {
        return;
    };
    let words = name_words(service, plan, *bar).filter(|words| is_roomy(pen, words, bar));
    pen.open_link("service", service.href, shown_name(service.name));
    pen.rect(*bar, 0.0, Fill::Ink(pen.inks.ink), None);
    match words {
        Some(words) => pen.write(&words.halo(pen.inks.surface)),
        None if service.href.is_some() => {
            pen.svg.element("title").text(shown_name(service.name));
        }
        None => {}
    }
    pen.close();
}

fn name_words(service: &Service<'_>, plan: &Plan, bar: Rect) -> Option<Words> {
    let room = (plan.column - BAR_PX - 12.0).min(plan.right - bar.x1 - 6.0);
    let name = Words::plain(shown_name(service.name)).size(SMALL_PX);
    let name = name.at(bar.x1 + 4.0, f64::midpoint(bar.y0, bar.y1) + 4.2).fit(room);
    (!name.is_cut() || name.width() >= NAME_PX_MIN).then_some(name)
}

/// Whether a name stands free: in its line, where its own bar begins left of it.
fn is_roomy(pen: &Pen<'_>, words: &Words, bar: &Rect) -> bool {
    let rect = words.rect();
    // The pen asks for a little more room than there is between a bar and its name.
    pen.is_free(Rect { x0: bar.x1 + 3.0, y0: rect.y0 + 1.5, y1: rect.y1 - 1.5, ..rect })
}

/// Labels of what changed, the largest difference first.
fn write_changed(pen: &mut Pen<'_>, plan: &Plan, chosen: &Chosen<'_>) -> usize {
    let mut changed: Vec<(f64, &FlowHop, Way)> = Vec::new();
    for (number, hop) in chosen.hops.iter().copied().enumerate() {
        if let Some(way) = plan.way(number).filter(|_| hop.state == HopState::Changed) {
            changed.push(((hop.now() - hop.usual()).abs(), hop, way));
        }
    }
    changed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n_changed = changed.len();
    let labelled = changed.into_iter().take(LABELS_MAX);
    let labelled = labelled.filter(|(_, hop, way)| write_label(pen, plan, hop, way, chosen));
    n_changed - labelled.count()
}

fn write_label(
    pen: &mut Pen<'_>,
    plan: &Plan,
    hop: &FlowHop,
    way: &Way,
    chosen: &Chosen<'_>,
) -> bool {
    let inks = pen.inks;
    let tense = chosen.tense;
    // In full, and where columns are narrow the figure alone.
    let forms = hop.ratio_now.map_or_else(
        || vec![amount(hop.now(), tense)],
        |ratio| vec![pass_words(ratio, tense), share_words(clean(ratio))],
    );
    let found = forms.into_iter().find_map(|form| {
        let words = Words::strong(form).size(SMALL_PX).ink(inks.alarm).anchor(Anchor::Middle);
        place(pen, plan, way, words.width() / 2.0 + 7.0).map(|rect| (words, rect))
    });
    let Some((words, rect)) = found else { return false };
    pen.open_link("hop", hop.href.as_deref(), &hop.sentence(tense));
    pen.rect(rect, 4.0, Fill::Ink(inks.surface), Some(Stroke::solid(inks.alarm, 1.2)));
    pen.write(&words.at(f64::midpoint(rect.x0, rect.x1), rect.y0 + 14.2));
    pen.close();
    pen.keep_free(rect);
    true
}

/// The first place on a way, or close beside it, where a label finds room.
fn place(pen: &Pen<'_>, plan: &Plan, way: &Way, half: f64) -> Option<Rect> {
    let mut places = SPOTS.into_iter().flat_map(|share| {
        let (x, y) = way.at(share);
        let x = x.clamp(half + 1.0, (pen.width - half - 1.0).max(half + 1.0));
        ASIDES.map(|aside| Rect::sized(x - half, y + aside - 10.0, 2.0 * half, 20.0))
    });
    places.find(|rect| rect.y0 >= plan.top && rect.y1 <= plan.bottom && pen.is_free(*rect))
}
