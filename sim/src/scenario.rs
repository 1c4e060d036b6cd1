//! Worlds as people write them: a small script, read and written.
//!
//! The words are those of `scenarios/README.md`. A world from a seed can be written as a script and
//! read back, so that a seed that found something can become a scenario, and be altered.

mod lines;
mod places;
mod read;
mod timeline;
mod write;

pub use lines::ScenarioError;

use crate::world::World;
use std::fmt;

impl World {
    /// Reads a script. `file` stands for it in errors.
    ///
    /// # Errors
    ///
    /// At the first line that is not understood: which, what was expected there, and what was found.
    pub fn from_script(file: &str, script: &str) -> Result<Self, ScenarioError> {
        read::read(file, script)
    }

    /// Reads a rate like `9/s` or `0.5/s`, in items per thousand seconds.
    #[must_use]
    pub fn parse_rate(word: &str) -> Option<u32> {
        places::rate(word)
    }

    /// The same world with all items coming in at another rate: so many in a thousand seconds
    /// through the first inlet, and the others in proportion.
    #[must_use]
    pub fn at_rate(mut self, per_1000_s: u32) -> Self {
        let before = self.inlets.first().map_or(1, |inlet| inlet.per_1000_s).max(1);
        for inlet in &mut self.inlets {
            let scaled = u64::from(inlet.per_1000_s) * u64::from(per_1000_s) / u64::from(before);
            inlet.per_1000_s = u32::try_from(scaled).unwrap_or(u32::MAX);
        }
        self
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write::write(self, f)
    }
}

#[cfg(test)]
mod tests;
