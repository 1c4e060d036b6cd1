//! The HTTP API: questions of people and programs on this machine, answered in JSON.
//!
//! Read [`Backend`] (everything that is asked of whoever knows), then `routes`. Every problem is
//! `application/problem+json`; every list comes in parts; events are followed without a gap
//! (docs/reference/api.md).
//!
//! It deliberately does not know where answers come from: not the store, the engine or the receiver.

mod asking;
mod backend;
mod commands;
mod counted;
mod document;
mod figures;
mod follow;
mod guard;
mod incidents;
mod json;
mod listen;
mod nearest;
mod patience;
mod problem;
mod query;
mod recorded;
mod routes;
mod settings;
mod status;

pub use backend::{Answered, Backend, Failure, Page, WindowsAsked};
pub use document::description;
pub use figures::{Family, FamilyKind, Sample};
pub use listen::{ListenError, Web};
pub use settings::WebSettings;
