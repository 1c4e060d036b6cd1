//! Verdicts on an incident that was over and has come back.
//!
//! What the first time said of a change holds. Of a change that was there then, one thing is learned
//! since: whether taking it back brings the figure back. A cure by a second restart, or a split, says
//! the same as the first one did, and is not counted twice.
//!
//! A change since it was over cannot have begun it, and may have brought it back. It competes with
//! the chance that what a restart stopped comes back by itself, and is implicated by an experiment only.
//! Probabilities add up to one at most among the changes of before, and among those since.

use super::lag::log_uniform_between;
use super::{
    ACCUSES, EXONERATED_BY_TWO, Fact, Factor, Hazard, IMPLICATED_BY_EXPERIMENT, NOT_IMPLICATED,
    SPONTANEOUS_PER_H, conclude, hazard, reversal,
};
use crate::evidence::{Earlier, Evidence, KnownChange};
use crate::words::clock;
use hw_model::{ChangeId, Judgement, Verdict};

/// Probability that what a restart stopped comes back within a day, and the stretch in which it does:
/// as likely between one and ten minutes as between one and ten hours.
const RELAPSES: f64 = 0.5;
const RELAPSE_S: (f64, f64) = (60.0, 86_400.0);

/// Judges every change that is known of now or was then.
pub(crate) fn judge_all(evidence: &Evidence, earlier: &Earlier) -> Vec<Judgement> {
    let mut judgements = held(evidence, earlier);
    let is_held = |id: ChangeId| judgements.iter().any(|judgement| judgement.change == id);
    let new = evidence.changes.iter().filter(|known| !is_held(known.change.id));
    let origins = &earlier.diagnosis.origins;
    let hazards: Vec<Hazard<'_>> =
        new.map(|known| question(evidence, earlier, hazard(evidence, origins, known))).collect();
    let quiet_s = evidence.onset_at().seconds_since(earlier.over_at);
    let quiet_s = quiet_s.clamp(RELAPSE_S.0, RELAPSE_S.1);
    let by_itself = RELAPSES * log_uniform_between(quiet_s, RELAPSE_S) + SPONTANEOUS_PER_H;
    let total = by_itself + hazards.iter().map(|hazard| hazard.per_h).sum::<f64>();
    let new = hazards.into_iter().map(|hazard| conclude_new(evidence, earlier, hazard, total));
    judgements.extend(new);
    judgements
}

/// Whether a change came after the incident was over, and so after what cured it.
fn came_since(earlier: &Earlier, known: &KnownChange) -> bool {
    let tried = &earlier.diagnosis.mitigations;
    known.began_at > earlier.over_at && tried.iter().all(|tried| tried.change != known.change.id)
}

/// Says what is asked of a change that came before the return.
fn question<'a>(evidence: &Evidence, earlier: &Earlier, mut hazard: Hazard<'a>) -> Hazard<'a> {
    if hazard.per_h > 0.0 && came_since(earlier, hazard.known) {
        let because = format!(
            "it came after the incident was over, at {}: it may have brought it back, and so may what \
             the restart did not cure",
            clock(evidence, earlier.over_at)
        );
        // Its hour alone does not accuse it: the same harm had come without it.
        let timing = hazard.factors.first().map_or(1.0, Factor::bayes_factor);
        hazard.evidence /= timing.max(f64::MIN_POSITIVE);
        hazard.factors.insert(0, Factor::soft(Fact::Timing, 1.0, because));
    }
    hazard
}

fn conclude_new(
    evidence: &Evidence,
    earlier: &Earlier,
    hazard: Hazard<'_>,
    total: f64,
) -> Judgement {
    let known = hazard.known;
    let judgement = conclude(evidence, hazard, total).judgement;
    if came_since(earlier, known) {
        return judgement;
    }
    // What it was before the incident first began is not looked at again.
    let mut because = judgement.because;
    if judgement.verdict == Verdict::Undecided {
        because.pop();
    }
    because.push(
        "it became known after the incident had come back, and was never held against how it began"
            .to_owned(),
    );
    because.push(reversal::what_would_decide(evidence, known));
    Judgement { verdict: Verdict::Undecided, because, ..judgement }
}

/// What was said of the changes of then, with what taking them back since then says.
fn held(evidence: &Evidence, earlier: &Earlier) -> Vec<Judgement> {
    let find = |id: ChangeId| evidence.changes.iter().find(|known| known.change.id == id);
    let is_of_then = |known: &KnownChange| !came_since(earlier, known);
    let judged = earlier.diagnosis.judgements.iter();
    let judged: Vec<(&Judgement, Option<&KnownChange>)> = judged
        .map(|judgement| (judgement, find(judgement.change)))
        .filter(|(_, known)| known.is_none_or(is_of_then))
        .collect();
    let weighed: Vec<Option<Factor>> = judged
        .iter()
        .map(|(_, known)| known.and_then(|known| taken_back(evidence, earlier, known)))
        .collect();
    let times = |factor: &Option<Factor>| factor.as_ref().map_or(1.0, Factor::bayes_factor);
    let unknown = 1.0 - judged.iter().map(|(judgement, _)| judgement.probability).sum::<f64>();
    let all = judged.iter().zip(&weighed);
    let all =
        all.map(|((judgement, _), factor)| judgement.probability * times(factor)).sum::<f64>();
    let total = (all + unknown.max(0.0)).max(f64::MIN_POSITIVE);
    let is_news = weighed.iter().any(Option::is_some);
    let both = judged.into_iter().zip(weighed);
    both.map(|((judgement, known), factor)| {
        let mut judgement = judgement.clone();
        let was_open = judgement.verdict == Verdict::Undecided;
        if is_news {
            judgement.probability *= times(&factor) / total;
            judgement.verdict = verdict(&judgement, factor.as_ref());
        }
        if let Some(known) = known {
            // The last sentence of what was open says what would decide it, and when.
            if was_open {
                judgement.because.pop();
            }
            judgement.because.extend(factor.map(|factor| factor.because));
            if judgement.verdict == Verdict::Undecided {
                judgement.because.push(reversal::what_would_decide(evidence, known));
            }
        }
        judgement
    })
    .collect()
}

/// The evidence of taking a change back after the incident was over.
fn taken_back(evidence: &Evidence, earlier: &Earlier, known: &KnownChange) -> Option<Factor> {
    let mut since = evidence.changes.iter().filter(|other| other.began_at > earlier.over_at);
    let is_new = since.any(|other| other.change.reverses == Some(known.change.id));
    let origins = &earlier.diagnosis.origins;
    is_new.then(|| reversal::weigh(evidence, origins, known)).flatten()
}

/// The verdict on a change of then with its new probability. Facts of then are not weighed anew: an
/// exoneration stands on those it had.
fn verdict(judgement: &Judgement, factor: Option<&Factor>) -> Verdict {
    let (probability, said) = (judgement.probability, judgement.verdict);
    let speaks_for_it = factor.is_some_and(|factor| factor.bayes_factor() > ACCUSES);
    if probability >= IMPLICATED_BY_EXPERIMENT && (said == Verdict::Implicated || speaks_for_it) {
        Verdict::Implicated
    } else if probability <= EXONERATED_BY_TWO && said == Verdict::Exonerated {
        Verdict::Exonerated
    } else if probability <= NOT_IMPLICATED {
        Verdict::NotImplicated
    } else {
        Verdict::Undecided
    }
}
