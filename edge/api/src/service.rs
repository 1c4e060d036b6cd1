//! Services, and what is known of who runs them.

use serde::Serialize;
use utoipa::ToSchema;

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Service {
    /// Its name.
    pub id: String,
    /// Operations through which items come in.
    pub entries: Vec<String>,
    /// Services it calls.
    pub calls: Vec<String>,
    /// Services that call it.
    pub called_by: Vec<String>,
    /// Versions heard in the last ten minutes, the latest first; empty if none was heard, or none said its version.
    pub versions: Vec<Version>,
    /// When a record of its own last came; null if none ever did.
    pub last_at: Option<String>,
}

/// A version of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Version {
    /// `service.version`.
    pub version: String,
    /// How many instances run it.
    pub instances: u64,
    /// Start of its first span.
    pub first_at: String,
}
