//! `highwater shift`: what shifted, and accepting it as the new normal.

use super::change::new_key;
use super::format::FormatFlag;
use super::listing::Listing;
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::answers;
use clap::{Args, Subcommand};
use serde_json::json;

/// List what shifted, or accept a shift as the new normal.
#[derive(Debug, Args)]
pub(crate) struct ShiftCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List all shifts, newest first.
    List(Listing),
    Accept(Accept),
}

/// Accept a shift as the new normal: it ends, and what is usual is learned anew from now on.
#[derive(Debug, Args)]
struct Accept {
    /// The shift, such as S1.
    #[arg(value_name = "SHIFT")]
    id: String,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl ShiftCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::List(list) => list.print("/api/v1/shifts", answers::shifts),
            Verb::Accept(accept) => accept.run(),
        }
    }
}

impl Accept {
    fn run(self) -> anyhow::Result<Exit> {
        let path = format!("/api/v1/shifts/{}/accept", percent_encoded(&self.id));
        let shift = self.server.api()?.post(&path, &json!({}), &new_key()?)?;
        self.format.print(&shift, || answers::shifts(std::slice::from_ref(&shift)))?;
        Ok(Exit::Fine)
    }
}
