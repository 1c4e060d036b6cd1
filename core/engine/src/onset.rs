//! When a shift began, worked out from the ticks around its coarse onset.

use crate::describe::ticks_of;
use crate::engine::Engine;
use crate::watch::News;
use hw_model::ShiftId;
use hw_stats::{Counts, onset_posterior};

/// Rows of the onset's posterior at most; longer stretches are read in coarser rows.
const ONSET_ROWS_MAX: i64 = 900;

/// Seconds before the coarse onset in which the true one may lie, at least.
const ONSET_BEFORE_S: i64 = 120;

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
        let (form, phi) = (stream.form(), stream.phi());
        // What a restart explains was taken out of detection, and is no onset either.
        let gated_by = main.stream.and_then(|stream| self.watch.gated_by(stream));
        let below = gated_by.map(|service| self.graph.below(service));
        let is_gap = |tick: i64| below.is_some_and(|below| self.restarts.is_gap(below, tick));
        let length = news.tick + 1 - main.alarm.onset_tick;
        let from = main.alarm.onset_tick - length.max(ONSET_BEFORE_S);
        // Where the same figure was back from an earlier shift, this one had not begun.
        let topic = (tracked.subject, tracked.signal);
        let earlier = self.shifts.all().filter(|other| (other.subject, other.signal) == topic);
        let back_s = earlier.filter_map(|other| other.over_at().map(|at| at.tick().0)).max();
        let from = back_s.map_or(from, |back| from.max(back).min(news.tick));
        let row_s = ((news.tick + 1 - from) / ONSET_ROWS_MAX + 1).max(1);
        let n_rows = usize::try_from((news.tick - from) / row_s + 1).unwrap_or(1);
        let mut rows = vec![Counts::default(); n_rows];
        let ticks = ticks_of(&self.flow, main.watched, from, news.tick + 1);
        for (tick, counts) in ticks.into_iter().filter(|(tick, _)| !is_gap(tick.0)) {
            let row = usize::try_from((tick.0 - from) / row_s).unwrap_or(0);
            if let Some(row) = rows.get_mut(row) {
                *row += counts;
            }
        }
        let before = main.alarm.learned.ratio().unwrap_or(main.alarm.before);
        let weights = onset_posterior(form, &rows, before, phi).weights;
        let starts = (0..).map(|row: i64| from + row * row_s);
        if let Some(tracked) = self.shifts.get_mut(shift) {
            tracked.onset = starts.zip(weights).collect();
        }
    }
}
