//! Points of counters whose labels carry an answer. All others are fine and ignored.

use super::Context;
use super::sender::Sender;
use crate::hash::Hash;
use crate::options::{DecisionRule, DecisionValue, Subject};
use crate::request::{Attribute, Checked, Metric, MetricData, Point, instant};
use crate::tally::Rejection;
use hw_flow::SumSeriesText;
use hw_model::{SumKind, SumPoint, Timestamp};
use std::borrow::Cow;

/// The flag of a point that says: no value was recorded.
const NO_VALUE: u64 = 1;

impl Context<'_, '_, '_> {
    /// Adds the points of a metric, as far as they count answers.
    pub(super) fn metric(&mut self, sender: &Sender<'_>, metric: &Metric<'_>) {
        let points = metric.points.of(&self.request.points);
        let n = points.len() as u64;
        match metric.data {
            MetricData::Missing => self.tally.reject(Rejection::DataMissing, 1),
            MetricData::Other { n_points } => self.tally.ignored += n_points,
            MetricData::Sum { is_monotonic: false, .. } => self.tally.ignored += n,
            MetricData::Sum { temporality: 1, .. } => {
                self.points(sender, metric, points, SumKind::Delta);
            }
            MetricData::Sum { temporality: 2, .. } => {
                self.points(sender, metric, points, SumKind::Cumulative);
            }
            MetricData::Sum { .. } => self.tally.reject(Rejection::TemporalityMissing, n),
        }
    }

    fn points(
        &mut self,
        sender: &Sender<'_>,
        metric: &Metric<'_>,
        points: &[Point],
        kind: SumKind,
    ) {
        for point in points {
            match self.point(sender, metric, point, kind) {
                Ok(Some(point)) => {
                    self.pending.sums.push(point);
                    self.tally.points += 1;
                }
                Ok(None) => self.tally.ignored += 1,
                Err(reason) => self.tally.reject(reason, 1),
            }
        }
    }

    fn point(
        &mut self,
        sender: &Sender<'_>,
        metric: &Metric<'_>,
        point: &Point,
        kind: SumKind,
    ) -> Checked<Option<SumPoint>> {
        if let Some(fault) = point.fault {
            return Err(fault);
        }
        if point.flags & NO_VALUE != 0 {
            return Ok(None);
        }
        let value = point.value.ok_or(Rejection::ValueMissing)?;
        if !(value.is_finite() && value >= 0.0) {
            return Err(Rejection::ValueInvalid);
        }
        if point.at == 0 {
            return Err(Rejection::TimeMissing);
        }
        let at = instant(point.at)?;
        let subject =
            Subject { service: sender.service, kind: None, peer: None, operation: &metric.name };
        let labels = point.labels.of(&self.request.attributes);
        let Some((key, answer)) = answer(&self.options.decisions, &subject, labels) else {
            return Ok(None);
        };
        let hash = Hash::new().number(sender.identity).number(metric.scope).text(&metric.name);
        let identity = hash.number(point.identity).finish();
        let text =
            SumSeriesText { metric: &metric.name, answer_key: key, answer: &answer, identity };
        let series = self.dictionary.sum_series(text);
        let started_at = started_at(point, at);
        Ok(series.map(|series| SumPoint { at, started_at, source: sender.id, series, kind, value }))
    }
}

/// The answer that a point counts: the declared one, else that of the first label by name.
fn answer<'s>(
    rules: &'s [DecisionRule],
    subject: &Subject<'_>,
    labels: &'s [Attribute<'_>],
) -> Option<(&'s str, Cow<'s, str>)> {
    let declared = rules.iter().filter(|rule| rule.when.matches(subject));
    if let Some(found) = declared.filter_map(|rule| declared_answer(rule, labels)).next() {
        return Some(found);
    }
    let first = labels.iter().filter(|label| is_answer(label)).min_by_key(|label| &label.key)?;
    Some((&first.key, first.value.word()?))
}

/// What a rule says of a point. A missing label means something only where the rule names the
/// metric: else it would be missing on every counter there is.
fn declared_answer<'s>(
    rule: &'s DecisionRule,
    labels: &'s [Attribute<'_>],
) -> Option<(&'s str, Cow<'s, str>)> {
    let DecisionValue::MetricLabel(key) = &rule.value else { return None };
    let raw = labels.iter().find(|label| label.key == *key).and_then(|label| label.value.word());
    let missing = || rule.missing_answer().filter(|_| rule.when.operation.is_some());
    let answer = raw.map(|raw| rule.answer(raw)).or_else(|| missing().map(Cow::Borrowed))?;
    Some((&rule.name, answer))
}

fn is_answer(label: &Attribute<'_>) -> bool {
    label.value.word().is_some_and(|word| !word.is_empty())
}

/// Since when a value was counted; its own time where the sender does not know.
fn started_at(point: &Point, at: Timestamp) -> Timestamp {
    instant(point.started_at).unwrap_or(at).min(at)
}
