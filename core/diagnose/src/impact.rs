//! The harm in items: what went on beyond the baseline, with an interval.

use crate::evidence::Evidence;
use hw_model::{Impact, Signal};
use hw_stats::{Form, excess};

/// Items too many, or too few, on the main figure's hop between onset and end; `None` where the
/// figure does not count items.
pub(crate) fn impact(evidence: &Evidence) -> Option<Impact> {
    let main = evidence.main();
    let counts_items = matches!(main.signal, Signal::Transfer | Signal::Volume);
    if !counts_items {
        return None;
    }
    let observed = evidence.track.between(evidence.onset_at(), evidence.end());
    let learned = evidence.track.learned;
    let estimate = excess(evidence.track.form, observed, learned, evidence.track.phi);
    // Of those that entered no more can be missing, and no more can be too many than went on.
    let (least, most) = match evidence.track.form {
        Form::Share => (-observed.n, observed.k),
        Form::Count => (f64::NEG_INFINITY, f64::INFINITY),
    };
    Some(Impact {
        excess_items: estimate.value,
        low: estimate.low.max(least),
        high: estimate.high.min(most),
    })
}
