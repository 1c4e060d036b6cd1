//! Who may see which incident: most are for all who may read, a restricted one is for those it names.
//!
//! For everybody else it is not there: no list has it, and no answer says that it could be.

use crate::backend::{Answered, Backend};
use crate::problem::Problem;
use crate::recorded::none;
use hw_api::{Caller, Incident, Scope};
use std::collections::BTreeMap;

/// Whether somebody may see an incident. Admins may, and who is on this machine and needs no token:
/// they could read the data folder, too.
pub(crate) fn may_see(caller: &Caller, incident: &Incident) -> bool {
    let record = incident.record.as_ref();
    let Some(readers) = record.and_then(|record| record.restricted_to.as_ref()) else {
        return true;
    };
    let is_here = caller.is_loopback && caller.token.is_none();
    is_here || caller.scope == Scope::Admin || readers.contains(&caller.name)
}

/// An incident, if there is one that this caller may see.
pub(crate) fn seen(
    backend: &dyn Backend,
    caller: &Caller,
    number: u32,
) -> Answered<Option<Incident>> {
    let incident = backend.incident(number)?;
    Ok(incident.filter(|incident| may_see(caller, incident)))
}

/// What there is of an incident, if there is one that this caller may see.
pub(crate) fn of_seen<T>(
    (backend, caller): (&dyn Backend, &Caller),
    number: u32,
    answer: impl FnOnce() -> Answered<Option<T>>,
) -> Answered<Option<T>> {
    if seen(backend, caller, number)?.is_some() { answer() } else { Ok(None) }
}

/// Which incidents somebody may see, each looked up once.
pub(crate) struct Sight<'a> {
    backend: &'a dyn Backend,
    caller: &'a Caller,
    known: BTreeMap<u32, bool>,
}

impl<'a> Sight<'a> {
    pub(crate) fn new(backend: &'a dyn Backend, caller: &'a Caller) -> Self {
        Self { backend, caller, known: BTreeMap::new() }
    }

    /// Whether what is of this incident may be seen; what is of none may.
    pub(crate) fn covers(&mut self, incident: Option<&String>) -> Answered<bool> {
        let Some(id) = incident else { return Ok(true) };
        let Some(number) = crate::query::number_of(id) else { return Ok(false) };
        if let Some(known) = self.known.get(&number) {
            return Ok(*known);
        }
        // One that cannot be shown yet is shown to nobody.
        let is_seen = seen(self.backend, self.caller, number)?.is_some();
        self.known.insert(number, is_seen);
        Ok(is_seen)
    }
}

/// There is no such incident, for this caller.
pub(crate) fn no_incident(number: u32) -> Problem {
    none(&format!("INC-{number}"), "incidents")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_api::IncidentRecord;
    use hw_incident::Record;
    use hw_model::IncidentId;

    #[test]
    fn restricted_incident_is_for_those_it_names_admins_and_this_machine() {
        let caller = |name: &str, scope, token| Caller {
            name: name.to_owned(),
            scope,
            token,
            is_loopback: true,
        };
        let mut record = IncidentRecord::from(&Record::new(IncidentId(1)));
        let mut incident = Incident { record: Some(record.clone()), ..Incident::default() };
        let eve = caller("Eve", Scope::Respond, Some(2));
        assert!(may_see(&eve, &incident));
        record.restricted_to = Some(vec!["Anna".to_owned()]);
        incident.record = Some(record);
        assert!(!may_see(&eve, &incident));
        assert!(may_see(&caller("Anna", Scope::Read, Some(1)), &incident));
        assert!(may_see(&caller("Carl", Scope::Admin, Some(3)), &incident));
        assert!(may_see(&caller("this machine", Scope::Respond, None), &incident));
        let far = Caller { is_loopback: false, ..caller("this machine", Scope::Respond, None) };
        assert!(!may_see(&far, &incident));
    }
}
