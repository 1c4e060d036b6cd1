//! Likelihood ratios of counts, for shares and for counts per exposure.
//!
//! Two forms. *Share*: k of n items, binomial; overdispersed it is beta-binomial with intra-class
//! correlation rho. *Count*: k events in an exposure of n, Poisson; overdispersed it is negative
//! binomial with squared coefficient of variation rho. The screen of the detector uses the plain
//! ratio divided by a dispersion; [`ln_confirmation`] is the exact ratio under overdispersion,
//! which is an e-value whenever rho is not too small (docs/internals/detection.md: E = 1 at the null
//! edge, below 1 inside the band by the monotone likelihood ratio).

use crate::special::{SHARE_MIN, ln_beta, ln_gamma};
use crate::{Counts, logit, sigmoid};
use serde::{Deserialize, Serialize};

/// What kind of figure a pair of counts gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// k of n, at most one each.
    Share,
    /// k per unit of exposure n; may exceed one.
    Count,
}

impl Form {
    /// A figure on the scale on which bands and alternatives are equally spaced: logit for shares,
    /// logarithm for counts.
    #[must_use]
    pub fn link(self, p: f64) -> f64 {
        match self {
            Self::Share => logit(p),
            Self::Count => p.max(SHARE_MIN).ln(),
        }
    }

    /// The inverse of [`Form::link`].
    #[must_use]
    pub fn unlink(self, x: f64) -> f64 {
        match self {
            Self::Share => sigmoid(x),
            Self::Count => x.clamp(-15.0, 25.0).exp(),
        }
    }

    /// Variance of k at figure p and exposure n, without overdispersion.
    #[must_use]
    pub fn variance(self, n: f64, p: f64) -> f64 {
        match self {
            Self::Share => n * p * (1.0 - p),
            Self::Count => n * p,
        }
    }

    /// How many countable things stand behind an exposure: items for shares, expected events for
    /// counts. Learning and overdispersion are measured in these.
    #[must_use]
    pub fn size(self, n: f64, p: f64) -> f64 {
        match self {
            Self::Share => n,
            Self::Count => n * p,
        }
    }
}

/// ln of the likelihood of the counts at figure `q1` over that at `q0`, without overdispersion.
#[must_use]
pub fn ln_likelihood_ratio(form: Form, counts: Counts, q1: f64, q0: f64) -> f64 {
    let Counts { n, k } = counts;
    match form {
        Form::Share => k * (q1 / q0).ln() + (n - k) * ((1.0 - q1) / (1.0 - q0)).ln(),
        Form::Count => k * (q1 / q0).ln() - n * (q1 - q0),
    }
}

/// ln of the likelihood at `q1` over that at `q0` with overdispersion `rho`: beta-binomial for
/// shares, negative binomial for counts.
#[must_use]
pub fn ln_confirmation(form: Form, counts: Counts, q1: f64, q0: f64, rho: f64) -> f64 {
    let rho = rho.clamp(1e-6, 0.999);
    ln_overdispersed(form, counts, q1, rho) - ln_overdispersed(form, counts, q0, rho)
}

/// ln likelihood up to terms that do not depend on `q`.
fn ln_overdispersed(form: Form, Counts { n, k }: Counts, q: f64, rho: f64) -> f64 {
    match form {
        Form::Share => {
            let m = 1.0 / rho - 1.0;
            let (a, b) = (q * m, (1.0 - q) * m);
            ln_beta(k + a, (n - k).max(0.0) + b) - ln_beta(a, b)
        }
        // Gamma(shape 1/rho, mean n q) mixed Poisson; Gamma(k + shape) does not depend on q.
        Form::Count => {
            let shape = 1.0 / rho;
            let mean = n * q;
            k * (mean / (shape + mean)).ln() - shape * (1.0 + mean / shape).ln()
        }
    }
}

/// ln likelihood of the counts at a known figure `p`, tempered by the dispersion `phi`.
#[must_use]
pub fn ln_point(form: Form, Counts { n, k }: Counts, p: f64, phi: f64) -> f64 {
    let ln = match form {
        Form::Share => {
            let p = p.clamp(SHARE_MIN, 1.0 - SHARE_MIN);
            k * p.ln() + (n - k) * (1.0 - p).ln()
        }
        Form::Count => {
            let p = p.max(SHARE_MIN);
            k * p.ln() - n * p
        }
    };
    ln / phi
}

/// ln marginal likelihood of the counts when nothing is known of the figure, tempered by `phi`:
/// uniform prior for shares, Gamma(1, scale) for counts, where `scale` is a typical figure.
#[must_use]
pub fn ln_marginal(form: Form, Counts { n, k }: Counts, scale: f64, phi: f64) -> f64 {
    let (n, k) = (n / phi, k / phi);
    match form {
        Form::Share => ln_beta(1.0 + k, 1.0 + (n - k).max(0.0)),
        Form::Count => {
            let rate = 1.0 / scale.max(SHARE_MIN);
            rate.ln() + ln_gamma(1.0 + k) - (1.0 + k) * (n + rate).ln()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ln_choose(n: f64, k: f64) -> f64 {
        ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
    }

    /// Sum over all k of the beta-binomial mass at (p, rho) times the ratio: the E of the e-value.
    fn expectation(p: f64, rho: f64, q1: f64, q0: f64) -> f64 {
        let m = 1.0 / rho - 1.0;
        let n = 160.0;
        let mut total = 0.0;
        let mut k = 0.0;
        while k <= n {
            let mass = ln_choose(n, k) + ln_beta(k + p * m, n - k + (1.0 - p) * m)
                - ln_beta(p * m, (1.0 - p) * m);
            total += (mass + ln_confirmation(Form::Share, Counts::new(n, k), q1, q0, rho)).exp();
            k += 1.0;
        }
        total
    }

    #[test]
    fn confirmation_is_an_e_value_at_and_inside_the_band() {
        for p in [0.01, 0.1, 0.5, 0.9, 0.99] {
            for rho in [1e-3, 1e-2, 0.1] {
                for step in [-4.0, -1.0, -0.2, 0.2, 1.0, 4.0] {
                    let q0 = sigmoid(logit(p) + 0.02 * f64::signum(step));
                    let q1 = sigmoid(logit(q0) + step);
                    let at_edge = expectation(q0, rho, q1, q0);
                    assert!((at_edge - 1.0).abs() < 1e-6, "p {p} rho {rho} step {step}: {at_edge}");
                    let inside = expectation(p, rho, q1, q0);
                    assert!(inside <= 1.0 + 1e-9, "p {p} rho {rho} step {step}: {inside}");
                }
            }
        }
    }

    #[test]
    fn tempering_alone_fails_for_skewed_shares() {
        // The tempered ratio of the screen has max E = 2.7e9 at p = .1, n = 160, rho = .001, D = 4.
        let (n, p, rho, q1) = (160.0, 0.1, 1e-3, sigmoid(logit(0.1) + 4.0));
        let m = 1.0 / rho - 1.0;
        let phi = 1.0 + rho * (n - 1.0);
        let mut total = 0.0;
        let mut k = 0.0;
        while k <= n {
            let mass = ln_choose(n, k) + ln_beta(k + p * m, n - k + (1.0 - p) * m)
                - ln_beta(p * m, (1.0 - p) * m);
            let ratio = ln_likelihood_ratio(Form::Share, Counts::new(n, k), q1, p) / phi;
            total += (mass + ratio).exp();
            k += 1.0;
        }
        assert!(total > 1e9, "{total}");
    }

    #[test]
    fn count_confirmation_is_an_e_value() {
        // Poisson mixed with Gamma: enumerate k up to where the mass has died out.
        for (mean, rho, q1) in [(5.0, 0.01, 1.5), (40.0, 0.05, 0.5), (0.5, 0.2, 3.0)] {
            let shape: f64 = 1.0 / rho;
            let mut total = 0.0;
            for k in 0..3_000 {
                let k = f64::from(k);
                let mass = ln_gamma(k + shape) - ln_gamma(shape) - ln_gamma(k + 1.0)
                    + shape * (shape / (shape + mean)).ln()
                    + k * (mean / (shape + mean)).ln();
                let counts = Counts::new(mean, k);
                total += (mass + ln_confirmation(Form::Count, counts, q1, 1.0, rho)).exp();
            }
            assert!((total - 1.0).abs() < 1e-6, "mean {mean} rho {rho}: {total}");
        }
    }

    #[test]
    fn little_overdispersion_gives_the_plain_ratio() {
        let counts = Counts::new(50.0, 40.0);
        for form in [Form::Share, Form::Count] {
            let plain = ln_likelihood_ratio(form, counts, 0.8, 0.5);
            let exact = ln_confirmation(form, counts, 0.8, 0.5, 1e-6);
            assert!((plain - exact).abs() < 0.01, "{form:?} {plain} {exact}");
        }
    }

    #[test]
    fn marginal_is_the_integral_of_the_point_likelihood() {
        let counts = Counts::new(20.0, 7.0);
        let n_steps = 20_000;
        let mut total = 0.0;
        for i in 0..n_steps {
            let p = (f64::from(i) + 0.5) / f64::from(n_steps);
            total += ln_point(Form::Share, counts, p, 1.0).exp() / f64::from(n_steps);
        }
        assert!((total.ln() - ln_marginal(Form::Share, counts, 1.0, 1.0)).abs() < 1e-6);
        let scale = 0.5;
        let mut total = 0.0;
        for i in 0..n_steps {
            let p = (f64::from(i) + 0.5) / 2_000.0;
            let prior = (-p / scale).exp() / scale;
            total += ln_point(Form::Count, counts, p, 1.0).exp() * prior / 2_000.0;
        }
        assert!((total.ln() - ln_marginal(Form::Count, counts, scale, 1.0)).abs() < 1e-6);
    }
}
