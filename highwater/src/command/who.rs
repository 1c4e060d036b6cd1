//! `highwater who`: whom to ask about a service.

use super::format::FormatFlag;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::timeline::Zone;
use crate::text::who;
use clap::Args;
use serde_json::Value;

/// Say whom to ask about a service: who is on call until when, who knows it best, who owns it.
///
/// Who knows it is read off the record: roles people had in incidents on it, attempts that stopped the
/// harm, entries they wrote; and off ownership files and on-call calendars, where settings name some
/// (`[people]` in highwater.toml, docs/reference/people.md). Each place in the list is explained by its
/// evidence. Who is away is marked, and never among the first to ask.
///
/// Times are in your own time zone, and the date is always shown; days such as "yesterday" are of UTC.
///
/// Exit code: 0, also if nobody is known; 2 if there is no such service.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater who eligibility
  highwater who eligibility --tz Europe/Berlin
  highwater who eligibility --format json")]
pub(crate) struct Who {
    /// The service, as its `service.name` says.
    service: String,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Who {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let path = format!("/api/v1/services/{}/people", percent_encoded(&self.service));
        let people: Value = self.server.api()?.get(&path)?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        self.format.print(&people, || who::page(&people, &zone))?;
        Ok(Exit::Fine)
    }
}
