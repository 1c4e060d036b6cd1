//! A recording: files in, playback out.

use crate::collate::{CollationLimits, Collator, Playback, Totals};
use crate::files::{self, Progress, Raw, ReadError};
use crate::intake::Intake;
use crate::options::ReadOptions;
use hw_flow::DictionaryLimits;
use hw_model::Interval;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files that were read to their ends.
#[derive(Debug)]
pub struct Recording(Playback);

impl Recording {
    /// Reads all files at `paths`, of any signal and in any order. One that is empty or no recording
    /// is a fault in the totals as long as another can be used.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or none is a recording. A recording with faults in it is neither:
    /// they are in its totals.
    pub fn read(
        paths: &[PathBuf],
        options: ReadOptions,
        interval: Option<Interval>,
        progress: &Progress,
    ) -> Result<Self, ReadError> {
        let mut reader = RecordingReader::new(options, interval, CollationLimits::STANDARD);
        for report in files::each(paths, progress, |path| reader.read_file(path, progress))? {
            reader.collator.add_report(report);
        }
        reader.finish()
    }

    /// What was in it. Duplicates are found while it is played.
    #[must_use]
    pub const fn totals(&self) -> &Totals {
        self.0.totals()
    }

    /// Plays it from its beginning.
    #[must_use]
    pub fn into_playback(self) -> Playback {
        self.0
    }
}

/// Reads a recording piece by piece, for those who have more than paths.
#[derive(Debug)]
pub struct RecordingReader {
    intake: Intake,
    collator: Collator,
}

impl RecordingReader {
    /// With nothing read.
    #[must_use]
    pub fn new(options: ReadOptions, interval: Option<Interval>, limits: CollationLimits) -> Self {
        let intake = Intake::new(options, DictionaryLimits::STANDARD);
        Self { intake, collator: Collator::new(interval, limits) }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no recording.
    pub fn read_file(&mut self, path: &Path, progress: &Progress) -> Result<(), ReadError> {
        let file = files::open(path)?;
        self.read_stream(path, file, progress)
    }

    /// Reads a stream, which `name` stands for in faults and errors.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is no recording.
    pub fn read_stream(
        &mut self,
        name: &Path,
        source: impl Read + Send + 'static,
        progress: &Progress,
    ) -> Result<(), ReadError> {
        let Self { intake, collator } = self;
        let take = |intake: &mut Intake, tally, _: Raw<'_>| collator.add(intake, &tally);
        let report = files::read(name, source, progress, intake, take)?;
        self.collator.add_report(report);
        Ok(())
    }

    /// Ends reading.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be read.
    pub fn finish(self) -> Result<Recording, ReadError> {
        self.collator.finish(self.intake).map(Recording)
    }
}
