//! When did it begin? A posterior over the first changed row, asked once an alarm says that
//! something did.
//!
//! pi(v) is proportional to L(rows before v at the known baseline) times the
//! marginal likelihood of the rows from v on at an unknown figure, both tempered by the dispersion.
//! It assumes one step; for a ramp it answers with the time at which the ramp became visible.

use crate::Counts;
use crate::evidence::{Form, ln_marginal, ln_point};

/// Where a change may have begun, as indices of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct OnsetPosterior {
    /// Probability that row i is the first changed one.
    pub weights: Vec<f64>,
}

impl OnsetPosterior {
    /// From the ln of weights that do not sum to one yet.
    pub(crate) fn of_ln(ln_weights: Vec<f64>) -> Self {
        let highest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut weights: Vec<f64> = ln_weights.iter().map(|ln| (ln - highest).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        Self { weights }
    }

    /// The middle of the probability: half of it lies at or before this row. Unlike the mode it is
    /// the middle of a hole in the data, and not its first row, when a hole holds the onset.
    #[must_use]
    pub fn median(&self) -> usize {
        let mut sum = 0.0;
        let found = self.weights.iter().position(|weight| {
            sum += weight;
            sum >= 0.5
        });
        found.unwrap_or(0)
    }

    /// First and last row of the central stretch that holds `share` of the probability.
    #[must_use]
    pub fn central(&self, share: f64) -> (usize, usize) {
        let tail = (1.0 - share) / 2.0;
        let mut sum = 0.0;
        let (mut first, mut last) = (None, 0);
        for (row, weight) in self.weights.iter().enumerate() {
            sum += weight;
            if first.is_none() && sum >= tail {
                first = Some(row);
            }
            if sum - weight < 1.0 - tail {
                last = row;
            }
        }
        (first.unwrap_or(0), last)
    }
}

/// Posterior of the first changed row. `p0` is the baseline's figure, `phi` its dispersion.
#[must_use]
pub fn onset_posterior(form: Form, rows: &[Counts], p0: f64, phi: f64) -> OnsetPosterior {
    let mut rest: Counts = rows.iter().copied().sum();
    let mut ln_before = 0.0;
    let mut ln_weights = Vec::with_capacity(rows.len());
    for row in rows {
        ln_weights.push(ln_before + ln_marginal(form, rest, p0, phi));
        ln_before += ln_point(form, *row, p0, phi);
        rest = rest - *row;
    }
    OnsetPosterior::of_ln(ln_weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step_at(row: usize) -> OnsetPosterior {
        // Alternating halves before, everything after.
        let rows: Vec<Counts> = (0..60)
            .map(|i| match i {
                i if i >= row => Counts::new(9.0, 9.0),
                i if i % 2 == 0 => Counts::new(9.0, 5.0),
                _ => Counts::new(9.0, 4.0),
            })
            .collect();
        onset_posterior(Form::Share, &rows, 0.5, 1.0)
    }

    #[test]
    fn step_is_found_to_the_row() {
        let posterior = step_at(50);
        assert_eq!(posterior.median(), 50);
        let (first, last) = posterior.central(0.95);
        assert!(first >= 49 && last <= 50, "{first} {last}");
    }

    #[test]
    fn weights_sum_to_one() {
        assert!((step_at(30).weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn empty_rows_share_the_probability() {
        let mut rows = vec![Counts::new(9.0, 5.0); 10];
        rows.extend([Counts::default(); 5]);
        rows.extend([Counts::new(9.0, 9.0); 5]);
        let posterior = onset_posterior(Form::Share, &rows, 0.5, 1.0);
        let (first, last) = posterior.central(0.95);
        assert!(
            first <= 10 && last == 15,
            "a hole of data is part of the interval: {first} {last}"
        );
    }
}
