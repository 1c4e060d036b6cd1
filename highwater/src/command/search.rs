//! `highwater search`: where something stands in the record.

use super::format::FormatFlag;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::found;
use crate::text::timeline::Zone;
use clap::Args;
use serde_json::json;

/// Look for words in all incidents, their entries and post mortems, newest first, and in what was imported.
///
/// What is found holds every word, in any order, in what it says, in its facts, or in the name of who
/// said it. Of post mortems, what people wrote is looked through, each section as it stands now; what is
/// drafted stands in the entries. What `highwater postmortem import` kept comes last.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater search eligibility restart
  highwater search refactoring --format json")]
pub(crate) struct Search {
    /// Words to look for.
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,

    /// How many are shown at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Search {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let words = self.words.join(" ");
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let path = format!("/api/v1/search?q={}", percent_encoded(&words));
        let items = self.server.api()?.some(&path, limit)?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = json!({ "items": items, "next": null });
        self.format.print(&json, || found::page(&words, &items, (limit, &zone)))?;
        Ok(Exit::Fine)
    }
}
