//! `highwater incident similar`: where we had that before, and what helped.

use super::super::format::FormatFlag;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::team;
use crate::text::timeline::Zone;
use clap::Args;
use hw_api::{List, SimilarIncident};

/// Show incidents that were like this one, and what stopped them.
///
/// Alike are incidents that start at the same place and show the same shape (which figure went which way,
/// whether anything failed), whatever they were called; words of titles decide only between what is equal
/// otherwise. What the two share is said of each.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater incident similar INC-7
  highwater incident similar INC-7 --format json")]
pub(super) struct Similar {
    /// The incident, such as INC-1.
    incident: String,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Similar {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let id = percent_encoded(&self.incident);
        let path = format!("/api/v1/incidents/{id}/similar");
        let list: List<SimilarIncident> = self.server.api()?.get(&path)?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = serde_json::to_value(&list)?;
        self.format.print(&json, || team::similar(&self.incident, &list.items, &zone))?;
        Ok(Exit::Fine)
    }
}
