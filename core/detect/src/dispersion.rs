//! How much more than chance a stream scatters, learned per time scale.
//!
//! For blocks with residual r = K - sum n p and variance v = sum n p q: phi = E r^2 / E v, and the
//! intra-class correlation rho = max(0, E[r^2 - v] / E[v (N - 1)]), both as slowly forgetting means
//! (docs/internals/detection.md). A block waits in quarantine before it teaches, longer while the stream
//! looks shifted, and is thrown away when it turns out to be: otherwise a shift teaches that such
//! scatter is normal, and is never noticed. If the stream comes back without an alarm, what
//! waited was wander and does teach; throwing it away starves streams that scatter
//! in bursts: only their calm minutes teach, and the band gets too narrow. Single blocks are
//! winsorised at five standard deviations, so that the dip of a restart in the first minutes does
//! not blind the stream.

use crate::tuning::{Tuning, block_s};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Blocks that wait at most; a stream that looks shifted for longer forgets the oldest.
const WAITING_MAX: usize = 256;

/// A block's contribution.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Lesson {
    at: i64,
    squared: f64,
    variance: f64,
    pairs: f64,
}

/// Learned dispersion of one time scale.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dispersion {
    scale: usize,
    n_blocks: f64,
    squared: f64,
    variance: f64,
    excess: f64,
    pairs: f64,
    quarantine: VecDeque<Lesson>,
}

/// What one finished block says about dispersion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Residual {
    /// K - sum n p.
    pub residual: f64,
    /// sum n p q.
    pub variance: f64,
    /// Items, or expected events.
    pub size: f64,
}

impl Dispersion {
    pub(crate) const fn new(scale: usize) -> Self {
        Self {
            scale,
            n_blocks: 0.0,
            squared: 0.0,
            variance: 0.0,
            excess: 0.0,
            pairs: 0.0,
            quarantine: VecDeque::new(),
        }
    }

    /// Blocks learned from.
    pub(crate) const fn n_blocks(&self) -> f64 {
        self.n_blocks
    }

    /// Variance beyond chance, as a factor; 1 is none.
    pub(crate) fn phi(&self) -> f64 {
        if self.variance > 0.0 { self.squared / self.variance } else { 0.0 }
    }

    /// Intra-class correlation.
    pub(crate) fn rho(&self) -> f64 {
        if self.pairs > 0.0 { (self.excess / self.pairs).max(0.0) } else { 0.0 }
    }

    /// Puts a block into quarantine.
    pub(crate) fn await_lesson(&mut self, at: i64, block: Residual) {
        if self.quarantine.len() >= WAITING_MAX {
            self.quarantine.pop_front();
        }
        self.quarantine.push_back(Lesson {
            at,
            squared: block.residual * block.residual,
            variance: block.variance,
            pairs: block.variance * (block.size - 1.0).max(0.0),
        });
    }

    /// Throws away what waits.
    pub(crate) fn drop_quarantine(&mut self) {
        self.quarantine.clear();
    }

    /// Whether a block has waited long enough at `now`.
    pub(crate) fn has_lesson(&self, now: i64, tuning: &Tuning) -> bool {
        let wait_s = self.wait_s(tuning);
        self.quarantine.front().is_some_and(|lesson| lesson.at + wait_s <= now)
    }

    fn wait_s(&self, tuning: &Tuning) -> i64 {
        tuning.quarantine_s.max(tuning.quarantine_blocks * block_s(self.scale))
    }

    /// Learns from blocks that have waited long enough at `now`.
    pub(crate) fn learn(&mut self, now: i64, tuning: &Tuning) {
        let wait_s = self.wait_s(tuning);
        while let Some(lesson) = self.quarantine.pop_front_if(|lesson| lesson.at + wait_s <= now) {
            self.take(lesson);
        }
    }

    fn take(&mut self, lesson: Lesson) {
        let limit = 25.0 * self.phi().max(1.0) * lesson.variance;
        let squared = lesson.squared.min(limit);
        let remembered = (28.0 * 86_400.0 / block_s(self.scale) as f64).max(64.0);
        self.n_blocks = (self.n_blocks + 1.0).min(remembered);
        let gain = 1.0 / self.n_blocks;
        self.squared += gain * (squared - self.squared);
        self.variance += gain * (lesson.variance - self.variance);
        self.excess += gain * (squared - lesson.variance - self.excess);
        self.pairs += gain * (lesson.pairs - self.pairs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(blocks: impl Iterator<Item = (f64, f64)>) -> Dispersion {
        let mut dispersion = Dispersion::new(0);
        for (at, (residual, variance)) in (0i64..).zip(blocks) {
            dispersion.await_lesson(at, Residual { residual, variance, size: 10.0 });
            dispersion.learn(at, &Tuning::STANDARD);
        }
        dispersion
    }

    #[test]
    fn scatter_of_chance_gives_one() {
        let dispersion = learned((0..1_000).map(|i| (if i % 2 == 0 { 1.5 } else { -1.5 }, 2.25)));
        assert!((dispersion.phi() - 1.0).abs() < 1e-9);
        assert!(dispersion.rho() < 1e-9);
    }

    #[test]
    fn lesson_waits_in_quarantine() {
        assert!(learned((0..60).map(|_| (1.0, 1.0))).n_blocks() < 0.5);
        assert!(learned((0..100).map(|_| (1.0, 1.0))).n_blocks() > 30.0);
    }

    #[test]
    fn one_wild_block_is_winsorised() {
        let dispersion = learned((0..200).map(|i| (if i == 3 { 1_000.0 } else { 1.0 }, 1.0)));
        assert!(dispersion.phi() < 1.5, "{}", dispersion.phi());
    }
}
