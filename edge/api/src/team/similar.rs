//! Incidents that were like another.

use crate::number::ratio;
use crate::time::rfc3339;
use hw_learn::Similar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An incident that was like another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SimilarIncident {
    /// `INC-1`, ...
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When it began.
    pub started_at: String,
    /// Points; only their order means something.
    pub points: f64,
    /// What the two share, the weightiest first.
    pub because: Vec<String>,
    /// How the harm was stopped then, and what did not help.
    pub mitigated: Vec<String>,
    /// Whether nothing but words of the titles speaks for it.
    pub is_by_words_only: bool,
}

impl From<&Similar> for SimilarIncident {
    fn from(similar: &Similar) -> Self {
        Self {
            id: similar.incident.to_string(),
            title: similar.title.clone(),
            started_at: rfc3339(similar.began_at),
            points: ratio(similar.points),
            because: similar.because.clone(),
            mitigated: similar.mitigated.clone(),
            is_by_words_only: similar.is_by_words_only,
        }
    }
}
