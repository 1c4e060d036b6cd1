//! A part of a list, and where the next part begins.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct List<T> {
    /// What is in this part.
    pub items: Vec<T>,
    /// What to give as `cursor` to get the next part; null in the last one.
    pub next: Option<String>,
}
