//! Which row of the log is being applied, in case that kills the process.
//!
//! A row that makes the engine panic would do so again at each start. So the panic is noted beside
//! the log, and a row that did it twice is quarantined. That a process was killed from outside says
//! nothing about the row it was at: only panics are counted.

use crate::folder::Paths;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Panics on one row before it is quarantined.
const PANICS_MAX: u32 = 2;

/// The row that is being applied; shared with whoever notices a panic.
#[derive(Clone, Debug)]
pub struct Applying {
    file: PathBuf,
    step: Arc<AtomicU64>,
}

impl Applying {
    /// Of a data folder.
    #[must_use]
    pub fn new(paths: &Paths) -> Self {
        Self { file: paths.applying(), step: Arc::new(AtomicU64::new(0)) }
    }

    /// A row is being applied now.
    pub fn begin(&self, step: u64) {
        self.step.store(step, Ordering::Relaxed);
    }

    /// No row is.
    pub fn end(&self) {
        self.step.store(0, Ordering::Relaxed);
    }

    /// Notes a panic, if a row was being applied. To be called from the panic hook.
    pub fn note_panic(&self, why: &str) {
        let step = self.step.load(Ordering::Relaxed);
        if step == 0 {
            return;
        }
        let n = self.noted().filter(|(known, ..)| *known == step).map_or(0, |(_, n, _)| n);
        let why: String = why.lines().collect::<Vec<_>>().join(" ");
        // Nobody is left who could be told that this failed.
        drop(fs::write(&self.file, format!("{step} {} {why}", n + 1)));
    }

    /// The row that panicked often enough to be quarantined, and why.
    #[must_use]
    pub fn culprit(&self) -> Option<(u64, String)> {
        let (step, _, why) = self.noted().filter(|(_, n, _)| *n >= PANICS_MAX)?;
        Some((step, why))
    }

    /// The culprit was quarantined, or all went well: what was noted is forgotten.
    pub fn forget(&self) {
        drop(fs::remove_file(&self.file));
    }

    fn noted(&self) -> Option<(u64, u32, String)> {
        let text = fs::read_to_string(&self.file).ok()?;
        let mut parts = text.splitn(3, ' ');
        let (step, n) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some((step, n, parts.next().unwrap_or_default().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_that_panics_twice_in_a_row_is_the_culprit() {
        let folder = tempfile::tempdir().unwrap();
        let applying = Applying::new(&Paths::of(folder.path()));
        applying.note_panic("not at a row");
        assert_eq!(applying.culprit(), None);
        applying.begin(7);
        applying.note_panic("index out of\nbounds");
        assert_eq!(applying.culprit(), None);
        applying.begin(9);
        applying.note_panic("another");
        applying.begin(7);
        applying.note_panic("again");
        assert_eq!(applying.culprit(), None, "another row panicked in between");
        applying.note_panic("and again");
        assert_eq!(applying.culprit(), Some((7, "and again".to_owned())));
        applying.forget();
        assert_eq!(applying.culprit(), None);
    }
}
