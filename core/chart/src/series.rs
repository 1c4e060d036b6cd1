//! A figure over time as it can be drawn: at most 2,000 points, gaps kept, and cut where it leaves its band.
//!
//! Where more points come than can be seen, each bucket of time keeps its lowest and its highest, so that
//! no peak is lost. Missing data is a gap and never a zero: two points further apart than their windows
//! are not joined.

use crate::axis::{Quantity, clean};
use crate::zone::View;
use hw_model::{Interval, Timestamp};

/// Points of a series that are drawn at most.
pub const POINTS_MAX: usize = 2_000;

/// Buckets of which two points are kept; the last point of all is kept besides.
const N_BUCKETS: usize = POINTS_MAX / 2 - 1;

/// Windows without data after which a line is broken: one more than between neighbours, with half a
/// window to spare.
const GAP_WINDOWS: f64 = 1.5;

/// A figure in one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Where the window begins.
    pub at: Timestamp,
    /// The figure; `None` where there is no data.
    pub value: Option<f64>,
}

/// What was usual at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandPoint {
    /// From when.
    pub at: Timestamp,
    /// The lower edge.
    pub low: f64,
    /// The upper edge.
    pub high: f64,
}

/// Whether what is usual is known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// It was learned.
    Learned,
    /// It is what stands in the picture itself outside of shifts: nobody is alerted by it.
    Shown,
    /// It is being learned: nobody would be alerted yet.
    Learning,
}

/// A figure over time, with what was usual.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it is.
    pub quantity: Quantity,
    /// Seconds of one window.
    pub window_s: f64,
    /// The figures.
    pub points: Vec<Point>,
    /// What was usual, in the same unit.
    pub band: Vec<BandPoint>,
    /// Whether that is known yet.
    pub baseline: Baseline,
}

/// A value at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) at: Timestamp,
    pub(crate) value: f64,
}

/// A piece of a line that is drawn in one way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    /// Whether it lies outside the band.
    pub(crate) place: Place,
    /// Its points, in seconds since the left edge and in the unit of the series.
    pub(crate) points: Vec<(f64, f64)>,
}

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Within the band, or there is none to leave.
    Inside,
    /// Above or below it.
    Outside,
}

impl Series {
    /// The same with as few points as are drawn: what many look at is best made small first.
    pub(crate) fn thinned(&self, view: &View) -> Self {
        let samples = thinned(self.samples(view), view).into_iter();
        let points = samples.map(|sample| Point { at: sample.at, value: Some(sample.value) });
        Self {
            quantity: self.quantity.clone(),
            window_s: self.window_s,
            points: points.collect(),
            band: self.band_samples(view),
            baseline: self.baseline,
        }
    }

    /// The runs of the line between its gaps.
    pub(crate) fn runs(&self, view: &View) -> Vec<Vec<Sample>> {
        let samples = thinned(self.samples(view), view);
        let apart_s = self.gap_s(view);
        let mut runs: Vec<Vec<Sample>> = Vec::new();
        for sample in samples {
            let follows = runs.last().and_then(|run| run.last());
            let is_joined = follows.is_some_and(|last| sample.at.seconds_since(last.at) <= apart_s);
            match runs.last_mut() {
                Some(run) if is_joined => run.push(sample),
                Some(_) | None => runs.push(vec![sample]),
            }
        }
        runs
    }

    /// Stretches without data, the edges of the view included.
    pub(crate) fn gaps(&self, view: &View) -> Vec<Interval> {
        let apart_s = self.gap_s(view);
        let window_s = self.window_s();
        let mut gaps = Vec::new();
        // A point stands for the window it begins.
        let mut known_to = view.from.plus_s(-window_s);
        for run in self.runs(view) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            // At an edge a window may be cut, and so is no gap.
            let slack_s = if known_to < view.from { window_s } else { 0.0 };
            if first.at.seconds_since(known_to) > apart_s + slack_s {
                gaps.push(Interval { from: known_to.plus_s(window_s), to: first.at });
            }
            known_to = last.at;
        }
        if view.to.seconds_since(known_to) > apart_s + window_s {
            gaps.push(Interval { from: known_to.plus_s(window_s), to: view.to });
        }
        gaps.retain(|gap| gap.length_s() > 0.0);
        gaps
    }

    /// The band within the view.
    pub(crate) fn band_samples(&self, view: &View) -> Vec<BandPoint> {
        let mut band: Vec<BandPoint> = self
            .band
            .iter()
            .filter(|point| point.low.is_finite() && point.high.is_finite())
            .map(|point| BandPoint {
                at: point.at,
                low: clean(point.low.min(point.high)),
                high: clean(point.high.max(point.low)),
            })
            .collect();
        band.sort_by_key(|point| point.at);
        clipped(&band, view)
    }

    /// The line in pieces inside and outside the band.
    pub(crate) fn pieces(&self, view: &View) -> Vec<Piece> {
        let band = self.band_samples(view);
        self.runs(view).iter().flat_map(|run| cut(run, &band, view.from)).collect()
    }

    /// The highest value that must be shown.
    pub(crate) fn highest(&self, view: &View) -> f64 {
        let values = self.samples(view).into_iter().map(|sample| sample.value);
        let band = self.band_samples(view).into_iter().map(|point| point.high);
        values.chain(band).fold(0.0, f64::max)
    }

    /// Finite values within the view, in order of time.
    pub(crate) fn samples(&self, view: &View) -> Vec<Sample> {
        let shown = self.points.iter().filter(|point| view.shows(point.at));
        let mut samples: Vec<Sample> = shown
            .filter_map(|point| {
                let value = point.value.filter(|value| value.is_finite())?;
                Some(Sample { at: point.at, value: clean(value) })
            })
            .collect();
        samples.sort_by_key(|sample| sample.at);
        samples
    }

    fn window_s(&self) -> f64 {
        clean(self.window_s).max(0.001)
    }

    /// Seconds between points that are still joined.
    fn gap_s(&self, view: &View) -> f64 {
        (self.window_s() * GAP_WINDOWS).max(1.5 * bucket_s(view))
    }
}

/// Seconds of a bucket of which two points are kept.
fn bucket_s(view: &View) -> f64 {
    view.length_s() / N_BUCKETS as f64
}

/// At most [`POINTS_MAX`] samples: of each bucket the lowest and the highest, in order of time, and the
/// last of all.
fn thinned(samples: Vec<Sample>, view: &View) -> Vec<Sample> {
    if samples.len() <= POINTS_MAX {
        return samples;
    }
    let bucket = |sample: &Sample| {
        let at = (sample.at.seconds_since(view.from) / bucket_s(view)).floor();
        at.min((N_BUCKETS - 1) as f64)
    };
    let last = samples.last().copied();
    let mut kept: Vec<Sample> = Vec::new();
    for bucket in samples.chunk_by(|a, b| bucket(a).total_cmp(&bucket(b)).is_eq()) {
        let lowest = bucket.iter().min_by(|a, b| a.value.total_cmp(&b.value));
        let highest = bucket.iter().max_by(|a, b| a.value.total_cmp(&b.value));
        let (Some(lowest), Some(highest)) = (lowest, highest) else { continue };
        let (first, second) =
            if lowest.at <= highest.at { (lowest, highest) } else { (highest, lowest) };
        kept.push(*first);
        if second.at > first.at {
            kept.push(*second);
        }
    }
    if let Some(last) = last.filter(|last| kept.last().is_some_and(|kept| kept.at < last.at)) {
        kept.push(last);
    }
    kept
}

/// The part of a band within the view, with its edges where it crosses those of the view, thinned.
fn clipped(band: &[BandPoint], view: &View) -> Vec<BandPoint> {
    let edge = |at: Timestamp| {
        let (low, high) = band_at(band, at)?;
        Some(BandPoint { at, low, high })
    };
    let within = band.iter().copied().filter(|point| view.from < point.at && point.at < view.to);
    let all: Vec<BandPoint> =
        edge(view.from).into_iter().chain(within).chain(edge(view.to)).collect();
    let every = all.len().div_ceil(POINTS_MAX).max(1);
    let last = all.len().saturating_sub(1);
    let kept =
        all.into_iter().enumerate().filter(|(at, _)| at.is_multiple_of(every) || *at == last);
    kept.map(|(_, point)| point).collect()
}

/// The band at an instant, if it is known by then.
pub(crate) fn band_at(band: &[BandPoint], at: Timestamp) -> Option<(f64, f64)> {
    let after = band.partition_point(|point| point.at < at);
    let Some(right) = band.get(after) else {
        // What was usual last still is.
        return band.last().map(|last| (last.low, last.high));
    };
    if right.at == at {
        return Some((right.low, right.high));
    }
    let left = band.get(after.checked_sub(1)?)?;
    let share = at.seconds_since(left.at) / right.at.seconds_since(left.at).max(1e-9);
    let between = |a: f64, b: f64| a + (b - a) * share;
    Some((between(left.low, right.low), between(left.high, right.high)))
}

/// A run cut where it crosses an edge of the band.
fn cut(run: &[Sample], band: &[BandPoint], from: Timestamp) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |place: Place, a: (f64, f64), b: (f64, f64)| match pieces.last_mut() {
        Some(piece) if piece.place == place => piece.points.push(b),
        Some(_) | None => pieces.push(Piece { place, points: vec![a, b] }),
    };
    let seen = |sample: &Sample| {
        let offset = offset(sample.value, band_at(band, sample.at));
        ((sample.at.seconds_since(from), sample.value), offset)
    };
    if let [only] = run {
        let (point, offset) = seen(only);
        return vec![Piece { place: offset.place(), points: vec![point] }];
    }
    for pair in run.windows(2) {
        let [a, b] = pair else { continue };
        let ((start, from_offset), (end, to_offset)) = (seen(a), seen(b));
        match (from_offset.place(), to_offset.place()) {
            (Place::Inside, Place::Inside) => add(Place::Inside, start, end),
            (Place::Outside, Place::Outside) => add(Place::Outside, start, end),
            (before, after) => {
                // The edge that is crossed is that of the end outside.
                let share = match before {
                    Place::Inside => from_offset.crossing(to_offset),
                    Place::Outside => 1.0 - to_offset.crossing(from_offset),
                };
                let at = |a: f64, b: f64| a + (b - a) * share;
                let middle = (at(start.0, end.0), at(start.1, end.1));
                add(before, start, middle);
                add(after, middle, end);
            }
        }
    }
    pieces
}

/// How far a value is above the upper edge and below the lower one; negative within.
#[derive(Clone, Copy, Debug)]
struct Offset {
    above: f64,
    below: f64,
}

fn offset(value: f64, band: Option<(f64, f64)>) -> Offset {
    match band {
        Some((low, high)) => Offset { above: value - high, below: low - value },
        None => Offset { above: -1.0, below: -1.0 },
    }
}

impl Offset {
    const fn place(self) -> Place {
        if self.above > 0.0 || self.below > 0.0 { Place::Outside } else { Place::Inside }
    }

    /// Which share of the way from here, inside, to `other`, outside, lies inside.
    fn crossing(self, other: Self) -> f64 {
        let (inside, outside) =
            if other.above > 0.0 { (self.above, other.above) } else { (self.below, other.below) };
        let way = outside - inside;
        if way > 0.0 { (-inside / way).clamp(0.0, 1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_s(second)
    }

    fn view(to: i64) -> View {
        View { from: at(0), to: at(to), zone: Zone::utc() }
    }

    fn series(values: &[Option<f64>]) -> Series {
        let points = (0..).zip(values);
        let points = points.map(|(n, value)| Point { at: at(n * 10), value: *value }).collect();
        let band = [0, 10_000_000].map(|n| BandPoint { at: at(n), low: 0.4, high: 0.6 }).to_vec();
        let quantity = Quantity::Ratio;
        Series { quantity, window_s: 10.0, points, band, baseline: Baseline::Learned }
    }

    #[test]
    fn missing_data_is_a_gap_and_no_zero() {
        let half = Some(0.5);
        let gapped = series(&[half, half, None, None, half, half, Some(f64::NAN), half]);
        let lengths: Vec<usize> = gapped.runs(&view(80)).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 1]);
        let gaps = gapped.gaps(&view(80));
        assert_eq!(
            gaps,
            [Interval { from: at(20), to: at(40) }, Interval { from: at(60), to: at(70) }]
        );
        assert!(
            gapped.pieces(&view(80)).iter().all(|piece| piece.points.iter().all(|p| p.1 > 0.4))
        );
    }

    #[test]
    fn the_edges_of_the_view_are_gaps_too() {
        let late = Series { points: vec![Point { at: at(50), value: Some(0.5) }], ..series(&[]) };
        let edges = [Interval { from: at(0), to: at(50) }, Interval { from: at(60), to: at(100) }];
        assert_eq!(late.gaps(&view(100)), edges);
        assert_eq!(series(&[]).gaps(&view(100)), [Interval { from: at(0), to: at(100) }]);
    }

    #[test]
    fn a_line_is_cut_where_it_crosses_the_band() {
        let rising = series(&[Some(0.5), Some(0.7), Some(0.5)]).pieces(&view(30));
        let near =
            |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9;
        assert_eq!(
            rising.iter().map(|p| p.place).collect::<Vec<_>>(),
            [Place::Inside, Place::Outside, Place::Inside]
        );
        assert!(near(rising[0].points[1], (5.0, 0.6)) && near(rising[2].points[0], (15.0, 0.6)));
        let across = series(&[Some(0.1), Some(0.9)]).pieces(&view(30));
        assert_eq!(across.len(), 1);
    }

    #[test]
    fn where_no_band_is_known_nothing_is_outside() {
        let series = Series { band: Vec::new(), ..series(&[Some(0.1), Some(0.9)]) };
        assert!(series.pieces(&view(30)).iter().all(|piece| piece.place == Place::Inside));
    }

    proptest! {
        #[test]
        fn many_points_become_few_and_no_peak_is_lost(
            values in prop::collection::vec(prop::option::weighted(0.95, 0.0..2.0_f64), 1..9_000),
        ) {
            let series = series(&values);
            let view = view(10 * values.len() as i64);
            let runs = series.runs(&view);
            let kept: Vec<f64> = runs.iter().flatten().map(|sample| sample.value).collect();
            prop_assert!(kept.len() <= POINTS_MAX);
            let known = || values.iter().flatten().copied();
            let highest = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::MIN, f64::max);
            let (seen, is) = (highest(&mut kept.iter().copied()), highest(&mut known()));
            prop_assert!(seen.total_cmp(&is).is_eq());
            let ordered = runs.iter().flatten().map(|sample| sample.at).collect::<Vec<_>>();
            prop_assert!(ordered.is_sorted());
        }
    }
}
