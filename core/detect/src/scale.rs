//! One time scale of a stream: the block that fills, the window of the last sixteen, and the
//! evidence that a suffix of the window holds against the baseline.

use crate::dispersion::{Dispersion, Residual};
use crate::edges::{Edges, lane_parts};
use crate::tuning::{N_LANES, Sides, Tuning, WINDOW_BLOCKS};
use hw_model::Direction;
use hw_stats::{Counts, Form, ln_confirmation};
use serde::{Deserialize, Serialize};

/// What fills until a block is full.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Filling {
    /// Items and those that did.
    pub counts: Counts,
    /// Sum of n p over its ticks.
    pub expected: f64,
    /// Sum of the variances of its ticks.
    pub variance: f64,
    /// Blocks of the finer scale in it.
    pub n_parts: usize,
}

impl Filling {
    /// One tick at the baseline's figure.
    pub(crate) fn tick(form: Form, counts: Counts, figure: f64) -> Self {
        Self {
            counts,
            expected: counts.n * figure,
            variance: form.variance(counts.n, figure),
            n_parts: 1,
        }
    }

    /// Adds a full block of the finer scale.
    pub(crate) fn add(&mut self, part: &Self) {
        self.counts += part.counts;
        self.expected += part.expected;
        self.variance += part.variance;
        self.n_parts += 1;
    }

    /// What this full block says about dispersion.
    pub(crate) fn residual(&self, form: Form) -> Residual {
        let size = match form {
            Form::Share => self.counts.n,
            Form::Count => self.expected,
        };
        Residual { residual: self.counts.k - self.expected, variance: self.variance, size }
    }
}

/// One time scale.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scale {
    pub filling: Filling,
    pub dispersion: Dispersion,
    /// Ring of the last blocks; `n_pushed` says how many were ever pushed since the last reset.
    counts: [Counts; WINDOW_BLOCKS],
    nats: [[f32; N_LANES]; WINDOW_BLOCKS],
    n_pushed: usize,
    /// Exposure in the window.
    window_n: f64,
    /// What was found last, and by which dispersion.
    #[serde(skip)]
    known: Option<Known>,
}

/// The strongest suffix when the window was last looked at.
#[derive(Clone, Copy, Debug)]
struct Known {
    suffix: Suffix,
    phi: f64,
    n_pushed: usize,
}

/// How the evidence of a window is blunted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tempering {
    /// Factor that divides block evidence.
    pub phi: f64,
    /// Overdispersion that the exact confirmation assumes.
    pub rho: f64,
}

/// The strongest suffix of a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suffix {
    /// Tempered evidence in nats.
    pub nats: f64,
    /// Direction and alternative.
    pub lane: usize,
    /// Its length in blocks.
    pub n_blocks: usize,
    /// What it counted.
    pub counts: Counts,
}

impl Suffix {
    /// The direction of the lane.
    pub(crate) fn direction(&self) -> Direction {
        lane_parts(self.lane).0
    }

    /// Exact evidence under overdispersion, in nats (beta-binomial or negative binomial).
    pub(crate) fn confirmed_nats(&self, form: Form, edges: &Edges, rho: f64) -> f64 {
        let q1 = edges.alternative(self.lane);
        let q0 = edges.null(self.direction());
        ln_confirmation(form, self.counts, q1, q0, rho)
    }
}

impl Scale {
    pub(crate) const fn new(scale: usize) -> Self {
        Self {
            filling: Filling {
                counts: Counts { n: 0.0, k: 0.0 },
                expected: 0.0,
                variance: 0.0,
                n_parts: 0,
            },
            dispersion: Dispersion::new(scale),
            counts: [Counts { n: 0.0, k: 0.0 }; WINDOW_BLOCKS],
            nats: [[0.0; N_LANES]; WINDOW_BLOCKS],
            n_pushed: 0,
            window_n: 0.0,
            known: None,
        }
    }

    /// Forgets the window and what fills, keeps the dispersion.
    pub(crate) fn reset_window(&mut self) {
        self.filling = Filling::default();
        (self.n_pushed, self.window_n, self.known) = (0, 0.0, None);
    }

    /// Pushes a full block into the window.
    pub(crate) fn push(&mut self, counts: Counts, nats: [f32; N_LANES]) {
        let at = self.n_pushed % WINDOW_BLOCKS;
        if let Some(slot) = self.counts.get_mut(at) {
            let dropped = if self.n_pushed < WINDOW_BLOCKS { 0.0 } else { slot.n };
            // Counts are whole numbers, so this sum is exact.
            self.window_n += counts.n - dropped;
            *slot = counts;
        }
        if let Some(slot) = self.nats.get_mut(at) {
            *slot = nats;
        }
        self.n_pushed += 1;
    }

    /// Exposure in the window.
    pub(crate) const fn window_n(&self) -> f64 {
        self.window_n
    }

    /// The suffix of the window with the most tempered evidence.
    pub(crate) fn strongest_suffix(&mut self, phi: f64, sides: Sides, tuning: &Tuning) -> Suffix {
        let suffix = self.after_nothing(phi).unwrap_or_else(|| self.strongest(phi, sides, tuning));
        self.known = Some(Known { suffix, phi, n_pushed: self.n_pushed });
        suffix
    }

    /// The suffix if all that came since the last look is one empty block. It adds nothing, so what was
    /// strongest still is, a block longer; unless it began with the block that was dropped for it, or
    /// evidence counts otherwise now. Most streams are idle in most seconds.
    fn after_nothing(&self, phi: f64) -> Option<Suffix> {
        let known = self.known.filter(|known| known.n_pushed + 1 == self.n_pushed)?;
        let is_same = known.phi.to_bits() == phi.to_bits();
        let is_empty = self.newest_counts().next().is_some_and(|counts| counts.n == 0.0);
        if !is_same || !is_empty || known.suffix.n_blocks >= WINDOW_BLOCKS {
            return None;
        }
        if known.suffix.nats > 0.0 {
            return Some(Suffix { n_blocks: known.suffix.n_blocks + 1, ..known.suffix });
        }
        Some(Suffix { nats: 0.0, lane: 0, n_blocks: 1, counts: Counts::default() })
    }

    /// The inner loop has no branches, so that it is vectorised: this is most of what detection costs.
    #[expect(clippy::indexing_slicing, reason = "lanes index arrays of N_LANES")]
    fn strongest(&self, phi: f64, sides: Sides, tuning: &Tuning) -> Suffix {
        #[expect(clippy::cast_possible_truncation, reason = "evidence needs no more digits")]
        let (per_phi, cap) = (1.0 / phi as f32, tuning.block_nats_max as f32);
        let mut sums = [0f32; N_LANES];
        let mut best = [f32::NEG_INFINITY; N_LANES];
        let mut best_length = [0u32; N_LANES];
        for (length, nats) in (1u32..).zip(self.newest_first()) {
            for lane in 0..N_LANES {
                sums[lane] += (nats[lane] * per_phi).min(cap);
                let better = sums[lane] > best[lane];
                best[lane] = if better { sums[lane] } else { best[lane] };
                best_length[lane] = if better { length } else { best_length[lane] };
            }
        }
        let mut top = 0;
        let n_lanes = match sides {
            Sides::Both => N_LANES,
            Sides::Up => N_LANES / 2,
        };
        for lane in 1..n_lanes {
            if best[lane] > best[top] {
                top = lane;
            }
        }
        let n_blocks = best_length[top] as usize;
        let counts = self.newest_counts().take(n_blocks).sum();
        Suffix { nats: f64::from(best[top]), lane: top, n_blocks, counts }
    }

    fn newest_first(&self) -> impl Iterator<Item = &[f32; N_LANES]> {
        self.indices().filter_map(|at| self.nats.get(at))
    }

    fn newest_counts(&self) -> impl Iterator<Item = Counts> {
        self.indices().filter_map(|at| self.counts.get(at).copied())
    }

    fn indices(&self) -> impl Iterator<Item = usize> + use<> {
        let n = self.n_pushed;
        (1..=n.min(WINDOW_BLOCKS)).map(move |back| (n - back) % WINDOW_BLOCKS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges::Edges;
    use hw_stats::Form;
    use proptest::prelude::*;

    proptest! {
        /// Blocks of a stream that is mostly idle, and dispersion that changes now and then.
        #[test]
        fn idle_blocks_give_what_a_full_look_gives(
            blocks in prop::collection::vec((0u32..8, 0u32..4, 0u32..12), 1..200),
        ) {
            let tuning = Tuning::STANDARD;
            let edges = Edges::new(Form::Share, 0.5, Counts::new(900.0, 450.0), 1.0, &tuning);
            let mut scale = Scale::new(0);
            let mut phi = 1.0;
            for (n, k, other_phi) in blocks {
                let n = n.saturating_sub(5);
                let counts = Counts::new(f64::from(n), f64::from(k.min(n)));
                scale.push(counts, edges.weigh(counts));
                phi = if other_phi == 0 { phi + 0.1 } else { phi };
                let full = scale.strongest(phi, Sides::Both, &tuning);
                let found = scale.strongest_suffix(phi, Sides::Both, &tuning);
                prop_assert_eq!(found.nats.to_bits(), full.nats.to_bits());
                prop_assert_eq!((found.lane, found.n_blocks), (full.lane, full.n_blocks));
                prop_assert_eq!(found.counts, full.counts);
            }
        }
    }
}
