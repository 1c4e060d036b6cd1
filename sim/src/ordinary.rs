//! Worlds of ordinary life: what happens in every fleet and is no incident, through the real engine.
//!
//! Each world has one kind of it, more than usual of it, for an hour or a night. Shifts may be said there,
//! because figures do shift; an incident may not.

use crate::clock::{S, Start, Us};
use crate::days::Days;
use crate::draw::topology;
use crate::drive::{Inputs, Nobody, drive};
use crate::ids::ServiceId;
use crate::life::Life;
use crate::parts::Parts;
use crate::random::{Random, Use};
use crate::traffic::Traffic;
use crate::world::{Act, Pauses, Sampled, What, World};

/// What is ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ordinary {
    /// Deploys and restarts, each with 1 to 10 s of refused calls where there is one instance.
    Restarts,
    /// Instances come and go.
    Scaling,
    /// The exporters of a service pause for 10 to 60 s every ten minutes, and catch up.
    Pauses,
    /// Clocks are off by up to 5 s.
    Skew,
    /// An operator lowers the share of traces that are kept.
    Sampling,
    /// Nothing comes in at night, and little before and after.
    Night,
}

/// What was said in a world of ordinary life.
#[derive(Clone, Copy, Debug)]
pub struct OrdinaryLife {
    /// Its seed.
    pub seed: u64,
    /// What is ordinary in it.
    pub kind: Ordinary,
    /// How long it lasted.
    pub hours: f64,
    /// Spans that came.
    pub n_spans: u64,
    /// Shifts that were said.
    pub n_shifts: usize,
    /// Incidents that were opened.
    pub n_incidents: usize,
}

impl Ordinary {
    /// All of it.
    pub const ALL: [Self; 6] =
        [Self::Restarts, Self::Scaling, Self::Pauses, Self::Skew, Self::Sampling, Self::Night];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Restarts => "deploys and restarts, 1 to 10 s refused",
            Self::Scaling => "instances come and go",
            Self::Pauses => "exporters pause and catch up",
            Self::Skew => "clocks off by up to 5 s",
            Self::Sampling => "sampling rate changed",
            Self::Night => "silent at night",
        }
    }

    /// The world of a seed with this in it.
    fn world(self, seed: u64) -> World {
        let mut random = Random::new(seed, Use::Ordinary, &[self as u64]);
        let length_s = if self == Self::Night { 18 * 3_600 } else { 3_600 };
        let mut world = topology::draw(seed, length_s, &mut random);
        let service = ServiceId(random.position(world.services.len()));
        match self {
            Self::Restarts => world.acts = acts(&world, &mut random, restart),
            Self::Scaling => world.acts = acts(&world, &mut random, scaling),
            Self::Pauses => {
                let length = random.between(10, 60) * S;
                world.senders.pauses = Some(Pauses { service, every: 600 * S, length });
            }
            Self::Skew => world.hosts.skew = 5 * S,
            Self::Sampling => {
                let share = Parts::percent(*random.pick(&[10, 25, 50]).unwrap_or(&50));
                let from = random.between(1_200, 2_400) * S;
                world.senders.sampled = Some(Sampled { from, share });
            }
            Self::Night => {
                world.start = Start(Start::USUAL.0 + 12 * 3_600);
                let days = Days { night: Parts::NONE, weekend: Parts::percent(30) };
                for inlet in &mut world.inlets {
                    inlet.days = Some(days);
                    inlet.per_1000_s = inlet.per_1000_s.min(1_000);
                }
            }
        }
        world
    }

    /// Lets the real engine live through the world of a seed.
    #[must_use]
    pub fn live(self, seed: u64) -> OrdinaryLife {
        let world = self.world(seed);
        let life = Life::new(&world);
        let traffic = Traffic::new(&world, &life);
        let inputs = Inputs::new(&world, &life, &traffic);
        let (_, said) = drive(inputs.all.iter(), &mut Nobody);
        OrdinaryLife {
            seed,
            kind: self,
            hours: world.length_s as f64 / 3_600.0,
            n_spans: inputs.n_spans,
            n_shifts: said.report.shifts.len(),
            n_incidents: said.report.incidents.len(),
        }
    }
}

/// Acts two to eight minutes apart, each of them on some service.
fn acts(world: &World, random: &mut Random, act: impl Fn(&mut Random, usize) -> What) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut at: Us = random.between(60, 600) * S;
    while at < (world.length_s - 120) * S {
        let service = ServiceId(random.position(world.services.len()));
        acts.push(Act { at, service, what: act(random, acts.len()), told: None });
        at += random.between(120_000, 480_000) * S / 1_000;
    }
    acts
}

fn restart(random: &mut Random, number: usize) -> What {
    let down = random.between(1_000, 10_000) * S / 1_000;
    if random.chance(Parts::percent(50)) {
        return What::Restart { down, is_crash: random.chance(Parts::percent(30)) };
    }
    What::Deploy { version: format!("{}.0.0", 10 + number), down }
}

/// One that is alone is joined by another; one of two goes.
fn scaling(random: &mut Random, _: usize) -> What {
    if random.chance(Parts::percent(50)) { What::Grow } else { What::Shrink }
}
