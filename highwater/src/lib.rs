//! Everything of the binary but its entry: settings, commands, wiring, text. It knows every room
//! and decides nothing. A library only so that tests and benchmarks run the same code.

mod administration;
mod analysis;
mod chain;
mod chat;
mod client;
mod command;
mod compared;
mod drill;
mod exit;
mod faults;
mod people;
mod progress;
#[cfg(feature = "png")]
mod raster;
mod server;
mod settings;
mod talk;
mod text;
mod time_argument;
mod told;

pub use analysis::{Analysed, AnalysisSettings, analyse};
pub use command::Cli;

use std::process::ExitCode;

/// Runs a command line to its end and says on stderr what went wrong.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    match command::run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!("error: {}", chain::chain(&error));
            exit::Exit::of(&error).into()
        }
    }
}
