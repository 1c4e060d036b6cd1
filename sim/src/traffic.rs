//! Items through a world: every span and log line that really happened, before telemetry has its
//! way with them.
//!
//! An item is followed from its inlet to its end in one go. That is exact, because services here do
//! not queue: what an item meets depends on when it comes, not on who came before.

mod arrivals;
mod visit;

use crate::clock::Us;
use crate::ids::EntryId;
use crate::life::Life;
use crate::random::{Random, Use};
use crate::world::{Inlet, World};
use arrivals::Arrivals;
use hw_model::Severity;
use visit::{Call, Visitor};

/// Number of a trace, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TraceNo(pub u64);

/// Number of a span in its world, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpanNo(pub u64);

/// What a span does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doing {
    /// An entry's service does its work.
    Serve(EntryId),
    /// The part of it that lies within.
    Within(EntryId),
    /// It calls, or sends a message, at one of its steps.
    Call(EntryId, usize),
}

/// How a span ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// Well; with an answer, by its position, if it was asked something.
    Well(Option<usize>),
    /// It failed.
    Failed,
    /// Nobody was there.
    Refused,
}

/// One span.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub trace: TraceNo,
    pub number: SpanNo,
    pub parent: Option<SpanNo>,
    pub link: Option<(TraceNo, SpanNo)>,
    pub instance: usize,
    pub doing: Doing,
    pub from: Us,
    pub until: Us,
    pub ending: Ending,
    pub items: u32,
    /// Whose item it is, where spans say so.
    pub tenant: u32,
}

/// One log line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub at: Us,
    pub instance: usize,
    pub severity: Severity,
    pub text: String,
    /// The span in which it was written.
    pub span: Option<(TraceNo, SpanNo)>,
}

/// Everything that happened.
#[derive(Debug)]
pub(crate) struct Traffic {
    pub spans: Vec<Span>,
    pub lines: Vec<Line>,
}

impl Traffic {
    /// Sends items through a world.
    pub(crate) fn new(world: &World, life: &Life) -> Self {
        let mut traffic = Self { spans: Vec::new(), lines: start_lines(world, life) };
        for (number, inlet) in world.inlets.iter().enumerate() {
            let random = Random::new(world.seed, Use::Traffic, &[number as u64]);
            let mut visitor = Visitor::new((world, life), &mut traffic, random);
            let first = number as u64 * TRACES_PER_INLET + 1;
            for (at, trace) in Arrivals::new(world, number).zip(first..) {
                let items = visitor.batch(inlet);
                let (entry, trace) = (inlet.entry, TraceNo(trace));
                visitor.visit(&Call { entry, at, trace, parent: None, link: None, items });
            }
        }
        traffic
    }
}

/// What each process writes when it begins.
fn start_lines(world: &World, life: &Life) -> Vec<Line> {
    let lines = life.all().iter().enumerate().map(|(instance, running)| Line {
        at: running.from,
        instance,
        severity: Severity::Info,
        text: format!("{} {} started", world.service(running.service).name, running.version),
        span: None,
    });
    lines.collect()
}

/// How many traces one inlet may begin: keeps the numbers of inlets apart.
const TRACES_PER_INLET: u64 = 1 << 32;

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
