//! The last good bytes of each calendar in the data folder, so that a restart while a calendar cannot be
//! reached does not make everybody free.
//!
//! One file for each, written beside and renamed: a line with its time and digests, then the bytes. The
//! address stands in it as a digest only. What does not fit its digest, or comes from another address
//! than settings name now, is not used.

use super::places::{FeedFrom, FeedSource};
use anyhow::Context;
use hw_model::Timestamp;
use hw_roster::FEED_BYTES_MAX;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use tracing::warn;

/// Ending of the files.
const ENDING: &str = "feed";

/// Bytes of the first line, at most.
const HEAD_BYTES_MAX: usize = 1_024;

/// Where they are kept.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    folder: PathBuf,
}

/// What stands in the first line.
#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    read_at: i64,
    source: String,
    digest: String,
}

impl Shelf {
    /// Of a data folder.
    pub(crate) fn of(data: &Path) -> Self {
        Self { folder: data.join("calendars") }
    }

    /// Keeps the bytes of a calendar.
    pub(crate) fn put(
        &self,
        source: &FeedSource,
        read_at: Timestamp,
        bytes: &[u8],
    ) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.folder)
            .with_context(|| format!("failed to make {}", self.folder.display()))?;
        let path = self.path(source);
        let head = Head {
            version: 1,
            read_at: read_at.0,
            source: origin(source),
            digest: blake3::hash(bytes).to_hex().to_string(),
        };
        let failed = || format!("failed to write {}", path.display());
        // For this user alone: it says who is where.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).with_context(failed)?;
        let mut line = serde_json::to_vec(&head).with_context(failed)?;
        line.push(b'\n');
        file.write_all(&line).and_then(|()| file.write_all(bytes)).with_context(failed)?;
        file.as_file().sync_data().with_context(failed)?;
        file.persist(&path).map(drop).with_context(failed)
    }

    /// The bytes that were kept of a calendar, and when they were read.
    pub(crate) fn get(&self, source: &FeedSource) -> Option<(Timestamp, Vec<u8>)> {
        let path = self.path(source);
        let stored = super::files::bytes_of(&path, FEED_BYTES_MAX + HEAD_BYTES_MAX).ok()?;
        let found = parts(&stored).filter(|(head, bytes)| {
            head.version == 1 && head.digest == blake3::hash(bytes).to_hex().to_string()
        });
        let Some((head, bytes)) = found else {
            warn!(feed = source.feed.name, "what was kept of a calendar is damaged: not used");
            return None;
        };
        (head.source == origin(source)).then(|| (Timestamp(head.read_at), bytes.to_vec()))
    }

    /// Removes what was kept of calendars that settings name no more.
    pub(crate) fn tidy(&self, sources: &[FeedSource]) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_ours = path.extension().is_some_and(|ending| ending == ENDING);
            let is_named = sources.iter().any(|source| self.path(source) == path);
            if is_ours
                && !is_named
                && let Err(error) = std::fs::remove_file(&path)
            {
                warn!(file = %path.display(), %error, "a calendar that is no more cannot be removed");
            }
        }
    }

    /// Names of feeds are letters, digits, `-`, `_` and `.` only: settings see to it.
    fn path(&self, source: &FeedSource) -> PathBuf {
        self.folder.join(format!("{}.{ENDING}", source.feed.name))
    }
}

fn parts(stored: &[u8]) -> Option<(Head, &[u8])> {
    let end = stored.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = stored.split_at_checked(end)?;
    Some((serde_json::from_slice(line).ok()?, rest.get(1..)?))
}

/// Where a calendar comes from, as a digest.
fn origin(source: &FeedSource) -> String {
    let written = match &source.from {
        FeedFrom::Url(url) => format!("url {}", url.expose()),
        FeedFrom::File(path) => format!("file {}", path.display()),
    };
    blake3::hash(written.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_notify::Secret;
    use hw_roster::{Feed, FeedKind};

    fn source(name: &str, url: &str) -> FeedSource {
        FeedSource {
            feed: Feed::new(name, FeedKind::OnCall),
            team: None,
            from: FeedFrom::Url(Secret::new(url)),
            allow_private: Vec::new(),
        }
    }

    #[test]
    fn what_was_put_is_got_from_the_same_address_only() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::of(folder.path());
        let pager = source("pager", "https://calendar.example/canary-4711");
        assert!(shelf.get(&pager).is_none());
        let (at, bytes) = (Timestamp(1_795_330_494_000_000_000), b"BEGIN:VCALENDAR\n\n".to_vec());
        shelf.put(&pager, at, &bytes).unwrap();
        assert_eq!(shelf.get(&pager), Some((at, bytes)));
        assert!(shelf.get(&source("pager", "https://calendar.example/other")).is_none());
        let file = folder.path().join("calendars/pager.feed");
        let stored = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&stored).contains("canary"), "no address is kept");
        shelf.tidy(&[source("pager", "x")]);
        assert!(file.exists());
        let mut broken = stored.clone();
        *broken.last_mut().unwrap() = b'x';
        for stored in [broken.as_slice(), b"", b"{}\n", &stored[..stored.len() - 1]] {
            std::fs::write(&file, stored).unwrap();
            assert!(shelf.get(&pager).is_none(), "damage is found");
        }
        shelf.tidy(&[]);
        assert!(!file.exists());
    }
}
