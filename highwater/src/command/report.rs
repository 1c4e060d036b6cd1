//! `highwater report`: somebody saw something.

use super::change::new_key;
use super::incident::{When, Who};
use crate::exit::Exit;
use crate::text::timeline;
use clap::Args;
use hw_api::ReportBody;

/// Report what you see, and hear what deviates near it now.
///
/// Anybody can: "more items than usual in the inbox" is enough. Highwater answers with every figure that
/// differs from what is usual there, also those it would not raise an alert for, and puts the report into
/// the incident that is open, or opens one to watch.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater report \"more items than usual in the inbox\"
  highwater report --service worklist --at -2h \"twice as many cases as yesterday\"")]
pub(crate) struct Report {
    /// What you see.
    text: String,

    /// Near which service, as its `service.name` says.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// The incident it belongs to [default: Highwater finds one, or opens one].
    #[arg(long, value_name = "INCIDENT")]
    incident: Option<String>,

    /// When you saw it: -15m, or 2026-11-22T06:54:54Z [default: now].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<When>,

    #[command(flatten)]
    who: Who,
}

impl Report {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let at = self.at.map(|at| at.shown(&self.who.api()?)).transpose()?;
        let Self { text, service, incident, who, .. } = self;
        let body = ReportBody { text, service, incident, by: who.by()?, at };
        let body = serde_json::to_value(&body)?;
        let answer = who.api()?.post("/api/v1/reports", &body, &new_key()?)?;
        who.format.print(&answer, || timeline::reported(&answer))?;
        Ok(Exit::Fine)
    }
}
