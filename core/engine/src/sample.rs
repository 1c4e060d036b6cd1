//! Small systems for tests: items on a path of calls, and services whose telemetry is lost.

use hw_flow::{Dictionary, DictionaryLimits, ShapeText, SourceText};
use hw_model::{AnswerSetId, Batch, Outcome, SpanEnd, SpanId, SpanKind, Timestamp, TraceId};

/// The one operation of each service.
pub(crate) const OPERATION: &str = "POST /items";

/// Writes spans.
pub(crate) struct Sample {
    dictionary: Dictionary,
    n_traces: u128,
    n_spans: u64,
    spans: Vec<SpanEnd>,
    /// Whose telemetry is lost.
    pub muted: Option<&'static str>,
    /// Whose calls fail.
    pub failing: Option<&'static str>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        Self {
            dictionary: Dictionary::new(DictionaryLimits::STANDARD),
            n_traces: 0,
            n_spans: 0,
            spans: Vec::new(),
            muted: None,
            failing: None,
        }
    }

    /// One item comes in at the first service, which calls the second, and so on: all within this
    /// second.
    pub(crate) fn item(&mut self, second: i64, path: &[&'static str]) {
        self.n_traces += 1;
        let mut parent = 0;
        for (depth, service) in (0i64..).zip(path) {
            let next = path.get(usize::try_from(depth).unwrap_or(0) + 1);
            let (from, to) = (second * 1_000 + 10 * depth, second * 1_000 + 900 - 10 * depth);
            let place = (*service, SpanKind::Server, "");
            let span = self.span(place, (parent, *service), (from, to));
            let Some(next) = next else { return };
            let peer = format!("{next}:80");
            let call = (*service, SpanKind::Client, peer.as_str());
            parent = self.span(call, (span, *next), (from + 5, to - 5));
        }
    }

    fn span(
        &mut self,
        (service, kind, peer): (&'static str, SpanKind, &str),
        (parent, works): (u64, &'static str),
        (from_ms, to_ms): (i64, i64),
    ) -> u64 {
        let source = self.dictionary.source(SourceText { service, ..SourceText::default() });
        let text = ShapeText { kind, operation: OPERATION, peer, path: "" };
        let shape = self.dictionary.shape(source, text);
        self.n_spans += 1;
        if self.muted == Some(service) {
            return self.n_spans;
        }
        let outcome = if self.failing == Some(works) { Outcome::Failed } else { Outcome::Ok };
        self.spans.push(SpanEnd {
            trace: TraceId(self.n_traces),
            span: SpanId(self.n_spans),
            parent: SpanId(parent),
            started_at: Timestamp(from_ms * 1_000_000),
            ended_at: Timestamp(to_ms * 1_000_000),
            source,
            shape,
            answers: AnswerSetId::NONE,
            outcome,
            items: 1,
            weight: 0.0,
            links: Vec::new(),
        });
        self.n_spans
    }

    /// What was written since the last call.
    pub(crate) fn batch(&mut self) -> Batch {
        Batch {
            definitions: self.dictionary.drain_definitions(),
            spans: std::mem::take(&mut self.spans),
            ..Batch::default()
        }
    }
}
