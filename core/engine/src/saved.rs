//! An engine between two runs: saved with a place in the log, restored, and as if nothing had been.
//!
//! What is saved is the engine's own memory, all of it, and no promised format: a snapshot saves the
//! work of folding the log from its beginning (ADR 8). A restored engine says, byte for byte, what the
//! saved one would have said.

use crate::engine::{Engine, EngineSettings};
use serde::{Deserialize, Serialize};

/// The state of an engine, to write.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Saved<'a>(&'a Engine);

/// The state of an engine, as it was read.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Restored(Engine);

impl Engine {
    /// The state, to write. Outputs that were not taken are not in it.
    #[must_use]
    pub fn save(&self) -> Saved<'_> {
        assert!(self.outputs.is_empty(), "invariant: outputs are taken before the engine is saved");
        Saved(self)
    }
}

impl Restored {
    /// The engine under these settings, which may be others than it was saved under. Only the length
    /// of a window stays what it was.
    #[must_use]
    pub fn engine(self, settings: EngineSettings) -> Engine {
        let Self(mut engine) = self;
        engine.flow.restored(settings.flow);
        engine.watch.restored(settings.budget, settings.tuning);
        engine.memory = settings.memory;
        engine
    }
}
