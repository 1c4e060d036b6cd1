//! Numbers by chance, of a seed's own stream: what counts, waiting times and choices need.

use crate::random::{Random, Use};
use hw_stats::Counts;
use std::f64::consts::TAU;

/// Marks the streams of this room among those of a seed.
const ROOM: u64 = 7;

/// Where chance is asked.
pub(super) struct Chance(Random);

impl Chance {
    /// The stream of one part of a history.
    pub(super) fn new(seed: u64, part: u64) -> Self {
        Self(Random::new(seed, Use::World, &[ROOM, part]))
    }

    /// Between 0 and 1, never 0.
    pub(super) fn unit(&mut self) -> f64 {
        ((self.0.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64
    }

    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }

    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() <= probability
    }

    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        self.0.pick(list).copied()
    }

    /// A waiting time.
    pub(super) fn wait(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    /// Standard normal (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (TAU * self.unit()).cos()
    }

    /// How many happen where `mean` do on average (Knuth; the normal where there are many).
    pub(super) fn poisson(&mut self, mean: f64) -> f64 {
        if mean > 60.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0);
        }
        let end = (-mean).exp();
        let (mut n, mut product) = (0.0, self.unit());
        while product > end {
            n += 1.0;
            product *= self.unit();
        }
        n
    }

    /// How many of `n` do, each with probability `p`: one by one, the normal where there are many.
    pub(super) fn some_of(&mut self, n: f64, p: f64) -> Counts {
        let variance = n * p * (1.0 - p);
        let k = if n > 200.0 && variance > 20.0 {
            (n * p + variance.sqrt() * self.normal()).round().clamp(0.0, n)
        } else {
            let mut k = 0.0;
            let mut at = 0.0;
            while at < n {
                k += f64::from(u8::from(self.unit() <= p));
                at += 1.0;
            }
            k
        };
        Counts::new(n, k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_scatter_are_as_asked_for() {
        let mut chance = Chance::new(1, 0);
        let n = 20_000;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / f64::from(n);
        let mut draw = |one: &mut dyn FnMut(&mut Chance) -> f64| -> (f64, f64) {
            let values: Vec<f64> = (0..n).map(|_| one(&mut chance)).collect();
            let middle = mean(&values);
            let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
            (middle, mean(&squares))
        };
        let near = |(a, b): (f64, f64), (c, d): (f64, f64)| {
            (a - c).abs() < 0.05 * (1.0 + c.abs()) && (b - d).abs() < 0.08 * (1.0 + d)
        };
        assert!(near(draw(&mut Chance::normal), (0.0, 1.0)));
        assert!(near(draw(&mut |chance| chance.wait(3.0)), (3.0, 9.0)));
        assert!(near(draw(&mut |chance| chance.poisson(7.0)), (7.0, 7.0)));
        assert!(near(draw(&mut |chance| chance.poisson(600.0)), (600.0, 600.0)));
        assert!(near(draw(&mut |chance| chance.some_of(20.0, 0.3).k), (6.0, 4.2)));
        assert!(near(draw(&mut |chance| chance.some_of(600.0, 0.5).k), (300.0, 150.0)));
    }
}
