//! A world's telemetry as files that `highwater analyze` reads.

use super::println_stderr;
use anyhow::{Context, Result};
use hw_sim::{World, record};
use std::path::Path;

/// As small as it gets: these files are kept in the repo.
const LEVEL: i32 = 19;

/// Writes `traces.jsonl.zst` and `logs.jsonl.zst` into a folder.
pub(super) fn write(world: World, folder: &Path) -> Result<()> {
    let in_folder = || format!("failed to write to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(in_folder)?;
    let recorded = record(&world);
    let files = [("traces.jsonl.zst", &recorded.traces), ("logs.jsonl.zst", &recorded.logs)];
    for (name, lines) in files {
        let packed = zstd::encode_all(lines.as_slice(), LEVEL).context("failed to pack")?;
        let file = folder.join(name);
        std::fs::write(&file, &packed).with_context(in_folder)?;
        let (packed, whole) = (packed.len() / 1_000, lines.len() / 1_000);
        println_stderr(&format!("{}: {packed} kB, {whole} kB unpacked", file.display()));
    }
    let n_spans: u64 = recorded.n_spans.values().sum();
    let n_lines: u64 = recorded.n_lines.values().sum();
    println_stderr(&format!("{n_spans} spans, {n_lines} log lines"));
    Ok(())
}
