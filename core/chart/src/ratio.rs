//! The share that passes, over time: the band it keeps when all is well, the onset, who noticed, and in
//! lanes below what was changed meanwhile.
//!
//! Only changes that moved the figure, implicated or mitigating, draw a line through the plot; the others
//! stand in their lanes with what is said of each, so that the innocent are seen too.

use crate::glyph::Said;
use crate::ink::Style;
use crate::lanes::{self, ChangeMark};
use crate::lengths::length;
use crate::pen::{Pen, Stroke};
use crate::plot::{AXIS_PX, End, Flag, Plot, Side, Tried, gutter, head_px};
use crate::series::{Place, Series};
use crate::table::Table;
use crate::words::{Rect, SMALL_PX, Words};
use crate::zone::View;
use hw_model::{Interval, Timestamp, Verdict};

/// Changes that draw a line through the plot.
const LINES_MAX: usize = 40;

/// When a shift began: most likely, and between which times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// The likeliest instant.
    pub at: Timestamp,
    /// The interval that holds it.
    pub within: Interval,
}

/// Something that happened at an instant: an alert, a person who noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What, in few words; the time is added.
    pub label: String,
}

/// A figure over time, with what people and machines did.
#[derive(Clone, Debug, PartialEq)]
pub struct RatioOverTime {
    /// What it shows: `Share that filter lets through`.
    pub title: String,
    /// From when to when, and in which zone.
    pub view: View,
    /// The figure and what was usual.
    pub series: Series,
    /// When it shifted.
    pub onset: Option<Onset>,
    /// When machines said so.
    pub alerts: Vec<Mark>,
    /// When people did something.
    pub people: Vec<Mark>,
    /// What was changed.
    pub changes: Vec<ChangeMark>,
}

/// Draws the figure over time with its lanes of changes.
#[must_use]
pub fn ratio_over_time(data: &RatioOverTime, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    let series = data.series.thinned(&data.view);
    let top = head_px(&series, &data.view);
    let bottom = top + if pen.width < 480.0 { 190.0 } else { 220.0 };
    let x0 = left_edge(data, &series, pen.width);
    let frame = Rect { x0, y0: top, x1: pen.width - 14.0, y1: bottom };
    let mut plot = Plot::new(&series, &data.view, frame);
    let half =
        data.onset.map(|onset| plot.draw_interval(&mut pen, onset.within)).unwrap_or_default();
    plot.draw_ground(&mut pen);
    plot.draw_line(&mut pen);
    draw_uprights(data, &mut plot, &mut pen);
    let flags = flags(data, &pen, half);
    let n_left_out = plot.write_flags(&mut pen, &flags);
    plot.write_gap_names(&mut pen);
    plot.write_band_name(&mut pen);
    let mut y = frame.y1 + AXIS_PX + 4.0;
    if n_left_out > 0 {
        let labels = if n_left_out == 1 { "label" } else { "labels" };
        let note = format!("+{n_left_out} {labels} without room");
        pen.write(&Words::plain(note).at(0.0, y + 12.0).size(SMALL_PX).ink(pen.inks.ink2));
        y += 20.0;
    }
    if !data.changes.is_empty() {
        y = lanes::draw(&mut pen, &plot.time, &data.changes, subject(data), y + 2.0);
    }
    pen.finish(y + 2.0, &data.title, &ratio_over_time_words(data))
}

/// Says in words what the picture shows.
#[must_use]
pub fn ratio_over_time_words(data: &RatioOverTime) -> String {
    let view = &data.view;
    let mut said = vec![format!(
        "{} from {} to {}, times in {}.",
        hw_model::plain(&data.title, 200),
        view.moment(view.from),
        view.moment(view.to),
        view.zone.words()
    )];
    said.extend(figure_words(&data.series, view));
    if let Some(onset) = data.onset {
        said.push(onset_words(onset, view));
    }
    for (who, marks) in [("Alert", &data.alerts), ("People", &data.people)] {
        let marks: Vec<String> = marks.iter().take(8).map(|mark| mark.words(view)).collect();
        if !marks.is_empty() {
            said.push(format!("{who}: {}.", marks.join("; ")));
        }
    }
    let n_more = data.changes.len().saturating_sub(8);
    let mut changes: Vec<String> =
        data.changes.iter().take(8).map(|change| change.sentence(view)).collect();
    if n_more > 0 {
        changes.push(format!("{n_more} more in the table"));
    }
    if !changes.is_empty() {
        said.push(format!("Changes: {}.", changes.join("; ")));
    }
    said.join(" ")
}

/// The same data as tables: the figure, what happened, what was changed.
#[must_use]
pub fn ratio_over_time_tables(data: &RatioOverTime) -> Vec<Table> {
    let view = &data.view;
    let happened = happened(data);
    let mut changes: Vec<&ChangeMark> = data.changes.iter().collect();
    changes.sort_by_key(|change| change.at);
    let changes = changes.into_iter().map(|change| {
        let said = change.said.word().to_owned();
        let cells = [&change.service, &change.kind, &change.what].map(Clone::clone);
        let [service, kind, what] = cells;
        [view.full(change.at), service, kind, what, said]
    });
    vec![
        Table::new("What happened", ["Time", "What"], happened.into_iter()),
        Table::new("Changes", ["Time", "Service", "Kind", "What", "Verdict"], changes),
        figure_table(&data.title, &data.series, view),
    ]
}

/// A figure as a table: value and band, window by window, as many as are drawn.
pub(crate) fn figure_table(title: &str, series: &Series, view: &View) -> Table {
    let series = &series.thinned(view);
    let band = series.band_samples(view);
    let mut rows: Vec<(Timestamp, [String; 4])> = Vec::new();
    for sample in series.runs(view).iter().flatten() {
        let usual = crate::series::band_at(&band, sample.at);
        let words = |value| series.quantity.words(value);
        let (low, high) = usual.map_or_else(Default::default, |(l, h)| (words(l), words(h)));
        rows.push((sample.at, [view.full(sample.at), words(sample.value), low, high]));
    }
    for gap in series.gaps(view) {
        let said = format!("no data {}", length(gap.length_s()));
        rows.push((gap.from, [view.full(gap.from), said, String::new(), String::new()]));
    }
    rows.sort_by_key(|(at, _)| *at);
    let head = ["Time", "Value", "Usually from", "Usually to"];
    let caption = format!("{}, times in {}", hw_model::plain(title, 200), view.zone.words());
    Table::new(caption, head, rows.into_iter().map(|(_, row)| row))
}

/// Sentences about a figure: what is usual, when it was elsewhere and how far, what is missing.
pub(crate) fn figure_words(series: &Series, view: &View) -> Vec<String> {
    let series = &series.thinned(view);
    let words = |value| series.quantity.words(value);
    let samples = series.samples(view);
    let Some(last) = samples.last() else {
        return vec!["There is no data.".to_owned()];
    };
    let mut said = Vec::new();
    let band = series.band_samples(view);
    let low = band.iter().map(|point| point.low).reduce(f64::min);
    let high = band.iter().map(|point| point.high).reduce(f64::max);
    if let (Some(low), Some(high)) = (low, high) {
        let (low, high) = (words(low), words(high));
        said.push(match low == high {
            true => format!("Usually {low}."),
            false => format!("Usually between {low} and {high}."),
        });
    }
    let pieces = series.pieces(view);
    let outside = pieces.iter().filter(|piece| piece.place == Place::Outside);
    let points: Vec<(f64, f64)> = outside.flat_map(|piece| piece.points.iter().copied()).collect();
    if let (Some(first), Some(end)) = (points.first(), points.last()) {
        let value = |best: fn(f64, f64) -> f64| points.iter().map(|p| p.1).reduce(best);
        let (lowest, highest) = (value(f64::min), value(f64::max));
        let at = |second: f64| view.moment(view.from.plus_s(second));
        said.push(format!(
            "Outside of that from {} to {}, between {} and {}.",
            at(first.0),
            at(end.0),
            words(lowest.unwrap_or_default()),
            words(highest.unwrap_or_default())
        ));
    }
    said.push(format!("At the end {}.", words(last.value)));
    let gaps = series.gaps(view);
    if !gaps.is_empty() {
        let length_s: f64 = gaps.iter().map(|gap| gap.length_s()).sum();
        said.push(format!("No data for {} in {} gaps.", length(length_s), gaps.len()));
    }
    said
}

/// `Began between Thu 07:31 and 07:38, most likely 07:34.`
pub(crate) fn onset_words(onset: Onset, view: &View) -> String {
    let Interval { from, to } = onset.within;
    format!(
        "Began between {} and {}, most likely {}.",
        view.moment(from),
        view.moment_beside(to, from),
        view.moment_beside(onset.at, from)
    )
}

impl Mark {
    /// `alert, Thu 07:46`.
    pub(crate) fn words(&self, view: &View) -> String {
        format!("{}, {}", hw_model::plain(&self.label, 120), view.moment(self.at))
    }

    /// The label of its line: `alert 07:46`.
    pub(crate) fn flag(&self, view: &View, beside: Timestamp) -> Flag {
        Flag {
            at: self.at,
            label: hw_model::plain(&self.label, 120),
            moment: view.moment_beside(self.at, beside),
            short: view.clock(self.at),
            ink: None,
            tried: Tried { side: Side::After, end: End::Top },
            apart: 7.0,
        }
    }
}

/// The moment the picture is about.
fn subject(data: &RatioOverTime) -> Timestamp {
    data.onset.map_or(data.view.from, |onset| onset.at)
}

/// Where the plot begins: right of the values' names and, where there is room, of the services' names.
fn left_edge(data: &RatioOverTime, series: &Series, width: f64) -> f64 {
    let values = gutter(series, &data.view);
    if width < 560.0 {
        return values;
    }
    let names =
        data.changes.iter().map(|change| Words::plain(change.service.clone()).width() + 12.0);
    names.fold(values, f64::max).min(width * 0.16).max(values)
}

fn draw_uprights(data: &RatioOverTime, plot: &mut Plot<'_>, pen: &mut Pen<'_>) {
    let inks = pen.inks;
    let shown = |marks: &[Mark]| -> Vec<Timestamp> {
        let marks = marks.iter().map(|mark| mark.at);
        marks.filter(|at| data.view.shows(*at)).take(LINES_MAX).collect()
    };
    for at in shown(&data.people) {
        plot.draw_low_upright(pen, at, Stroke::dashed(inks.ink2, 1.5, "1 3"));
    }
    for change in principal(data) {
        plot.draw_upright(pen, change.at, Stroke::solid(change.said.ink(inks), 1.5));
    }
    if let Some(onset) = data.onset {
        plot.draw_upright(pen, onset.at, Stroke::solid(inks.alarm, 1.5));
    }
    for at in shown(&data.alerts) {
        plot.draw_upright(pen, at, Stroke::dashed(inks.ink, 1.5, "4 3"));
    }
}

/// Changes that moved the figure, within the view.
fn principal(data: &RatioOverTime) -> impl Iterator<Item = &ChangeMark> {
    let shown = data.changes.iter().filter(|change| data.view.shows(change.at));
    shown.filter(|change| change.said.is_principal()).take(LINES_MAX)
}

/// Labels of the upright lines, in the order in which they may choose their place.
fn flags(data: &RatioOverTime, pen: &Pen<'_>, onset_half_px: f64) -> Vec<Flag> {
    let (view, inks, beside) = (&data.view, pen.inks, subject(data));
    let mut flags = Vec::new();
    if let Some(onset) = data.onset {
        flags.push(Flag {
            at: onset.at,
            label: "onset".to_owned(),
            moment: view.moment(onset.at),
            short: view.clock(onset.at),
            ink: Some(inks.alarm),
            tried: Tried { side: Side::Before, end: End::Top },
            apart: onset_half_px + 5.0,
        });
    }
    let marks = data.alerts.iter().chain(&data.people).filter(|mark| view.shows(mark.at));
    flags.extend(marks.map(|mark| mark.flag(view, beside)));
    flags.extend(principal(data).map(|change| Flag {
        at: change.at,
        label: hw_model::plain(&change.kind, 40),
        moment: view.moment_beside(change.at, beside),
        short: view.clock(change.at),
        ink: Some(change.said.ink(inks)),
        tried: Tried { side: Side::Before, end: End::Top },
        apart: 7.0,
    }));
    flags
}

/// Onset, alerts, people, in order of time.
fn happened(data: &RatioOverTime) -> Vec<[String; 2]> {
    let mut rows: Vec<(Timestamp, String)> = Vec::new();
    if let Some(onset) = data.onset {
        rows.push((onset.at, onset_words(onset, &data.view)));
    }
    rows.extend(data.alerts.iter().map(|mark| (mark.at, mark.label.clone())));
    rows.extend(data.people.iter().map(|mark| (mark.at, mark.label.clone())));
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(at, what)| [data.view.full(at), what]).collect()
}

/// Whether a change is said to be the cause.
pub(crate) const fn is_cause(change: &ChangeMark) -> bool {
    matches!(change.said, Said::Verdict(Verdict::Implicated))
}
