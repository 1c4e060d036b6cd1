//! The same rule with other bounds: how many false alarms, how soon.

use super::propose::rounded;
use super::replay::Replay;
use super::{Bound, Case, Judgement, Past, Rule};
use hw_stats::Counts;

/// Bounds that are tried between what is usual and what was.
const BOUNDS: u32 = 20;

/// What a rule with this bound would have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepPoint {
    /// The bound.
    pub bound: Bound,
    /// Firings that no incident explains.
    pub false_alarms: usize,
    /// Incidents in which it fires.
    pub n_fired: usize,
    /// Seconds until it said so in the first incident; `None` if it did not.
    pub delay_s: Option<f64>,
    /// What comes out of it.
    pub judgement: Judgement,
}

/// Runs a rule with bounds all the way from the usual figure to that of the first incident, and with its
/// own, in order. Of a rule with two edges the one that faces the incident is moved.
#[must_use]
pub fn sweep(rule: &Rule, past: &Past, cases: &[Case], final_after_s: i64) -> Vec<SweepPoint> {
    let replay = Replay::of(rule, past, cases);
    let try_one = |bound: Bound| {
        let found = replay.with_bound(bound, final_after_s)?;
        Some(SweepPoint {
            bound,
            false_alarms: found.false_alarms().count(),
            n_fired: found.cases.iter().filter(|case| case.first.is_some()).count(),
            delay_s: found.cases.first().and_then(|case| case.delay_s),
            judgement: found.judgement,
        })
    };
    bounds(rule, past, cases).into_iter().filter_map(try_one).collect()
}

/// The bounds that are tried.
fn bounds(rule: &Rule, past: &Past, cases: &[Case]) -> Vec<Bound> {
    let own = rule.terms().bound;
    let Some((usual, was)) = figures(past, cases) else { return vec![own] };
    let is_up = was > usual;
    let gap = (was - usual).abs();
    let moved = |edge: f64| match own {
        Bound::Above(_) => Bound::Above(edge),
        Bound::Below(_) => Bound::Below(edge),
        Bound::Outside { low, .. } if is_up => Bound::Outside { low, high: edge },
        Bound::Outside { high, .. } => Bound::Outside { low: edge, high },
    };
    let own_edge = match own {
        Bound::Above(edge) | Bound::Below(edge) => edge,
        Bound::Outside { high, .. } if is_up => high,
        Bound::Outside { low, .. } => low,
    };
    let step = |at: u32| usual + (was - usual) * f64::from(at) / f64::from(BOUNDS);
    let mut edges: Vec<f64> = (0..=BOUNDS).map(|at| rounded(step(at), gap / 50.0)).collect();
    edges.push(own_edge);
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    edges.into_iter().map(moved).collect()
}

/// The usual figure, and that of the first incident.
fn figures(past: &Past, cases: &[Case]) -> Option<(f64, f64)> {
    let case = cases.first()?;
    let was = past.sum(case.from, case.to).ratio()?;
    let quiet: Counts = past.without(cases).rows.into_iter().flatten().sum();
    Some((quiet.ratio()?, was))
}

#[cfg(test)]
mod tests;
