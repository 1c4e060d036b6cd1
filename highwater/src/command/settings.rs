//! `highwater settings`: what is set, and why.

use crate::exit::Exit;
use crate::settings::ServeFlags;
use crate::text;
use clap::Args;

/// Show every setting: its value, where that comes from, and the reason for its default.
///
/// A value comes from a flag of `serve`, else from the environment, else from the settings file, else
/// it is the default. Give the flags and the file you would give `serve`.
#[derive(Debug, Args)]
pub(crate) struct ShowSettings {
    /// Show them all with their reasons.
    #[arg(long, required = true)]
    explain: bool,

    #[command(flatten)]
    flags: ServeFlags,
}

impl ShowSettings {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        text::print(&self.flags.explain()?)?;
        Ok(Exit::Fine)
    }
}
