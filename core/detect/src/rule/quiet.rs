//! What a figure does over windows of one length when all is well, and how often chance alone takes it
//! across a bound.
//!
//! The figure of a window with n items scatters around p with variance D(n) v(1) / n, v(1) being that of
//! one item: D(n) = max(phi, 1 + rho (size - 1)) as measured on windows that do not overlap, at its upper
//! 95 % limit, never below 1, times 1 + n / N for what is not known of p. The distance of a bound c in
//! standard deviations is the signed root of the deviance, z = sqrt(2 n KL(c || p) / D(n)), which holds
//! near 0 and 1, where a symmetric band does not.
//!
//! Windows of m steps are judged after every step, so neighbours share m - 1 of them and correlate by
//! 1 - 1/m. The chance that one lies within the bound and the next beyond it is about
//! phi(z) / sqrt(pi m), with phi the normal density (Rice's formula in discrete time); the sum of it
//! over all windows that were judged is the expected number of false alarms. Where the traffic rises
//! past the least number of items the figure may be beyond the bound already: normal_tail(z) for each.
//! That a rule wants the figure to stay there for a while is left out, so this is on the safe side.

use super::{Bound, Measure, Past};
use hw_stats::{Counts, Form, ln_likelihood_ratio, normal_tail};
use std::cell::OnceCell;

/// Windows that do not overlap, at least: from fewer no scatter can be told.
const BLOCKS_MIN: usize = 4;

/// Figures are kept this far from 0, and shares from 1.
const EDGE_MIN: f64 = 1e-9;

/// A figure when all is well, over windows of one length.
#[derive(Clone, Debug)]
pub struct Quiet<'a> {
    past: &'a Past,
    measure: Measure,
    form: Form,
    figure: f64,
    total: Counts,
    phi: f64,
    rho: f64,
    /// How much more than chance windows scatter, as measured.
    scatter: f64,
    steps: usize,
    /// Seconds of a step, and of what is known.
    step_s: f64,
    seconds: f64,
    /// What its windows held: counted when it is first asked for, since most lengths of windows are not.
    exposed: OnceCell<Exposures>,
}

impl<'a> Quiet<'a> {
    /// What is quiet in the rows of the past, over windows of `steps` of them; `None` if too little was
    /// counted to tell. `after` is the other figure that it is compared with.
    #[must_use]
    pub fn of(past: &'a Past, measure: &Measure, steps: usize, after: f64) -> Option<Self> {
        let known = past.rows.iter().flatten();
        let total: Counts = known.clone().copied().sum();
        let form = measure.form([total.ratio()?, after]);
        let figure = clamped(form, (total.k + 0.5) / (total.n + 1.0));
        let mut quiet = Self {
            past,
            measure: measure.clone(),
            form,
            figure,
            total,
            phi: 1.0,
            rho: 0.0,
            scatter: 1.0,
            steps: steps.max(1),
            step_s: past.step_s as f64,
            seconds: known.count() as f64 * past.step_s as f64,
            exposed: OnceCell::new(),
        };
        quiet.learn_scatter()?;
        Some(quiet)
    }

    /// The figure that is usual.
    #[must_use]
    pub const fn figure(&self) -> f64 {
        self.figure
    }

    /// Days in which something is known.
    #[must_use]
    pub const fn days(&self) -> f64 {
        self.seconds / 86_400.0
    }

    /// How much more than chance the windows scatter, as a factor of variance.
    #[must_use]
    pub const fn scatter(&self) -> f64 {
        self.scatter
    }

    /// By how many standard deviations a figure of a window with so much exposure is from `from` when
    /// it is at `edge`.
    pub(super) fn distance(&self, from: f64, edge: f64, exposure: f64) -> f64 {
        let (from, edge) = (clamped(self.form, from), clamped(self.form, edge));
        let counts = Counts::new(exposure, exposure * edge);
        let deviance = 2.0 * ln_likelihood_ratio(self.form, counts, edge, from).max(0.0);
        let size = self.form.size(exposure, from);
        let scatter = self.phi.max(1.0 + self.rho * (size - 1.0)).max(1.0);
        let unknown = 1.0 + exposure / self.total.n.max(1.0);
        (deviance / (scatter * unknown)).sqrt()
    }

    /// False alarms that chance alone makes in the time that is known, with a least number of items.
    #[must_use]
    pub fn expected_false_alarms(&self, bound: Bound, items_min: u64) -> f64 {
        let up = bound.above().filter(|edge| *edge > self.figure);
        let down = bound.below().filter(|edge| *edge < self.figure);
        let is_beyond = bound.is_crossed(self.figure);
        if is_beyond {
            return f64::INFINITY;
        }
        up.into_iter().chain(down).map(|edge| self.crossings(edge, items_min)).sum()
    }

    /// The same in thirty days.
    #[must_use]
    pub fn false_alarms_a_month(&self, bound: Bound, items_min: u64) -> f64 {
        let months = self.seconds / (30.0 * 86_400.0);
        self.expected_false_alarms(bound, items_min) / months
    }

    /// The same if every window had this exposure: what thinner traffic than was seen would make of it.
    pub(super) fn false_alarms_a_month_at(&self, bound: Bound, exposure: f64) -> f64 {
        if bound.is_crossed(self.figure) {
            return f64::INFINITY;
        }
        let n_steps = 30.0 * 86_400.0 / self.step_s;
        let edges = bound.above().into_iter().chain(bound.below());
        let each = edges.map(|edge| self.crossing(self.distance(self.figure, edge, exposure)));
        n_steps * each.sum::<f64>()
    }

    /// Share of the windows with as many items.
    #[must_use]
    pub fn judged(&self, items_min: u64) -> f64 {
        let (mut n_all, mut n_enough) = (0_u64, 0_u64);
        for exposure in self.exposures().flatten() {
            n_all += 1;
            n_enough += u64::from(self.is_enough(exposure, items_min));
        }
        n_enough as f64 / n_all.max(1) as f64
    }

    fn is_enough(&self, exposure: u64, items_min: u64) -> bool {
        match self.measure {
            Measure::Transfer | Measure::Answer(_) | Measure::Errors => exposure >= items_min,
            Measure::Volume => exposure > 0,
        }
    }

    fn crossings(&self, edge: f64, items_min: u64) -> f64 {
        let distance = |exposure: u64| self.distance(self.figure, edge, exposure as f64);
        let Exposures { windows, rises } = self.exposed.get_or_init(|| Exposures::of(self));
        let judged = windows.iter().filter(|(n, _)| self.is_enough(*n, items_min));
        let inside: f64 = judged.map(|(n, times)| times * self.crossing(distance(*n))).sum();
        let rising = rises.iter().filter(|((before, now), _)| {
            !self.is_enough(*before, items_min) && self.is_enough(*now, items_min)
        });
        let risen: f64 = rising.map(|((_, now), times)| times * normal_tail(distance(*now))).sum();
        inside + risen
    }

    /// The chance that a window lies within a bound at this distance, and the next beyond it.
    fn crossing(&self, distance: f64) -> f64 {
        density(distance) / (std::f64::consts::PI * self.steps as f64).sqrt()
    }

    /// Measures the scatter on windows that do not overlap.
    fn learn_scatter(&mut self) -> Option<()> {
        let (mut squared, mut variance, mut pairs, mut n_blocks) = (0.0, 0.0, 0.0, 0);
        for block in self.past.rows.chunks_exact(self.steps) {
            let n_known = block.iter().flatten().count();
            let counts: Counts = block.iter().flatten().copied().sum();
            if 2 * n_known < self.steps || counts.n <= 0.0 {
                continue;
            }
            let residual = counts.k - counts.n * self.figure;
            let by_chance = self.form.variance(counts.n, self.figure);
            squared += residual * residual;
            variance += by_chance;
            pairs += by_chance * (self.form.size(counts.n, self.figure) - 1.0).max(0.0);
            n_blocks += 1;
        }
        if n_blocks < BLOCKS_MIN || variance <= 0.0 {
            return None;
        }
        let upper = upper_factor(n_blocks as f64);
        self.scatter = squared / variance;
        self.phi = upper * self.scatter;
        if pairs > 0.0 {
            self.rho = ((upper * squared - variance) / pairs).max(0.0);
        }
        Some(())
    }

    /// The exposure of each window; `None` of those of which too little is known.
    fn exposures(&self) -> impl Iterator<Item = Option<u64>> {
        let steps = self.steps;
        let held = self.past.rolling(steps);
        held.map(move |(counts, n_known)| (2 * n_known >= steps).then(|| whole(counts.n)))
    }
}

/// How much was seen in windows.
#[derive(Clone, Debug)]
struct Exposures {
    /// How often a window had such an exposure, the lowest first.
    windows: Vec<(u64, f64)>,
    /// For each window after one with less: both exposures, and how often.
    rises: Vec<((u64, u64), f64)>,
}

impl Exposures {
    fn of(quiet: &Quiet<'_>) -> Self {
        let (mut windows, mut rises) = (Vec::new(), Vec::new());
        let mut before = None;
        for now in quiet.exposures() {
            if let Some(now) = now {
                windows.push(now);
                rises.push((before.unwrap_or(0), now));
            }
            before = now;
        }
        rises.retain(|(before, now)| before < now);
        Self { windows: counted(windows), rises: counted(rises) }
    }
}

/// Each of them once, the lowest first, and how often it is there.
fn counted<T: Copy + Ord>(mut all: Vec<T>) -> Vec<(T, f64)> {
    all.sort_unstable();
    let alike = all.chunk_by(|a, b| a == b);
    alike.filter_map(|alike| Some((*alike.first()?, alike.len() as f64))).collect()
}

fn whole(count: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let whole = count.max(0.0) as u64;
    whole
}

fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

fn clamped(form: Form, figure: f64) -> f64 {
    match form {
        Form::Share => figure.clamp(EDGE_MIN, 1.0 - EDGE_MIN),
        Form::Count => figure.max(EDGE_MIN),
    }
}

/// What a variance measured on so many windows is to be multiplied with to be right or too high in 95 %:
/// n over the lower 5 % of chi-squared, by Wilson and Hilferty.
fn upper_factor(n: f64) -> f64 {
    let part = 2.0 / (9.0 * n);
    let root = 1.0 - part - 1.645 * part.sqrt();
    1.0 / root.max(0.2).powi(3)
}

#[cfg(test)]
mod tests;
