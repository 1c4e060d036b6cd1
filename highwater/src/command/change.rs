//! `highwater change`: telling what people do to the system, and what was found of it.

mod run;
mod tell;

use super::format::FormatFlag;
use super::listing::Listing;
use crate::client::ServerFlag;
use crate::exit::Exit;
use crate::text::answers;
use clap::{Args, Subcommand};
use tell::Told;

pub(super) use tell::new_key;

/// Tell a change, or list all that are known.
///
/// Deploys, rollbacks and restarts are found in the telemetry, if services name their version. What
/// leaves no trace there, such as a flag or a configuration, has to be told, and then it is judged
/// like every other change. A change that is told and found is one.
#[derive(Debug, Args)]
pub(crate) struct ChangeCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Add(Add),
    /// List all changes, newest first: told ones and those found in telemetry.
    List(Listing),
    Run(run::Run),
}

/// Tell a change that was made, or is being made.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater change add --kind flag --service eligibility --to-version strict
  highwater change add --kind restart --service screening --mitigates
  highwater change add --kind config --service worklist --at 2026-11-22T06:54:54Z")]
struct Add {
    #[command(flatten)]
    told: Told,

    /// When it began: 2026-11-22T06:54:54Z, or Unix seconds [default: now].
    #[arg(long, value_name = "TIME")]
    at: Option<crate::time_argument::TimeArgument>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl ChangeCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Add(add) => add.run(),
            Verb::List(list) => list.print("/api/v1/changes", answers::changes),
            Verb::Run(run) => run.run(),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<Exit> {
        let api = self.server.api()?;
        let at = tell::instant(self.at.as_ref())?;
        let change = api.tell(&self.told.at(at), &new_key()?)?;
        if let Some(warning) = change.get("warning").and_then(|warning| warning.as_str()) {
            anstream::eprintln!("warning: {}", crate::text::plain(warning));
        }
        self.format.print(&change, || answers::changes(std::slice::from_ref(&change)))?;
        Ok(Exit::Fine)
    }
}
