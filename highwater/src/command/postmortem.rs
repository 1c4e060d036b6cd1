//! `highwater postmortem`: the draft, what people write into it, and its review.

mod import;
mod lint;
mod write;

use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use hw_document::{Layout, TEMPLATE_BYTES_MAX};
use hw_report::Document;
use std::path::{Path, PathBuf};

/// Draft the post mortem of an incident from its record, write on it, and review it.
///
/// The draft states what is recorded and nothing else: each sentence names what it rests on, beliefs stand
/// apart from facts, and what the record does not say stands there as a question. People write whole
/// sections in Markdown, in place of what is drafted; two who write at once are told.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true,
    after_long_help = "\
Examples:
  highwater postmortem INC-1                             Markdown, to read or to paste
  highwater postmortem INC-1 --format html -o inc-1.html one file with its charts; prints well
  highwater postmortem INC-1 --charts inc-1/             its charts, as SVG
  highwater postmortem INC-1 --public                    without names of people and hosts
  highwater postmortem INC-1 --template sre              in the sections of the SRE book
  highwater postmortem INC-1 --template ours.md          in those of your own template
  highwater postmortem write INC-1 surprises \"the default was go\"
  highwater postmortem status INC-1 in_review
  highwater postmortem lint INC-1                        exit code 1 if its wording blames or is wise
                                                         after the event
  highwater postmortem import old/                       keep old ones; the same file is kept once
  highwater postmortem list                              those that were imported
  highwater postmortem OLD-3 --format html -o old-3.html one of them"
)]
pub(crate) struct PostmortemCommand {
    #[command(subcommand)]
    verb: Option<Verb>,

    #[command(flatten)]
    show: Show,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Write(write::Write),
    Status(write::Status),
    Lint(lint::Lint),
    Import(import::Import),
    List(import::ListImported),
}

/// How a post mortem is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Markdown, which can be read back.
    Md,
    /// One page with its charts.
    Html,
    /// JSON, as the API has it.
    Json,
}

/// What is shown, and how.
#[derive(Debug, Args)]
struct Show {
    /// The incident, such as INC-1, or what was imported, such as OLD-3.
    incident: Option<String>,

    /// How it is written.
    #[arg(long, value_enum, default_value = "md")]
    format: Form,

    /// highwater, sre, pagerduty, or a file with a template of your own.
    #[arg(long, value_name = "NAME|FILE", default_value = "highwater")]
    template: String,

    /// Without names of people, hosts and addresses.
    #[arg(long)]
    public: bool,

    /// Write it into this file.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write its charts into this folder as SVG, one file each, and nothing else.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["output", "template"])]
    charts: Option<PathBuf>,

    /// Charts as PNG, twice as large, for what shows no SVG.
    #[cfg(feature = "png")]
    #[arg(long, requires = "charts")]
    png: bool,

    #[command(flatten)]
    server: ServerFlag,
}

impl PostmortemCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Some(Verb::Write(write)) => write.run(),
            Some(Verb::Status(status)) => status.run(),
            Some(Verb::Lint(lint)) => lint.run(),
            Some(Verb::Import(import)) => import.run(),
            Some(Verb::List(list)) => list.run(),
            None => self.show.run(),
        }
    }
}

impl Show {
    fn run(self) -> anyhow::Result<Exit> {
        let incident = self.incident.as_deref().context("say which incident, such as INC-1")?;
        // A wrong template is said before anybody is asked.
        let own = own_template(&self.template)?;
        let id = percent_encoded(incident);
        let audience = if self.public { "public" } else { "internal" };
        let path = if import::is_imported(incident) {
            format!("/api/v1/postmortems/{id}?audience={audience}")
        } else {
            format!("/api/v1/incidents/{id}/postmortem?audience={audience}")
        };
        let text = self.server.api()?.page(&path)?;
        if let Some(folder) = &self.charts {
            return self.draw(&read(&text)?, folder);
        }
        let text = match self.format {
            Form::Json => text,
            Form::Md | Form::Html => {
                let document = read(&text)?;
                let layout = layout(&self.template, own.as_deref());
                match self.format {
                    Form::Html => hw_document::html(&document, &layout, &hw_page::draw_for_paper)?,
                    Form::Md | Form::Json => hw_document::markdown(&document, &layout)?,
                }
            }
        };
        match &self.output {
            None => crate::text::print(&text)?,
            Some(file) => {
                std::fs::write(file, &text)
                    .with_context(|| format!("failed to write {}", file.display()))?;
                anstream::eprintln!("{} is written", file.display());
            }
        }
        Ok(Exit::Fine)
    }

    /// Writes the charts of a post mortem: `ratio.svg`, `flow.svg`, ...
    fn draw(&self, document: &Document, folder: &Path) -> anyhow::Result<Exit> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("failed to make the folder {}", folder.display()))?;
        for figure in &document.figures {
            let (ending, bytes) = self.picture(&hw_page::draw_for_paper(figure))?;
            if bytes.is_empty() {
                continue;
            }
            let name: String = figure.id.chars().filter(|c| is_of_a_name(*c)).collect();
            let file = folder.join(format!("{name}.{ending}"));
            std::fs::write(&file, bytes)
                .with_context(|| format!("failed to write {}", file.display()))?;
            anstream::eprintln!("{} is written", file.display());
        }
        if document.figures.is_empty() {
            anstream::eprintln!("it has no chart: nothing was counted around it");
        }
        Ok(Exit::Fine)
    }

    #[cfg(not(feature = "png"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it is asked how with PNG")]
    fn picture(&self, svg: &str) -> anyhow::Result<(&'static str, Vec<u8>)> {
        Ok(("svg", svg.as_bytes().to_vec()))
    }

    #[cfg(feature = "png")]
    fn picture(&self, svg: &str) -> anyhow::Result<(&'static str, Vec<u8>)> {
        match self.png && !svg.is_empty() {
            true => Ok(("png", crate::raster::png(svg)?)),
            false => Ok(("svg", svg.as_bytes().to_vec())),
        }
    }
}

/// Ids of figures come from outside, too: an imported one may have any.
const fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn read(json: &str) -> anyhow::Result<Document> {
    hw_document::from_json(json)
        .map_err(|wrong| anyhow::anyhow!("the server's post mortem cannot be read: {}", wrong.0))
}

/// What stands in a template of one's own; nothing if one of ours is meant.
fn own_template(name: &str) -> anyhow::Result<Option<String>> {
    if Layout::named(name).is_some() {
        return Ok(None);
    }
    let path = Path::new(name);
    let length = std::fs::metadata(path)
        .with_context(|| {
            format!(
                "no template \"{name}\": give highwater, sre, pagerduty, or a file that is there"
            )
        })?
        .len();
    anyhow::ensure!(
        length <= TEMPLATE_BYTES_MAX as u64,
        "the template {name} has {length} bytes, and {TEMPLATE_BYTES_MAX} are possible"
    );
    let source = std::fs::read_to_string(path).with_context(|| format!("failed to read {name}"))?;
    Layout::Team { name, source: &source }.check()?;
    Ok(Some(source))
}

fn layout<'a>(name: &'a str, own: Option<&'a str>) -> Layout<'a> {
    match own {
        Some(source) => Layout::Team { name, source },
        None => Layout::named(name).unwrap_or(Layout::Own),
    }
}
