//! The server: what a span and a question go through, thread by thread.
//!
//! `opening` finds where the last process ended; `admission` makes rows of requests; `writer` makes
//! them durable in groups and answers; `room` applies them to the engine; what that says comes back to
//! the writer, and is shown once it is durable; `post` tells others of it then, as `notices` puts it.
//! `rules` are bounds that people set, run beside the engine's detector.
//! `backend` answers what the API asks. Nothing here decides what a row means.

mod admission;
mod alerts;
mod backend;
mod book;
mod brief;
mod canary;
mod clock;
mod companions;
mod counts;
mod doors;
mod freezing;
mod group;
mod hooks;
mod notices;
mod opening;
mod orders;
mod pace;
mod people;
mod post;
mod recent;
mod room;
mod rules;
mod running;
mod story;
mod trackers;
mod words;
mod writer;

pub(crate) use clock::{ClockKind, wall};
pub(crate) use doors::AccessSettings;
pub(crate) use hooks::HookSettings;
pub(crate) use opening::{DataSettings, Unsuitable};
pub(crate) use running::{Server, ServerSettings};
pub(crate) use trackers::TrackerSettings;
