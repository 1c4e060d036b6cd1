//! `highwater rule`: alerts whose bounds people set, and the proof of what they would have done.

mod files;
mod propose;
mod prove;

use super::format::FormatFlag;
use super::incident::Who;
use super::listing::Listing;
use crate::client::percent_encoded;
use crate::exit::Exit;
use crate::text::rules as text;
use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(crate) use files::RuleFileError;

/// Set alerts on a figure, and see what they would have done on what was recorded.
///
/// The detector needs none of them: it learns what is usual. A rule is for a bound that people agreed on, and
/// that another tool is to have too. `propose` writes the one that an incident lacked, for Highwater and for
/// Prometheus; `backtest` says when it would have fired, and where in vain; rules that are added are watched
/// from then on, and what fires stands in the record and is told like everything else.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater rule propose INC-1
  highwater rule propose INC-1 --dir rules/       writes the rule, a Prometheus rule file and its test
  highwater rule test rules/                      runs promtool on them
  highwater rule add rules/INC-1.rule.toml
  highwater rule backtest R1 --from -30d
  highwater replay INC-1 --expect alert           would a rule have fired?")]
pub(crate) struct RuleCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Propose(propose::Propose),
    /// List all rules, also those that were set aside, and where each stands.
    List(Listing),
    Add(Add),
    Retire(Retire),
    Test(prove::Test),
    Backtest(prove::Backtest),
}

/// Add a rule: it is watched from now on. The same rule again is the one that is there.
#[derive(Debug, Args)]
struct Add {
    /// A TOML file, as `highwater rule propose --dir` writes it.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    who: Who,
}

/// Set a rule aside: it is not watched any more. Its number is not used again.
#[derive(Debug, Args)]
struct Retire {
    /// The rule, such as R1.
    #[arg(value_name = "RULE")]
    id: String,

    #[command(flatten)]
    server: crate::client::ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl RuleCommand {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Propose(propose) => propose.run(),
            Verb::List(list) => list.print("/api/v1/rules", text::list),
            Verb::Add(add) => add.run(),
            Verb::Retire(retire) => retire.run(),
            Verb::Test(test) => test.run(),
            Verb::Backtest(backtest) => backtest.run(),
        }
    }
}

impl Add {
    fn run(self) -> anyhow::Result<Exit> {
        let mut rule = files::read(&self.file)?;
        rule.by = rule.by.or(self.who.by()?);
        let saved =
            self.who.api()?.post_without_key("/api/v1/rules", &serde_json::to_value(rule)?)?;
        self.who.format.print(&saved, || text::list(std::slice::from_ref(&saved)))?;
        Ok(Exit::Fine)
    }
}

impl Retire {
    fn run(self) -> anyhow::Result<Exit> {
        let path = format!("/api/v1/rules/{}", percent_encoded(&self.id));
        let rule = self.server.api()?.delete(&path)?;
        self.format.print(&rule, || text::list(std::slice::from_ref(&rule)))?;
        Ok(Exit::Fine)
    }
}
