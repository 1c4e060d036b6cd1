//! `cargo xtask bench analyze`: spans and bytes per second through decode, flow and detection, and
//! peak memory, on the recording once and repeated; beside `jq -c .` on the same file.

use super::print;
use super::repeated;
use crate::process::{Cost, cost, is_there, println_stderr, run};
use anyhow::{Context, Result};
use clap::Args;
use highwater::{AnalysisSettings, analyse};
use hw_ingest::{Progress, ReadOptions, Recording};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// `highwater analyze` on the recording repeated, beside jq on the same file.
#[derive(Args)]
pub(crate) struct Analyze {
    /// How many copies of the recording.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..))]
    times: u32,
    /// How often the whole commands are timed, in turns.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
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
        let copies = [1, self.times / 2, self.times];
        let files = copies.map(|n| folder.join(format!("times-{n}.jsonl")));
        for (n, file) in copies.into_iter().zip(&files) {
            println_stderr(&format!("writing {n} x {} MB", lines.len() / 1_000_000));
            repeated::write(&lines, n, file)?;
        }
        let [_, _, many] = &files;
        stages(many)?;
        beside_jq(many, self.runs)?;
        memory(copies, &files)?;
        for file in &files {
            std::fs::remove_file(file).context("failed to remove the copies")?;
        }
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

/// Both commands in turns, so that a machine that grows slow hits both.
fn beside_jq(file: &Path, runs: u32) -> Result<()> {
    let with_jq = is_there("jq");
    let path = file.to_str().context("a path in UTF-8")?;
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let our = whole(file)?.wall_s;
        ours.push(our);
        if with_jq {
            let their = cost("jq", &["-c", ".", path])?.wall_s;
            theirs.push(their);
            ratios.push(their / our);
        }
    }
    print(&format!("\nwhole commands, {runs} runs in turns: median (least to most)"));
    print(&format!("highwater analyze              {}", Spread::of(ours)));
    if with_jq {
        print(&format!("jq -c . > /dev/null            {}", Spread::of(theirs)));
        print(&format!("times as fast as jq            {}", Spread::of(ratios)));
    } else {
        print("jq -c .                        not installed: no ratio");
    }
    Ok(())
}

fn memory(copies: [u32; 3], files: &[PathBuf; 3]) -> Result<()> {
    print("\npeak memory");
    for (n, file) in copies.into_iter().zip(files) {
        match whole(file)?.peak_kib {
            Some(kib) => print(&format!("{n:>4} copies {:8.0} MiB", kib as f64 / 1024.0)),
            None => print("this system does not say"),
        }
    }
    Ok(())
}

/// What several runs took.
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(values.len() / 2), least: at(0), most: at(values.len().max(1) - 1) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:8.2}  ({:.2} to {:.2})", self.median, self.least, self.most)
    }
}
