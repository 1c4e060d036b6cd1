//! Commands: `highwater NOUN VERB`, one file each.

mod analyze;
mod serve;
mod settings;

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
    Serve(serve::Serve),
    Analyze(analyze::Analyze),
    Settings(settings::ShowSettings),
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Analyze(analyze) => analyze.run(),
        Command::Settings(settings) => settings.run(),
    }
}
