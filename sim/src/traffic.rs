//! Items through a world: every span and log line that really happened, before telemetry has its
//! way with them.
//!
//! An item is followed from its inlet to its end in one go. That is exact, because services here do
//! not queue: what an item meets depends on when it comes, not on who came before.

mod arrivals;
mod inflow;
mod stretches;
mod visit;

use crate::clock::Us;
use crate::ids::EntryId;
use crate::life::Life;
use crate::world::World;
use hw_model::Severity;
use inflow::Inflow;
pub(crate) use stretches::Stretches;

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

/// Items that went on, or came in, because of the fault, or did not because of it: what happened to one
/// entry, held against what would have happened to it with the same luck and without the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Harm {
    /// When they came.
    pub at: Us,
    pub place: Harmed,
    /// Too many, or too few.
    pub items: i64,
}

/// Where a fault does harm in items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harmed {
    /// An entry hands them on, at one of its steps.
    Step(EntryId, usize),
    /// They come to an entry.
    Entry(EntryId),
}

/// Everything that happened, or a part of it.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub spans: Vec<Span>,
    pub lines: Vec<Line>,
    pub harms: Vec<Harm>,
}

impl Traffic {
    /// Sends all items through a world.
    pub(crate) fn new(world: &World, life: &Life) -> Self {
        let lines = start_lines(world, life);
        let mut traffic = Self { lines, ..Self::default() };
        for number in 0..world.inlets.len() {
            let mut inflow = Inflow::new(world, life, number).after(traffic.spans.len() as u64);
            while inflow.follow_next().is_some() {}
            inflow.drain_into(&mut traffic);
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
