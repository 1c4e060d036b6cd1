//! `highwater rule test` and `highwater rule backtest`: what a rule does.

use super::super::format::FormatFlag;
use super::super::incident::When;
use super::files::{RuleFileError, read};
use crate::client::{ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::rules as text;
use anyhow::Context;
use clap::Args;
use hw_api::BacktestBody;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program of Prometheus that checks rules.
const PROMTOOL: &str = "promtool";

/// Check rule files of Prometheus with promtool, and run their tests.
///
/// Exit code: 0 if all pass, 1 if one does not, 3 if promtool or the files are not there.
#[derive(Debug, Args)]
pub(super) struct Test {
    /// Folder with what `highwater rule propose --dir` wrote.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Run a rule over what was recorded: when it would have fired, where in vain, and what other bounds do.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater rule backtest R1
  highwater rule backtest rules/INC-1.rule.toml --from -30d

A firing that no incident explains is a false alarm. What is shown is a replay through the code that runs
live, so they are counted, not estimated.")]
pub(super) struct Backtest {
    /// The rule, such as R1, or a TOML file of one that was not added.
    #[arg(value_name = "RULE")]
    rule: String,

    /// From when: -30d, or 2026-11-22T06:44:00Z [default: 14 days before the end].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<When>,

    /// Until when [default: where the data is final].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<When>,

    #[command(flatten)]
    server: ServerFlag,

    #[command(flatten)]
    format: FormatFlag,
}

impl Backtest {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let api = self.server.api()?;
        let shown = |when: Option<When>| when.map(|when| when.shown(&api)).transpose();
        let mut body = BacktestBody {
            from: shown(self.from)?,
            to: shown(self.to)?,
            ..BacktestBody::default()
        };
        let file = Path::new(&self.rule);
        let path = if file.extension() == Some(OsStr::new("toml")) {
            body.rule = Some(read(file)?);
            "/api/v1/rules/backtest".to_owned()
        } else {
            format!("/api/v1/rules/{}/backtest", percent_encoded(&self.rule))
        };
        let answer = api.post_without_key(&path, &serde_json::to_value(&body)?)?;
        let found: hw_api::Backtest = serde_json::from_value(answer.clone())
            .context("the server answers something else than a backtest")?;
        self.format.print(&answer, || text::backtest(&found))?;
        Ok(Exit::Fine)
    }
}

impl Test {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let (rules, tests) = files_of(&self.folder)?;
        if rules.is_empty() {
            let why = format!(
                "{} holds no *.rule.yml: `highwater rule propose INC-1 --dir {0}` writes one",
                self.folder.display()
            );
            return Err(RuleFileError(why).into());
        }
        let checked = self.promtool("check", &rules)?;
        let tested = tests.is_empty() || self.promtool("test", &tests)?;
        if tests.is_empty() {
            anstream::eprintln!(
                "there is no *.rule.test.yml: the rules were checked and not tested"
            );
        }
        Ok(if checked && tested { Exit::Fine } else { Exit::Found })
    }

    /// Runs promtool on some files. Returns whether it is content.
    fn promtool(&self, what: &str, files: &[PathBuf]) -> anyhow::Result<bool> {
        let mut command = Command::new(PROMTOOL);
        command.args([what, "rules"]).args(files);
        match command.status() {
            Ok(status) => Ok(status.success()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let why = "promtool is not on the PATH: it comes with Prometheus (Debian: apt-get install prometheus)";
                Err(RuleFileError(why.to_owned()).into())
            }
            Err(error) => Err(error).context("failed to run promtool"),
        }
    }
}

/// The rule files in a folder, and the test files.
fn files_of(folder: &Path) -> anyhow::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| RuleFileError(format!("failed to read {}: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        files.push(entry.with_context(|| format!("failed to read {}", folder.display()))?.path());
    }
    files.sort();
    let ending = |end: &'static str| {
        let files = files.iter().filter(move |file| file.to_string_lossy().ends_with(end));
        files.cloned().collect::<Vec<_>>()
    };
    Ok((ending(".rule.yml"), ending(".rule.test.yml")))
}
