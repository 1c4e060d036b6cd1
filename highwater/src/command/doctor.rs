//! `highwater doctor`: whether a server could run here, or runs well.

mod checks;
mod people;
mod receivers;
mod trackers;

use crate::client::{Address, Api};
use crate::exit::Exit;
use crate::settings::ServeFlags;
use crate::text::{paragraph_of_names, print};
use checks::{Check, Finding};
use clap::Args;

/// Look whether a server can run here, or runs well: settings, data folder, disk, ports, answers,
/// ownership files and calendars, and whether each receiver could be told, and whether each tracker
/// lets us in.
///
/// Changes nothing. Give the flags and the settings file you would give `serve`. A webhook is sent a
/// message of type webhook.test; a mail server is asked whether it would take mail for each recipient;
/// to what people would see, or be woken by, it only connects.
///
/// Exit code: 0 if nothing is wrong, 1 if something is, 2 for wrong settings.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    flags: ServeFlags,
}

impl Doctor {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let settings = self.flags.settings()?;
        let mut checks =
            vec![Check::fine("settings", "every key is known and every value can be used")];
        let has_tls = settings.access.tls.is_some();
        let api = settings.listen.map(|address| Api::at(Address::of_listener(address, has_tls)));
        let server = checks::Running::at(api.as_ref(), &settings.folder);
        checks.extend(checks::folder(&settings.folder));
        checks.extend(checks::space(&settings.folder));
        checks.extend(checks::ports(&settings, &server));
        checks.push(checks::files());
        checks.extend(server.checks(api.as_ref()));
        checks.extend(receivers::checks(&settings.receivers, &settings.folder)?);
        checks.extend(trackers::checks(&settings.trackers)?);
        let running = api.as_ref().filter(|_| matches!(server, checks::Running::Here));
        checks.extend(people::checks(&settings.people, running));
        let page: String = checks.iter().map(line).collect();
        print(&page)?;
        let is_bad = checks.iter().any(|check| check.finding == Finding::Bad);
        Ok(if is_bad { Exit::Found } else { Exit::Fine })
    }
}

fn line(check: &Check) -> String {
    let word = match check.finding {
        Finding::Fine => "ok",
        Finding::Odd => "note",
        Finding::Bad => "WRONG",
    };
    let head = format!("{word:<6} {:<12} ", check.what);
    paragraph_of_names(&head, &" ".repeat(head.len()), &check.words)
}
