//! Methods that need no training and little code, on the same data: what somebody could use instead.
//! Their names and constants are those of notes/localization.md §3 and §4.

use super::Method;
use super::petshop::{Alert, PetShop};
use super::score::{median, quantile};
use std::collections::BTreeMap;

/// Robust z from which on a node counts as anomalous.
const ANOMALOUS_Z: f64 = 5.0;

pub(super) const METHODS: [Method; 7] = [
    Method { name: "random", rank: random },
    Method { name: "BARO, alerting metric", rank: baro },
    Method { name: "n-sigma, alerting metric", rank: n_sigma },
    Method { name: "robust z, harmful direction", rank: robust_z },
    Method { name: "ranked correlation of anomalous nodes", rank: ranked_correlation },
    Method { name: "deepest anomalous node", rank: deepest },
    Method { name: "anomaly traversal", rank: traversal },
];

/// A node's alerting metric, before and around the alert, gaps filled with the row before.
struct Node<'a> {
    name: &'a str,
    normal: Vec<f64>,
    around: Vec<f64>,
}

fn nodes<'a>(shop: &'a PetShop, alert: &'a Alert) -> impl Iterator<Item = Node<'a>> {
    shop.normal.nodes(&alert.metric, &alert.statistic).map(|name| Node {
        name,
        normal: filled(shop.normal.series(name, &alert.metric, &alert.statistic)),
        around: filled(alert.rows.series(name, &alert.metric, &alert.statistic)),
    })
}

fn filled(series: Vec<Option<f64>>) -> Vec<f64> {
    let first = series.iter().flatten().next().copied().unwrap_or(0.0);
    let fill = |last: &mut f64, figure: Option<f64>| {
        *last = figure.unwrap_or(*last);
        Some(*last)
    };
    series.into_iter().scan(first, fill).collect()
}

/// Names by score, the highest first; equal scores by name.
fn ranked<'a>(scores: impl Iterator<Item = (&'a str, f64)>) -> Vec<String> {
    let mut scores: Vec<(&str, f64)> = scores.filter(|(_, score)| score.is_finite()).collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    scores.into_iter().map(|(name, _)| name.to_owned()).collect()
}

fn most(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::NEG_INFINITY, f64::max)
}

/// Chance from a hash of the case and the name: the same in each run.
fn random(shop: &PetShop, alert: &Alert) -> Vec<String> {
    let score = |name: &str| {
        let bytes = name.bytes().chain(alert.at.to_le_bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        (hash >> 11) as f64
    };
    ranked(nodes(shop, alert).map(|node| (node.name, score(node.name))))
}

/// BARO's scorer (Pham et al., FSE 2024): median and interquartile range, the highest signed score.
fn baro(shop: &PetShop, alert: &Alert) -> Vec<String> {
    ranked(nodes(shop, alert).map(|node| {
        let half = median(node.normal.clone());
        let range = quantile(node.normal.clone(), 0.75) - quantile(node.normal, 0.25);
        let scale = if range < 1e-14 { 1.0 } else { range };
        (node.name, most(node.around.into_iter().map(|x| (x - half) / scale)))
    }))
}

/// The highest number of standard deviations above the mean.
fn n_sigma(shop: &PetShop, alert: &Alert) -> Vec<String> {
    ranked(nodes(shop, alert).map(|node| {
        let (mean, deviation) = mean_and_deviation(&node.normal);
        (node.name, most(node.around.into_iter().map(|x| (x - mean) / (deviation + 1e-9))))
    }))
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(2) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// The most robust z in the direction that harms, with floors of the scale.
fn harmful_z(node: &Node<'_>, alert: &Alert) -> f64 {
    let sign = if alert.metric == "latency" { 1.0 } else { -1.0 };
    let half = median(node.normal.clone());
    let range = quantile(node.normal.clone(), 0.75) - quantile(node.normal.clone(), 0.25);
    let (_, deviation) = mean_and_deviation(&node.normal);
    let scale = range.max(0.02 * half.abs()).max(0.1 * deviation) + 1e-9;
    most(node.around.iter().map(|x| sign * (x - half) / scale))
}

fn robust_z(shop: &PetShop, alert: &Alert) -> Vec<String> {
    ranked(nodes(shop, alert).map(|node| (node.name, harmful_z(&node, alert))))
}

/// Anomalous nodes by how well their five rows correlate with those of the alerting node.
fn ranked_correlation(shop: &PetShop, alert: &Alert) -> Vec<String> {
    let target = filled(alert.rows.series(&alert.node, &alert.metric, &alert.statistic));
    let others = nodes(shop, alert).filter(|node| node.name != alert.node);
    let anomalous = others.filter(|node| harmful_z(node, alert) > ANOMALOUS_Z);
    ranked(anomalous.map(|node| (node.name, correlation(&node.around, &target).abs())))
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, scale_a), (mean_b, scale_b)) = (mean_and_deviation(a), mean_and_deviation(b));
    let products: f64 = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum();
    products / ((a.len().max(2) - 1) as f64 * scale_a * scale_b)
}

/// Anomalous nodes that the alerting one reaches and that reach no other anomalous one go first.
fn deepest(shop: &PetShop, alert: &Alert) -> Vec<String> {
    let reached = shop.reached_from(&alert.node);
    let scores: BTreeMap<&str, f64> = nodes(shop, alert)
        .filter(|node| reached.contains(&node.name))
        .map(|node| (node.name, harmful_z(&node, alert)))
        .collect();
    let is_anomalous = |name: &str| scores.get(name).is_some_and(|z| *z > ANOMALOUS_Z);
    ranked(scores.iter().map(|(name, z)| {
        let below = shop.reached_from(name);
        let is_deepest = !below.iter().any(|other| other != name && is_anomalous(other));
        let bonus = match (is_anomalous(name), is_deepest) {
            (true, true) => 1e6,
            (true, false) => 1e3,
            (false, _) => 0.0,
        };
        (*name, bonus + z.min(1e5))
    }))
}

/// Anomalous nodes without an anomalous callee, joined to the alert by anomalous ones, by the sum of
/// the scores on the way: the repository's baseline, with our scores for its detectors.
fn traversal(shop: &PetShop, alert: &Alert) -> Vec<String> {
    let scores: BTreeMap<&str, f64> = nodes(shop, alert)
        .map(|node| (node.name, harmful_z(&node, alert)))
        .filter(|(_, z)| *z > ANOMALOUS_Z)
        .collect();
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    let mut open: Vec<(&str, f64)> = Vec::new();
    open.extend(scores.get_key_value(alert.node.as_str()).map(|(name, z)| (*name, *z)));
    while let Some((caller, sum)) = open.pop() {
        for (_, callee) in shop.calls.iter().filter(|(other, _)| other == caller) {
            let Some((callee, z)) = scores.get_key_value(callee.as_str()) else { continue };
            let best = sums.entry(*callee).or_insert(f64::NEG_INFINITY);
            // The call graph of PetShop has no cycles, so this comes to an end.
            if sum + z > *best {
                *best = sum + z;
                open.push((*callee, sum + z));
            }
        }
    }
    let calls_anomalous = |name: &str| {
        shop.calls
            .iter()
            .any(|(caller, callee)| caller == name && scores.contains_key(callee.as_str()))
    };
    ranked(sums.into_iter().filter(|(name, _)| !calls_anomalous(name)))
}
