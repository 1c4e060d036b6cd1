//! The common ground of pictures over time: scales, band, line, gaps, and labels that stand apart.
//!
//! Inside its band the line is thin and blue, outside thick and vermilion; no legend says so, labels stand
//! beside what they name. A label looks for the place where it hides least: it may cover neither another
//! label nor, if it can help it, the line.

use crate::axis::{TimeScale, ValueScale};
use crate::lengths::length;
use crate::measure::{Weight, shortened_before, text_width_px};
use crate::pen::{Fill, Pen, Stroke};
use crate::series::{BandPoint, Baseline, Place, Series, band_at};
use crate::svg::Path;
use crate::words::{Anchor, LABEL_PX, Rect, SMALL_PX, Words};
use crate::zone::View;
use hw_model::{Interval, Timestamp};

/// Between labels of the time axis.
const TICKS_APART_PX: f64 = 62.0;
/// Room below the plot for the time axis.
pub(crate) const AXIS_PX: f64 = 26.0;
/// Width that an interval has at least, to be seen.
const INTERVAL_PX_MIN: f64 = 6.0;
/// What a label may hide at most; one that would hide more is left out.
const COST_MAX: f64 = 7.0;
/// Labels that are tried; what comes after them is in the table.
const FLAGS_MAX: usize = 40;
/// Gaps that are named.
const GAPS_NAMED_MAX: usize = 3;
/// A label is no longer than this, and not shortened to less than that.
const LABEL_PX_MAX: f64 = 260.0;
const LABEL_CUT_PX_MIN: f64 = 44.0;
/// Where a low upright line begins.
const LOW_SHARE: f64 = 0.22;
/// Between the rows in which labels are tried.
const ROW_PX: f64 = 17.0;

/// A figure over time, placed.
#[derive(Debug)]
pub(crate) struct Plot<'d> {
    pub(crate) time: TimeScale<'d>,
    pub(crate) value: ValueScale,
    pub(crate) frame: Rect,
    series: &'d Series,
    band: Vec<BandPoint>,
    lines: Vec<Vec<(f64, f64)>>,
    uprights: Vec<Upright>,
}

/// An upright line: where it stands and where it begins.
#[derive(Clone, Copy, Debug)]
struct Upright {
    x: f64,
    top: f64,
}

/// A label of an upright line.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    /// Where the line stands.
    pub(crate) at: Timestamp,
    /// What it says; shortened if it must be.
    pub(crate) label: String,
    /// When that was: never shortened.
    pub(crate) moment: String,
    /// The same for a narrow place.
    pub(crate) short: String,
    /// In which ink; that of the picture if none is said.
    pub(crate) ink: Option<&'static str>,
    /// Where it is tried first.
    pub(crate) tried: Tried,
    /// How far from the line.
    pub(crate) apart: f64,
}

/// Where a label is tried first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tried {
    /// On which side of its line.
    pub(crate) side: Side,
    /// From which end of it.
    pub(crate) end: End,
}

/// An end of an upright line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Top,
    Bottom,
}

/// A side of an upright line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

/// Room left of a plot: the widest name of a value, and the zone.
pub(crate) fn gutter(series: &Series, view: &View) -> f64 {
    let scale = series.quantity.scale(series.highest(view), 0.0, 1.0);
    let names = scale.ticks().into_iter().map(|(_, name)| name);
    let widths = names.chain([zone_label(view)]);
    let widest = widths.map(|name| text_width_px(&name, SMALL_PX, Weight::Regular));
    widest.fold(36.0, f64::max) + 10.0
}

/// Room above a plot: for the unit, if the axis has one.
pub(crate) fn head_px(series: &Series, view: &View) -> f64 {
    let scale = series.quantity.scale(series.highest(view), 0.0, 1.0);
    if series.quantity.unit(&scale).is_some() { 22.0 } else { 6.0 }
}

/// The zone, as short as it stands beside the axis.
fn zone_label(view: &View) -> String {
    let name = &view.zone.name;
    let is_short = (1..=5).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphabetic());
    if is_short { name.clone() } else { view.zone.offset_words() }
}

impl<'d> Plot<'d> {
    /// A plot within a frame.
    pub(crate) fn new(series: &'d Series, view: &'d View, frame: Rect) -> Self {
        let value = series.quantity.scale(series.highest(view), frame.y0 + 8.0, frame.y1);
        let time = TimeScale { view, x0: frame.x0, x1: frame.x1 };
        let band = series.band_samples(view);
        Self { time, value, frame, series, band, lines: Vec::new(), uprights: Vec::new() }
    }

    /// Draws what lies below the line: gaps, rules, axes, the band.
    pub(crate) fn draw_ground(&mut self, pen: &mut Pen<'_>) {
        let Rect { x0, x1, y1, .. } = self.frame;
        pen.plot_area(self.frame);
        for gap in self.series.gaps(self.time.view) {
            self.draw_gap(pen, gap);
        }
        let rule = Stroke::solid(pen.inks.line, 1.0);
        for (value, name) in self.value.ticks() {
            let y = self.value.y(value);
            pen.line((x0, y), (x1, y), rule);
            let name = Words::plain(name).at(x0 - 8.0, y + 4.0).anchor(Anchor::End);
            pen.write(&name.size(SMALL_PX).ink(pen.inks.ink2));
        }
        if let Some(unit) = self.series.quantity.unit(&self.value) {
            let unit = Words::plain(unit).at(0.0, self.frame.y0 - 8.0).size(SMALL_PX);
            pen.write(&unit.ink(pen.inks.ink3).fit(pen.width));
        }
        let zone = Words::plain(zone_label(self.time.view)).at(0.0, y1 + 19.0);
        pen.write(&zone.size(SMALL_PX).ink(pen.inks.ink3));
        for tick in self.time.ticks(TICKS_APART_PX) {
            pen.line((tick.x, y1), (tick.x, y1 + 5.0), Stroke::solid(pen.inks.line2, 1.0));
            let label =
                if tick.is_day { Words::strong(tick.label) } else { Words::plain(tick.label) };
            let label = label.at(tick.x, y1 + 19.0).anchor(Anchor::Middle).size(SMALL_PX);
            let label = label.ink(pen.inks.ink2).between(x0 - 6.0, pen.width);
            if pen.is_free(label.rect()) {
                pen.write(&label);
            }
        }
        self.draw_band(pen);
    }

    /// Draws the line, thin inside the band and thick outside.
    pub(crate) fn draw_line(&mut self, pen: &mut Pen<'_>) {
        let (mut calm, mut shifted) = (Path::default(), Path::default());
        for piece in self.series.pieces(self.time.view) {
            let view = self.time.view;
            let place = |(second, value): &(f64, f64)| {
                (self.time.x(view.from.plus_s(*second)), self.value.y(*value))
            };
            let points: Vec<(f64, f64)> = piece.points.iter().map(place).collect();
            let path = match piece.place {
                Place::Inside => &mut calm,
                Place::Outside => &mut shifted,
            };
            *path = std::mem::take(path).lines(points.iter().copied());
            self.lines.push(points);
        }
        pen.open_clip(Rect { y0: self.frame.y0 - 4.0, y1: self.frame.y1 + 3.0, ..self.frame });
        pen.polyline(&calm, Stroke::solid(pen.inks.flow, 1.6));
        pen.polyline(&shifted, Stroke::solid(pen.inks.alarm, 2.4));
        pen.close();
    }

    /// Fills an interval of time, wide enough to be seen, and gives half its width.
    pub(crate) fn draw_interval(&self, pen: &mut Pen<'_>, interval: Interval) -> f64 {
        let (x0, x1) = (self.time.x(interval.from), self.time.x(interval.to));
        let width = (x1 - x0).max(INTERVAL_PX_MIN);
        let x = f64::midpoint(x0, x1) - width / 2.0;
        // Not beyond the plot.
        let x = x.clamp(self.frame.x0, (self.frame.x1 - width).max(self.frame.x0));
        let Rect { y0, y1, .. } = self.frame;
        pen.rect(Rect { x0: x, y0, x1: x + width, y1 }, 0.0, Fill::Ink(pen.inks.alarm_fill), None);
        width / 2.0
    }

    /// Draws an upright line through the plot.
    pub(crate) fn draw_upright(&mut self, pen: &mut Pen<'_>, at: Timestamp, stroke: Stroke) {
        self.draw_upright_from(pen, at, self.frame.y0, stroke);
    }

    /// Draws an upright line that begins below the top: labels of others have their room above it.
    pub(crate) fn draw_low_upright(&mut self, pen: &mut Pen<'_>, at: Timestamp, stroke: Stroke) {
        let Rect { y0, y1, .. } = self.frame;
        self.draw_upright_from(pen, at, y0 + (y1 - y0) * LOW_SHARE, stroke);
    }

    fn draw_upright_from(&mut self, pen: &mut Pen<'_>, at: Timestamp, top: f64, stroke: Stroke) {
        let x = self.time.x(at);
        pen.line((x, top), (x, self.frame.y1), stroke);
        self.uprights.push(Upright { x, top });
    }

    /// Writes labels, the first ones with the first choice of places; gives how many found none.
    pub(crate) fn write_flags(&self, pen: &mut Pen<'_>, flags: &[Flag]) -> usize {
        let mut n_left_out = flags.len().saturating_sub(FLAGS_MAX);
        for flag in flags.iter().take(FLAGS_MAX) {
            let own_x = self.time.x(flag.at);
            let cost = |rect: Rect| self.cost(rect, own_x);
            let best = pen.best(self.places(pen, flag), self.frame, cost);
            match best.filter(|words| cost(words.rect()) < COST_MAX) {
                Some(words) => pen.write(&words),
                None => n_left_out += 1,
            }
        }
        n_left_out
    }

    /// Names the band where it hides nothing.
    pub(crate) fn write_band_name(&self, pen: &mut Pen<'_>) {
        let name = match self.series.baseline {
            Baseline::Learned if self.is_band_flat() => "usual",
            Baseline::Learned => "learned band",
            Baseline::Shown => "usual",
            Baseline::Learning => "still learning",
        };
        let Rect { x0, x1, .. } = self.frame;
        let columns = [0.01, 0.2, 0.4, 0.6, 0.8].map(|share| x0 + 6.0 + (x1 - x0) * share);
        let places = columns.into_iter().flat_map(|x| {
            let band = band_at(&self.band, self.time.at(x + 40.0));
            let (low, high) = band.map_or((None, None), |(low, high)| (Some(low), Some(high)));
            let below = low.map(|low| self.value.y(low) + 15.0);
            let above = high.map(|high| self.value.y(high) - 6.0);
            [below, above].into_iter().flatten().map(move |y| (x, y))
        });
        let words = |(x, y)| Words::plain(name).at(x, y).ink(pen.inks.flow).halo(pen.inks.surface);
        let best = pen.best(places.map(words), self.frame, |rect| self.cost(rect, f64::NAN));
        if let Some(words) = best {
            pen.write(&words);
        }
    }

    /// Names the longest gaps, within them if they are wide enough: `no data 10 min`.
    pub(crate) fn write_gap_names(&self, pen: &mut Pen<'_>) {
        let mut gaps = self.series.gaps(self.time.view);
        gaps.sort_by(|a, b| b.length_s().total_cmp(&a.length_s()).then(a.from.cmp(&b.from)));
        let Rect { y0, y1, .. } = self.frame;
        for gap in gaps.iter().take(GAPS_NAMED_MAX) {
            let (x0, x1) = (self.time.x(gap.from), self.time.x(gap.to));
            let name = format!("no data {}", length(gap.length_s()));
            let words = Words::plain(name).ink(pen.inks.ink2).halo(pen.inks.surface);
            let is_inside = words.width() + 12.0 <= x1 - x0;
            let rows = [0.78, 0.7, 0.86, 0.6, 0.94, 0.3, 0.2].map(|share| y0 + (y1 - y0) * share);
            let places = rows.into_iter().flat_map(|y| {
                if is_inside {
                    let middle = words.clone().at(f64::midpoint(x0, x1), y);
                    vec![middle.anchor(Anchor::Middle)]
                } else {
                    let before = words.clone().at(x0 - 5.0, y).anchor(Anchor::End);
                    vec![words.clone().at(x1 + 5.0, y), before]
                }
            });
            let own_x = f64::midpoint(x0, x1);
            let best = pen.best(places, self.frame, |rect| self.cost(rect, own_x));
            if let Some(words) = best {
                pen.write(&words);
            }
        }
    }

    fn draw_gap(&self, pen: &mut Pen<'_>, gap: Interval) {
        let (x0, x1) = (self.time.x(gap.from), self.time.x(gap.to));
        let Rect { y0, y1, .. } = self.frame;
        let area = Rect { x0, y0, x1: x1.max(x0 + 1.0), y1 };
        pen.rect(area, 0.0, Fill::Ink(pen.inks.sunk), None);
        let edge = Stroke::dashed(pen.inks.line2, 1.0, "1 3");
        for x in [area.x0, area.x1] {
            pen.line((x, y0), (x, y1), edge);
        }
    }

    fn draw_band(&self, pen: &mut Pen<'_>) {
        let place = |at: Timestamp, value: f64| (self.time.x(at), self.value.y(value));
        let upper = self.band.iter().map(|point| place(point.at, point.high));
        let lower = self.band.iter().map(|point| place(point.at, point.low));
        if self.band.len() < 2 {
            return;
        }
        let dashed = Some(Stroke::dashed(pen.inks.flow, 1.0, "4 3"));
        match self.series.baseline {
            Baseline::Learned | Baseline::Shown if self.is_band_flat() => {
                pen.path(&Path::default().lines(upper), Fill::Empty, dashed);
            }
            Baseline::Learned | Baseline::Shown => {
                let area = Path::default().lines(upper.chain(lower.rev())).close();
                pen.path(&area, Fill::Ink(pen.inks.flow_fill), None);
            }
            Baseline::Learning => {
                let edges = Path::default().lines(upper).lines(lower);
                pen.path(&edges, Fill::Empty, dashed);
            }
        }
    }

    /// Whether one figure is known as usual and not how far it goes up and down.
    fn is_band_flat(&self) -> bool {
        self.band.iter().all(|point| (point.high - point.low).abs() < f64::EPSILON)
    }

    /// Every place a label may stand: row by row, beside its line.
    fn places(&self, pen: &Pen<'_>, flag: &Flag) -> Vec<Words> {
        let Rect { x0, x1, y0, y1 } = self.frame;
        let x = self.time.x(flag.at);
        let sides = match flag.tried.side {
            Side::Before => [Side::Before, Side::After],
            Side::After => [Side::After, Side::Before],
        };
        let n_rows = ((y1 - y0 - 22.0) / ROW_PX).floor().max(0.0);
        let mut places = Vec::new();
        for side in sides {
            let (at, anchor, room) = match side {
                Side::Before => (x - flag.apart, Anchor::End, x - flag.apart - x0),
                Side::After => (x + flag.apart, Anchor::Start, x1 - x - flag.apart),
            };
            let Some(words) = flag.words(room - 2.0) else { continue };
            let words = words.halo(pen.inks.surface).anchor(anchor);
            let words = flag.ink.map_or(words.clone(), |ink| words.ink(ink));
            let mut row = 0.0;
            while row <= n_rows {
                let y = match flag.tried.end {
                    End::Top => y0 + 16.0 + row * ROW_PX,
                    End::Bottom => y1 - 6.0 - row * ROW_PX,
                };
                places.push(words.clone().at(at, y));
                row += 1.0;
            }
        }
        places
    }

    /// How much a label there would hide.
    fn cost(&self, rect: Rect, own_x: f64) -> f64 {
        let rect = rect.grown(2.0);
        let mut hidden = 0.0;
        for line in &self.lines {
            let n_crossed = line.windows(2).filter(|pair| match pair {
                [a, b] => rect.is_crossed(*a, *b),
                _ => false,
            });
            hidden += n_crossed.count() as f64;
        }
        // Lines of others through the label, and between it and its own line.
        let (from, to) = if own_x.is_nan() {
            (rect.x0, rect.x1)
        } else {
            (rect.x0.min(own_x), rect.x1.max(own_x))
        };
        let others = self.uprights.iter().filter(|upright| {
            let is_other = own_x.is_nan() || (upright.x - own_x).abs() > 0.5;
            is_other && from < upright.x && upright.x < to && upright.top < rect.y1
        });
        hidden += 2.0 * others.count() as f64;
        let middle = self.time.at(f64::midpoint(rect.x0, rect.x1));
        let is_on_band = band_at(&self.band, middle)
            .is_some_and(|(low, high)| rect.y0 < self.value.y(low) && self.value.y(high) < rect.y1);
        if is_on_band { hidden + 0.8 } else { hidden }
    }
}

impl Flag {
    /// What it says in a room: the label gives way to the moment; nothing if no form fits.
    fn words(&self, room: f64) -> Option<Words> {
        let whole = |moment: &str| Words::strong(format!("{} {moment}", self.label));
        let room = room.min(LABEL_PX_MAX);
        let forms = [whole(&self.moment), whole(&self.short)];
        if let Some(words) = forms.into_iter().find(|words| words.width() <= room) {
            return Some(words);
        }
        let face = (LABEL_PX, Weight::Semibold);
        let cut = shortened_before(&self.label, &self.short, room, LABEL_CUT_PX_MIN, face)?;
        Some(whole(&self.moment).shown_as(cut))
    }
}
