//! The exact 95 % interval of a Poisson rate (Garwood, Biometrika 28, 1936).

/// Lower and upper end of what the mean of a count may be.
pub(super) fn poisson(count: usize) -> (f64, f64) {
    let low = match count {
        0 => 0.0,
        n => root(|mean| 1.0 - at_most(n - 1, mean) - 0.025),
    };
    (low, root(|mean| 0.025 - at_most(count, mean)))
}

/// Where a rising function of the mean is zero.
fn root(rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while rising(high) < 0.0 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if rising(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The chance of at most `count` where `mean` are expected.
fn at_most(count: usize, mean: f64) -> f64 {
    let (mut ln_term, mut total) = (-mean, (-mean).exp());
    for k in 1..=count {
        ln_term += (mean / k as f64).ln();
        total += ln_term.exp();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_those_of_the_tables() {
        for (count, low, high) in [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)] {
            let found = poisson(count);
            assert!((found.0 - low).abs() < 1e-3 && (found.1 - high).abs() < 5e-3, "{found:?}");
        }
    }
}
