//! Post mortems that were written elsewhere, and imported.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A post mortem that somebody imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportBody {
    /// The name of its file: it may hold the date, or the title.
    pub name: String,
    /// Markdown.
    pub text: String,
    /// Who imports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// An imported post mortem, without what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedPostmortem {
    /// `OLD-1`, ...
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// The day it is about; null if it says none.
    pub at: Option<String>,
    /// The name of its file.
    pub name: String,
    /// Who imported it.
    pub by: String,
    /// When.
    pub imported_at: String,
}

/// The answer to an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportAnswer {
    /// The post mortem as it is kept.
    pub postmortem: ImportedPostmortem,
    /// Whether it was added; false if the same text was kept before.
    pub added: bool,
    /// What people should know of how it was read, a sentence each.
    pub notes: Vec<String>,
}
