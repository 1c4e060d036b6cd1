//! Measuring ourselves. Figures are ratios taken in one run: machines are shared and noisy.

mod analyze;
mod attribute;
mod detect;
mod ingest;
mod localize;
mod pages;
mod repeated;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// `highwater analyze` on the recording repeated, beside jq on the same file.
    Analyze(analyze::Analyze),
    Attribute(attribute::Attribute),
    Detect(detect::Detect),
    Ingest(ingest::Ingest),
    Localize(localize::Localize),
    Pages(pages::Pages),
}

impl Bench {
    pub(crate) fn run(&self) -> Result<()> {
        match self {
            Self::Analyze(analyze) => analyze.run(),
            Self::Attribute(attribute) => attribute.run(),
            Self::Detect(detect) => detect.run(),
            Self::Ingest(ingest) => ingest.run(),
            Self::Localize(localize) => localize.run(),
            Self::Pages(pages) => pages.run(),
        }
    }
}

/// A benchmark's figures.
#[expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]
fn print(text: &str) {
    println!("{text}");
}
