//! What is left to do, over all incidents.

use super::Answers;
use super::recorded::parse;
use hw_api::{ActionWords, DEFAULT_TRACKER, IncidentRecord, Orders};
use hw_incident::{AfterCommand, Command, Name};
use hw_model::IncidentId;
use hw_store::Kind;
use hw_web::{Answered, Failure, MaySee};

/// Incidents read at a time.
const PAGE: u32 = 500;

impl Answers {
    /// Every action item of incidents that may be seen, the newest incident first.
    pub(in crate::server) fn action_list(
        &self,
        may_see: &mut MaySee<'_>,
    ) -> Answered<Vec<ActionWords>> {
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = hw_store::Page { before, items_max: PAGE };
            let rows = self.read(|reader| Ok(reader.states(Kind::Record, page)?))?;
            let Some((last, _)) = rows.last() else { return Ok(all) };
            before = Some(*last);
            for (number, body) in &rows {
                let record: IncidentRecord = parse(Kind::Record, *number, body)?;
                let has_some = !record.actions.is_empty();
                if has_some && may_see(Some(&format!("INC-{number}")))? {
                    all.extend(record.actions);
                }
            }
        }
    }

    /// Orders whose trackers are known, each by its name.
    pub(super) fn tracked(&self, incident: IncidentId, mut orders: Orders) -> Answered<Orders> {
        for command in &mut orders.commands {
            if let Command::After(AfterCommand::WantIssue { action, tracker }) = command {
                let id = format!("{incident}-A{action}");
                *tracker = self.tracker_of(incident, &id, tracker.as_str())?;
            }
        }
        Ok(orders)
    }

    fn tracker_of(&self, incident: IncidentId, id: &str, name: &str) -> Answered<Name> {
        let names = self.tracking.names();
        if names.is_empty() {
            let why = "no tracker is in the settings: name one under [[trackers]]";
            return Err(Failure::Invalid(why.to_owned()));
        }
        if name != DEFAULT_TRACKER {
            if !names.contains(&name) {
                let why = crate::settings::unknown(name, &names);
                return Err(Failure::Invalid(format!("tracker {why}")));
            }
            return Ok(Name::recorded(name));
        }
        let record: Option<IncidentRecord> = self.state(Kind::Record, incident.0)?;
        let actions = record.into_iter().flat_map(|record| record.actions);
        let kind = actions.filter(|known| known.id == id).map(|known| known.kind).next();
        // An item that is not there is refused with better words where it is looked for.
        let taken = self.tracking.taking(&kind.unwrap_or_default()).or(names.first().copied());
        Ok(Name::recorded(taken.unwrap_or_default()))
    }
}
