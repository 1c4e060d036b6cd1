//! Recordings on disk: what the collector's file exporter writes, compressed or not.
//!
//! What a file is, its content says and never its name: gzip (of many members) and zstd (of many
//! frames) are undone; inside are lines of OTLP/JSON, or messages of protobuf or JSON framed by a
//! length of four bytes, each possibly compressed by itself. Reading and decompressing run in a
//! thread of their own, a few blocks ahead; decoding happens on the caller's. A bad line is a fault
//! that is kept and counted, and the next line is read.

mod blocks;
mod compression;
mod error;
mod reader;

pub use error::ReadError;
pub(crate) use reader::{Raw, open, read};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest line or frame, in bytes: the limit that OTLP recommends for a request.
const REQUEST_BYTES_MAX: usize = 64 << 20;

/// Faults of one file whose words are kept. The rest is counted.
const FAULTS_MAX: usize = 20;

/// What is wrong at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The file.
    pub file: PathBuf,
    /// The line, or the frame of a file that has no lines, from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong there.
    pub reason: String,
}

/// How reading a file went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// The file.
    pub file: PathBuf,
    /// Requests that were read.
    pub requests: u64,
    /// The first faults.
    pub faults: Vec<FileFault>,
    /// How many faults there were.
    pub n_faults: u64,
}

impl FileReport {
    /// The report on a file that holds nothing to use.
    pub(crate) fn unusable(file: &Path, error: &ReadError) -> Self {
        let mut report = Self { file: file.to_owned(), ..Self::default() };
        report.fault(0, error.to_string());
        report
    }

    fn fault(&mut self, line: u64, reason: String) {
        self.n_faults += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(FileFault { file: self.file.clone(), line, reason });
        }
    }
}

/// Reads each file. Returns the reports on those that are empty or no recording, which is no reason to
/// stop as long as another can be used.
pub(crate) fn each(
    paths: &[PathBuf],
    progress: &Progress,
    mut read: impl FnMut(&Path) -> Result<(), ReadError>,
) -> Result<Vec<FileReport>, ReadError> {
    for path in paths {
        progress.add_total(std::fs::metadata(path).map_or(0, |metadata| metadata.len()));
    }
    let mut unusable = Vec::new();
    for path in paths {
        match read(path) {
            Ok(()) => {}
            Err(error) if error.is_about_content() => unusable.push((path, error)),
            Err(error) => return Err(error),
        }
    }
    if unusable.len() == paths.len()
        && let Some((_, error)) = unusable.pop()
    {
        return Err(error);
    }
    Ok(unusable.iter().map(|(path, error)| FileReport::unusable(path, error)).collect())
}

/// How far reading has come, for whoever shows it. Clones look at the same counters.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    read: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// At the beginning.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes read so far, as they lie on disk.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.0.read.load(Ordering::Relaxed)
    }

    /// Bytes of all files; 0 while it is not known.
    #[must_use]
    pub fn bytes_total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    pub(crate) fn add_total(&self, bytes: u64) {
        self.0.total.fetch_add(bytes, Ordering::Relaxed);
    }

    fn add_read(&self, bytes: usize) {
        self.0.read.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
