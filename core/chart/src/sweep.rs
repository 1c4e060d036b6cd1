//! What a threshold costs and what it brings: false alarms on quiet days, and how soon it fires on the
//! incident, for every threshold tried.
//!
//! Two small panels with one axis of thresholds: a good threshold has no dot above the ground on the left
//! and a low one on the right. A threshold that never fires is drawn as never, not as late.

use crate::axis::{Quantity, ValueScale, clean, figure, nice};
use crate::ink::Style;
use crate::lengths::{LengthScale, length};
use crate::pen::{Pen, Stroke};
use crate::svg::Path;
use crate::table::Table;
use crate::words::{Anchor, LABEL_PX, NAME_PX, Rect, SMALL_PX, Words};
use hw_model::count_words;

/// Thresholds that are drawn.
const POINTS_MAX: usize = 200;
/// Narrower than this, one panel stands above the other.
const BESIDE_PX_MIN: f64 = 560.0;
const PANEL_PX: f64 = 150.0;
/// The row of those that never fire.
const NEVER_PX: f64 = 22.0;
/// Room for the names of values.
const GUTTER_PX: f64 = 62.0;

/// What one threshold would have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepPoint {
    /// The threshold.
    pub threshold: f64,
    /// False alarms on the quiet days.
    pub false_alarms: u64,
    /// Seconds from the onset to its first firing; `None` if it never fires.
    pub fires_after_s: Option<f64>,
}

/// Thresholds tried on recorded history.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdSweep {
    /// What it shows.
    pub title: String,
    /// What a threshold is.
    pub quantity: Quantity,
    /// Days without an incident on which false alarms were counted.
    pub quiet_days: f64,
    /// The thresholds.
    pub points: Vec<SweepPoint>,
    /// The one that is proposed.
    pub chosen: Option<f64>,
    /// Seconds from the onset until a person noticed.
    pub noticed_after_s: Option<f64>,
    /// Seconds from the onset until Highwater said so.
    pub detected_after_s: Option<f64>,
}

/// Draws the sweep as two panels.
#[must_use]
pub fn threshold_sweep(data: &ThresholdSweep, style: &Style<'_>) -> String {
    let mut pen = Pen::new(style);
    let points = data.shown();
    let is_beside = pen.width >= BESIDE_PX_MIN;
    let width = if is_beside { (pen.width - 32.0) / 2.0 } else { pen.width };
    let top = 28.0;
    let left = Rect { x0: GUTTER_PX, y0: top, x1: width - 10.0, y1: top + PANEL_PX };
    let (dx, dy) = if is_beside { (width + 32.0, 0.0) } else { (0.0, PANEL_PX + 84.0) };
    let right = Rect { x0: left.x0 + dx, x1: left.x1 + dx, y0: left.y0 + dy, y1: left.y1 + dy };
    draw_false_alarms(&mut pen, data, &points, left);
    draw_firings(&mut pen, data, &points, right);
    if points.is_empty() {
        let words = Words::plain("No threshold was tried.").at(left.x0 + 10.0, left.y0 + 80.0);
        pen.write(&words.ink(pen.inks.ink2).halo(pen.inks.surface));
    }
    pen.finish(right.y1 + 40.0, &data.title, &threshold_sweep_words(data))
}

/// Says in words what the picture shows.
#[must_use]
pub fn threshold_sweep_words(data: &ThresholdSweep) -> String {
    let points = data.shown();
    let mut said = vec![format!("{}.", hw_model::plain(&data.title, 200))];
    let chosen = data.proposed().and_then(|chosen| {
        points
            .iter()
            .min_by(|a, b| (a.threshold - chosen).abs().total_cmp(&(b.threshold - chosen).abs()))
    });
    if let Some(chosen) = chosen {
        said.push(format!("Proposed: {}", data.sentence(chosen)));
    }
    let silent = points.iter().filter(|point| point.false_alarms == 0);
    let firing = silent.filter(|point| point.fires_after_s.is_some()).count();
    said.push(format!(
        "{} thresholds tried on {} quiet days; {firing} of them fire without a false alarm.",
        points.len(),
        figure(clean(data.quiet_days))
    ));
    for (who, after_s) in [("A person", data.noticed_after_s), ("Highwater", data.detected_after_s)]
    {
        if let Some(after_s) = after_s {
            said.push(format!("{who} noticed {} after the onset.", length(after_s)));
        }
    }
    said.join(" ")
}

/// The same data as a table.
#[must_use]
pub fn threshold_sweep_tables(data: &ThresholdSweep) -> Vec<Table> {
    let rows = data.sorted().into_iter().map(|point| {
        let fires = point.fires_after_s.map_or_else(|| "never".to_owned(), length);
        [data.quantity.words(point.threshold), point.false_alarms.to_string(), fires]
    });
    let alarms = format!("False alarms in {} quiet days", figure(clean(data.quiet_days)));
    let head = ["Threshold", &alarms, "Fires after the onset"];
    vec![Table::new(data.title.clone(), head, rows)]
}

/// Whether a number can be a threshold: figures are counts and ratios, from 0.
fn is_threshold(threshold: f64) -> bool {
    (0.0..=1e9).contains(&threshold)
}

impl ThresholdSweep {
    /// The proposed threshold, if it is one.
    fn proposed(&self) -> Option<f64> {
        self.chosen.filter(|threshold| is_threshold(*threshold))
    }

    /// Every threshold that is one, by size.
    fn sorted(&self) -> Vec<SweepPoint> {
        let known = self.points.iter().filter(|point| is_threshold(point.threshold));
        let mut points: Vec<SweepPoint> = known.copied().collect();
        points.sort_by(|a, b| a.threshold.total_cmp(&b.threshold));
        points
    }

    /// As many of them as are drawn.
    fn shown(&self) -> Vec<SweepPoint> {
        let points = self.sorted();
        let every = points.len().div_ceil(POINTS_MAX).max(1);
        points.into_iter().step_by(every).collect()
    }

    /// `75 %: 0 false alarms in 14 quiet days, fires 2 min after the onset.`
    fn sentence(&self, point: &SweepPoint) -> String {
        let fires = point.fires_after_s.map_or_else(
            || "never fires".to_owned(),
            |after_s| format!("fires {} after the onset", length(after_s)),
        );
        format!(
            "{}: {} false alarms in {} quiet days, {fires}.",
            self.quantity.words(point.threshold),
            count_words(point.false_alarms as f64),
            figure(clean(self.quiet_days))
        )
    }
}

/// Places of thresholds.
#[derive(Clone, Copy, Debug)]
struct Thresholds {
    low: f64,
    high: f64,
    x0: f64,
    x1: f64,
}

impl Thresholds {
    fn new(data: &ThresholdSweep, points: &[SweepPoint], panel: Rect) -> Self {
        let all = points.iter().map(|point| point.threshold).chain(data.proposed());
        let (low, high) =
            all.fold((f64::MAX, f64::MIN), |(low, high), t| (low.min(t), high.max(t)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let spare = if high > low { (high - low) * 0.04 } else { 0.5 };
        Self { low: low - spare, high: high + spare, x0: panel.x0, x1: panel.x1 }
    }

    fn x(&self, threshold: f64) -> f64 {
        let share = (threshold - self.low) / (self.high - self.low);
        self.x0 + (self.x1 - self.x0) * share.clamp(0.0, 1.0)
    }

    /// Round thresholds.
    fn ticks(&self) -> Vec<f64> {
        let (_, step) = nice(self.high - self.low);
        let mut at = (self.low / step).ceil();
        let mut ticks = Vec::new();
        while at * step <= self.high && ticks.len() < 12 {
            ticks.push(at * step);
            at += 1.0;
        }
        ticks
    }
}

/// The ground of a panel: its name, the axis of thresholds, the proposed one.
fn draw_panel(
    pen: &mut Pen<'_>,
    data: &ThresholdSweep,
    thresholds: Thresholds,
    panel: Rect,
    name: &str,
) {
    let inks = pen.inks;
    let left = panel.x0 - GUTTER_PX;
    let name = Words::strong(name).size(NAME_PX).at(left, panel.y0 - 14.0);
    pen.write(&name.fit(panel.x1 - left));
    for threshold in thresholds.ticks() {
        let x = thresholds.x(threshold);
        pen.line((x, panel.y1), (x, panel.y1 + 5.0), Stroke::solid(inks.line2, 1.0));
        let label = match data.quantity {
            Quantity::Ratio => format!("{}\u{a0}%", figure(threshold * 100.0)),
            Quantity::Count { .. } => figure(threshold),
        };
        let label = Words::plain(label).at(x, panel.y1 + 19.0).anchor(Anchor::Middle);
        let label = label.size(SMALL_PX).ink(inks.ink2).between(left, pen.width);
        if pen.is_free(label.rect()) {
            pen.write(&label);
        }
    }
    let unit = match &data.quantity {
        Quantity::Ratio => "threshold".to_owned(),
        Quantity::Count { unit } => format!("threshold, {}", hw_model::plain(unit, 40)),
    };
    let unit = Words::plain(unit).at(panel.x0, panel.y1 + 35.0).size(SMALL_PX).ink(inks.ink3);
    pen.write(&unit.fit(panel.width()));
    if let Some(chosen) = data.proposed() {
        let x = thresholds.x(chosen);
        pen.line((x, panel.y0), (x, panel.y1), Stroke::solid(inks.flow, 1.5));
    }
}

/// Names the proposed threshold where there is room beside its line.
fn write_chosen(pen: &mut Pen<'_>, data: &ThresholdSweep, thresholds: Thresholds, panel: Rect) {
    let Some(chosen) = data.proposed() else { return };
    let x = thresholds.x(chosen);
    let text = format!("proposed {}", data.quantity.words(chosen));
    let words = Words::strong(text).size(LABEL_PX).ink(pen.inks.flow).halo(pen.inks.surface);
    let words = words.fit(panel.width() * 0.48);
    let rows = [16.0, 33.0, 50.0, 67.0, 84.0, 101.0, 118.0].map(|dy| panel.y0 + dy);
    let places = rows.into_iter().flat_map(|y| {
        let after = words.clone().at(x + 7.0, y);
        [after, words.clone().at(x - 7.0, y).anchor(Anchor::End)]
    });
    if let Some(words) = pen.best(places, panel, |_| 0.0) {
        pen.write(&words);
    }
}

fn draw_false_alarms(pen: &mut Pen<'_>, data: &ThresholdSweep, points: &[SweepPoint], panel: Rect) {
    let inks = pen.inks;
    let thresholds = Thresholds::new(data, points, panel);
    let most = points.iter().map(|point| point.false_alarms as f64).fold(0.0, f64::max);
    let count = Quantity::Count { unit: String::new() };
    // Under four alarms a step would be a part of one.
    let scale: ValueScale = count.scale(most.max(4.0), panel.y0 + 8.0, panel.y1);
    for (value, name) in scale.ticks() {
        let y = scale.y(value);
        pen.line((panel.x0, y), (panel.x1, y), Stroke::solid(inks.line, 1.0));
        let name = Words::plain(name).at(panel.x0 - 8.0, y + 4.0).anchor(Anchor::End);
        pen.write(&name.size(SMALL_PX).ink(inks.ink2));
    }
    let days = figure(clean(data.quiet_days));
    draw_panel(pen, data, thresholds, panel, &format!("False alarms in {days} quiet days"));
    let place =
        |point: &SweepPoint| (thresholds.x(point.threshold), scale.y(point.false_alarms as f64));
    pen.polyline(&Path::default().lines(points.iter().map(place)), Stroke::solid(inks.line2, 1.2));
    for point in points {
        let is_false = point.false_alarms > 0;
        keep_dot_free(pen, place(point));
        draw_dot(
            pen,
            place(point),
            if is_false { inks.alarm } else { inks.flow },
            &data.sentence(point),
        );
    }
    write_chosen(pen, data, thresholds, panel);
}

fn draw_firings(pen: &mut Pen<'_>, data: &ThresholdSweep, points: &[SweepPoint], panel: Rect) {
    let inks = pen.inks;
    let thresholds = Thresholds::new(data, points, panel);
    let fired = points.iter().filter_map(|point| point.fires_after_s);
    let known = fired.chain(data.noticed_after_s).chain(data.detected_after_s);
    let scale = LengthScale::new(known, panel.y1, panel.y0 + NEVER_PX + 8.0);
    for (seconds, name) in scale.ticks() {
        let y = scale.at(seconds);
        pen.line((panel.x0, y), (panel.x1, y), Stroke::solid(inks.line, 1.0));
        let name = Words::plain(name).at(panel.x0 - 8.0, y + 4.0).anchor(Anchor::End);
        let name = name.size(SMALL_PX).ink(inks.ink2);
        if pen.is_free(name.rect()) {
            pen.write(&name);
        }
    }
    let never_y = panel.y0 + 6.0;
    if points.iter().any(|point| point.fires_after_s.is_none()) {
        let never = Words::plain("never").at(panel.x0 - 8.0, never_y + 4.0).anchor(Anchor::End);
        pen.write(&never.size(SMALL_PX).ink(inks.ink2));
        pen.line((panel.x0, never_y), (panel.x1, never_y), Stroke::dashed(inks.line2, 1.0, "1 3"));
    }
    draw_panel(pen, data, thresholds, panel, "First firing after the onset");
    let place = |point: &SweepPoint| {
        let y = point.fires_after_s.map_or(never_y, |after_s| scale.at(after_s));
        (thresholds.x(point.threshold), y)
    };
    for run in points.chunk_by(|a, b| a.fires_after_s.is_some() && b.fires_after_s.is_some()) {
        if run.len() > 1 {
            let path = Path::default().lines(run.iter().map(place));
            pen.polyline(&path, Stroke::solid(inks.line2, 1.2));
        }
    }
    for point in points {
        keep_dot_free(pen, place(point));
        match point.fires_after_s {
            Some(_) => draw_dot(pen, place(point), inks.flow, &data.sentence(point)),
            None => draw_ring(pen, place(point), &data.sentence(point)),
        }
    }
    write_references(pen, data, &scale, panel);
    write_chosen(pen, data, thresholds, panel);
}

/// Lines for when a person and when Highwater noticed.
fn write_references(pen: &mut Pen<'_>, data: &ThresholdSweep, scale: &LengthScale, panel: Rect) {
    let inks = pen.inks;
    let references = [
        ("a person noticed", data.noticed_after_s, Stroke::dashed(inks.ink2, 1.5, "1 3")),
        ("Highwater", data.detected_after_s, Stroke::dashed(inks.ink, 1.5, "4 3")),
    ];
    for (who, after_s, stroke) in references {
        let Some(after_s) = after_s else { continue };
        let y = scale.at(after_s);
        pen.line((panel.x0, y), (panel.x1, y), stroke);
        let words = Words::strong(format!("{who} {}", length(after_s))).halo(inks.surface);
        let sides = [(panel.x1 - 4.0, Anchor::End), (panel.x0 + 6.0, Anchor::Start)];
        let places = [y - 6.0, y + 15.0].into_iter().flat_map(|y| {
            sides.map(|(x, anchor)| words.clone().at(x, y).anchor(anchor).size(SMALL_PX))
        });
        if let Some(words) = pen.best(places, panel, |_| 0.0) {
            pen.write(&words);
        }
    }
}

fn keep_dot_free(pen: &mut Pen<'_>, (x, y): (f64, f64)) {
    pen.keep_free(Rect::sized(x - 3.0, y - 3.0, 6.0, 6.0));
}

fn draw_dot(pen: &mut Pen<'_>, (x, y): (f64, f64), ink: &str, label: &str) {
    pen.open_link("dot", None, label);
    let dot = pen.svg.element("circle").num("cx", x).num("cy", y).num("r", 3.5);
    dot.attr("fill", ink).end();
    pen.close();
}

/// One that never fires is hollow.
fn draw_ring(pen: &mut Pen<'_>, (x, y): (f64, f64), label: &str) {
    pen.open_link("dot", None, label);
    let ring = pen.svg.element("circle").num("cx", x).num("cy", y).num("r", 3.5);
    let ring = ring.attr("fill", pen.inks.surface).attr("stroke", pen.inks.alarm);
    ring.num("stroke-width", 1.6).end();
    pen.close();
}
