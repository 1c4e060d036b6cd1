//! The product's ledger on a case of PetShop: metrics per node become what each leg saw beyond the
//! usual, and [`hw_diagnose::own_harm`] says whose it is.
//!
//! A node's harm is requests x (1 - availability), which are failed calls, or requests x latency, which
//! are seconds; its legs share it as they share its requests. The usual is that of the days without
//! an issue; since is the sum of the rows that begin after the alert's time. The scale of a row's
//! seconds is that of notes/localization.md: the interquartile range, at least 2 % of the median and a
//! tenth of the standard deviation.

use super::Method;
use super::petshop::{Alert, PetShop, Table};
use super::score::{median, quantile};
use hw_diagnose::{Excess, LegHarm, OUTSIDE, own_harm};
use hw_stats::Counts;
use std::collections::BTreeMap;

/// Failed calls that are never more than chance.
const FAILED_MIN: f64 = 3.0;

pub(super) const METHOD: Method = Method { name: "highwater's ledger", rank };

fn rank(shop: &PetShop, alert: &Alert) -> Vec<String> {
    let mut legs = vec![LegHarm {
        caller: OUTSIDE,
        callee: &alert.node,
        excess: excess(shop, alert, &alert.node, 1.0),
    }];
    let requests = requests(shop);
    for (caller, callee) in &shop.calls {
        let share = share(shop, &requests, (caller, callee));
        legs.push(LegHarm { caller, callee, excess: excess(shop, alert, callee, share) });
    }
    let least = if alert.metric == "latency" { 0.0 } else { FAILED_MIN };
    let owners = own_harm(&legs, &[alert.node.as_str()], least);
    owners.into_iter().map(|own| own.service.to_owned()).collect()
}

/// The requests of each node in a usual row.
fn requests(shop: &PetShop) -> BTreeMap<&str, f64> {
    let nodes = shop.normal.nodes("requests", "Sum");
    let usual = |node| shop.normal.series(node, "requests", "Sum").into_iter().flatten().collect();
    nodes.map(|node| (node, median(usual(node)))).collect()
}

/// The part of a callee's requests that come from one of its callers.
fn share(shop: &PetShop, requests: &BTreeMap<&str, f64>, (caller, callee): (&str, &str)) -> f64 {
    let usual = |node: &str| requests.get(node).copied().unwrap_or(0.0);
    let callers = shop.calls.iter().filter(|(_, other)| other == callee);
    let all: f64 = callers.clone().map(|(caller, _)| usual(caller)).sum();
    if all > 0.0 { usual(caller) / all } else { 1.0 / callers.count().max(1) as f64 }
}

/// What this share of a node's requests suffered beyond the usual since the alert.
fn excess(shop: &PetShop, alert: &Alert, node: &str, share: f64) -> Option<Excess> {
    let before = Suffered::of(&shop.normal, node, &alert.metric, &alert.statistic);
    let since = Suffered::of(&alert.rows, node, &alert.metric, &alert.statistic);
    let since = since.only(&alert.rows.since(alert.at));
    let counts = |suffered: &Suffered| {
        let (n, k) = suffered.total();
        Counts::new(n * share, k * share)
    };
    if alert.metric == "availability" {
        return Excess::of_counts(counts(&before), counts(&since));
    }
    let (usual, (n, k)) = (before.per_request()?, since.total());
    let scale = before.scale(usual);
    let n_rows = since.rows.iter().filter(|(requests, _)| *requests > 0.0).count() as f64;
    let variance = share * share * scale * scale * n_rows;
    Some(Excess { amount: share * (k - usual * n), variance })
}

/// Requests, and the harm they suffered, by row.
struct Suffered {
    rows: Vec<(f64, f64)>,
}

impl Suffered {
    fn of(table: &Table, node: &str, metric: &str, statistic: &str) -> Self {
        let requests = table.series(node, "requests", "Sum");
        let figures = table.series(node, metric, statistic);
        let each = |figure: f64| match metric {
            "availability" => 1.0 - figure / 100.0,
            _ => figure,
        };
        let row = |(requests, figure): (Option<f64>, Option<f64>)| match (requests, figure) {
            (Some(requests), Some(figure)) => (requests, requests * each(figure)),
            (None, _) | (_, None) => (0.0, 0.0),
        };
        Self { rows: requests.into_iter().zip(figures).map(row).collect() }
    }

    fn only(mut self, rows: &[usize]) -> Self {
        self.rows = rows.iter().filter_map(|at| self.rows.get(*at).copied()).collect();
        self
    }

    fn total(&self) -> (f64, f64) {
        self.rows.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1))
    }

    /// Harm per request; `None` where nobody asked.
    fn per_request(&self) -> Option<f64> {
        let (n, k) = self.total();
        (n > 0.0).then_some(k / n)
    }

    /// How far a row's harm usually is from what its requests make expect.
    fn scale(&self, usual: f64) -> f64 {
        let asked = self.rows.iter().filter(|(n, _)| *n > 0.0);
        let off: Vec<f64> = asked.clone().map(|(n, k)| k - usual * n).collect();
        let half = median(asked.map(|(_, k)| *k).collect());
        let squares: f64 = off.iter().map(|x| x * x).sum();
        let deviation = (squares / off.len().max(1) as f64).sqrt();
        let range = quantile(off.clone(), 0.75) - quantile(off, 0.25);
        range.max(0.02 * half).max(0.1 * deviation)
    }
}
