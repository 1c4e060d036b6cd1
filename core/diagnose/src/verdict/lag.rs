//! When and where: how well the time and place of a change fit the onset.

use super::{COMPARED_WITH_H, Fact, Factor};
use crate::evidence::{AskedHop, Evidence, KnownChange};
use crate::mechanism::{Mechanism, test};
use crate::words::{change_words, clock, onset_words, points, share};
use hw_model::{ChangeSource, Origin, Shift, Signal, Timestamp, length_words};
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
    /// It changed what the origin asks, and that answers as before.
    AnswersAsAlways,
    /// It changed what items go on to, once the origin is done with them.
    HandedTo,
    /// It changed who asks the origin, which asks nobody before items go on.
    Asks,
    /// The same, and the origin asks somebody whose answers nobody sees.
    AsksUnseen,
    /// The same, and who is asked answers as before: the origin is handed the same items as always.
    AsksAsAlways,
    /// It changed who hands items to the one that asks the origin.
    Feeds,
    /// It changed who feeds it from farther up.
    FeedsFromAfar,
    Unrelated,
}

impl Place {
    const fn share(self) -> f64 {
        match self {
            Self::Origin => 1.0,
            Self::Asked => 0.3,
            Self::Asks => 0.5,
            Self::AsksUnseen => 0.3,
            Self::AsksAsAlways => 0.1,
            Self::Feeds => 0.08,
            // Who hands on what comes from farther up has looked at it and found it as always.
            Self::FeedsFromAfar => 0.02,
            // What it answers is as always; that it does something else all the same, nobody would see.
            Self::AnswersAsAlways | Self::HandedTo => 0.03,
            Self::Unrelated => 0.003,
        }
    }
}

/// The change came after the onset: order alone exonerates it.
pub(super) fn after_onset(evidence: &Evidence, known: &KnownChange) -> Option<Factor> {
    let at = known.change.at;
    let before = evidence.onset_before(known.began_at.plus_s(-clock_s(known)));
    (before > ORDER).then(|| {
        let because = format!(
            "it came {} after {onset}: {}, {onset} lies at {}",
            length_words(at.seconds_since(evidence.onset_at())),
            change_words(evidence, known),
            clock(evidence, evidence.onset_at()),
            onset = onset_words(evidence)
        );
        Factor::soft(Fact::Order, 0.0, because).hard_if(true)
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
    (per_h, Factor::soft(Fact::Timing, timing, because))
}

fn place_words(place: Place, service: &str, origin: &str) -> String {
    let share = share(place.share());
    match place {
        Place::Origin => format!("{service} is where it starts"),
        Place::Asked => format!("{origin}, where it starts, asks it (weight {share})"),
        Place::AnswersAsAlways => format!(
            "{origin}, where it starts, asks it, and its answers are as before (weight {share})"
        ),
        Place::HandedTo => {
            format!("{origin}, where it starts, only hands items on to it (weight {share})")
        }
        Place::Asks | Place::AsksUnseen => {
            format!("it asks {origin}, where it starts (weight {share})")
        }
        Place::AsksAsAlways => format!(
            "it asks {origin}, where it starts, and what that gets looks as before (weight {share})"
        ),
        Place::Feeds | Place::FeedsFromAfar => {
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
            Place::Origin | Place::Asked | Place::AnswersAsAlways => own,
            Place::Asks
            | Place::AsksUnseen
            | Place::AsksAsAlways
            | Place::Feeds
            | Place::FeedsFromAfar
            | Place::HandedTo
            | Place::Unrelated => own.min(far_density(lag_s)),
        };
        off * density
    };
    evidence.onset.iter().map(|(onset, weight)| weight * density(*onset)).sum()
}

/// Lag of a shift behind the change of the service that shifts: mostly minutes, sometimes hours.
fn own_density(lag_s: f64) -> f64 {
    0.65 * exponential(lag_s, 300.0) + 0.30 * log_uniform(lag_s) + uniform(lag_s) + 1e-4
}

/// Lag behind the change of a service that only hands something on: that arrives at once, so a
/// longer lag discounts it. It never counts for guilt (as a free density it accuses wrongly).
fn far_density(lag_s: f64) -> f64 {
    0.50 * exponential(lag_s, 30.0)
        + 0.15 * exponential(lag_s, 300.0)
        + 0.30 * log_uniform(lag_s)
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
        asking_place(evidence, origin)
    } else if calls(origin, service) {
        asked_place(evidence, service, origin)
    } else {
        feeds_place(evidence, service, origin)
    }
}

/// How far up the way of the items it is.
fn feeds_place(evidence: &Evidence, service: &str, origin: &str) -> Place {
    let hands_on = |from: &str, to: &str| {
        evidence.legs.iter().any(|leg| leg.hop.caller == from && leg.hop.callee == to)
    };
    let mut asking = evidence.asked.iter().filter(|asked| asked.asked.callee == origin);
    if asking.any(|asked| hands_on(service, &asked.asked.caller)) {
        Place::Feeds
    } else if leads_to(evidence, service, origin) {
        Place::FeedsFromAfar
    } else {
        Place::Unrelated
    }
}

/// What the answers that the origin gets say of what it is handed.
fn asking_place(evidence: &Evidence, origin: &str) -> Place {
    let mut asked = evidence.asked.iter().filter(|asked| asked.asked.caller == origin).peekable();
    if asked.peek().is_none() {
        Place::Asks
    } else if asked.any(is_as_always) {
        Place::AsksAsAlways
    } else {
        Place::AsksUnseen
    }
}

fn is_as_always(asked: &AskedHop) -> bool {
    asked.answers.as_ref().is_some_and(|seen| test(seen) == Mechanism::AnswersAsAlways)
}

/// What is known of a service that the origin calls: whether it is asked before items go on, and answers as
/// before.
fn asked_place(evidence: &Evidence, service: &str, origin: &str) -> Place {
    let own = evidence.asked.iter().filter(|asked| asked.asked.caller == origin);
    let mut answers = own.filter(|asked| asked.asked.callee == service).peekable();
    if answers.peek().is_none() {
        let is_outcome = |shift: &Shift| {
            shift.signal == Signal::Transfer
                && shift
                    .target
                    .hop()
                    .is_some_and(|hop| hop.caller == origin && hop.callee == service)
        };
        return if evidence.shifts.iter().any(is_outcome) { Place::HandedTo } else { Place::Asked };
    }
    if answers.all(is_as_always) { Place::AnswersAsAlways } else { Place::Asked }
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
        assert!((48.0 * own_density(180.0) - 206.0).abs() < 1.0);
        assert!(far_density(180.0) < 0.4 * own_density(180.0));
    }
}
