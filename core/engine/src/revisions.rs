//! What is other than when it was last said, in words: what a record keeps as the present state.

use crate::describe::describe;
use crate::engine::Engine;
use crate::report::{Numbered, Numbers};
use hw_model::{Change, Incident, IncidentId};

/// Words that are new, or other than before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revisions {
    /// Changes, by number.
    pub changes: Vec<Change>,
    /// Shifts, by number.
    pub shifts: Vec<Numbered>,
    /// Incidents, by number.
    pub incidents: Vec<Incident>,
    /// Incidents that turned out to be part of another.
    pub merged: Vec<Merged>,
}

impl Revisions {
    /// Whether nothing is other than before.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self { changes, shifts, incidents, merged } = self;
        changes.is_empty() && shifts.is_empty() && incidents.is_empty() && merged.is_empty()
    }
}

/// An incident that turned out to be part of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The one that is no more.
    pub incident: IncidentId,
    /// The one that it is part of.
    pub into: IncidentId,
}

impl Engine {
    /// What is other than at the last call. Numbers are those under which things became known, which
    /// never change.
    pub fn take_revisions(&mut self) -> Revisions {
        let (shifts, incidents) = (self.shifts.take_revised(), self.incidents.take_revised());
        let changes = self.changes.take_revised();
        let changes = changes.iter().filter_map(|id| Some(self.changes.get(*id)?.change.clone()));
        let mut revisions = Revisions { changes: changes.collect(), ..Revisions::default() };
        for shift in shifts.iter().filter_map(|id| self.shifts.get(*id)) {
            revisions.shifts.push(Numbered {
                id: shift.id,
                shift: describe(&self.flow, shift),
                incident: shift.incident,
            });
        }
        for case in incidents.iter().filter_map(|id| self.incidents.get(*id)) {
            match case.merged_into {
                Some(into) => revisions.merged.push(Merged { incident: case.id, into }),
                None => revisions.incidents.extend(self.incident_words(case)),
            }
        }
        revisions
    }

    fn incident_words(&self, case: &crate::incidents::Case) -> Option<Incident> {
        let own = case.shifts.iter().filter_map(|id| self.shifts.get(*id));
        let own = own.map(|shift| Numbered {
            id: shift.id,
            shift: describe(&self.flow, shift),
            incident: shift.incident,
        });
        let own: Vec<Numbered> = own.collect();
        (!own.is_empty()).then(|| self.incident(case, &own, &Numbers::default()))
    }
}
