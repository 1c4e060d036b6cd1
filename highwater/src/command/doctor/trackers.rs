//! Whether each tracker lets us in.

use super::checks::Check;
use crate::server::TrackerSettings;
use hw_notify::{Courier, Outcome, Probe};

/// Asks every tracker, one after the other: one that hangs takes ten seconds.
pub(super) fn checks(trackers: &[TrackerSettings]) -> anyhow::Result<Vec<Check>> {
    if trackers.is_empty() {
        return Ok(Vec::new());
    }
    let courier = Courier::new(None)?;
    let checks = trackers.iter().map(|known| {
        let Probe { did, outcome } = courier.probe_tracker(&known.tracker);
        let name = known.tracker.name.clone();
        match outcome {
            Outcome::Delivered => Check::fine(name, format!("{did}: it answers")),
            Outcome::DeliveredInPart { reason }
            | Outcome::Later { reason, .. }
            | Outcome::Refused { reason } => Check::bad(name, format!("{did}: {reason}")),
        }
    });
    Ok(checks.collect())
}
