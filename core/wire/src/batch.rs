//! A batch of end records, as it stands in a row of the log.
//!
//! Column by column: ids that cannot be made smaller as plain bytes, all else as small numbers,
//! times as steps from the record before. What is the same for almost all spans (one item, no
//! weight) is left out where it is the same for all. About 60 bytes per span.

use crate::WireError;
use crate::definitions::DefinitionsV1;
use hw_model::{
    AnswerSetId, Batch, Link, LogEnd, Outcome, ShapeId, SourceId, SpanEnd, SpanId, SumKind,
    SumPoint, SumSeriesId, TemplateId, Timestamp, TraceId,
};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

#[derive(Serialize, Deserialize)]
pub(crate) struct BatchV1 {
    definitions: DefinitionsV1,
    spans: SpansV1,
    logs: LogsV1,
    sums: Vec<SumV1>,
}

#[derive(Default, Serialize, Deserialize)]
struct SpansV1 {
    /// Trace (16 bytes), span and parent (8 bytes each), big end first.
    ids: ByteBuf,
    /// Nanoseconds since the start of the span before.
    started: Vec<i64>,
    /// Nanoseconds until the end.
    lasted: Vec<i64>,
    sources: Vec<u32>,
    shapes: Vec<u32>,
    answers: Vec<u32>,
    /// Places of those that failed.
    failed: Vec<u32>,
    /// Empty where each span is one item.
    items: Vec<u32>,
    /// Empty where no span carries one.
    weights: Vec<f32>,
    /// Place of the span, and what it links to: trace and span, big end first.
    links: Vec<(u32, ByteBuf)>,
}

#[derive(Default, Serialize, Deserialize)]
struct LogsV1 {
    /// Nanoseconds since the line before.
    at: Vec<i64>,
    sources: Vec<u32>,
    templates: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
struct SumV1 {
    at: i64,
    started_at: i64,
    source: u32,
    series: u32,
    is_cumulative: bool,
    value: f64,
}

/// Bytes of the ids of one span.
const IDS: usize = 32;

impl BatchV1 {
    pub(crate) fn new(batch: &Batch) -> Self {
        Self {
            definitions: DefinitionsV1::new(&batch.definitions),
            spans: SpansV1::new(&batch.spans),
            logs: LogsV1::new(&batch.logs),
            sums: batch.sums.iter().map(SumV1::new).collect(),
        }
    }

    pub(crate) fn batch(self) -> Result<Batch, WireError> {
        Ok(Batch {
            definitions: self.definitions.definitions()?,
            spans: self.spans.spans()?,
            logs: self.logs.logs()?,
            sums: self.sums.iter().map(SumV1::point).collect(),
        })
    }
}

impl SpansV1 {
    fn new(spans: &[SpanEnd]) -> Self {
        let mut columns = Self { ids: ids(spans), ..Self::default() };
        let mut before = 0;
        for (place, span) in (0u32..).zip(spans) {
            columns.started.push(span.started_at.0.wrapping_sub(before));
            before = span.started_at.0;
            columns.lasted.push(span.ended_at.0.wrapping_sub(span.started_at.0));
            columns.sources.push(span.source.0);
            columns.shapes.push(span.shape.0);
            columns.answers.push(span.answers.0);
            if span.outcome == Outcome::Failed {
                columns.failed.push(place);
            }
            columns.links.extend(span.links.iter().map(|link| (place, link_bytes(link))));
        }
        if spans.iter().any(|span| span.items != 1) {
            columns.items = spans.iter().map(|span| span.items).collect();
        }
        if spans.iter().any(|span| span.weight.to_bits() != 0) {
            columns.weights = spans.iter().map(|span| span.weight).collect();
        }
        columns
    }

    fn spans(self) -> Result<Vec<SpanEnd>, WireError> {
        let n = self.started.len();
        let lengths = [self.lasted.len(), self.sources.len(), self.shapes.len()];
        let optional = [self.items.len(), self.weights.len()];
        let is_even = lengths.iter().all(|len| *len == n)
            && self.answers.len() == n
            && self.ids.len() == n * IDS
            && optional.iter().all(|len| *len == n || *len == 0);
        if !is_even {
            return Err(WireError::broken("columns of spans differ in length"));
        }
        let mut before = 0i64;
        let mut spans = Vec::with_capacity(n);
        let (ids, _) = self.ids.as_chunks::<IDS>();
        for (place, id) in ids.iter().enumerate() {
            before = before.wrapping_add(number(&self.started, place));
            let ended_at = before.wrapping_add(number(&self.lasted, place));
            let (trace, rest) = id.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
            let (span, parent) = rest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
            let parent = parent.first_chunk::<8>().unwrap_or(&[0; 8]);
            spans.push(SpanEnd {
                trace: TraceId(u128::from_be_bytes(*trace)),
                span: SpanId(u64::from_be_bytes(*span)),
                parent: SpanId(u64::from_be_bytes(*parent)),
                started_at: Timestamp(before),
                ended_at: Timestamp(ended_at),
                source: SourceId(number(&self.sources, place)),
                shape: ShapeId(number(&self.shapes, place)),
                answers: AnswerSetId(number(&self.answers, place)),
                outcome: Outcome::Ok,
                items: self.items.get(place).copied().unwrap_or(1),
                weight: self.weights.get(place).copied().unwrap_or(0.0),
                links: Vec::new(),
            });
        }
        for place in self.failed {
            if let Some(span) = spans.get_mut(place as usize) {
                span.outcome = Outcome::Failed;
            }
        }
        for (place, link) in self.links {
            if let Some(span) = spans.get_mut(place as usize) {
                span.links.push(link_of(&link)?);
            }
        }
        Ok(spans)
    }
}

/// The number at a place of a column whose length was checked.
fn number<T: Copy + Default>(column: &[T], place: usize) -> T {
    column.get(place).copied().unwrap_or_default()
}

fn ids(spans: &[SpanEnd]) -> ByteBuf {
    let mut ids = Vec::with_capacity(spans.len() * IDS);
    for span in spans {
        ids.extend_from_slice(&span.trace.0.to_be_bytes());
        ids.extend_from_slice(&span.span.0.to_be_bytes());
        ids.extend_from_slice(&span.parent.0.to_be_bytes());
    }
    ByteBuf::from(ids)
}

fn link_bytes(link: &Link) -> ByteBuf {
    let mut bytes = link.trace.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(&link.span.0.to_be_bytes());
    ByteBuf::from(bytes)
}

fn link_of(bytes: &[u8]) -> Result<Link, WireError> {
    let parts = bytes.split_first_chunk::<16>();
    let parts = parts.and_then(|(trace, span)| Some((trace, <&[u8; 8]>::try_from(span).ok()?)));
    let (trace, span) = parts.ok_or_else(|| WireError::broken("a link of wrong length"))?;
    let (trace, span) = (u128::from_be_bytes(*trace), u64::from_be_bytes(*span));
    Ok(Link { trace: TraceId(trace), span: SpanId(span) })
}

impl LogsV1 {
    fn new(logs: &[LogEnd]) -> Self {
        let mut columns = Self::default();
        let mut before = 0;
        for log in logs {
            columns.at.push(log.at.0.wrapping_sub(before));
            before = log.at.0;
            columns.sources.push(log.source.0);
            columns.templates.push(log.template.0);
        }
        columns
    }

    fn logs(self) -> Result<Vec<LogEnd>, WireError> {
        if [self.sources.len(), self.templates.len()] != [self.at.len(); 2] {
            return Err(WireError::broken("columns of log lines differ in length"));
        }
        let mut before = 0i64;
        let rows = self.at.into_iter().zip(self.sources).zip(self.templates);
        let logs = rows.map(|((step, source), template)| {
            before = before.wrapping_add(step);
            let (source, template) = (SourceId(source), TemplateId(template));
            LogEnd { at: Timestamp(before), source, template }
        });
        Ok(logs.collect())
    }
}

impl SumV1 {
    fn new(point: &SumPoint) -> Self {
        Self {
            at: point.at.0,
            started_at: point.started_at.0,
            source: point.source.0,
            series: point.series.0,
            is_cumulative: point.kind == SumKind::Cumulative,
            value: point.value,
        }
    }

    const fn point(&self) -> SumPoint {
        SumPoint {
            at: Timestamp(self.at),
            started_at: Timestamp(self.started_at),
            source: SourceId(self.source),
            series: SumSeriesId(self.series),
            kind: if self.is_cumulative { SumKind::Cumulative } else { SumKind::Delta },
            value: self.value,
        }
    }
}
