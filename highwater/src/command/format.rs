//! What a command writes on stdout.

use clap::{Args, ValueEnum};

/// How answers are written.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct FormatFlag {
    /// Text for people, or JSON for programs.
    #[arg(long, value_enum, default_value_t = Format::Text, env = "HIGHWATER_FORMAT")]
    pub format: Format,
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl FormatFlag {
    /// Writes `json`, or the text made of it.
    pub(super) fn print(
        self,
        json: &serde_json::Value,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        let page = match self.format {
            Format::Text => text(),
            Format::Json => format!("{json:#}\n"),
        };
        crate::text::print(&page)
    }
}
