//! When a shift began, worked out from the ticks around its coarse onset.

use crate::describe::ticks_of;
use crate::engine::Engine;
use crate::shifts::Member;
use crate::watch::{News, Watched};
use hw_model::{Interval, ShiftId, Tick, Timestamp};
use hw_stats::{Counts, Form, OnsetPosterior, onset_posterior};

/// Rows of the onset's posterior at most; longer stretches are read in coarser rows.
const ONSET_ROWS_MAX: i64 = 900;

/// Seconds before the coarse onset in which the true one may lie, at least.
const ONSET_BEFORE_S: i64 = 120;

/// Seconds before it was noticed in which it may have begun, at most: as long as counts are kept second by
/// second.
const ONSET_BEFORE_S_MAX: i64 = 7_200;

/// Probability of the first row that was read from which on it is looked for further back.
const ONSET_AT_EDGE_MAX: f64 = 0.02;

/// How many times what leaves scatters when more leave for each item: a sum of m times as much varies by m
/// squared, and its mean by m.
pub(crate) fn multiplied(member: &Member) -> f64 {
    let times = (member.alarm.after / member.alarm.before.max(1e-9)).max(1.0);
    if matches!(member.watched, Watched::FanOut(_)) { times } else { 1.0 }
}

/// A figure that an alarm says has shifted.
#[derive(Clone, Copy, Debug)]
pub struct Shifting {
    /// Share or count.
    pub form: Form,
    /// Dispersion of the figure.
    pub phi: f64,
    /// The figure before.
    pub before: f64,
    /// First tick of what the alarm looked at.
    pub coarse_tick: i64,
    /// Tick in which it was noticed.
    pub noticed_tick: i64,
    /// First tick in which it was back from an earlier shift, if it was: until then this one had not begun.
    pub back_tick: Option<i64>,
}

/// Start ticks and weights of the onset's posterior. `ticks` gives the counts of the ticks `[from, to)`.
pub fn onset_of(
    shifting: &Shifting,
    ticks: impl Fn(i64, i64) -> Vec<(Tick, Counts)>,
) -> Vec<(i64, f64)> {
    let Shifting { form, phi, before, coarse_tick, noticed_tick, back_tick } = *shifting;
    let mut length = (noticed_tick + 1 - coarse_tick).max(ONSET_BEFORE_S);
    let first = (noticed_tick - ONSET_BEFORE_S_MAX).min(coarse_tick - length);
    let first = back_tick.map_or(first, |back| first.max(back).min(noticed_tick));
    let to = noticed_tick + 1;
    let read = |from: i64| {
        let row_s = ((to - from) / ONSET_ROWS_MAX + 1).max(1);
        let n_rows = usize::try_from((to - 1 - from) / row_s + 1).unwrap_or(1);
        let mut rows = vec![Counts::default(); n_rows];
        for (tick, counts) in ticks(from, to) {
            let row = usize::try_from((tick.0 - from) / row_s).unwrap_or(0);
            if let Some(row) = rows.get_mut(row) {
                *row += counts;
            }
        }
        let weights = onset_posterior(form, &rows, before, phi).weights;
        let starts = (0..).map(|row: i64| from + row * row_s);
        starts.zip(weights).collect::<Vec<(i64, f64)>>()
    };
    let mut from = (coarse_tick - length).max(first);
    let mut onset = read(from);
    // A shift that took long to be noticed may have begun before what the alarm looked at.
    while from > first && onset.first().is_some_and(|(_, weight)| *weight > ONSET_AT_EDGE_MAX) {
        length *= 2;
        from = (from - length).max(first);
        onset = read(from);
    }
    onset
}

/// The middle of the onset's probability.
#[must_use]
pub fn onset_middle(onset: &[(i64, f64)]) -> Timestamp {
    let weights = onset.iter().map(|(_, weight)| *weight).collect();
    let middle = OnsetPosterior { weights }.median();
    Timestamp::from_s(onset.get(middle).map_or(0, |(tick, _)| *tick))
}

/// The stretch in which the onset lies with 95 % probability.
#[must_use]
pub fn onset_within(onset: &[(i64, f64)]) -> Interval {
    let weights = onset.iter().map(|(_, weight)| *weight).collect();
    let (first, last) = OnsetPosterior { weights }.central(0.95);
    let row = |at: usize| onset.get(at).map(|(tick, _)| *tick);
    let row_s = row(1).zip(row(0)).map_or(1, |(second, first)| second - first);
    let (first, last) = (row(first).unwrap_or(0), row(last).unwrap_or(0));
    Interval { from: Timestamp::from_s(first - row_s), to: Timestamp::from_s(last + row_s) }
}

impl Engine {
    /// Works out when a new shift began, from the ticks around its coarse onset.
    pub(crate) fn find_onset(&mut self, shift: ShiftId, news: &News) {
        let Some(tracked) = self.shifts.get(shift) else { return };
        let main = *tracked.main();
        let stream = main.stream.and_then(|stream| self.watch.fleet.stream(stream));
        let Some(stream) = stream else {
            if let Some(tracked) = self.shifts.get_mut(shift) {
                tracked.onset = vec![(main.alarm.onset_tick, 1.0)];
            }
            return;
        };
        // What a restart explains was taken out of detection, and is no onset either.
        let gated_by = main.stream.and_then(|stream| self.watch.gated_by(stream));
        let below = gated_by.map(|service| self.graph.below(service));
        let is_gap = |tick: i64| below.is_some_and(|below| self.restarts.is_gap(below, tick));
        // Where the same figure was back from an earlier shift, this one had not begun.
        let topic = (tracked.subject, tracked.signal);
        let earlier = self.shifts.all().filter(|other| (other.subject, other.signal) == topic);
        let shifting = Shifting {
            form: stream.form(),
            phi: stream.phi() * multiplied(&main),
            before: main.alarm.learned.ratio().unwrap_or(main.alarm.before),
            coarse_tick: main.alarm.onset_tick,
            noticed_tick: news.tick,
            back_tick: earlier.filter_map(|other| other.over_at().map(|at| at.tick().0)).max(),
        };
        let onset = onset_of(&shifting, |from, to| {
            let mut ticks = ticks_of(&self.flow, main.watched, from, to);
            ticks.retain(|(tick, _)| !is_gap(tick.0));
            ticks
        });
        if let Some(tracked) = self.shifts.get_mut(shift) {
            tracked.onset = onset;
        }
    }
}
