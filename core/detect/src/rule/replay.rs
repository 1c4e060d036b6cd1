//! A past as a rule reads it, so that bounds can be tried on it by the dozen.
//!
//! What the last seconds hold does not depend on where the bound lies: each window is summed once, and only
//! the standings are gone through for each bound. While the rule is quiet nothing changes before the next
//! figure beyond the bound, which is found by the lowest and the highest of each block of windows.

use super::backtest::explained_by;
use super::run::Reading;
use super::{Backtest, Bound, Case, Fired, Past, Rule, Said, Standing};

/// Windows of which the lowest and the highest figure are kept together.
const BLOCK: usize = 64;

/// A rule over a past.
pub(super) struct Replay<'a> {
    rule: &'a Rule,
    past: &'a Past,
    cases: &'a [Case],
    /// The figure after each window; not a number where nothing is said.
    figures: Vec<f64>,
    /// The lowest and the highest figure of each block.
    extremes: Vec<(f64, f64)>,
    tally: Tally,
}

/// What is counted on the way.
#[derive(Default)]
pub(super) struct Tally {
    pub n_missing: usize,
    pub n_thin: usize,
    pub n_judged: usize,
    pub n_quiet: usize,
    pub items_max: f64,
    pub quiet_range: Option<(f64, f64)>,
}

impl<'a> Replay<'a> {
    pub(super) fn of(rule: &'a Rule, past: &'a Past, cases: &'a [Case]) -> Self {
        let mut tally = Tally::default();
        let rolling = past.rolling(rule.steps()).zip(quiet_rows(rule, past, cases));
        let figures: Vec<f64> = rolling
            .map(|((sum, n_known), is_quiet)| {
                tally.items_max = tally.items_max.max(rule.terms().measure.items(sum));
                let reading = Reading::of(rule, (sum, n_known));
                tally.add(reading, is_quiet);
                reading.figure().unwrap_or(f64::NAN)
            })
            .collect();
        let blocks = figures.chunks(BLOCK).map(|block| {
            let all = (f64::INFINITY, f64::NEG_INFINITY);
            block.iter().fold(all, |(low, high), figure| (low.min(*figure), high.max(*figure)))
        });
        Self { rule, past, cases, extremes: blocks.collect(), figures, tally }
    }

    /// What the rule would have done. Windows are final `final_after_s` seconds after their end.
    pub(super) fn backtest(&self, final_after_s: i64) -> Backtest {
        self.run(self.rule, final_after_s)
    }

    /// The same with another bound; `None` if the rule cannot have it.
    pub(super) fn with_bound(&self, bound: Bound, final_after_s: i64) -> Option<Backtest> {
        let rule = self.rule.with_bound(bound).ok()?;
        Some(self.run(&rule, final_after_s))
    }

    fn run(&self, rule: &Rule, final_after_s: i64) -> Backtest {
        let mut fired: Vec<Fired> = Vec::new();
        let (mut standing, mut from) = (Standing::Quiet, 0);
        while let Some(row) = self.next(rule, standing, from) {
            let figure = self.figures.get(row).copied().filter(|figure| !figure.is_nan());
            let at_s = self.past.ends_at(row).tick().0;
            match standing.go_on(rule.terms(), at_s, figure) {
                Some(Said::Begins { at, since, figure }) => {
                    let said = at.plus_s(final_after_s as f64);
                    let case = explained_by(self.cases, rule, (since, at));
                    fired.push(Fired { since, began: at, said, ended: None, figure, case });
                }
                Some(Said::Ends { at, .. }) => {
                    if let Some(last) = fired.last_mut() {
                        last.ended = Some(at);
                    }
                }
                None => {}
            }
            from = row + 1;
        }
        Backtest::of((self.past, self.cases), &self.tally, fired)
    }

    /// The next row at which a rule that stands so may stand differently.
    fn next(&self, rule: &Rule, standing: Standing, mut from: usize) -> Option<usize> {
        if standing != Standing::Quiet {
            return (from < self.figures.len()).then_some(from);
        }
        let bound = rule.terms().bound;
        loop {
            let (low, high) = *self.extremes.get(from / BLOCK)?;
            let end = (from / BLOCK + 1) * BLOCK;
            if bound.is_crossed(low) || bound.is_crossed(high) {
                let block = self.figures.get(from..end.min(self.figures.len()))?;
                if let Some(at) = block.iter().position(|figure| bound.is_crossed(*figure)) {
                    return Some(from + at);
                }
            }
            from = end;
        }
    }
}

impl Tally {
    fn add(&mut self, reading: Reading, is_quiet: bool) {
        match reading {
            Reading::Missing => self.n_missing += 1,
            Reading::Thin => self.n_thin += 1,
            Reading::Figure(figure) => {
                self.n_judged += 1;
                if is_quiet {
                    self.n_quiet += 1;
                    let (low, high) = self.quiet_range.unwrap_or((figure, figure));
                    self.quiet_range = Some((low.min(figure), high.max(figure)));
                }
            }
        }
    }
}

/// For each row, whether the window of the rule that ends with it holds nothing of an incident.
fn quiet_rows(rule: &Rule, past: &Past, cases: &[Case]) -> Vec<bool> {
    let window_s = rule.terms().window_s as f64;
    let mut is_quiet = vec![true; past.rows.len()];
    for case in cases {
        let held: std::ops::Range<usize> =
            past.ended_by(case.from)..past.ended_by(case.to.plus_s(window_s));
        if let Some(rows) = is_quiet.get_mut(held) {
            rows.fill(false);
        }
    }
    is_quiet
}

#[cfg(test)]
mod tests;
