//! Something else cured it, while this change stayed in place or was long gone.

use super::{Fact, Factor};
use crate::evidence::{Evidence, KnownChange};
use crate::mitigation::{effect_of, is_attempt};
use crate::words::{clock, points};
use hw_model::{ChangeKind, Effect, Origin};

/// How much less likely a cure elsewhere is if this change is guilty: a restart of the changed
/// service itself may hide its fault; one that is reached through it may have been fed bad state;
/// any other has nothing to do with it (docs/internals/attribution.md).
const CURED_ITSELF: f64 = 0.6;
const CURED_BEHIND: f64 = 0.3;
const CURED_ELSEWHERE: f64 = 0.1;

/// A change that had been taken back before says less: what it left behind may have sat there.
const WAS_GONE: f64 = 0.5;

/// Probability of an origin from which on a cure there shows that the harm sat there, and not where a change was
/// that had been taken back to no avail.
const LIKELY: f64 = 0.5;

/// The evidence of a cure by another service's restart or rollback.
pub(super) fn weigh(
    evidence: &Evidence,
    origins: &[Origin],
    known: &KnownChange,
) -> Option<Factor> {
    let change = &known.change;
    let reversed_at = evidence
        .changes
        .iter()
        .find(|other| other.change.reverses == Some(change.id))
        .map(|other| other.change.at);
    let cure = evidence.changes.iter().find(|other| {
        is_attempt(evidence, other)
            && other.began_at > evidence.onset_at()
            && other.change.id != change.id
            && other.change.reverses != Some(change.id)
            && effect_of(evidence, other).0 == Effect::Worked
    })?;
    let stayed = reversed_at.is_none_or(|at| at > cure.change.at);
    let bayes_factor = if !stayed {
        WAS_GONE
    } else if cure.change.service == change.service {
        CURED_ITSELF
    } else if is_fed_by(evidence, &cure.change.service, &change.service) {
        CURED_BEHIND
    } else {
        CURED_ELSEWHERE
    };
    let place =
        if stayed { "while this change stayed in place" } else { "after this change was gone" };
    let because =
        format!("{} ended it, {place} ({})", cure_words(evidence, cure), points(bayes_factor));
    let is_likely = |origin: &Origin| origin.confidence >= LIKELY;
    let mut likely = origins.iter().filter(|origin| is_likely(origin));
    let is_where_it_starts = likely.any(|origin| origin.service == cure.change.service);
    let is_hard = cure.change.service != change.service && (stayed || is_where_it_starts);
    Some(Factor::soft(Fact::Cure, bayes_factor, because).hard_if(is_hard))
}

/// Whether a restart ended it.
pub(super) fn is_by_restart(evidence: &Evidence) -> bool {
    evidence.changes.iter().any(|other| {
        other.change.kind == ChangeKind::Restart
            && is_attempt(evidence, other)
            && effect_of(evidence, other).0 == Effect::Worked
    })
}

/// `the restart of eligibility at 00:20`.
fn cure_words(evidence: &Evidence, cure: &KnownChange) -> String {
    let what = match cure.change.kind {
        ChangeKind::Restart => "the restart of",
        ChangeKind::Rollback => "the rollback of",
        ChangeKind::Deploy
        | ChangeKind::Flag
        | ChangeKind::Config
        | ChangeKind::Instrumentation
        | ChangeKind::Other => "what was done to",
    };
    format!("{what} {} at {}", cure.change.service, clock(evidence, cure.change.at))
}

fn is_fed_by(evidence: &Evidence, service: &str, feeder: &str) -> bool {
    let mut reached = vec![feeder];
    let mut at = 0;
    while let Some(caller) = reached.get(at).copied() {
        at += 1;
        for leg in evidence.legs.iter().filter(|leg| leg.hop.caller == caller) {
            if !reached.contains(&&*leg.hop.callee) {
                reached.push(&leg.hop.callee);
            }
        }
    }
    reached.contains(&service)
}
