//! Why a recording cannot be read at all, and what to do about it.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a recording cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("failed to open {}: there is no such file", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// The system does not let us.
    #[error("failed to read {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory stands where a file was expected.
    #[error("failed to read {}: it is a directory, name the files in it", file.display())]
    Directory {
        /// The directory.
        file: PathBuf,
    },
    /// Nothing is in it.
    #[error("failed to read {}: it is empty, a recording holds at least one request", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// Its compression is known and not supported.
    #[error(
        "failed to read {}: it is compressed with {compression}, which is not supported: \
         decompress it first (gzip and zstd are read as they are)",
        file.display()
    )]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// Name of the compression.
        compression: &'static str,
    },
    /// Not one request could be read from it.
    #[error(
        "failed to read {}: it holds no OTLP, {found}; expected lines of OTLP/JSON or \
         length-framed protobuf, as the collector's file exporter writes them",
        file.display()
    )]
    NotARecording {
        /// The file.
        file: PathBuf,
        /// What was found in it.
        found: String,
    },
    /// Records did not fit into memory, nor into a temporary file.
    #[error("failed to sort records in a temporary file in {}: make room there", dir.display())]
    Spill {
        /// The directory of temporary files.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ReadError {
    /// Whether the file could be read and holds nothing to use: beside others that do, that is no
    /// reason to stop.
    pub(crate) const fn is_about_content(&self) -> bool {
        matches!(self, Self::Empty { .. } | Self::NotARecording { .. })
    }

    pub(crate) fn spill(source: io::Error) -> Self {
        Self::Spill { dir: std::env::temp_dir(), source }
    }
}
