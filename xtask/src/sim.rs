//! `cargo xtask sim`: seeded worlds and scenarios against the real engine.
//!
//! Where files are read and written, because `hw-sim` does neither: the seeds that once found
//! something, the scenarios with their goldens, and recordings made from a scenario.

mod golden;
mod impact;
mod meta;
mod recording;

use crate::bar::Bar;
use crate::process::println_stderr;
use anyhow::{Context, Result, bail};
use clap::Args;
use hw_sim::{World, broken_words, run, transcript, transcript_of, try_seed, try_world};
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// Seeds that once found something.
const SEEDS: &str = "sim/seeds.txt";

/// Seeded worlds and scenarios against the real engine.
///
/// Each seed is a world: services, items, deploys, a fault or none, and telemetry that fails. The
/// real engine lives through it, and rules that must always hold are checked after each step. Exit
/// code 1 if one broke; what was found well or badly beyond that is a table.
///
/// The seeds of sim/seeds.txt, which once found something, go first.
#[derive(Args)]
#[command(
    after_help = "Run it in the top folder of the repo. docs/internals/simulation.md explains \
                        the table, sim/scenarios/README.md the words of a scenario."
)]
pub(crate) struct Sim {
    /// How many seeds.
    #[arg(long, value_name = "N", default_value_t = 100)]
    seeds: u64,
    /// The first of them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    from: u64,
    /// How many at once; as many as the machine has processors unless said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print one seed's world as a script, what is said in it, and the rules that broke.
    #[arg(long, value_name = "N", group = "mode")]
    seed: Option<u64>,
    /// Print what is said in the world of a script.
    #[arg(long, value_name = "FILE", group = "mode")]
    scenario: Option<PathBuf>,
    /// Run some seeds twice, those of sim/seeds.txt, and all scenarios: equal bytes, or exit code 1.
    #[arg(long, group = "mode")]
    meta: bool,
    /// Hold the harm that is said of so many incidents against the truth, in worlds of their own: exit
    /// code 1 if its 95 % intervals hold it in fewer than 93 % or more than 97 %.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "2000")]
    #[arg(conflicts_with_all = ["scenario", "meta", "bless", "seeds"])]
    impact: Option<usize>,
    /// Write the golden transcript of every scenario anew, or that of one with --scenario.
    #[arg(long, conflicts_with_all = ["seed", "meta"])]
    bless: bool,
    /// Write the telemetry of the scenario to a folder: traces.jsonl.zst and logs.jsonl.zst.
    #[arg(long, value_name = "DIR", requires = "scenario", conflicts_with = "bless")]
    write: Option<PathBuf>,
    /// Items per second through the scenario's first inlet, others in proportion: 6/s or 0.5/s.
    #[arg(long, value_name = "RATE", requires = "write", value_parser = rate)]
    rate: Option<u32>,
}

impl Sim {
    pub(crate) fn run(&self) -> Result<()> {
        if let Some(n_incidents) = self.impact {
            return match self.seed {
                Some(seed) => impact::one(seed),
                None => impact::many(n_incidents, self.from, self.threads()),
            };
        }
        match (self.seed, &self.scenario) {
            (Some(seed), _) => one_seed(seed),
            (None, Some(file)) if self.bless => golden::bless(file),
            (None, Some(file)) => match &self.write {
                Some(folder) => recording::write(at_rate(world(file)?, self.rate), folder),
                None => scenario(file),
            },
            (None, None) if self.bless => {
                golden::scenarios()?.iter().try_for_each(|file| golden::bless(file))
            }
            (None, None) if self.meta => meta::check(&seeds_of(SEEDS)?),
            (None, None) => self.many(),
        }
    }

    /// All seeds that are asked for, those that once found something first.
    fn many(&self) -> Result<()> {
        let mut seeds = seeds_of(SEEDS)?;
        let fresh = self.from..self.from.saturating_add(self.seeds);
        let fresh: Vec<u64> = fresh.filter(|seed| !seeds.contains(seed)).collect();
        seeds.extend(fresh);
        let bar = Bar::over(seeds.len(), "seeds");
        let summary = quietly(|| run(&seeds, self.threads(), |n_done| bar.show(n_done)));
        bar.finish();
        print(&summary.to_string());
        match summary.broken().count() {
            0 => Ok(()),
            n => bail!("a rule broke in {n} of {} worlds", seeds.len()),
        }
    }

    fn threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.map_or_else(all, usize::from)
    }
}

/// A panic is a broken rule and told as one: its own words would only tear the bar.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = run();
    std::panic::set_hook(loud);
    done
}

fn one_seed(seed: u64) -> Result<()> {
    let tried = try_seed(seed);
    print(&transcript(&tried));
    if tried.broken.is_empty() { Ok(()) } else { bail!("a rule broke with seed {seed}") }
}

fn scenario(file: &Path) -> Result<()> {
    let world = world(file)?;
    print(&transcript_of(&world));
    let broken = try_world(&world).broken;
    print(&broken_words(&broken));
    if broken.is_empty() { Ok(()) } else { bail!("a rule broke in {}", file.display()) }
}

/// The world of a script.
fn world(file: &Path) -> Result<World> {
    let script = read_to_string(file).with_context(|| format!("failed to read {}", file.display()));
    Ok(World::from_script(&file.to_string_lossy(), &script?)?)
}

fn at_rate(world: World, per_1000_s: Option<u32>) -> World {
    per_1000_s.into_iter().fold(world, World::at_rate)
}

/// Reads a rate as scenarios write it, in items per thousand seconds.
fn rate(word: &str) -> Result<u32, String> {
    World::parse_rate(word).ok_or_else(|| "expected a rate like 6/s or 0.5/s".to_owned())
}

/// The seeds in a file: one per line, a comment after `#`.
fn seeds_of(file: &str) -> Result<Vec<u64>> {
    let text = read_to_string(file).with_context(|| {
        format!("failed to read {file}: run this in the top folder of the repo")
    })?;
    let mut seeds = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let seed = line.split('#').next().unwrap_or_default().trim();
        if !seed.is_empty() {
            let seed = seed.parse();
            seeds.push(seed.with_context(|| format!("{file}:{number}: expected a seed"))?);
        }
    }
    Ok(seeds)
}

#[expect(clippy::print_stdout, reason = "what was found is the output")]
fn print(text: &str) {
    print!("{text}");
}
