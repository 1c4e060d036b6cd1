//! What a search finds.

use serde::Serialize;
use utoipa::ToSchema;

/// Something in which every word stands that was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hit {
    /// incident, entry.
    pub kind: String,
    /// The incident it is, or belongs to; null if it is of none.
    pub incident: Option<String>,
    /// Number of the entry in its incident; null if it is none.
    pub entry: Option<u64>,
    /// The change, shift or incident it speaks of.
    pub about: Option<String>,
    /// When it began, or happened.
    pub at: String,
    /// Who said it: a name, or Highwater.
    pub by: String,
    /// What it says, in a sentence.
    pub words: String,
}
