//! `cargo xtask bench detect`: false alarms of the detector over stream-months in which nothing
//! happens, its delay where something does, and beside it what else people use, on the same streams.
//!
//! The null families and their shares stand in `sim/src/stream/family.rs`, fixed before anything was
//! counted. Peers are tuned on the even seeds to no false alarm over all families together and reported
//! on the odd ones. What the tables say in words stands in docs/benchmarks.md.

mod chart;
mod delay;
mod interval;
mod kept;
mod null;
mod offline;
mod ordinary;
mod peers;
mod tuned;

use super::print;
use crate::bar::Bar;
use anyhow::{Context, Result, ensure};
use clap::Args;
use hw_sim::Heard;
use std::path::PathBuf;
use std::time::Instant;

/// Seeds of shifted streams begin so far behind those of null streams.
const SHIFTED_FROM: u64 = 1_000_000;

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
    /// Only null families with this in their name: to look at one alone.
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
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
    /// Keep what is heard of null streams in this file, and go on where it ends: for runs of hours, and
    /// for one detector only.
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
}

impl Detect {
    pub(crate) fn run(&self) -> Result<()> {
        let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = self.threads.map_or_else(all, usize::from);
        self.null(threads)?;
        if self.ordinary > 0 {
            let lived = timed("ordinary life", ordinary::n_worlds(self.ordinary), |show| {
                ordinary::live(self.seeds, self.ordinary, threads, show)
            });
            print(&ordinary::table(&lived));
        }
        let peer_seeds = self.seeds_of(self.peer_months)?;
        let peers = (self.peer_months > 0).then(|| {
            timed("peers on null streams", peer_seeds.len(), |show| {
                tuned::Tuned::new(&peer_seeds, threads, show)
            })
        });
        peers.iter().for_each(|tuned| print(&tuned.to_string()));
        if self.worlds > 0 {
            let from = self.seeds + SHIFTED_FROM;
            let seeds: Vec<u64> = (from..from + self.worlds).collect();
            let delays = timed("shifted streams", delay::n_learned(self.worlds), |show| {
                delay::Delays::new(&seeds, threads, peers.as_ref(), show)
            });
            print(&delays.to_string());
        }
        if self.offline_days > 0 {
            print(&offline::run(&self.python, self.seeds, self.offline_days)?);
        }
        Ok(())
    }

    /// The seeds of so many stream-months.
    fn seeds_of(&self, stream_months: u32) -> Result<Vec<u64>> {
        let is_wanted = |name: &str| name.contains(&self.only);
        let known = hw_sim::FAMILIES.iter().any(|family| is_wanted(family.name));
        ensure!(known, "no null family has \"{}\" in its name", self.only);
        let wanted = (self.seeds..).filter(|seed| is_wanted(hw_sim::family_of(*seed).name));
        let n = usize::try_from(stream_months.div_ceil(MONTHS_EACH))?;
        Ok(wanted.take(n).collect())
    }

    /// What is heard of the streams of these seeds, in their order.
    fn heard(&self, seeds: &[u64], threads: usize) -> Result<Vec<Heard>> {
        let Some(file) = &self.kept else {
            return Ok(timed("null streams", seeds.len(), |show| {
                hw_sim::hear_all(seeds, MONTHS_EACH, threads, show)
            }));
        };
        let mut heard = kept::read(file, seeds, MONTHS_EACH)?;
        let is_new = |seed: &u64| heard.binary_search_by_key(seed, |heard| heard.seed).is_err();
        let left: Vec<u64> = seeds.iter().copied().filter(is_new).collect();
        let more = timed("null streams that are not kept yet", left.len(), |show| {
            let mut more = Vec::with_capacity(left.len());
            for lump in left.chunks(kept::LUMP) {
                let before = more.len() as u64;
                let of_lump = hw_sim::hear_all(lump, MONTHS_EACH, threads, |n| show(before + n));
                kept::add(file, &of_lump)?;
                more.extend(of_lump);
            }
            anyhow::Ok(more)
        })?;
        heard.extend(more);
        heard.sort_by_key(|heard| heard.seed);
        Ok(heard)
    }

    fn null(&self, threads: usize) -> Result<()> {
        let seeds = self.seeds_of(self.stream_months)?;
        let heard = self.heard(&seeds, threads)?;
        let last = seeds.last().copied().unwrap_or_default();
        let months = heard.len() * MONTHS_EACH as usize;
        print(&format!("seeds {} to {last}: {months} stream-months", self.seeds));
        print(&null::table(&heard));
        print(&null::tail(&heard));
        match &self.picture {
            None => Ok(()),
            Some(file) => {
                std::fs::write(file, chart::tail(&heard)).context("failed to write the picture")
            }
        }
    }
}

/// Does something of so many parts under a bar, and says how long it took.
fn timed<T>(of: &'static str, n: usize, work: impl FnOnce(&(dyn Fn(u64) + Sync)) -> T) -> T {
    let (began, bar) = (Instant::now(), Bar::over(n, of));
    let done = work(&|n_done| bar.show(n_done));
    bar.finish();
    print(&format!("{of}: {:.0} s", began.elapsed().as_secs_f64()));
    done
}
