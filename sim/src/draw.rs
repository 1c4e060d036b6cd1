//! A world from a seed.
//!
//! First what breaks is chosen, then services among which it can, then what people do. A third of
//! the worlds has no fault, a half no fault of telemetry. What is drawn must be fair: nothing but the
//! fault changes how many items pass, what is answered, or how much fails.

mod acts;
pub(crate) mod fault;
mod telemetry;
pub(crate) mod topology;

use crate::clock::MS;
use crate::fault::FaultKind;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::world::World;
use fault::Place;

/// Shortest and longest world, in seconds.
const LENGTH_S: (i64, i64) = (15 * 60, 30 * 60);

/// Seconds before a fault at least, and after it.
const BEFORE_S: i64 = 8 * 60;
const AFTER_S: i64 = 6 * 60;

/// Spans in a world at most, roughly: it must not take long.
const SPANS_MAX: i64 = 130_000;

/// Services are drawn so often until a fault finds a place among them.
const TRIES: usize = 200;

impl World {
    /// The world of a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut random = Random::new(seed, Use::World, &[]);
        let length_s = random.between(LENGTH_S.0, LENGTH_S.1);
        let kinds = FaultKind::DRAWN;
        let is_calm = random.chance(Parts(3_333));
        let kind = if is_calm { None } else { random.pick(&kinds).copied() };
        let (mut world, place) = Self::with_place(seed, length_s, kind, &mut random);
        telemetry::draw(&mut world, &mut random);
        let from = random.between(BEFORE_S * 1_000, (length_s - AFTER_S) * 1_000) * MS;
        match place {
            Some(place) => acts::with_fault(&mut world, &mut random, place, from),
            None => acts::without_fault(&mut world, &mut random),
        }
        world
    }

    /// Services among which this kind of fault has a place.
    fn with_place(
        seed: u64,
        length_s: i64,
        kind: Option<FaultKind>,
        random: &mut Random,
    ) -> (Self, Option<Place>) {
        let mut world = topology::draw(seed, length_s, random);
        for _ in 0..TRIES {
            let Some(kind) = kind else { break };
            if let Some(place) = fault::place(&world, kind, random) {
                return (world, Some(place));
            }
            world = topology::draw(seed, length_s, random);
        }
        (world, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn all_kinds_of_faults_come_and_a_third_of_the_worlds_is_calm() {
        let mut kinds: BTreeMap<Option<FaultKind>, usize> = BTreeMap::new();
        for seed in 0..600 {
            let fault = World::from_seed(seed).fault;
            *kinds.entry(fault.map(|fault| fault.kind)).or_default() += 1;
        }
        assert!((150..250).contains(&kinds[&None]), "{kinds:?}");
        for kind in FaultKind::DRAWN {
            assert!(kinds[&Some(kind)] >= 30, "{kinds:?}");
        }
    }

    #[test]
    fn worlds_are_within_their_limits() {
        for seed in 0..200 {
            let world = World::from_seed(seed);
            assert!((3..=8).contains(&world.services.len()), "seed {seed}");
            assert!(world.length_s <= 1_800, "seed {seed}");
            assert!(world.acts.is_sorted_by_key(|act| act.at), "seed {seed}");
            let rates = world.inlets.iter().map(|inlet| inlet.per_1000_s);
            assert!(rates.clone().all(|rate| rate <= 25_000), "seed {seed}");
            assert!(rates.max() >= Some(2_000), "seed {seed}");
        }
    }
}
