//! Reads PetShop (Hardt et al., The PetShop Dataset, 2023): metrics per node at five minutes, a call
//! graph, and the root cause of each issue. The data is CC-BY-4.0 and stays outside of the repo.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// Rows above the figures: node, metric, statistic, and the name of the index.
const HEADINGS: usize = 4;

/// The low-traffic half.
pub(super) struct PetShop {
    /// Who calls whom, and with which share of the callee's requests.
    pub calls: Vec<(String, String)>,
    /// Days in which nothing was wrong.
    pub normal: Table,
    pub cases: Vec<Case>,
}

/// One issue.
pub(super) struct Case {
    /// Whether it is of the half that the authors meant for training.
    pub is_train: bool,
    pub alert: Alert,
    /// The node that it is about.
    pub root_cause: String,
}

/// What somebody who is alerted has.
pub(super) struct Alert {
    pub node: String,
    pub metric: String,
    pub statistic: String,
    /// When it began, in Unix seconds.
    pub at: f64,
    /// Five rows around it.
    pub rows: Table,
}

/// Figures by node, metric and statistic, at rows of five minutes.
pub(super) struct Table {
    columns: BTreeMap<(String, String, String), usize>,
    rows: Vec<(f64, Vec<Option<f64>>)>,
}

#[derive(Deserialize)]
struct Label {
    target: Target,
    root_cause: RootCause,
}

#[derive(Deserialize)]
struct Target {
    node: String,
    metric: String,
    agg: String,
    timestamp: f64,
}

#[derive(Deserialize)]
struct RootCause {
    node: String,
}

impl PetShop {
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let folder = folder.join("low_traffic");
        let mut cases = Vec::new();
        for half in ["train", "test"] {
            let mut issues: Vec<_> = std::fs::read_dir(folder.join(half))
                .with_context(|| format!("failed to read {half} of {}", folder.display()))?
                .collect::<Result<_, _>>()?;
            issues.sort_by_key(std::fs::DirEntry::file_name);
            for issue in issues.iter().filter(|issue| issue.path().is_dir()) {
                cases.push(Case::read(&issue.path(), half == "train")?);
            }
        }
        let calls = read_calls(&folder.join("graph.csv"))?;
        let normal = Table::read(&folder.join("noissue/metrics.csv"))?;
        Ok(Self { calls, normal, cases })
    }

    /// The nodes of the graph that are reached by calls from one, itself included.
    pub(super) fn reached_from<'a>(&'a self, node: &'a str) -> Vec<&'a str> {
        let mut reached = vec![node];
        let mut next = 0;
        while let Some(caller) = reached.get(next).copied() {
            next += 1;
            for (_, callee) in self.calls.iter().filter(|(other, _)| other == caller) {
                if !reached.contains(&callee.as_str()) {
                    reached.push(callee);
                }
            }
        }
        reached
    }
}

impl Case {
    fn read(folder: &Path, is_train: bool) -> Result<Self> {
        let path = folder.join("target.json");
        let file =
            File::open(&path).with_context(|| format!("failed to open {}", path.display()))?;
        let label: Label = serde_json::from_reader(file)
            .with_context(|| format!("failed to read {}", path.display()))?;
        let rows = Table::read(&folder.join("metrics.csv"))?;
        let Target { node, metric, agg, timestamp } = label.target;
        let alert = Alert { node, metric, statistic: agg, at: timestamp, rows };
        Ok(Self { is_train, alert, root_cause: label.root_cause.node })
    }
}

impl Table {
    fn read(path: &Path) -> Result<Self> {
        let lines = read_lines(path)?;
        let heading = |at: usize| lines.get(at).into_iter().flatten().skip(1).cloned();
        let names = heading(0).zip(heading(1)).zip(heading(2)).map(|((n, m), s)| (n, m, s));
        let columns = names.enumerate().map(|(at, name)| (name, at)).collect();
        let row = |line: &Vec<String>| {
            let mut cells = line.iter().map(|cell| cell.parse::<f64>().ok());
            let at = cells.next().flatten()?;
            Some((at, cells.collect()))
        };
        Ok(Self { columns, rows: lines.iter().skip(HEADINGS).filter_map(row).collect() })
    }

    /// The nodes that have a figure of this kind.
    pub(super) fn nodes<'a>(
        &'a self,
        metric: &'a str,
        statistic: &'a str,
    ) -> impl Iterator<Item = &'a str> {
        let columns = self.columns.keys();
        columns
            .filter(move |(_, m, s)| m == metric && s == statistic)
            .map(|(node, ..)| node.as_str())
    }

    /// A node's figures by row; empty if there are none.
    pub(super) fn series(&self, node: &str, metric: &str, statistic: &str) -> Vec<Option<f64>> {
        let key = (node.to_owned(), metric.to_owned(), statistic.to_owned());
        let Some(column) = self.columns.get(&key) else { return Vec::new() };
        self.rows.iter().map(|(_, row)| row.get(*column).copied().flatten()).collect()
    }

    /// Positions of the rows from an instant on.
    pub(super) fn since(&self, at: f64) -> Vec<usize> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, (begins, _))| *begins >= at).map(|(position, _)| position).collect()
    }
}

/// Pairs of nodes of which the first calls the second.
fn read_calls(path: &Path) -> Result<Vec<(String, String)>> {
    let lines = read_lines(path)?;
    let callees: Vec<String> = lines.first().into_iter().flatten().skip(1).cloned().collect();
    let mut calls = Vec::new();
    for line in lines.iter().skip(1) {
        let Some((caller, cells)) = line.split_first() else { continue };
        for (callee, cell) in callees.iter().zip(cells) {
            if cell.parse::<f64>().is_ok_and(|calls| calls > 0.0) {
                calls.push((caller.clone(), callee.clone()));
            }
        }
    }
    Ok(calls)
}

fn read_lines(path: &Path) -> Result<Vec<Vec<String>>> {
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path);
    let mut reader = reader.with_context(|| format!("failed to open {}", path.display()))?;
    let mut lines = Vec::new();
    for line in reader.records() {
        let line = line.with_context(|| format!("failed to read {}", path.display()))?;
        lines.push(line.iter().map(str::to_owned).collect());
    }
    Ok(lines)
}
