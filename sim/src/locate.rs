//! Worlds in which it is asked where an incident starts: larger and stranger ones than those of the
//! table, with what was named held against what is true.
//!
//! Topologies, kinds of faults and ways to see little are drawn here; services, items, telemetry and
//! the engine are those of every other world. Nobody changes anything, so nothing but the ledger and
//! the mechanism test can tell.

mod breaks;
mod layout;
mod table;

pub use table::{Calibration, Hits, misses, tables};

use crate::clock::{S, Us};
use crate::drive::{Inputs, Nobody, drive};
use crate::fault::FaultKind;
use crate::life::Life;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::run::side_by_side;
use crate::traffic::Traffic;
use crate::truth::shifts;
use crate::world::World;
use hw_engine::{Engine, Report};
use hw_model::{Incident, Shift};

/// Seconds before the fault at least, after it at least, and in all.
const BEFORE_S: i64 = 12 * 60;
const AFTER_S: i64 = 7 * 60;
const LENGTH_S: (i64, i64) = (22 * 60, 25 * 60);

/// Seconds by which a world is older in which more comes in. How much comes is another figure at night than at
/// noon, so the detector says little of it before it has seen a day (docs/internals/detection.md).
const SURGE_PAST_S: i64 = 24 * 3_600;

/// Worlds are drawn so often until the fault finds a place.
const TRIES: u64 = 60;

/// How large worlds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 5 to 30 services.
    Small,
    /// 31 to 150.
    Middle,
    /// 151 to 500.
    Large,
}

/// How services hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Most services hand on to one other.
    Chain,
    /// Services hand on to several.
    Tree,
    /// Several hand on to one.
    FanIn,
    /// Some call back those that called them.
    Cycle,
}

/// What a world is like.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Kind of fault, in a word.
    pub kind: &'static str,
    /// How many services there are.
    pub n_services: usize,
    /// How they hang together.
    pub shape: Shape,
    /// Whether spans carry what was answered.
    pub has_answers: bool,
    /// Share of calls without context.
    pub unjoined: Parts,
    /// Share of the traces that are seen.
    pub sampled: Parts,
    /// The names that are right; none if nothing is broken.
    pub right: Vec<String>,
    /// Whether what is broken is an answer.
    pub is_answered: bool,
    /// Whether two things break at once.
    pub is_double: bool,
}

/// What was said of one incident.
#[derive(Clone, Debug)]
pub struct Named {
    /// The figure it is about, in words.
    pub figure: String,
    /// Seconds from the fault to its most likely onset.
    pub onset_off_s: f64,
    /// Who was named, with how much confidence, the likeliest first.
    pub origins: Vec<(String, f64)>,
    /// The reasons given for the first.
    pub because: Vec<String>,
}

/// What came of a world.
#[derive(Clone, Debug)]
pub struct Located {
    /// Its seed.
    pub seed: u64,
    /// What it is like.
    pub scene: Scene,
    /// Spans that reached Highwater.
    pub n_spans: u64,
    /// Incidents before anything broke.
    pub n_false: usize,
    /// Incidents since, by when they were noticed; the first is judged.
    pub incidents: Vec<Named>,
    /// What gathering and diagnosing an incident took, by the stopwatch that was handed in.
    pub took: Option<f64>,
}

impl Size {
    const fn services(self) -> (i64, i64) {
        match self {
            Self::Small => (5, 30),
            Self::Middle => (31, 150),
            Self::Large => (151, 500),
        }
    }

    /// Spans in a world at most, roughly.
    const fn spans_max(self) -> i64 {
        match self {
            Self::Small => 160_000,
            Self::Middle => 350_000,
            Self::Large => 900_000,
        }
    }
}

impl Scene {
    /// Whether what was named is right. That nothing is wrong inside is right where nothing is.
    #[must_use]
    pub fn is_right(&self, name: &str) -> bool {
        self.right.iter().any(|right| right == name)
    }

    /// Whether the guilty can be known: what is broken is no answer, or answers are seen.
    #[must_use]
    pub const fn is_visible(&self) -> bool {
        self.has_answers || !self.is_answered
    }
}

/// Which worlds are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How large.
    pub size: Size,
    /// What breaks in all of them; unless it is said, that is drawn.
    pub only: Option<FaultKind>,
}

impl From<Size> for Wanted {
    fn from(size: Size) -> Self {
        Self { size, only: None }
    }
}

/// What can break in these worlds by itself.
#[must_use]
pub fn located_kinds() -> Vec<FaultKind> {
    let one = |kind: &breaks::Kind| match kind {
        breaks::Kind::One(kind) => Some(*kind),
        breaks::Kind::Two | breaks::Kind::None => None,
    };
    breaks::KINDS.iter().filter_map(one).collect()
}

/// Asks about the worlds of many seeds, on so many threads; `progress` is told how many are done.
pub fn locate(
    seeds: &[u64],
    (wanted, threads): (Wanted, usize),
    stopwatch: &(dyn Fn(&mut dyn FnMut()) -> f64 + Sync),
    progress: impl Fn(u64) + Sync,
) -> Vec<Located> {
    let one = |seed| located(seed, wanted, stopwatch);
    let mut done = side_by_side(seeds, threads, one, progress);
    done.sort_by_key(|located| located.seed);
    done
}

/// Lets the world of a seed happen and asks where its fault is. `stopwatch` runs what it is given and
/// says how long that took.
#[must_use]
pub fn located(seed: u64, wanted: Wanted, stopwatch: &dyn Fn(&mut dyn FnMut()) -> f64) -> Located {
    let (world, scene) = drawn(seed, wanted);
    let life = Life::new(&world);
    let traffic = Traffic::new(&world, &life);
    let inputs = Inputs::new(&world, &life, &traffic);
    let (engine, said) = drive(inputs.all.iter(), &mut Nobody);
    let (since, before) = of_fault(&world, &said.report);
    Located {
        seed,
        scene,
        n_spans: inputs.n_spans,
        n_false: before,
        incidents: since
            .into_iter()
            .map(|incident| named(&world, incident, &said.report))
            .collect(),
        took: took(&engine, said.report.incidents.len(), stopwatch),
    }
}

/// What one of so many incidents takes.
fn took(engine: &Engine, n: usize, stopwatch: &dyn Fn(&mut dyn FnMut()) -> f64) -> Option<f64> {
    (n > 0).then(|| stopwatch(&mut || drop(engine.diagnose_again())) / n as f64)
}

/// The incidents that began with the fault, and how many were there before.
fn of_fault<'r>(world: &World, report: &'r Report) -> (Vec<&'r Incident>, usize) {
    let from = world.fault.as_ref().map_or(Us::MAX, |fault| fault.from);
    let detected = |incident: &&Incident| world.start.since(incident.detected_at);
    let (mut since, before): (Vec<_>, Vec<_>) =
        report.incidents.iter().partition(|incident| detected(incident) >= from);
    since.sort_by_key(|incident| (incident.detected_at, incident.id));
    (since, before.len())
}

fn named(world: &World, incident: &Incident, report: &Report) -> Named {
    let origins = &incident.diagnosis.origins;
    let own = shifts(incident, report).map(|numbered| &numbered.shift);
    let most = own.max_by(|a, b| a.signal.weight().total_cmp(&b.signal.weight()));
    let from = world.fault.as_ref().map_or(0, |fault| fault.from);
    let off = most.map_or(0, |shift| world.start.since(shift.onset_at) - from);
    Named {
        figure: most.map(figure).unwrap_or_default(),
        onset_off_s: off as f64 / S as f64,
        origins: origins.iter().map(|o| (o.service.clone(), o.confidence)).collect(),
        because: origins.first().map(|origin| origin.because.clone()).unwrap_or_default(),
    }
}

fn figure(shift: &Shift) -> String {
    let (signal, service) = (shift.signal.word(), &shift.service);
    format!("{signal} of {service} from {:.3} to {:.3}", shift.before, shift.after)
}

/// The world of a seed, and what it is like.
fn drawn(seed: u64, Wanted { size, only }: Wanted) -> (World, Scene) {
    let mut random = Random::new(seed, Use::Locate, &[]);
    let kind = *random.pick(&breaks::KINDS).unwrap_or(&breaks::Kind::None);
    let kind = only.map_or(kind, breaks::Kind::One);
    let shapes = [Shape::Chain, Shape::Tree, Shape::FanIn, Shape::Cycle];
    let shape = *random.pick(&shapes).unwrap_or(&Shape::Tree);
    let past_s = if kind == breaks::Kind::One(FaultKind::Surge) { SURGE_PAST_S } else { 0 };
    let length_s = past_s + random.between(LENGTH_S.0, LENGTH_S.1);
    let from =
        random.between((past_s + BEFORE_S) * 1_000, (length_s - AFTER_S) * 1_000) * (S / 1_000);
    let seen = Seen::draw(&mut random);
    for _ in 0..TRIES {
        let mut world = World::empty(seed, length_s);
        layout::draw(&mut world, &mut random, &layout::Plan { size, shape, sampled: seen.sampled });
        seen.apply(&mut world);
        if let Some(broken) = breaks::draw(&world, kind, &mut random) {
            let scene = broken.scene(&world, kind, (shape, &seen));
            broken.apply(&mut world, from);
            return (world, scene);
        }
    }
    // A place for every kind is found in nearly all worlds; else nothing breaks.
    let mut world = World::empty(seed, length_s);
    layout::draw(&mut world, &mut random, &layout::Plan { size, shape, sampled: seen.sampled });
    let scene = breaks::Broken::nothing().scene(&world, breaks::Kind::None, (shape, &seen));
    (world, scene)
}

/// How much of a world is seen.
struct Seen {
    has_answers: bool,
    unjoined: Parts,
    sampled: Parts,
}

impl Seen {
    fn draw(random: &mut Random) -> Self {
        let has_answers = random.chance(Parts::percent(75));
        let unjoined = random.parts(0, 3_000);
        let is_joined = random.chance(Parts::percent(50));
        // Between 1 and 100 %, each size as often as any other.
        let exponent = random.between(0, 4);
        let within = random.parts(3_162, 10_000);
        let sampled = Parts((within.0 >> (exponent * 3 / 2)).max(100));
        let is_whole = random.chance(Parts::percent(50));
        Self {
            has_answers,
            unjoined: if is_joined { Parts::NONE } else { unjoined },
            sampled: if is_whole { Parts::ALL } else { sampled },
        }
    }

    fn apply(&self, world: &mut World) {
        world.senders.unjoined = self.unjoined;
        world.senders.hides_answers = !self.has_answers;
        if self.has_answers {
            return;
        }
        // A status code is always seen, so nobody answers by it.
        for number in 0..world.entries.len() {
            let name = world.owner(crate::ids::EntryId(number)).name.clone();
            let entry = world.entries.get_mut(number);
            if let Some(decision) = entry.and_then(|entry| entry.decision.as_mut()) {
                decision.key = format!("{name}.answer");
            }
        }
    }
}
