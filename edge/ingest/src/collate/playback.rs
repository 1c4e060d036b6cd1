//! Plays a collated recording second by second.

use super::Totals;
use super::hours::{Kept, Kind};
use super::numbering::Numbering;
use super::record::Record;
use super::sorter::{Merge, Sorter};
use crate::files::ReadError;
use crate::pending::LogLine;
use hw_model::{Batch, Definitions, SpanEnd, SpanKind, SumKind, SumPoint, Tick, Timestamp};
use std::io;

/// The three kinds of records, each in the order of arrival.
#[derive(Debug)]
pub(super) struct Streams {
    spans: Merge<SpanEnd>,
    logs: Merge<LogLine>,
    sums: Merge<SumPoint>,
}

impl Streams {
    pub(super) fn new(
        spans: Sorter<SpanEnd>,
        logs: Sorter<LogLine>,
        sums: Sorter<SumPoint>,
    ) -> io::Result<Self> {
        Ok(Self { spans: spans.finish()?, logs: logs.finish()?, sums: sums.finish()? })
    }

    fn next_tick(&self) -> Option<Tick> {
        let ticks = [self.spans.next_tick(), self.logs.next_tick(), self.sums.next_tick()];
        ticks.into_iter().flatten().min()
    }
}

/// A recording as it would have arrived: one batch for each second in which something did, and the
/// end of that second. Definitions come with the first batch.
#[derive(Debug)]
pub struct Playback {
    streams: Streams,
    numbering: Numbering,
    definitions: Option<Definitions>,
    kept: Kept,
    totals: Totals,
    is_broken: bool,
}

impl Playback {
    pub(super) fn new(
        streams: Streams,
        numbering: (Numbering, Definitions),
        kept: Kept,
        totals: Totals,
    ) -> Self {
        let (numbering, definitions) = numbering;
        Self { streams, numbering, definitions: Some(definitions), kept, totals, is_broken: false }
    }

    /// What became of all that was in the recording; final when the playback has ended.
    #[must_use]
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The records of one second.
    fn batch(&mut self, tick: Tick) -> io::Result<Batch> {
        let (mut spans, mut logs, mut sums) = (Vec::new(), Vec::new(), Vec::new());
        self.streams.spans.take_tick(tick, &mut spans)?;
        self.streams.logs.take_tick(tick, &mut logs)?;
        self.streams.sums.take_tick(tick, &mut sums)?;
        let kept = self.kept;
        spans.retain(|span| kept.has(span));
        logs.retain(|log| kept.has(log));
        sums.retain(|sum| kept.has(sum));
        self.order_spans(&mut spans);
        self.order_logs(&mut logs);
        self.order_sums(&mut sums);
        let logs = logs.into_iter().map(|log| log.end).collect();
        Ok(Batch { definitions: Definitions::default(), spans, logs, sums })
    }

    fn order_spans(&mut self, spans: &mut Vec<SpanEnd>) {
        let numbering = &self.numbering;
        spans.iter_mut().for_each(|span| numbering.span(span));
        let same = |span: &SpanEnd| {
            let SpanEnd { ended_at, trace, span: id, started_at, source, .. } = *span;
            (ended_at, trace, id, started_at, source, numbering.kind(span.shape))
        };
        let rest = |span: &SpanEnd| {
            let SpanEnd { parent, shape, answers, outcome, items, weight, .. } = *span;
            (parent, shape, answers, outcome, items, weight.to_bits())
        };
        spans.sort_unstable_by(|a, b| {
            let by_key = same(a).cmp(&same(b));
            by_key.then_with(|| rest(a).cmp(&rest(b))).then_with(|| a.links.cmp(&b.links))
        });
        let mut doubled = [0; 2];
        spans.dedup_by(|a, b| {
            let is_same = same(a) == same(b);
            let is_evaluation = numbering.kind(a.shape) == Some(SpanKind::Evaluation);
            let [of_spans, of_evaluations] = &mut doubled;
            *(if is_evaluation { of_evaluations } else { of_spans }) += u64::from(is_same);
            is_same
        });
        let [of_spans, of_evaluations] = doubled;
        self.drop_duplicates(Kind::Span, of_spans);
        self.drop_duplicates(Kind::Evaluation, of_evaluations);
    }

    fn order_logs(&mut self, logs: &mut Vec<LogLine>) {
        logs.iter_mut().for_each(|log| self.numbering.log(log));
        logs.sort_unstable_by_key(|log| {
            (log.end.at, log.end.source, log.end.template, log.content)
        });
        let n = logs.len();
        logs.dedup();
        self.drop_duplicates(Kind::Log, (n - logs.len()) as u64);
    }

    fn order_sums(&mut self, sums: &mut Vec<SumPoint>) {
        sums.iter_mut().for_each(|sum| self.numbering.sum(sum));
        sums.sort_unstable_by_key(|sum| {
            let SumPoint { at, started_at, source, series, kind, value } = *sum;
            (at, series, source, kind == SumKind::Cumulative, started_at, value.to_bits())
        });
        let n = sums.len();
        sums.dedup_by_key(|sum| (sum.at, sum.series));
        self.drop_duplicates(Kind::Sum, (n - sums.len()) as u64);
    }

    fn drop_duplicates(&mut self, kind: Kind, n: u64) {
        self.totals.turn_away(kind, n);
        self.totals.duplicates += if kind == Kind::Evaluation { 0 } else { n };
    }
}

/// An error, which only a broken temporary file can give, is the last item.
impl Iterator for Playback {
    type Item = Result<(Timestamp, Batch), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_broken {
            let tick = self.streams.next_tick()?;
            match self.batch(tick) {
                Ok(batch) if batch == Batch::default() => {}
                Ok(mut batch) => {
                    batch.definitions = self.definitions.take().unwrap_or_default();
                    return Some(Ok((tick.ends_at(), batch)));
                }
                Err(error) => {
                    self.is_broken = true;
                    return Some(Err(ReadError::spill(error)));
                }
            }
        }
        None
    }
}

impl Kept {
    fn has(&self, record: &impl Record) -> bool {
        let at = record.arrived_at();
        self.from <= at && self.last_at.is_some_and(|last| at <= last)
    }
}
