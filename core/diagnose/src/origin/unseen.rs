//! Blame for dependencies whose answers cannot be seen.
//!
//! Nothing in the data tells whether the one that asks changed or the one that answers. So each that is
//! asked is as likely as the owner, unless something speaks against it: the answers of others in the
//! same system can be seen, so that those of one that decides would be, too; items go on that were
//! never asked about, so that they did not wait for its word; each item leaves more often, and an answer
//! says whether it does; or it hands items on itself, so that it is a place on their way. The factors are
//! chosen in fault worlds with even seeds (docs/internals/attribution.md).

use crate::evidence::{AskedHop, Evidence};
use hw_model::{Hop, Signal};
use hw_stats::Counts;

/// Odds against the owner where nobody's answers can be seen, and where those of others can.
const UNSEEN: f64 = 1.0;
const UNSEEN_AMONG_SEEN: f64 = 0.02;

/// How much less likely somebody decides on items of which some go on unasked, or how often they leave.
const GOES_ON_UNASKED: f64 = 0.02;

/// How much less likely somebody decides that hands items on to others.
const HANDS_ON: f64 = 0.1;

/// Share of the items that must go on unasked, and standard deviations beyond chance.
const UNASKED_MIN: f64 = 0.02;
const UNASKED_Z: f64 = 3.0;

/// The shares of an owner's blame for what it asks and cannot be seen to answer, in their order.
pub(super) fn shares(evidence: &Evidence, unseen: &[&AskedHop]) -> Vec<f64> {
    let odds: Vec<f64> = unseen.iter().map(|asked| odds(evidence, asked)).collect();
    let all = 1.0 + odds.iter().sum::<f64>();
    odds.into_iter().map(|odds| odds / all).collect()
}

fn odds(evidence: &Evidence, asked: &AskedHop) -> f64 {
    let mut odds = if evidence.sees_answers { UNSEEN_AMONG_SEEN } else { UNSEEN };
    if goes_on_unasked(evidence, asked) {
        odds *= GOES_ON_UNASKED;
    }
    let mut legs = evidence.legs.iter();
    if legs.any(|leg| leg.hop.caller == asked.asked.callee && leg.callee_is_heard) {
        odds *= HANDS_ON;
    }
    odds
}

/// Whether more items go on than were asked about, before or since, or some go on more than once.
fn goes_on_unasked(evidence: &Evidence, asked: &AskedHop) -> bool {
    let Some((before, since)) = went_on(evidence, &asked.outcome) else { return false };
    if before.max(since) > 1.0 {
        return true;
    }
    let Some(asks) = evidence.legs.iter().find(|leg| leg.hop == asked.asked) else { return false };
    is_short_of(asks.items_before, before) || is_short_of(asks.items_since, since)
}

/// What part of the items went on, before and since: a share, or items per item where it is that which
/// moved. A leg knows items per item only.
fn went_on(evidence: &Evidence, outcome: &Hop) -> Option<(f64, f64)> {
    let is_its = |shift: &&hw_model::Shift| {
        shift.signal == Signal::Transfer && shift.target.hop() == Some(outcome)
    };
    evidence.shifts.iter().find(is_its).map(|shift| (shift.before, shift.after))
}

fn is_short_of(asked: Counts, went_on: f64) -> bool {
    let Some(share) = asked.ratio().map(|ratio| ratio.min(1.0)) else { return false };
    let scatter = (share * (1.0 - share) + went_on * (1.0 - went_on)) / asked.n;
    went_on - share > UNASKED_MIN + UNASKED_Z * scatter.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_about_all_may_decide() {
        assert!(!is_short_of(Counts::new(400.0, 400.0), 1.0));
        assert!(!is_short_of(Counts::new(400.0, 396.0), 1.0));
        assert!(!is_short_of(Counts::new(400.0, 240.0), 0.5));
        assert!(!is_short_of(Counts::new(0.0, 0.0), 0.5));
    }

    #[test]
    fn who_is_asked_about_half_does_not_decide_on_all() {
        assert!(is_short_of(Counts::new(400.0, 200.0), 1.0));
        assert!(!is_short_of(Counts::new(10.0, 5.0), 0.6), "that may be chance");
    }
}
