//! From shifts, topology and changes to an origin, and a verdict per change with its facts.
//!
//! `diagnose` reads one immutable [`Evidence`] and returns one [`Diagnosis`]: it can be repeated,
//! replayed and disputed. Each sentence in it carries the numbers it rests on.
//!
//! It deliberately does not know how a shift was found or where it is kept.

mod backlog;
mod compare;
mod evidence;
mod impact;
mod leads;
mod ledger;
mod links;
mod mechanism;
mod mitigation;
mod origin;
mod redeploy;
mod relapse;
mod title;
mod trail;
mod verdict;
mod words;

pub use backlog::{Drained, Pile, Piling, pile};
pub use compare::{
    Comparison, FALSE_ALARMS, Grown, LegSeries, Outcome, Parting, Passage, Series, Sides, Span,
    compare, way,
};
pub use evidence::{
    AskedHop, Earlier, Evidence, Fate, Flowed, Inlet, KnownChange, Leg, LogRate, OUTSIDE,
    SeenAnswers, Split, Track,
};
pub use ledger::{Excess, LegHarm, OwnHarm, own_harm};
pub use links::link_told;
pub use verdict::{Fact, Weighed, Weight};

use hw_model::Diagnosis;

/// Everything that can be said about one incident from this evidence.
#[must_use]
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    if let Some(earlier) = &evidence.earlier {
        return relapse::diagnose(evidence, earlier);
    }
    let walk = origin::walk(evidence);
    let judgements = verdict::judge_all(evidence, &walk.origins);
    let first = walk.origins.first().map(|origin| origin.service.as_str());
    Diagnosis {
        leads: leads::leads(evidence, first),
        trail: trail::trail(evidence),
        mitigations: mitigation::judge_all(evidence),
        redeploy: redeploy::to_redeploy(evidence, &judgements),
        impact: impact::impact(evidence),
        origins: walk.origins,
        cleared: walk.cleared,
        judgements,
    }
}

/// The verdicts of [`diagnose`] on an incident that has not come back, with what they rest on: for
/// whoever measures how often they are right.
#[must_use]
pub fn weigh(evidence: &Evidence) -> Vec<Weighed> {
    verdict::weigh_all(evidence, &origin::walk(evidence).origins)
}

/// One line that says what is wrong.
#[must_use]
pub fn title(evidence: &Evidence) -> String {
    title::title(evidence)
}
