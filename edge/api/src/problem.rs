//! What is wrong with a request, or with us, as RFC 9457 writes it.

use serde::Serialize;
use utoipa::ToSchema;

/// A problem: `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem: a path into docs/reference/api.md.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words; the same for all of its kind.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What is wrong this time, and what would be right.
    pub detail: String,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}
