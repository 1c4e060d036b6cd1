//! Did this change cause the incident? Competing risks, with each piece of evidence as a factor.
//!
//! docs/internals/attribution.md. Each change i has a hazard
//! O_i = theta * sum over origins o of P(o) rel(i, o) F(i, o) * BF_reversal * BF_split * BF_cure *
//! BF_redeploy; what nobody recorded has O_0 = mu. P_i = O_i / (sum O + mu). F is how likely the
//! observed lag is, per hour, averaged over the onset's posterior. Hard facts are kept apart from
//! the probability: without one nothing is ever exonerated, because a wrong exoneration is the worst
//! error this product can make.

pub(crate) mod again;
mod cure;
mod lag;
mod redeploy;
mod reversal;
mod split;

use crate::evidence::{Evidence, KnownChange};
use hw_model::{ChangeKind, Judgement, Origin, Verdict};

/// Spontaneous shifts of a hop per hour.
const SPONTANEOUS_PER_H: f64 = 0.002;

/// P at or above which a change is implicated, if evidence speaks for it.
const IMPLICATED: f64 = 0.9;

/// Evidence that an implicated change must have, as a likelihood ratio.
const IMPLICATED_EVIDENCE: f64 = 10.0;

/// P at or below which a change is not implicated.
const NOT_IMPLICATED: f64 = 0.1;

/// P at or below which one hard fact exonerates.
const EXONERATED: f64 = 0.01;

/// P at or below which two independent hard facts exonerate.
const EXONERATED_BY_TWO: f64 = 0.05;

/// Hours before an onset in which a change is expected anyway: BF_time compares with a change at
/// any time within them.
const COMPARED_WITH_H: f64 = 48.0;

/// One piece of evidence on one change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Factor {
    /// Likelihood ratio, above one against the change.
    pub bayes_factor: f64,
    /// Whether it alone can carry an exoneration.
    pub is_hard: bool,
    /// The sentence.
    pub because: String,
}

/// A change with its hazard and the evidence that went into it.
struct Hazard<'a> {
    known: &'a KnownChange,
    per_h: f64,
    evidence: f64,
    factors: Vec<Factor>,
}

/// Judges every known change.
pub(crate) fn judge_all(evidence: &Evidence, origins: &[Origin]) -> Vec<Judgement> {
    let hazards: Vec<Hazard<'_>> =
        evidence.changes.iter().map(|known| hazard(evidence, origins, known)).collect();
    let total: f64 = hazards.iter().map(|hazard| hazard.per_h).sum::<f64>() + SPONTANEOUS_PER_H;
    hazards.into_iter().map(|hazard| conclude(evidence, hazard, total)).collect()
}

/// Probability per change that it shifts some hop, by kind.
const fn theta(kind: ChangeKind) -> f64 {
    match kind {
        ChangeKind::Deploy | ChangeKind::Rollback | ChangeKind::Flag | ChangeKind::Config => 0.02,
        ChangeKind::Restart => 0.005,
        ChangeKind::Instrumentation => 0.002,
        ChangeKind::Other => 0.01,
    }
}

fn hazard<'a>(evidence: &Evidence, origins: &[Origin], known: &'a KnownChange) -> Hazard<'a> {
    let after = lag::after_onset(evidence, known);
    if let Some(order) = after {
        return Hazard { known, per_h: 0.0, evidence: 0.0, factors: vec![order] };
    }
    let (per_h, relation) = lag::hazard_per_h(evidence, origins, known);
    let mut factors = vec![relation];
    factors.extend(reversal::weigh(evidence, known));
    factors.extend(split::weigh(evidence, known));
    factors.extend(cure::weigh(evidence, known));
    factors.extend(redeploy::weigh(evidence, known));
    let weighed: f64 = factors.iter().skip(1).map(|factor| factor.bayes_factor).product();
    let timing = factors.first().map_or(1.0, |factor| factor.bayes_factor);
    Hazard {
        known,
        per_h: theta(known.change.kind) * per_h * weighed,
        evidence: timing * weighed,
        factors,
    }
}

fn conclude(evidence: &Evidence, hazard: Hazard<'_>, total: f64) -> Judgement {
    let probability = hazard.per_h / total;
    let n_hard = hazard.factors.iter().filter(|factor| factor.is_hard).count();
    let verdict = if probability >= IMPLICATED && hazard.evidence > IMPLICATED_EVIDENCE {
        Verdict::Implicated
    } else if (probability <= EXONERATED && n_hard >= 1)
        || (probability <= EXONERATED_BY_TWO && n_hard >= 2)
    {
        Verdict::Exonerated
    } else if probability <= NOT_IMPLICATED {
        Verdict::NotImplicated
    } else {
        Verdict::Undecided
    };
    let mut because: Vec<String> = hazard.factors.into_iter().map(|f| f.because).collect();
    if verdict == Verdict::Undecided {
        because.push(reversal::what_would_decide(evidence, hazard.known));
    }
    Judgement { change: hazard.known.change.id, verdict, probability, because }
}
