//! Bayesian online change-point detection (Adams and MacKay, arXiv 0710.3742): beta-binomial for shares,
//! Gamma-Poisson for counts, a change a day beforehand.

use hw_stats::{Counts, Form, ln_beta, ln_gamma};

/// Run lengths that are kept; the least likely go.
const RUNS_MAX: usize = 60;

/// Seconds within which a run must have begun to be suspicious.
const RECENT_S: i64 = 600;

/// A change within so many seconds beforehand.
const EVERY_S: f64 = 86_400.0;

#[derive(Clone, Copy, Debug)]
struct Run {
    ticks: i64,
    ln_weight: f64,
    /// What it has seen, the prior included.
    a: f64,
    b: f64,
}

/// The run lengths of one stream.
#[derive(Clone, Debug)]
pub(super) struct Bocpd {
    form: Form,
    recent_ticks: i64,
    ln_change: f64,
    ln_stay: f64,
    n_ticks: i64,
    all: Counts,
    runs: Vec<Run>,
}

impl Bocpd {
    pub(super) fn new(form: Form, width_s: i64) -> Self {
        let hazard = width_s as f64 / EVERY_S;
        Self {
            form,
            recent_ticks: RECENT_S / width_s,
            ln_change: hazard.ln(),
            ln_stay: (1.0 - hazard).ln(),
            n_ticks: 0,
            all: Counts::default(),
            runs: Vec::new(),
        }
    }

    /// The log odds that the run of now began lately.
    pub(super) fn see(&mut self, counts: Counts) -> f64 {
        self.n_ticks += 1;
        self.all += counts;
        let fresh = self.fresh();
        if self.runs.is_empty() {
            self.runs.push(fresh);
        }
        let highest = self.runs.iter().fold(f64::MIN, |most, run| most.max(run.ln_weight));
        let total: f64 = self.runs.iter().map(|run| (run.ln_weight - highest).exp()).sum();
        let ln_total = highest + total.ln();
        let mut next = Run { ln_weight: ln_total + self.ln_change, ..fresh };
        next = taken(self.form, next, counts);
        for run in &mut self.runs {
            run.ln_weight += self.ln_stay;
            *run = taken(self.form, *run, counts);
        }
        self.runs.push(next);
        self.prune();
        self.odds()
    }

    /// A run that begins now: any share, or about as many as ever.
    fn fresh(&self) -> Run {
        let (a, b) = match self.form {
            Form::Share => (1.0, 1.0),
            Form::Count => (1.0, 1.0 / self.all.ratio().unwrap_or(1.0).max(1e-6)),
        };
        Run { ticks: 0, ln_weight: 0.0, a, b }
    }

    fn prune(&mut self) {
        if self.runs.len() > RUNS_MAX {
            self.runs.sort_by(|a, b| b.ln_weight.total_cmp(&a.ln_weight));
            self.runs.truncate(RUNS_MAX);
        }
        let highest = self.runs.iter().fold(f64::MIN, |most, run| most.max(run.ln_weight));
        self.runs.iter_mut().for_each(|run| run.ln_weight -= highest);
    }

    fn odds(&self) -> f64 {
        if self.n_ticks <= 2 * self.recent_ticks {
            return f64::NEG_INFINITY;
        }
        let (mut recent, mut before) = (1e-300, 1e-300);
        for run in &self.runs {
            let weight = run.ln_weight.exp();
            if run.ticks <= self.recent_ticks {
                recent += weight;
            } else {
                before += weight;
            }
        }
        f64::ln(recent / before)
    }
}

/// A run that has seen a tick more.
fn taken(form: Form, run: Run, Counts { n, k }: Counts) -> Run {
    let (a, b) = match form {
        Form::Share => (run.a + k, run.b + n - k),
        Form::Count => (run.a + k, run.b + n),
    };
    let ln_likelihood = match form {
        Form::Share => ln_beta(a, b) - ln_beta(run.a, run.b),
        Form::Count => ln_gamma(a) - ln_gamma(run.a) + run.a * run.b.ln() - a * b.ln(),
    };
    Run { ticks: run.ticks + 1, ln_weight: run.ln_weight + ln_likelihood, a, b }
}
