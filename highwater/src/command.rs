//! Commands: `highwater NOUN VERB`, one file each.

mod analyze;

use crate::exit::Exit;
use clap::{Parser, Subcommand};

/// Highwater counts what flows between your services, notices when a leg changes, finds where it
/// starts, and judges every recent change.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Analyze(analyze::Analyze),
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Analyze(analyze) => analyze.run(),
    }
}
