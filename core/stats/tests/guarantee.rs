//! What the exact confirmation guarantees, and what is left of it when the dispersion is wrong: the
//! probability that a window in which nothing happened reaches the evidence of an alarm, by enumeration.
//!
//! With the dispersion right it is at most e^-h, whatever the share, the size of the window and the
//! alternative (Markov, because the ratio has expectation 1 at the edge of the band). With more
//! dispersion than assumed nothing is guaranteed; how much is left is measured here, and held.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "what was measured is shown to who asks with --nocapture")]

use hw_stats::{Counts, Form, ln_beta, ln_confirmation, ln_gamma, logit, sigmoid};

/// Evidence of an alarm with 10,000 streams, on the finest scale and on that of an hour; and less than
/// any alarm takes.
const NATS: [f64; 3] = [31.25, 23.0, 18.0];
const STEPS: [f64; 10] = [0.2, 0.5, 1.0, 2.0, 4.0, -0.2, -0.5, -1.0, -2.0, -4.0];
const SHARES: [f64; 7] = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];
const RHOS: [f64; 4] = [1e-4, 1e-3, 1e-2, 0.1];
const SIZES: [u32; 5] = [20, 100, 500, 2_500, 10_000];

/// ln of the probability of k of n, beta-binomial.
fn ln_share_mass(n: f64, k: f64, p: f64, rho: f64) -> f64 {
    let m = 1.0 / rho - 1.0;
    let (a, b) = (p * m, (1.0 - p) * m);
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0) + ln_beta(k + a, n - k + b)
        - ln_beta(a, b)
}

/// ln of the probability of k, negative binomial of this mean.
fn ln_count_mass(k: f64, mean: f64, rho: f64) -> f64 {
    let shape = 1.0 / rho;
    ln_gamma(k + shape) - ln_gamma(shape) - ln_gamma(k + 1.0)
        + shape * (shape / (shape + mean)).ln()
        + k * (mean / (shape + mean)).ln()
}

fn ln_sum(lns: &[f64]) -> f64 {
    let highest = lns.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if highest == f64::NEG_INFINITY {
        return highest;
    }
    highest + lns.iter().map(|ln| (ln - highest).exp()).sum::<f64>().ln()
}

/// The highest probability of each of `NATS` over all alternatives, as a logarithm, where the truth has
/// `times` the dispersion that is assumed.
fn crossing_of_share(p: f64, n: u32, rho: f64, times: f64) -> [f64; 3] {
    let size = f64::from(n);
    let masses: Vec<f64> =
        (0..=n).map(|k| ln_share_mass(size, f64::from(k), p, (rho * times).min(0.95))).collect();
    highest(|step| {
        let q1 = sigmoid(logit(p) + step);
        let nats =
            |k: u32| ln_confirmation(Form::Share, Counts::new(size, f64::from(k)), q1, p, rho);
        (0..).zip(&masses).map(|(k, mass)| (nats(k), *mass)).collect()
    })
}

fn crossing_of_count(mean: f64, rho: f64, times: f64) -> [f64; 3] {
    // Up to where the mass has died out, e^-80.
    let most = (0..)
        .map(|i| 50 * (i + 1))
        .find(|k| f64::from(*k) > mean && ln_count_mass(f64::from(*k), mean, rho * times) < -80.0);
    let masses: Vec<f64> =
        (0..=most.unwrap()).map(|k| ln_count_mass(f64::from(k), mean, rho * times)).collect();
    highest(|step| {
        let q1 = f64::exp(step);
        let nats =
            |k: u32| ln_confirmation(Form::Count, Counts::new(mean, f64::from(k)), q1, 1.0, rho);
        (0..).zip(&masses).map(|(k, mass)| (nats(k), *mass)).collect()
    })
}

/// Over the alternatives, of outcomes with their evidence and the ln of their probability.
fn highest(outcomes: impl Fn(f64) -> Vec<(f64, f64)>) -> [f64; 3] {
    let mut highest = [f64::NEG_INFINITY; 3];
    for step in STEPS {
        let outcomes = outcomes(step);
        for (highest, wanted) in highest.iter_mut().zip(NATS) {
            let crossing = outcomes.iter().filter(|(nats, _)| *nats >= wanted);
            let masses: Vec<f64> = crossing.map(|(_, mass)| *mass).collect();
            *highest = highest.max(ln_sum(&masses));
        }
    }
    highest
}

/// The highest of several.
fn worst(cells: impl Iterator<Item = [f64; 3]>) -> [f64; 3] {
    cells.fold([f64::NEG_INFINITY; 3], |worst, cell| {
        let [a, b, c] = worst;
        let [x, y, z] = cell;
        [a.max(x), b.max(y), c.max(z)]
    })
}

fn shares_cross(times: f64) -> Vec<(f64, [f64; 3])> {
    let of = |p: f64| {
        let cells = RHOS.into_iter().flat_map(|rho| SIZES.map(|n| (rho, n)));
        worst(cells.map(|(rho, n)| crossing_of_share(p, n, rho, times)))
    };
    SHARES.map(|p| (p, of(p))).to_vec()
}

fn counts_cross(times: f64) -> [f64; 3] {
    let means = [1.0, 20.0, 300.0, 2_000.0];
    let cells = RHOS.into_iter().flat_map(|rho| means.map(|mean| (rho, mean)));
    worst(cells.map(|(rho, mean)| crossing_of_count(mean, rho, times)))
}

fn print(what: &str, times: f64, [a, b, c]: [f64; 3]) {
    println!("{what}, dispersion x {times}: e^{a:.1} e^{b:.1} e^{c:.1} at {NATS:?} nats");
}

/// `--nocapture` prints the table of docs/internals/detection.md.
#[test]
fn with_the_dispersion_right_windows_cross_as_rarely_as_promised() {
    let cells = shares_cross(1.0).into_iter().map(|(p, cell)| (format!("share {p}"), cell));
    for (what, cell) in cells.chain([("count".to_owned(), counts_cross(1.0))]) {
        print(&what, 1.0, cell);
        for (ln, wanted) in cell.into_iter().zip(NATS) {
            assert!(ln <= -wanted + 1e-6, "{what}: e^{ln} at {wanted} nats");
        }
    }
}

/// Nothing is promised there. What is left of the promise, as a share of the exponent, is held.
#[test]
fn with_more_dispersion_than_assumed_much_of_the_promise_is_left() {
    for (times, left) in [(1.5, 0.7), (2.0, 0.5)] {
        let cells = shares_cross(times).into_iter().map(|(p, cell)| (format!("share {p}"), cell));
        for (what, cell) in cells.chain([("count".to_owned(), counts_cross(times))]) {
            print(&what, times, cell);
            for (ln, wanted) in cell.into_iter().zip(NATS) {
                assert!(ln <= -left * wanted, "{what} x {times}: e^{ln} at {wanted} nats");
            }
        }
    }
}
