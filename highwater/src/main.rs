//! The binary: settings, commands, wiring, exit codes. It knows every room and decides nothing.

mod chain;
mod command;
mod exit;
mod progress;
mod settings;
mod text;
mod time_argument;
mod told;

use clap::Parser;
use command::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    match command::run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            anstream::eprintln!("error: {}", chain::chain(&error));
            exit::Exit::of(&error).into()
        }
    }
}
