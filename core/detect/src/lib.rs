//! Judged ticks in, shifts out, under a stated budget of false alarms.
//!
//! A stream is one figure of one target, as counts per second. Its detector learns what the figure
//! does when all is well (baseline, dispersion per time scale) and looks, on nine time scales at
//! once, for a stretch that ends now and cannot be explained by that. The mathematics, with what was
//! measured, stands in `docs/internals/detection.md`. [`rule`] is the other way to be told: bounds that
//! people set, with what they would have done.
//!
//! It deliberately does not know what a figure means, which hops are connected, or why it changed.

mod baseline;
mod dispersion;
mod edges;
mod fleet;
mod hearing;
pub mod rule;
mod scale;
mod stream;
mod tuning;

pub use fleet::{Fleet, StreamId};
pub use hearing::{Hearing, Occasion};
pub use stream::{Alarm, Ending, Step, Stream};
pub use tuning::{Budget, Figure, Prior, Sides, Tuning};
