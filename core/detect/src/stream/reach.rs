//! What a stream could notice: asked of its own state, for those who look at it.
//!
//! The prior correlation blunts a young stream, so that it is armed and still misses large shifts
//! (docs/internals/detection.md, slow calls of young streams). This works out whether a window filled
//! with the traffic of now, at another figure, would be an alarm. It decides nothing. Its limit:
//! the figure is put as if it were the same in every block.

use super::{N_SCALES, Stream, threshold};
use crate::edges::Edges;
use crate::scale::{Scale, Suffix};
use crate::tuning::{Figure, N_LANES, Sides, WINDOW_BLOCKS};
use hw_stats::Counts;

impl Stream {
    /// Whether it watches a share of slow calls.
    #[must_use]
    pub fn watches_slow_calls(&self) -> bool {
        self.figure == Figure::LATENCY
    }

    /// Whether it would notice now that its figure is `after`, with the traffic it has.
    #[must_use]
    pub fn would_notice(&self, after: f64, ln_a: f64) -> bool {
        let scales = self.figure.finest_scale..N_SCALES;
        scales.into_iter().any(|scale| self.reaches_on(scale, after, ln_a).is_some())
    }

    /// The fewest blocks of a scale that would be an alarm.
    fn reaches_on(&self, scale: usize, after: f64, ln_a: f64) -> Option<usize> {
        let window = self.scales.get(scale).filter(|window| window.is_full())?;
        let armed = self.dispersion_scale(scale)?;
        let tempering = self.tempering(window.window_n(), Some(armed));
        let wanted = threshold(ln_a, scale);
        let block_n = block_n(window);
        let nats = self.edges.weigh(Counts::new(block_n, block_n * after));
        let blunted =
            nats.map(|nats| (f64::from(nats) / tempering.phi).min(self.tuning.block_nats_max));
        let first = self.tuning.alarm_blocks_min;
        (first..=WINDOW_BLOCKS).find(|n_blocks| {
            let Some((lane, most)) = strongest(heard(&blunted, self.figure.sides)) else {
                return false;
            };
            let nats = most * *n_blocks as f64;
            let n = block_n * *n_blocks as f64;
            let counts = Counts::new(n, n * after);
            let suffix = Suffix { nats, lane, n_blocks: *n_blocks, counts };
            nats >= self.tuning.screen * wanted && self.is_confirmed(&suffix, tempering.rho, wanted)
        })
    }

    fn is_confirmed(&self, suffix: &Suffix, rho: f64, wanted: f64) -> bool {
        let edges: &Edges = &self.edges;
        suffix.confirmed_nats(self.figure.form, edges, rho, wanted) >= wanted
    }
}

fn block_n(window: &Scale) -> f64 {
    window.window_n() / WINDOW_BLOCKS as f64
}

/// The lanes worth an alarm: those upwards come first.
fn heard(nats: &[f64; N_LANES], sides: Sides) -> &[f64] {
    match sides {
        Sides::Both => nats,
        Sides::Up => nats.split_at(N_LANES / 2).0,
    }
}

/// The lane that says most.
fn strongest(nats: &[f64]) -> Option<(usize, f64)> {
    nats.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))
}
