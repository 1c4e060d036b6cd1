//! Golden transcripts: what each scenario said when somebody last looked.

use super::{println_stderr, world};
use anyhow::{Context, Result};
use hw_sim::transcript_of;
use std::path::{Path, PathBuf};

const FOLDER: &str = "sim/scenarios";

/// Every scenario, by name.
pub(super) fn scenarios() -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(FOLDER).with_context(|| {
        format!("failed to read {FOLDER}: run this in the top folder of the repo")
    })?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("failed to read {FOLDER}"))?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The file that holds a scenario's golden transcript.
pub(super) fn golden(scenario: &Path) -> PathBuf {
    scenario.with_extension("golden")
}

/// Writes the golden transcript of a scenario anew.
pub(super) fn bless(scenario: &Path) -> Result<()> {
    let (text, file) = (transcript_of(&world(scenario)?), golden(scenario));
    let is_same = std::fs::read_to_string(&file).is_ok_and(|before| before == text);
    std::fs::write(&file, text).with_context(|| format!("failed to write {}", file.display()))?;
    let what = if is_same { "unchanged" } else { "written" };
    println_stderr(&format!("{}: {what}", file.display()));
    Ok(())
}
