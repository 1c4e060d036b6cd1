//! The harm in items: what went on beyond what is usual, with an interval.

use crate::evidence::Evidence;
use hw_model::{Impact, Signal};
use hw_stats::{Estimate, Form, beyond_usual, excess};

/// Items too many, or too few, at the main figure's place while it was shifted; `None` where the figure
/// does not count items.
pub(crate) fn impact(evidence: &Evidence) -> Option<Impact> {
    let counts_items = matches!(evidence.main().signal, Signal::Transfer | Signal::Volume);
    let flowed = evidence.flowed.as_ref().filter(|_| counts_items);
    let estimate = flowed.and_then(|flowed| {
        beyond_usual(&flowed.rows, flowed.row_s).map(|seen| flowed.unseen.added_to(seen))
    });
    let estimate = estimate.or_else(|| counts_items.then(|| since_onset(evidence)))?;
    let Estimate { value, low, high } = estimate;
    Some(Impact { excess_items: value, low, high })
}

/// Where counts from before the onset are not kept any more, what the detector learned must do.
fn since_onset(evidence: &Evidence) -> Estimate {
    let track = &evidence.track;
    let observed = track.between(evidence.onset_at(), evidence.end());
    let estimate = excess(track.form, observed, track.learned, track.phi);
    // Of those that entered no more can be missing, and no more can be too many than went on.
    let (least, most) = match track.form {
        Form::Share => (-observed.n, observed.k),
        Form::Count => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Estimate { low: estimate.low.max(least), high: estimate.high.min(most), ..estimate }
}
