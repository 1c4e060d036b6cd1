//! What a search finds.

use serde::Serialize;
use utoipa::ToSchema;

/// Something in which every word stands that was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hit {
    /// incident, entry, or section: of a post mortem.
    pub kind: String,
    /// The incident it is, or belongs to; null if it is of none.
    pub incident: Option<String>,
    /// Number of the entry in its incident; null if it is none.
    pub entry: Option<u64>,
    /// The change, shift or incident it speaks of.
    pub about: Option<String>,
    /// The post mortem in which it stands: `INC-1`, or `OLD-3` if that was imported; null if in none.
    pub postmortem: Option<String>,
    /// The section in which it stands; null if in none, or if the title alone says it.
    pub section: Option<String>,
    /// When it began, happened, or was written; of what was imported, the day it is about.
    pub at: String,
    /// Who said it: a name, or Highwater; of what was imported, its file.
    pub by: String,
    /// What it says, in a sentence; of a section, what stands around the words.
    pub words: String,
}
