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
use std::collections::BTreeSet;

/// Spontaneous shifts of a hop per hour.
const SPONTANEOUS_PER_H: f64 = 0.001;

/// P at or above which a change is implicated by when and where it was alone. At .9 it was right in .937 of such
/// histories; at .95 it accused fewer than nine in ten of those that an oracle accuses (docs/internals/attribution.md).
const IMPLICATED: f64 = 0.942;

/// The same, if an experiment accuses it: taken back and the figure returned, only the new version shows it, made
/// again and it came again. From .6 to .9 that was right more often than said.
const IMPLICATED_BY_EXPERIMENT: f64 = 0.75;

/// How much experiments must say, as a likelihood ratio.
const ACCUSES: f64 = 3.0;

/// Evidence that an implicated change must have, as a likelihood ratio.
const IMPLICATED_EVIDENCE: f64 = 10.0;

/// P at or below which a change is not implicated.
const NOT_IMPLICATED: f64 = 0.1;

/// P at or below which one hard fact exonerates, in doubt of it. With .01 and no doubt, a rollback that did not help
/// cleared guilty changes of hours before; with .002, two in 103,000 exonerations by a cure elsewhere were wrong
/// (docs/internals/attribution.md).
const EXONERATED: f64 = 0.0005;

/// Share of experiments that say nothing, for an exoneration: faults that outlive their version, cures by
/// coincidence, triggers that come once.
const VOID: f64 = 0.1;

/// P at or below which two independent hard facts exonerate.
const EXONERATED_BY_TWO: f64 = 0.05;

/// What a hard fact must say to exonerate alone, as a likelihood ratio.
const HARD_ALONE: f64 = 0.1;

/// What the hard facts together must say then, as a likelihood ratio. Of 2,027 guilty changes one was exonerated by
/// two that said .06 (docs/internals/attribution.md).
const HARD_TOGETHER: f64 = 1.0 / 30.0;

/// Hours before an onset in which a change is expected anyway: BF_time compares with a change at
/// any time within them.
const COMPARED_WITH_H: f64 = 48.0;

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// When and where it was.
    Timing,
    /// It came after the onset.
    Order,
    /// It was taken back.
    Reversal,
    /// Old and new version ran side by side.
    Split,
    /// Something else cured it.
    Cure,
    /// It was made again.
    Redeploy,
}

/// How much a piece of evidence says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    /// What it is about.
    pub fact: Fact,
    /// Likelihood ratio, above one against the change.
    pub bayes_factor: f64,
    /// Whether it can carry an exoneration, alone or beside another.
    pub is_hard: bool,
}

/// One piece of evidence on one change, with its sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Factor {
    pub weight: Weight,
    pub because: String,
}

impl Factor {
    pub(crate) const fn soft(fact: Fact, bayes_factor: f64, because: String) -> Self {
        Self { weight: Weight { fact, bayes_factor, is_hard: false }, because }
    }

    /// A fact that can carry an exoneration, if it is hard enough.
    pub(crate) const fn hard_if(mut self, is_hard: bool) -> Self {
        self.weight.is_hard = is_hard;
        self
    }

    pub(crate) const fn bayes_factor(&self) -> f64 {
        self.weight.bayes_factor
    }

    /// How much more this factor leaves of a hazard if it is in doubt: an experiment that speaks for innocence
    /// may say nothing.
    fn doubt(&self) -> f64 {
        let Weight { fact, bayes_factor, .. } = self.weight;
        let is_experiment = match fact {
            Fact::Timing | Fact::Order => false,
            Fact::Reversal | Fact::Split | Fact::Cure | Fact::Redeploy => true,
        };
        if is_experiment && bayes_factor < 1.0 {
            (VOID + (1.0 - VOID) * bayes_factor) / bayes_factor.max(f64::MIN_POSITIVE)
        } else {
            1.0
        }
    }
}

/// A judgement with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// The judgement.
    pub judgement: Judgement,
    /// Each piece of evidence.
    pub weights: Vec<Weight>,
    /// Hazard per hour at the onset, with all of it.
    pub per_h: f64,
}

impl Weighed {
    /// The hard facts that speak for the change.
    pub fn hard(&self) -> impl Iterator<Item = Fact> {
        self.weights.iter().filter(|weight| weight.is_hard).map(|weight| weight.fact)
    }
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
    let weighed = weigh_all(evidence, origins);
    weighed.into_iter().map(|weighed| weighed.judgement).collect()
}

/// Judges every known change, with what the judgements rest on.
pub(crate) fn weigh_all(evidence: &Evidence, origins: &[Origin]) -> Vec<Weighed> {
    let of_many = of_many(evidence);
    let hazards = evidence.changes.iter().map(|known| {
        let hazard = hazard(evidence, origins, known);
        Hazard { per_h: of_many * hazard.per_h, ..hazard }
    });
    let hazards: Vec<Hazard<'_>> = hazards.collect();
    let total: f64 = hazards.iter().map(|hazard| hazard.per_h).sum::<f64>() + SPONTANEOUS_PER_H;
    hazards.into_iter().map(|hazard| conclude(evidence, hazard, total)).collect()
}

/// How much less a change is suspected where services are changed more often than once a day: who changes
/// often changes less at a time. Halfway (geometrically) between the same risk per change and the
/// same risk per day.
fn of_many(evidence: &Evidence) -> f64 {
    let onset_at = evidence.onset_at();
    let is_before = |known: &&KnownChange| {
        known.change.kind == ChangeKind::Deploy && known.change.at <= onset_at
    };
    let deploys = evidence.changes.iter().filter(is_before).count();
    let heard = evidence.legs.iter().filter(|leg| leg.callee_is_heard);
    let callees = heard.map(|leg| leg.hop.callee.as_str());
    let callers = evidence.legs.iter().map(|leg| leg.hop.caller.as_str());
    let services: BTreeSet<&str> = callers.chain(callees).collect();
    let each = deploys as f64 / services.len().max(1) as f64;
    each.max(1.0).powf(-0.75)
}

/// Probability per change that it shifts some hop, by kind.
const fn theta(kind: ChangeKind) -> f64 {
    match kind {
        ChangeKind::Deploy | ChangeKind::Flag | ChangeKind::Config => 0.02,
        // The version that it goes back to ran before.
        ChangeKind::Restart | ChangeKind::Rollback => 0.005,
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
    factors.extend(reversal::weigh(evidence, origins, known));
    factors.extend(split::weigh(evidence, known));
    factors.extend(cure::weigh(evidence, origins, known));
    factors.extend(redeploy::weigh(evidence, known));
    let weighed: f64 = factors.iter().skip(1).map(Factor::bayes_factor).product();
    let timing = factors.first().map_or(1.0, Factor::bayes_factor);
    Hazard {
        known,
        per_h: theta(known.change.kind) * per_h * weighed,
        evidence: timing * weighed,
        factors,
    }
}

fn is_implicated(probability: f64, hazard: &Hazard<'_>) -> bool {
    let experiments = hazard
        .factors
        .iter()
        .map(|factor| factor.weight)
        .filter(|weight| matches!(weight.fact, Fact::Reversal | Fact::Split | Fact::Redeploy));
    let said: f64 = experiments.map(|weight| weight.bayes_factor).product();
    if said > ACCUSES {
        probability >= IMPLICATED_BY_EXPERIMENT
    } else {
        probability >= IMPLICATED && hazard.evidence > IMPLICATED_EVIDENCE
    }
}

/// Whether a fact may exonerate without a second one. That taking a change back did not help may not: a fault may
/// outlive the version that brought it. Of some 1,400 exonerations in histories that rested on that alone two were of
/// guilty changes (docs/internals/attribution.md).
const fn carries_alone(fact: Fact) -> bool {
    match fact {
        Fact::Reversal => false,
        Fact::Timing | Fact::Order | Fact::Split | Fact::Cure | Fact::Redeploy => true,
    }
}

fn conclude(evidence: &Evidence, hazard: Hazard<'_>, total: f64) -> Weighed {
    let probability = hazard.per_h / total;
    let weights: Vec<Weight> = hazard.factors.iter().map(|factor| factor.weight).collect();
    let in_doubt = hazard.per_h * hazard.factors.iter().map(Factor::doubt).product::<f64>();
    let doubted = in_doubt / (total - hazard.per_h + in_doubt);
    let hard = || weights.iter().filter(|weight| weight.is_hard);
    let (n_hard, said_by_hard) =
        (hard().count(), hard().map(|weight| weight.bayes_factor).product::<f64>());
    let alone = hard().filter(|weight| carries_alone(weight.fact));
    let strongest = alone.map(|weight| weight.bayes_factor).fold(1.0, f64::min);
    let verdict = if is_implicated(probability, &hazard) {
        Verdict::Implicated
    } else if (doubted <= EXONERATED && strongest <= HARD_ALONE)
        || (probability <= EXONERATED_BY_TWO && n_hard >= 2 && said_by_hard <= HARD_TOGETHER)
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
    let judgement = Judgement { change: hazard.known.change.id, verdict, probability, because };
    Weighed { judgement, weights, per_h: hazard.per_h }
}
