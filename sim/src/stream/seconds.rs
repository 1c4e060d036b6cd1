//! The seconds of a stream's world, one after the other.
//!
//! Rates and slow figures are worked out once a minute, wanders at every second in which something comes.
//! Rare items come by exponential gaps, so that an empty hour costs nothing; of frequent ones each second
//! draws its number.

use super::alarm::AlarmKind;
use super::{Clump, StreamWorld, Wander};
use crate::random::Random;
use hw_stats::{Counts, Form, logit, sigmoid};
use rand_distr::{Beta, Binomial, Distribution, Exp1, Gamma, Geometric, Poisson, StandardNormal};
use std::f64::consts::TAU;

const DAY_S: f64 = 86_400.0;

/// Below this many items or batches a second on average gaps are drawn, above it numbers.
const RARE: f64 = 0.3;

/// Time constant of a rate's wander.
const RATE_TAU_S: f64 = 300.0;

/// A second in which something came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Second {
    /// Seconds since the start, which is midnight on a Monday.
    pub tick: i64,
    /// What was counted.
    pub counts: Counts,
}

/// The seconds of a world in which something comes. They never end.
#[derive(Clone, Debug)]
pub struct Seconds {
    world: StreamWorld,
    random: Random,
    /// The next second that was not looked at.
    tick: i64,
    minute: i64,
    /// What holds for this minute.
    level: f64,
    arrivals: Arrivals,
    drift: Drift,
    rate_drift: Drift,
    shift: Option<(i64, AlarmKind)>,
}

/// How items or batches come within this minute.
#[derive(Clone, Copy, Debug)]
enum Arrivals {
    /// None is drawn: the exposure of a volume is the second itself.
    Never,
    Rare {
        per_s: f64,
        next: f64,
    },
    Often(Poisson<f64>),
}

/// Where a wander is, and when it was there.
#[derive(Clone, Copy, Debug, Default)]
struct Drift {
    at: f64,
    tick: i64,
    kept: f64,
}

impl Drift {
    fn step(&mut self, wander: Wander, tick: i64, random: &mut Random) -> f64 {
        let gap = (tick - self.tick).max(0);
        if gap == 0 {
            return self.at;
        }
        if gap == 1 && self.kept == 0.0 {
            self.kept = (-1.0 / wander.tau_s).exp();
        }
        let kept = if gap == 1 { self.kept } else { (-(gap as f64) / wander.tau_s).exp() };
        let noise: f64 = StandardNormal.sample(random);
        self.at = kept * self.at + wander.far * (1.0 - kept * kept).sqrt() * noise;
        self.tick = tick;
        self.at
    }
}

impl Seconds {
    /// The world's seconds by chance from this seed.
    #[must_use]
    pub fn new(world: StreamWorld, seed: u64) -> Self {
        let random = Random::new(seed, crate::random::Use::Stream, &[1]);
        let mut seconds = Self {
            world,
            random,
            tick: 0,
            minute: -1,
            level: world.level,
            arrivals: Arrivals::Never,
            drift: Drift::default(),
            rate_drift: Drift::default(),
            shift: None,
        };
        seconds.turn_minute(0);
        seconds
    }

    /// What it is the seconds of.
    #[must_use]
    pub const fn world(&self) -> &StreamWorld {
        &self.world
    }

    /// The next second that was not looked at.
    #[must_use]
    pub const fn tick(&self) -> i64 {
        self.tick
    }

    /// The same world up to now, from which on it shifts, by chance of its own.
    #[must_use]
    pub fn shifted(&self, kind: AlarmKind, seed: u64) -> Self {
        let mut shifted = self.clone();
        shifted.random = Random::new(seed, crate::random::Use::Stream, &[2, kind as u64]);
        shifted.shift = Some((self.tick, kind));
        shifted.minute = -1;
        shifted
    }

    /// The next second before `until` in which something comes.
    pub fn next_before(&mut self, until: i64) -> Option<Second> {
        while self.tick < until {
            let tick = self.tick;
            if tick.div_euclid(60) != self.minute {
                self.turn_minute(tick);
            }
            let n = match &mut self.arrivals {
                Arrivals::Never => 1,
                Arrivals::Often(number) => {
                    self.tick += 1;
                    whole(number.sample(&mut self.random))
                }
                Arrivals::Rare { per_s, next } => {
                    let minute_end = ((self.minute + 1) * 60).min(until);
                    if *next >= minute_end as f64 {
                        self.tick = minute_end;
                        continue;
                    }
                    #[expect(clippy::cast_possible_truncation, reason = "seconds of a world")]
                    let at = (*next as i64).max(tick);
                    let mut n = 0;
                    while *next < (at + 1) as f64 {
                        n += 1;
                        let gap: f64 = Exp1.sample(&mut self.random);
                        *next += gap / *per_s;
                    }
                    self.tick = at + 1;
                    n
                }
            };
            if matches!(self.arrivals, Arrivals::Never) {
                self.tick += 1;
            }
            if n > 0 {
                let tick = self.tick - 1;
                let counts = self.count(tick, n);
                return Some(Second { tick, counts });
            }
        }
        None
    }

    /// Works out what holds for the minute of a second.
    fn turn_minute(&mut self, tick: i64) {
        self.minute = tick.div_euclid(60);
        let at = tick as f64;
        let world = &self.world;
        let wave = (TAU * at / DAY_S).sin();
        let is_weekend = (tick / 86_400) % 7 >= 5;
        let month = (at / DAY_S / 30.0) % 2.0;
        let trend = world.trend * if month < 1.0 { month } else { 2.0 - month };
        let weekend = if is_weekend { world.weekend } else { 0.0 };
        let mut level = world.level + world.season * wave + weekend + trend;
        let mut rate = world.rate * (1.0 + world.rate_season * wave);
        if world.rate_wander > 0.0 {
            let wander = Wander { tau_s: RATE_TAU_S, far: world.rate_wander };
            rate *= self.rate_drift.step(wander, tick, &mut self.random).exp();
        }
        if let Some((from, kind)) = self.shift {
            (level, rate) = kind.moved((level, rate), tick - from);
        }
        self.level = level;
        let per_s = match world.clump {
            Clump::Batches { mean, .. } => rate / mean,
            Clump::Volume => {
                self.level = rate;
                self.arrivals = Arrivals::Never;
                return;
            }
            Clump::Nothing
            | Clump::Seconds(_)
            | Clump::Slow { .. }
            | Clump::Sends
            | Clump::SendsSkewed => rate,
        };
        self.arrivals = if per_s < RARE {
            // The process has no memory: a new minute may draw its gap anew.
            let gap: f64 = Exp1.sample(&mut self.random);
            Arrivals::Rare { per_s, next: at + gap / per_s.max(1e-12) }
        } else {
            Poisson::new(per_s).map_or(Arrivals::Never, Arrivals::Often)
        };
    }

    /// What `n` items, or batches, of a second count.
    fn count(&mut self, tick: i64, n: u64) -> Counts {
        let world = self.world;
        let level = match world.wander {
            Some(wander) => {
                let drift = self.drift.step(wander, tick, &mut self.random);
                drifted(world.figure.form, self.level, drift)
            }
            None => self.level,
        };
        let random = &mut self.random;
        let whole_n = n as f64;
        match world.clump {
            Clump::Nothing => Counts::new(whole_n, some_of(n, level, random)),
            Clump::Seconds(rho) => {
                let share = overdispersed(level, rho, random);
                Counts::new(whole_n, some_of(n, share, random))
            }
            Clump::Slow { often, level: slow } => {
                let is_slow = random.unit() < often;
                Counts::new(whole_n, some_of(n, if is_slow { slow } else { level }, random))
            }
            Clump::Batches { mean, alike } => batches(n, (mean, alike), level, random),
            Clump::Sends => {
                let twice = self.shift.map_or(0.0, |(_, kind)| kind.sends_twice());
                let more = some_of(n, twice, random) + number(whole_n * (level - 1.0), random);
                Counts::new(whole_n, whole_n + more)
            }
            Clump::SendsSkewed => {
                let mean = gamma(whole_n, level - 1.0, random);
                Counts::new(whole_n, whole_n + number(mean, random))
            }
            Clump::Volume => Counts::new(1.0, number(level, random)),
        }
    }
}

/// A figure that has drifted on its link scale.
fn drifted(form: Form, level: f64, drift: f64) -> f64 {
    match form {
        Form::Share if level <= 0.0 || level >= 1.0 => level,
        Form::Share => sigmoid(logit(level) + drift),
        Form::Count => level * drift.exp(),
    }
}

fn batches(n: u64, (mean, alike): (f64, f64), share: f64, random: &mut Random) -> Counts {
    let mut counts = Counts::default();
    let Ok(size) = Geometric::new(1.0 / mean) else { return counts };
    for _ in 0..n {
        let n = 1 + size.sample(random);
        let k = if random.unit() >= alike {
            some_of(n, share, random)
        } else if random.unit() < share {
            n as f64
        } else {
            0.0
        };
        counts += Counts::new(n as f64, k);
    }
    counts
}

fn overdispersed(share: f64, rho: f64, random: &mut Random) -> f64 {
    let m = 1.0 / rho - 1.0;
    Beta::new(share * m, (1.0 - share) * m).map_or(share, |beta| beta.sample(random))
}

fn gamma(shape: f64, scale: f64, random: &mut Random) -> f64 {
    Gamma::new(shape, scale).map_or(0.0, |gamma| gamma.sample(random))
}

fn number(mean: f64, random: &mut Random) -> f64 {
    Poisson::new(mean).map_or(0.0, |number| number.sample(random))
}

/// How many of `n` do what a share of them does.
fn some_of(n: u64, share: f64, random: &mut Random) -> f64 {
    if share <= 0.0 {
        return 0.0;
    }
    if share >= 1.0 {
        return n as f64;
    }
    if n <= 4 {
        return (0..n).filter(|_| random.unit() < share).count() as f64;
    }
    Binomial::new(n, share).map_or(0.0, |some| some.sample(random) as f64)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a Poisson number")]
const fn whole(number: f64) -> u64 {
    number as u64
}
