//! `highwater incident`: the record of an incident, read and written in one line each.

mod moves;
mod read;
mod restrict;
mod similar;
mod story;
mod who;
mod write;

use crate::exit::Exit;
use clap::{Args, Subcommand};

pub(super) use who::{When, Who, now};

/// Read an incident's record, and write into it while you work.
///
/// Highwater writes what it finds by itself: onset, shifts, changes with their verdicts, whether an
/// attempt helped. You write what you see, believe, decide and do, one line each. Nothing is ever edited:
/// what was wrong is amended, and the old words are kept.
///
/// Who writes is said with --as, $HIGHWATER_USER, or the name you are logged in with.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater incident show INC-1
  highwater incident note INC-1 --at -15m \"the inbox had twice the usual\"
  highwater incident note INC-1 --kind hypothesis --change C1 \"yesterday's refactoring\"
  highwater incident mitigate INC-1 --change restart --service eligibility \"restarted eligibility\"
  highwater incident rule-out INC-1 7 \"the ratio stayed at 1.00 after the rollback\"
  highwater incident resolve INC-1")]
pub(crate) struct IncidentCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(read::List),
    Show(read::Show),
    Brief(read::Brief),
    Similar(similar::Similar),
    Open(moves::Open),
    Note(write::Note),
    Amend(write::Amend),
    Pin(write::Pin),
    RuleOut(write::RuleOut),
    Mitigate(write::Mitigate),
    Check(write::Check),
    Role(moves::Role),
    Severity(moves::Severity),
    Status(moves::Status),
    Title(moves::Title),
    Resolve(moves::Resolve),
    Close(moves::Close),
    Reopen(moves::Reopen),
    Decline(moves::Decline),
    Merge(moves::Merge),
    Handover(moves::Handover),
    Promise(moves::Promise),
    Wait(moves::Wait),
    Correct(moves::Correct),
    Restrict(restrict::Restrict),
    Unrestrict(restrict::Unrestrict),
}

impl IncidentCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Show(show) => show.run(),
            Verb::Brief(brief) => brief.run(),
            Verb::Similar(similar) => similar.run(),
            Verb::Open(open) => open.run(),
            Verb::Note(note) => note.run(),
            Verb::Amend(amend) => amend.run(),
            Verb::Pin(pin) => pin.run(),
            Verb::RuleOut(rule_out) => rule_out.run(),
            Verb::Mitigate(mitigate) => mitigate.run(),
            Verb::Check(check) => check.run(),
            Verb::Role(role) => role.run(),
            Verb::Severity(severity) => severity.run(),
            Verb::Status(status) => status.run(),
            Verb::Title(title) => title.run(),
            Verb::Resolve(resolve) => resolve.run(),
            Verb::Close(close) => close.run(),
            Verb::Reopen(reopen) => reopen.run(),
            Verb::Decline(decline) => decline.run(),
            Verb::Merge(merge) => merge.run(),
            Verb::Handover(handover) => handover.run(),
            Verb::Promise(promise) => promise.run(),
            Verb::Wait(wait) => wait.run(),
            Verb::Correct(correct) => correct.run(),
            Verb::Restrict(restrict) => restrict.run(),
            Verb::Unrestrict(unrestrict) => unrestrict.run(),
        }
    }
}
