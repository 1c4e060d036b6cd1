//! How much one value tells about another: mutual information of a small table of counts.
//!
//! I(A; B) in nats is the expected log likelihood ratio per item between "B depends on A" and "B
//! does not" (Cover & Thomas, Elements of Information Theory, §2.3). Divided by the entropy of B it
//! is the share of the uncertainty about B that A removes, between 0 and 1. With r rows, 2 n I is
//! chi-squared with r - 1 degrees of freedom when A tells nothing, so its mean by chance alone is
//! (r - 1) / 2n; that much is taken off.

use crate::Counts;

/// How strongly a value goes with an outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Association {
    /// Share of the uncertainty about the outcome that the value removes, chance taken off.
    pub explained: f64,
    /// Items counted.
    pub n: f64,
}

/// The association of a value with a yes/no outcome; one row per value, `n` items of which `k` yes.
#[must_use]
pub fn association(rows: &[Counts]) -> Association {
    let total: Counts = rows.iter().copied().sum();
    let n_rows = rows.iter().filter(|row| row.n > 0.0).count();
    let outcome = binary_entropy(total);
    if total.n <= 0.0 || outcome <= 0.0 || n_rows < 2 {
        return Association { explained: 0.0, n: total.n };
    }
    let left: f64 = rows.iter().map(|row| row.n / total.n * binary_entropy(*row)).sum();
    let by_chance = (n_rows as f64 - 1.0) / (2.0 * total.n);
    let information = (outcome - left - by_chance).max(0.0);
    Association { explained: (information / outcome).min(1.0), n: total.n }
}

fn binary_entropy(counts: Counts) -> f64 {
    let p = counts.ratio().unwrap_or(0.0);
    let term = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    term(p) + term(1.0 - p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(rows: &[(f64, f64)]) -> f64 {
        let rows: Vec<Counts> = rows.iter().map(|&(n, k)| Counts::new(n, k)).collect();
        association(&rows).explained
    }

    #[test]
    fn value_that_decides_explains_everything() {
        assert!(explained(&[(500.0, 500.0), (500.0, 0.0)]) > 0.998);
    }

    #[test]
    fn value_that_has_nothing_to_do_with_it_explains_nothing() {
        assert!(explained(&[(500.0, 250.0), (500.0, 250.0)]) < 1e-9);
        assert!(explained(&[(100.0, 52.0), (100.0, 48.0)]) < 0.003);
    }

    #[test]
    fn constant_value_or_outcome_explains_nothing() {
        assert!(explained(&[(500.0, 250.0)]) < 1e-9);
        assert!(explained(&[(500.0, 500.0), (500.0, 500.0)]) < 1e-9);
        assert!(explained(&[]) < 1e-9);
    }
}
