//! A request as far as we look at it, the same whether it came as JSON or as protobuf.
//!
//! Decoders fill it and it borrows their bytes. Nothing is interned or counted before the whole
//! request was read: a request that breaks off leaves no trace. Attributes, links and points of all
//! records lie in shared vectors, so that a request costs a handful of allocations. Of attributes
//! only those are kept that the mapping can use, which bounds the memory of a hostile request.

mod build;
mod id;
mod shelf;

pub(crate) use build::{Draft, EventDraft, LogDraft, MetricDraft, Owner, PointDraft, SpanDraft};
pub(crate) use id::{
    Checked, parent_from_bytes, parent_from_hex, span_from_bytes, span_from_hex, trace_from_bytes,
    trace_from_hex,
};
pub(crate) use shelf::{Attribute, Slice};

use crate::hash::Hash;
use crate::tally::{Rejection, Tally};
use hw_model::{Link, SpanId, Timestamp, TraceId};
use std::borrow::Cow;

/// A text of the request: borrowed, unless it had escapes.
pub(crate) type Text<'a> = Cow<'a, str>;

/// The value of an attribute or the body of a log line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// A string, or an array of one string (as HTTP headers come).
    Text(Text<'a>),
    Int(i64),
    Double(f64),
    Bool(bool),
    /// A map, of which only the text under `message` or `msg` is kept.
    Map(Option<Text<'a>>),
    /// Other arrays and bytes: there, and not looked into.
    Other,
}

impl Value<'_> {
    /// The value as one word; `None` where it is not of a kind that could be.
    pub(crate) fn word(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Int(number) => Some(Cow::Owned(number.to_string())),
            Self::Bool(true) => Some(Cow::Borrowed("true")),
            Self::Bool(false) => Some(Cow::Borrowed("false")),
            Self::Double(_) | Self::Map(_) | Self::Other => None,
        }
    }

    pub(crate) fn hash(&self, hash: Hash) -> Hash {
        match self {
            Self::Text(text) => hash.number(1).text(text),
            #[expect(clippy::cast_sign_loss, reason = "any one-to-one image of the number will do")]
            Self::Int(number) => hash.number(2).number(*number as u64),
            Self::Double(number) => hash.number(3).number(number.to_bits()),
            Self::Bool(flag) => hash.number(4).number(u64::from(*flag)),
            Self::Map(Some(text)) => hash.number(5).text(text),
            Self::Map(None) => hash.number(6),
            Self::Other => hash.number(7),
        }
    }
}

/// A request, read and checked.
#[derive(Debug, Default)]
pub(crate) struct Request<'a> {
    /// Attributes of each resource.
    pub(crate) resources: Vec<Slice>,
    pub(crate) spans: Vec<Span<'a>>,
    pub(crate) logs: Vec<Log<'a>>,
    pub(crate) metrics: Vec<Metric<'a>>,
    /// Attributes of resources, spans, log lines and points.
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Attributes of events, which lie inside of spans.
    pub(crate) event_attributes: Vec<Attribute<'a>>,
    pub(crate) links: Vec<Link>,
    pub(crate) events: Vec<FlagEvent>,
    pub(crate) points: Vec<Point>,
    /// What was turned away while reading.
    pub(crate) tally: Tally,
}

/// A span whose ids and times are good.
#[derive(Debug)]
pub(crate) struct Span<'a> {
    /// Which of the request's resources.
    pub(crate) resource: usize,
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) parent: SpanId,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    pub(crate) name: Text<'a>,
    pub(crate) trace_state: Text<'a>,
    pub(crate) kind: i64,
    pub(crate) flags: u64,
    pub(crate) status: i64,
    pub(crate) attributes: Slice,
    pub(crate) links: Slice,
    pub(crate) events: Slice,
}

/// A span event that tells of a feature flag.
#[derive(Debug)]
pub(crate) struct FlagEvent {
    /// Its place among all events of the span.
    pub(crate) ordinal: u64,
    /// As sent, unchecked.
    pub(crate) at: u64,
    pub(crate) attributes: Slice,
}

/// A log line whose time is good.
#[derive(Debug)]
pub(crate) struct Log<'a> {
    pub(crate) resource: usize,
    pub(crate) at: Timestamp,
    pub(crate) severity: i64,
    pub(crate) body: Option<Value<'a>>,
    pub(crate) event_name: Text<'a>,
    pub(crate) context: Option<(TraceId, SpanId)>,
    /// Hash of all that tells it from another line of the same time and sender.
    pub(crate) content: u64,
    pub(crate) attributes: Slice,
}

/// A metric of any kind.
#[derive(Debug)]
pub(crate) struct Metric<'a> {
    pub(crate) resource: usize,
    /// Hash of the instrumentation scope.
    pub(crate) scope: u64,
    pub(crate) name: Text<'a>,
    pub(crate) data: MetricData,
    pub(crate) points: Slice,
}

/// What kind of metric it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MetricData {
    /// It does not say.
    #[default]
    Missing,
    /// A sum, whose points are kept.
    Sum { is_monotonic: bool, temporality: i64 },
    /// Any other kind: only the number of its points is kept.
    Other { n_points: u64 },
}

/// A point of a sum, unchecked but for its fields' types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) at: u64,
    pub(crate) started_at: u64,
    pub(crate) value: Option<f64>,
    pub(crate) flags: u64,
    /// Hash of all labels, in whatever order they came.
    pub(crate) identity: u64,
    /// The labels that may name the answer.
    pub(crate) labels: Slice,
    pub(crate) fault: Option<Rejection>,
}

/// The earliest and the first impossible time: years 2000 and 2200.
const TIME_MIN_NS: u64 = 946_684_800 * 1_000_000_000;
const TIME_END_NS: u64 = 7_258_118_400 * 1_000_000_000;

/// A time that can be one.
pub(crate) fn instant(ns: u64) -> Checked<Timestamp> {
    let possible = (TIME_MIN_NS..TIME_END_NS).contains(&ns);
    let ns = i64::try_from(ns).ok().filter(|_| possible);
    ns.map(Timestamp).ok_or(Rejection::TimeOutOfRange)
}
