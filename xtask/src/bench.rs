//! Measuring ourselves. Figures are ratios taken in one run: machines are shared and noisy.

mod analyze;
mod attribute;
mod ingest;
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
    Ingest(ingest::Ingest),
    Pages(pages::Pages),
}

impl Bench {
    pub(crate) fn run(&self) -> Result<()> {
        match self {
            Self::Analyze(analyze) => analyze.run(),
            Self::Attribute(attribute) => attribute.run(),
            Self::Ingest(ingest) => ingest.run(),
            Self::Pages(pages) => pages.run(),
        }
    }
}
