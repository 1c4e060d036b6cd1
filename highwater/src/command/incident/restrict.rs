//! Who may read an incident.

use super::Who;
use super::moves::command;
use crate::exit::Exit;
use clap::Args;
use hw_api::CommandBody;

/// Let only some people read an incident: those you name, you, and admins.
///
/// For everybody else it is not there: no list has it, and messages say only that there is one. Names are
/// those of their tokens. What the figures show of services is no secret.
#[derive(Debug, Args)]
pub(super) struct Restrict {
    /// The incident, such as INC-1.
    incident: String,

    /// Who may read it, beside you: the name of a token. Once for each.
    #[arg(long, value_name = "NAME")]
    to: Vec<String>,

    #[command(flatten)]
    who: Who,
}

/// Let everybody read a restricted incident again.
#[derive(Debug, Args)]
pub(super) struct Unrestrict {
    /// The incident, such as INC-1.
    incident: String,

    #[command(flatten)]
    who: Who,
}

impl Restrict {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, to, who } = self;
        let body = CommandBody { people: Some(to), ..command("restrict", &who)? };
        who.post(&incident, "commands", &body)
    }
}

impl Unrestrict {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let Self { incident, who } = self;
        who.post(&incident, "commands", &command("unrestrict", &who)?)
    }
}
