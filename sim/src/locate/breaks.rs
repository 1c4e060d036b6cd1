//! What breaks in a world, and who is guilty of it.

use super::{Scene, Seen, Shape};
use crate::clock::Us;
use crate::draw::fault::{effects, passes, rate_per_1000_s};
use crate::fault::{Effect, Fault, FaultKind};
use crate::ids::EntryId;
use crate::parts::Parts;
use crate::random::Random;
use crate::world::{Gate, World};
use hw_diagnose::OUTSIDE;

/// Items in a thousand seconds from which on an entry is busy enough to break.
const RATE_MIN: i64 = 1_500;

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    One(FaultKind),
    /// Two at once, each at a place of its own.
    Two,
    None,
}

/// Each as often as any other.
pub(super) const KINDS: [Kind; 11] = [
    Kind::One(FaultKind::GateOpen),
    Kind::One(FaultKind::GateShut),
    Kind::One(FaultKind::Leak),
    Kind::One(FaultKind::Duplicates),
    Kind::One(FaultKind::Lost),
    Kind::One(FaultKind::Routing),
    Kind::One(FaultKind::Failures),
    Kind::One(FaultKind::Slow),
    Kind::One(FaultKind::Surge),
    Kind::Two,
    Kind::None,
];

/// Kinds of which two may come at once.
const OF_TWO: [FaultKind; 5] = [
    FaultKind::GateOpen,
    FaultKind::GateShut,
    FaultKind::Leak,
    FaultKind::Failures,
    FaultKind::Slow,
];

/// What breaks: nothing, one thing or two.
pub(super) struct Broken(Vec<(FaultKind, Effect)>);

/// Finds places for a kind of fault; `None` if there are not enough.
pub(super) fn draw(world: &World, kind: Kind, random: &mut Random) -> Option<Broken> {
    match kind {
        Kind::None => Some(Broken(Vec::new())),
        Kind::One(kind) => Some(Broken(vec![(kind, place(world, kind, random, None)?)])),
        Kind::Two => {
            let mut one = |besides| {
                let kind = random.pick(&OF_TWO).copied()?;
                Some((kind, place(world, kind, random, besides)?))
            };
            let first = one(None)?;
            let second = one(Some(first.1.entry()))?;
            Some(Broken(vec![first, second]))
        }
    }
}

/// A place for a kind of fault, at another service than that of `besides`.
fn place(
    world: &World,
    kind: FaultKind,
    random: &mut Random,
    besides: Option<EntryId>,
) -> Option<Effect> {
    let ids: Vec<EntryId> = (0..world.entries.len()).map(EntryId).collect();
    let rates: Vec<i64> = ids.iter().map(|id| rate_per_1000_s(world, *id)).collect();
    let enough = rates.iter().max().map_or(0, |most| RATE_MIN.min(most / 2));
    let busy = ids.into_iter().zip(rates).filter(|(_, rate)| *rate >= enough).map(|(id, _)| id);
    let is_other = |id: EntryId| {
        besides.is_none_or(|besides| world.entry(besides).service != world.entry(id).service)
    };
    let mut found: Vec<Effect> = Vec::new();
    for id in busy {
        let effects = effects_at(world, kind, id, random);
        found.extend(effects.into_iter().filter(|effect| is_other(effect.entry())));
    }
    // Answers decide fewer gates than services do themselves, and are what is harder to tell.
    let of_answers: Vec<Effect> = found.iter().filter(|e| e.mix().is_some()).cloned().collect();
    let prefers = !of_answers.is_empty() && random.chance(Parts::percent(60));
    random.pick(if prefers { &of_answers } else { &found }).cloned()
}

fn effects_at(world: &World, kind: FaultKind, id: EntryId, random: &mut Random) -> Vec<Effect> {
    let entry = world.entry(id);
    let is_leaf = entry.steps.is_empty();
    let messages = || passes(entry).filter(|(_, pass)| world.entry(pass.to).operation.is_message());
    match kind {
        FaultKind::Slow if is_leaf => {
            vec![Effect::Slows { entry: id, times: random.number(4, 12) }]
        }
        FaultKind::Slow => Vec::new(),
        FaultKind::Duplicates => messages()
            .filter(|(_, pass)| pass.times == (1, 1))
            .map(|(step, _)| Effect::Multiplies { entry: id, step, times: 2 })
            .collect(),
        FaultKind::Lost => {
            let share = random.parts(3_000, 10_000);
            messages().map(|(step, _)| Effect::Loses { entry: id, step, share }).collect()
        }
        FaultKind::Routing => {
            let own = passes(entry).filter_map(|(step, pass)| match pass.gate {
                Gate::Share(share) => Some((step, share)),
                Gate::On { .. } => None,
            });
            let own: Vec<(usize, Parts)> = own.collect();
            // Most of what took one way takes the other.
            let from = own.iter().find(|(_, share)| share.0 >= 3_000);
            let to = own.iter().find(|(step, share)| {
                from.is_some_and(|(other, _)| other != step) && share.0 <= 7_000
            });
            let Some(((from, was), (to, had))) = from.zip(to) else { return Vec::new() };
            let moved = (was.0 * 7 / 10).min(Parts::ALL.0 - had.0);
            let shares = vec![(*from, Parts(was.0 - moved)), (*to, Parts(had.0 + moved))];
            vec![Effect::Routes { entry: id, shares }]
        }
        FaultKind::Surge => {
            let own = world.inlets.iter().filter(|inlet| inlet.entry == id);
            own.map(|inlet| Effect::Surges { entry: inlet.entry, times: random.number(3, 10) })
                .collect()
        }
        FaultKind::GateOpen
        | FaultKind::GateShut
        | FaultKind::Leak
        | FaultKind::Strict
        | FaultKind::Vanished
        | FaultKind::Failures
        | FaultKind::FanOut => effects(world, kind, id, random),
    }
}

impl Broken {
    pub(super) const fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Breaks it, from this time to the end.
    pub(super) fn apply(self, world: &mut World, from: Us) {
        let mut faults =
            self.0.into_iter().map(|(kind, effect)| Fault::lasting(kind, effect, from));
        (world.fault, world.also) = (faults.next(), faults.next());
    }

    /// What there is to know of the world.
    pub(super) fn scene(&self, world: &World, kind: Kind, (shape, seen): (Shape, &Seen)) -> Scene {
        let kind = match kind {
            Kind::One(kind) => kind.word(),
            Kind::Two => "two at once",
            Kind::None => "none",
        };
        let effects = self.0.iter().map(|(_, effect)| effect);
        let right = effects.clone().flat_map(|effect| guilty(world, effect)).collect();
        Scene {
            kind,
            n_services: world.services.len(),
            shape,
            has_answers: seen.has_answers,
            unjoined: seen.unjoined,
            sampled: seen.sampled,
            right,
            is_double: self.0.len() > 1,
            is_answered: effects.into_iter().any(|effect| effect.mix().is_some()),
        }
    }
}

/// The names that are right. A message that is lost is lost between two, and either is right.
fn guilty(world: &World, effect: &Effect) -> Vec<String> {
    let own = world.owner(effect.entry()).name.clone();
    if effect.surge().is_some() {
        return vec![OUTSIDE.to_owned()];
    }
    let Effect::Loses { entry, step, .. } = effect else { return vec![own] };
    let receiver = world.entry(*entry).steps.get(*step).map(|step| world.owner(step.to()));
    std::iter::once(own).chain(receiver.map(|service| service.name.clone())).collect()
}
