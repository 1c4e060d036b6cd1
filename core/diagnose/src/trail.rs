//! The way the items came: every leg from where they come in to where it hurts.

use crate::evidence::{Evidence, Leg};
use hw_model::{Hop, TrailStep};
use std::collections::BTreeSet;

/// Legs on the way to the main shift, source first, with what entered, what left, and what would
/// have left at the usual ratio. Hops that are only asked are not on the way.
pub(crate) fn trail(evidence: &Evidence) -> Vec<TrailStep> {
    let Some(alert) = evidence.main().target.hop() else { return Vec::new() };
    let mut steps: Vec<&Leg> = Vec::new();
    let mut at: Option<&Hop> = Some(alert);
    let mut seen: BTreeSet<&Hop> = BTreeSet::new();
    while let Some(hop) = at {
        if !seen.insert(hop) {
            break;
        }
        steps.extend(evidence.legs.iter().find(|leg| leg.hop == *hop));
        at = feeder(evidence, hop).map(|leg| &leg.hop);
    }
    steps.reverse();
    steps.into_iter().map(step).collect()
}

/// The busiest leg that leads into the entry a hop leaves from.
fn feeder<'a>(evidence: &'a Evidence, hop: &Hop) -> Option<&'a Leg> {
    let leads_here =
        |leg: &&Leg| leg.hop.callee == hop.caller && Some(&leg.hop.operation) == hop.entry.as_ref();
    let legs = evidence.legs.iter().filter(leads_here);
    legs.max_by(|a, b| a.items_since.k.total_cmp(&b.items_since.k).then_with(|| b.hop.cmp(&a.hop)))
}

fn step(leg: &Leg) -> TrailStep {
    let ratio = leg.items_before.ratio().unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of items")]
    let whole = |n: f64| n.round() as u64;
    TrailStep {
        hop: leg.hop.clone(),
        entered: whole(leg.items_since.n),
        left: whole(leg.items_since.k),
        expected: leg.items_since.n * ratio,
    }
}
