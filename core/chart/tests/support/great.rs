//! Maps as great as they come: thousands of hops, cycles everywhere, a chain without end.

use crate::story;
use hw_chart::{FlowHop, FlowMap, HopState};

const GROUPS: [&str; 8] = ["pay", "ship", "mail", "stock", "search", "ads", "geo", "login"];

fn name(number: usize) -> String {
    format!("{}-{number}", GROUPS.get(number % GROUPS.len()).copied().unwrap_or_default())
}

/// A number below `n`, the same every time.
fn pick(seed: usize, n: usize) -> usize {
    let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from((mixed >> 33) % n as u64).unwrap_or_default()
}

fn map(pairs: impl Iterator<Item = (usize, usize)>) -> FlowMap {
    let hop = |(at, (from, to)): (usize, (usize, usize))| {
        let usual = 5.0 + 4_000.0 * (pick(at + 70_001, 1_000) as f64 / 1_000.0).powi(12);
        let state = match at % 419 {
            7 => HopState::Changed,
            8 => HopState::CarriedOn,
            _ => HopState::AsUsual,
        };
        let now = if state == HopState::AsUsual { usual } else { usual * 2.0 + 600.0 };
        let ratio = 0.9 + 0.1 * pick(at, 100) as f64 / 100.0;
        FlowHop { ..story::hop(&name(from), &name(to), (now, usual), ratio, state) }
    };
    let hops = pairs.enumerate().map(hop).collect();
    FlowMap { hops, services: Vec::new(), asked: Vec::new(), n_folded: 0, ..story::map() }
}

/// Twelve layers of a hundred services, and five thousand hops, most to the next layer.
pub(crate) fn layered() -> FlowMap {
    map((0..5_000).map(|at| {
        let layer = pick(at + 1, 11);
        let by = if at % 9 == 0 { 1 + pick(at + 2, 11 - layer) } else { 1 };
        // Every service once, and then by chance.
        let from = if at < 1_100 { at } else { layer * 100 + pick(at * 3 + 5, 100) };
        let to = if at < 1_100 { at + 100 } else { (layer + by) * 100 + pick(at * 7 + 11, 100) };
        (from, to)
    }))
}

/// Twelve hundred services that call each other at random.
pub(crate) fn cyclic() -> FlowMap {
    map((0..5_000).map(|at| (pick(at * 5 + 1, 1_200), pick(at * 11 + 3, 1_200))))
}

/// A chain of five hundred hops.
pub(crate) fn chain() -> FlowMap {
    map((0..500).map(|at| (at, at + 1)))
}
