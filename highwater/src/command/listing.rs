//! Lists of the API, as text or as JSON.

use super::format::FormatFlag;
use crate::client::ServerFlag;
use crate::exit::Exit;
use clap::Args;
use serde_json::{Value, json};

/// Of which server, and how.
#[derive(Debug, Args)]
pub(super) struct Listing {
    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Listing {
    /// Prints all of the list at `path`.
    pub(super) fn print(
        &self,
        path: &str,
        text: impl FnOnce(&[Value]) -> String,
    ) -> anyhow::Result<Exit> {
        let items = self.server.api()?.list(path)?;
        let json = json!({ "items": items, "next": null });
        self.format.print(&json, || text(&items))?;
        Ok(Exit::Fine)
    }
}
