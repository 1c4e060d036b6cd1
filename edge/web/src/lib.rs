//! The HTTP API: questions of people and programs, answered in JSON to whom may ask.
//!
//! Read [`Backend`] (everything that is asked of whoever knows), then `routes`. Every problem is
//! `application/problem+json`; every list comes in parts; events are followed without a gap
//! (docs/reference/api.md).
//!
//! What a route needs stands in its handler's first argument (`require`), and a route without one
//! cannot be put into the table.
//!
//! It deliberately does not know where answers come from, not the store, the engine or the receiver;
//! nor what a token looks like.

mod actions;
mod asking;
mod backend;
mod commands;
mod compared;
mod counted;
mod document;
mod doorkeeper;
mod feed;
mod figures;
mod follow;
mod guard;
mod hooks;
mod imported;
mod incidents;
mod json;
mod listen;
mod nearest;
mod pages;
mod patience;
mod people;
mod postmortem;
mod problem;
mod query;
mod recorded;
mod require;
mod routes;
mod rules;
mod search;
mod settings;
mod sight;
mod signed;
mod status;
mod table;
mod team;
mod tokens;

pub use backend::{
    Answered, Backend, BacktestAsked, CompareAsked, CountsAsked, Failure, MaySee, NamedCount, Page,
    PostmortemAsked, PostmortemForm, RuleAsked, StepsAsked, WindowsAsked,
};
pub use document::description;
pub use doorkeeper::Doorkeeper;
pub use figures::{Family, FamilyKind, Sample};
pub use guard::Doors;
pub use listen::{ListenError, Web};
pub use require::Needs;
pub use routes::routes;
pub use search::{SearchAsked, SearchFrom};
pub use settings::WebSettings;
pub use table::Route;
pub use team::{FreezeAsked, StretchAsked};
