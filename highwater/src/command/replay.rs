//! `highwater replay`: an incident, run through the rules that are there now, or played for practice.

use super::format::FormatFlag;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::rules as text;
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::Value;

/// Run what was recorded of an incident through all rules, or play it for practice.
///
/// Without --drill: would one of the rules that are there now have fired?
///
/// With --drill: the incident as it could be seen, step by step, without what was found out later. It ends
/// before what helped. You say where it starts, which change is to blame and what you would do; then you are
/// told what the record says. Nothing of it is kept.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater replay INC-1
  highwater replay INC-1 --expect alert
  highwater replay INC-1 --drill

Exit code: with --expect 0 if it is met and 1 if it is not; without it 0.")]
pub(crate) struct Replay {
    /// The incident, such as INC-1.
    #[arg(value_name = "INCIDENT")]
    incident: String,

    /// What is to come out of it: alert, a rule fires while the incident lasts.
    #[arg(long, value_enum)]
    expect: Option<Expected>,

    /// Play it for practice, without its answers.
    #[arg(long, conflicts_with = "expect")]
    drill: bool,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

/// What is to come out of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Expected {
    /// A rule fires while the incident lasts.
    Alert,
}

impl Replay {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let api = self.server.api()?;
        if self.drill {
            return crate::drill::play(&api, &self.incident);
        }
        let path = format!("/api/v1/incidents/{}/replay", percent_encoded(&self.incident));
        let answer: Value = api.get(&path)?;
        let found: hw_api::Replay = serde_json::from_value(answer.clone())
            .context("the server answers something else than a replay")?;
        self.format.print(&answer, || text::replay(&found))?;
        Ok(match self.expect {
            Some(Expected::Alert) if !found.fires => Exit::Found,
            Some(Expected::Alert) | None => Exit::Fine,
        })
    }
}
