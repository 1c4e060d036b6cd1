//! The change was made again: did the shift return?

use super::{Fact, Factor, cure};
use crate::evidence::{DECIDED_NATS, Evidence, KnownChange};
use crate::words::{clock, points};
use hw_model::length_words;

/// Probability that a guilty change, made again, brings the shift back; and that it comes back
/// without it.
const AGAIN: f64 = 0.85;
const ANYWAY: f64 = 0.05;

/// The same, unless a restart had ended it, which may only have hidden it: it does not come back within minutes
/// of a re-deploy by itself.
const ANYWAY_CURED: f64 = 0.005;

/// Seconds within which the shift would return, at least.
const RETURN_S_MIN: f64 = 60.0;

/// Quiet that counts as a hard fact, in multiples of the time within which it would return.
const HARD_AFTER: f64 = 0.9;

/// The evidence of a re-deploy after the end of the shift.
pub(super) fn weigh(evidence: &Evidence, known: &KnownChange) -> Option<Factor> {
    let change = &known.change;
    let again =
        evidence.changes.iter().find(|other| other.change.redeploy_of == Some(change.id))?;
    let ended_at = evidence.main().ended_at.filter(|ended_at| *ended_at < again.change.at)?;
    // It took this long the first time; it may take as long again.
    let lag_s = evidence.onset_at().seconds_since(change.at).max(RETURN_S_MIN);
    let quiet_s = evidence.now.seconds_since(again.settled_at);
    if quiet_s <= 0.0 {
        return None;
    }
    let shifted = evidence.track.between(evidence.onset_interval().to, ended_at);
    let counts = evidence.track.between(again.settled_at, evidence.now);
    if evidence.track.ln_returned(counts, shifted) <= -DECIDED_NATS {
        return Some(returned(evidence, again));
    }
    let returned_by_now = AGAIN * (1.0 - (-quiet_s / lag_s).exp());
    let bayes_factor = (1.0 - returned_by_now) / (1.0 - ANYWAY);
    let because = format!(
        "deployed again at {}, after the shift had ended at {}: quiet for {} ({})",
        clock(evidence, again.change.at),
        clock(evidence, ended_at),
        length_words(quiet_s),
        points(bayes_factor)
    );
    let is_hard = quiet_s >= HARD_AFTER * lag_s;
    Some(Factor::soft(Fact::Redeploy, bayes_factor, because).hard_if(is_hard))
}

/// The shift came back with the change.
fn returned(evidence: &Evidence, again: &KnownChange) -> Factor {
    let anyway = if cure::is_by_restart(evidence) { ANYWAY } else { ANYWAY_CURED };
    let bayes_factor = AGAIN / anyway;
    let because = format!(
        "deployed again at {}, and the shift returned ({})",
        clock(evidence, again.change.at),
        points(bayes_factor)
    );
    Factor::soft(Fact::Redeploy, bayes_factor, because)
}
