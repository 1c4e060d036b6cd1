//! `cargo xtask bench analyze`: spans and bytes per second through decode, flow and detection, and
//! peak memory, on the recording once and repeated; beside `jq -c .` on the same file.

use super::repeated;
use crate::process::{Cost, cost, is_there, println_stderr, run};
use anyhow::{Context, Result};
use clap::Args;
use highwater::{AnalysisSettings, analyse};
use hw_ingest::{Progress, ReadOptions, Recording};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// `highwater analyze` on the recording repeated, beside jq on the same file.
#[derive(Args)]
pub(crate) struct Analyze {
    /// How many copies of the recording.
    #[arg(long, default_value_t = 20)]
    times: u32,
}

const BINARY: &str = "target/release/highwater";

impl Analyze {
    pub(crate) fn run(&self) -> Result<()> {
        run("cargo", &["build", "--release", "--package", "highwater"])?;
        let folder = PathBuf::from("target/bench");
        std::fs::create_dir_all(&folder).context("failed to make target/bench")?;
        let packed = std::fs::read("testdata/gate-open/traces.jsonl.zst")
            .context("failed to read the recording: run this in the top folder of the repo")?;
        let lines =
            zstd::decode_all(packed.as_slice()).context("failed to unpack the recording")?;
        let once = folder.join("once.jsonl");
        let many = folder.join(format!("times-{}.jsonl", self.times));
        println_stderr(&format!("writing {} copies of {} MB", self.times, lines.len() / 1_000_000));
        repeated::write(&lines, 1, &once)?;
        repeated::write(&lines, self.times, &many)?;
        stages(&many)?;
        let small = whole(&once)?;
        let large = whole(&many)?;
        beside_jq(&many, large)?;
        memory(small, large, self.times);
        std::fs::remove_file(&many).context("failed to remove the copies")?;
        Ok(())
    }
}

/// How long reading and judging take, in one process.
fn stages(file: &Path) -> Result<()> {
    let bytes = std::fs::metadata(file)?.len() as f64;
    let began = Instant::now();
    let paths = [file.to_owned()];
    let recording = Recording::read(&paths, ReadOptions::default(), None, &Progress::new())?;
    let read_s = began.elapsed().as_secs_f64();
    let spans = recording.totals().tally.spans as f64;
    let began = Instant::now();
    let found = analyse(recording, AnalysisSettings::default(), |_| {})?;
    let judged_s = began.elapsed().as_secs_f64();
    let row = |name: &str, seconds: f64| {
        print(&format!(
            "{name:<28} {seconds:7.2} s  {:8.0} MB/s  {:10.0} spans/s",
            bytes / 1e6 / seconds,
            spans / seconds
        ));
    };
    print(&format!("\n{:.0} MB, {spans:.0} spans, in one process", bytes / 1e6));
    row("read: decode and sort", read_s);
    row("judge: flow, detect, diagnose", judged_s);
    row("both", read_s + judged_s);
    let windows: usize = found.report.hops.iter().map(|hop| hop.windows.len()).sum();
    print(&format!(
        "{windows} windows of history in {} bytes: {:.1} bytes each",
        found.history_bytes,
        found.history_bytes as f64 / windows.max(1) as f64
    ));
    Ok(())
}

fn whole(file: &Path) -> Result<Cost> {
    let file = file.to_str().context("a path in UTF-8")?;
    cost(BINARY, &["analyze", file, "--format", "json"])
}

fn beside_jq(file: &Path, ours: Cost) -> Result<()> {
    print(&format!("\nhighwater analyze              {:7.2} s", ours.wall_s));
    if !is_there("jq") {
        print("jq -c .                        not installed: no ratio");
        return Ok(());
    }
    let jq = cost("jq", &["-c", ".", file.to_str().context("a path in UTF-8")?])?;
    print(&format!("jq -c . > /dev/null            {:7.2} s", jq.wall_s));
    print(&format!(
        "ratio                          {:7.1} times as fast as jq",
        jq.wall_s / ours.wall_s
    ));
    Ok(())
}

fn memory(small: Cost, large: Cost, times: u32) {
    let mb = |cost: Cost| cost.peak_kib.map(|kib| kib as f64 / 1024.0);
    let (Some(small), Some(large)) = (mb(small), mb(large)) else {
        print("\npeak memory: this system does not say");
        return;
    };
    print(&format!(
        "\npeak memory: {small:.0} MiB for one copy, {large:.0} MiB for {times}: {:.2} times as much",
        large / small
    ));
}

#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn print(line: &str) {
    println!("{line}");
}
