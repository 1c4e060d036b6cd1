//! Where a post mortem stands, and what people wrote into it.

use crate::document::{SectionKind, Written};
use hw_incident::ReviewStatus;

/// The review of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub state: ReviewStatus,
    /// How often something of it was altered: who writes says which version they saw.
    pub version: u64,
    /// What people wrote, by section.
    pub written: Vec<(SectionKind, Written)>,
}
