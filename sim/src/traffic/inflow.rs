//! The items of one inlet, followed one after the other: as many at a time as are wanted, so that a
//! long world need not be held as a whole.

use super::arrivals::Arrivals;
use super::visit::{Call, Visitor};
use super::{TraceNo, Traffic};
use crate::clock::Us;
use crate::life::Life;
use crate::random::{Random, Use};
use crate::world::{Inlet, World};
use std::iter::Peekable;

/// How many traces one inlet may begin: keeps the numbers of inlets apart.
const TRACES_PER_INLET: u64 = 1 << 32;

/// What comes in through one inlet.
pub(crate) struct Inflow<'a> {
    inlet: &'a Inlet,
    arrivals: Peekable<Arrivals<'a>>,
    visitor: Visitor<'a>,
    /// Number of the trace that begins next.
    trace: u64,
}

impl<'a> Inflow<'a> {
    /// The inlet of this number, before its first item.
    pub(crate) fn new(world: &'a World, life: &'a Life, number: usize) -> Self {
        let inlet = world.inlets.get(number).expect("invariant: an inlet of this world");
        let random = Random::new(world.seed, Use::Traffic, &[number as u64]);
        Self {
            inlet,
            arrivals: Arrivals::new(world, number).peekable(),
            visitor: Visitor::new(world, life, random),
            trace: number as u64 * TRACES_PER_INLET + 1,
        }
    }

    /// The same, with spans numbered after so many others.
    pub(crate) fn after(mut self, n_spans: u64) -> Self {
        self.visitor.n_before = n_spans;
        self
    }

    /// Follows the next item to its end; when it came in. `None` if no more come.
    pub(crate) fn follow_next(&mut self) -> Option<Us> {
        let arrival = self.arrivals.next()?;
        let (at, items) = (arrival.at, self.visitor.batch(self.inlet));
        let (entry, trace) = (self.inlet.entry, TraceNo(self.trace));
        self.trace += 1;
        self.visitor.is_extra = arrival.is_extra;
        self.visitor.visit(&Call { entry, at, trace, parent: None, link: None, items });
        Some(at)
    }

    /// Follows all items that come in before `end`.
    pub(crate) fn follow_until(&mut self, end: Us) {
        while self.arrivals.peek().is_some_and(|arrival| arrival.at < end) {
            self.follow_next();
        }
    }

    /// Adds to `traffic` what happened to the items since this was last asked.
    pub(crate) fn drain_into(&mut self, traffic: &mut Traffic) {
        let seen = &mut self.visitor.seen;
        self.visitor.n_before += seen.spans.len() as u64;
        traffic.spans.append(&mut seen.spans);
        traffic.lines.append(&mut seen.lines);
        traffic.harms.append(&mut seen.harms);
    }
}

impl Visitor<'_> {
    /// How many items a call from outside carries.
    fn batch(&mut self, inlet: &Inlet) -> u32 {
        if !self.random.chance(inlet.batches) {
            return 1;
        }
        let most = i64::from(inlet.batch_max.max(2));
        u32::try_from(self.random.between(2, most)).unwrap_or(2)
    }
}
