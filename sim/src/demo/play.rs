//! A world as it reaches Highwater: requests, and what people do and say in between.

use crate::clock::{S, Us};
use crate::drive::told;
use crate::life::Life;
use crate::otlp::Gateway;
use crate::remark::RemarkKind;
use crate::traffic::{Doing, Ending, Span, Stretches, Traffic};
use crate::world::World;
use hw_model::{Timestamp, ToldChange};
use std::collections::VecDeque;

/// Until the last items have come to their end.
const TAIL: Us = 10 * S;

/// What reaches Highwater.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// A request with spans, for `/v1/traces`.
    Traces(Request),
    /// A request with log lines, for `/v1/logs`.
    Logs(Request),
    /// Somebody does or says something.
    People {
        /// When.
        at: Timestamp,
        /// What.
        what: People,
    },
}

/// OTLP of a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// All records ended before it, as clocks that are right would say.
    pub until: Timestamp,
    /// Protobuf, not compressed.
    pub body: Vec<u8>,
    /// Spans or log lines in it.
    pub n_records: usize,
}

/// What people do and say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum People {
    /// They tell of a change.
    Change(ToldChange),
    /// They say something for the log.
    Say {
        /// Who.
        who: String,
        /// As what.
        kind: RemarkKind,
        /// What.
        text: String,
    },
}

/// What was played so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Spans sent.
    pub n_spans: u64,
    /// Log lines sent.
    pub n_lines: u64,
    /// Answers given by what is broken, right or wrong.
    pub n_broken_answers: u64,
    /// Items that went on and would not have if nothing were broken.
    pub excess_items: u64,
}

/// Plays a world.
pub struct Play<'a> {
    world: &'a World,
    life: &'a Life,
    stretches: Stretches<'a>,
    gateway: Gateway<'a>,
    people: VecDeque<(Us, People)>,
    ready: VecDeque<Sent>,
    /// What ended before it was sent.
    at: Us,
    end: Us,
    stretch: Us,
    tally: Tally,
}

impl<'a> Play<'a> {
    pub(super) fn new(world: &'a World, life: &'a Life, stretch: Us) -> Self {
        Self {
            world,
            life,
            stretches: Stretches::new(world, life),
            gateway: Gateway::new(world, life),
            people: people(world),
            ready: VecDeque::new(),
            at: 0,
            end: world.length_s * S + TAIL,
            stretch,
            tally: Tally::default(),
        }
    }

    /// From now on a request holds so many seconds.
    pub fn set_stretch(&mut self, stretch_s: u32) {
        self.stretch = i64::from(stretch_s.max(1)) * S;
    }

    /// What was played so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// Gets ready what comes next: a stretch up to its end, or to when somebody does something.
    fn advance(&mut self) {
        let next = self.people.front().map_or(Us::MAX, |(at, _)| *at);
        let stretch_end = (self.at / self.stretch + 1) * self.stretch;
        let until = stretch_end.min(self.end).min(next).max(self.at);
        if until > self.at {
            self.send_until(until);
            self.at = until;
        }
        while let Some((at, what)) = self.people.pop_front_if(|(at, _)| *at <= self.at) {
            self.ready.push_back(Sent::People { at: self.world.start.instant(at), what });
        }
    }

    fn send_until(&mut self, end: Us) {
        let traffic = self.stretches.take_until(end);
        let until = self.world.start.instant(end);
        self.count(&traffic);
        if !traffic.spans.is_empty() {
            let (body, n_records) = (self.gateway.traces(&traffic.spans), traffic.spans.len());
            self.ready.push_back(Sent::Traces(Request { until, body, n_records }));
        }
        if !traffic.lines.is_empty() {
            let (body, n_records) = (self.gateway.logs(&traffic.lines, end), traffic.lines.len());
            self.ready.push_back(Sent::Logs(Request { until, body, n_records }));
        }
    }

    fn count(&mut self, traffic: &Traffic) {
        self.tally.n_spans += traffic.spans.len() as u64;
        self.tally.n_lines += traffic.lines.len() as u64;
        let too_many: i64 = traffic.harms.iter().map(|harm| harm.items.max(0)).sum();
        self.tally.excess_items += too_many.unsigned_abs();
        let Some(fault) = &self.world.fault else { return };
        let is_broken = |span: &&Span| {
            matches!(span.ending, Ending::Well(_))
                && span.doing == Doing::Serve(fault.effect.entry())
                && fault.infects(self.world, self.life.get(span.instance), span.from)
        };
        self.tally.n_broken_answers += traffic.spans.iter().filter(is_broken).count() as u64;
    }
}

impl Iterator for Play<'_> {
    type Item = Sent;

    fn next(&mut self) -> Option<Sent> {
        while self.ready.is_empty() && self.at < self.end {
            self.advance();
        }
        self.ready.pop_front()
    }
}

/// What people tell and say, by time.
fn people(world: &World) -> VecDeque<(Us, People)> {
    let changes = told(world).into_iter().map(|(at, change)| (at, People::Change(change)));
    let remarks = world.remarks.iter().cloned().map(|remark| {
        let (who, kind, text) = (remark.who, remark.kind, remark.text);
        (remark.at, People::Say { who, kind, text })
    });
    let mut people: Vec<(Us, People)> = changes.chain(remarks).collect();
    people.sort_by_key(|(at, _)| *at);
    people.into()
}
