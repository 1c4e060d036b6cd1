//! What was heard of null streams, kept in a file as it comes: a run of hours that is cut off goes on
//! where it was.
//!
//! A line a stream, as JSON. Whoever gives the file sees to it that the same detector wrote it.

use anyhow::{Context, Result};
use hw_sim::{Heard, TAIL_NATS, family_of};
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Streams between two writes.
pub(super) const LUMP: usize = 200;

#[derive(Serialize, Deserialize)]
struct Line {
    seed: u64,
    months: u32,
    alarms: Vec<i64>,
    tail_hours: [u32; TAIL_NATS.len()],
    highest: f64,
}

/// What a file has of the streams of these seeds that lived so long; nothing if there is no file.
pub(super) fn read(file: &Path, seeds: &[u64], months: u32) -> Result<Vec<Heard>> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    let mut heard = Vec::new();
    // A run that was cut off may have left half a line.
    for line in text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
        if line.months == months && seeds.binary_search(&line.seed).is_ok() {
            heard.push(line.into());
        }
    }
    heard.sort_by_key(|heard: &Heard| heard.seed);
    heard.dedup_by_key(|heard| heard.seed);
    Ok(heard)
}

/// Adds what was heard.
pub(super) fn add(file: &Path, heard: &[Heard]) -> Result<()> {
    let cannot = || format!("cannot write {}", file.display());
    let mut text = String::from("\n");
    for heard in heard {
        text.push_str(&serde_json::to_string(&Line::from(heard))?);
        text.push('\n');
    }
    let mut open = OpenOptions::new().create(true).append(true).open(file).with_context(cannot)?;
    open.write_all(text.as_bytes()).with_context(cannot)
}

impl From<&Heard> for Line {
    fn from(heard: &Heard) -> Self {
        Self {
            seed: heard.seed,
            months: heard.months,
            alarms: heard.alarms.clone(),
            tail_hours: heard.tail_hours,
            highest: heard.highest,
        }
    }
}

impl From<Line> for Heard {
    fn from(line: Line) -> Self {
        Self {
            seed: line.seed,
            family: family_of(line.seed),
            months: line.months,
            alarms: line.alarms,
            tail_hours: line.tail_hours,
            highest: line.highest,
        }
    }
}
