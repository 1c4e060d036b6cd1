//! What collation needs to know of a record, and the bytes of one in a temporary file.
//!
//! The bytes are private to one run of one process: no version, no checks beyond their length.

use crate::pending::LogLine;
use hw_model::{
    AnswerSetId, Link, LogEnd, Outcome, ShapeId, SourceId, SpanEnd, SpanId, SumKind, SumPoint,
    SumSeriesId, TemplateId, Timestamp, TraceId,
};

/// A record that can be put in order and to disk.
pub(super) trait Record: Sized {
    /// When it is taken to have arrived.
    fn arrived_at(&self) -> Timestamp;

    /// When what it tells of began.
    fn began_at(&self) -> Timestamp;

    /// Its bytes in memory beside its own size.
    fn heap_bytes(&self) -> usize {
        0
    }

    /// Adds its bytes to `out`.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes a record off the front of `bytes`.
    fn read(bytes: &mut Bytes<'_>) -> Option<Self>;
}

/// Bytes that were written, read from the front.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.take().map(i64::from_le_bytes).map(Timestamp)
    }

    fn trace(&mut self) -> Option<TraceId> {
        self.take().map(u128::from_le_bytes).map(TraceId)
    }

    fn flag(&mut self) -> Option<bool> {
        self.take::<1>().map(|[byte]| byte != 0)
    }
}

impl Record for SpanEnd {
    fn arrived_at(&self) -> Timestamp {
        self.ended_at
    }

    fn began_at(&self) -> Timestamp {
        self.started_at
    }

    fn heap_bytes(&self) -> usize {
        self.links.capacity() * size_of::<Link>()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.trace.0.to_le_bytes());
        out.extend_from_slice(&self.span.0.to_le_bytes());
        out.extend_from_slice(&self.parent.0.to_le_bytes());
        out.extend_from_slice(&self.started_at.0.to_le_bytes());
        out.extend_from_slice(&self.ended_at.0.to_le_bytes());
        for id in [self.source.0, self.shape.0, self.answers.0, self.items, self.weight.to_bits()] {
            out.extend_from_slice(&id.to_le_bytes());
        }
        out.push(u8::from(self.outcome == Outcome::Failed));
        for link in &self.links {
            out.extend_from_slice(&link.trace.0.to_le_bytes());
            out.extend_from_slice(&link.span.0.to_le_bytes());
        }
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        Some(Self {
            trace: bytes.trace()?,
            span: SpanId(bytes.u64()?),
            parent: SpanId(bytes.u64()?),
            started_at: bytes.time()?,
            ended_at: bytes.time()?,
            source: SourceId(bytes.u32()?),
            shape: ShapeId(bytes.u32()?),
            answers: AnswerSetId(bytes.u32()?),
            items: bytes.u32()?,
            weight: f32::from_bits(bytes.u32()?),
            outcome: if bytes.flag()? { Outcome::Failed } else { Outcome::Ok },
            links: std::iter::from_fn(|| {
                Some(Link { trace: bytes.trace()?, span: SpanId(bytes.u64()?) })
            })
            .collect(),
        })
    }
}

impl Record for LogLine {
    fn arrived_at(&self) -> Timestamp {
        self.end.at
    }

    fn began_at(&self) -> Timestamp {
        self.end.at
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.end.at.0.to_le_bytes());
        out.extend_from_slice(&self.end.source.0.to_le_bytes());
        out.extend_from_slice(&self.end.template.0.to_le_bytes());
        out.extend_from_slice(&self.content.to_le_bytes());
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        let at = bytes.time()?;
        let (source, template) = (SourceId(bytes.u32()?), TemplateId(bytes.u32()?));
        Some(Self { end: LogEnd { at, source, template }, content: bytes.u64()? })
    }
}

impl Record for SumPoint {
    fn arrived_at(&self) -> Timestamp {
        self.at
    }

    fn began_at(&self) -> Timestamp {
        self.at
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.at.0.to_le_bytes());
        out.extend_from_slice(&self.started_at.0.to_le_bytes());
        out.extend_from_slice(&self.source.0.to_le_bytes());
        out.extend_from_slice(&self.series.0.to_le_bytes());
        out.push(u8::from(self.kind == SumKind::Cumulative));
        out.extend_from_slice(&self.value.to_bits().to_le_bytes());
    }

    fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        Some(Self {
            at: bytes.time()?,
            started_at: bytes.time()?,
            source: SourceId(bytes.u32()?),
            series: SumSeriesId(bytes.u32()?),
            kind: if bytes.flag()? { SumKind::Cumulative } else { SumKind::Delta },
            value: f64::from_bits(bytes.u64()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back<R: Record + PartialEq + std::fmt::Debug>(record: R) {
        let mut out = Vec::new();
        record.write(&mut out);
        assert_eq!(R::read(&mut Bytes(&out)).as_ref(), Some(&record));
    }

    #[test]
    fn records_come_back_from_their_bytes() {
        let link = Link { trace: TraceId(1 << 100), span: SpanId(9) };
        comes_back(SpanEnd {
            trace: TraceId(u128::MAX - 5),
            span: SpanId(u64::MAX),
            parent: SpanId::NONE,
            started_at: Timestamp(-3),
            ended_at: Timestamp(i64::MAX),
            source: SourceId(1),
            shape: ShapeId(2),
            answers: AnswerSetId(3),
            outcome: Outcome::Failed,
            items: 500,
            weight: 2.5,
            links: vec![link, link],
        });
        let end = LogEnd { at: Timestamp(7), source: SourceId(8), template: TemplateId(9) };
        comes_back(LogLine { end, content: u64::MAX });
        comes_back(SumPoint {
            at: Timestamp(7),
            started_at: Timestamp(6),
            source: SourceId(5),
            series: SumSeriesId(4),
            kind: SumKind::Cumulative,
            value: 1e300,
        });
    }
}
