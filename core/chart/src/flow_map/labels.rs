//! What is written on a flow map: names at bars, and shares on ribbons.

use super::canvas::{Canvas, Stretch, Turn, name_room};
use super::chosen::Chosen;
use super::{FlowHop, HopState, boxes, pass_words};
use crate::answers::{Tense, shown_name};
use crate::pen::{Fill, Pen};
use crate::words::{Anchor, BODY_PX, LABEL_PX, NAME_PX, Rect, SMALL_PX, Words};
use hw_model::{count_words, share_words};

/// Where on a stretch something may be written: shares of its way, the middle first.
pub(crate) const SPOTS: [f64; 5] = [0.5, 0.36, 0.64, 0.26, 0.74];
/// Room that names take above a bar, downwards.
const NAMES_PX: f64 = 40.0;
/// A name that would be shortened to less is left out.
const NAME_PX_MIN: f64 = 40.0;
/// A ribbon thinner than this has no words on it.
pub(crate) const THIN_PX: f64 = 16.0;

/// `4,180 / min`, and of an incident that is over `4,180`.
pub(crate) fn amount(n: f64, tense: Tense) -> String {
    format!("{}{}", count_words(n), tense.per())
}

/// Writes the names of services with what comes to them.
pub(crate) fn write_names(pen: &mut Pen<'_>, canvas: &Canvas, chosen: &Chosen<'_>) {
    for (service, number) in chosen.services.iter().zip(0..) {
        let bar = canvas.bar(number);
        let name = Words::strong(shown_name(service.name)).size(NAME_PX);
        match canvas.turn {
            Turn::Right => {
                let is_last =
                    canvas.layer(number) + 1 == canvas.map.n_layers && canvas.map.n_layers > 1;
                let anchor = if is_last { Anchor::End } else { Anchor::Start };
                let x = if is_last { bar.x1 } else { bar.x0 };
                let layers = canvas.map.n_layers;
                let room = name_room(canvas.layer(number), layers, column(canvas, pen.width));
                let name = name.anchor(anchor);
                if canvas.name_lines == 1 {
                    let name = name.then(amount(service.amount, chosen.tense), pen.inks.ink2);
                    write_or_drop(pen, name.at(x, bar.y0 - 9.0).fit(room));
                } else {
                    write_or_drop(pen, name.at(x, bar.y0 - 25.0).fit(room));
                    let number =
                        Words::plain(amount(service.amount, chosen.tense)).ink(pen.inks.ink2);
                    let number = number.size(LABEL_PX).anchor(anchor);
                    write_or_drop(pen, number.at(x, bar.y0 - 9.0).fit(room));
                }
            }
            Turn::Down => {
                write_name_down(pen, canvas, number, name, &amount(service.amount, chosen.tense))
            }
        }
    }
}

/// Two lines above a bar, on a plate: ribbons end below it.
fn write_name_down(pen: &mut Pen<'_>, canvas: &Canvas, service: usize, name: Words, number: &str) {
    let bar = canvas.bar(service);
    let middle = f64::midpoint(bar.x0, bar.x1);
    let room = room_down(canvas, service, pen.width);
    // Where there is no room for the unit, the head says it.
    let whole = Words::plain(number).size(LABEL_PX);
    let number = if whole.width() <= room { number } else { number.trim_end_matches(" / min") };
    let name = name.at(middle, bar.y0 - 22.0).anchor(Anchor::Middle).fit(room);
    let number = Words::plain(number).size(LABEL_PX).ink(pen.inks.ink2);
    let number = number.at(middle, bar.y0 - 7.0).anchor(Anchor::Middle).fit(room);
    let left = canvas.across0 - 2.0;
    let (name, number) = (name.between(left, pen.width), number.between(left, pen.width));
    if (name.is_cut() && name.width() < NAME_PX_MIN)
        || !pen.is_free(name.rect())
        || !pen.is_free(number.rect())
    {
        return;
    }
    let (a, b) = (name.rect(), number.rect());
    let plate = Rect { x0: a.x0.min(b.x0), x1: a.x1.max(b.x1), y0: a.y0, y1: b.y1 }.grown(3.0);
    pen.rect(plate, 3.0, Fill::Ink(pen.inks.surface), None);
    pen.write(&name);
    pen.write(&number);
}

/// Room for a name above a bar: to the neighbours' middles.
fn room_down(canvas: &Canvas, service: usize, width: f64) -> f64 {
    let middle = |number: usize| {
        let bar = canvas.bar(number);
        f64::midpoint(bar.x0, bar.x1)
    };
    let own = middle(service);
    let layer = canvas.layer(service);
    let others = (0..canvas.map.bars.len())
        .filter(|other| *other != service && canvas.layer(*other) == layer)
        .map(|other| (middle(other) - own).abs());
    let nearest = others.fold(f64::MAX, f64::min);
    (nearest - 8.0).min(width - canvas.across0).max(0.0)
}

fn write_or_drop(pen: &mut Pen<'_>, words: Words) {
    let words = words.halo(pen.inks.surface);
    if pen.is_free(words.rect()) {
        pen.write(&words);
    }
}

/// From one layer to the next.
fn column(canvas: &Canvas, width: f64) -> f64 {
    match canvas.along.as_slice() {
        [first, second, ..] => second - first,
        _ => width,
    }
}

/// Writes on ribbons, what changed first; gives how many that changed found no room for their box.
pub(crate) fn write_ribbons(
    pen: &mut Pen<'_>,
    canvas: &Canvas,
    chosen: &Chosen<'_>,
    tense: Tense,
) -> usize {
    let hops = chosen.hops.iter().zip(&canvas.map.ribbons);
    let changed = hops.filter(|(hop, _)| hop.state == HopState::Changed);
    let changed: Vec<Stretch> =
        changed.filter_map(|(_, ribbon)| canvas.stretch(ribbon.as_ref()?)).collect();
    let mut n_left_out = 0;
    for state in [HopState::Changed, HopState::CarriedOn, HopState::AsUsual] {
        for (hop, ribbon) in chosen.hops.iter().zip(&canvas.map.ribbons) {
            let Some(ribbon) = ribbon.as_ref().filter(|_| hop.state == state) else { continue };
            let Some(whole) = canvas.stretch(ribbon) else { continue };
            let differs = (hop.surplus() + hop.missing()) * canvas.map.scale;
            let is_beside = |other: &&Stretch| (other.along.0 - whole.along.0).abs() < 1.0;
            let parts = Parts {
                n_changed: changed.iter().filter(is_beside).count(),
                whole,
                differs: whole.part(0.0, differs),
                plain: whole.part(differs, whole.size - differs),
            };
            match state {
                HopState::Changed => {
                    n_left_out += usize::from(!boxes::write(pen, canvas, hop, &parts, tense));
                }
                HopState::CarriedOn | HopState::AsUsual => {
                    write_on(pen, canvas, &parts.plain, &said(hop, tense));
                }
            }
        }
    }
    n_left_out
}

/// The parts of a ribbon that can be written on: what differs from the usual, and the plain rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// Ribbons between the same bars along the flow that changed, this one included.
    pub(crate) n_changed: usize,
    pub(crate) whole: Stretch,
    pub(crate) differs: Stretch,
    pub(crate) plain: Stretch,
}

/// What is said of a hop that did not change, the longest form first.
fn said(hop: &FlowHop, tense: Tense) -> Vec<Words> {
    let figure = hop.ratio_now.map(share_words);
    let pass = |ratio: f64| {
        let words = pass_words(ratio, tense);
        let figure = share_words(ratio);
        words.strip_prefix(&figure).map(|rest| rest.trim().to_owned()).unwrap_or_default()
    };
    let rest = hop.ratio_now.map(pass).unwrap_or_default();
    let strong = figure.unwrap_or_else(|| amount(hop.now(), tense));
    let usual = if rest.is_empty() { "as usual".to_owned() } else { format!("{rest}, as usual") };
    let carried = format!("{usual}: it carries on what it gets");
    let forms = match hop.state {
        HopState::CarriedOn => vec![carried, usual, rest, String::new()],
        HopState::AsUsual | HopState::Changed => vec![usual, rest, String::new()],
    };
    forms.into_iter().map(|rest| Words::strong(strong.clone()).then(rest, "")).collect()
}

/// Writes the longest form that has room on a stretch of a ribbon; says whether there was one.
pub(crate) fn write_on(
    pen: &mut Pen<'_>,
    canvas: &Canvas,
    stretch: &Stretch,
    forms: &[Words],
) -> bool {
    let (length, thickness) = match canvas.turn {
        Turn::Right => (stretch.along.1 - stretch.along.0, stretch.size),
        // Upright ribbons: room for words is across.
        Turn::Down => (stretch.size, stretch.along.1 - stretch.along.0 - NAMES_PX),
    };
    if thickness < THIN_PX {
        return false;
    }
    let frame = Rect { x0: 0.0, y0: 0.0, x1: pen.width, y1: f64::MAX };
    for form in forms {
        let words = form.clone().recolour(pen.inks.ink2).size(BODY_PX).anchor(Anchor::Middle);
        if words.width() + 12.0 > length {
            continue;
        }
        let half = words.width() / 2.0 / length.max(1.0);
        let is_level = |share: f64| {
            let ends = (stretch.middle(share - half), stretch.middle(share + half));
            // An upright ribbon swings below the words, not along them.
            canvas.turn == Turn::Down
                || (ends.0 - ends.1).abs() + 18.0 <= thickness.max(THIN_PX + 2.0)
        };
        let spots = SPOTS.into_iter().filter(|share| is_level(*share));
        let places = spots.map(|share| {
            let (x, y) = spot(canvas, stretch, share);
            words.clone().at(x, y + 4.5)
        });
        if let Some(words) = pen.best(places, frame, |_| 0.0) {
            pen.write(&words);
            return true;
        }
    }
    false
}

/// The point on the middle of a stretch at a share of its way.
pub(crate) fn spot(canvas: &Canvas, stretch: &Stretch, share: f64) -> (f64, f64) {
    let (from, to) = match canvas.turn {
        Turn::Right => stretch.along,
        // Downwards, names stand at the end.
        Turn::Down => (stretch.along.0, stretch.along.1 - NAMES_PX),
    };
    let along = from + (to - from) * share;
    let whole = (along - stretch.along.0) / (stretch.along.1 - stretch.along.0).max(1.0);
    canvas.point(along, stretch.middle(whole))
}

/// Small words for a thin line, on a plate that hides it; the first place that is free.
pub(crate) fn write_on_line(
    pen: &mut Pen<'_>,
    text: &str,
    anchor: Anchor,
    places: impl IntoIterator<Item = (f64, f64)>,
) {
    let words = Words::plain(text).size(SMALL_PX).ink(pen.inks.ink2).anchor(anchor);
    let frame = Rect { x0: 0.0, y0: 0.0, x1: pen.width, y1: f64::MAX };
    let places = places.into_iter().map(|(x, y)| words.clone().at(x, y));
    if let Some(words) = pen.best(places, frame, |_| 0.0) {
        pen.rect(words.rect().grown(2.0), 0.0, Fill::Ink(pen.inks.surface), None);
        pen.write(&words);
    }
}
