//! Intervals: the learned band around a baseline, and the excess over it.

use crate::evidence::Form;
use crate::{Counts, Counts as C};

/// Standard deviations of a 95 % interval.
pub(crate) const Z: f64 = 1.96;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Best guess.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Edge of the credible band around a baseline of `learned` counts, `z` standard deviations out
/// (positive: upper edge), with dispersion `phi`.
///
/// Jeffreys' prior, quantile by Wilson and Hilferty's cube-root normal approximation (PNAS 17,
/// 1931), applied to the rarer side of a share so that it holds for shares near 0 and 1, where a
/// symmetric band would be far too narrow.
#[must_use]
pub fn jeffreys_edge(form: Form, learned: Counts, phi: f64, z: f64) -> f64 {
    let C { n, k } = learned;
    let total = (n + 1.0) / phi;
    match form {
        Form::Share if k + 0.5 <= 0.5 * (n + 1.0) => gamma_edge((k + 0.5) / phi, z) / total,
        Form::Share => 1.0 - gamma_edge((n - k + 0.5) / phi, -z) / total,
        Form::Count => gamma_edge((k + 0.5) / phi, z) / (n.max(1e-9) / phi),
    }
}

/// The 95 % interval of a share of which `n` is not zero (Wilson, JASA 22, 1927): right near 0 and 1 too,
/// and for few items.
#[must_use]
pub fn wilson(C { n, k }: Counts) -> (f64, f64) {
    let (p, square) = (k / n, Z * Z);
    let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    let half = Z / (1.0 + square / n) * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// Quantile of Gamma(a, 1) at `z` standard normal deviations.
fn gamma_edge(a: f64, z: f64) -> f64 {
    let w = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    if w > 0.0 { a * w * w * w } else { 0.0 }
}

/// Items beyond what the baseline would have given, with a 95 % interval.
///
/// Expected = n p0. Its variance has two parts: what the baseline would have given by chance,
/// phi * Var(k), and how well p0 is known, (n / N0)^2 phi * Var(K0) from the N0 learned items.
#[must_use]
pub fn excess(form: Form, observed: Counts, learned: Counts, phi: f64) -> Estimate {
    let p = learned.ratio().unwrap_or(0.0);
    // Half an event more than was seen: a ratio of exactly 0 or 1 has variance too.
    let scatter = form.variance(1.0, (learned.k + 0.5) / (learned.n + 1.0));
    let by_chance = phi * observed.n * scatter;
    let scale = if learned.n > 0.0 { observed.n / learned.n } else { 0.0 };
    let from_baseline = scale * scale * phi * learned.n * scatter;
    let half = Z * (by_chance + from_baseline).sqrt();
    let value = observed.k - observed.n * p;
    Estimate { value, low: value - half, high: value + half }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn band_of_an_even_share_is_two_standard_deviations() {
        let learned = Counts::new(10_000.0, 5_000.0);
        let up = jeffreys_edge(Form::Share, learned, 1.0, 2.0);
        let down = jeffreys_edge(Form::Share, learned, 1.0, -2.0);
        // Two standard deviations of a Poisson count of 5,000: the band is on the safe side of the
        // binomial one by a factor 1 / sqrt(1 - p).
        assert!((up - 0.5 - 2.0 * 5_000f64.sqrt() / 10_000.0).abs() < 2e-4, "{up}");
        assert!((up + down - 1.0).abs() < 2e-4);
    }

    #[test]
    fn band_of_a_share_never_seen_is_not_empty() {
        let up = jeffreys_edge(Form::Share, Counts::new(1_000.0, 0.0), 1.0, 2.0);
        assert!(up > 1e-3 && up < 5e-3, "{up}");
        let down = jeffreys_edge(Form::Share, Counts::new(1_000.0, 1_000.0), 1.0, -2.0);
        assert!(down < 0.999 && down > 0.995, "{down}");
    }

    #[test]
    fn overdispersion_widens_the_band() {
        let learned = Counts::new(1_000.0, 100.0);
        let narrow = jeffreys_edge(Form::Share, learned, 1.0, 2.0);
        assert!(jeffreys_edge(Form::Share, learned, 9.0, 2.0) - 0.1 > 2.5 * (narrow - 0.1));
    }

    #[test]
    fn excess_over_a_share_that_was_always_whole_has_an_interval() {
        let e = excess(Form::Share, C::new(1_273.0, 0.0), C::new(5_000.0, 5_000.0), 1.0);
        assert!((e.value + 1_273.0).abs() < 1e-9 && e.low < e.value && e.value < e.high, "{e:?}");
    }

    #[test]
    fn excess_of_the_story_is_half_of_what_entered() {
        let e = excess(Form::Share, C::new(4_090.0, 4_090.0), C::new(5_376.0, 2_686.0), 1.0);
        assert!((e.value - 2_046.6).abs() < 1.0 && e.low > 1_950.0 && e.high < 2_145.0, "{e:?}");
    }
}
