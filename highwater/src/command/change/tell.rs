//! A change as it is told to the API.

use crate::server::wall;
use crate::settings::unknown;
use crate::time_argument::{TimeArgument, TimeError};
use clap::Args;
use hw_model::{ChangeKind, Timestamp, ToldChange};

/// What was changed.
#[derive(Clone, Debug, Args)]
pub(super) struct Told {
    /// deploy, rollback, restart, flag, config, instrumentation, or other.
    #[arg(long, value_parser = kind)]
    pub kind: ChangeKind,

    /// The service that was changed, as its `service.name` says.
    #[arg(long, value_name = "NAME")]
    pub service: String,

    /// Version, or value, before.
    #[arg(long, value_name = "VERSION")]
    pub from_version: Option<String>,

    /// Version, or value, since.
    #[arg(long, value_name = "VERSION")]
    pub to_version: Option<String>,

    /// It is meant to stop the harm of an incident: its effect is watched.
    #[arg(long)]
    pub mitigates: bool,
}

impl Told {
    /// The change, which began at `at`.
    pub(super) fn at(self, at: Timestamp) -> ToldChange {
        let Self { kind, service, from_version, to_version, mitigates } = self;
        ToldChange { kind, service, from_version, to_version, at, mitigates }
    }
}

fn kind(word: &str) -> Result<ChangeKind, String> {
    let words = ChangeKind::ALL.map(ChangeKind::word);
    ChangeKind::from_word(word).ok_or_else(|| unknown(word, &words))
}

/// The instant that was named, or now.
pub(super) fn instant(at: Option<&TimeArgument>) -> Result<Timestamp, TimeError> {
    at.map_or_else(|| Ok(wall()), TimeArgument::instant)
}

/// A key under which a request is one, however often it is sent.
pub(in super::super) fn new_key() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("cli-{:032x}", u128::from_le_bytes(bytes)))
}
