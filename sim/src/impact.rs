//! How far what is said of the items too many, or missing, is from the truth.
//!
//! The truth is a number of items: what left on a hop, or came in, while something was broken, less what
//! would have with the same luck and without the fault. Highwater sees the first and can only guess
//! the second, which is what its interval is about. Of 95 % intervals 19 in 20 must hold the truth.

mod table;
mod world;

use crate::check::hop;
use crate::clock::S;
use crate::drive::{Inputs, Nobody, drive};
use crate::fault::FaultKind;
use crate::life::Life;
use crate::run::{caught, side_by_side};
use crate::traffic::{Harm, Harmed, Traffic};
use crate::truth::Truth;
use crate::world::World;
use hw_engine::{Input, Report};
use hw_flow::{Asked, EntryIdx, Flow};
use hw_model::{Impact, Incident, Shift, Signal, Target};
pub use table::Weighed;
pub use world::Scatter;
use world::{Drawn, KINDS};

/// Worlds that are tried in one go.
const BLOCK: usize = 64;

/// Worlds per incident after which no more are tried.
const WORLDS_PER_INCIDENT_MAX: usize = 10;

/// What came of one world.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its seed.
    pub seed: u64,
    /// What broke.
    pub kind: FaultKind,
    /// What makes its ratio scatter.
    pub scatter: Scatter,
    /// Whether a part of the telemetry never came.
    pub has_gaps: bool,
    /// Whether it came back after a cure.
    pub came_back: bool,
    /// Whether it was over in the end.
    pub is_over: bool,
    /// Seconds for which it was watched before.
    pub before_s: i64,
    /// Seconds from when it broke to when it was cured for good.
    pub lasts_s: i64,
    /// What was said.
    pub said: Said,
}

/// What was said of the harm.
#[derive(Clone, Copy, Debug)]
pub enum Said {
    /// The fault was not noticed.
    Nothing,
    /// It was, by a figure that does not count items.
    NoItems,
    /// So many items, where so many it truly was.
    Items {
        /// What was said.
        impact: Impact,
        /// What is true.
        truth: f64,
    },
    /// It panicked.
    Panic,
}

impl Said {
    /// Whether the interval holds the truth.
    #[must_use]
    pub fn covers(&self) -> Option<bool> {
        let Self::Items { impact, truth } = self else { return None };
        Some(impact.low <= *truth && *truth <= impact.high)
    }
}

/// Weighs incidents on so many threads: those of the first worlds, from a seed on, of which something is said
/// in items, until there are so many. `progress` is told how many there are.
pub fn weigh(
    n_incidents: usize,
    from: u64,
    threads: usize,
    progress: impl Fn(u64) + Sync,
) -> Weighed {
    let mut trials: Vec<Trial> = Vec::new();
    let mut seeds = from..;
    let mut n_found = 0;
    while n_found < n_incidents
        && trials.len() < n_incidents.saturating_mul(WORLDS_PER_INCIDENT_MAX)
    {
        let block: Vec<u64> = seeds.by_ref().take(BLOCK).collect();
        let mut tried = side_by_side(&block, threads, weigh_seed, |_| {});
        tried.sort_by_key(|trial| trial.seed);
        for trial in tried {
            if n_found < n_incidents {
                n_found += usize::from(trial.said.covers().is_some());
                trials.push(trial);
            }
        }
        progress(n_found as u64);
    }
    Weighed { trials }
}

/// The world of a seed for weighing the harm, which is shown as a script.
#[must_use]
pub fn world_of_harm(seed: u64) -> World {
    Drawn::new(seed).world
}

/// Weighs the harm in the world of one seed.
#[must_use]
pub fn weigh_seed(seed: u64) -> Trial {
    let Drawn { world, scatter } = Drawn::new(seed);
    let life = Life::new(&world);
    let fault = world.fault.as_ref().expect("invariant: something is broken in these worlds");
    let end = fault.ends_at(&world, &life);
    let last = end.unwrap_or(world.length_s * S);
    Trial {
        seed,
        kind: fault.kind,
        scatter,
        has_gaps: world.senders.silent.is_some()
            || !world.senders.lost.is_none()
            || !world.senders.late.is_none(),
        came_back: fault.again.is_some(),
        is_over: end.is_some(),
        before_s: fault.from / S,
        lasts_s: (last - fault.from) / S,
        said: caught(|| said(&world, &life)).unwrap_or(Said::Panic),
    }
}

fn said(world: &World, life: &Life) -> Said {
    let traffic = Traffic::new(world, life);
    let inputs = Inputs::new(world, life, &traffic);
    // Nothing comes after the end of a world, which Highwater could only take for the end of traffic.
    let end = world.start.instant(world.length_s * S);
    let lived = inputs.all.iter().take_while(|(at, _)| *at <= end);
    let last = [(end, Input::End)];
    let (engine, said) = drive(lived.chain(&last), &mut Nobody);
    let truth = Truth { world, life };
    let fault = world.fault.as_ref();
    let incident = fault.and_then(|fault| truth.incident_of(fault, &said.report));
    let Some(incident) = incident else { return Said::Nothing };
    let main = main_shift(incident, &said.report);
    let (Some(impact), Some(main)) = (incident.diagnosis.impact, main) else {
        return Said::NoItems;
    };
    let judged_s = judged_s(engine.flow(), &main.target).unwrap_or(i64::MAX);
    let judged = |harm: &&Harm| world.start.instant(harm.at).tick().0 < judged_s;
    let harms = traffic.harms.iter().filter(judged);
    Said::Items { impact, truth: excess(world, harms, &main.target) }
}

/// The second from which on nothing is counted yet at a place.
fn judged_s(flow: &Flow, target: &Target) -> Option<i64> {
    match target {
        Target::Hop(shifted) => {
            let hop = flow.hops().find(|hop| flow.hop_words(*hop).as_ref() == Some(shifted))?;
            flow.judged_until(Asked::Hop(hop))
        }
        Target::Entry { service, operation } => {
            let name = |id| flow.vocabulary().name(id).to_owned();
            let is_there = |entry: &EntryIdx| {
                flow.entry_place(*entry).is_some_and(|(of, named)| {
                    flow.service_word(of) == *service && named.map(name).as_ref() == Some(operation)
                })
            };
            flow.entry_judged_until(flow.entries().find(is_there)?)
        }
        Target::Service(_) => None,
    }
}

/// The shift whose items are counted: of those that count any the one with most evidence, transfer
/// before volume.
fn main_shift<'r>(incident: &Incident, report: &'r Report) -> Option<&'r Shift> {
    let of = |signal: Signal| {
        let own = report.shifts.iter().filter(|numbered| numbered.incident == Some(incident.id));
        let own = own.map(|numbered| &numbered.shift).filter(|shift| shift.signal == signal);
        own.max_by(|a, b| a.evidence_nats.total_cmp(&b.evidence_nats))
    };
    of(Signal::Transfer).or_else(|| of(Signal::Volume))
}

/// Items too many, or too few if negative, where a shift is.
fn excess<'h>(world: &World, harms: impl Iterator<Item = &'h Harm>, target: &Target) -> f64 {
    let is_there = |place: &Harmed| match (place, target) {
        (Harmed::Step(entry, at), Target::Hop(shifted)) => {
            let step = world.entry(*entry).steps.get(*at);
            step.is_some_and(|step| hop(world, entry.0, step) == *shifted)
        }
        (Harmed::Entry(entry), Target::Entry { service, operation }) => {
            world.owner(*entry).name == *service
                && world.entry(*entry).operation.to_string() == *operation
        }
        (Harmed::Step(..) | Harmed::Entry(_), _) => false,
    };
    harms.filter(|harm| is_there(&harm.place)).map(|harm| harm.items as f64).sum()
}
