//! One item at one entry: work, questions, the gate, and what goes out.

use super::{Doing, Ending, Harm, Harmed, Line, Span, SpanNo, TraceNo, Traffic};
use crate::clock::{MS, Us};
use crate::fault::{Effect, Fault};
use crate::ids::EntryId;
use crate::life::Life;
use crate::log_line::LogLine;
use crate::parts::Parts;
use crate::random::Random;
use crate::sway::{moved, swayed};
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
    /// The answer it would have got with the same luck if nothing were broken.
    pub usual: Option<usize>,
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
    /// Whether the item that is followed would not have come in as usual.
    pub is_extra: bool,
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
    /// When it began, and how far its work has come.
    came: Us,
    now: Us,
    /// By how many parts of ten thousand its shares are off now.
    sway: i64,
    /// Answers got so far, by step.
    answers: Vec<Answered>,
    /// The answer it would give if nothing were broken.
    usual: Option<usize>,
}

/// An answer that was got, and the one that would have been.
#[derive(Clone, Copy, Debug, Default)]
struct Answered {
    given: Option<usize>,
    usual: Option<usize>,
}

/// Whether an item goes on, and whether it would if nothing were broken.
#[derive(Clone, Copy, Debug)]
struct Fate {
    goes_on: bool,
    usually: bool,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(world: &'a World, life: &'a Life, random: Random) -> Self {
        Self { world, life, random, seen: Traffic::default(), n_before: 0, is_extra: false }
    }

    /// Does an entry's work on an item, and everything that follows from it.
    pub(super) fn visit(&mut self, call: &Call) -> Reply {
        let entry = self.world.entry(call.entry);
        let Some(instance) = self.life.one_of(entry.service, call.at, &mut self.random) else {
            return Reply { until: call.at, ending: Ending::Refused, usual: None };
        };
        if self.is_extra {
            let (place, items) = (Harmed::Entry(call.entry), i64::from(call.items));
            self.seen.harms.push(Harm { at: call.at, place, items });
        }
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
            came: call.at,
            now: call.at,
            sway: entry.sway.map_or(0, |sway| sway.by(self.world.seed, call.entry, call.at)),
            answers: vec![Answered::default(); entry.steps.len()],
            usual: None,
        };
        let slowing = work.effect.map_or(1, Effect::slowing);
        work.now += self.random.around(entry.work) * work.slowness * slowing;
        self.write_lines(&work);
        let ending = self.work(&mut work);
        self.close(&work, ending);
        Reply { until: work.now, ending, usual: work.usual }
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
        let decision = work.entry.decision.as_ref();
        let answered = decision.map(|decision| self.decide(work, decision)).unwrap_or_default();
        work.usual = answered.usual;
        Ending::Well(answered.given)
    }

    /// Decides, and with the same luck once more as if nothing were broken.
    fn decide(&mut self, work: &Work<'_>, decision: &Decision) -> Answered {
        let mut luck = self.random.clone();
        let usual = |luck: &mut Random| match work.sway {
            0 => luck.weighted(decision.values.iter().map(|(_, share)| *share)),
            by => luck.weighted(swayed(decision, by).into_iter()),
        };
        let Some(mix) = work.effect.and_then(Effect::mix) else {
            let given = Some(usual(&mut self.random));
            return Answered { given, usual: given };
        };
        let given = self.random.weighted(mix.iter().copied());
        Answered { given: Some(given), usual: Some(usual(&mut luck)) }
    }

    fn ask(&mut self, work: &mut Work<'_>, step: usize, to: EntryId) -> bool {
        let reply = self.call(work, step, to);
        if let (Ending::Well(given), Some(slot)) = (reply.ending, work.answers.get_mut(step)) {
            *slot = Answered { given, usual: reply.usual };
        }
        matches!(reply.ending, Ending::Well(_))
    }

    /// Hands the item on, if the gate lets it. Whether that went well.
    fn pass(&mut self, work: &mut Work<'_>, step: usize, pass: &Pass) -> bool {
        let fate = self.fate(work, step, &pass.gate);
        let (least, most) = (i64::from(pass.times.0), i64::from(pass.times.1));
        if !fate.goes_on {
            if fate.usually {
                // What decided that it stays must not decide how often it would have gone.
                let mut luck = self.random.clone();
                luck.next();
                let kept_back = luck.between(least, most);
                self.note_harm(work, step, -kept_back);
            }
            return true;
        }
        let times = work.effect.and_then(|effect| effect.times(step)).unwrap_or(1);
        let usual = self.random.between(least, most);
        let (n_left, is_well) = self.hand_on(work, (step, pass), usual * i64::from(times));
        let usual = if fate.usually { usual.min(n_left) } else { 0 };
        self.note_harm(work, step, n_left - usual);
        is_well
    }

    /// Hands an item on so many times, until that fails: how often, and whether it went well.
    fn hand_on(
        &mut self,
        work: &mut Work<'_>,
        (step, pass): (usize, &Pass),
        times: i64,
    ) -> (i64, bool) {
        for n_before in 0..times {
            if self.world.entry(pass.to).operation.is_message() {
                self.send(work, step, pass);
            } else if !matches!(self.call(work, step, pass.to).ending, Ending::Well(_)) {
                return (n_before + 1, false);
            }
        }
        (times, true)
    }

    fn note_harm(&mut self, work: &Work<'_>, step: usize, times: i64) {
        if times != 0 {
            let place = Harmed::Step(work.entry_id, step);
            let items = times * i64::from(work.items);
            self.seen.harms.push(Harm { at: work.came, place, items });
        }
    }

    /// Whether a gate lets an item pass, and with the same luck once more as if nothing were broken.
    fn fate(&mut self, work: &Work<'_>, step: usize, gate: &Gate) -> Fate {
        let mut luck = self.random.clone();
        let broken = work.effect.and_then(|effect| effect.passing(step));
        match (gate, broken) {
            (Gate::Share(share), None) => {
                let goes_on = self.random.chance(moved(*share, work.sway));
                Fate { goes_on, usually: goes_on }
            }
            (Gate::Share(share), Some(broken)) => Fate {
                goes_on: self.random.chance(broken),
                usually: luck.chance(moved(*share, work.sway)),
            },
            (Gate::On { asked, values }, broken) => {
                let answered = work.answers.get(*asked).copied().unwrap_or_default();
                let passes = |answer: Option<usize>| answer.is_some_and(|at| values.contains(&at));
                let goes_on = match broken {
                    Some(broken) => self.random.chance(broken),
                    None => passes(answered.given),
                };
                Fate { goes_on, usually: passes(answered.usual) }
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
        let call = self.unjoined(call, span);
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
        let losing = work.effect.and_then(|effect| effect.losing(step));
        if self.random.chance(losing.unwrap_or(Parts::NONE)) {
            return;
        }
        if pass.is_linked {
            message.link = Some((work.trace, span));
            message.parent = None;
            message.trace = TraceNo(LINKED | span.0);
        }
        let message = self.unjoined(message, span);
        self.visit(&message);
    }

    /// The same call, without the context of the span that makes it if that gets lost.
    fn unjoined(&mut self, call: Call, span: SpanNo) -> Call {
        if !self.random.chance(self.world.senders.unjoined) {
            return call;
        }
        Call { parent: None, link: None, trace: TraceNo(LINKED | span.0), ..call }
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
        let mut own = self.world.faults().filter(|fault| fault.effect.entry() == entry);
        let infects = |fault: &&Fault| fault.infects(self.world, self.life.get(instance), at);
        own.find(infects).map(|fault| &fault.effect)
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
