//! No output refers to what was not announced before it.

use super::Broken;
use hw_engine::Output;
use hw_model::{Change, ChangeId, IncidentId, ShiftId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const CHECK: &str = "outputs refer to what was announced";
const PROBABLE: &str = "probabilities are between 0 and 1";

/// Everything announced so far.
pub(super) struct Announced {
    changes: BTreeMap<ChangeId, Change>,
    shifts: BTreeSet<ShiftId>,
    /// When the shifts of an incident could be said.
    incidents: BTreeMap<IncidentId, Vec<Timestamp>>,
}

impl Announced {
    pub(super) const fn new() -> Self {
        Self { changes: BTreeMap::new(), shifts: BTreeSet::new(), incidents: BTreeMap::new() }
    }

    pub(super) fn change(&self, id: ChangeId) -> Option<&Change> {
        self.changes.get(&id)
    }

    /// When the shifts of an incident could be said.
    pub(super) fn shifts_of(&self, incident: IncidentId) -> impl Iterator<Item = Timestamp> {
        self.incidents.get(&incident).into_iter().flatten().copied()
    }

    /// Takes an output in. Returns what is wrong with it.
    pub(super) fn take(&mut self, now: Timestamp, output: &Output) -> Option<Broken> {
        let (at, is_fine) = match output {
            Output::ChangeFound { at, change } => {
                (*at, self.changes.insert(change.id, change.clone()).is_none())
            }
            Output::ShiftDetected { at, shift, incident } => {
                if let Some(incident) = incident {
                    self.incidents.entry(*incident).or_default().push(*at);
                }
                (*at, self.shifts.insert(*shift))
            }
            Output::ShiftEnded { at, shift }
            | Output::ShiftAccepted { at, shift }
            | Output::ShiftSettled { at, shift } => (*at, self.shifts.contains(shift)),
            Output::IncidentOpened { at, incident, .. } => {
                (*at, self.incidents.insert(*incident, vec![*at]).is_none())
            }
            Output::OriginNamed { at, incident, confidence, .. } => {
                if !is_probability(*confidence) {
                    return Some(Broken { check: PROBABLE, seen: format!("{output:?}") });
                }
                (*at, self.incidents.contains_key(incident))
            }
            Output::VerdictChanged { at, incident, change, probability, .. } => {
                if !is_probability(*probability) {
                    return Some(Broken { check: PROBABLE, seen: format!("{output:?}") });
                }
                (*at, self.knows(*incident, *change))
            }
            Output::EffectKnown { at, incident, change, .. }
            | Output::RepairSeen { at, incident, change } => (*at, self.knows(*incident, *change)),
            Output::IncidentEnded { at, incident } => (*at, self.incidents.contains_key(incident)),
        };
        let seen = || format!("{output:?} at {now:?}");
        if !is_fine {
            return Some(Broken { check: CHECK, seen: seen() });
        }
        (at > now).then(|| Broken { check: "nothing is said before it can be", seen: seen() })
    }

    fn knows(&self, incident: IncidentId, change: ChangeId) -> bool {
        self.incidents.contains_key(&incident) && self.changes.contains_key(&change)
    }
}

/// Whether a number is a probability.
pub(super) fn is_probability(number: f64) -> bool {
    (0.0..=1.0).contains(&number)
}
