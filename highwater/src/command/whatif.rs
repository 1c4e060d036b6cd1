//! `highwater whatif`: what a rule would have done to the team's own past.

use super::format::FormatFlag;
use super::record::Stretch;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::team;
use crate::text::timeline::Zone;
use anyhow::Context;
use clap::{Args, Subcommand};
use hw_api::FreezeAnswer;

/// Try a rule on the team's own past before you live by it.
#[derive(Debug, Args)]
pub(crate) struct WhatIf {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Freeze(Freeze),
}

/// Say what deploying on some days only would have done: how many deploys it delays by how long, how many
/// of them pile up, and how many incidents it moves or avoids.
///
/// A deploy of another day waits for the next allowed one, at the same time of day. Two words are kept
/// apart. An incident is MOVED if the deploy that is implicated in it would have waited: it goes out later,
/// with what is wrong with it, and the incident comes then. It is AVOIDED only if that deploy would never
/// have run, because another version, deployed before anybody knew of the incident and ending its harm,
/// would have gone out in its place. A repair that was made because of the incident avoids nothing: without
/// the incident nobody would have made it. Incidents that no deploy caused, no rule about deploys can touch.
///
/// Rollbacks and restarts never wait.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater whatif freeze --only mon
  highwater whatif freeze --only mon,tue,wed,thu            no deploys on Fridays and weekends
  highwater whatif freeze --only mon --from -180d --tz Europe/Berlin
  highwater whatif freeze --only mon --format json")]
struct Freeze {
    /// Days on which deploys would be allowed: mon, or mon,tue.
    #[arg(long, value_name = "DAYS")]
    only: String,

    #[command(flatten)]
    stretch: Stretch,

    /// Time zone of these days, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl WhatIf {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Freeze(freeze) => freeze.run(),
        }
    }
}

impl Freeze {
    fn run(self) -> anyhow::Result<Exit> {
        let api = self.server.api()?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        let name = zone.name().context(
            "this machine does not say the name of its time zone: give --tz Europe/Berlin, or UTC",
        )?;
        let stretch = self.stretch.query(&api)?;
        let joint = if stretch.is_empty() { "" } else { "&" };
        let path = format!(
            "/api/v1/record/freeze?only={}&tz={}{joint}{stretch}",
            percent_encoded(&self.only),
            percent_encoded(name)
        );
        let answer: FreezeAnswer = api.get(&path)?;
        let json = serde_json::to_value(&answer)?;
        self.format.print(&json, || team::freeze(&answer, &zone))?;
        Ok(Exit::Fine)
    }
}
