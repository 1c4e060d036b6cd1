//! The draft of an incident of which nothing is known.

use hw_report::{Audience, Document};

/// A draft without sections.
pub(crate) fn bare(incident: u32) -> Document {
    Document {
        incident: Some(hw_model::IncidentId(incident)),
        title: format!("incident {incident}"),
        at: None,
        status: None,
        severity: None,
        state: hw_incident::ReviewStatus::Draft,
        version: 0,
        due: None,
        made_at: hw_model::Timestamp::from_s(1_795_330_000),
        audience: Audience::Internal,
        restricted_to: Vec::new(),
        people: Vec::new(),
        facts: Vec::new(),
        sections: Vec::new(),
        figures: Vec::new(),
    }
}
