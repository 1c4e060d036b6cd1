//! Metrics in protobuf. Points of sums are read; of other kinds only their number. Field numbers of
//! `metrics.proto` 1.11.

use super::Step;
use super::value::attribute;
use super::wire::{Bytes, Field, Message};
use crate::request::{Draft, MetricData, MetricDraft, Owner, PointDraft};

pub(super) fn metric<'a>(message: Message<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut metric = MetricDraft::default();
    draft.begin_metric();
    for field in message {
        match field? {
            Field(1, Bytes::Message(text)) => metric.name = text.text()?,
            Field(7, Bytes::Message(message)) => {
                sum(message, &mut metric.data, draft)?;
            }
            // Gauge, histogram, exponential histogram, summary.
            Field(5 | 9 | 10 | 11, Bytes::Message(message)) => {
                draft.drop_points();
                metric.data = MetricData::Other { n_points: n_points(message)? };
            }
            _ => {}
        }
    }
    draft.end_metric(metric);
    Ok(())
}

/// Reads a sum, or a further piece of one.
fn sum<'a>(message: Message<'a>, data: &mut MetricData, draft: &mut Draft<'a, '_>) -> Step<()> {
    let (mut is_monotonic, mut temporality) = match *data {
        MetricData::Sum { is_monotonic, temporality } => (is_monotonic, temporality),
        MetricData::Missing | MetricData::Other { .. } => (false, 0),
    };
    for field in message {
        match field? {
            Field(1, Bytes::Message(message)) => point(message, draft)?,
            Field(2, Bytes::Varint(number)) => temporality = number.cast_signed(),
            Field(3, Bytes::Varint(flag)) => is_monotonic = flag != 0,
            _ => {}
        }
    }
    *data = MetricData::Sum { is_monotonic, temporality };
    Ok(())
}

fn point<'a>(message: Message<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut point = PointDraft::default();
    draft.begin();
    for field in message {
        match field? {
            Field(2, Bytes::Fixed64(at)) => point.started_at = at,
            Field(3, Bytes::Fixed64(at)) => point.at = at,
            Field(4, Bytes::Fixed64(bits)) => point.value = Some(f64::from_bits(bits)),
            Field(6, Bytes::Fixed64(bits)) => point.value = Some(bits.cast_signed() as f64),
            Field(7, Bytes::Message(pair)) => {
                attribute(pair, Owner::Point, draft)?;
            }
            Field(8, Bytes::Varint(flags)) => point.flags = flags,
            _ => {}
        }
    }
    draft.end_point(point, None);
    Ok(())
}

fn n_points(message: Message<'_>) -> Step<u64> {
    let mut n = 0;
    for field in message {
        n += u64::from(matches!(field?, Field(1, Bytes::Message(_))));
    }
    Ok(n)
}
