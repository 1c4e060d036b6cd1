//! One item at one entry: work, questions, the gate, and what goes out.

use super::{Doing, Ending, Line, Span, SpanNo, TraceNo, Traffic};
use crate::clock::{MS, Us};
use crate::fault::Effect;
use crate::ids::EntryId;
use crate::life::Life;
use crate::log_line::LogLine;
use crate::random::Random;
use crate::world::{Decision, Entry, Gate, Pass, Step, World};

/// On the way between two hosts.
const NETWORK: Us = 300;

/// Until a message is handled.
const QUEUE: Us = 40 * MS;

/// Until a call to nobody fails.
const REFUSAL: Us = 700;

/// An item comes to an entry.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub entry: EntryId,
    pub at: Us,
    pub trace: TraceNo,
    pub parent: Option<SpanNo>,
    pub link: Option<(TraceNo, SpanNo)>,
    pub items: u32,
}

/// What the caller learns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub until: Us,
    pub ending: Ending,
}

/// Follows items, each to its end before the next.
pub(super) struct Visitor<'a> {
    world: &'a World,
    life: &'a Life,
    pub random: Random,
    /// What happened to the items followed since it was last taken.
    pub seen: Traffic,
    /// Spans that were numbered before those.
    pub n_before: u64,
}

/// An entry at work.
struct Work<'a> {
    entry_id: EntryId,
    entry: &'a Entry,
    instance: usize,
    /// The fault it has.
    effect: Option<&'a Effect>,
    trace: TraceNo,
    span: SpanNo,
    /// Parent of what goes out.
    inner: SpanNo,
    items: u32,
    tenant: u32,
    slowness: i64,
    now: Us,
    /// Answers got so far, by step.
    answers: Vec<Option<usize>>,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(world: &'a World, life: &'a Life, random: Random) -> Self {
        Self { world, life, random, seen: Traffic::default(), n_before: 0 }
    }

    /// Does an entry's work on an item, and everything that follows from it.
    pub(super) fn visit(&mut self, call: &Call) -> Reply {
        let entry = self.world.entry(call.entry);
        let Some(instance) = self.life.one_of(entry.service, call.at, &mut self.random) else {
            return Reply { until: call.at, ending: Ending::Refused };
        };
        let span = self.open_span(call, Doing::Serve(call.entry), instance);
        let inner = if entry.has_inner {
            let within = Call { parent: Some(span), link: None, ..call.clone() };
            self.open_span(&within, Doing::Within(call.entry), instance)
        } else {
            span
        };
        let mut work = Work {
            entry_id: call.entry,
            entry,
            instance,
            effect: self.effect(call.entry, instance, call.at),
            trace: call.trace,
            span,
            inner,
            items: call.items,
            tenant: self.tenant(entry),
            slowness: self.life.slowness(instance, call.at),
            now: call.at,
            answers: vec![None; entry.steps.len()],
        };
        work.now += self.random.around(entry.work) * work.slowness;
        self.write_lines(&work);
        let ending = self.work(&mut work);
        self.close(&work, ending);
        Reply { until: work.now, ending }
    }

    fn work(&mut self, work: &mut Work<'_>) -> Ending {
        let failing = work.effect.and_then(Effect::failing);
        if self.random.chance(failing.unwrap_or(work.entry.fails)) {
            return Ending::Failed;
        }
        for (number, step) in work.entry.steps.iter().enumerate() {
            let is_well = match step {
                Step::Ask(to) => self.ask(work, number, *to),
                Step::Pass(pass) => self.pass(work, number, pass),
            };
            if !is_well {
                return Ending::Failed;
            }
        }
        let answer = work.entry.decision.as_ref().map(|given| self.decide(given, work.effect));
        Ending::Well(answer)
    }

    fn decide(&mut self, decision: &Decision, effect: Option<&Effect>) -> usize {
        match effect.and_then(Effect::mix) {
            Some(mix) => self.random.weighted(mix.iter().copied()),
            None => self.random.weighted(decision.values.iter().map(|(_, share)| *share)),
        }
    }

    fn ask(&mut self, work: &mut Work<'_>, step: usize, to: EntryId) -> bool {
        let reply = self.call(work, step, to);
        if let (Ending::Well(answer), Some(slot)) = (reply.ending, work.answers.get_mut(step)) {
            *slot = answer;
        }
        matches!(reply.ending, Ending::Well(_))
    }

    /// Hands the item on, if the gate lets it. Whether that went well.
    fn pass(&mut self, work: &mut Work<'_>, step: usize, pass: &Pass) -> bool {
        if !self.is_let_through(work, step, &pass.gate) {
            return true;
        }
        let (least, most) = (i64::from(pass.times.0), i64::from(pass.times.1));
        let times = work.effect.and_then(|effect| effect.times(step)).unwrap_or(1);
        for _ in 0..self.random.between(least, most) * i64::from(times) {
            if self.world.entry(pass.to).operation.is_message() {
                self.send(work, step, pass);
            } else if !matches!(self.call(work, step, pass.to).ending, Ending::Well(_)) {
                return false;
            }
        }
        true
    }

    fn is_let_through(&mut self, work: &Work<'_>, step: usize, gate: &Gate) -> bool {
        if let Some(share) = work.effect.and_then(|effect| effect.passing(step)) {
            return self.random.chance(share);
        }
        match gate {
            Gate::Share(share) => self.random.chance(*share),
            Gate::On { asked, values } => {
                let answer = work.answers.get(*asked).copied().flatten();
                answer.is_some_and(|answer| values.contains(&answer))
            }
        }
    }

    /// Calls, and waits for the answer.
    fn call(&mut self, work: &mut Work<'_>, step: usize, to: EntryId) -> Reply {
        work.now += self.random.around(NETWORK / 3);
        let doing = Doing::Call(work.entry_id, step);
        let span = self.open_span(&work.out(), doing, work.instance);
        let call = Call {
            entry: to,
            at: work.now + self.random.around(NETWORK),
            parent: Some(span),
            ..work.out()
        };
        let reply = self.visit(&call);
        let back = match reply.ending {
            Ending::Refused => self.random.around(REFUSAL),
            Ending::Well(_) | Ending::Failed => self.random.around(NETWORK),
        };
        work.now = reply.until + back * work.slowness;
        self.close_span(span, work.now, reply.ending, work.tenant);
        reply
    }

    /// Sends a message and does not wait; it is handled when somebody is there.
    fn send(&mut self, work: &mut Work<'_>, step: usize, pass: &Pass) {
        work.now += self.random.around(NETWORK / 3);
        let span = self.open_span(&work.out(), Doing::Call(work.entry_id, step), work.instance);
        work.now += self.random.around(NETWORK) * work.slowness;
        self.close_span(span, work.now, Ending::Well(None), work.tenant);
        let service = self.world.entry(pass.to).service;
        let mut at = work.now + self.random.around(QUEUE);
        if self.life.one_of(service, at, &mut self.random).is_none() {
            let Some(up) = self.life.next_up(service, at) else { return };
            at = up + self.random.around(QUEUE);
        }
        let mut message = Call { entry: pass.to, at, parent: Some(span), ..work.out() };
        if pass.is_linked {
            message.link = Some((work.trace, span));
            message.parent = None;
            message.trace = TraceNo(LINKED | span.0);
        }
        self.visit(&message);
    }

    fn open_span(&mut self, call: &Call, doing: Doing, instance: usize) -> SpanNo {
        let number = SpanNo(self.n_before + self.seen.spans.len() as u64 + 1);
        self.seen.spans.push(Span {
            trace: call.trace,
            number,
            parent: call.parent,
            link: call.link,
            instance,
            doing,
            from: call.at,
            until: call.at,
            ending: Ending::Well(None),
            items: call.items,
            tenant: 0,
        });
        number
    }

    fn close_span(&mut self, number: SpanNo, until: Us, ending: Ending, tenant: u32) {
        let at = usize::try_from(number.0 - self.n_before - 1).ok();
        if let Some(span) = at.and_then(|at| self.seen.spans.get_mut(at)) {
            (span.until, span.ending, span.tenant) = (until, ending, tenant);
        }
    }

    fn close(&mut self, work: &Work<'_>, ending: Ending) {
        if work.inner != work.span {
            self.close_span(work.inner, work.now, ending, work.tenant);
        }
        self.close_span(work.span, work.now, ending, work.tenant);
    }

    fn effect(&self, entry: EntryId, instance: usize, at: Us) -> Option<&'a Effect> {
        let fault = self.world.fault.as_ref().filter(|fault| fault.effect.entry() == entry)?;
        fault.infects(self.world, self.life.get(instance), at).then_some(&fault.effect)
    }

    fn tenant(&mut self, entry: &Entry) -> u32 {
        u32::try_from(self.random.below(u64::from(entry.tenants))).unwrap_or(0)
    }

    fn write_lines(&mut self, work: &Work<'_>) {
        let faulty = self.world.fault.as_ref().filter(|_| work.effect.is_some());
        let lines = faulty.map_or(&[][..], |fault| &fault.logs);
        for line in work.entry.logs.iter().chain(lines) {
            if self.random.chance(line.share) {
                self.write(work, line);
            }
        }
    }

    fn write(&mut self, work: &Work<'_>, line: &LogLine) {
        let mut text = String::with_capacity(line.text.len() + 8);
        for piece in line.text.split_inclusive('#') {
            let before = piece.strip_suffix('#');
            text.push_str(before.unwrap_or(piece));
            if before.is_some() {
                text.push_str(&self.random.between(1, 99_999).to_string());
            }
        }
        self.seen.lines.push(Line {
            at: work.now,
            instance: work.instance,
            severity: line.severity,
            text,
            span: Some((work.trace, work.span)),
        });
    }
}

/// Marks traces that a linked message began; their number is that of the span that sent it.
const LINKED: u64 = 1 << 63;

impl Work<'_> {
    /// A call that leaves now; where to is up to who calls.
    const fn out(&self) -> Call {
        Call {
            entry: self.entry_id,
            at: self.now,
            trace: self.trace,
            parent: Some(self.inner),
            link: None,
            items: self.items,
        }
    }
}
