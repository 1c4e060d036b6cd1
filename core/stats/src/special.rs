//! Special functions.
//!
//! `libm` gives the same bits on every platform for ln Gamma; the logit scale is clamped so that no
//! share of exactly 0 or 1 can produce an infinity further on.

/// Shares are kept this far away from 0 and 1.
pub(crate) const SHARE_MIN: f64 = 1e-6;

/// ln Gamma(x), for x > 0.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln B(a, b), for a, b > 0.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// The chance that a standard normal variable exceeds `z`.
#[must_use]
pub fn normal_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// Log odds of a share; shares are clamped into [1e-6, 1 - 1e-6].
#[must_use]
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(SHARE_MIN, 1.0 - SHARE_MIN);
    (p / (1.0 - p)).ln()
}

/// Share of log odds; the inverse of [`logit`], clamped at odds of e^±15.
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x.clamp(-15.0, 15.0)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_beta_equals_factorials() {
        // B(3, 4) = 2! 3! / 6! = 1/60.
        assert!((ln_beta(3.0, 4.0) - (1.0f64 / 60.0).ln()).abs() < 1e-12);
    }

    #[test]
    fn normal_tail_is_that_of_the_tables() {
        for (z, tail) in [(0.0, 0.5), (1.96, 0.024_997_9), (-1.0, 0.841_344_7), (5.0, 2.866_5e-7)] {
            assert!((normal_tail(z) / tail - 1.0).abs() < 1e-5, "{z}: {}", normal_tail(z));
        }
    }

    #[test]
    fn sigmoid_inverts_logit() {
        for p in [1e-5, 0.1, 0.5, 0.9, 1.0 - 1e-5] {
            assert!((sigmoid(logit(p)) - p).abs() < 1e-9, "{p}");
        }
    }
}
