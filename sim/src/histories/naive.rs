//! Rules that people use instead, on the same cases: the latest deploy, a t-test, a canary judge.

use super::gathered::Gathering;
use super::history::Act;
use hw_stats::Counts;

/// Minutes before and after a change that are compared.
const MINUTES: i64 = 60;

/// Two-sided 1 % point of the normal, and one-sided 1 %.
const Z_TWO_SIDED: f64 = 2.576;
const Z_ONE_SIDED: f64 = 2.326;

/// Tolerance of the canary judge, in shares of the effect.
const TOLERANCE: f64 = 0.25;

/// What the two tests say of one change.
#[derive(Clone, Copy, Debug)]
pub struct Tests {
    /// Welch's t-test on minutes before and after, p < .01.
    pub differs: bool,
    /// Mann and Whitney's interval for the difference at .98, beyond a quarter of its middle: Kayenta's judge.
    /// On both versions where they ran side by side, else on before and after.
    pub fails: bool,
}

/// Both tests of a change at this second, with what was known at `now`.
pub(super) fn tests(gathering: &Gathering<'_>, number: usize, act: &Act, now: i64) -> Tests {
    let at = act.known_at().unwrap_or(act.at);
    let figure = gathering.figure;
    let shares = |from: i64, to: i64| -> Vec<f64> {
        let n = ((to - from) / 60).max(0);
        let minutes = (0..n).filter_map(|minute| figure.minute(from + 60 * minute).ratio());
        minutes.collect()
    };
    let before = shares(at - 60 * MINUTES, at);
    let after = shares(at + 180, now.min(at + 60 * MINUTES));
    let mut versions = [Vec::new(), Vec::new()];
    let mut sums = [Counts::default(); 2];
    let beside: Vec<_> = figure.beside.iter().filter(|beside| beside.act == number).collect();
    for beside in &beside {
        for (sum, counts) in sums.iter_mut().zip([beside.old, beside.new]) {
            *sum += counts;
        }
        if (beside.at - at) % 60 == 59 {
            for (rows, sum) in versions.iter_mut().zip(&mut sums) {
                rows.extend(std::mem::take(sum).ratio());
            }
        }
    }
    let [old, new] = versions;
    let is_canary = old.len() > 5 && new.len() > 5;
    let fails = if is_canary { judge(&old, &new) } else { judge(&before, &after) };
    Tests { differs: differs(&before, &after), fails }
}

/// Welch's t-test; the critical value by Cornish and Fisher's first term.
fn differs(a: &[f64], b: &[f64]) -> bool {
    if a.len() < 6 || b.len() < 6 {
        return false;
    }
    let (a, b) = (Moments::of(a), Moments::of(b));
    let (u, v) = (a.variance / a.n, b.variance / b.n);
    let freedom = (u + v).powi(2) / (u * u / (a.n - 1.0) + v * v / (b.n - 1.0)).max(1e-300);
    let critical = Z_TWO_SIDED + (Z_TWO_SIDED.powi(3) + Z_TWO_SIDED) / (4.0 * freedom.max(1.0));
    (a.mean - b.mean).abs() > critical * (u + v).sqrt()
}

struct Moments {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        Self { n, mean, variance: squares / (n - 1.0) }
    }
}

/// Hodges and Lehmann's interval of the difference, as in Kayenta's `MannWhitneyClassifier`.
fn judge(control: &[f64], experiment: &[f64]) -> bool {
    if control.len() < 6 || experiment.len() < 6 {
        return false;
    }
    let pairs = experiment.iter().flat_map(|e| control.iter().map(move |c| e - c));
    let mut differences: Vec<f64> = pairs.collect();
    differences.sort_by(f64::total_cmp);
    let (n, m) = (experiment.len() as f64, control.len() as f64);
    let spread = Z_ONE_SIDED * (n * m * (n + m + 1.0) / 12.0).sqrt();
    let cut = (n * m / 2.0 - spread).floor().max(0.0);
    let back = differences.iter().rev();
    let mut lows = differences.iter().zip(0..).skip_while(|(_, at)| f64::from(*at) < cut);
    let mut highs = back.zip(0..).skip_while(|(_, at)| f64::from(*at) < cut);
    let (Some((low, _)), Some((high, _))) = (lows.next(), highs.next()) else { return false };
    let middle = differences.get(differences.len() / 2).copied().unwrap_or(0.0).abs();
    *low > TOLERANCE * middle || *high < -TOLERANCE * middle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_see_a_step_and_nothing_where_there_is_none() {
        let row = |middle: f64| -> Vec<f64> {
            (0..60).map(|at| middle + 0.01 * f64::from(at * 7 % 13 - 6)).collect()
        };
        assert!(differs(&row(0.5), &row(0.6)) && judge(&row(0.5), &row(0.6)));
        assert!(!differs(&row(0.5), &row(0.5)) && !judge(&row(0.5), &row(0.5)));
    }
}
