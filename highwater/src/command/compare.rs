//! `highwater compare`: two counts side by side, and where they part.

mod file;
mod sides;

use super::incident::When;
use crate::client::{Api, ServerFlag, percent_encoded};
use crate::exit::Exit;
use crate::text::compare as text;
use anyhow::Context;
use clap::{Args, ValueEnum};
use hw_api::Comparison;
use sides::Side;

pub(crate) use file::FileError;
pub(crate) use sides::CompareError;

/// Compare two counts: where they part, at which window, and on which hop.
///
/// A and B are each a hop (screening->worklist, or its whole id) with .entered, .left, .received, .calls or
/// .errors behind it (.left if nothing is said), an entry of a service (screening, or "screening POST
/// /items": what enters), or a CSV file. B may be `yesterday` or `last-week`: A with its own past; so does
/// --shift. Without B, what left on a hop is compared with what entered its caller.
///
/// The answer comes first: the first window in which B is no longer the share of A that it was, with the
/// shares before and since. At most 1 in 1,000 pairs whose ratio never turns is said to part. What grew over
/// hours is told as growth. If B follows A some windows later, that is taken out first, and said. The newest
/// windows, which still take late data, are left out.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  highwater compare 'screening->worklist'                       what left against what entered
  highwater compare screening.entered 'screening->worklist.received'
  highwater compare 'intake->router' 'screening->worklist' --from -6h
  highwater compare 'screening->worklist' yesterday --from -24h
  highwater compare 'screening->worklist' --shift 7d --step 1h --from -7d
  highwater compare 'screening->worklist.left' inbox.csv        what we sent, and what they counted
  highwater compare sent.csv received.csv                       needs no server

A CSV file has a column of times (RFC 3339, or Unix time in seconds to nanoseconds) and one of counts: by
their names (time, timestamp, at, date; count, n, value, items) or the first and the second. Without a column
of counts each row is one item. Commas, semicolons or tabs; times without a zone are UTC. A file of counts per
minute is compared minute by minute, and a minute that it lacks has no data. Prometheus is not asked: export
the metric as CSV.

Exit code: 0 whether they part or not, 2 for a wrong command line or a name that is not known, 3 if a file
cannot be read or no server answers.")]
pub(crate) struct Compare {
    /// What is compared with.
    #[arg(value_name = "A")]
    a: String,

    /// What is compared [default: what left on hop A, with what entered as A].
    #[arg(value_name = "B")]
    b: Option<String>,

    /// Compare A with itself so long before: 1d, 7d.
    #[arg(long, value_name = "LENGTH", conflicts_with = "b")]
    shift: Option<String>,

    /// From when: -6h, or 2026-11-22T06:44:00Z [default: three hours before the end, or all of a file].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<When>,

    /// Until when [default: where the data is final].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<When>,

    /// Length of a step: 60, 5m, 1h, a multiple of the stored windows [default: chosen to fit].
    #[arg(long, value_name = "LENGTH")]
    step: Option<String>,

    /// Show every step; without it, those around the parting.
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    server: ServerFlag,

    /// Text for people, JSON for programs, or the steps as CSV.
    #[arg(long, value_enum, default_value_t = CompareFormat::Text, env = "HIGHWATER_FORMAT")]
    format: CompareFormat,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompareFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets: time, a, b, difference, ratio.
    Csv,
}

impl Compare {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let found = self.found()?;
        let page = match self.format {
            CompareFormat::Text => text::page(&found, self.all),
            CompareFormat::Json => {
                let json = serde_json::to_value(&found).context("failed to write the answer")?;
                format!("{json:#}\n")
            }
            CompareFormat::Csv => text::csv(&found),
        };
        crate::text::print(&page)?;
        Ok(Exit::Fine)
    }

    fn found(&self) -> anyhow::Result<Comparison> {
        let past = self.b.as_deref().and_then(past);
        let b = self.b.as_deref().filter(|_| past.is_none());
        let shift = self.shift.as_deref().or(past);
        let (a, b) = (Side::new(&self.a), b.map(Side::new));
        match (&a, &b) {
            (Side::Named(a), None) => self.by_server(a, None, shift),
            (Side::Named(a), Some(Side::Named(b))) => self.by_server(a, Some(b), None),
            (Side::File(_), None) => Err(CompareError(
                "a file is compared with another count, not with its own past: give B".to_owned(),
            )
            .into()),
            (Side::File(_), Some(_)) | (_, Some(Side::File(_))) => {
                let b = b.as_ref().unwrap_or(&a);
                sides::compared([&a, b], &self.bounds()?, || self.server.api())
            }
        }
    }

    /// Two counts that the server has.
    fn by_server(
        &self,
        a: &str,
        b: Option<&str>,
        shift: Option<&str>,
    ) -> anyhow::Result<Comparison> {
        let api = self.server.api()?;
        let (from, to) = (shown(self.from.as_ref(), &api)?, shown(self.to.as_ref(), &api)?);
        let pairs = [
            ("b", b),
            ("shift", shift),
            ("from", from.as_deref()),
            ("to", to.as_deref()),
            ("step", self.step.as_deref()),
        ];
        let given = pairs.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let query: String =
            given.map(|(key, value)| format!("&{key}={}", percent_encoded(value))).collect();
        Ok(api.get(&format!("/api/v1/compare?a={}{query}", percent_encoded(a)))?)
    }

    /// The times and steps for what is compared here.
    fn bounds(&self) -> anyhow::Result<sides::Bounds> {
        let at = |when: &Option<When>| -> anyhow::Result<Option<hw_model::Timestamp>> {
            match when {
                None => Ok(None),
                Some(When::At(at)) => Ok(Some(*at)),
                Some(when) => {
                    let shown = when.shown(&self.server.api()?)?;
                    Ok(hw_api::instant(&shown))
                }
            }
        };
        let step_s = self.step.as_deref().map(sides::length_s).transpose()?;
        let (from, to) = (at(&self.from)?, at(&self.to)?);
        if from.zip(to).is_some_and(|(from, to)| from >= to) {
            return Err(CompareError("--from must be before --to".to_owned()).into());
        }
        Ok(sides::Bounds { from, to, step_s })
    }
}

/// The time as the server takes it.
fn shown(when: Option<&When>, api: &Api) -> anyhow::Result<Option<String>> {
    when.map(|when| when.shown(api)).transpose()
}

/// How long ago a word is.
fn past(word: &str) -> Option<&'static str> {
    match word {
        "yesterday" => Some("1d"),
        "last-week" => Some("7d"),
        _ => None,
    }
}
