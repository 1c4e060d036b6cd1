//! The onset from near: wide enough that its uncertainty of minutes can be seen.
//!
//! The long picture shows an onset of seven minutes as six pixels. Here the interval fills a stretch of its
//! own, with the change that came before it and the alert that came after it beside it.

use crate::glyph::draw_around;
use crate::ink::Style;
use crate::lanes::ChangeMark;
use crate::pen::{Pen, Stroke};
use crate::plot::{AXIS_PX, End, Flag, Plot, Side, Tried, gutter, head_px};
use crate::ratio::{Mark, Onset, figure_table, figure_words, is_cause, onset_words};
use crate::series::Series;
use crate::table::Table;
use crate::words::Rect;
use crate::zone::View;

/// Alerts and changes that are drawn.
const MARKS_MAX: usize = 12;

/// The onset from near.
#[derive(Clone, Debug, PartialEq)]
pub struct OnsetCloseUp {
    /// What it shows: `The onset, close up`.
    pub title: String,
    /// From when to when, and in which zone.
    pub view: View,
    /// The figure in short windows, and what was usual.
    pub series: Series,
    /// When it shifted.
    pub onset: Onset,
    /// When machines said so.
    pub alerts: Vec<Mark>,
    /// What was changed around it; implicated ones are drawn.
    pub changes: Vec<ChangeMark>,
}

/// Draws the onset from near.
#[must_use]
pub fn onset_close_up(data: &OnsetCloseUp, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    let inks = pen.inks;
    let height = if pen.width < 480.0 { 200.0 } else { 240.0 };
    let series = data.series.thinned(&data.view);
    let (x0, top) = (gutter(&series, &data.view), head_px(&series, &data.view));
    let frame = Rect { x0, y0: top, x1: pen.width - 14.0, y1: top + height };
    let mut plot = Plot::new(&series, &data.view, frame);
    let half = plot.draw_interval(&mut pen, data.onset.within);
    plot.draw_ground(&mut pen);
    plot.draw_line(&mut pen);
    plot.draw_upright(&mut pen, data.onset.at, Stroke::solid(inks.alarm, 1.5));
    for alert in shown_alerts(data) {
        plot.draw_upright(&mut pen, alert.at, Stroke::dashed(inks.ink, 1.5, "4 3"));
    }
    for change in causes(data) {
        let place = (plot.time.x(change.at), frame.y1 - 9.0);
        draw_around(&mut pen.svg, inks, change.said, place);
        pen.keep_free(Rect::sized(place.0 - 8.0, place.1 - 8.0, 16.0, 16.0));
    }
    let flags = flags(data, &pen, half);
    plot.write_flags(&mut pen, &flags);
    plot.write_gap_names(&mut pen);
    plot.write_band_name(&mut pen);
    pen.finish(frame.y1 + AXIS_PX, &data.title, &onset_close_up_words(data))
}

/// Says in words what the picture shows.
#[must_use]
pub fn onset_close_up_words(data: &OnsetCloseUp) -> String {
    let view = &data.view;
    let mut said = vec![
        format!("{}, times in {}.", hw_model::plain(&data.title, 200), view.zone.words()),
        onset_words(data.onset, view),
    ];
    said.extend(figure_words(&data.series, view));
    said.extend(shown_alerts(data).map(|alert| format!("Alert: {}.", alert.words(view))));
    said.extend(causes(data).map(|change| format!("Change: {}.", change.sentence(view))));
    said.join(" ")
}

/// The same data as a table.
#[must_use]
pub fn onset_close_up_tables(data: &OnsetCloseUp) -> Vec<Table> {
    vec![figure_table(&data.title, &data.series, &data.view)]
}

fn shown_alerts(data: &OnsetCloseUp) -> impl Iterator<Item = &Mark> {
    data.alerts.iter().filter(|alert| data.view.shows(alert.at)).take(MARKS_MAX)
}

fn causes(data: &OnsetCloseUp) -> impl Iterator<Item = &ChangeMark> {
    let shown = data.changes.iter().filter(|change| data.view.shows(change.at));
    shown.filter(|change| is_cause(change)).take(MARKS_MAX)
}

fn flags(data: &OnsetCloseUp, pen: &Pen<'_>, onset_half_px: f64) -> Vec<Flag> {
    let view = &data.view;
    let within = data.onset.within;
    let mut flags = vec![Flag {
        at: within.from.plus_s(within.length_s() / 2.0),
        label: "onset".to_owned(),
        moment: format!("{} to {}", view.clock(within.from), view.clock(within.to)),
        short: view.clock(data.onset.at),
        ink: Some(pen.inks.alarm),
        tried: Tried { side: Side::Before, end: End::Top },
        apart: onset_half_px + 7.0,
    }];
    flags.extend(shown_alerts(data).map(|alert| alert.flag(view, alert.at)));
    flags.extend(causes(data).map(|change| Flag {
        at: change.at,
        label: hw_model::plain(&change.kind, 40),
        moment: view.clock(change.at),
        short: view.clock(change.at),
        ink: None,
        tried: Tried { side: Side::Before, end: End::Bottom },
        apart: 11.0,
    }));
    flags
}
