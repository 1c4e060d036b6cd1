//! The ledger: what harm was seen at each service, minus what it was handed.
//!
//! Harm is counted in
//! the alert's own unit and rank is by amount; evidence only gates. Items too many or too few travel
//! with the flow, so a caller owns what leaves it beyond its usual share of what entered. Failures
//! and waiting travel against it, so a callee owns what fails there beyond what failed in the calls
//! it made itself. Blame is capped by what can reach the alert along the hops.

use crate::evidence::{Evidence, Leg};
use hw_model::{Hop, Signal};
use hw_stats::Counts;
use std::collections::{BTreeMap, BTreeSet};

/// Standard deviations from which on harm counts.
const GATE_Z: f64 = 3.0;

/// Share of the greatest harm below which a service is not worth naming.
const WORTH_NAMING: f64 = 0.1;

/// What one service owns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    /// The service.
    pub service: String,
    /// The hop on which it shows most.
    pub hop: Hop,
    /// Harm in the alert's unit, always positive.
    pub harm: f64,
}

/// Services that own harm, the greatest first.
pub(crate) fn owners(evidence: &Evidence) -> Vec<Own> {
    let mut owners = match evidence.main().signal {
        Signal::Transfer | Signal::Volume => with_the_flow(evidence),
        Signal::Errors => against_the_flow(evidence, |leg| (leg.failed_before, leg.failed_since)),
        Signal::Latency => against_the_flow(evidence, |leg| (leg.slow_before, leg.slow_since)),
        Signal::Answers | Signal::Log | Signal::NoData => Vec::new(),
    };
    owners.sort_by(|a, b| b.harm.total_cmp(&a.harm).then_with(|| a.hop.cmp(&b.hop)));
    let greatest = owners.first().map_or(0.0, |own| own.harm);
    owners.retain(|own| own.harm > 0.0 && own.harm >= WORTH_NAMING * greatest);
    owners
}

/// Items beyond (or short of) the usual share of what entered, per caller.
fn with_the_flow(evidence: &Evidence) -> Vec<Own> {
    let reach = Reach::to_alert(evidence);
    let mut best: BTreeMap<&str, Own> = BTreeMap::new();
    for leg in &evidence.legs {
        let Some(harm) = gated_excess(leg.items_before, leg.items_since) else { continue };
        if !reach.leads_to_alert(&leg.hop) {
            continue;
        }
        let own = Own {
            service: leg.hop.caller.clone(),
            hop: leg.hop.clone(),
            harm: harm.abs().min(reach.items_at_alert),
        };
        let known = best.entry(&leg.hop.caller).or_insert_with(|| own.clone());
        if own.harm > known.harm {
            *known = own;
        }
    }
    best.into_values().collect()
}

/// Failures (or slow calls) at a callee beyond those in the calls it made itself.
fn against_the_flow(evidence: &Evidence, counts: impl Fn(&Leg) -> (Counts, Counts)) -> Vec<Own> {
    let excess = |leg: &Leg| {
        let (before, since) = counts(leg);
        gated_excess(before, since).unwrap_or(0.0).max(0.0)
    };
    let mut handed: BTreeMap<&str, f64> = BTreeMap::new();
    let mut seen: BTreeMap<&str, (f64, f64, &Hop)> = BTreeMap::new();
    for leg in &evidence.legs {
        let harm = excess(leg);
        *handed.entry(&leg.hop.caller).or_insert(0.0) += harm;
        let at = seen.entry(&leg.hop.callee).or_insert((0.0, 0.0, &leg.hop));
        at.0 += harm;
        if harm > at.1 {
            (at.1, at.2) = (harm, &leg.hop);
        }
    }
    let own = |(service, (harm, _, hop)): (&str, (f64, f64, &Hop))| {
        let own = harm - handed.get(service).copied().unwrap_or(0.0);
        let own = Own { service: service.to_owned(), hop: hop.clone(), harm: own };
        (own.harm > 0.0).then_some(own)
    };
    seen.into_iter().filter_map(own).collect()
}

/// What was counted beyond the ratio before, if it is more than chance can be.
pub(crate) fn gated_excess(before: Counts, since: Counts) -> Option<f64> {
    if before.n < 1.0 || since.n < 1.0 {
        return None;
    }
    // Half an event more than was seen: a ratio of exactly 0 or 1 has variance too.
    let p = (before.k + 0.5) / (before.n + 1.0);
    let scatter = if p < 1.0 { p * (1.0 - p) } else { p };
    let variance = since.n * scatter * (1.0 + since.n / before.n);
    let excess = since.k - since.n * before.k / before.n;
    (excess.abs() > GATE_Z * variance.max(1.0).sqrt()).then_some(excess)
}

/// Which hops can have contributed to the alert, and how much arrived there.
struct Reach<'a> {
    callers: BTreeSet<&'a str>,
    alert: Option<&'a Hop>,
    items_at_alert: f64,
}

impl<'a> Reach<'a> {
    fn to_alert(evidence: &'a Evidence) -> Self {
        let alert = evidence.main().target.hop();
        let target = alert.map_or(evidence.main().service.as_str(), |hop| hop.caller.as_str());
        let mut callers = BTreeSet::from([target]);
        loop {
            let more = evidence.legs.iter().filter(|leg| callers.contains(&*leg.hop.callee));
            let more: Vec<&str> = more.map(|leg| leg.hop.caller.as_str()).collect();
            let n = callers.len();
            callers.extend(more);
            if callers.len() == n {
                break;
            }
        }
        // Items that are missing there were on their way too.
        let usual = |leg: &Leg| leg.items_since.n * leg.items_before.ratio().unwrap_or(0.0);
        let here = evidence.legs.iter().filter(|leg| Some(&leg.hop) == alert);
        let items = here.map(|leg| leg.items_since.k.max(usual(leg))).sum();
        let items_at_alert = if alert.is_some() { items } else { f64::INFINITY };
        Self { callers, alert, items_at_alert }
    }

    /// Whether what leaves on this hop can arrive at the alert: it is the alert's own hop, or it
    /// leads to a service from which the alert is reached.
    fn leads_to_alert(&self, hop: &Hop) -> bool {
        Some(hop) == self.alert || self.callers.contains(&*hop.callee)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excess_is_gated_by_chance() {
        let c = Counts::new;
        assert_eq!(gated_excess(c(5_000.0, 2_500.0), c(400.0, 210.0)), None);
        assert_eq!(gated_excess(c(5_000.0, 2_500.0), c(400.0, 400.0)), Some(200.0));
        assert_eq!(gated_excess(c(5_000.0, 0.0), c(400.0, 1.0)), None);
        assert_eq!(gated_excess(c(5_000.0, 0.0), c(400.0, 40.0)), Some(40.0));
        assert_eq!(gated_excess(c(0.0, 0.0), c(400.0, 40.0)), None);
    }
}
