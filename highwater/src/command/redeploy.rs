//! `highwater redeploy`: what was taken back although it is innocent.

use super::format::FormatFlag;
use crate::client::{ClientError, ServerFlag};
use crate::exit::Exit;
use crate::text::team;
use crate::text::timeline::Zone;
use clap::Args;
use hw_api::{List, RedeployItem};

/// List changes that were rolled back although they are innocent, until they run again.
///
/// A change waits here if its last deploy was rolled back, an incident exonerates it, and none implicates it
/// or is undecided about it. When its version comes again Highwater knows it, watches for half an hour whether
/// the trouble returns, and ticks it off. What was rolled back and is cleared by no hard fact yet stands below.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater redeploy
  highwater redeploy --markdown C4                          the evidence, for a comment on its pull request
  highwater redeploy --markdown C4 | gh pr comment 123 --body-file -
  highwater redeploy --format json")]
pub(crate) struct Redeploy {
    /// Print the evidence on one change as Markdown, and nothing else.
    #[arg(long, value_name = "CHANGE")]
    markdown: Option<String>,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Redeploy {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let list: List<RedeployItem> = self.server.api()?.get("/api/v1/redeploy")?;
        if let Some(change) = &self.markdown {
            crate::text::print(comment(&list.items, change)?)?;
            return Ok(Exit::Fine);
        }
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = serde_json::to_value(&list)?;
        self.format.print(&json, || team::redeploys(&list.items, &zone))?;
        Ok(Exit::Fine)
    }
}

/// The comment on a change, by the number of its first deploy or of the one by which it runs again.
fn comment<'a>(items: &'a [RedeployItem], change: &str) -> Result<&'a str, ClientError> {
    let is_it = |id: &str| id.eq_ignore_ascii_case(change);
    let is_done = |item: &RedeployItem| matches!(item.state.as_str(), "watched" | "done");
    let of = |item: &&RedeployItem| {
        is_it(&item.change.id) || (is_done(item) && item.by.as_deref().is_some_and(is_it))
    };
    let refused = |why: String| ClientError::Refused { why };
    let item = items.iter().find(of).ok_or_else(|| {
        refused(format!(
            "{} is on no list of changes to deploy again; `highwater redeploy` shows them",
            crate::text::plain(change)
        ))
    })?;
    item.markdown.as_deref().ok_or_else(|| {
        refused(format!("no hard fact clears {} yet, so there is nothing to post", item.change.id))
    })
}
