//! The box of a hop that changed: its share, and how many items that makes.
//!
//! It lies on what differs from the usual. On a thin ribbon it is one line; where there is no room it moves
//! aside and a line leads back to its ribbon, so that no box is read as another ribbon's.

use super::canvas::{Canvas, Stretch, Turn};
use super::labels::{Parts, SPOTS, THIN_PX, amount, spot, write_on};
use super::{FlowHop, pass_words, usual_words};
use crate::answers::Tense;
use crate::pen::{Fill, Pen, Stroke};
use crate::svg::Path;
use crate::words::{Anchor, BODY_PX, FIGURE_PX, LABEL_PX, Rect, Words};
use std::ops::RangeInclusive;

/// A ribbon thinner than this has a box of one line.
const LOW_PX: f64 = 46.0;
/// By how much boxes are moved aside, and how often.
const ASIDE_PX: f64 = 13.0;
const ASIDE_TIMES: u32 = 18;

/// Writes the box of a hop; says whether there was room for it.
pub(crate) fn write(
    pen: &mut Pen<'_>,
    canvas: &Canvas,
    hop: &FlowHop,
    parts: &Parts,
    tense: Tense,
) -> bool {
    let inks = pen.inks;
    let figure =
        hop.ratio_now.map_or_else(|| amount(hop.now(), tense), |ratio| pass_words(ratio, tense));
    let around = if parts.differs.size > 0.0 { parts.differs } else { parts.whole };
    let room = room(pen, canvas, &around);
    let [long, short] = difference_words(hop, tense);
    let fits = |words: &Words| words.width() + 24.0 <= room;
    let low = |difference: &str| {
        let figure = Words::strong(figure.clone()).size(BODY_PX).ink(inks.alarm);
        figure.then(difference, inks.ink2)
    };
    // In one line, shorter and shorter.
    let lows: Vec<Words> = [&*long, &short, ""].map(low).into_iter().filter(fits).collect();
    let is_high = match canvas.turn {
        Turn::Right => parts.whole.size >= LOW_PX,
        // Boxes of several lines would cover each other's ribbons.
        Turn::Down => parts.n_changed <= 1,
    };
    if !is_high {
        return draw_low(pen, canvas, &around, &lows);
    }
    let usual = hop.ratio_usual.map(|usual| usual_words(usual, "usually "));
    let usual = usual.unwrap_or_else(|| format!("usually {}", amount(hop.usual(), tense)));
    let mut lines = vec![
        Words::strong(figure.clone()).bold().size(FIGURE_PX).ink(inks.alarm),
        Words::plain(if fits(&Words::plain(long.clone())) { long } else { short }).ink(inks.ink2),
    ];
    if !write_usual(pen, canvas, parts, &usual) {
        lines.push(Words::plain(usual).size(LABEL_PX).ink(inks.ink2));
    }
    draw(pen, canvas, &around, &lines, 0..=ASIDE_TIMES) || draw_low(pen, canvas, &around, &lows)
}

/// Draws a box of one line: in its place if one of the forms fits there, else aside in few words.
fn draw_low(pen: &mut Pen<'_>, canvas: &Canvas, around: &Stretch, forms: &[Words]) -> bool {
    let mut draw = |form: &Words, asides: RangeInclusive<u32>| {
        draw(pen, canvas, around, std::slice::from_ref(form), asides)
    };
    forms.iter().any(|form| draw(form, 0..=0))
        || forms.iter().skip(1).any(|form| draw(form, 1..=ASIDE_TIMES))
}

/// `2,109 / min more than usual`, and the same in few words.
fn difference_words(hop: &FlowHop, tense: Tense) -> [String; 2] {
    let difference = hop.now() - hop.usual();
    if difference.abs() < 0.5 {
        return [format!("{}, as usual", amount(hop.now(), tense)), "as usual".to_owned()];
    }
    let (word, sign) = if difference > 0.0 { ("more", '+') } else { ("fewer", '\u{2212}') };
    let by = amount(difference.abs(), tense);
    [format!("{by} {word} than usual"), format!("{sign}{by}")]
}

/// How wide a box may be: between the bars, or in the picture.
fn room(pen: &Pen<'_>, canvas: &Canvas, around: &Stretch) -> f64 {
    match canvas.turn {
        Turn::Right => around.along.1 - around.along.0 - 8.0,
        Turn::Down => pen.width - canvas.across0 - 2.0,
    }
}

/// Writes what is usual on the plain part, if that is wide enough and the box lies beside it.
fn write_usual(pen: &mut Pen<'_>, canvas: &Canvas, parts: &Parts, usual: &str) -> bool {
    let (is_thick, is_beside) = match canvas.turn {
        Turn::Right => (parts.plain.size >= THIN_PX + 2.0, parts.differs.size >= LOW_PX),
        Turn::Down => (true, parts.differs.size >= 190.0),
    };
    let words = Words::plain(usual).size(BODY_PX);
    is_thick && is_beside && write_on(pen, canvas, &parts.plain, &[words])
}

/// Draws a box of lines on a stretch where it is free, moved aside as often as that; says whether it found
/// room.
fn draw(
    pen: &mut Pen<'_>,
    canvas: &Canvas,
    around: &Stretch,
    lines: &[Words],
    asides: RangeInclusive<u32>,
) -> bool {
    let inks = pen.inks;
    let left = match canvas.turn {
        Turn::Right => 0.0,
        Turn::Down => canvas.across0,
    };
    let widest = lines.iter().map(Words::width).fold(0.0, f64::max);
    let widest = widest.min(room(pen, canvas, around) - 24.0);
    let height = if lines.len() == 1 { 24.0 } else { 17.0 + lines.len() as f64 * 17.5 };
    let place = |(x, y): (f64, f64), aside: f64| {
        let half = widest / 2.0 + 12.0;
        let x = x.clamp(left + half + 1.0, (pen.width - half - 1.0).max(left + half + 1.0));
        let top = (y + aside - height / 2.0).max(canvas.top);
        Rect::sized(x - half, top, 2.0 * half, height)
    };
    let points = SPOTS.map(|share| spot(canvas, around, share));
    let asides = asides.map(|times| f64::from(times) * ASIDE_PX);
    let asides = asides.flat_map(|aside| [-aside, aside]);
    let tries = asides.flat_map(|aside| points.map(|point| (point, aside)));
    let mut free = tries.map(|(point, aside)| (point, place(point, aside)));
    let is_within = |rect: &Rect| rect.y1 <= canvas.bottom() + 8.0;
    let found = free.find(|(point, rect)| {
        let to = (point.0, f64::midpoint(rect.y0, rect.y1));
        is_within(rect) && pen.is_free(*rect) && pen.is_clear(*point, to)
    });
    let Some((point, rect)) = found else { return false };
    pen.rect(rect, 5.0, Fill::Ink(inks.surface), Some(Stroke::solid(inks.alarm, 1.2)));
    lead_back(pen, canvas, around, point, rect);
    let mut base = if lines.len() == 1 { rect.y0 + 16.5 } else { rect.y0 + 21.0 };
    for line in lines {
        let line = line.clone().at(f64::midpoint(rect.x0, rect.x1), base).anchor(Anchor::Middle);
        pen.write(&line.fit(widest));
        base += 18.0;
    }
    pen.keep_free(rect);
    true
}

/// Leads from a box back to its ribbon: a line where the box had to move aside; on a map that runs
/// downwards, where a box is wider than its ribbon, a small tip.
fn lead_back(pen: &mut Pen<'_>, canvas: &Canvas, around: &Stretch, point: (f64, f64), rect: Rect) {
    let inks = pen.inks;
    let is_on_it =
        rect.x0 <= point.0 && point.0 <= rect.x1 && rect.y0 <= point.1 && point.1 <= rect.y1;
    if !is_on_it {
        let end = if point.1 < rect.y0 { rect.y0 } else { rect.y1 };
        let x = point.0.clamp(rect.x0 + 6.0, rect.x1 - 6.0);
        pen.line(point, (x, end), Stroke::solid(inks.alarm, 1.2));
        let dot = Rect::sized(point.0, point.1, 0.0, 0.0).grown(2.5);
        pen.rect(dot, 2.5, Fill::Ink(inks.alarm), None);
    } else if canvas.turn == Turn::Down && around.size < rect.width() {
        let share = (rect.y1 - around.along.0) / (around.along.1 - around.along.0).max(1.0);
        let (x, _) = canvas.point(0.0, around.middle(share.clamp(0.0, 1.0)));
        let x = x.clamp(rect.x0 + 10.0, rect.x1 - 10.0);
        let tip = [(x - 6.0, rect.y1), (x, rect.y1 + 7.0), (x + 6.0, rect.y1)];
        pen.path(
            &Path::default().lines(tip),
            Fill::Ink(inks.surface),
            Some(Stroke::solid(inks.alarm, 1.2)),
        );
        let base = Stroke::solid(inks.surface, 2.0);
        pen.line((x - 5.4, rect.y1), (x + 5.4, rect.y1), base);
    }
}
