//! The null families: how streams live in which nothing happens, and how many of each kind there are.
//!
//! The shares are fixed; the dense families were cut from 30 to 20 % for speed when some 40 streams had been
//! heard. Most streams are sparse, because most hops of a
//! real fleet carry an item a minute or less; every other family has enough of a hundred stream-months for
//! its own interval to mean something.

use super::{Clump, StreamWorld, Wander};
use crate::random::{Random, Use};
use hw_detect::Figure;

/// A null family.
#[derive(Debug)]
pub struct Family {
    /// What it is called.
    pub name: &'static str,
    /// How many of a thousand streams are of it.
    pub per_1000: usize,
    draw: fn(&mut Random) -> StreamWorld,
}

impl Family {
    /// The world of a seed.
    #[must_use]
    pub fn world(&self, seed: u64) -> StreamWorld {
        (self.draw)(&mut Random::new(seed, Use::Stream, &[0]))
    }
}

/// The families, with their shares of the whole.
pub const FAMILIES: &[Family] = &[
    Family { name: "sparse: 1 item/min, shares .5 .1 .9", per_1000: 350, draw: sparse },
    Family { name: "sparse: 1 item/min, errors 1 % or none", per_1000: 175, draw: sparse_errors },
    Family { name: "sparse: 1 item/min, shares .99 .999", per_1000: 75, draw: sparse_whole },
    Family { name: "sparse: 1 item in 10 min", per_1000: 125, draw: sparser },
    Family { name: "sparse: 1 item/min, fan-out 2", per_1000: 75, draw: sparse_fan_out },
    Family { name: "constant", per_1000: 14, draw: constant },
    Family { name: "day season (+-.08, traffic +-60 %)", per_1000: 14, draw: season },
    Family { name: "beta-binomial, rho .02 a second", per_1000: 14, draw: beta_binomial },
    Family { name: "autocorrelated 5 min, sd .2", per_1000: 14, draw: minutes_wander },
    Family { name: "autocorrelated 6 h, sd .1", per_1000: 14, draw: hours_wander },
    Family { name: "batches of 20, 70 % share fate", per_1000: 14, draw: batchy },
    Family { name: "trend (+.05 in 30 d, and back)", per_1000: 14, draw: trend },
    Family { name: "weekend differs by -.06", per_1000: 14, draw: weekend },
    Family { name: "skewed shares .001 .01 .1 .9 .99 .999", per_1000: 20, draw: skewed },
    Family { name: "fan-out 2 and 5", per_1000: 20, draw: fan_out },
    Family { name: "answers: mixes of 2 to 16, Zipf", per_1000: 18, draw: answers },
    Family { name: "latency over p50 p95 p99, slow seconds", per_1000: 15, draw: latency },
    Family { name: "volume with season", per_1000: 15, draw: volume },
];

/// The family that the stream of a seed is of: of a thousand seeds in a row each has its share.
#[must_use]
pub fn family_of(seed: u64) -> &'static Family {
    let place = usize::try_from(seed.wrapping_mul(7_919) % 1_000).unwrap_or(0);
    let mut before = 0;
    let mut of_its_place = FAMILIES.iter().filter(|family| {
        before += family.per_1000;
        before > place
    });
    of_its_place.next().expect("invariant: the shares of the families are a thousand in all")
}

const MINUTE: f64 = 1.0 / 60.0;

/// Items in a second of streams that are not sparse.
const RATES: [f64; 4] = [0.1, 1.0, 10.0, 100.0];

fn one_of<const N: usize>(random: &mut Random, values: [f64; N]) -> f64 {
    random.pick(&values).copied().unwrap_or_default()
}

fn share(random: &mut Random, shares: &[f64]) -> StreamWorld {
    let level = random.pick(shares).copied().unwrap_or_default();
    StreamWorld::steady(Figure::TRANSFER, one_of(random, RATES), level)
}

fn sparse(random: &mut Random) -> StreamWorld {
    StreamWorld { rate: MINUTE, ..share(random, &[0.5, 0.1, 0.9]) }
}

fn sparse_errors(random: &mut Random) -> StreamWorld {
    let level = one_of(random, [0.01, 0.01, 0.0]);
    StreamWorld::steady(Figure::ERRORS, MINUTE, level)
}

fn sparse_whole(random: &mut Random) -> StreamWorld {
    StreamWorld { rate: MINUTE, ..share(random, &[0.99, 0.999]) }
}

fn sparser(random: &mut Random) -> StreamWorld {
    StreamWorld { rate: 0.1 * MINUTE, ..share(random, &[0.5, 0.1, 0.9, 0.99]) }
}

fn sparse_fan_out(_: &mut Random) -> StreamWorld {
    StreamWorld { clump: Clump::Sends, ..StreamWorld::steady(Figure::FAN_OUT, MINUTE, 2.0) }
}

fn constant(random: &mut Random) -> StreamWorld {
    share(random, &[0.5, 0.1, 0.9, 0.99])
}

fn season(random: &mut Random) -> StreamWorld {
    StreamWorld { season: 0.08, rate_season: 0.6, ..share(random, &[0.3, 0.5, 0.7]) }
}

fn beta_binomial(random: &mut Random) -> StreamWorld {
    StreamWorld { clump: Clump::Seconds(0.02), ..share(random, &[0.5, 0.1, 0.9, 0.99]) }
}

fn minutes_wander(random: &mut Random) -> StreamWorld {
    let wander = Some(Wander { tau_s: 300.0, far: 0.2 });
    StreamWorld { wander, ..share(random, &[0.5, 0.1, 0.9, 0.99]) }
}

fn hours_wander(random: &mut Random) -> StreamWorld {
    let wander = Some(Wander { tau_s: 21_600.0, far: 0.1 });
    StreamWorld { wander, ..share(random, &[0.5, 0.1, 0.9, 0.99]) }
}

fn batchy(random: &mut Random) -> StreamWorld {
    let clump = Clump::Batches { mean: 20.0, alike: 0.7 };
    StreamWorld { clump, ..share(random, &[0.5, 0.1, 0.9, 0.99]) }
}

fn trend(random: &mut Random) -> StreamWorld {
    StreamWorld { trend: 0.05, ..share(random, &[0.3, 0.5, 0.7]) }
}

fn weekend(random: &mut Random) -> StreamWorld {
    StreamWorld { weekend: -0.06, ..share(random, &[0.3, 0.5, 0.7]) }
}

fn skewed(random: &mut Random) -> StreamWorld {
    let world = share(random, &[0.001, 0.01, 0.1, 0.9, 0.99, 0.999]);
    let figure = if world.level < 0.05 { Figure::ERRORS } else { Figure::TRANSFER };
    StreamWorld { figure, ..world }
}

fn fan_out(random: &mut Random) -> StreamWorld {
    let clump = *random.pick(&[Clump::Sends, Clump::SendsSkewed]).unwrap_or(&Clump::Sends);
    let far = one_of(random, [0.0, 0.03]);
    let wander = (far > 0.0).then_some(Wander { tau_s: 300.0, far });
    let world = share(random, &[2.0, 5.0]);
    StreamWorld { figure: Figure::FAN_OUT, clump, wander, ..world }
}

/// One value of a mix: its share is that of its rank by Zipf's law.
fn answers(random: &mut Random) -> StreamWorld {
    let n_values = 2 + random.position(15);
    let rank = 1 + random.position(n_values);
    let total: f64 = (1..=n_values).map(|rank| 1.0 / rank as f64).sum();
    let level = 1.0 / rank as f64 / total;
    let far = one_of(random, [0.0, 0.1]);
    let wander = (far > 0.0).then_some(Wander { tau_s: 300.0, far });
    StreamWorld { figure: Figure::ANSWER, n_values, level, wander, ..share(random, &[0.5]) }
}

/// In one second of two hundred everything on the host is slow, and latency wanders.
fn latency(random: &mut Random) -> StreamWorld {
    let clump = Clump::Slow { often: 0.005, level: 0.8 };
    let wander = Some(Wander { tau_s: 300.0, far: 0.2 });
    StreamWorld { figure: Figure::LATENCY, clump, wander, ..share(random, &[0.5, 0.05, 0.01]) }
}

fn volume(random: &mut Random) -> StreamWorld {
    let world = share(random, &[1.0]);
    let (figure, clump) = (Figure::VOLUME, Clump::Volume);
    StreamWorld { figure, clump, rate_season: 0.6, rate_wander: 0.1, ..world }
}
