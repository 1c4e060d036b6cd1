//! `highwater analyze`: files in; shifts, origin and verdicts out.

use super::format::{Format, FormatFlag};
use crate::analysis::{Analysed, AnalysisSettings, analyse};
use crate::exit::{Exit, NothingToRead};
use crate::faults;
use crate::progress::Bar;
use crate::settings::Settings;
use crate::text;
use crate::time_argument::{self, TimeArgument};
use crate::told;
use anyhow::Context;
use clap::Args;
use hw_api::{Analysis, Rejected};
use hw_flow::Refusals;
use hw_ingest::{ReadOptions, Recording, Totals};
use hw_model::{Interval, Timestamp};
use std::path::PathBuf;

/// Read recorded telemetry: what changed, where it starts, which change did it.
///
/// Reads what the OpenTelemetry Collector's file exporter writes: traces, logs and metrics as JSON
/// lines or length-framed protobuf, plain, .gz or .zst, in any order. What a file holds is told by
/// its content, not by its name.
///
/// Nothing has to be configured: hops, answers, deploys, rollbacks and restarts are found in the
/// telemetry itself. The first minutes are for learning; eight minutes of normal traffic before the
/// trouble are enough at ten items a second.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER_HELP)]
pub(crate) struct Analyze {
    /// Files to read; give traces and logs of the same time together.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Changes to judge beside those found: JSON, a list or one object a line, with `kind`
    /// (deploy, rollback, restart, flag, config, instrumentation, other), `service`, `at`, and
    /// optionally `from_version`, `to_version`, `mitigates`.
    #[arg(long, value_name = "FILE")]
    changes: Option<PathBuf>,

    /// Leave out what began before this time: 2026-11-22T06:44:00Z, Unix seconds, or +90s after the
    /// first record.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<TimeArgument>,

    /// Leave out what began at this time or later: the analysis as it would have been then.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<TimeArgument>,

    /// Length of a counted window, 1s or more.
    #[arg(
        long,
        value_name = "LENGTH",
        default_value = "10s",
        value_parser = time_argument::parse_window,
        env = "HIGHWATER_WINDOW"
    )]
    window: i64,

    /// Look away from this attribute, everywhere; can be given many times.
    #[arg(long = "ignore-attribute", value_name = "KEY")]
    ignore_attributes: Vec<String>,

    /// Settings: declared answers and items, and the false-alarm budget.
    #[arg(long, value_name = "FILE", env = "HIGHWATER_CONFIG")]
    config: Option<PathBuf>,

    #[command(flatten)]
    format: FormatFlag,
}

const AFTER_HELP: &str = "\
Exit code: 1 if there is an incident, 0 if not, 2 for a wrong command line or settings, 3 for
unreadable input, 70 and more for a fault of Highwater.

Examples:
  highwater analyze traces.jsonl.zst logs.jsonl.zst
  highwater analyze traces.jsonl --to 2026-11-22T06:55:00Z      as it looked at 06:55
  highwater analyze otel/*.jsonl --format json | jq '.incidents[].origins[0]'";

impl Analyze {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let settings = Settings::load(self.config.as_deref())?;
        let told = match &self.changes {
            Some(file) => told::read(file)?,
            None => Vec::new(),
        };
        let (declared, false_alarms_per_month) =
            (settings.declared(), settings.false_alarms_per_month);
        let options = settings.into_read_options(self.ignore_attributes.clone());
        let interval = self.interval(&options)?;
        let bar = Bar::reading();
        let recording = Recording::read(&self.files, options, interval, bar.progress())?;
        bar.finish();
        let asked = self.stretch(recording.totals(), interval)?;
        let told = told.into_iter().filter(|change| change.at < asked.to).collect();
        let settings =
            AnalysisSettings { window_s: self.window, false_alarms_per_month, declared, told };
        let tally = recording.totals().tally;
        let bar = Bar::counting(tally.spans + tally.logs);
        let analysed = analyse(recording, settings, |n| bar.advance(n))?;
        bar.finish();
        self.talk(&analysed.totals);
        self.print(&analysed, asked)?;
        let found = !analysed.report.incidents.is_empty();
        Ok(if found { Exit::Found } else { Exit::Fine })
    }

    /// The stretch that was asked for. Times relative to the first record need a look at the files.
    fn interval(&self, options: &ReadOptions) -> anyhow::Result<Option<Interval>> {
        let asked = [self.from.as_ref(), self.to.as_ref()];
        if asked.iter().all(Option::is_none) {
            return Ok(None);
        }
        let is_relative = asked.iter().flatten().any(|time| time.is_relative());
        let first_at = if is_relative {
            let bar = Bar::looking();
            let all = Recording::read(&self.files, options.clone(), None, bar.progress())?;
            bar.finish();
            all.totals().first_at
        } else {
            None
        };
        let resolve = |time: Option<&TimeArgument>| time.map(|time| time.resolve(first_at));
        let from = resolve(self.from.as_ref()).unwrap_or(Timestamp(i64::MIN));
        let to = resolve(self.to.as_ref()).unwrap_or(Timestamp(i64::MAX));
        Ok(Some(Interval { from, to }))
    }

    /// First and last time of what is analysed; an error that says what was found if there is
    /// nothing to judge.
    fn stretch(&self, totals: &Totals, asked: Option<Interval>) -> anyhow::Result<Interval> {
        let nothing = || anyhow::Error::new(NothingToRead(nothing_found(totals)));
        let (Some(first), Some(last)) = (totals.first_at, totals.last_at) else {
            return Err(nothing());
        };
        if totals.tally.spans == 0 && totals.tally.points == 0 {
            return Err(nothing());
        }
        let asked = asked.unwrap_or(Interval { from: first, to: last });
        let from = if self.from.is_some() { asked.from } else { first };
        let to = if self.to.is_some() { asked.to } else { last };
        Ok(Interval { from, to })
    }

    /// Says on stderr what could not be used.
    fn talk(&self, totals: &Totals) {
        faults::say(&totals.files);
        for (reason, n) in totals.tally.rejections() {
            anstream::eprintln!("warning: {n} records rejected: {reason}");
        }
        // Attributes with too many values to be an answer are no loss: ids are such.
        let Refusals { names, operations, answers: _, templates, sum_series } = totals.refusals;
        let turned_away = [
            (names, "records of further services, versions or instances count as ~other"),
            (operations, "spans of further operations or peers count as ~other"),
            (templates, "log lines of further kinds count as ~other"),
            (sum_series, "points of further counters are not used"),
        ];
        for (n, what) in turned_away.into_iter().filter(|(n, _)| *n > 0) {
            anstream::eprintln!("note: there are more names than the limits allow: {n} {what}");
        }
        if totals.duplicates > 0 {
            anstream::eprintln!("note: {} records came twice and count once", totals.duplicates);
        }
    }

    fn print(&self, analysed: &Analysed, asked: Interval) -> anyhow::Result<()> {
        let Analysed { report, totals, .. } = analysed;
        let Interval { from, to } = asked;
        let lost: u64 = totals.files.iter().map(|file| file.n_faults).sum();
        let rejected = Rejected { n: totals.tally.n_rejected() + lost };
        let page = match self.format.format {
            Format::Json => {
                let analysis = Analysis::new(report, from, to, rejected);
                let json = serde_json::to_string_pretty(&analysis);
                json.context("failed to write JSON")? + "\n"
            }
            Format::Text => text::page(report, from, to, rejected),
        };
        text::print(&page)
    }
}

fn nothing_found(totals: &Totals) -> String {
    let tally = &totals.tally;
    let names: Vec<String> =
        totals.files.iter().map(|file| file.file.display().to_string()).collect();
    let names = names.join(", ");
    if totals.outside > 0 {
        return format!("no record of {names} lies between --from and --to");
    }
    format!(
        "found no spans in {names}: {} log lines and {} metric points without an answer label; \
         add the file with the traces",
        tally.logs, tally.ignored
    )
}
