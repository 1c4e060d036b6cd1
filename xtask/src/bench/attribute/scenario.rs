//! Reads one scenario of RootCauseBench: the alert, its metrics by the minute, who calls whom, deploys and
//! flags, and the commit that did it.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Of each service and metric, its values by the second.
pub(super) type Metrics = BTreeMap<(String, String), Vec<(i64, f64)>>;

/// What is given, and what is true.
pub(super) struct Scenario {
    pub name: String,
    pub alert: Alert,
    pub deploys: Vec<Deploy>,
    pub flags: Vec<Flag>,
    /// Values by minute (seconds since 1970), per service and metric.
    pub metrics: Metrics,
    /// Calls between services that traces show.
    pub calls: BTreeSet<(String, String)>,
    /// The commit that did it, or `none`.
    pub culprit: String,
}

/// An instant in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct At(pub i64);

impl TryFrom<String> for At {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|at| Self(at.as_second()))
    }
}

/// What woke somebody.
#[derive(Deserialize)]
pub(super) struct Alert {
    pub service: String,
    pub metric: String,
    pub fired_at: At,
}

#[derive(Deserialize)]
pub(super) struct Deploy {
    pub timestamp: At,
    pub service: String,
    pub commit_sha: String,
}

#[derive(Deserialize)]
pub(super) struct Flag {
    pub timestamp: At,
    pub service: String,
}

#[derive(Deserialize)]
struct Truth {
    root_cause_commit: String,
}

#[derive(Deserialize)]
struct Span {
    span_id: String,
    parent_id: Option<String>,
    service: String,
}

impl Scenario {
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let truth: Truth = json(&folder.join("ground_truth.json"))?;
        Ok(Self {
            name: name.to_owned(),
            alert: json(&folder.join("alert.json"))?,
            deploys: json(&folder.join("context/deploys.json"))?,
            flags: json(&folder.join("context/flags.json"))?,
            metrics: metrics(&folder.join("metrics.csv"))?,
            calls: calls(&json::<Vec<Span>>(&folder.join("traces.json"))?),
            culprit: truth.root_cause_commit,
        })
    }

    /// Whether a commit is the one that did it; either may be shortened.
    pub(super) fn is_culprit(&self, commit: &str) -> bool {
        commit.starts_with(&self.culprit) || self.culprit.starts_with(commit)
    }
}

fn json<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let what = || format!("failed to read {}", file.display());
    let text = std::fs::read(file).with_context(what)?;
    serde_json::from_slice(&text).with_context(what)
}

/// `timestamp,service,metric,value`, without quotes.
fn metrics(file: &Path) -> Result<Metrics> {
    let what = || format!("failed to read {}", file.display());
    let text = std::fs::read_to_string(file).with_context(what)?;
    let mut metrics: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let [at, service, metric, value] = line.split(',').collect::<Vec<_>>()[..] else {
            anyhow::bail!("{}: no four columns in {line:?}", file.display());
        };
        let At(at) = At::try_from(at.to_owned()).with_context(what)?;
        let row = (at, value.parse().with_context(what)?);
        metrics.entry((service.to_owned(), metric.to_owned())).or_default().push(row);
    }
    metrics.values_mut().for_each(|rows| rows.sort_by_key(|(at, _)| *at));
    Ok(metrics)
}

fn calls(spans: &[Span]) -> BTreeSet<(String, String)> {
    // Ids are not the same length everywhere, and some traces are cut in two: the parent's id must do.
    let of = |id: &String| spans.iter().find(|span| span.span_id == *id);
    let call =
        |span: &Span| Some((of(span.parent_id.as_ref()?)?.service.clone(), span.service.clone()));
    spans.iter().filter_map(call).filter(|(caller, callee)| caller != callee).collect()
}
