//! Keeping what was counted around an incident in its record.

use super::Answers;
use super::recorded::IN_HAND_MAX;
use crate::server::freezing::is_end;
use hw_api::Orders;
use hw_incident::{AfterCommand, Author, Command};
use hw_model::IncidentId;
use hw_store::StoredEvent;
use hw_web::{Answered, Failure, Page};

impl Answers {
    /// Events after a place among all.
    pub(in crate::server) fn events_since(&self, seq: u64, n: u32) -> Answered<Vec<StoredEvent>> {
        self.read(|reader| Ok(reader.events_after(seq, n)?))
    }

    /// The latest incidents whose harm has stopped and of which nothing is kept, each with its last event.
    pub(in crate::server) fn not_frozen(&self) -> Answered<Vec<(IncidentId, u64)>> {
        let incidents = self.incident_page(Page { before: None, items_max: IN_HAND_MAX })?;
        let missed = incidents.iter().filter_map(|incident| {
            let record = incident.record.as_ref()?;
            let is_kept = record.review.as_ref().is_some_and(|review| review.frozen.is_some());
            let is_due = is_end(&record.status) && !is_kept && incident.merged_into.is_none();
            is_due.then_some((IncidentId::from_word(&incident.id)?, record.seq))
        });
        Ok(missed.collect())
    }

    /// Keeps what was counted around an incident, once for each occasion.
    pub(in crate::server) fn freeze(&self, incident: IncidentId, occasion: u64) -> Answered<()> {
        let Some(words) = self.incident_words(incident.0)? else { return Ok(()) };
        let frozen = self.courses(&words)?;
        if frozen.courses.is_empty() {
            // Nothing was counted of what people speak of.
            return Ok(());
        }
        let figures = serde_json::to_string(&frozen)
            .map_err(|error| Failure::Broken(format!("counts cannot be written: {error}")))?;
        let command = Command::After(AfterCommand::Freeze { figures });
        let orders = Orders { by: Author::Highwater, at: None, commands: vec![command] };
        let key = format!("{incident} freeze {occasion}");
        match self.done(incident, orders, Some(key)) {
            // It is kept from before, when a little less was counted.
            Ok(_) | Err(Failure::Invalid(_)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}
