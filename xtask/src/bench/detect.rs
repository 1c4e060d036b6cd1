//! `cargo xtask bench detect`: false alarms of the detector over stream-months in which nothing
//! happens, its delay where something does, and beside it what else people use, on the same streams.
//!
//! The null families and their shares stand in `sim/src/stream/family.rs`, fixed before anything was
//! counted. Peers are tuned on the even seeds to no false alarm over all families together and reported
//! on the odd ones. What the tables say in words stands in docs/benchmarks.md.

mod chart;
mod delay;
mod interval;
mod null;
mod offline;
mod ordinary;
mod peers;
mod tuned;

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;
use std::time::Instant;

/// Months that each null stream lives after its learning days.
const MONTHS_EACH: u32 = 2;

/// False alarms over null streams, delays over shifted ones, and other methods on the same streams.
#[derive(Args)]
pub(crate) struct Detect {
    /// Stream-months without a shift; each stream lives two after 14 days of learning.
    #[arg(long, value_name = "N", default_value_t = 300)]
    stream_months: u32,
    /// The first seed.
    #[arg(long, value_name = "FROM", default_value_t = 0)]
    seeds: u64,
    /// Shifted worlds a cell of the delay table; 0 for no such table.
    #[arg(long, value_name = "N", default_value_t = 20)]
    worlds: u64,
    /// Of the stream-months, those on which the peers are tuned and counted; 0 for no peers.
    #[arg(long, value_name = "N", default_value_t = 200)]
    peer_months: u32,
    /// Worlds of each kind of ordinary life through the real engine; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 20)]
    ordinary: u64,
    /// Days of each family for the offline peers of PyPI, where they are installed; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 0)]
    offline_days: u64,
    /// The Python that has them.
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: String,
    /// How many at once; as many as the machine has processors unless said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Write the picture of the evidence's tail here.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

impl Detect {
    pub(crate) fn run(&self) -> Result<()> {
        let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = self.threads.map_or_else(all, usize::from);
        let seeds: Vec<u64> = seeds_of(self.seeds, self.stream_months);
        let began = Instant::now();
        let bar = bar_over(seeds.len(), "null streams");
        let show = |n_done| bar.set_position(n_done);
        let heard = hw_sim::hear_all(&seeds, MONTHS_EACH, threads, show);
        bar.finish_and_clear();
        let last = seeds.last().copied().unwrap_or_default();
        print(&format!(
            "seeds {} to {last}, {} stream-months, {:.0} s on {threads} threads",
            self.seeds,
            heard.len() * MONTHS_EACH as usize,
            began.elapsed().as_secs_f64()
        ));
        print(&null::table(&heard));
        print(&null::tail(&heard));
        if let Some(file) = &self.picture {
            std::fs::write(file, chart::tail(&heard)).context("failed to write the picture")?;
        }
        if self.ordinary > 0 {
            let began = Instant::now();
            let bar = bar_over(ordinary::n_worlds(self.ordinary), "ordinary life");
            let show = |n_done| bar.set_position(n_done);
            let lived = ordinary::live(self.seeds, self.ordinary, threads, show);
            bar.finish_and_clear();
            print(&format!("ordinary life, {:.0} s", began.elapsed().as_secs_f64()));
            print(&ordinary::table(&lived));
        }
        let peers = if self.peer_months > 0 {
            let began = Instant::now();
            let seeds = seeds_of(self.seeds, self.peer_months);
            let bar = bar_over(seeds.len(), "peers on null streams");
            let tuned = tuned::Tuned::new(&seeds, threads, |n_done| bar.set_position(n_done));
            bar.finish_and_clear();
            print(&format!("peers, {:.0} s", began.elapsed().as_secs_f64()));
            print(&tuned.to_string());
            Some(tuned)
        } else {
            None
        };
        if self.worlds > 0 {
            let began = Instant::now();
            let n = delay::n_learned(self.worlds);
            let bar = bar_over(n, "shifted streams");
            let from = self.seeds + 1_000_000;
            let seeds: Vec<u64> = (from..from + self.worlds).collect();
            let show = |n_done| bar.set_position(n_done);
            let delays = delay::Delays::new(&seeds, threads, peers.as_ref(), show);
            bar.finish_and_clear();
            print(&format!("shifted streams, {:.0} s", began.elapsed().as_secs_f64()));
            print(&delays.to_string());
        }
        if self.offline_days > 0 {
            print(&offline::run(&self.python, self.seeds, self.offline_days)?);
        }
        Ok(())
    }
}

/// The seeds of so many stream-months.
fn seeds_of(from: u64, stream_months: u32) -> Vec<u64> {
    (from..from + u64::from(stream_months.div_ceil(MONTHS_EACH))).collect()
}

fn bar_over(n: usize, of: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(n as u64), ProgressDrawTarget::stderr());
    let style =
        ProgressStyle::with_template("{msg:22} {wide_bar} {human_pos}/{human_len}, {eta} left");
    bar.set_style(style.expect("invariant: the template is a constant"));
    bar.set_message(of);
    bar
}

#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn print(text: &str) {
    println!("{text}");
}
