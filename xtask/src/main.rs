//! `cargo xtask`: what the house does to itself. `check` is what CI runs, `bench` measures, `sim`
//! runs seeded worlds.

mod bench;
mod check;
mod process;
mod sim;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Everything CI runs, in its order: format, lints, tests, docs, licences, simulation.
    Check(check::Check),
    /// Measure: figures are ratios taken in one run.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Seeded worlds and scenarios against the real engine.
    Sim(sim::Sim),
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Check(check) => check.run(),
        Task::Bench(bench) => bench.run(),
        Task::Sim(sim) => sim.run(),
    }
}
