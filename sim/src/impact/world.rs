//! Worlds in which items go on that should not, or stay that should go on: for weighing what is said of
//! how many.
//!
//! Small and long: an entry that hands on, by itself or by the answer of one that it asks. What differs
//! from world to world is what an interval could be wrong about: how many items there are, the share that
//! usually goes on, what makes it scatter, how long it was watched before and how long it is broken, how it
//! ends, and what else happens meanwhile.

use crate::clock::{MS, S, Us};
use crate::fault::{Effect, Fault, FaultKind};
use crate::ids::{EntryId, ServiceId};
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::sway::Sway;
use crate::world::{
    Act, Decision, Entry, Gate, Inlet, Operation, Pass, Service, Silence, Step, What, World,
};

/// What makes a ratio scatter more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scatter {
    /// Nothing does.
    Chance,
    /// The items of some seconds share a fate.
    Seconds,
    /// It drifts over minutes.
    Drift,
    /// The items of a batch share a fate.
    Batches,
}

impl Scatter {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Chance, Self::Seconds, Self::Drift, Self::Batches];

    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Chance => "chance alone",
            Self::Seconds => "seconds share a fate",
            Self::Drift => "drifts over minutes",
            Self::Batches => "batches share a fate",
        }
    }
}

/// The kinds of faults that do harm in items.
pub(super) const KINDS: [FaultKind; 6] = [
    FaultKind::GateOpen,
    FaultKind::Leak,
    FaultKind::Strict,
    FaultKind::GateShut,
    FaultKind::FanOut,
    FaultKind::Surge,
];

/// Seconds before a fault, and those it lasts.
const BEFORE_S: (i64, i64) = (8 * 60, 3 * 3_600);
const LASTS_S: (i64, i64) = (2 * 60, 4 * 3_600);

/// Seconds of a world after its fault.
const AFTER_S: i64 = 5 * 60;

/// Items in a world, roughly, and in a thousand seconds.
const ITEMS: (i64, i64) = (2_000, 25_000);
const PER_1000_S: (i64, i64) = (300, 30_000);

/// A world, and what makes its ratio scatter.
pub(super) struct Drawn {
    pub world: World,
    pub scatter: Scatter,
}

/// The entries of a world, by what they are for.
const GATE: EntryId = EntryId(0);
const TARGET: EntryId = EntryId(1);
const ASKED: EntryId = EntryId(2);

impl Drawn {
    /// The world of a seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, Use::World, &[1]);
        let kind = random.pick(&KINDS).copied().unwrap_or(FaultKind::GateOpen);
        let scatter = random.pick(&Scatter::ALL).copied().unwrap_or(Scatter::Chance);
        let before_s = between_evenly(&mut random, BEFORE_S);
        let lasts_s = between_evenly(&mut random, LASTS_S);
        let length_s = before_s + lasts_s + AFTER_S;
        let mut draft = Draft { world: World::empty(seed, length_s), random, kind, scatter };
        draft.services();
        draft.inlet();
        draft.sway();
        draft.fault(before_s * S, lasts_s * S);
        draft.meanwhile(before_s * S, lasts_s * S);
        Self { world: draft.world, scatter: draft.scatter }
    }
}

/// A number between both, each size as often as any other.
fn between_evenly(random: &mut Random, (least, most): (i64, i64)) -> i64 {
    let mut width = most / least;
    let mut doublings = 0;
    while width > 1 {
        width /= 2;
        doublings += 1;
    }
    let from = least << random.between(0, doublings);
    random.between(from, 2 * from).min(most)
}

/// A world while it is drawn.
struct Draft {
    world: World,
    random: Random,
    kind: FaultKind,
    scatter: Scatter,
}

impl Draft {
    fn services(&mut self) {
        let share = self.usual_share();
        let times = if self.kind == FaultKind::FanOut {
            (1, self.random.number(2, 5))
        } else if self.random.chance(Parts::percent(10)) {
            (1, self.random.number(2, 4))
        } else {
            (1, 1)
        };
        let is_message = self.random.chance(Parts::percent(20));
        let target = if is_message { ("process", "accepted") } else { ("POST", "/items") };
        let mut gate = entry(ServiceId(0), ("POST", "/items"), 5 * MS);
        gate.fails = self.failing();
        let mut pass = Pass { to: TARGET, gate: Gate::Share(share), times, is_linked: false };
        let is_asking = share != Parts::ALL && self.random.chance(Parts::percent(50));
        let mut asked = entry(ServiceId(2), ("POST", "/decide"), 3 * MS);
        if is_asking {
            asked.fails = self.failing();
            asked.decision = Some(decision(share));
            pass.gate = Gate::On { asked: 0, values: vec![0] };
            gate.steps.push(Step::Ask(ASKED));
        }
        gate.steps.push(Step::Pass(pass));
        let mut entries = vec![gate, entry(ServiceId(1), target, 4 * MS)];
        let mut names = vec!["screening", "worklist"];
        if is_asking {
            entries.push(asked);
            names.push("eligibility");
        }
        let service = |name: &str| Service { name: name.to_owned(), version: "1.0.0".to_owned() };
        self.world.services = names.into_iter().map(service).collect();
        self.world.entries = entries;
    }

    /// The share that usually goes on: such that the fault has room.
    fn usual_share(&mut self) -> Parts {
        let (least, most) = match self.kind {
            FaultKind::GateOpen => (200, 9_300),
            FaultKind::Leak => (200, 7_500),
            FaultKind::Strict | FaultKind::GateShut => (1_500, 9_900),
            FaultKind::Vanished
            | FaultKind::Failures
            | FaultKind::FanOut
            | FaultKind::Surge
            | FaultKind::Slow
            | FaultKind::Duplicates
            | FaultKind::Lost
            | FaultKind::Routing => (3_000, 9_900),
        };
        let is_whole = may_be_whole(self.kind) && self.random.chance(Parts::percent(20));
        if is_whole { Parts::ALL } else { self.random.parts(least, most) }
    }

    fn failing(&mut self) -> Parts {
        if self.random.chance(Parts::percent(50)) {
            return Parts::NONE;
        }
        self.random.parts(5, 100)
    }

    fn inlet(&mut self) {
        let items = between_evenly(&mut self.random, ITEMS);
        let per_1000_s = (items * 1_000 / self.world.length_s).clamp(PER_1000_S.0, PER_1000_S.1);
        let has_batches = self.scatter == Scatter::Batches;
        self.world.inlets.push(Inlet {
            entry: GATE,
            per_1000_s: u32::try_from(per_1000_s).unwrap_or(1_000),
            days: None,
            wander: self.random.parts(0, 4_000),
            batches: if has_batches { self.random.parts(500, 5_000) } else { Parts::NONE },
            batch_max: if has_batches { self.random.number(3, 30) } else { 2 },
        });
    }

    /// Lets the share that goes on go up and down.
    fn sway(&mut self) {
        let share = self.share();
        let room = share.0.min(Parts::ALL.0 - share.0);
        let (every, most) = match self.scatter {
            Scatter::Chance | Scatter::Batches => return,
            Scatter::Seconds => (self.random.between(1, 5) * S, 3_000),
            Scatter::Drift => (between_evenly(&mut self.random, (60, 1_800)) * S, 800),
        };
        let far = Parts(self.random.number(most / 6, most).min(room));
        if far.is_none() {
            self.scatter = Scatter::Chance;
        }
        let place = if self.world.entries.len() > ASKED.0 { ASKED } else { GATE };
        if let Some(entry) = self.world.entries.get_mut(place.0).filter(|_| !far.is_none()) {
            entry.sway = Some(Sway { far, every });
        }
    }

    /// The step that hands on, and the share that does.
    fn pass(&self) -> (usize, Pass) {
        let steps = self.world.entry(GATE).steps.iter().enumerate();
        let mut passes = steps.filter_map(|(at, step)| match step {
            Step::Pass(pass) => Some((at, pass.clone())),
            Step::Ask(_) => None,
        });
        passes.next_back().expect("invariant: the gate hands on")
    }

    fn share(&self) -> Parts {
        self.pass().1.gate.share(&self.world, self.world.entry(GATE))
    }

    fn fault(&mut self, from: Us, lasts: Us) {
        let effect = self.effect();
        let is_outside = effect.surge().is_some();
        let mut fault = Fault::lasting(self.kind, effect, from);
        let end = from + lasts;
        match self.random.position(10) {
            // Nobody does anything, and it lasts.
            0..3 => self.world.length_s = end / S,
            3..6 => fault.until = Some(end),
            _ if is_outside => fault.until = Some(end),
            _ => {
                let service = self.world.entry(fault.effect.entry()).service;
                self.restart(end, service);
                fault.cures.push(0);
                // It was not cured for good.
                if self.random.chance(Parts::percent(15)) && lasts > 20 * 60 * S {
                    self.world.acts.clear();
                    self.restart(from + lasts / 3, service);
                    self.restart(end, service);
                    fault.again = Some(from + lasts * 2 / 3);
                    fault.cures.push(1);
                }
            }
        }
        self.world.fault = Some(fault);
    }

    fn effect(&mut self) -> Effect {
        let share = self.share().0;
        let all = Parts::ALL.0;
        let broken = match self.kind {
            FaultKind::FanOut => {
                let (step, times) = (self.pass().0, self.random.number(2, 3));
                return Effect::Multiplies { entry: GATE, step, times };
            }
            FaultKind::Surge => {
                return Effect::Surges { entry: GATE, times: self.random.number(2, 10) };
            }
            FaultKind::GateOpen => all,
            FaultKind::GateShut => 0,
            FaultKind::Leak => share + self.random.number(1_000, (all - share) * 8 / 10),
            FaultKind::Strict
            | FaultKind::Vanished
            | FaultKind::Failures
            | FaultKind::Slow
            | FaultKind::Duplicates
            | FaultKind::Lost
            | FaultKind::Routing => share * self.random.number(20, 80) / 100,
        };
        let broken = Parts(broken.min(all));
        if self.world.entries.len() > ASKED.0 {
            let mix = vec![broken, Parts(all - broken.0)];
            return Effect::Answers { entry: ASKED, mix };
        }
        Effect::Passes { entry: GATE, step: self.pass().0, share: broken }
    }

    /// What else happens while it is broken: innocent restarts, and telemetry that fails.
    fn meanwhile(&mut self, from: Us, lasts: Us) {
        self.world.hosts.slow = self.random.parts(0, 100);
        let within = |random: &mut Random| from + random.between(30, (lasts / S - 60).max(31)) * S;
        if self.random.chance(Parts::percent(25)) {
            let at = within(&mut self.random);
            self.restart(at, ServiceId(1));
        }
        if self.random.chance(Parts::percent(10)) {
            self.world.senders.lost = self.random.parts(1, 100);
        }
        if self.random.chance(Parts::percent(10)) {
            self.world.senders.late = self.random.parts(10, 300);
        }
        if self.random.chance(Parts::percent(8)) {
            let service = ServiceId(self.random.position(self.world.services.len()));
            let (from, length) = (within(&mut self.random), self.random.between(10, 60) * S);
            self.world.senders.silent = Some(Silence { service, from, length });
        }
    }

    /// Restarts a service, unless something else happens to it around that time.
    fn restart(&mut self, at: Us, service: ServiceId) {
        let down = self.random.between(1_000, 4_000) * MS;
        let what = What::Restart { down, is_crash: false };
        self.world.acts.push(Act { at, service, what, told: None });
        let cures: Vec<Us> = self.cure_times();
        self.world.acts.sort_by_key(|act| act.at);
        let place = |at: &Us| self.world.acts.iter().position(|act| act.at == *at);
        let cures = cures.iter().filter_map(place).collect();
        if let Some(fault) = &mut self.world.fault {
            fault.cures = cures;
        }
    }

    fn cure_times(&self) -> Vec<Us> {
        let cures = self.world.fault.iter().flat_map(|fault| &fault.cures);
        cures.filter_map(|cure| self.world.acts.get(*cure)).map(|act| act.at).collect()
    }
}

/// Whether everything may usually go on where this kind of fault is.
const fn may_be_whole(kind: FaultKind) -> bool {
    match kind {
        FaultKind::GateShut | FaultKind::Strict | FaultKind::FanOut | FaultKind::Surge => true,
        FaultKind::GateOpen
        | FaultKind::Leak
        | FaultKind::Vanished
        | FaultKind::Failures
        | FaultKind::Slow
        | FaultKind::Duplicates
        | FaultKind::Lost
        | FaultKind::Routing => false,
    }
}

fn entry(service: ServiceId, (verb, object): (&str, &str), work: Us) -> Entry {
    Entry {
        service,
        operation: Operation { verb: verb.to_owned(), object: object.to_owned() },
        work,
        fails: Parts::NONE,
        has_inner: false,
        tenants: 0,
        sway: None,
        steps: Vec::new(),
        decision: None,
        logs: Vec::new(),
    }
}

fn decision(share: Parts) -> Decision {
    let rest = Parts(Parts::ALL.0 - share.0);
    let values = vec![("go".to_owned(), share), ("halt".to_owned(), rest)];
    Decision { key: "eligibility.answer".to_owned(), values }
}
