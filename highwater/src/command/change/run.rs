//! `highwater change run -- CMD`: a change that is told while it is made.

use super::tell::{Told, new_key};
use crate::client::ServerFlag;
use crate::exit::Exit;
use crate::server::wall;
use anyhow::Context;
use clap::Args;
use std::process::{Command, ExitStatus};

/// Run a command that changes a service, and tell the change.
///
/// The change is told before the command runs, so that what it does is judged from its beginning. If
/// no server answers within two seconds, the command runs all the same, and the change is told again
/// behind it. Ends with the exit code of the command.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater change run --kind deploy --service router --to-version 2.0.0 -- ./deploy.sh router
  highwater change run --kind restart --service eligibility --mitigates -- systemctl restart eligibility

Exit code: that of the command, 128 and its signal if it was killed by one; 127 if it cannot be run.")]
pub(super) struct Run {
    #[command(flatten)]
    told: Told,

    #[command(flatten)]
    server: ServerFlag,

    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

/// The command cannot be run: what shells say then.
const CANNOT_RUN: u8 = 127;

impl Run {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let (api, at, key) = (self.server.api()?, wall(), new_key()?);
        let change = self.told.at(at);
        let told = api.hasty().tell(&change, &key);
        if let Err(error) = &told {
            anstream::eprintln!("warning: the change is not told yet: {error}");
        }
        let [program, arguments @ ..] = self.command.as_slice() else {
            anyhow::bail!("no command was given");
        };
        let status = Command::new(program).args(arguments).status();
        let status = match status.with_context(|| format!("failed to run {program}")) {
            Ok(status) => status,
            Err(error) => {
                anstream::eprintln!("error: {}", crate::chain::chain(&error));
                return Ok(Exit::Other(CANNOT_RUN));
            }
        };
        let id = match told.or_else(|_| api.tell(&change, &key)) {
            Ok(change) => change.get("id").and_then(|id| id.as_str()).map(str::to_owned),
            Err(error) => {
                anstream::eprintln!("warning: the change was not told: {error}");
                None
            }
        };
        if let Some(id) = id {
            let (kind, service) = (change.kind.word(), &change.service);
            anstream::eprintln!("{id}: {kind} of {service} is told");
        }
        Ok(Exit::Other(code(status)))
    }
}

#[cfg(unix)]
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let signal = status.signal().map(|signal| signal + 128);
    status.code().or(signal).and_then(|code| u8::try_from(code).ok()).unwrap_or(CANNOT_RUN)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(CANNOT_RUN)
}
