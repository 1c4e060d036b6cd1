//! Reads the wording of a post mortem: what blames, and what is wise after the event.

use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::paragraph;
use anyhow::Context;
use clap::Args;
use hw_report::{Finding, LintContext, Nature, SectionKind, lint, lint_document};
use std::path::Path;

/// Read the wording of a post mortem, or of a file: exit code 1 if something blames a person, is wise after
/// the event, or says that something failed where nothing did.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// The incident, such as INC-1, or a file with Markdown.
    #[arg(value_name = "INCIDENT|FILE")]
    what: String,

    #[command(flatten)]
    server: ServerFlag,
}

impl Lint {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let found: Vec<(Option<SectionKind>, Finding)> = if Path::new(&self.what).is_file() {
            let text = std::fs::read_to_string(&self.what)
                .with_context(|| format!("failed to read {}", self.what))?;
            lint(&text, &LintContext::default()).into_iter().map(|one| (None, one)).collect()
        } else {
            let id = percent_encoded(&self.what);
            let text = self.server.api()?.page(&format!("/api/v1/incidents/{id}/postmortem"))?;
            let document = hw_document::from_json(&text)
                .map_err(|wrong| anyhow::anyhow!("the post mortem cannot be read: {}", wrong.0))?;
            let found = lint_document(&document, Nature::default());
            found.into_iter().map(|(section, one)| (Some(section), one)).collect()
        };
        if found.is_empty() {
            crate::text::print("Nothing in its wording is odd.\n")?;
            return Ok(Exit::Fine);
        }
        let mut page = String::new();
        for (section, one) in &found {
            let place = section.map_or_else(String::new, |section| format!("{}, ", section.word()));
            let head = format!("{place}{}: ", one.rule.word());
            let words = format!("\"{}\" \u{2013} {}", one.words, one.suggestion);
            page.push_str(&paragraph(&head, "    ", &words));
        }
        crate::text::print(&page)?;
        Ok(Exit::Found)
    }
}
