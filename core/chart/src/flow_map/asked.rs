//! Dependencies of a flow map: boxes with what they answered, now and usually.
//!
//! A question is no flow, so no ribbon leads to it: a thin double line, one way for the question and one
//! for the answer. On a wide map the boxes stand below who asks; on a phone one below the other at the
//! end, with the lines along the left.

use super::canvas::{Canvas, Turn};
use super::chosen::Chosen;
use super::labels::amount;
use super::returns::rounded;
use super::{Asked, Standing};
use crate::answers::{BAR_PX, BAR_STEP_PX, Bar, Tense, draw_bar, shown_name, unlabelled};
use crate::axis::clean;
use crate::measure::wrapped;
use crate::pen::{Fill, Pen, Stroke};
use crate::svg::Path;
use crate::words::{LABEL_PX, NAME_PX, Rect, SMALL_PX, Words};

/// Width of a box on a wide map.
const BOX_PX: f64 = 316.0;
/// Between the map and its boxes, and between boxes.
const APART_PX: f64 = 36.0;
const GAP_PX: f64 = 16.0;
const PADDING_PX: f64 = 14.0;
/// Room for `now` and `usual`.
const WORD_PX: f64 = 46.0;
/// Lines of a note.
const NOTE_LINES: usize = 2;

/// Draws the boxes and gives where the picture goes on.
pub(crate) fn draw(pen: &mut Pen<'_>, canvas: &Canvas, chosen: &Chosen<'_>, tense: Tense) -> f64 {
    if chosen.asked.is_empty() {
        return canvas.bottom() + 6.0;
    }
    let boxes = match canvas.turn {
        Turn::Right => places_below(pen.width, canvas, chosen, tense),
        Turn::Down => places_at_end(pen.width, canvas, chosen, tense),
    };
    // Lines first, so that a box hides what passes behind it.
    for (number, ((asked, asker), rect)) in
        chosen.asked.iter().zip(&chosen.askers).zip(&boxes).enumerate()
    {
        match canvas.turn {
            Turn::Right => draw_lines_down(pen, canvas, (asked, *asker, tense), *rect),
            Turn::Down => draw_lines_left(pen, canvas, *asker, *rect, number as f64),
        }
    }
    for (asked, rect) in chosen.asked.iter().zip(&boxes) {
        pen.open_worded_link("dependency", asked.href.as_deref(), &asked.answering.sentence(tense));
        draw_box(pen, asked, canvas.turn, *rect, tense);
        pen.close();
    }
    boxes.iter().map(|rect| rect.y1).fold(canvas.bottom(), f64::max) + 6.0
}

/// Height of a box of this width.
fn height(asked: &Asked, turn: Turn, width: f64, tense: Tense) -> f64 {
    let notes = notes(asked, turn, width - 2.0 * PADDING_PX, tense);
    let n_bars = if asked.answering.answers.is_empty() { 0.0 } else { 2.0 };
    34.0 + n_bars * BAR_STEP_PX + notes.len() as f64 * 17.0 + 8.0
}

/// Lines below the bars: answers too rare for words of their own, who asks where no line says it, and
/// what else is to be said.
fn notes(asked: &Asked, turn: Turn, width: f64, tense: Tense) -> Vec<String> {
    let mut notes = unlabelled(&asked.answering.parts(), tense, width - WORD_PX, width);
    if asked.answering.answers.is_empty() {
        notes.push("its answers are not visible".to_owned());
    }
    if turn == Turn::Down {
        let by = shown_name(&asked.answering.asked_by);
        let asks = format!("asked by {by}, {}", how_often(asked, tense));
        notes.extend(wrapped(&asks, width, SMALL_PX, 1));
    }
    notes.extend(wrapped(&asked.note, width, SMALL_PX, NOTE_LINES));
    notes
}

/// `4,180 / min`, or of an incident that is over `9,387 times`.
fn how_often(asked: &Asked, tense: Tense) -> String {
    let n = clean(asked.asks_per_min);
    match tense {
        Tense::Now => amount(n, tense),
        Tense::During => format!("{} times", amount(n, tense)),
    }
}

/// Boxes in rows below the map, each as near below who asks as the others let it.
fn places_below(width: f64, canvas: &Canvas, chosen: &Chosen<'_>, tense: Tense) -> Vec<Rect> {
    let box_px = BOX_PX.min(width - 2.0);
    let per_row = (((width + GAP_PX) / (box_px + GAP_PX)).floor()).max(1.0);
    let mut order: Vec<(usize, f64)> =
        chosen.askers.iter().map(|asker| canvas.bar(*asker).x0).enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut places = vec![Rect::sized(0.0, 0.0, 0.0, 0.0); order.len()];
    let mut top = canvas.bottom() + APART_PX;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few, from 1")]
    for row in order.chunks(per_row as usize) {
        let mut x = 1.0;
        let mut lowest = top;
        for (at, (number, asker_x)) in row.iter().enumerate() {
            let n_after = (row.len() - at - 1) as f64;
            let last = width - 1.0 - box_px - n_after * (box_px + GAP_PX);
            let left = (asker_x - box_px * 0.4).clamp(x, last.max(x));
            let asked = chosen.asked.get(*number);
            let height = asked.map_or(0.0, |asked| height(asked, canvas.turn, box_px, tense));
            if let Some(place) = places.get_mut(*number) {
                *place = Rect::sized(left, top, box_px, height);
            }
            x = left + box_px + GAP_PX;
            lowest = lowest.max(top + height);
        }
        top = lowest + GAP_PX + 8.0;
    }
    places
}

/// Boxes one below the other, right of the lines that lead to them.
fn places_at_end(width: f64, canvas: &Canvas, chosen: &Chosen<'_>, tense: Tense) -> Vec<Rect> {
    let mut top = canvas.bottom() + 24.0;
    let left = canvas.across0;
    let mut places = Vec::new();
    for asked in &chosen.asked {
        let height = height(asked, canvas.turn, width - left - 1.0, tense);
        places.push(Rect { x0: left, y0: top, x1: width - 1.0, y1: top + height });
        top += height + GAP_PX;
    }
    places
}

/// Question and answer from a bar down to its box.
fn draw_lines_down(
    pen: &mut Pen<'_>,
    canvas: &Canvas,
    (asked, asker, tense): (&Asked, usize, Tense),
    rect: Rect,
) {
    let bar = canvas.bar(asker);
    let layer = canvas.layer(asker);
    let is_covered = (0..canvas.map.bars.len())
        .any(|other| canvas.layer(other) == layer && canvas.bar(other).y0 > bar.y1);
    // Beside the bars below it, if there are any.
    let x = if is_covered { bar.x1 + 6.0 } else { bar.x0 + 1.5 };
    let goal = if rect.x0 + 12.0 <= x && x + 6.0 <= rect.x1 - 12.0 { x } else { rect.x0 + 24.0 };
    let turn_y = rect.y0 - 14.0;
    for (dx, dy, is_question) in [(0.0, 0.0, true), (6.0, if goal < x { 5.0 } else { -5.0 }, false)]
    {
        let points = if (goal - x).abs() < 0.5 {
            vec![(x + dx, bar.y1 + 3.0), (x + dx, rect.y0 - 3.0)]
        } else {
            let turn_y = turn_y + dy;
            vec![
                (x + dx, bar.y1 + 3.0),
                (x + dx, turn_y),
                (goal + dx, turn_y),
                (goal + dx, rect.y0 - 3.0),
            ]
        };
        draw_arrow(pen, &points, is_question);
    }
    let words = Words::plain(match tense {
        Tense::Now => format!("asks {}", how_often(asked, tense)),
        Tense::During => format!("asked {}", how_often(asked, tense)),
    });
    let words = words.ink(pen.inks.ink2).halo(pen.inks.surface);
    let frame = Rect { x0: 0.0, y0: 0.0, x1: pen.width, y1: rect.y0 };
    let places = [(x + 18.0, rect.y0 - 13.0), (goal + 18.0, rect.y0 - 6.0)];
    let places = places.map(|(x, y)| words.clone().at(x, y).between(0.0, pen.width));
    if let Some(words) = pen.best(places, frame, |_| 0.0) {
        pen.write(&words);
    }
}

/// Question and answer along the left of a map that runs downwards.
fn draw_lines_left(pen: &mut Pen<'_>, canvas: &Canvas, asker: usize, rect: Rect, number: f64) {
    let bar = canvas.bar(asker);
    let x = 3.0 + number * 16.0;
    let goal_y = rect.y0 + 17.0;
    for (dx, is_question) in [(0.0, true), (5.0, false)] {
        let points = [
            (bar.x0 - 2.0, bar.y0 + 8.0 - dx),
            (x + dx, bar.y0 + 8.0 - dx),
            (x + dx, goal_y - dx + 3.0),
            (rect.x0 - 2.0, goal_y - dx + 3.0),
        ];
        draw_arrow(pen, &points, is_question);
    }
}

/// A thin line with a head at its end, or, for the answer, at its beginning.
fn draw_arrow(pen: &mut Pen<'_>, points: &[(f64, f64)], is_question: bool) {
    let ink = pen.inks.ink2;
    let path = rounded(points);
    pen.polyline(&path, Stroke::solid(pen.inks.surface, 3.6));
    pen.polyline(&path, Stroke::solid(ink, 1.3));
    let ends = if is_question {
        (points.last(), points.iter().rev().nth(1))
    } else {
        (points.first(), points.get(1))
    };
    let (Some(tip), Some(from)) = ends else { return };
    let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let (dx, dy) = (dx / length, dy / length);
    let (end, base) = ((tip.0 + 2.0 * dx, tip.1 + 2.0 * dy), (tip.0 - 5.0 * dx, tip.1 - 5.0 * dy));
    let head =
        [end, (base.0 - 3.2 * dy, base.1 + 3.2 * dx), (base.0 + 3.2 * dy, base.1 - 3.2 * dx)];
    pen.path(&Path::default().lines(head).close(), Fill::Ink(ink), None);
}

/// Draws the box: who answers, whose it is, what it answered now and usually, what else is to be said.
fn draw_box(pen: &mut Pen<'_>, asked: &Asked, turn: Turn, rect: Rect, tense: Tense) {
    let inks = pen.inks;
    let border = match asked.standing {
        Standing::Origin => Stroke::solid(inks.alarm, 2.0),
        Standing::Changed => Stroke::solid(inks.alarm, 1.2),
        Standing::AsUsual => Stroke::solid(inks.line2, 1.0),
    };
    pen.rect(rect, 6.0, Fill::Ink(inks.surface), Some(border));
    let (left, right) = (rect.x0 + PADDING_PX, rect.x1 - PADDING_PX);
    let chip =
        if asked.standing == Standing::Origin { draw_chip(pen, right, rect.y0 + 8.0) } else { 0.0 };
    let name = Words::strong(shown_name(&asked.answering.service)).size(NAME_PX);
    let name =
        if asked.owner.is_empty() { name } else { name.then(asked.owner.clone(), inks.ink2) };
    pen.write(&name.at(left, rect.y0 + 23.0).fit(right - left - chip - 8.0));
    let parts = asked.answering.parts();
    let (usual, now) = asked.answering.totals();
    let mut y = rect.y0 + 34.0;
    let bars = [(Bar::Now, tense.word(), now), (Bar::Usual, "usual", usual)];
    for (bar, word, total) in bars.into_iter().filter(|_| !parts.is_empty()) {
        pen.write(&Words::plain(word).at(left, y + 13.0).size(LABEL_PX).ink(inks.ink2));
        let room = Rect { x0: left + WORD_PX, y0: y, x1: right, y1: y + BAR_PX };
        draw_bar(pen, &parts, bar, total, room);
        y += BAR_STEP_PX;
    }
    for line in notes(asked, turn, right - left, tense) {
        pen.write(&Words::plain(line).at(left, y + 11.0).size(SMALL_PX).ink(inks.ink2));
        y += 17.0;
    }
}

/// The chip `origin`, its right edge at `right`; gives how wide it is.
fn draw_chip(pen: &mut Pen<'_>, right: f64, top: f64) -> f64 {
    let inks = pen.inks;
    let words = Words::strong("origin").size(SMALL_PX).ink(inks.on_solid);
    let width = words.width() + 34.0;
    let left = right - width;
    pen.rect(Rect::sized(left, top, width, 20.0), 10.0, Fill::Ink(inks.alarm), None);
    let triangle = [(left + 14.0, top + 5.5), (left + 19.0, top + 14.5), (left + 9.0, top + 14.5)];
    pen.path(&Path::default().lines(triangle).close(), Fill::Ink(inks.on_solid), None);
    pen.write(&words.at(left + 24.0, top + 14.2));
    width
}
