//! `cargo xtask`: what the house does to itself. `check` is what CI runs, `bench` measures, `sim`
//! runs seeded worlds, `kill` kills the server. Exit code 1 if something is not as it should be.

mod bar;
mod bench;
mod check;
mod kill;
mod process;
mod sim;

use clap::{Parser, Subcommand};
use process::println_stderr;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// What of CI needs Rust alone: format, lints, tests, docs, licences, simulation.
    Check(check::Check),
    /// Measure: figures are ratios taken in one run.
    #[command(subcommand)]
    Bench(bench::Bench),
    Sim(sim::Sim),
    Kill(kill::Kill),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Check(check) => check.run(),
        Task::Bench(bench) => bench.run(),
        Task::Sim(sim) => sim.run(),
        Task::Kill(kill) => kill.run(),
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    println_stderr(&format!("error: {error:#}"));
    ExitCode::FAILURE
}
