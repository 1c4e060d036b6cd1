//! From places along and across to points of the picture, and the ribbons and bars themselves.

use super::chosen::Chosen;
use super::layout::{Frame, Layout, Ribbon, layout};
use super::{FlowHop, HopState};
use crate::measure::{Weight, text_width_px};
use crate::pen::{Fill, Pen, Stroke};
use crate::svg::Path;
use crate::words::{NAME_PX, Rect};

/// Thickness of a bar along the flow.
pub(crate) const BAR_PX: f64 = 10.0;
/// Bars keep this width even where nothing flows, to be seen.
const BAR_PX_MIN: f64 = 4.0;
/// Narrower than this, or with columns narrower than the next, a map runs downwards.
const ACROSS_PX_MIN: f64 = 560.0;
const COLUMN_PX_MIN: f64 = 104.0;
/// Lines back that have a channel of their own.
pub(crate) const CHANNELS_MAX: u32 = 8;
const CHANNEL_PX: f64 = 10.0;
/// Boxes for which a map that runs downwards makes room.
const BOXES_MAX: usize = 4;
/// Room left of a map that runs downwards, per dependency asked.
const ASK_PX: f64 = 16.0;

/// Which way a map runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// From left to right.
    Right,
    /// From top to bottom.
    Down,
}

/// A map on its picture.
#[derive(Debug)]
pub(crate) struct Canvas {
    pub(crate) turn: Turn,
    pub(crate) map: Layout,
    /// Where each layer's bars begin along the flow.
    pub(crate) along: Vec<f64>,
    /// Where the map begins across.
    pub(crate) across0: f64,
    /// Where names and lines back begin.
    pub(crate) top: f64,
    /// Lines of a name: name and number beside or below each other.
    pub(crate) name_lines: usize,
}

/// A ribbon from one layer to the next, in the picture: where it can be written on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// Its room along the flow, between the bars.
    pub(crate) along: (f64, f64),
    /// Its beginning edge across, at both ends.
    pub(crate) across: (f64, f64),
    /// How wide it is.
    pub(crate) size: f64,
}

impl Stretch {
    /// The same ribbon without its first `offset`, and `size` wide.
    pub(crate) fn part(self, offset: f64, size: f64) -> Self {
        let across = (self.across.0 + offset, self.across.1 + offset);
        Self { across, size: size.max(0.0), ..self }
    }

    /// Its middle across at a share of its way: it swings from one end to the other.
    pub(crate) fn middle(&self, share: f64) -> f64 {
        let swung = share * share * (3.0 - 2.0 * share);
        self.across.0 + (self.across.1 - self.across.0) * swung + self.size / 2.0
    }
}

impl Canvas {
    /// Lays the map out below `top`.
    pub(crate) fn new(chosen: &Chosen<'_>, width: f64, top: f64) -> Self {
        let ranks: Vec<usize> = chosen.services.iter().map(|service| service.rank).collect();
        let asks: Vec<bool> = chosen.services.iter().map(|service| service.asks).collect();
        let wide = |gap_px| Frame { flow_px: 156.0, gap_px, across_px: None, room_px: BAR_PX_MIN };
        let right = layout(&ranks, &chosen.edges, &asks, wide(30.0));
        let n_back = right.ribbons.iter().filter(|ribbon| ribbon.is_none()).count();
        let column = (width - 40.0) / (right.n_layers as f64 - 1.0).max(1.0);
        if width < ACROSS_PX_MIN || column < COLUMN_PX_MIN {
            return Self::down(chosen, (&ranks, n_back), width, top);
        }
        let rooms: Vec<f64> = (0..chosen.services.len())
            .map(|service| {
                name_room(right.bars.get(service).map_or(0, |bar| bar.0), right.n_layers, column)
            })
            .collect();
        let name_lines = if fits_in_one_line(chosen, &rooms) { 1 } else { 2 };
        let gap_px = if name_lines == 1 { 30.0 } else { 46.0 };
        let map = layout(&ranks, &chosen.edges, &asks, wide(gap_px));
        let x0 = if n_back > 0 { 22.0 } else { 0.0 };
        let right_px = if n_back > 0 { 18.0 } else { 0.0 };
        let step = (width - right_px - x0 - BAR_PX) / (map.n_layers as f64 - 1.0).max(1.0);
        let along = (0..map.n_layers).map(|layer| x0 + step * layer as f64).collect();
        let top = top + channels_px(n_back);
        let across0 = top + if name_lines == 1 { 24.0 } else { 42.0 };
        Self { turn: Turn::Right, map, along, across0, top, name_lines }
    }

    fn down(chosen: &Chosen<'_>, (ranks, n_back): (&[usize], usize), width: f64, top: f64) -> Self {
        let left = chosen.asked.len() as f64 * ASK_PX + 2.0;
        let right = channels_px(n_back) + 4.0;
        let across = width - left - right;
        let frame =
            Frame { flow_px: across * 0.86, gap_px: 20.0, across_px: Some(across), room_px: 92.0 };
        let asks = vec![false; chosen.services.len()];
        let map = layout(ranks, &chosen.edges, &asks, frame);
        let changed = |layer: usize| {
            let hops = chosen.hops.iter().zip(&map.ribbons).filter(|(hop, ribbon)| {
                let starts = ribbon.as_ref().and_then(middle).map(|(a, _)| a.0);
                hop.state == HopState::Changed && starts == Some(layer)
            });
            hops.count()
        };
        let mut along = Vec::new();
        let mut y = top + 40.0;
        for layer in 0..map.n_layers {
            along.push(y);
            // Room for the box of the first hop that changed, and for a line of each other.
            y += BAR_PX
                + 40.0
                + match changed(layer).min(BOXES_MAX) {
                    0 => 38.0,
                    n => 92.0 + 36.0 * (n as f64 - 1.0),
                };
        }
        Self { turn: Turn::Down, map, along, across0: left, top, name_lines: 2 }
    }

    /// The point at a place.
    pub(crate) fn point(&self, along: f64, across: f64) -> (f64, f64) {
        match self.turn {
            Turn::Right => (along, self.across0 + across),
            Turn::Down => (self.across0 + across, along),
        }
    }

    /// The rectangle of a service's bar.
    pub(crate) fn bar(&self, service: usize) -> Rect {
        let (layer, extent) = self.map.bars.get(service).copied().unwrap_or_default();
        let size = extent.size.max(BAR_PX_MIN);
        let from = extent.from - (size - extent.size) / 2.0;
        let along = self.along_of(layer);
        let (x0, y0) = self.point(along, from);
        match self.turn {
            Turn::Right => Rect::sized(x0, y0, BAR_PX, size),
            Turn::Down => Rect::sized(x0, y0, size, BAR_PX),
        }
    }

    /// Where the map ends: below it nothing is drawn yet.
    pub(crate) fn bottom(&self) -> f64 {
        match self.turn {
            Turn::Right => self.across0 + self.map.across,
            Turn::Down => self.along.last().map_or(self.top, |last| last + BAR_PX),
        }
    }

    /// The layer of a service.
    pub(crate) fn layer(&self, service: usize) -> usize {
        self.map.bars.get(service).map_or(0, |(layer, _)| *layer)
    }

    /// The stretch of a ribbon that is written on: the one in the middle of its way.
    pub(crate) fn stretch(&self, ribbon: &Ribbon) -> Option<Stretch> {
        let (a, b) = middle(ribbon)?;
        Some(Stretch {
            along: (self.along_of(a.0) + BAR_PX, self.along_of(b.0)),
            across: (a.1, b.1),
            size: ribbon.size,
        })
    }

    /// Draws ribbons: those as usual first, so that what changed lies on top.
    pub(crate) fn draw_ribbons(&self, pen: &mut Pen<'_>, chosen: &Chosen<'_>) {
        for state in [HopState::AsUsual, HopState::CarriedOn, HopState::Changed] {
            for (hop, ribbon) in chosen.hops.iter().zip(&self.map.ribbons) {
                let Some(ribbon) = ribbon.as_ref().filter(|_| hop.state == state) else { continue };
                pen.open_link("hop", hop.href.as_deref(), &hop.sentence(chosen.tense));
                self.draw_ribbon(pen, hop, ribbon);
                pen.close();
            }
        }
    }

    fn draw_ribbon(&self, pen: &mut Pen<'_>, hop: &FlowHop, ribbon: &Ribbon) {
        let inks = pen.inks;
        let scale = self.map.scale;
        let (surplus, missing) = (hop.surplus() * scale, hop.missing() * scale);
        let plain = (ribbon.size - surplus - missing).max(0.0);
        let (fill, width) = match hop.state {
            HopState::Changed => (Fill::Dense, 1.4),
            HopState::AsUsual | HopState::CarriedOn => (Fill::Thin, 1.0),
        };
        if hop.missing() > 0.0 {
            let outline = Stroke::dashed(inks.alarm, width, "5 3");
            pen.path(&self.band(ribbon, 0.0, missing), Fill::Empty, Some(outline));
        }
        if hop.surplus() > 0.0 {
            let band = self.band(ribbon, missing, surplus);
            pen.path(&band, fill, Some(Stroke::solid(inks.alarm, 1.0)));
        }
        let band = self.band(ribbon, missing + surplus, plain);
        if hop.now() > 0.0 {
            pen.path(&band, Fill::Ink(inks.flow_fill), Some(Stroke::solid(inks.flow, 1.0)));
        } else if hop.missing() <= 0.0 {
            // Nothing flows and nothing used to: the way is there.
            pen.path(&band, Fill::Empty, Some(Stroke::dashed(inks.line2, 1.0, "2 3")));
        }
    }

    /// The outline of a part of a ribbon: `size` wide, `offset` from its beginning edge.
    fn band(&self, ribbon: &Ribbon, offset: f64, size: f64) -> Path {
        let last = ribbon.stations.len().saturating_sub(1);
        // Both ends of the bar's thickness at each layer it only passes.
        let mut edge: Vec<(f64, f64)> = Vec::new();
        for (at, (layer, from)) in ribbon.stations.iter().enumerate() {
            let along = self.along_of(*layer);
            if at > 0 {
                edge.push((along, from + offset));
            }
            if at < last {
                edge.push((along + BAR_PX, from + offset));
            }
        }
        let far: Vec<(f64, f64)> = edge.iter().rev().map(|(a, c)| (*a, c + size)).collect();
        let path = self.curve(Path::default(), &edge, true);
        self.curve(path, &far, false).close()
    }

    fn curve(&self, path: Path, edge: &[(f64, f64)], is_first: bool) -> Path {
        let Some((start, rest)) = edge.split_first() else { return path };
        let (x, y) = self.point(start.0, start.1);
        let mut path = if is_first { path.to(x, y) } else { path.line(x, y) };
        let mut before = *start;
        for next in rest {
            let reach = (next.0 - before.0) * 0.45;
            let end = self.point(next.0, next.1);
            path = if (next.1 - before.1).abs() < 0.05 {
                path.line(end.0, end.1)
            } else {
                let out = self.point(before.0 + reach, before.1);
                let into = self.point(next.0 - reach, next.1);
                path.curve([out, into, end])
            };
            before = *next;
        }
        path
    }

    /// Draws the bars of the services.
    pub(crate) fn draw_bars(&self, pen: &mut Pen<'_>, chosen: &Chosen<'_>) {
        for (service, number) in chosen.services.iter().zip(0..) {
            let bar = self.bar(number);
            pen.open_link("service", service.href, service.name);
            pen.rect(bar, 1.5, Fill::Ink(pen.inks.ink), None);
            pen.close();
            pen.keep_free(bar);
        }
    }

    fn along_of(&self, layer: usize) -> f64 {
        self.along.get(layer).copied().unwrap_or(self.top)
    }
}

/// Room for so many lines back.
fn channels_px(n_back: usize) -> f64 {
    (n_back as f64).min(f64::from(CHANNELS_MAX)) * CHANNEL_PX
}

/// The two stations in the middle of a ribbon's way.
fn middle(ribbon: &Ribbon) -> Option<((usize, f64), (usize, f64))> {
    let at = (ribbon.stations.len() / 2).checked_sub(1)?;
    Some((*ribbon.stations.get(at)?, *ribbon.stations.get(at + 1)?))
}

/// Room for a name at a bar of a wide map. Names of the last layer end at their bar, so they share a
/// column with those of the layer before.
pub(crate) fn name_room(layer: usize, n_layers: usize, column: f64) -> f64 {
    let is_shared = n_layers > 1 && layer + 2 >= n_layers;
    if is_shared { (column - 20.0) / 2.0 } else { column - 14.0 }
}

/// Whether every service's name has room for its number beside it.
fn fits_in_one_line(chosen: &Chosen<'_>, rooms: &[f64]) -> bool {
    chosen.services.iter().zip(rooms).all(|(service, room)| {
        let number = super::labels::amount(service.amount, chosen.tense);
        let name = text_width_px(service.name, NAME_PX, Weight::Semibold);
        name + 6.0 + text_width_px(&number, NAME_PX, Weight::Regular) <= *room
    })
}
