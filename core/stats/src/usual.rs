//! What would have gone on if all had stayed as usual, and how many more, or fewer, did.
//!
//! Of each row it is known how many could go on (n) and did (k). In rows in which something is wrong it is
//! not known how many would have: that is what is asked. The rows that are as usual say it, by a model of
//! what the ratio does when all is well:
//!
//! ```text
//! k_t = n_t (p + x_t) + e_t,   Var e_t = n_t phi v,   x_t = a x_(t-1) + h_t
//! ```
//!
//! p is the usual figure; v is what chance makes of one item, p (1 - p) of a share and p of a count; phi is
//! how much more than chance neighbouring items scatter, because they share a fate; x is a drift of
//! standard deviation d, forgotten with a = exp(-row / tau). It is a structural time series, as Brodersen
//! et al. use for the effect of a campaign (Annals of Applied Statistics 9, 2015), small enough to be summed
//! up exactly: for given phi, d and tau the Kalman filter carries p, x, and the sum S of k over the rows that
//! are not as usual. So the variance of S has all there is to be unsure of:
//!
//! - what chance would have made of those rows: n phi v, also if p were known (the excess is a number of
//!   items that happened, and not its expectation);
//! - how well p is known: (n / N)^2 N phi v from N items before;
//! - where the ratio may have drifted meanwhile, which neighbouring rows know better than distant ones;
//! - phi, d and tau themselves: a grid of them is weighed by how well it predicted each usual row from those
//!   before it, and the interval is that of the mixture. With few rows its tails are longer.
//!
//! The rows in question may begin a little early and end late: what was usual there adds its scatter to
//! both sides of the sum, and nothing to the excess.

use crate::Counts;
use crate::evidence::Form;
use crate::interval::{Estimate, Z};

/// How a row is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All was well.
    Usual,
    /// It is not known what would have gone on.
    Asked,
    /// Something else was wrong.
    Skipped,
}

/// The counts of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualRow {
    /// How many could, and did.
    pub counts: Counts,
    /// How it is to be read.
    pub reading: Reading,
}

/// Items that were there and were not seen, over those that were.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unseen {
    /// Best guess.
    pub share: f64,
    /// Its standard deviation.
    pub sd: f64,
}

impl Unseen {
    /// The same of all items as of those that were seen: what was not seen fared alike.
    #[must_use]
    pub fn added_to(self, seen: Estimate) -> Estimate {
        let times = 1.0 + self.share;
        let value = seen.value * times;
        let doubt = Z * self.sd * seen.value;
        let half = |end: f64| ((end - seen.value) * times.sqrt()).hypot(doubt);
        Estimate { value, low: value - half(seen.low), high: value + half(seen.high) }
    }
}

/// Probability beforehand that items decide one by one, where they can (shares).
const ALONE: f64 = 0.5;

/// Steps of the grid of phi, and the greatest and least of them over what was measured.
const PHI_STEP: f64 = 1.25;
const PHI_STEPS: std::ops::Range<i32> = -8..4;

/// Probability beforehand that the ratio drifts.
const DRIFTS: f64 = 0.5;

/// How far it may drift, over the standard deviation of one item; and for how long it remembers, in
/// seconds.
const DRIFT_FAR: [f64; 4] = [0.02, 0.05, 0.11, 0.25];
const DRIFT_S: [f64; 4] = [60.0, 300.0, 1_500.0, 7_500.0];

/// Usual rows with counts, and items in them, without which nothing can be said.
const ROWS_MIN: usize = 5;
const ITEMS_MIN: f64 = 20.0;

/// Items that went on beyond what is usual in the rows that are asked for; negative if fewer did. Each row
/// is `row_s` seconds long. `None` if too little is known.
#[must_use]
pub fn beyond_usual(rows: &[UsualRow], row_s: f64) -> Option<Estimate> {
    let of = |reading: Reading| rows.iter().filter(move |row| row.reading == reading);
    let usual: Counts = of(Reading::Usual).map(|row| row.counts).sum();
    let asked: Counts = of(Reading::Asked).map(|row| row.counts).sum();
    let n_rows = of(Reading::Usual).filter(|row| row.counts.n > 0.0).count();
    if n_rows < ROWS_MIN || usual.n < ITEMS_MIN {
        return None;
    }
    let ratio = Ratio::new(rows, usual);
    let forecast = Forecast::new(&ratio, rows, row_s);
    let (value, low, high) = (forecast.mean(), forecast.quantile(0.025), forecast.quantile(0.975));
    // Of those that could no more can be missing, and no more can be too many than went on.
    let most = match ratio.form {
        Form::Share => asked.n,
        Form::Count => f64::INFINITY,
    };
    let beyond = |would: f64| asked.k - would.clamp(0.0, most);
    Some(Estimate { value: beyond(value), low: beyond(high), high: beyond(low) })
}

/// What kind of ratio it is, and how it scatters around its mean.
struct Ratio {
    form: Form,
    mean: f64,
    /// What chance makes of one item.
    variance: f64,
    /// How many times that rows scatter, drift and all.
    phi: f64,
}

impl Ratio {
    fn new(rows: &[UsualRow], usual: Counts) -> Self {
        let is_part = rows.iter().all(|row| row.counts.k <= row.counts.n);
        let form = if is_part { Form::Share } else { Form::Count };
        let mean = usual.k / usual.n;
        // Half an event more than was seen: a ratio of exactly 0 or 1 has variance too.
        let variance = form.variance(1.0, (usual.k + 0.5) / (usual.n + 1.0));
        let known = rows.iter().filter(|row| row.reading == Reading::Usual && row.counts.n > 0.0);
        let squares = known.map(|row| {
            let residual = row.counts.k - row.counts.n * mean;
            (residual * residual / row.counts.n, 1.0)
        });
        let (squares, n) = squares.fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
        let phi = squares / (variance * (n - 1.0_f64).max(1.0));
        Self { form, mean, variance, phi }
    }

    /// Ways in which rows may scatter, each with its weight beforehand.
    fn scatters(&self) -> Vec<(f64, f64)> {
        let steps: Vec<f64> = PHI_STEPS.map(|step| self.phi * PHI_STEP.powi(step)).collect();
        match self.form {
            Form::Count => {
                let weight = 1.0 / steps.len() as f64;
                steps.into_iter().map(|phi| (phi.max(1e-3), weight)).collect()
            }
            Form::Share => {
                let more: Vec<f64> = steps.into_iter().filter(|phi| *phi > 1.0).collect();
                let weight = (1.0 - ALONE) / more.len().max(1) as f64;
                let more = more.into_iter().map(|phi| (phi, weight));
                std::iter::once((1.0, ALONE)).chain(more).collect()
            }
        }
    }
}

/// Ways in which a ratio may drift: how far, for how long, and the weight beforehand.
fn drifts() -> impl Iterator<Item = (f64, f64, f64)> {
    let weight = DRIFTS / (DRIFT_FAR.len() * DRIFT_S.len()) as f64;
    let some = DRIFT_FAR.into_iter().flat_map(move |far| DRIFT_S.map(|tau| (far, tau, weight)));
    std::iter::once((0.0, 1.0, 1.0 - DRIFTS)).chain(some)
}

/// What would have gone on in the rows that are asked for: a mixture of bells.
struct Forecast(Vec<Bell>);

#[derive(Clone, Copy)]
struct Bell {
    weight: f64,
    mean: f64,
    sd: f64,
}

impl Forecast {
    fn new(ratio: &Ratio, rows: &[UsualRow], row_s: f64) -> Self {
        let mut bells: Vec<(f64, Bell)> = Vec::new();
        for (phi, of_phi) in ratio.scatters() {
            for (far, tau_s, of_drift) in drifts() {
                let noise = phi * ratio.variance;
                let sd = far * ratio.variance.sqrt();
                let mut filter = Filter::new(ratio, noise, (sd, (-row_s / tau_s).exp()));
                rows.iter().for_each(|row| filter.read(row));
                let bell =
                    Bell { weight: 0.0, mean: filter.mean[2], sd: filter.p_ss.max(0.0).sqrt() };
                bells.push((filter.ln_likelihood + (of_phi * of_drift).ln(), bell));
            }
        }
        let highest = bells.iter().map(|(ln, _)| *ln).fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = bells.iter().map(|(ln, _)| (ln - highest).exp()).sum();
        let weighed =
            |(ln, bell): (f64, Bell)| Bell { weight: (ln - highest).exp() / total, ..bell };
        Self(bells.into_iter().map(weighed).collect())
    }

    fn mean(&self) -> f64 {
        self.0.iter().map(|bell| bell.weight * bell.mean).sum()
    }

    /// By bisection: the distribution function is a sum of bells'.
    fn quantile(&self, share: f64) -> f64 {
        let ends = |sign: f64| self.0.iter().map(move |bell| bell.mean + sign * 9.0 * bell.sd);
        let mut low = ends(-1.0).fold(f64::INFINITY, f64::min);
        let mut high = ends(1.0).fold(f64::NEG_INFINITY, f64::max);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.below(middle) < share { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    fn below(&self, at: f64) -> f64 {
        let of = |bell: &Bell| {
            let z = (at - bell.mean) / bell.sd.max(1e-9);
            bell.weight * 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
        };
        self.0.iter().map(of).sum()
    }
}

/// The Kalman filter of the usual figure p, the drift x, and the sum S.
struct Filter {
    mean: [f64; 3],
    p_pp: f64,
    p_px: f64,
    p_xx: f64,
    p_ps: f64,
    p_xs: f64,
    p_ss: f64,
    /// Variance of a row per item.
    noise: f64,
    /// What the drift keeps of itself from row to row, and the variance of what is new.
    kept: f64,
    new: f64,
    ln_likelihood: f64,
}

impl Filter {
    fn new(ratio: &Ratio, noise: f64, (sd, kept): (f64, f64)) -> Self {
        // Of p nothing is known: a figure like it may be anything up to some times its size.
        let wide = 10.0 * (ratio.mean + 1.0);
        Self {
            mean: [ratio.mean, 0.0, 0.0],
            p_pp: wide * wide,
            p_px: 0.0,
            p_xx: sd * sd,
            p_ps: 0.0,
            p_xs: 0.0,
            p_ss: 0.0,
            noise,
            kept,
            new: sd * sd * (1.0 - kept * kept),
            ln_likelihood: 0.0,
        }
    }

    fn read(&mut self, row: &UsualRow) {
        self.drift();
        let Counts { n, k } = row.counts;
        if n <= 0.0 {
            return;
        }
        match row.reading {
            Reading::Usual => self.learn(n, k / n),
            Reading::Asked => self.sum_up(n),
            Reading::Skipped => {}
        }
    }

    fn drift(&mut self) {
        self.mean[1] *= self.kept;
        self.p_px *= self.kept;
        self.p_xs *= self.kept;
        self.p_xx = self.kept * self.kept * self.p_xx + self.new;
    }

    fn learn(&mut self, n: f64, figure: f64) {
        let (with_p, with_x) = (self.p_pp + self.p_px, self.p_px + self.p_xx);
        let with_s = self.p_ps + self.p_xs;
        let variance = with_p + with_x + self.noise / n;
        let surprise = figure - self.mean[0] - self.mean[1];
        self.ln_likelihood -= 0.5 * (variance.ln() + surprise * surprise / variance);
        for (mean, with) in self.mean.iter_mut().zip([with_p, with_x, with_s]) {
            *mean += with / variance * surprise;
        }
        self.p_pp -= with_p * with_p / variance;
        self.p_px -= with_p * with_x / variance;
        self.p_xx -= with_x * with_x / variance;
        self.p_ps -= with_p * with_s / variance;
        self.p_xs -= with_x * with_s / variance;
        self.p_ss -= with_s * with_s / variance;
    }

    fn sum_up(&mut self, n: f64) {
        let (with_p, with_x) = (self.p_pp + self.p_px, self.p_px + self.p_xx);
        let with_s = self.p_ps + self.p_xs;
        self.mean[2] += n * (self.mean[0] + self.mean[1]);
        self.p_ss += n * n * (with_p + with_x) + 2.0 * n * with_s + n * self.noise;
        self.p_ps += n * with_p;
        self.p_xs += n * with_x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of an even share, more and fewer in turn, then rows in which all went on.
    fn opened(n_usual: usize, n_asked: usize) -> Vec<UsualRow> {
        let usual = (0..n_usual).map(|row| UsualRow {
            counts: Counts::new(40.0, if row % 2 == 0 { 23.0 } else { 17.0 }),
            reading: Reading::Usual,
        });
        let asked = UsualRow { counts: Counts::new(40.0, 40.0), reading: Reading::Asked };
        usual.chain(std::iter::repeat_n(asked, n_asked)).collect()
    }

    #[test]
    fn half_of_what_went_on_is_too_much_give_or_take_chance() {
        let estimate = beyond_usual(&opened(100, 50), 10.0).unwrap();
        assert!((estimate.value - 1_000.0).abs() < 10.0, "{estimate:?}");
        // Chance in the rows and in the figure: sqrt(2000 / 4 * (1 + 2000 / 4000)) = 27.
        let half = (estimate.high - estimate.low) / 2.0 / Z;
        assert!((25.0..60.0).contains(&half), "{estimate:?}");
    }

    #[test]
    fn less_that_is_usual_makes_it_less_sure() {
        let width = |rows: &[UsualRow]| {
            beyond_usual(rows, 10.0).map(|estimate| estimate.high - estimate.low).unwrap()
        };
        assert!(width(&opened(10, 50)) > 1.3 * width(&opened(200, 50)));
    }

    #[test]
    fn no_more_are_missing_than_came() {
        let usual = UsualRow { counts: Counts::new(20.0, 20.0), reading: Reading::Usual };
        let shut = UsualRow { counts: Counts::new(20.0, 0.0), reading: Reading::Asked };
        let rows: Vec<UsualRow> = [usual; 60].into_iter().chain([shut; 10]).collect();
        let estimate = beyond_usual(&rows, 10.0).unwrap();
        assert!(estimate.low >= -200.0 && estimate.high < -190.0, "{estimate:?}");
    }

    #[test]
    fn nothing_is_said_without_a_past() {
        assert_eq!(beyond_usual(&opened(4, 50), 10.0), None);
    }

    #[test]
    fn what_was_not_seen_fared_alike() {
        let seen = Estimate { value: -100.0, low: -100.0, high: -90.0 };
        let all = Unseen { share: 0.1, sd: 0.05 }.added_to(seen);
        assert!((all.value + 110.0).abs() < 1e-9, "{all:?}");
        assert!(all.low < -119.0 && all.high > -97.0, "{all:?}");
    }
}
