//! What is read: the list, one incident as a story, and the brief.

use super::super::format::FormatFlag;
use super::story;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::timeline::{self, Folding, Zone};
use clap::Args;
use serde_json::{Value, json};

/// List incidents, newest first.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those whose harm goes on (open), is over (ended), or that are part of another (merged).
    #[arg(long, value_name = "STATE")]
    status: Option<String>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

/// Show an incident as its record tells it, from the onset on.
///
/// Times are in your own time zone, and the date is always shown. Highwater's lines begin with a dot,
/// people's with a bar and their name. What few would read later is folded, and counted.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The incident, such as INC-1.
    incident: String,

    /// Show every entry.
    #[arg(long)]
    all: bool,

    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

/// Print a brief for those who were not there: at most 150 words, also on what is not the cause.
#[derive(Debug, Args)]
pub(super) struct Brief {
    /// The incident, such as INC-1.
    incident: String,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let query = self.status.map(|status| format!("?status={}", percent_encoded(&status)));
        let path = format!("/api/v1/incidents{}", query.unwrap_or_default());
        let items = self.server.api()?.list(&path)?;
        let json = json!({ "items": items, "next": null });
        self.format.print(&json, || timeline::incidents(&items))?;
        Ok(Exit::Fine)
    }
}

impl Show {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let (api, id) = (self.server.api()?, percent_encoded(&self.incident));
        let mut incident: Value = api.get(&format!("/api/v1/incidents/{id}"))?;
        let entries = api.list(&format!("/api/v1/incidents/{id}/entries"))?;
        // Without it the story is still the story: a busy server must not keep it from anybody.
        let backlog: Option<Value> = api.get(&format!("/api/v1/incidents/{id}/backlog")).ok();
        if let (Some(incident), Some(backlog)) = (incident.as_object_mut(), backlog) {
            let items = backlog.get("items").cloned().unwrap_or_default();
            incident.insert("backlog".to_owned(), items);
        }
        let json = json!({ "incident": incident, "entries": entries });
        // What was there first comes first where times are equal.
        let lines: Vec<Value> =
            story::beside(&api, &incident).into_iter().chain(entries.iter().cloned()).collect();
        let folding = if self.all { Folding::None } else { Folding::Usual };
        let zone = self.tz.unwrap_or_else(Zone::local);
        self.format.print(&json, || timeline::story(&incident, &lines, (&zone, folding)))?;
        Ok(Exit::Fine)
    }
}

impl Brief {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let id = percent_encoded(&self.incident);
        let brief: Value = self.server.api()?.get(&format!("/api/v1/incidents/{id}/brief"))?;
        self.format.print(&brief, || timeline::brief(&brief))?;
        Ok(Exit::Fine)
    }
}
