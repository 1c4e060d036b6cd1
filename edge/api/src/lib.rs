//! The JSON people and programs get: `analyze --format json`, and the vocabulary of the HTTP API.
//!
//! Shapes are a contract (DESIGN §11): fields keep their names, order and units. Times are RFC 3339
//! in UTC with milliseconds; shares are between 0 and 1; what is not known is `null`.
//!
//! It deliberately has no logic: it only says in JSON what the engine's report says in words.

mod analysis;
mod convert;
mod number;
mod time;

pub use analysis::{
    Analysis, Change, Cleared, Counts, Hop, Impact, Incident, Judgement, Lead, Mitigation, Origin,
    Shift, TrailStep,
};
pub use convert::Rejected;
pub use time::rfc3339;
