//! Numbers only: likelihood ratios, posteriors, intervals, sketches, packed series.
//!
//! Every formula names its source and is tested against an enumeration or a second way to compute
//! it. It deliberately has never heard of a service, a hop or a clock.

use serde::{Deserialize, Serialize};

mod backlog;
mod course;
mod evidence;
mod growth;
mod history;
mod information;
mod interval;
mod lag;
mod onset;
mod series;
mod sketch;
mod special;
mod usual;

pub use backlog::{Backlog, Course as BacklogCourse, backlog};
pub use course::{Course, Stretch, Turn, course};
pub use evidence::{Form, ln_confirmation, ln_likelihood_ratio, ln_marginal, ln_point};
pub use growth::{Growth, growth};
pub use history::History;
pub use information::{Association, association};
pub use interval::{Estimate, excess, jeffreys_edge, wilson};
pub use lag::lag;
pub use onset::{OnsetPosterior, onset_posterior};
pub use series::{PackedRows, Series};
pub use sketch::LatencySketch;
pub use special::{ln_beta, ln_gamma, logit, normal_tail, sigmoid};
pub use usual::{Reading, Unseen, UsualRow, beyond_usual};

/// A count and its exposure: `k` of `n` items, or `k` events in an exposure of `n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Items that could have, or the exposure.
    pub n: f64,
    /// Items that did.
    pub k: f64,
}

impl Counts {
    /// A pair of counts.
    #[must_use]
    pub const fn new(n: f64, k: f64) -> Self {
        Self { n, k }
    }

    /// `k / n`, or `None` where nothing was counted.
    #[must_use]
    pub fn ratio(self) -> Option<f64> {
        (self.n > 0.0).then(|| self.k / self.n)
    }
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { n: self.n + other.n, k: self.k + other.k }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::ops::Sub for Counts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { n: self.n - other.n, k: self.k - other.k }
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), std::ops::Add::add)
    }
}
