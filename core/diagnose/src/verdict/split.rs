//! Old and new version side by side: does only the new one show the shift?

use super::reversal::{HARD, Return};
use super::{Fact, Factor};
use crate::evidence::{Evidence, KnownChange};
use crate::words::{points, share};
use hw_stats::{ln_marginal, ln_point};

/// Items each version must have handled.
const ITEMS_MIN: f64 = 20.0;

/// The evidence of two versions running at once after the onset.
///
/// R = L(only the new one shifted) / L(both alike), with L(old at the baseline) * L(new at its own
/// figure) over L(old and new at one figure). A guilty version may have altered something that both
/// share (a table, a topic): then both shift alike, which is as likely as that taking it back would
/// not help. So the factor is r R + 1 - r.
pub(super) fn weigh(evidence: &Evidence, known: &KnownChange) -> Option<Factor> {
    let split = known.split?;
    if split.old.n < ITEMS_MIN || split.new.n < ITEMS_MIN {
        return None;
    }
    let track = &evidence.track;
    let (form, p, phi) = (track.form, track.baseline(), track.phi);
    let only_new = ln_point(form, split.old, p, phi) + ln_marginal(form, split.new, p, phi);
    let both = ln_marginal(form, split.old + split.new, p, phi);
    let alone = Return::of(evidence, &known.change.service).probability();
    let bayes_factor = alone * (only_new - both).clamp(-30.0, 30.0).exp() + 1.0 - alone;
    let (old, new) = (split.old.ratio().unwrap_or(0.0), split.new.ratio().unwrap_or(0.0));
    let because = format!(
        "with both versions running, the old one shows {} and the new one {} ({})",
        share(old),
        share(new),
        points(bayes_factor)
    );
    Some(Factor::soft(Fact::Split, bayes_factor, because).hard_if(bayes_factor <= HARD))
}
