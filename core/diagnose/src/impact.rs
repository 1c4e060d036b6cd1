//! The harm in items: what went on beyond the baseline, with an interval.

use crate::evidence::Evidence;
use hw_model::{Impact, Signal};
use hw_stats::{Counts, Form, excess};

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
    let most = match evidence.track.form {
        Form::Share => observed.k,
        Form::Count => f64::INFINITY,
    };
    Some(Impact {
        excess_items: estimate.value,
        low: estimate.low.max(-missing_max(observed)),
        high: estimate.high.min(most),
    })
}

/// No more can be missing than entered.
const fn missing_max(observed: Counts) -> f64 {
    observed.n
}
