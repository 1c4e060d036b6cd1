//! An incident that was over and has come back: what is said of it then.
//!
//! A restart stops the harm and cures nothing, so what returns after one is the same incident. Where
//! it starts and who is to blame was learned the first time, against an hour of calm; the time since
//! it was over is too short and too doubtful to learn it anew. So origins, trail and leads stay as they
//! were. Attempts to help are judged against the return, the harm of all times is added up, and verdicts
//! are those of `verdict::again`.

use crate::evidence::{Earlier, Evidence};
use crate::{impact, mitigation, redeploy, verdict};
use hw_model::{Diagnosis, Impact, Mitigation};

/// Everything that can be said about an incident that has come back.
pub(crate) fn diagnose(evidence: &Evidence, earlier: &Earlier) -> Diagnosis {
    let Earlier { diagnosis: before, is_same_figure, .. } = earlier;
    let judgements = verdict::again::judge_all(evidence, earlier);
    let since = is_same_figure.then(|| impact::impact(evidence)).flatten();
    let is_latest = evidence.flowed.as_ref().is_some_and(|flowed| flowed.is_latest_bout);
    Diagnosis {
        origins: before.origins.clone(),
        cleared: before.cleared.clone(),
        trail: before.trail.clone(),
        leads: before.leads.clone(),
        mitigations: attempts(&before.mitigations, mitigation::judge_all(evidence)),
        redeploy: redeploy::to_redeploy(evidence, &judgements),
        impact: if is_latest { both(before.impact, since) } else { since.or(before.impact) },
        judgements,
    }
}

/// The attempts of before, and those since.
fn attempts(before: &[Mitigation], since: Vec<Mitigation>) -> Vec<Mitigation> {
    let is_later = |known: &&Mitigation| since.iter().any(|later| later.change == known.change);
    let mut all: Vec<Mitigation> =
        before.iter().filter(|known| !is_later(known)).cloned().collect();
    all.extend(since);
    all
}

/// The harm of before and since. Both are held against about the same baseline, so that their errors
/// go the same way: the ends of the intervals add up too.
fn both(before: Option<Impact>, since: Option<Impact>) -> Option<Impact> {
    let (Some(a), Some(b)) = (before, since) else { return before.or(since) };
    Some(Impact {
        excess_items: a.excess_items + b.excess_items,
        low: a.low + b.low,
        high: a.high + b.high,
    })
}
