//! Where a kind of fault can be, and what it does there.

use super::topology::visits_per_1000;
use crate::fault::{Effect, FaultKind};
use crate::ids::EntryId;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Decision, Entry, Gate, Pass, Step, World};

/// Items in a thousand seconds that must come to an entry for a fault to be there.
const RATE_MIN: i64 = 1_500;

/// A fault without a time.
pub(super) struct Place {
    pub kind: FaultKind,
    pub effect: Effect,
}

/// A place for a fault of this kind, if there is one.
pub(super) fn place(world: &World, kind: FaultKind, random: &mut Random) -> Option<Place> {
    let busy = |entry: &EntryId| rate_per_1000_s(world, *entry) >= RATE_MIN;
    let ids: Vec<EntryId> = (0..world.entries.len()).map(EntryId).filter(busy).collect();
    let effects: Vec<Effect> =
        ids.into_iter().flat_map(|entry| effects(world, kind, entry, random)).collect();
    let effect = random.pick(&effects)?.clone();
    Some(Place { kind, effect })
}

/// What a fault of this kind could do at an entry.
pub(crate) fn effects(
    world: &World,
    kind: FaultKind,
    id: EntryId,
    random: &mut Random,
) -> Vec<Effect> {
    let entry = world.entry(id);
    match kind {
        FaultKind::GateOpen => at_gates(world, id, |gate, share| match gate {
            Regulator::Own if share.0 <= 8_000 => Some(Turned::Share(Parts::ALL)),
            Regulator::Asked(decision, values) if share.0 <= 8_500 => {
                Some(Turned::Mix(only(decision, |at| values.contains(&at))))
            }
            Regulator::Own | Regulator::Asked(..) => None,
        }),
        FaultKind::GateShut => at_gates(world, id, |gate, share| match gate {
            Regulator::Own if share.0 >= 2_000 => Some(Turned::Share(Parts::NONE)),
            Regulator::Asked(decision, values) if share.0 >= 2_000 => {
                Some(Turned::Mix(only(decision, |at| !values.contains(&at))))
            }
            Regulator::Own | Regulator::Asked(..) => None,
        }),
        FaultKind::Leak => at_gates(world, id, |gate, share| match gate {
            Regulator::Own if share.0 <= 6_500 => Some(Turned::Share(Parts(share.0 + 3_000))),
            Regulator::Asked(decision, values) if share.0 <= 6_500 => {
                Some(Turned::Mix(leaning(decision, values, share)))
            }
            Regulator::Own | Regulator::Asked(..) => None,
        }),
        FaultKind::Strict => at_gates(world, id, |gate, share| match gate {
            Regulator::Own if share.0 >= 5_000 => Some(Turned::Share(Parts(share.0 / 2))),
            Regulator::Own | Regulator::Asked(..) => None,
        }),
        FaultKind::Vanished if is_decided_by(world, id) => {
            vanished(id, entry, random).into_iter().collect()
        }
        FaultKind::Vanished => Vec::new(),
        FaultKind::Failures => {
            let shares = [500, 1_000, 2_000, 5_000, 10_000].map(Parts);
            let share = random.pick(&shares).copied().unwrap_or(Parts::ALL);
            let is_probe = entry.operation.object == "/health";
            let is_leaf = entry.steps.is_empty() && !is_probe;
            is_leaf.then_some(Effect::Fails { entry: id, share }).into_iter().collect()
        }
        // Not in these worlds.
        FaultKind::Slow | FaultKind::Duplicates | FaultKind::Lost | FaultKind::Routing => {
            Vec::new()
        }
        FaultKind::FanOut => passes(entry)
            .filter(|(_, pass)| pass.times.1 > 1)
            .map(|(step, _)| Effect::Multiplies { entry: id, step, times: 2 })
            .collect(),
        FaultKind::Surge => world
            .inlets
            .iter()
            .filter(|inlet| inlet.entry == id && inlet.per_1000_s >= 2_000)
            .map(|inlet| Effect::Surges { entry: inlet.entry, times: 2 })
            .collect(),
    }
}

/// Who regulates a gate.
enum Regulator<'a> {
    Own,
    Asked(&'a Decision, &'a [usize]),
}

/// How a gate is turned.
enum Turned {
    Share(Parts),
    Mix(Vec<Parts>),
}

/// The gates of an entry that can be turned, each turned.
fn at_gates(
    world: &World,
    id: EntryId,
    turn: impl Fn(Regulator<'_>, Parts) -> Option<Turned>,
) -> Vec<Effect> {
    let entry = world.entry(id);
    let turned = passes(entry).filter_map(|(step, pass)| {
        let share = pass.gate.share(world, entry);
        match &pass.gate {
            Gate::Share(_) => match turn(Regulator::Own, share)? {
                Turned::Share(share) => Some(Effect::Passes { entry: id, step, share }),
                Turned::Mix(_) => None,
            },
            Gate::On { asked, values } => {
                let dependency = entry.steps.get(*asked)?.to();
                let decision = world.entry(dependency).decision.as_ref()?;
                match turn(Regulator::Asked(decision, values), share)? {
                    Turned::Mix(mix) => Some(Effect::Answers { entry: dependency, mix }),
                    Turned::Share(_) => None,
                }
            }
        }
    });
    turned.collect()
}

pub(crate) fn passes(entry: &Entry) -> impl Iterator<Item = (usize, &Pass)> {
    entry.steps.iter().enumerate().filter_map(|(at, step)| match step {
        Step::Pass(pass) => Some((at, pass)),
        Step::Ask(_) => None,
    })
}

/// The mix in which only some answers are left, in their old proportions.
fn only(decision: &Decision, is_kept: impl Fn(usize) -> bool) -> Vec<Parts> {
    let shares = decision.values.iter().enumerate();
    shares.map(|(at, (_, share))| if is_kept(at) { *share } else { Parts::NONE }).collect()
}

/// The mix in which answers that pass take 30 % more of all.
fn leaning(decision: &Decision, passing: &[usize], share: Parts) -> Vec<Parts> {
    let to = |own: u32, from: u32, to: u32| Parts(own * to / from.max(1));
    let shares = decision.values.iter().enumerate();
    shares
        .map(|(at, (_, own))| {
            if passing.contains(&at) {
                to(own.0, share.0, share.0 + 3_000)
            } else {
                to(own.0, Parts::ALL.0 - share.0, Parts::ALL.0 - share.0 - 3_000)
            }
        })
        .collect()
}

/// Whether anybody decides by what an entry answers. An answer that decides nothing harms nobody when
/// it vanishes, and is not watched.
fn is_decided_by(world: &World, id: EntryId) -> bool {
    world.entries.iter().any(|entry| {
        passes(entry).any(|(_, pass)| match &pass.gate {
            Gate::On { asked, .. } => entry.steps.get(*asked).is_some_and(|step| step.to() == id),
            Gate::Share(_) => false,
        })
    })
}

/// One answer of those that are given often is not given any more.
fn vanished(id: EntryId, entry: &Entry, random: &mut Random) -> Option<Effect> {
    let decision = entry.decision.as_ref()?;
    let often = |(_, (_, share)): &(usize, &(String, Parts))| share.0 >= 1_500;
    let frequent: Vec<usize> =
        decision.values.iter().enumerate().filter(often).map(|(at, _)| at).collect();
    let gone = *random.pick(&frequent)?;
    Some(Effect::Answers { entry: id, mix: only(decision, |at| at != gone) })
}

/// Items that come to an entry in a thousand seconds, failures aside.
pub(crate) fn rate_per_1000_s(world: &World, id: EntryId) -> i64 {
    let own = world.inlets.iter().filter(|inlet| inlet.entry == id);
    let outside: i64 = own.map(|inlet| i64::from(inlet.per_1000_s)).sum();
    let entries = (0..world.entries.len()).map(EntryId);
    let callers = entries.flat_map(|caller| {
        let entry = world.entry(caller);
        let leading = entry.steps.iter().filter(|step| step.to() == id);
        let per_1000: i64 = leading.map(|step| visits_per_1000(world, entry, step)).sum();
        (per_1000 > 0).then(|| rate_per_1000_s(world, caller) * per_1000 / 1_000)
    });
    outside + callers.sum::<i64>()
}
