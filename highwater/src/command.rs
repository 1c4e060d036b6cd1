//! Commands: `highwater NOUN VERB`, one file each.

mod action;
mod analyze;
mod change;
mod compare;
mod copies;
mod demo;
mod digest;
mod doctor;
mod format;
mod import;
mod incident;
mod listing;
mod postmortem;
mod record;
mod redeploy;
mod replay;
mod report;
mod rule;
mod search;
mod serve;
mod settings;
mod shift;
mod token;
mod whatif;
mod who;

pub(crate) use compare::{CompareError, FileError};
pub(crate) use rule::RuleFileError;

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
    Demo(demo::DemoCommand),
    Serve(serve::Serve),
    Analyze(analyze::Analyze),
    Change(change::ChangeCommand),
    Shift(shift::ShiftCommand),
    Token(token::TokenCommand),
    Incident(incident::IncidentCommand),
    Report(report::Report),
    Postmortem(postmortem::PostmortemCommand),
    Action(action::ActionCommand),
    Digest(digest::Digest),
    Search(search::Search),
    Who(who::Who),
    Compare(compare::Compare),
    Rule(rule::RuleCommand),
    Replay(replay::Replay),
    Record(record::Record),
    #[command(name = "whatif")]
    WhatIf(whatif::WhatIf),
    Redeploy(redeploy::Redeploy),
    Import(import::Import),
    Settings(settings::ShowSettings),
    Doctor(doctor::Doctor),
    Backup(copies::Backup),
    Restore(copies::Restore),
    Verify(copies::Verify),
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Demo(demo) => demo.run(),
        Command::Serve(serve) => serve.run(),
        Command::Analyze(analyze) => analyze.run(),
        Command::Change(change) => change.run(),
        Command::Shift(shift) => shift.run(),
        Command::Token(token) => token.run(),
        Command::Incident(incident) => incident.run(),
        Command::Report(report) => report.run(),
        Command::Postmortem(postmortem) => postmortem.run(),
        Command::Action(action) => action.run(),
        Command::Digest(digest) => digest.run(),
        Command::Search(search) => search.run(),
        Command::Who(who) => who.run(),
        Command::Compare(compare) => compare.run(),
        Command::Rule(rule) => rule.run(),
        Command::Replay(replay) => replay.run(),
        Command::Record(record) => record.run(),
        Command::WhatIf(whatif) => whatif.run(),
        Command::Redeploy(redeploy) => redeploy.run(),
        Command::Import(import) => import.run(),
        Command::Settings(settings) => settings.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Verify(verify) => verify.run(),
    }
}
