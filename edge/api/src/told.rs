//! A change as people and pipelines tell it, by the API or in a file.

use crate::analysis::Change;
use crate::time::instant;
use hw_model::{ChangeKind, Timestamp, ToldChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change that somebody tells. What `--format json` and the API write beside it may stay in it, and
/// is worked out anew.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TellChange {
    /// deploy, rollback, restart, flag, config, instrumentation, other.
    pub kind: String,
    /// The service.
    pub service: String,
    /// When it began: RFC 3339, or Unix seconds. Left out: now.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub at: Option<serde_json::Value>,
    /// Version, variant or setting before.
    #[serde(default)]
    pub from_version: Option<String>,
    /// Version, variant or setting since.
    #[serde(default)]
    pub to_version: Option<String>,
    /// Whether it was made to stop the harm.
    #[serde(default)]
    pub mitigates: bool,
    #[serde(default, rename = "id")]
    #[schema(ignore)]
    _id: Option<String>,
    #[serde(default, rename = "source")]
    #[schema(ignore)]
    _source: Option<String>,
    #[serde(default, rename = "reverses")]
    #[schema(ignore)]
    _reverses: Option<String>,
    #[serde(default, rename = "redeploy_of")]
    #[schema(ignore)]
    _redeploy_of: Option<String>,
}

/// What of a told change cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TellFault {
    /// It is of no known kind.
    Kind,
    /// It is no time.
    At(String),
}

impl TellChange {
    /// Keys that mean something, in the order in which they are told.
    pub const KEYS: [&str; 6] =
        ["kind", "service", "at", "from_version", "to_version", "mitigates"];

    /// Keys that may be there as well.
    pub const KEYS_BESIDE: [&str; 4] = ["id", "source", "reverses", "redeploy_of"];

    /// The change it tells, if it says when it was.
    ///
    /// # Errors
    ///
    /// If its kind or its time is none.
    pub fn told(self) -> Result<Told, TellFault> {
        let kind = ChangeKind::from_word(&self.kind).ok_or(TellFault::Kind)?;
        let at = self.at.map(|at| at.as_str().map_or_else(|| at.to_string(), str::to_owned));
        let at = match at {
            None => None,
            Some(text) => Some(instant(&text).ok_or(TellFault::At(text))?),
        };
        let Self { service, from_version, to_version, mitigates, .. } = self;
        Ok(Told { kind, service, from_version, to_version, at, mitigates })
    }
}

/// A told change of which the time may be left to whoever takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What kind.
    pub kind: ChangeKind,
    /// Which service.
    pub service: String,
    /// Version, variant or setting before.
    pub from_version: Option<String>,
    /// Version, variant or setting since.
    pub to_version: Option<String>,
    /// When, if that was said.
    pub at: Option<Timestamp>,
    /// Whether it was made to stop the harm.
    pub mitigates: bool,
}

impl Told {
    /// The change, at `now` if it was not said when.
    #[must_use]
    pub fn at_or(self, now: Timestamp) -> ToldChange {
        let Self { kind, service, from_version, to_version, at, mitigates } = self;
        ToldChange { kind, service, from_version, to_version, at: at.unwrap_or(now), mitigates }
    }
}

/// The answer to a told change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToldAnswer {
    /// The change, as it is known now.
    #[serde(flatten)]
    pub change: Change,
    /// What may be wrong with it; left out if nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}
