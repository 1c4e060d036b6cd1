//! End records: what flow counting keeps of a span, a log line or a metric point.
//!
//! Names are interned once at the edge, so that a record is a handful of integers. A batch carries
//! the definitions of the ids it is the first to use; whoever folds batches in order knows every id
//! before it is used, and a log of batches needs no dictionary beside it.

use crate::{CodePlace, Severity, Timestamp, log::LogEnd};
use serde::{Deserialize, Serialize};

/// Index of an interned name. `NameId::EMPTY` is the empty string.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct NameId(pub u32);

impl NameId {
    /// The empty name, which stands for "not said".
    pub const EMPTY: Self = Self(0);

    /// Whether a name was said at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Index of an interned [`Source`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// Index of an interned [`Shape`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShapeId(pub u32);

/// Index of an interned set of answers. `AnswerSetId::NONE` is the empty set.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct AnswerSetId(pub u32);

impl AnswerSetId {
    /// The empty set: the span carried nothing that could be an answer.
    pub const NONE: Self = Self(0);
}

/// Index of a log template of one service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TemplateId(pub u32);

/// Index of an interned [`SumSeries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SumSeriesId(pub u32);

/// Who sent a record: one running instance of one version of a service. Names not said are empty.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Source {
    /// `service.name`.
    pub service: NameId,
    /// `deployment.environment.name`.
    pub environment: NameId,
    /// `service.version`.
    pub version: NameId,
    /// `service.instance.id`, else host and process.
    pub instance: NameId,
    /// Name, language and version of the telemetry SDK.
    pub sdk: NameId,
}

/// What a span did, as far as it is the same for many spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Shape {
    /// Which end of a call it is.
    pub kind: SpanKind,
    /// The operation, of low cardinality: method and route, RPC method, or the span's name.
    pub operation: NameId,
    /// Whom it called, as the caller names it: `host:port`, destination, database.
    pub peer: NameId,
    /// The path it asked for, which may be of high cardinality; empty past the limit.
    pub path: NameId,
}

/// Which end of a call a span describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SpanKind {
    /// Work inside a service.
    Internal,
    /// A service answers a call.
    Server,
    /// A service calls another and waits.
    Client,
    /// A service sends a message.
    Producer,
    /// A service handles a message.
    Consumer,
    /// A feature flag was evaluated: a dependency that is asked without a network call.
    Evaluation,
}

/// Whether the work of a span succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// It did, or nothing says otherwise.
    Ok,
    /// Span status ERROR, or a status code of the server's fault.
    Failed,
}

/// Trace id, as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TraceId(pub u128);

/// Span id, as sent. Zero is "none" and appears only in [`SpanEnd::parent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SpanId(pub u64);

impl SpanId {
    /// No span: the parent of a root.
    pub const NONE: Self = Self(0);

    /// Whether there is no such span.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// A link of a span to another span, usually the one that sent the message it handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// Trace of the other span.
    pub trace: TraceId,
    /// Id of the other span.
    pub span: SpanId,
}

/// One finished span as flow counting sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanEnd {
    /// Trace it belongs to.
    pub trace: TraceId,
    /// Its own id, unique in the trace.
    pub span: SpanId,
    /// The span that caused it.
    pub parent: SpanId,
    /// When the work began.
    pub started_at: Timestamp,
    /// When it ended; never before `started_at`.
    pub ended_at: Timestamp,
    /// Who did it.
    pub source: SourceId,
    /// What it did.
    pub shape: ShapeId,
    /// Candidate answers it carried.
    pub answers: AnswerSetId,
    /// Whether it succeeded.
    pub outcome: Outcome,
    /// How many items it stands for: 1, or the size of a batch.
    pub items: u32,
    /// How many spans this sampled one stands for; 0 where the sender does not say.
    pub weight: f32,
    /// Links to other spans.
    pub links: Vec<Link>,
}

/// A series of a monotonic sum whose labels carry an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SumSeries {
    /// Name of the metric.
    pub metric: NameId,
    /// The label that carries the answer.
    pub answer_key: NameId,
    /// The answer this series counts.
    pub answer: NameId,
    /// Hash of sender, scope and all labels: tells this series from others with the same answer.
    pub identity: u64,
}

/// What the value of a [`SumPoint`] means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SumKind {
    /// The growth since the previous point.
    Delta,
    /// The total since `started_at`.
    Cumulative,
}

/// One point of a monotonic sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SumPoint {
    /// The time the value is for.
    pub at: Timestamp,
    /// Since when it was counted; equal to `at` where the sender does not know.
    pub started_at: Timestamp,
    /// Who sent it.
    pub source: SourceId,
    /// Which series.
    pub series: SumSeriesId,
    /// What the value means.
    pub kind: SumKind,
    /// The value, never negative.
    pub value: f64,
}

/// Definitions of ids, in the order of the ids, beginning after the last one defined before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    /// Names for the next name ids.
    pub names: Vec<Box<str>>,
    /// Sources for the next source ids.
    pub sources: Vec<Source>,
    /// Services and their shapes for the next shape ids.
    pub shapes: Vec<(NameId, Shape)>,
    /// Answer sets, each a list of (key, value) sorted by key, for the next ids.
    pub answer_sets: Vec<Box<[(NameId, NameId)]>>,
    /// Sum series for the next ids.
    pub sum_series: Vec<SumSeries>,
    /// Log templates, new or worded anew: id, service, severity, text.
    pub templates: Vec<(TemplateId, NameId, Severity, Box<str>)>,
    /// Where in the source the lines of a template were written last, where that is new.
    pub places: Vec<(TemplateId, CodePlace)>,
}

/// Records that arrived together, and the definitions they are the first to use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Ids used in this batch for the first time.
    pub definitions: Definitions,
    /// Finished spans.
    pub spans: Vec<SpanEnd>,
    /// Log lines.
    pub logs: Vec<LogEnd>,
    /// Points of monotonic sums.
    pub sums: Vec<SumPoint>,
}
