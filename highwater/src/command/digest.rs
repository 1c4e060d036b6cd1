//! `highwater digest`: for whoever was away.

mod gather;

use super::format::FormatFlag;
use super::incident::When;
use crate::client::ServerFlag;
use crate::exit::Exit;
use crate::text::digest;
use crate::text::timeline::Zone;
use clap::Args;

/// What happened since you left, what was learned, what was decided, and what is open.
///
/// For whoever comes back from a vacation, a night or a weekend: every incident in which something
/// happened since then or which is still open, in a few lines each, without the middle of it; and post
/// mortems whose review is overdue.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater digest --since -7d
  highwater digest --since 2026-11-20T18:00:00+01:00 --format json")]
pub(crate) struct Digest {
    /// Since when: -7d, -12h, or 2026-11-20T18:00:00Z.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    since: When,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Digest {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let api = self.server.api()?;
        let since = self.since.shown(&api)?;
        let now = super::incident::now(&api).ok();
        let gathered = gather::gather(&api, &since, now)?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = serde_json::to_value(&gathered)?;
        self.format.print(&json, || digest::page(&json, &zone))?;
        Ok(Exit::Fine)
    }
}
