//! Metrics in JSON. Points of sums are read; of other kinds only their number.

use super::cursor::{Cursor, Step};
use super::value::attributes;
use crate::request::{Draft, MetricData, MetricDraft, Owner, PointDraft};
use crate::tally::Rejection;

pub(super) fn metric<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut metric = MetricDraft::default();
    draft.begin_metric();
    cursor.object(|cursor, key| {
        match key {
            "name" => metric.name = cursor.text_or_empty()?,
            "sum" => {
                if !cursor.eat_null()? {
                    draft.drop_points();
                    metric.data = sum(cursor, draft)?;
                }
            }
            "gauge" | "histogram" | "exponentialHistogram" | "summary" => {
                if !cursor.eat_null()? {
                    draft.drop_points();
                    metric.data = other(cursor)?;
                }
            }
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    if cursor.take_mismatch() {
        draft.reject_metric(&metric.data);
    } else {
        draft.end_metric(metric);
    }
    Ok(())
}

fn sum<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<MetricData> {
    let (mut is_monotonic, mut temporality) = (false, 0);
    cursor.object(|cursor, key| {
        match key {
            "dataPoints" => cursor.array(|cursor| point(cursor, draft))?,
            "isMonotonic" => is_monotonic = cursor.boolean()?.unwrap_or_default(),
            "aggregationTemporality" => temporality = cursor.small()?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    Ok(MetricData::Sum { is_monotonic, temporality })
}

/// A point of a sum. A field of a wrong type spoils this point, not its metric: a mismatch from
/// before it stays in place.
fn point<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let before = cursor.take_mismatch();
    let mut point = PointDraft::default();
    draft.begin();
    cursor.object(|cursor, key| {
        match key {
            "timeUnixNano" => point.at = cursor.unsigned()?,
            "startTimeUnixNano" => point.started_at = cursor.unsigned()?,
            "asInt" => point.value = cursor.signed()?.map(|n| n as f64).or(point.value),
            "asDouble" => point.value = cursor.double()?.or(point.value),
            "flags" => point.flags = cursor.unsigned()?,
            "attributes" => attributes(cursor, Owner::Point, draft)?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    let fault = cursor.take_mismatch().then_some(Rejection::WrongType);
    draft.end_point(point, fault);
    if before {
        cursor.note_mismatch();
    }
    Ok(())
}

fn other(cursor: &mut Cursor<'_>) -> Step<MetricData> {
    let mut n_points = 0;
    cursor.object(|cursor, key| match key {
        "dataPoints" => cursor.array(|cursor| {
            n_points += 1;
            cursor.skip()
        }),
        _ => cursor.skip(),
    })?;
    Ok(MetricData::Other { n_points })
}
