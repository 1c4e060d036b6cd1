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
    /// Per block, the most that any alternative says upwards and downwards, and the sums of that.
    most: [[Parts; 2]; WINDOW_BLOCKS],
    most_sums: [u64; 2],
}

/// Evidence in parts of a nat: sums of these are exact, so that they can go on for months.
type Parts = u32;

const PARTS: f64 = 1_024.0;

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

    /// Exact evidence under overdispersion, in nats (beta-binomial or negative binomial): that of the
    /// lane, or, where it is not as much as is wanted, the most of its direction. Where blocks say the
    /// most they may in several lanes the first of them is the closest alternative, of which the exact
    /// ratio can say no more than so much; the budget pays for all of them.
    pub(crate) fn confirmed_nats(&self, form: Form, edges: &Edges, rho: f64, wanted: f64) -> f64 {
        let q0 = edges.null(self.direction());
        let exact = |lane| ln_confirmation(form, self.counts, edges.alternative(lane), q0, rho);
        let nats = exact(self.lane);
        if nats >= wanted {
            return nats;
        }
        let half = N_LANES / 2;
        let first = self.lane / half * half;
        (first..first + half).map(exact).fold(nats, f64::max)
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
            most: [[0; 2]; WINDOW_BLOCKS],
            most_sums: [0; 2],
        }
    }

    /// Forgets the window and what fills, keeps the dispersion.
    pub(crate) fn reset_window(&mut self) {
        self.filling = Filling::default();
        (self.n_pushed, self.window_n, self.most_sums) = (0, 0.0, [0; 2]);
        self.counts = [Counts::default(); WINDOW_BLOCKS];
        self.nats = [[0.0; N_LANES]; WINDOW_BLOCKS];
        self.most = [[0; 2]; WINDOW_BLOCKS];
    }

    /// Pushes a full block into the window. Most blocks are empty, and follow on empty ones.
    pub(crate) fn push(&mut self, counts: Counts, weigh: impl FnOnce() -> [f32; N_LANES]) {
        let at = self.n_pushed % WINDOW_BLOCKS;
        self.n_pushed += 1;
        let Some(slot) = self.counts.get_mut(at) else { return };
        if counts.n <= 0.0 && slot.n <= 0.0 {
            return;
        }
        // Counts are whole numbers, so this sum is exact.
        self.window_n += counts.n - slot.n;
        *slot = counts;
        let nats = if counts.n > 0.0 { weigh() } else { [0.0; N_LANES] };
        if let Some(slot) = self.nats.get_mut(at) {
            *slot = nats;
        }
        let Some(slot) = self.most.get_mut(at) else { return };
        let sides = slot.iter_mut().zip(&mut self.most_sums).zip(nats.chunks(N_LANES / 2));
        for ((slot, sum), side) in sides {
            *sum -= u64::from(*slot);
            *slot = rounded_up(side.iter().copied().fold(0.0, f32::max));
            *sum += u64::from(*slot);
        }
    }

    /// Whether nothing is in the window, nor in what fills.
    pub(crate) fn is_idle(&self) -> bool {
        self.window_n <= 0.0 && self.filling.counts.n <= 0.0
    }

    /// Pushes so many empty blocks into an idle window.
    pub(crate) const fn pass(&mut self, n: usize) {
        self.n_pushed += n;
    }

    /// No suffix of the window has more evidence than this, in nats, however it is tempered: most
    /// windows need no closer look.
    pub(crate) fn most_nats(&self, sides: Sides) -> f64 {
        let [up, down] = self.most_sums;
        let most = match sides {
            Sides::Both => up.max(down),
            Sides::Up => up,
        };
        // What the sum of sixteen numbers may be off by.
        most as f64 / PARTS * 1.000_1
    }

    /// Whether every block of the window was seen.
    pub(crate) const fn is_full(&self) -> bool {
        self.n_pushed >= WINDOW_BLOCKS
    }

    /// Exposure in the window.
    pub(crate) const fn window_n(&self) -> f64 {
        self.window_n
    }

    /// The suffix of the window with the most tempered evidence.
    ///
    /// The inner loop has no branches, so that it is vectorised: this is most of what detection costs.
    #[expect(clippy::indexing_slicing, reason = "lanes index arrays of N_LANES")]
    pub(crate) fn strongest_suffix(&self, phi: f64, sides: Sides, tuning: &Tuning) -> Suffix {
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

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "evidence is not negative here, and beyond the greatest part nothing depends on it"
)]
fn rounded_up(nats: f32) -> Parts {
    ((f64::from(nats) * PARTS) as Parts).saturating_add(Parts::from(nats > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges::Edges;
    use hw_stats::Form;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_suffix_has_more_than_the_most(
            blocks in prop::collection::vec((0u32..300, 0f64..1.0, 1f64..9.0), 1..60),
            sides in prop::sample::select(vec![Sides::Both, Sides::Up]),
        ) {
            let tuning = Tuning::STANDARD;
            let edges = Edges::new(Form::Share, 0.5, Counts::new(900.0, 450.0), 1.0, &tuning);
            let mut scale = Scale::new(0);
            for (n, share, phi) in blocks {
                let n = f64::from(n.saturating_sub(100));
                let counts = Counts::new(n, (n * share).round());
                scale.push(counts, || edges.weigh(counts));
                let found = scale.strongest_suffix(phi, sides, &tuning);
                let most = scale.most_nats(sides);
                prop_assert!(found.nats <= most, "{} of {most}", found.nats);
            }
        }
    }
}
