//! What people do with a post mortem: write a section, move its review.

use super::super::change::new_key;
use super::super::incident::Who;
use crate::client::{Api, percent_encoded};
use crate::exit::Exit;
use crate::text::fields::{items, number, raw};
use crate::text::{paragraph, timeline};
use anyhow::Context;
use clap::Args;
use hw_api::PostmortemBody;
use serde_json::Value;
use std::io::Read;

/// Write a section in Markdown, in place of what is drafted there.
///
/// If somebody wrote it since you read it, nothing is written: both texts are shown, and --base says which
/// version you have read now.
#[derive(Debug, Args)]
pub(super) struct Write {
    /// The incident, such as INC-1.
    incident: String,
    /// overview, impact, detection, factors, beliefs, innocent, mitigation, surprises, luck, went_well ...
    section: String,
    /// What it is to say; `-` reads it from standard input.
    #[arg(required_unless_present = "draft")]
    text: Option<String>,

    /// Put Highwater's draft there again.
    #[arg(long, conflicts_with = "text")]
    draft: bool,

    /// The version of the section that you have read [default: the present one].
    #[arg(long, value_name = "VERSION")]
    base: Option<u64>,

    #[command(flatten)]
    who: Who,
}

/// Move the review: draft, in_review, reviewed, closed. It is closed when no action item is open.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// The incident, such as INC-1.
    incident: String,
    /// draft, in_review, reviewed, or closed.
    status: String,

    /// Why, if it is not the usual way.
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    who: Who,
}

impl Write {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let api = self.who.api()?;
        let known = section_of(&api, &self.incident, &self.section)?;
        let base = self.base.unwrap_or_else(|| known.as_ref().map_or(0, |known| known.0));
        let text = match self.text.as_deref() {
            Some("-") => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("failed to read the text")?;
                Some(text)
            }
            other => other.map(str::to_owned),
        };
        let body = PostmortemBody {
            section: Some(self.section.clone()),
            text: text.clone(),
            base,
            by: self.who.by()?,
            ..PostmortemBody::default()
        };
        let written = put(&self.who, &self.incident, &body);
        if let (Err(_), Some((version, theirs))) = (&written, &known)
            && *version != base
        {
            // Nobody's words are lost: both stand on the screen.
            let mine = text.unwrap_or_default();
            let both = [("now there", theirs.as_str()), ("yours, not written", mine.as_str())];
            for (name, words) in both {
                anstream::eprint!("{}", paragraph(&format!("{name}: "), "  ", words));
            }
            anstream::eprintln!("put both together, and write it with --base {version}");
        }
        written
    }
}

impl Status {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, status, reason, who } = self;
        let (status, by) = (Some(status), who.by()?);
        put(&who, &incident, &PostmortemBody { status, reason, by, ..PostmortemBody::default() })
    }
}

fn put(who: &Who, incident: &str, body: &PostmortemBody) -> anyhow::Result<Exit> {
    let path = format!("/api/v1/incidents/{}/postmortem", percent_encoded(incident));
    let answer = who.api()?.put(&path, &serde_json::to_value(body)?, &new_key()?)?;
    who.format.print(&answer, || timeline::done(&answer))?;
    Ok(Exit::Fine)
}

/// The version of a section, and what people wrote there; nothing if nobody did.
fn section_of(api: &Api, incident: &str, section: &str) -> anyhow::Result<Option<(u64, String)>> {
    let id = percent_encoded(incident);
    let page: Value = api.get(&format!("/api/v1/incidents/{id}"))?;
    let sections = page.pointer("/record/review/sections").and_then(Value::as_array);
    let mut all = sections.into_iter().flatten();
    let Some(known) = all.find(|known| raw(known, "section") == section) else { return Ok(None) };
    let document: Value = api.get(&format!("/api/v1/incidents/{id}/postmortem"))?;
    let mut sections = items(&document, "sections").iter();
    let written = sections.find(|known| raw(known, "kind") == section);
    let text = written.and_then(|known| known.pointer("/written/text")?.as_str());
    Ok(Some((number(known, "version"), text.unwrap_or_default().to_owned())))
}
