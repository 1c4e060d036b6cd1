//! How long it took to detect, notice, decide, mitigate and resolve, as distributions.
//!
//! Each by who noticed first, because that is what makes the difference: what a machine says within
//! minutes a person sees the next morning, and one figure over both describes neither.

use crate::log::{Case, Log};
use crate::noticed::Detector;
use crate::spread::Spread;
use hw_model::{Interval, Timestamp};

/// One leg of the way of an incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// detect, notice, decide, mitigate, resolve.
    pub name: &'static str,
    /// From when to when.
    pub definition: &'static str,
    /// Of all incidents.
    pub all: Spread,
    /// Of those that a machine noticed first.
    pub machine_first: Spread,
    /// Of those that a person noticed first.
    pub person_first: Spread,
}

/// How a length is read off an incident.
type Length = fn(&Case) -> Option<f64>;

/// Every leg: its name, its definition, and its length.
const LEGS: [(&str, &str, Length); 5] = [
    (
        "detect",
        "from when the harm began until Highwater could say so; of incidents of which a figure shifted",
        |case| since_start(case, case.times.detected),
    ),
    (
        "notice",
        "from when the harm began until the first person reported it or opened the incident",
        |case| since_start(case, case.person_noticed().map(|noticed| noticed.at)),
    ),
    (
        "decide",
        "from when the first person or machine knew of it until the first attempt to stop it began: a \
         rollback, a restart, or what people wrote down as one",
        decided,
    ),
    (
        "mitigate",
        "from when the harm began until it had stopped for good: if it came back, until the last time",
        |case| since_start(case, case.times.mitigated),
    ),
    ("resolve", "from when the harm began until people said that its cause is repaired", |case| {
        since_start(case, case.times.resolved)
    }),
];

/// Every leg, of the incidents that began in a stretch.
#[must_use]
pub fn times(log: &Log, period: Interval) -> Vec<Leg> {
    let cases = log.cases(period);
    let legs = LEGS.into_iter().map(|(name, definition, length)| {
        let of = |first: Option<Detector>| spread(&cases, first, length);
        Leg {
            name,
            definition,
            all: of(None),
            machine_first: of(Some(Detector::Machine)),
            person_first: of(Some(Detector::Person)),
        }
    });
    legs.collect()
}

fn spread(cases: &[&Case], first: Option<Detector>, length: Length) -> Spread {
    let is_wanted = |case: &&&Case| {
        let noticed = case.first_noticed().map(|noticed| Detector::of(&noticed.by));
        first.is_none_or(|first| noticed == Some(first))
    };
    Spread::of(cases.iter().filter(is_wanted).map(|case| (case.id, length(case))))
}

fn since_start(case: &Case, end: Option<Timestamp>) -> Option<f64> {
    Some(end?.seconds_since(case.times.started?))
}

/// What was tried before anybody knew was not decided because of it.
fn decided(case: &Case) -> Option<f64> {
    let known_at = case.known_at()?;
    let tried = case.attempts.iter().map(|attempt| attempt.began_at);
    let first = tried.filter(|at| *at >= known_at).min()?;
    Some(first.seconds_since(known_at))
}
