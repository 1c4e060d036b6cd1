//! The binary.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    highwater::run(highwater::Cli::parse())
}
