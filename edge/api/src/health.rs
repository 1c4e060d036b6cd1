//! Whether the server lives, and whether it is ready.

use serde::Serialize;
use utoipa::ToSchema;

/// How the server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Whether requests are taken, and all that was durable at the start is counted.
    pub is_ready: bool,
    /// What is wrong, in words; empty if nothing is.
    pub troubles: Vec<String>,
}
