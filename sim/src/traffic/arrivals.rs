//! When items come in: chance around a rate that wanders over minutes, and may follow the days.

use crate::clock::{MS, S, Us};
use crate::days::Days;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::world::{Inlet, World};

/// Between two turns of the rate.
const TURN: (Us, Us) = (120 * S, 300 * S);

/// How far apart items are at least. At 50 items/s a millisecond is off by a fortieth. What follows
/// the days lasts long and is slow.
const GRAIN_MS: i64 = 1;
const GRAIN_OF_DAYS_MS: i64 = 10;

/// An item, or a batch, comes in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// When.
    pub at: Us,
    /// Whether it would not have come as usual.
    pub is_extra: bool,
}

/// The instants at which items come in through one inlet.
pub(crate) struct Arrivals<'a> {
    world: &'a World,
    inlet: &'a Inlet,
    number: u64,
    random: Random,
    /// Turning points of the rate: when, and which share of the average.
    turns: Vec<(Us, Parts)>,
    turn: usize,
    ms: i64,
    grain_ms: i64,
    /// Items in a thousand seconds that are never exceeded.
    per_1000_s_max: i64,
}

impl<'a> Arrivals<'a> {
    pub(crate) fn new(world: &'a World, number: usize) -> Self {
        let inlet = world.inlets.get(number).expect("invariant: an inlet of this world");
        let turns = turns(world, number, inlet.wander);
        let random = Random::new(world.seed, Use::Traffic, &[number as u64, 1]);
        let grain_ms = if inlet.days.is_some() { GRAIN_OF_DAYS_MS } else { GRAIN_MS };
        let wandered = Parts(Parts::ALL.0 + inlet.wander.0.min(Parts::ALL.0))
            .of(i64::from(inlet.per_1000_s))
            + 1;
        let surge = world.faults().filter_map(|fault| fault.effect.surge()).max().unwrap_or(1);
        let per_1000_s_max = (Days::MOST.of(wandered) + 1) * i64::from(surge);
        let number = number as u64;
        Self { world, inlet, number, random, turns, turn: 0, ms: 0, grain_ms, per_1000_s_max }
    }

    /// How many in a thousand seconds usually come at this time.
    fn usual_per_1000_s(&mut self, at: Us) -> i64 {
        let usual = self.inlet.days.map_or(i64::from(self.inlet.per_1000_s), |days| {
            let place = (self.world.seed, self.number);
            days.level(place, self.world.start, at).of(i64::from(self.inlet.per_1000_s))
        });
        self.level(at).of(usual)
    }

    /// The share of the average rate at this time, by a straight line between two turns.
    fn level(&mut self, at: Us) -> Parts {
        while self.turns.get(self.turn + 1).is_some_and(|(next, _)| *next <= at) {
            self.turn += 1;
        }
        let (Some((from, here)), Some((to, there))) =
            (self.turns.get(self.turn), self.turns.get(self.turn + 1))
        else {
            return Parts::ALL;
        };
        let rise = i64::from(there.0) - i64::from(here.0);
        let level = i64::from(here.0) + rise * (at - from) / (to - from);
        Parts(u32::try_from(level).unwrap_or(0))
    }

    /// How many times the usual come in.
    fn surge(&self, at: Us) -> i64 {
        let lasting = self.world.faults().filter(|fault| fault.lasts_at(at));
        let own = lasting.filter(|fault| fault.effect.entry() == self.inlet.entry);
        own.filter_map(|fault| fault.effect.surge()).max().map_or(1, i64::from)
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let end = self.world.length_s * 1_000;
        // So many in a thousand seconds are so many in a million milliseconds.
        let last = 1_000_000 / self.grain_ms - 1;
        while self.ms < end {
            let at = self.ms * MS;
            self.ms += self.grain_ms;
            let drawn = self.random.between(0, last);
            // The rate takes much longer to work out than chance, and rarely matters.
            if drawn >= self.per_1000_s_max {
                continue;
            }
            let usual = self.usual_per_1000_s(at);
            if drawn < usual * self.surge(at) {
                let at = at + self.random.between(0, self.grain_ms * MS - 1);
                return Some(Arrival { at, is_extra: drawn >= usual });
            }
        }
        None
    }
}

fn turns(world: &World, number: usize, wander: Parts) -> Vec<(Us, Parts)> {
    let mut random = Random::new(world.seed, Use::Wander, &[number as u64]);
    let far = i64::from(wander.0.min(Parts::ALL.0));
    let mut turns = Vec::new();
    let mut at = 0;
    while at <= world.length_s * S + TURN.1 {
        let level = i64::from(Parts::ALL.0) + random.between(-far, far);
        turns.push((at, Parts(u32::try_from(level).unwrap_or(0))));
        at += random.between(TURN.0, TURN.1);
    }
    turns
}
