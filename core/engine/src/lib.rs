//! The control plane: one state machine over flow, detection and diagnosis.
//!
//! Read [`Input`] (everything that can wake it) and [`Output`] (everything it can ask for), then
//! [`Engine::handle`]. The same engine runs live, in an analysis of files, in a backtest and in
//! simulation; only the hands that feed it differ.
//!
//! It deliberately does not know what time it is, where batches come from, or who is told.

mod accept;
mod changes;
mod describe;
mod engine;
mod flowed;
mod forget;
mod gather;
mod graph;
mod history;
mod incidents;
mod input;
mod look;
mod near;
mod onset;
mod relapse;
mod report;
mod restarts;
mod revisions;
#[cfg(test)]
mod sample;
mod saved;
mod shifts;
mod silence;
mod watch;

pub use engine::{Engine, EngineSettings, Memory};
pub use history::FinalRows;
pub use input::{Input, Output};
pub use near::{Deviation, Near};
pub use onset::{Shifting, onset_middle, onset_of, onset_within};
pub use report::{Counted, Numbered, Report};
pub use revisions::{Merged, Revisions};
pub use saved::{Restored, Saved};
