//! How long things took: one dot per incident, the median and the 90th percentile, no mean.
//!
//! A mean of times to detect says little: one slow incident moves it by hours. So all are shown, with their
//! number. Under ten of them the 90th percentile would be the slowest one under another name, and it is
//! left out and said so.

use crate::ink::Style;
use crate::lengths::{LengthScale, length, seconds};
use crate::pen::{Pen, Stroke};
use crate::table::Table;
use crate::words::{Anchor, LABEL_PX, NAME_PX, Rect, SMALL_PX, Words};
use hw_model::count_words;

/// Dots of a row; of more, as many are drawn that are spread evenly over their ranks, and it is said. More
/// would only lie on each other.
const DOTS_MAX: usize = 400;
/// Dots that are drawn in any case, because the page is about them.
const SUBJECTS_MAX: usize = 20;
/// Rows of a picture.
const ROWS_MAX: usize = 24;
/// Lengths from which a 90th percentile is more than the slowest one.
const P90_FROM: usize = 10;
/// Lengths from which there is a middle one.
const MEDIAN_FROM: usize = 3;
/// Height of a row's labels, and of its dots.
const LABELS_PX: f64 = 18.0;
const DOTS_PX: f64 = 40.0;
/// Narrower than this, the name stands above its row.
const BESIDE_PX_MIN: f64 = 560.0;

/// How a dot is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// One of many.
    Plain,
    /// The one that the page is about.
    Subject,
}

/// How long one thing took.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationDot {
    /// Seconds.
    pub seconds: f64,
    /// What it was: `INC-42`.
    pub name: String,
    /// Its page.
    pub href: Option<String>,
    /// How it is drawn.
    pub emphasis: Emphasis,
}

/// Lengths of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct DurationRow {
    /// What took so long: `time to detect`.
    pub name: String,
    /// How long each time.
    pub dots: Vec<DurationDot>,
}

/// Lengths of several kinds on one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Durations {
    /// What it shows.
    pub title: String,
    /// The kinds.
    pub rows: Vec<DurationRow>,
}

/// Draws dots of durations with their median and 90th percentile.
#[must_use]
pub fn durations(data: &Durations, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    if data.rows.iter().take(ROWS_MAX).all(|row| row.sorted().is_empty()) {
        return draw_none(pen, data);
    }
    let is_beside = pen.width >= BESIDE_PX_MIN;
    let x0 = if is_beside { (pen.width * 0.2).min(190.0) } else { 8.0 };
    let all = data.rows.iter().take(ROWS_MAX).flat_map(|row| &row.dots);
    let scale = LengthScale::new(all.map(|dot| dot.seconds), x0 + 6.0, pen.width - 24.0);
    let row_px = LABELS_PX + DOTS_PX + if is_beside { 8.0 } else { 42.0 };
    let n_rows = data.rows.len().min(ROWS_MAX);
    let bottom = 4.0 + row_px * n_rows as f64;
    draw_axis(&mut pen, &scale, bottom);
    for (row, at) in data.rows.iter().take(ROWS_MAX).zip(0..) {
        let top = 4.0 + row_px * f64::from(at);
        draw_row(&mut pen, &scale, row, top, x0);
    }
    pen.finish(bottom + 24.0, &data.title, &durations_words(data))
}

/// Says in words what the picture shows.
#[must_use]
pub fn durations_words(data: &Durations) -> String {
    let mut said = vec![format!("{}.", hw_model::plain(&data.title, 200))];
    for row in data.rows.iter().take(ROWS_MAX) {
        let sorted = row.sorted();
        let name = hw_model::plain(&row.name, 80);
        let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
            said.push(format!("{name}: none."));
            continue;
        };
        let slow = p90(&sorted).map(|p90| format!(", 90th percentile {}", length(p90)));
        let middle = median(&sorted).map(|median| format!(", median {}", length(median)));
        said.push(format!(
            "{name}: n {}{}{}, from {} to {}.",
            sorted.len(),
            middle.unwrap_or_default(),
            slow.unwrap_or_default(),
            length(*first),
            length(*last)
        ));
    }
    said.join(" ")
}

/// The same data as tables: the figures per row, and each length.
#[must_use]
pub fn durations_tables(data: &Durations) -> Vec<Table> {
    let figures = data.rows.iter().map(|row| {
        let sorted = row.sorted();
        let words = |figure: Option<f64>| figure.map(length).unwrap_or_default();
        [row.name.clone(), sorted.len().to_string(), words(median(&sorted)), words(p90(&sorted))]
    });
    let each: Vec<[String; 3]> = data
        .rows
        .iter()
        .flat_map(|row| {
            row.dots.iter().map(|dot| [row.name.clone(), dot.name.clone(), length(dot.seconds)])
        })
        .collect();
    vec![
        Table::new(data.title.clone(), ["What", "n", "Median", "90th percentile"], figures),
        Table::new("Each of them", ["What", "Name", "Length"], each.into_iter()),
    ]
}

impl DurationRow {
    /// Its lengths, shortest first; what is no number is left out.
    fn sorted(&self) -> Vec<f64> {
        let known = self.dots.iter().map(|dot| dot.seconds).filter(|s| s.is_finite());
        let mut sorted: Vec<f64> = known.map(|s| s.max(0.0)).collect();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

/// The middle one, or the mean of the two in the middle; of fewer than three there is none.
fn median(sorted: &[f64]) -> Option<f64> {
    if sorted.len() < MEDIAN_FROM {
        return None;
    }
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get(sorted.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

/// The nearest rank: at least nine of ten are no longer.
fn p90(sorted: &[f64]) -> Option<f64> {
    if sorted.len() < P90_FROM {
        return None;
    }
    sorted.get((sorted.len() * 9).div_ceil(10).saturating_sub(1)).copied()
}

/// Rows without a dot need no axis: they are said.
fn draw_none(mut pen: Pen<'_>, data: &Durations) -> String {
    let mut y = 4.0;
    for row in data.rows.iter().take(ROWS_MAX) {
        let name = Words::strong(crate::answers::shown_name(&row.name)).size(NAME_PX);
        let name = name.then("none yet", pen.inks.ink2).at(0.0, y + 15.0).fit(pen.width);
        pen.write(&name);
        y += 26.0;
    }
    pen.finish(y + 2.0, &data.title, &durations_words(data))
}

fn draw_axis(pen: &mut Pen<'_>, scale: &LengthScale, bottom: f64) {
    for (seconds, name) in scale.ticks() {
        let x = scale.at(seconds);
        pen.line((x, 4.0), (x, bottom), Stroke::solid(pen.inks.line, 1.0));
        let name = Words::plain(name).at(x, bottom + 16.0).anchor(Anchor::Middle);
        let name = name.size(SMALL_PX).ink(pen.inks.ink2).between(0.0, pen.width);
        if pen.is_free(name.rect()) {
            pen.write(&name);
        }
    }
}

fn draw_row(pen: &mut Pen<'_>, scale: &LengthScale, row: &DurationRow, top: f64, x0: f64) {
    let inks = pen.inks;
    let is_beside = pen.width >= BESIDE_PX_MIN;
    let sorted = row.sorted();
    let note = match sorted.len() {
        0 => "none yet".to_owned(),
        1 => length(sorted.first().copied().unwrap_or_default()),
        n if n < MEDIAN_FROM => format!("n {n}, too few for a median"),
        n if n < P90_FROM => format!("n {n}, too few for p90"),
        n if n > DOTS_MAX => {
            let every = n.div_ceil(DOTS_MAX);
            format!("n {}, a dot for each {every}", count_words(n as f64))
        }
        n => format!("n {n}"),
    };
    let dots_top = if is_beside { top + LABELS_PX } else { top + LABELS_PX + 20.0 };
    let name = Words::strong(crate::answers::shown_name(&row.name)).size(NAME_PX);
    if is_beside {
        let middle = dots_top + DOTS_PX / 2.0;
        pen.write(&name.at(0.0, middle - 2.0).fit(x0 - 14.0));
        let lines = crate::measure::wrapped(&note, x0 - 14.0, SMALL_PX, 2);
        for (line, y) in lines.into_iter().zip([middle + 14.0, middle + 29.0]) {
            pen.write(&Words::plain(line).at(0.0, y).size(SMALL_PX).ink(inks.ink2));
        }
    } else {
        pen.write(&name.then(note, inks.ink2).at(0.0, top + 14.0).fit(pen.width));
    }
    let area = Rect { x0, y0: dots_top, x1: pen.width, y1: dots_top + DOTS_PX };
    draw_dots(pen, scale, row, area);
    let figures = [
        (median(&sorted), "median", Stroke::solid(inks.ink, 2.0)),
        (p90(&sorted), "p90", Stroke::dashed(inks.ink, 1.5, "4 3")),
    ];
    for (figure, name, stroke) in figures {
        let Some(figure) = figure else { continue };
        let x = scale.at(figure);
        pen.line((x, area.y0 - 3.0), (x, area.y1), stroke);
        write_figure(pen, x, area, name, &length(figure));
    }
}

/// Writes the name of an upright line above it, on the side where there is room.
fn write_figure(pen: &mut Pen<'_>, x: f64, area: Rect, name: &str, value: &str) {
    let words = Words::strong(value).then(name, pen.inks.ink2).size(LABEL_PX);
    let words = words.at(x, area.y0 - 7.0).halo(pen.inks.surface);
    let anchors = [Anchor::Middle, Anchor::Start, Anchor::End];
    let above = anchors.map(|anchor| words.clone().anchor(anchor));
    // On a phone the two may lie too near each other.
    let below = above.clone().map(|words| words.at(x, area.y1 + 13.0));
    let places = above.into_iter().chain(below).map(|words| words.between(area.x0, area.x1));
    let frame = Rect { y0: area.y0 - 24.0, y1: area.y1 + 18.0, ..area };
    if let Some(words) = pen.best(places, frame, |_| 0.0) {
        pen.write(&words);
    }
}

/// Draws the dots, those of one place stacked around the middle.
fn draw_dots(pen: &mut Pen<'_>, scale: &LengthScale, row: &DurationRow, area: Rect) {
    let mut dots: Vec<&DurationDot> = row.dots.iter().filter(|d| d.seconds.is_finite()).collect();
    dots.sort_by(|a, b| a.seconds.total_cmp(&b.seconds).then_with(|| a.name.cmp(&b.name)));
    let every = dots.len().div_ceil(DOTS_MAX).max(1);
    let mut n_subjects = 0;
    let mut at = 0;
    dots.retain(|dot| {
        let is_subject = dot.emphasis == Emphasis::Subject && n_subjects < SUBJECTS_MAX;
        n_subjects += usize::from(is_subject);
        at += 1;
        is_subject || (at - 1_usize).is_multiple_of(every)
    });
    let radius = if dots.len() > 150 { 3.0 } else { 4.5 };
    let place = |dot: &&DurationDot| (scale.at(dot.seconds) / (2.0 * radius)).floor();
    for stack in dots.chunk_by(|a, b| place(a).total_cmp(&place(b)).is_eq()) {
        let room = area.height() - 2.0 * radius;
        let step = (2.0 * radius + 1.0).min(room / (stack.len() as f64 - 1.0).max(1.0));
        let top = f64::midpoint(area.y0, area.y1) - step * (stack.len() as f64 - 1.0) / 2.0;
        for (dot, at) in stack.iter().zip(0..) {
            let center = (scale.at(dot.seconds), top + step * f64::from(at));
            draw_dot(pen, dot, center, radius);
        }
    }
}

fn draw_dot(pen: &mut Pen<'_>, dot: &DurationDot, (x, y): (f64, f64), radius: f64) {
    let inks = pen.inks;
    let label = format!("{}: {}", dot.name, length(seconds(dot.seconds)));
    pen.open_link("dot", dot.href.as_deref(), &label);
    let (fill, ink, width) = match dot.emphasis {
        Emphasis::Plain => (inks.flow_fill, inks.flow, 1.0),
        Emphasis::Subject => (inks.alarm_fill, inks.alarm, 2.0),
    };
    let circle = pen.svg.element("circle").num("cx", x).num("cy", y).num("r", radius);
    circle.attr("fill", fill).attr("stroke", ink).num("stroke-width", width).end();
    pen.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_are_ranks() {
        let of = |n: u32| -> Vec<f64> { (1..=n).map(f64::from).collect() };
        assert_eq!(
            [0, 1, 2, 5, 10].map(|n| median(&of(n))),
            [None, None, None, Some(3.0), Some(5.5)]
        );
        assert_eq!(
            [9, 10, 11, 100].map(|n| p90(&of(n))),
            [None, Some(9.0), Some(10.0), Some(90.0)]
        );
    }
}
