//! Lanes of changes below a plot: one row per service, a shape and words per change, nothing to hover for.
//!
//! Many marks in one line look like one, so they stand apart by service, and within a service in rows as
//! many as it takes (four at most); what still does not fit is drawn together with its count. A change
//! that is implicated or that mitigated is drawn together with others last.

use crate::axis::TimeScale;
use crate::glyph::{Said, draw_around};
use crate::pen::{Pen, Stroke};
use crate::svg::Path;
use crate::words::{Anchor, LABEL_PX, Rect, SMALL_PX, Words};
use crate::zone::View;
use hw_model::Timestamp;
use std::collections::BTreeMap;

/// Services that have a lane; what happened to others is counted.
const LANES_MAX: usize = 12;
/// Rows of one lane.
const ROWS_MAX: usize = 4;
/// Changes of a lane that are looked at one by one; beyond, neighbours are put together at once.
const MARKS_MAX: usize = 40;
/// Height of a row.
const ROW_PX: f64 = 22.0;
/// Between lanes.
const LANE_PX: f64 = 8.0;
/// Between a change's shape and its words.
const WORDS_PX: f64 = 12.0;
/// Narrower than this, a service's name stands above its lane.
const BESIDE_PX_MIN: f64 = 560.0;

/// A change as a picture shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeMark {
    /// When.
    pub at: Timestamp,
    /// Of which service.
    pub service: String,
    /// `deploy`, `flag`.
    pub kind: String,
    /// What exactly: `r312 refactoring`, `1.4.2 to 2.0.0`.
    pub what: String,
    /// What is said of it.
    pub said: Said,
    /// Its page.
    pub href: Option<String>,
}

/// The changes of one service that are drawn as one mark.
#[derive(Clone, Debug)]
struct Mark<'c> {
    changes: Vec<&'c ChangeMark>,
    x0: f64,
    x1: f64,
}

/// A mark with its words at its place: the row, and the room it takes.
#[derive(Debug)]
struct Placed {
    row: usize,
    x: f64,
    words: Words,
}

impl ChangeMark {
    /// `deploy 14:20, exonerated`, and shorter forms: the verdict gives way last.
    fn forms(&self, view: &View, beside: Timestamp) -> Vec<String> {
        let (kind, said) = (hw_model::plain(&self.kind, 40), self.said.word());
        let moment = view.moment_beside(self.at, beside);
        vec![format!("{kind} {moment}, {said}"), format!("{moment}, {said}"), said.to_owned()]
    }

    /// `deploy r312 of filter, Wed 14:20, exonerated`: for those who read or hear it.
    pub(crate) fn sentence(&self, view: &View) -> String {
        let text = |text: &str| hw_model::plain(text, 80);
        let what =
            if self.what.is_empty() { String::new() } else { format!(" {}", text(&self.what)) };
        let (kind, service) = (text(&self.kind), text(&self.service));
        format!("{kind}{what} of {service}, {}, {}", view.moment(self.at), self.said.word())
    }
}

/// Draws the lanes from `top` on and gives where they end. `beside` is the moment the picture is about:
/// on its day, no day is said.
pub(crate) fn draw(
    pen: &mut Pen<'_>,
    time: &TimeScale<'_>,
    changes: &[ChangeMark],
    beside: Timestamp,
    top: f64,
) -> f64 {
    let shown = changes.iter().filter(|change| time.view.shows(change.at));
    let lanes = by_service(shown);
    let mut y = top;
    let mut notes = Vec::new();
    for (service, changes) in lanes.iter().take(LANES_MAX) {
        y = draw_lane(pen, time, (service, changes), beside, y);
    }
    let left_out: Vec<usize> = lanes.iter().skip(LANES_MAX).map(|(_, lane)| lane.len()).collect();
    if !left_out.is_empty() {
        let n_changes: usize = left_out.iter().sum();
        notes.push(format!("+{n_changes} changes of {} more services", left_out.len()));
    }
    let n_beyond = changes.iter().filter(|change| !time.view.shows(change.at)).count();
    if n_beyond > 0 {
        notes.push(format!("+{n_beyond} before or after this time"));
    }
    for note in notes {
        pen.write(&Words::plain(note).at(0.0, y + 14.0).size(SMALL_PX).ink(pen.inks.ink2));
        y += 18.0;
    }
    y
}

/// Services in the order in which they matter, then as they came; their changes by time.
fn by_service<'c>(
    changes: impl Iterator<Item = &'c ChangeMark>,
) -> Vec<(&'c str, Vec<&'c ChangeMark>)> {
    let mut lanes: BTreeMap<&str, (u8, usize, Vec<&ChangeMark>)> = BTreeMap::new();
    for (at, change) in changes.enumerate() {
        let lane = lanes.entry(&change.service).or_insert_with(|| (u8::MAX, at, Vec::new()));
        lane.0 = lane.0.min(change.said.rank().min(2));
        lane.2.push(change);
    }
    let mut lanes: Vec<_> = lanes.into_iter().collect();
    lanes.sort_by_key(|(_, (rank, first, _))| (*rank, *first));
    let sorted = lanes.into_iter().map(|(service, (_, _, mut changes))| {
        changes.sort_by_key(|change| change.at);
        (service, changes)
    });
    sorted.collect()
}

fn draw_lane(
    pen: &mut Pen<'_>,
    time: &TimeScale<'_>,
    (service, changes): (&str, &[&ChangeMark]),
    beside: Timestamp,
    top: f64,
) -> f64 {
    let is_beside = pen.width >= BESIDE_PX_MIN;
    let rows_top = if is_beside { top } else { top + 18.0 };
    let (name_y, name_room) =
        if is_beside { (top + ROW_PX - 6.5, time.x0 - 10.0) } else { (top + 15.0, pen.width) };
    pen.line((0.0, top), (time.x1, top), Stroke::solid(pen.inks.line, 1.0));
    let service = if service.is_empty() { "unnamed" } else { service };
    let name = Words::plain(service).at(0.0, name_y).size(LABEL_PX).ink(pen.inks.ink2);
    pen.write(&name.fit(name_room));

    let (marks, placed) = placed(pen, time, changes, beside);
    let n_rows = placed.iter().map(|placed| placed.row + 1).max().unwrap_or(1);
    for (mark, placed) in marks.iter().zip(&placed) {
        let y = rows_top + placed.row as f64 * ROW_PX;
        draw_mark(pen, time.view, mark, placed, y);
    }
    rows_top + n_rows as f64 * ROW_PX + LANE_PX
}

/// Marks in rows, put together until they fit.
fn placed<'c>(
    pen: &Pen<'_>,
    time: &TimeScale<'_>,
    changes: &[&'c ChangeMark],
    beside: Timestamp,
) -> (Vec<Mark<'c>>, Vec<Placed>) {
    let mut marks: Vec<Mark<'c>> = Vec::new();
    for change in changes {
        let x = time.x(change.at);
        let joins = |mark: &Mark<'_>| {
            changes.len() > MARKS_MAX
                && x - mark.x1 < 12.0
                && !change.said.is_principal()
                && !mark.is_principal()
        };
        match marks.last_mut() {
            Some(mark) if joins(mark) => {
                mark.changes.push(change);
                mark.x1 = x;
            }
            Some(_) | None => marks.push(Mark { changes: vec![change], x0: x, x1: x }),
        }
    }
    loop {
        if let Some(placed) = in_rows(pen, time, &marks, beside) {
            return (marks, placed);
        }
        if !join_nearest(&mut marks) {
            return (marks, Vec::new());
        }
    }
}

/// Puts the two neighbours together that are nearest; those that moved the figure last.
fn join_nearest(marks: &mut Vec<Mark<'_>>) -> bool {
    let pairs = marks.windows(2).enumerate().filter_map(|(at, pair)| match pair {
        [a, b] => Some((at, a.is_principal() || b.is_principal(), b.x1 - a.x0)),
        _ => None,
    });
    let nearest = pairs.min_by(|a, b| a.1.cmp(&b.1).then(a.2.total_cmp(&b.2)));
    let Some((at, _, _)) = nearest else { return false };
    if at + 1 >= marks.len() {
        return false;
    }
    let taken = marks.remove(at + 1);
    if let Some(mark) = marks.get_mut(at) {
        mark.changes.extend(taken.changes);
        mark.x1 = taken.x1;
    }
    true
}

/// The marks in at most [`ROWS_MAX`] rows without touching each other, or nothing.
fn in_rows(
    pen: &Pen<'_>,
    time: &TimeScale<'_>,
    marks: &[Mark<'_>],
    beside: Timestamp,
) -> Option<Vec<Placed>> {
    let mut rows: Vec<Vec<Rect>> = vec![Vec::new(); ROWS_MAX];
    let mut placed = Vec::new();
    for mark in marks {
        let sides = mark.sides(pen, time, beside);
        let fits = |taken: &[Rect], room: &Rect| !taken.iter().any(|t| t.meets(&room.grown(4.0)));
        // Whole words in a lower row before shortened ones in a higher.
        let free = sides.iter().find_map(|side| {
            let row = rows.iter().position(|taken| fits(taken, &side.1))?;
            Some((row, side.clone()))
        });
        let (row, (words, room)) = free?;
        rows.get_mut(row)?.push(room);
        placed.push(Placed { row, x: mark.x0, words });
    }
    Some(placed)
}

impl Mark<'_> {
    fn is_principal(&self) -> bool {
        self.changes.iter().any(|change| change.said.is_principal())
    }

    /// What is said of the change that matters most.
    fn said(&self) -> Option<Said> {
        self.changes.iter().map(|change| change.said).min_by_key(|said| said.rank())
    }

    /// What its words may be: `4 changes 14:20 to 15:10: 3 exonerated, 1 undecided` or shorter.
    fn forms(&self, view: &View, beside: Timestamp) -> Vec<String> {
        let (first, last) = (self.changes.first(), self.changes.last());
        let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
        if self.changes.len() == 1 {
            return first.forms(view, beside);
        }
        let (from, to) =
            (view.moment_beside(first.at, beside), view.moment_beside(last.at, first.at));
        let when = if from == to { from } else { format!("{from} to {to}") };
        let (n, counts) = (self.changes.len(), self.counts());
        vec![
            format!("{n} changes {when}: {counts}"),
            format!("{n} changes: {counts}"),
            format!("{n} changes"),
        ]
    }

    /// `3 exonerated, 1 undecided`, the weightiest first.
    fn counts(&self) -> String {
        let mut counts: BTreeMap<(u8, &str), usize> = BTreeMap::new();
        for change in &self.changes {
            *counts.entry((change.said.rank(), change.said.word())).or_default() += 1;
        }
        let counts: Vec<String> =
            counts.iter().map(|((_, word), n)| format!("{n} {word}")).collect();
        counts.join(", ")
    }

    /// The words after the shape and before it, each with the room both take, the longest form first;
    /// what fits nowhere is shortened.
    fn sides(&self, pen: &Pen<'_>, time: &TimeScale<'_>, beside: Timestamp) -> Vec<(Words, Rect)> {
        let left = if pen.width >= BESIDE_PX_MIN { time.x0 - 4.0 } else { 0.0 };
        let (x, x0, x1) = (self.x0, self.x0 - 8.0, self.x1.max(self.x0 + 8.0));
        let (after_px, before_px) = (pen.width - x - WORDS_PX, x - WORDS_PX - left);
        let forms = self.forms(time.view, beside);
        let side = |text: &str, anchor: Anchor| {
            let at = if anchor == Anchor::Start { x + WORDS_PX } else { x - WORDS_PX };
            let words = Words::plain(text).size(LABEL_PX).at(at, 0.0).anchor(anchor);
            words.fit(if anchor == Anchor::Start { after_px } else { before_px })
        };
        let whole =
            forms.iter().flat_map(|form| [side(form, Anchor::Start), side(form, Anchor::End)]);
        let whole = whole.filter(|words| !words.is_cut());
        let longer = if after_px >= before_px { Anchor::Start } else { Anchor::End };
        let cut = forms.last().map(|form| side(form, longer)).filter(|words| !words.is_empty());
        whole
            .chain(cut)
            .map(|words| {
                let rect = words.rect();
                let room = Rect { x0: x0.min(rect.x0), x1: x1.max(rect.x1), y0: 0.0, y1: ROW_PX };
                (words, room)
            })
            .collect()
    }
}

fn draw_mark(pen: &mut Pen<'_>, view: &View, mark: &Mark<'_>, placed: &Placed, top: f64) {
    let Some(said) = mark.said() else { return };
    let sentences: Vec<String> =
        mark.changes.iter().take(8).map(|change| change.sentence(view)).collect();
    let href = match mark.changes.as_slice() {
        [only] => only.href.as_deref(),
        _ => None,
    };
    pen.open_worded_link("change", href, &sentences.join("; "));
    let middle = top + ROW_PX / 2.0;
    if mark.x1 > mark.x0 {
        // The stretch of time of those drawn together.
        let low = middle + 9.0;
        let stretch = Path::default().lines([(mark.x0, low), (mark.x1, low), (mark.x1, low - 5.0)]);
        pen.polyline(&stretch, Stroke::solid(said.ink(pen.inks), 1.2));
    }
    draw_around(&mut pen.svg, pen.inks, said, (placed.x, middle));
    let is_after = placed.words.rect().x0 > placed.x;
    let x = if is_after { placed.x + WORDS_PX } else { placed.x - WORDS_PX };
    pen.write(&placed.words.clone().at(x, top + ROW_PX - 6.5).halo(pen.inks.surface));
    pen.close();
}
