//! Snapshots: files beside the database, each whole or not there, the last two kept.
//!
//! The newest that is whole counts. Rows of the log are kept since the older one, so that a damaged
//! snapshot costs time and nothing else.

use crate::folder::Paths;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"HWSNAP\r\n";

/// Snapshots that are kept.
const KEPT: usize = 2;

/// Bytes before the body: magic, version, step, length, hash.
const HEAD: usize = 8 + 4 + 8 + 8 + 32;

/// A snapshot that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last row of the log that it knows.
    pub step: u64,
    /// Format of the body.
    pub version: u32,
    /// What it holds.
    pub body: Vec<u8>,
}

/// A snapshot cannot be written or read.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The disk says no.
    #[error("failed to write or read the snapshot {file}")]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are not what was written.
    #[error("the snapshot {file} is damaged")]
    Damaged {
        /// The file.
        file: PathBuf,
    },
}

/// The snapshots of a data folder.
#[derive(Clone, Debug)]
pub struct Snapshots {
    folder: PathBuf,
}

impl Snapshots {
    /// Of this folder.
    #[must_use]
    pub fn new(paths: &Paths) -> Self {
        Self { folder: paths.snapshots() }
    }

    /// Writes a snapshot and makes it durable, then removes all but the last two. Returns the place
    /// up to which the log is not needed any more.
    ///
    /// # Errors
    ///
    /// If the disk refuses. Older snapshots are then still there.
    pub fn write(&self, snapshot: &Snapshot) -> Result<u64, SnapshotError> {
        let file = self.file(snapshot.step);
        let io = |source| SnapshotError::Io { file: file.clone(), source };
        let packed = zstd::encode_all(snapshot.body.as_slice(), 1).map_err(io)?;
        let part = file.with_extension("part");
        let written = write_durably(&part, &[&head(snapshot, &packed), &packed])
            .and_then(|()| fs::rename(&part, &file))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        if let Err(source) = written {
            // What is left of it takes space that is missing already.
            drop(fs::remove_file(&part));
            return Err(io(source));
        }
        let steps = self.steps();
        let surplus = steps.len().saturating_sub(KEPT);
        for old in steps.iter().take(surplus) {
            drop(fs::remove_file(self.file(*old)));
        }
        let oldest = steps.get(surplus).copied();
        Ok(if steps.len() >= KEPT { oldest.unwrap_or(0) } else { 0 })
    }

    /// Places of the snapshots that are there, oldest first.
    #[must_use]
    pub fn steps(&self) -> Vec<u64> {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut steps: Vec<u64> = files.filter_map(|entry| step_of(&entry.path())).collect();
        steps.sort_unstable();
        steps
    }

    /// Reads the snapshot of a place.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is damaged.
    pub fn read(&self, step: u64) -> Result<Snapshot, SnapshotError> {
        let file = self.file(step);
        let bytes =
            fs::read(&file).map_err(|source| SnapshotError::Io { file: file.clone(), source })?;
        parse(&bytes).ok_or(SnapshotError::Damaged { file })
    }

    /// The file of a snapshot.
    #[must_use]
    pub fn file(&self, step: u64) -> PathBuf {
        self.folder.join(format!("{step:020}.snapshot"))
    }
}

fn step_of(file: &Path) -> Option<u64> {
    let is_snapshot = file.extension().is_some_and(|extension| extension == "snapshot");
    is_snapshot.then(|| file.file_stem()?.to_str()?.parse().ok()).flatten()
}

fn head(snapshot: &Snapshot, packed: &[u8]) -> Vec<u8> {
    let mut head = Vec::with_capacity(HEAD);
    head.extend_from_slice(MAGIC);
    head.extend_from_slice(&snapshot.version.to_le_bytes());
    head.extend_from_slice(&snapshot.step.to_le_bytes());
    head.extend_from_slice(&(packed.len() as u64).to_le_bytes());
    let hash = hash(&head, packed);
    head.extend_from_slice(&hash);
    head
}

fn hash(head: &[u8], packed: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(packed);
    *hasher.finalize().as_bytes()
}

fn parse(bytes: &[u8]) -> Option<Snapshot> {
    let (head, packed) = bytes.split_at_checked(HEAD)?;
    let (said, found) = head.split_at_checked(HEAD - 32)?;
    let rest = said.strip_prefix(MAGIC)?;
    let (version, rest) = rest.split_first_chunk::<4>()?;
    let (step, length) = rest.split_first_chunk::<8>()?;
    let length = u64::from_le_bytes(*length.first_chunk::<8>()?);
    if length != packed.len() as u64 || hash(said, packed).as_slice() != found {
        return None;
    }
    Some(Snapshot {
        step: u64::from_le_bytes(*step),
        version: u32::from_le_bytes(*version),
        body: zstd::decode_all(packed).ok()?,
    })
}

fn write_durably(file: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut out = File::create(file)?;
    for part in parts {
        out.write_all(part)?;
    }
    out.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots() -> (tempfile::TempDir, Snapshots) {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(folder.path());
        fs::create_dir_all(paths.snapshots()).unwrap();
        let snapshots = Snapshots::new(&paths);
        (folder, snapshots)
    }

    fn snapshot(step: u64) -> Snapshot {
        Snapshot { step, version: 1, body: format!("state at {step}").repeat(100).into_bytes() }
    }

    #[test]
    fn last_two_are_kept_and_the_log_since_the_older() {
        let (_folder, snapshots) = snapshots();
        assert_eq!(snapshots.write(&snapshot(10)).unwrap(), 0, "one alone keeps the whole log");
        assert_eq!(snapshots.write(&snapshot(20)).unwrap(), 10);
        assert_eq!(snapshots.write(&snapshot(30)).unwrap(), 20);
        assert_eq!(snapshots.steps(), [20, 30]);
        assert_eq!(snapshots.read(30).unwrap(), snapshot(30));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let (_folder, snapshots) = snapshots();
        snapshots.write(&snapshot(10)).unwrap();
        let bytes = fs::read(snapshots.file(10)).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(parse(&flipped), None, "bit {bit}");
        }
        assert_eq!(parse(&bytes[..bytes.len() - 1]), None);
    }
}
