//! Changes that were taken back although they are innocent: they wait to be made again.

use crate::evidence::Evidence;
use hw_model::{ChangeId, ChangeKind, Judgement, REDEPLOY_WATCHED_S, Verdict};

/// Exonerated changes that were rolled back; one that was deployed again stays on the list while it
/// is watched.
pub(crate) fn to_redeploy(evidence: &Evidence, judgements: &[Judgement]) -> Vec<ChangeId> {
    let exonerated = judgements.iter().filter(|j| j.verdict == Verdict::Exonerated);
    let changes = || evidence.changes.iter().map(|known| &known.change);
    let is_reversed =
        |id: ChangeId| changes().any(|c| c.kind == ChangeKind::Rollback && c.reverses == Some(id));
    let is_done = |id: ChangeId| {
        let again = changes().find(|change| change.redeploy_of == Some(id));
        again.is_some_and(|change| evidence.now.seconds_since(change.at) > REDEPLOY_WATCHED_S)
    };
    let ids = exonerated.map(|judgement| judgement.change);
    ids.filter(|id| is_reversed(*id) && !is_done(*id)).collect()
}
