//! Traffic piece by piece, in the order in which it ends: for worlds of weeks.

use super::inflow::Inflow;
use super::{Line, Span, Traffic, start_lines};
use crate::clock::Us;
use crate::life::Life;
use crate::world::World;

/// How many spans may come of one inlet: keeps the numbers of inlets apart.
const SPANS_PER_INLET: u64 = 1 << 40;

/// The traffic of a world, of which a stretch after the other is taken.
pub(crate) struct Stretches<'a> {
    inflows: Vec<Inflow<'a>>,
    /// What ends later than what was taken.
    pending: Traffic,
}

impl<'a> Stretches<'a> {
    /// All traffic of a world.
    pub(crate) fn new(world: &'a World, life: &'a Life) -> Self {
        let inflows = (0..world.inlets.len())
            .map(|number| Inflow::new(world, life, number).after(number as u64 * SPANS_PER_INLET));
        let pending = Traffic { lines: start_lines(world, life), ..Traffic::default() };
        Self { inflows: inflows.collect(), pending }
    }

    /// What ended before `end` and was not taken yet, sorted by instance and then by time. Ends of
    /// stretches follow one another.
    pub(crate) fn take_until(&mut self, end: Us) -> Traffic {
        for inflow in &mut self.inflows {
            // Whatever comes in later also ends later.
            inflow.follow_until(end);
            inflow.drain_into(&mut self.pending);
        }
        let mut spans: Vec<Span> =
            self.pending.spans.extract_if(.., |span| span.until < end).collect();
        let mut lines: Vec<Line> =
            self.pending.lines.extract_if(.., |line| line.at < end).collect();
        spans.sort_by_key(|span| (span.instance, span.until));
        lines.sort_by_key(|line| (line.instance, line.at));
        // Harm comes with the entry that does it, so what is known of is not too early.
        Traffic { spans, lines, harms: std::mem::take(&mut self.pending.harms) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::S;

    /// Spans and lines in an order that does not depend on how they were taken.
    fn sorted(mut traffic: Traffic) -> (Vec<String>, Vec<String>) {
        traffic.spans.sort_by_key(|span| span.number);
        let spans = traffic.spans.iter().map(|span| format!("{span:?}")).collect();
        let mut lines: Vec<String> = traffic.lines.iter().map(|line| format!("{line:?}")).collect();
        lines.sort();
        (spans, lines)
    }

    #[test]
    fn pieces_are_the_whole() {
        let world = World::from_seed(1);
        assert_eq!(world.inlets.len(), 1, "spans of several inlets are numbered otherwise");
        let life = Life::new(&world);
        let mut stretches = Stretches::new(&world, &life);
        let mut pieces = Traffic::default();
        for end in (0..=world.length_s + 60).step_by(7).map(|second| second * S) {
            let mut piece = stretches.take_until(end);
            assert!(piece.spans.iter().all(|span| span.until < end && span.until >= end - 7 * S));
            pieces.spans.append(&mut piece.spans);
            pieces.lines.append(&mut piece.lines);
        }
        assert_eq!(sorted(pieces), sorted(Traffic::new(&world, &life)));
    }
}
