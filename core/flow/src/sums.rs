//! Counters that carry an answer: monotonic sums with a label such as `decision` or `result`.
//!
//! A service that counts its own answers is watched without any span: the mix of the label's values
//! is the answer mix of the service. Growth is worked out from the points themselves
//! (OTLP metrics data model, resets and gaps): a new start time is a reset and counts in full, a point whose start is
//! its own time is a new beginning and counts nothing, and so does the first point of a series,
//! because nobody knows when it grew.

use crate::answers::{KeyCell, Standing};
use crate::lags::Lags;
use crate::services::ServiceIdx;
use crate::table::{Table, table};
use hw_model::{NameId, SumKind, SumPoint, SumSeries, SumSeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// Number of a counter: one metric of one service with one answer label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CounterIdx(pub u32);

/// All counters with an answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sums {
    counters: Vec<CounterCell>,
    #[serde(with = "crate::table::sorted")]
    ids: Table<(ServiceIdx, NameId, NameId), CounterIdx>,
    #[serde(with = "crate::table::sorted")]
    last: Table<SumSeriesId, LastPoint>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CounterCell {
    pub service: ServiceIdx,
    pub metric: NameId,
    pub mix: KeyCell,
    pub lags: Lags,
    /// The next tick to judge.
    pub next_tick: i64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct LastPoint {
    at: Timestamp,
    started_at: Timestamp,
    value: f64,
}

impl Default for Sums {
    fn default() -> Self {
        Self { counters: Vec::new(), ids: table(), last: table() }
    }
}

impl Sums {
    pub(crate) fn count(
        &mut self,
        service: ServiceIdx,
        series: &SumSeries,
        point: &SumPoint,
        now: i64,
    ) {
        let tick = point.at.tick().0;
        let grown = self.growth(point);
        let counter = self.counter(service, series, tick);
        let Some(cell) = self.counters.get_mut(counter.0 as usize) else { return };
        cell.lags.note(now.saturating_sub(tick + 1));
        if grown > 0 {
            cell.mix.count(series.answer, tick, grown);
        }
    }

    pub(crate) fn counters_mut(&mut self) -> impl Iterator<Item = (CounterIdx, &mut CounterCell)> {
        (0..).map(CounterIdx).zip(&mut self.counters)
    }

    pub(crate) fn counter_cell(&self, counter: CounterIdx) -> Option<&CounterCell> {
        self.counters.get(counter.0 as usize)
    }

    fn counter(&mut self, service: ServiceIdx, series: &SumSeries, tick: i64) -> CounterIdx {
        let key = (service, series.metric, series.answer_key);
        if let Some(counter) = self.ids.get(&key) {
            return *counter;
        }
        let id = u32::try_from(self.counters.len()).expect("invariant: sum_series_max");
        self.counters.push(CounterCell {
            service,
            metric: series.metric,
            mix: KeyCell::new(series.answer_key, Standing::Standard),
            lags: Lags::new(),
            next_tick: tick,
        });
        self.ids.insert(key, CounterIdx(id));
        CounterIdx(id)
    }

    /// By how much the series grew since its last point.
    fn growth(&mut self, point: &SumPoint) -> u32 {
        let SumPoint { at, started_at, value, .. } = *point;
        let last = self.last.get(&point.series).copied();
        if last.is_some_and(|last| at <= last.at) {
            return 0;
        }
        self.last.insert(point.series, LastPoint { at, started_at, value });
        let grown = match (point.kind, last) {
            (SumKind::Delta, _) => value,
            (SumKind::Cumulative, None) => 0.0,
            (SumKind::Cumulative, Some(last)) if started_at > last.started_at => {
                if started_at < at { value } else { 0.0 }
            }
            (SumKind::Cumulative, Some(last)) if value < last.value => value,
            (SumKind::Cumulative, Some(last)) => value - last.value,
        };
        #[expect(clippy::cast_possible_truncation, reason = "`as` saturates, which is wanted here")]
        #[expect(clippy::cast_sign_loss, reason = "growth is never negative")]
        let grown = grown.round() as u32;
        grown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_model::SourceId;

    fn growth(kind: SumKind, points: &[(i64, i64, f64)]) -> Vec<u32> {
        let mut sums = Sums::default();
        let point = |&(started, at, value): &(i64, i64, f64)| SumPoint {
            at: Timestamp::from_s(at),
            started_at: Timestamp::from_s(started),
            source: SourceId(0),
            series: SumSeriesId(0),
            kind,
            value,
        };
        points.iter().map(|p| sums.growth(&point(p))).collect()
    }

    #[test]
    fn cumulative_sum_counts_its_growth_and_survives_resets() {
        let points = [(0, 10, 100.0), (0, 20, 130.0), (25, 30, 7.0), (25, 40, 9.0), (50, 50, 3.0)];
        assert_eq!(growth(SumKind::Cumulative, &points), [0, 30, 7, 2, 0]);
    }

    #[test]
    fn delta_sum_counts_in_full_and_a_repeated_point_once() {
        assert_eq!(
            growth(SumKind::Delta, &[(0, 10, 5.0), (10, 20, 6.0), (10, 20, 6.0)]),
            [5, 6, 0]
        );
    }
}
