//! Services of a world, and how they hang together.

use super::{Shape, Size};
use crate::draw::topology::{Draft, spans_per_1000};
use crate::ids::EntryId;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Inlet, Operation, Pass, Step, World};

/// Services in a row at most: a chain, and anything else.
const DEPTH_MAX: (usize, usize) = (12, 7);

/// Services to one inlet, roughly.
const PER_INLET: i64 = 25;

/// Words that services are named after; a number makes them many.
const WORDS: [&str; 10] = [
    "intake",
    "router",
    "screening",
    "worklist",
    "pricing",
    "packing",
    "billing",
    "archive",
    "quota",
    "mailer",
];

/// What services that are asked are named after, and what they are asked by.
const ASKED: [(&str, &str); 6] = [
    ("catalog", "/route"),
    ("eligibility", "/decide"),
    ("ledger", "/balance"),
    ("limits", "/check"),
    ("profiles", "/tier"),
    ("stock", "/count"),
];

/// What is to be drawn.
pub(super) struct Plan {
    pub size: Size,
    pub shape: Shape,
    /// Share of the traces that are seen. Whole traces are kept or not, so what is seen is what would
    /// be seen if only so many items came: that is how it is drawn.
    pub sampled: Parts,
}

/// An entry through which items go, and how far it is from outside.
#[derive(Clone, Copy)]
struct Station {
    entry: EntryId,
    depth: usize,
}

/// Draws services, what they hand on, whom they ask, and where items come in.
pub(super) fn draw(world: &mut World, random: &mut Random, plan: &Plan) {
    let (least, most) = plan.size.services();
    let n = random.between(least, most);
    let n_asked = (n * random.between(15, 35) / 100).max(1);
    let mut draft = Draft { world, random };
    let stations = hand_on(&mut draft, (n - n_asked).max(2), plan.shape);
    ask(&mut draft, n_asked, &stations);
    inlets(&mut draft, &stations, plan);
}

/// The services through which items go.
fn hand_on(draft: &mut Draft<'_>, n: i64, shape: Shape) -> Vec<Station> {
    let n_inlets = 1 + n / PER_INLET;
    let mut stations: Vec<Station> = Vec::new();
    for number in 0..n {
        let parent = if number < n_inlets { None } else { parent(draft, &stations, shape) };
        let is_message = parent.is_some() && draft.random.chance(Parts::percent(25));
        let entry = station(draft, number, is_message);
        let depth = parent.map_or(0, |parent| parent.depth + 1);
        if let Some(parent) = parent {
            pass(draft, parent.entry, entry, is_message);
            if shape == Shape::FanIn && draft.random.chance(Parts::percent(35)) {
                let second = draft.random.pick(&stations).copied();
                if let Some(second) = second.filter(|other| other.entry != parent.entry) {
                    pass(draft, second.entry, entry, is_message);
                }
            }
            if shape == Shape::Cycle && !is_message && draft.random.chance(Parts::percent(35)) {
                call_back(draft, parent.entry, entry);
            }
        }
        stations.push(Station { entry, depth });
    }
    stations
}

fn parent(draft: &mut Draft<'_>, stations: &[Station], shape: Shape) -> Option<Station> {
    let is_chain = shape == Shape::Chain;
    let depth_max = if is_chain { DEPTH_MAX.0 } else { DEPTH_MAX.1 };
    let last = stations.last().copied();
    let follows = is_chain && draft.random.chance(Parts::percent(85));
    let chosen = if follows { last } else { draft.random.pick(stations).copied() };
    let is_near = |station: &Station| station.depth < depth_max;
    chosen.filter(is_near).or_else(|| stations.iter().copied().find(is_near))
}

fn station(draft: &mut Draft<'_>, number: i64, is_message: bool) -> EntryId {
    let word = usize::try_from(number).ok().and_then(|at| WORDS.get(at % WORDS.len()));
    let name = format!("{}-{number}", word.copied().unwrap_or_default());
    let (verb, object) =
        if is_message { ("process", name.clone()) } else { ("POST", "/items".to_owned()) };
    draft.service(&name, Operation { verb: verb.to_owned(), object })
}

fn pass(draft: &mut Draft<'_>, from: EntryId, to: EntryId, is_message: bool) {
    let gate = draft.gate();
    // Fan-outs multiply along a way, so there are few.
    let is_many = draft.random.chance(Parts::percent(25));
    let times = if is_many { draft.times() } else { (1, 1) };
    let is_linked = is_message && draft.random.chance(Parts::percent(50));
    draft.add_step(from, Step::Pass(Pass { to, gate, times, is_linked }));
}

/// A service that is called calls another operation of its caller.
fn call_back(draft: &mut Draft<'_>, caller: EntryId, called: EntryId) {
    let service = draft.world.entry(caller).service;
    let object = format!("/done/{}", draft.world.owner(called).name);
    let entry = draft.entry(service, Operation { verb: "PUT".to_owned(), object });
    let gate = draft.gate();
    draft.add_step(called, Step::Pass(Pass { to: entry, gate, times: (1, 1), is_linked: false }));
}

/// Services that are asked, some of them by several.
fn ask(draft: &mut Draft<'_>, n: i64, stations: &[Station]) {
    for number in 0..n {
        let place = usize::try_from(number).unwrap_or(0) % ASKED.len();
        let Some((word, route)) = ASKED.get(place) else { continue };
        let name = format!("{word}-{number}");
        let operation = Operation { verb: "POST".to_owned(), object: (*route).to_owned() };
        let entry = draft.service(&name, operation);
        if draft.random.chance(Parts::percent(75)) {
            draft.give_answers(entry, &name);
        }
        let is_shared = draft.random.chance(Parts::percent(30));
        let n_askers = if is_shared { draft.random.between(2, 4) } else { 1 };
        let mut askers: Vec<EntryId> = Vec::new();
        for _ in 0..n_askers {
            let asker = draft.random.pick(stations).map(|station| station.entry);
            if let Some(asker) = asker.filter(|asker| !askers.contains(asker)) {
                draft.ask(asker, entry);
                askers.push(asker);
            }
        }
    }
}

/// Where items come in: the first inlet is busy, so that there is a place for every fault.
fn inlets(draft: &mut Draft<'_>, stations: &[Station], plan: &Plan) {
    for (number, station) in stations.iter().filter(|station| station.depth == 0).enumerate() {
        let (least, most) = if number == 0 { (15_000, 200_000) } else { (1_000, 15_000) };
        let all = i64::from(draft.random.number(least, most));
        let seen = plan.sampled.of(all).clamp(200, 25_000);
        let wander = draft.random.parts(0, 4_000);
        draft.world.inlets.push(Inlet {
            entry: station.entry,
            per_1000_s: u32::try_from(seen).unwrap_or(200),
            days: None,
            wander,
            batches: Parts::NONE,
            batch_max: 2,
        });
    }
    limit(draft.world, plan.size.spans_max());
}

/// Lowers rates until a world is as small as it must be.
fn limit(world: &mut World, spans_max: i64) {
    let per_1000_s = |world: &World, inlet: &Inlet| {
        i64::from(inlet.per_1000_s) * spans_per_1000(world, inlet.entry) / 1_000
    };
    let total: i64 = world.inlets.iter().map(|inlet| per_1000_s(world, inlet)).sum();
    let expected = (total * world.length_s / 1_000).max(1);
    for inlet in &mut world.inlets {
        let limited = i64::from(inlet.per_1000_s) * spans_max.min(expected) / expected;
        inlet.per_1000_s = u32::try_from(limited.max(150)).unwrap_or(150);
    }
}
