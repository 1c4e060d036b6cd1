//! The ledger: what harm was seen at each service, minus what it was handed.
//!
//! Harm is counted in
//! the alert's own unit and rank is by amount; evidence only gates. Items too many or too few travel
//! with the flow, so a caller owns what leaves it beyond its usual share of what entered. Failures
//! and waiting travel against it, so a callee owns what fails there beyond what failed in the calls
//! it made itself. Blame is capped by what can reach the alert along the hops.

mod handed;

pub use handed::{LegHarm, OwnHarm, own_harm};

use crate::evidence::{Evidence, Inlet, Leg, OUTSIDE};
use hw_model::{Hop, Signal};
use hw_stats::Counts;
use std::collections::{BTreeMap, BTreeSet};

/// Standard deviations from which on harm counts where one figure is looked at.
const GATE_Z: f64 = 3.0;

/// Events that are never more than chance.
const EVENTS_MIN: f64 = 3.0;

/// Share of the greatest harm below which a service is not worth naming.
const WORTH_NAMING: f64 = 0.1;

/// What one service owns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    /// The service.
    pub service: String,
    /// The hop on which it shows most; none where that is an inlet.
    pub hop: Option<Hop>,
    /// Harm in the alert's unit, always positive.
    pub harm: f64,
}

/// Services that own harm, the greatest first.
pub(crate) fn owners(evidence: &Evidence) -> Vec<Own> {
    let mut owners = match evidence.main().signal {
        Signal::Transfer | Signal::Volume => with_the_flow(evidence),
        Signal::Errors => against_the_flow(evidence, Kind::Failed),
        Signal::Latency => against_the_flow(evidence, Kind::Slow),
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
    let leading = evidence.legs.iter().filter(|leg| reach.leads_to_alert(&leg.hop));
    let n_legs = leading.clone().count();
    for leg in leading {
        let Some(harm) = gated_excess(leg.items_before, leg.items_since, n_legs) else { continue };
        let own = Own {
            service: leg.hop.caller.clone(),
            hop: Some(leg.hop.clone()),
            harm: harm.abs().min(reach.items_at_alert),
        };
        let known = best.entry(&leg.hop.caller).or_insert_with(|| own.clone());
        if own.harm > known.harm {
            *known = own;
        }
    }
    best.into_values().collect()
}

/// Failures (or slow calls) at a callee beyond those in the calls it made itself. What comes in from
/// outside is called by nobody that is known.
fn against_the_flow(evidence: &Evidence, kind: Kind) -> Vec<Own> {
    let legs = evidence.legs.iter().map(|leg| LegHarm {
        caller: &leg.hop.caller,
        callee: &leg.hop.callee,
        excess: kind.on_leg(leg),
    });
    let inlets = evidence.inlets.iter().map(|inlet| LegHarm {
        caller: OUTSIDE,
        callee: &inlet.service,
        excess: kind.at_inlet(inlet),
    });
    let legs: Vec<LegHarm<'_>> = legs.chain(inlets).collect();
    let signal = evidence.main().signal;
    let alerts = evidence.shifts.iter().filter(|shift| shift.signal == signal);
    let alerts: Vec<&str> = alerts.map(|shift| shift.service.as_str()).collect();
    let named = own_harm(&legs, &alerts, EVENTS_MIN).into_iter().map(|own| Own {
        service: own.service.to_owned(),
        hop: evidence.legs.get(own.leg).map(|leg| leg.hop.clone()),
        harm: own.harm,
    });
    named.collect()
}

/// Kinds of harm that travel against the flow.
#[derive(Clone, Copy)]
enum Kind {
    Failed,
    Slow,
}

impl Kind {
    fn on_leg(self, leg: &Leg) -> Option<Excess> {
        match self {
            Self::Failed => Excess::of_counts(leg.failed_before, leg.failed_since),
            Self::Slow => Excess::of_counts(leg.slow_before, leg.slow_since),
        }
    }

    fn at_inlet(self, inlet: &Inlet) -> Option<Excess> {
        match self {
            Self::Failed => Excess::of_counts(inlet.failed_before, inlet.failed_since),
            Self::Slow => Excess::of_counts(inlet.slow_before, inlet.slow_since),
        }
    }
}

/// What was counted beyond the usual, and the variance that chance alone would give it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excess {
    /// Beyond the usual; negative where it is less.
    pub amount: f64,
    /// Variance if nothing changed.
    pub variance: f64,
}

impl Excess {
    /// Counts beyond the ratio before; `None` where nothing was counted before or since.
    #[must_use]
    pub fn of_counts(before: Counts, since: Counts) -> Option<Self> {
        if before.n < 1.0 || since.n < 1.0 {
            return None;
        }
        // Half an event more than was seen: a ratio of exactly 0 or 1 has variance too.
        let p = (before.k + 0.5) / (before.n + 1.0);
        let scatter = if p < 1.0 { p * (1.0 - p) } else { p };
        let variance = since.n * scatter * (1.0 + since.n / before.n);
        Some(Self { amount: since.k - since.n * before.k / before.n, variance })
    }

    /// Whether it is more than chance can be where so many figures are looked at, and more than the
    /// least that counts. The most extreme of n normal figures grows with the root of 2 ln n.
    #[must_use]
    pub fn is_more_than_chance(self, n_figures: usize, least: f64) -> bool {
        let z = (GATE_Z * GATE_Z + 2.0 * (n_figures.max(1) as f64).ln()).sqrt();
        self.amount.abs() > (z * self.variance.sqrt()).max(least)
    }
}

/// What was counted beyond the ratio before, if it is more than chance can be in one of so many.
pub(crate) fn gated_excess(before: Counts, since: Counts, n_figures: usize) -> Option<f64> {
    let excess = Excess::of_counts(before, since)?;
    excess.is_more_than_chance(n_figures, EVENTS_MIN).then_some(excess.amount)
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
        assert_eq!(gated_excess(c(5_000.0, 2_500.0), c(400.0, 210.0), 1), None);
        assert_eq!(gated_excess(c(5_000.0, 2_500.0), c(400.0, 400.0), 1), Some(200.0));
        assert_eq!(gated_excess(c(5_000.0, 0.0), c(400.0, 1.0), 1), None);
        assert_eq!(gated_excess(c(5_000.0, 0.0), c(400.0, 40.0), 1), Some(40.0));
        assert_eq!(gated_excess(c(0.0, 0.0), c(400.0, 40.0), 1), None);
    }
}
