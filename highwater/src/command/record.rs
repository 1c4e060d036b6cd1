//! `highwater record`: how the team is doing, from its own record.

use super::format::FormatFlag;
use super::incident::When;
use crate::client::{Api, ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::team;
use crate::text::timeline::Zone;
use clap::Args;
use hw_api::{KnowledgeMap, TeamRecord};
use serde_json::json;

/// Say how the team is doing: how often it deploys, what failed, how long things took, who knows what.
///
/// Every figure says so many of so many, and what it means stands below. A deploy counts as failed only if
/// the data implicates it in an incident; what other tools would count (the latest deploy before an incident,
/// every deploy that was rolled back) stands beside it. Lengths of time are shown as dots, one for each
/// incident (a digit where several fall on one place), with the median and what nine in ten stay below; there
/// is no mean, for one bad night moves it by hours. Fewer than three are too few for either.
///
/// Figures are computed from the incidents that you may read.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater record                                 the last 90 days, or as long as anything is known
  highwater record --from -28d
  highwater record --from 2026-07-01T00:00:00Z --to 2026-10-01T00:00:00Z
  highwater record --format json")]
pub(crate) struct Record {
    #[command(flatten)]
    stretch: Stretch,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

/// Which stretch of time is looked at.
#[derive(Debug, Args)]
pub(super) struct Stretch {
    /// From when: -28d, or 2026-11-01T00:00:00Z [default: 90 days before the end].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<When>,

    /// Until when [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<When>,
}

impl Stretch {
    /// What of it stands in a query: `from=...&to=...`, or nothing.
    pub(super) fn query(&self, api: &Api) -> anyhow::Result<String> {
        let mut parts = Vec::new();
        for (key, when) in [("from", &self.from), ("to", &self.to)] {
            if let Some(when) = when {
                parts.push(format!("{key}={}", percent_encoded(&when.shown(api)?)));
            }
        }
        Ok(parts.join("&"))
    }
}

impl Record {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let api = self.server.api()?;
        let query = self.stretch.query(&api)?;
        let record: TeamRecord = api.get(&format!("/api/v1/record?{query}"))?;
        let knowledge: KnowledgeMap = api.get(&format!("/api/v1/record/knowledge?{query}"))?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = json!({ "record": record, "knowledge": knowledge });
        self.format.print(&json, || team::record(&record, &knowledge, &zone))?;
        Ok(Exit::Fine)
    }
}
