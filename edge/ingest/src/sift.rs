//! Looking at each record that was taken in before it is passed on: it stays, or it goes.
//!
//! Whoever counts knows what a reader cannot: what time it is, and what came before.

use crate::intake::Intake;
use crate::tally::{Rejection, Tally};
use hw_model::{SpanEnd, Timestamp};

/// A record, as far as it tells whether it is to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// When what it tells of began.
    pub began_at: Timestamp,
    /// When it was there to be sent.
    pub arrived_at: Timestamp,
    /// What tells it from every other record of its kind.
    pub identity: [u64; 4],
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// A span.
    Span,
    /// A feature flag's evaluation, which came on a span or a log line.
    Evaluation,
    /// A log line.
    Log,
    /// A point of a counter.
    Point,
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is counted.
    Counted,
    /// It was counted before.
    Copy,
    /// It is turned away.
    Rejected(Rejection),
}

impl Intake {
    /// Asks of each record that was taken in and not passed on what becomes of it. What goes leaves
    /// `tally` as it should be. Returns how many were copies; evaluations, which come on top of other
    /// records, count in neither.
    pub fn sift(&mut self, tally: &mut Tally, mut ask: impl FnMut(&Item) -> Fate) -> u64 {
        let mut sieve = Sieve { tally, ask: &mut ask, n_copies: 0 };
        let pending = self.pending_mut();
        for (kind, spans) in
            [(ItemKind::Span, &mut pending.spans), (ItemKind::Evaluation, &mut pending.evaluations)]
        {
            spans.retain(|span| {
                let identity = span_identity(span);
                let (began_at, arrived_at) = (span.started_at, span.ended_at);
                sieve.keeps(&Item { kind, began_at, arrived_at, identity })
            });
        }
        pending.logs.retain(|log| {
            let (at, source) = (log.end.at, u64::from(log.end.source.0));
            let identity = [log.content, at.0.cast_unsigned(), source, 0];
            let kind = ItemKind::Log;
            sieve.keeps(&Item { kind, began_at: at, arrived_at: at, identity })
        });
        pending.sums.retain(|point| {
            let identity = [u64::from(point.series.0), point.at.0.cast_unsigned(), 0, 0];
            let kind = ItemKind::Point;
            sieve.keeps(&Item { kind, began_at: point.at, arrived_at: point.at, identity })
        });
        sieve.n_copies
    }
}

/// What tells a span from every other.
#[must_use]
pub fn span_identity(span: &SpanEnd) -> [u64; 4] {
    let [high, low] = halves(span.trace.0);
    [high, low, span.span.0, span.ended_at.0.cast_unsigned()]
}

struct Sieve<'a, F> {
    tally: &'a mut Tally,
    ask: &'a mut F,
    n_copies: u64,
}

impl<F: FnMut(&Item) -> Fate> Sieve<'_, F> {
    fn keeps(&mut self, item: &Item) -> bool {
        let fate = (self.ask)(item);
        let counted = match item.kind {
            ItemKind::Span => &mut self.tally.spans,
            ItemKind::Evaluation => &mut self.tally.evaluations,
            ItemKind::Log => &mut self.tally.logs,
            ItemKind::Point => &mut self.tally.points,
        };
        let n = u64::from(item.kind != ItemKind::Evaluation);
        match fate {
            Fate::Counted => return true,
            Fate::Copy => self.n_copies += n,
            Fate::Rejected(_) => {}
        }
        *counted = counted.saturating_sub(1);
        if let Fate::Rejected(reason) = fate {
            self.tally.reject(reason, n);
        }
        false
    }
}

#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
const fn halves(number: u128) -> [u64; 2] {
    [(number >> 64) as u64, number as u64]
}
