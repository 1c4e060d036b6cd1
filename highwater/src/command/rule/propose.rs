//! `highwater rule propose`: the rule that an incident lacked.

use super::super::format::FormatFlag;
use super::files::{Names, toml_of, write};
use crate::client::ServerFlag;
use crate::exit::Exit;
use crate::text::rules as text;
use anyhow::Context;
use clap::Args;
use hw_api::{ProposeBody, RuleProposal};
use std::path::PathBuf;

/// Propose the rule that an incident lacked, and prove on what was recorded that it would have fired.
///
/// It looks at the figure that shifted most tellingly: what a hop passes on, then answers, failures and
/// volume. The bound lies halfway between what is usual and what was, the window is the one that fires
/// soonest of those that chance does not take across it. If no rule would do, it is said why.
#[derive(Debug, Args)]
pub(super) struct Propose {
    /// The incident, such as INC-1.
    #[arg(value_name = "INCIDENT")]
    incident: String,

    /// The shift whose figure it is to look at, such as S2 [default: the one that tells most].
    #[arg(long, value_name = "SHIFT")]
    shift: Option<String>,

    /// Write the rule, a rule file of Prometheus and a test file of promtool into this folder.
    #[arg(long, value_name = "DIR", alias = "prometheus")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Propose {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let body = ProposeBody { incident: self.incident.clone(), shift: self.shift.clone() };
        let body = serde_json::to_value(&body)?;
        let answer = self.server.api()?.post_without_key("/api/v1/rules/propose", &body)?;
        let found: RuleProposal = serde_json::from_value(answer.clone())
            .context("the server answers something else than a rule")?;
        let written = self.write(&found)?;
        self.format.print(&answer, || text::proposal(&found))?;
        for file in &written {
            anstream::eprintln!("written: {}", file.display());
        }
        if let Some(why) = found.no_promtool.as_ref().filter(|_| !written.is_empty()) {
            anstream::eprintln!("no test file is written: {why}");
        }
        Ok(Exit::Fine)
    }

    /// Writes what there is, if it is wanted.
    fn write(&self, found: &RuleProposal) -> anyhow::Result<Vec<PathBuf>> {
        let Some(folder) = &self.dir else { return Ok(Vec::new()) };
        std::fs::create_dir_all(folder)
            .with_context(|| format!("failed to make the folder {}", folder.display()))?;
        let names = Names::of(folder, &found.incident);
        let mut written = Vec::new();
        let mut put = |file: PathBuf, text: &str| -> anyhow::Result<()> {
            write(&file, text)?;
            written.push(file);
            Ok(())
        };
        put(names.toml, &toml_of(&found.rule)?)?;
        put(names.rule, &found.prometheus)?;
        if let Some(test) = &found.promtool {
            put(names.test, test)?;
        }
        Ok(written)
    }
}
