//! When and where: how well the time and place of a change fit the onset.

use super::{COMPARED_WITH_H, Factor};
use crate::evidence::{Evidence, KnownChange};
use crate::words::{change_words, clock, onset_words, points, share};
use hw_model::{ChangeSource, Origin, Timestamp, length_words};
use std::collections::{BTreeSet, VecDeque};

/// Seconds by which the clock of a change may be wrong: told changes are typed by people.
const TOLD_CLOCK_S: f64 = 120.0;
const SEEN_CLOCK_S: f64 = 2.0;

/// Seconds by which such a clock is off on average.
const CLOCK_OFF_S: f64 = 30.0;

/// Probability that the onset lies before a change from which on order exonerates it.
const ORDER: f64 = 0.99;

/// Probability that it starts at none of the origins, at least: verdicts were measured with it, and a change
/// may be at a place that no telemetry shows.
const ELSEWHERE_MIN: f64 = 0.03;

/// The place of a change relative to an origin, as a share of the hazard (docs/internals/attribution.md).
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// It changed the origin itself.
    Origin,
    /// It changed what the origin asks.
    Asked,
    /// It changed who asks the origin.
    Asks,
    /// It changed who feeds the one that asks.
    Feeds,
    Unrelated,
}

impl Place {
    const fn share(self) -> f64 {
        match self {
            Self::Origin => 1.0,
            Self::Asked => 0.3,
            Self::Asks => 0.4,
            Self::Feeds => 0.1,
            Self::Unrelated => 0.01,
        }
    }
}

/// The change came after the onset: order alone exonerates it.
pub(super) fn after_onset(evidence: &Evidence, known: &KnownChange) -> Option<Factor> {
    let at = known.change.at;
    let before = evidence.onset_before(known.began_at.plus_s(-clock_s(known)));
    (before > ORDER).then(|| Factor {
        bayes_factor: 0.0,
        is_hard: true,
        because: format!(
            "it came {} after {onset}: {}, {onset} lies at {}",
            length_words(at.seconds_since(evidence.onset_at())),
            change_words(evidence, known),
            clock(evidence, evidence.onset_at()),
            onset = onset_words(evidence)
        ),
    })
}

/// Hazard per hour at the observed lag, before other evidence, and the sentence for it.
pub(super) fn hazard_per_h(
    evidence: &Evidence,
    origins: &[Origin],
    known: &KnownChange,
) -> (f64, Factor) {
    let mut per_h = 0.0;
    let mut best = (0.0, "", Place::Unrelated);
    for origin in origins {
        let place = place_of(evidence, &known.change.service, &origin.service);
        let weight = origin.confidence * place.share();
        per_h += weight * density_per_h(evidence, known, place);
        if weight > best.0 {
            best = (weight, origin.service.as_str(), place);
        }
    }
    let nobody = 1.0 - origins.iter().map(|origin| origin.confidence).sum::<f64>();
    let unrelated = nobody.max(ELSEWHERE_MIN) * Place::Unrelated.share();
    per_h += unrelated * density_per_h(evidence, known, Place::Unrelated);
    let (_, origin, place) = best;
    let timing = COMPARED_WITH_H * density_per_h(evidence, known, place);
    let lag_s = evidence.onset_at().seconds_since(known.change.at);
    let onset = onset_words(evidence);
    let when = if lag_s <= -1.0 && known.change.source == ChangeSource::Told {
        format!("{} after {onset}, if the told time is right", length_words(-lag_s))
    } else {
        // Found changes are timed by their first span, the onset by the first second that differs.
        if lag_s < 1.0 {
            format!("at {onset}")
        } else {
            format!("{} before {onset}", length_words(lag_s))
        }
    };
    let because = format!(
        "{}, {when} ({}); {}",
        change_words(evidence, known),
        points(timing),
        place_words(place, &known.change.service, origin)
    );
    (per_h, Factor { bayes_factor: timing, is_hard: false, because })
}

fn place_words(place: Place, service: &str, origin: &str) -> String {
    let share = share(place.share());
    match place {
        Place::Origin => format!("{service} is where it starts"),
        Place::Asked => format!("{origin}, where it starts, asks it (weight {share})"),
        Place::Asks => format!("it asks {origin}, where it starts (weight {share})"),
        Place::Feeds => {
            format!("it only feeds what asks {origin}, where it starts (weight {share})")
        }
        Place::Unrelated => format!("nothing leads from it to the harm (weight {share})"),
    }
}

const fn clock_s(known: &KnownChange) -> f64 {
    match known.change.source {
        ChangeSource::Told => TOLD_CLOCK_S,
        ChangeSource::Telemetry | ChangeSource::Both => SEEN_CLOCK_S,
    }
}

/// Density per hour of the lag from change to onset, averaged over the onset's posterior.
fn density_per_h(evidence: &Evidence, known: &KnownChange, place: Place) -> f64 {
    let density = |onset: Timestamp| {
        let lag_s = onset.seconds_since(known.began_at);
        if lag_s < -clock_s(known) {
            return 1e-4;
        }
        // It came before the onset after all, if its clock is off by as much: less likely the more.
        let (lag_s, off) = (lag_s.max(0.0), (lag_s.min(0.0) / CLOCK_OFF_S).exp());
        let own = own_density(lag_s);
        let density = match place {
            Place::Origin | Place::Asked => own,
            Place::Asks | Place::Feeds | Place::Unrelated => own.min(far_density(lag_s)),
        };
        off * density
    };
    evidence.onset.iter().map(|(onset, weight)| weight * density(*onset)).sum()
}

/// Lag of a shift behind the change of the service that shifts: mostly minutes, sometimes hours.
fn own_density(lag_s: f64) -> f64 {
    0.70 * exponential(lag_s, 300.0) + 0.25 * log_uniform(lag_s) + uniform(lag_s) + 1e-4
}

/// Lag behind the change of a service that only hands something on: that arrives at once, so a
/// longer lag discounts it. It never counts for guilt (as a free density it accuses wrongly).
fn far_density(lag_s: f64) -> f64 {
    0.60 * exponential(lag_s, 30.0)
        + 0.20 * exponential(lag_s, 300.0)
        + 0.15 * log_uniform(lag_s)
        + uniform(lag_s)
}

/// Per hour.
fn exponential(lag_s: f64, mean_s: f64) -> f64 {
    3_600.0 / mean_s * (-lag_s / mean_s).exp()
}

/// Between five minutes and a day, per hour.
fn log_uniform(lag_s: f64) -> f64 {
    log_uniform_between(lag_s, (300.0, 86_400.0))
}

/// Between these times, per hour.
pub(super) fn log_uniform_between(lag_s: f64, (from_s, to_s): (f64, f64)) -> f64 {
    if lag_s < from_s || lag_s > to_s {
        return 0.0;
    }
    3_600.0 / (lag_s * (to_s / from_s).ln())
}

/// A twentieth over three days, per hour.
fn uniform(lag_s: f64) -> f64 {
    if lag_s <= 72.0 * 3_600.0 { 0.05 / 72.0 } else { 0.0 }
}

/// What `service` is to `origin`, on the graph of calls.
fn place_of(evidence: &Evidence, service: &str, origin: &str) -> Place {
    if service == origin {
        return Place::Origin;
    }
    let calls = |from: &str, to: &str| {
        evidence.legs.iter().any(|leg| leg.hop.caller == from && leg.hop.callee == to)
    };
    if calls(service, origin) {
        Place::Asks
    } else if calls(origin, service) {
        Place::Asked
    } else if leads_to(evidence, service, origin) {
        Place::Feeds
    } else {
        Place::Unrelated
    }
}

fn leads_to(evidence: &Evidence, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        if at == to {
            return true;
        }
        for leg in evidence.legs.iter().filter(|leg| leg.hop.caller == at) {
            if seen.insert(&leg.hop.callee) {
                next.push_back(&leg.hop.callee);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integral_per_h(density: impl Fn(f64) -> f64) -> f64 {
        (0..72 * 3_600).map(|second| density(f64::from(second) + 0.5) / 3_600.0).sum()
    }

    #[test]
    fn densities_are_densities() {
        assert!((integral_per_h(own_density) - 1.0).abs() < 0.01);
        assert!((integral_per_h(far_density) - 1.0).abs() < 0.01);
    }

    #[test]
    fn three_minutes_speak_less_against_a_feeder() {
        assert!((48.0 * own_density(180.0) - 221.0).abs() < 1.0);
        assert!(far_density(180.0) < 0.4 * own_density(180.0));
    }
}
