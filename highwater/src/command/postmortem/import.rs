//! Old post mortems: kept beside those that are drafted here, listed, or only read.

use super::super::incident::Who;
use crate::client::{Api, ClientError, ServerFlag};
use crate::command::format::FormatFlag;
use crate::exit::{Exit, NothingToRead};
use crate::text::timeline::Zone;
use crate::text::{imported, paragraph};
use anyhow::Context;
use clap::Args;
use hw_api::ImportBody;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Keep old post mortems, in Markdown: `highwater search` finds what they say, and they are shown by their
/// number, such as OLD-3. The same text is kept once. Whoever may read may read them.
///
/// What has no place among the usual sections is kept as a section of its own. A file may have 512 KiB.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files, or folders with files that end in .md.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Keep nothing, and ask no server: print what is read as JSON.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    who: Who,
}

/// List old post mortems that were imported, the newest import first.
#[derive(Debug, Args)]
pub(super) struct ListImported {
    /// Time zone, such as Europe/Berlin or UTC [default: yours].
    #[arg(long, value_name = "ZONE", env = "HIGHWATER_TZ")]
    tz: Option<Zone>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Import {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let files = files(&self.files)?;
        if files.is_empty() {
            let why = "there is no file that ends in .md".to_owned();
            return Err(NothingToRead(why).into());
        }
        let mut wrong = Vec::new();
        let answers =
            if self.dry_run { read(&files, &mut wrong) } else { self.keep(&files, &mut wrong) }?;
        let json = json!({ "items": answers });
        if self.dry_run {
            crate::text::print(&format!("{}\n", serde_json::to_string_pretty(&json)?))?;
        } else {
            self.who.format.print(&json, || imported::answers(&answers))?;
        }
        wrong.iter().for_each(|words| anstream::eprint!("{}", paragraph("", "  ", words)));
        if wrong.is_empty() {
            return Ok(Exit::Fine);
        }
        let why = format!("{} of {} files are not kept", wrong.len(), files.len());
        Err(NothingToRead(why).into())
    }

    /// Has every file kept. One that is refused does not stop the others.
    fn keep(&self, files: &[PathBuf], wrong: &mut Vec<String>) -> anyhow::Result<Vec<Value>> {
        let (api, by) = (self.who.api()?, self.who.by()?);
        let mut answers = Vec::new();
        for file in files {
            let shown = file.display().to_string();
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = match std::fs::read_to_string(file) {
                Ok(text) => text,
                Err(error) => {
                    wrong.push(format!("{shown} cannot be read: {error}"));
                    continue;
                }
            };
            match post(&api, &ImportBody { name, text, by: by.clone() })? {
                Ok(answer) => answers.push(answer),
                Err(why) => wrong.push(format!("{shown}: {why}")),
            }
        }
        Ok(answers)
    }
}

impl ListImported {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let found = self.server.api()?.list("/api/v1/postmortems")?;
        let zone = self.tz.unwrap_or_else(Zone::local);
        let json = json!({ "items": found, "next": null });
        self.format.print(&json, || imported::list(&found, &zone))?;
        Ok(Exit::Fine)
    }
}

/// Whether a name is that of an imported post mortem.
pub(super) fn is_imported(name: &str) -> bool {
    name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("old-"))
}

/// Has one kept; why it is not, if that is about this one alone.
fn post(api: &Api, body: &ImportBody) -> anyhow::Result<Result<Value, String>> {
    match api.post_without_key("/api/v1/postmortems", &serde_json::to_value(body)?) {
        Ok(answer) => Ok(Ok(answer)),
        Err(ClientError::Refused { why }) => Ok(Err(why)),
        Err(other) => Err(other.into()),
    }
}

/// Reads files without keeping them.
fn read(files: &[PathBuf], wrong: &mut Vec<String>) -> anyhow::Result<Vec<Value>> {
    let mut found = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let text =
            std::fs::read_to_string(file).with_context(|| format!("failed to read {name}"))?;
        match hw_document::import(&name, &text) {
            Ok(imported) => {
                let words: Value = serde_json::from_str(&hw_document::json(&imported.document))
                    .context("a document is JSON")?;
                let notes = imported.notes;
                found.push(json!({"file": name, "postmortem": words, "notes": notes}));
            }
            Err(fault) => wrong.push(format!("{} {}", fault.name, fault.words)),
        }
    }
    Ok(found)
}

/// Files, and those with Markdown in folders, in the order of their names.
fn files(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in given {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let listed = std::fs::read_dir(path);
        let listed = listed.with_context(|| format!("failed to list {}", path.display()))?;
        let mut within: Vec<PathBuf> = Vec::new();
        for entry in listed {
            let file = entry.with_context(|| format!("failed to list {}", path.display()))?.path();
            if file.extension().is_some_and(|ending| ending == "md") {
                within.push(file);
            }
        }
        within.sort();
        all.extend(within);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_ones_have_names_of_their_own() {
        assert!(is_imported("OLD-3") && is_imported("old-12"));
        assert!(!["INC-1", "1", "old", "ölæ-"].into_iter().any(is_imported));
    }
}
