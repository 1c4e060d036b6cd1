//! How telemetry gets from the instances to Highwater: in batches, with delay, and not always.
//!
//! An instance sends what ended since it last sent, every 1 to 5 s, spans and log lines apart, and
//! once more when it ends in order. Whether a batch is late, lost or doubled hangs on its place
//! alone, so that one fault of telemetry does not move another.

use crate::clock::{MS, S, Us};
use crate::life::Running;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::traffic::{Line, Span, TraceNo, Traffic};
use crate::world::{Sampled, World};
use std::collections::BTreeMap;

/// How often instances send.
const PERIOD: (Us, Us) = (S, 5 * S);

/// On the way to Highwater.
const WAY: (Us, Us) = (10 * MS, 200 * MS);

/// How late a late batch is.
const LATE: (Us, Us) = (5 * S, 20 * S);

/// How long after a batch its copy comes.
const AGAIN: (Us, Us) = (100 * MS, 10 * S);

/// Until an instance that ends has sent its last batch.
const FAREWELL: Us = 50 * MS;

/// Records that arrive together.
#[derive(Debug)]
pub(crate) struct Export<'a> {
    pub arrives: Us,
    pub instance: usize,
    pub records: Records<'a>,
    /// Whether all of it was sent before.
    pub is_copy: bool,
}

/// What is sent together.
#[derive(Clone, Debug)]
pub(crate) enum Records<'a> {
    Spans(Vec<&'a Span>),
    Lines(Vec<&'a Line>),
}

/// Something an instance sends once it is there.
trait Record {
    fn instance(&self) -> usize;
    fn is_there(&self) -> Us;
}

impl Record for Span {
    fn instance(&self) -> usize {
        self.instance
    }

    fn is_there(&self) -> Us {
        self.until
    }
}

impl Record for Line {
    fn instance(&self) -> usize {
        self.instance
    }

    fn is_there(&self) -> Us {
        self.at
    }
}

/// Everything that arrives, in the order of arrival.
pub(crate) fn exports<'a>(
    world: &World,
    instances: &[Running],
    traffic: &'a Traffic,
) -> Vec<Export<'a>> {
    let lost = world.senders.lost;
    let is_lost = |span: &&Span| !Random::new(world.seed, Use::Loss, &[span.number.0]).chance(lost);
    let kept = Kept::new(world, traffic);
    let sent = traffic.spans.iter().filter(is_lost).filter(|span| kept.is_kept(span));
    let spans = by_instance(sent, instances.len());
    let lines = by_instance(traffic.lines.iter(), instances.len());
    let mut exports = Vec::new();
    for (instance, (spans, lines)) in spans.into_iter().zip(lines).enumerate() {
        let Some(running) = instances.get(instance) else { continue };
        let exporter = Exporter::new(world, instance, running);
        for (flush, spans) in exporter.batches(spans) {
            exporter.send(&mut exports, (flush, 0), Records::Spans(spans));
        }
        for (flush, lines) in exporter.batches(lines) {
            exporter.send(&mut exports, (flush, 1), Records::Lines(lines));
        }
    }
    exports.sort_by_key(|export| (export.arrives, export.instance));
    exports
}

/// Which traces are kept once they are sampled.
struct Kept {
    seed: u64,
    sampled: Option<Sampled>,
    /// When each trace began, if it matters.
    began: BTreeMap<TraceNo, Us>,
}

impl Kept {
    fn new(world: &World, traffic: &Traffic) -> Self {
        let sampled = world.senders.sampled;
        let mut began = BTreeMap::new();
        for span in traffic.spans.iter().filter(|_| sampled.is_some()) {
            let first = began.entry(span.trace).or_insert(span.from);
            *first = span.from.min(*first);
        }
        Self { seed: world.seed, sampled, began }
    }

    fn is_kept(&self, span: &Span) -> bool {
        let Some(Sampled { from, share }) = self.sampled else { return true };
        let is_before = self.began.get(&span.trace).is_none_or(|began| *began < from);
        is_before || Random::new(self.seed, Use::Sampling, &[span.trace.0]).chance(share)
    }
}

/// The records of each instance, in the order in which they are there.
fn by_instance<'a, T: Record>(
    records: impl Iterator<Item = &'a T>,
    n_instances: usize,
) -> Vec<Vec<&'a T>> {
    let mut sorted = vec![Vec::new(); n_instances];
    for record in records {
        if let Some(own) = sorted.get_mut(record.instance()) {
            own.push(record);
        }
    }
    sorted.iter_mut().for_each(|own| own.sort_by_key(|record| record.is_there()));
    sorted
}

/// What sends the telemetry of one instance.
struct Exporter<'a> {
    world: &'a World,
    instance: usize,
    running: &'a Running,
    phase: Us,
    period: Us,
}

impl<'a> Exporter<'a> {
    fn new(world: &'a World, instance: usize, running: &'a Running) -> Self {
        let mut random = Random::new(world.seed, Use::Exporter, &[instance as u64]);
        let period = random.between(PERIOD.0, PERIOD.1);
        let phase = random.between(0, period - 1);
        Self { world, instance, running, phase, period }
    }

    /// Records by the time at which they are sent.
    fn batches<'t, T: Record>(&self, records: Vec<&'t T>) -> Vec<(Us, Vec<&'t T>)> {
        let farewell = records.last().map_or(0, |last| last.is_there()).max(self.running.until);
        let farewell = farewell.saturating_add(FAREWELL);
        let mut batches: Vec<(Us, Vec<&T>)> = Vec::new();
        for record in records {
            let due = self.due(record.is_there());
            let flush = if due > self.running.until { farewell } else { due };
            if due > self.running.until && self.running.is_crash {
                continue;
            }
            match batches.last_mut().filter(|(last, _)| *last == flush) {
                Some((_, batch)) => batch.push(record),
                None => batches.push((flush, vec![record])),
            }
        }
        batches
    }

    /// The first time after `at` at which the instance sends anyway.
    const fn due(&self, at: Us) -> Us {
        at - (at - self.phase).rem_euclid(self.period) + self.period
    }

    /// How long a batch of this time has to wait for the end of a pause.
    fn pauses(&self, flush: Us) -> Us {
        let own = self.world.senders.pauses.filter(|p| p.service == self.running.service);
        own.map_or(0, |pauses| {
            let within = flush.rem_euclid(pauses.every);
            let is_first = flush < pauses.every;
            if within < pauses.length && !is_first { pauses.length - within } else { 0 }
        })
    }

    /// Sends a batch, if the sender is not silent: now or late, once or twice.
    fn send<'t>(
        &self,
        exports: &mut Vec<Export<'t>>,
        (flush, kind): (Us, u64),
        records: Records<'t>,
    ) {
        let senders = &self.world.senders;
        let is_silent = senders.silent.is_some_and(|silence| {
            silence.service == self.running.service
                && (silence.from..silence.from + silence.length).contains(&flush)
        });
        if is_silent {
            return;
        }
        let flush = flush + self.pauses(flush);
        let place = [self.instance as u64, flush.unsigned_abs(), kind];
        let mut random = Random::new(self.world.seed, Use::Export, &place);
        let way = random.between(WAY.0, WAY.1);
        let late = delay(&mut random, senders.late, LATE);
        let again = delay(&mut random, senders.doubled, AGAIN);
        let (instance, arrives) = (self.instance, flush + way + late.unwrap_or(0));
        if let Some(again) = again {
            let arrives = arrives + again;
            exports.push(Export { arrives, instance, records: records.clone(), is_copy: true });
        }
        exports.push(Export { arrives, instance, records, is_copy: false });
    }
}

/// How long something takes that happens this often; `None` if it does not.
fn delay(random: &mut Random, often: Parts, length: (Us, Us)) -> Option<Us> {
    let happens = random.chance(often);
    let length = random.between(length.0, length.1);
    happens.then_some(length)
}
