//! Change failure rate: deploys that the data implicates, with what other tools would count beside it.
//!
//! Naive counts convict by order of time. DevLake connects each incident to the latest successful
//! deployment before it, whatever its service, with no bound and no evidence
//! (`incident_deploy_connector.go`); Sleuth's help says that rolled back deploys count as failures. A team
//! that is measured so learns not to deploy and not to take back, which is the opposite of what the figure
//! is for. They are shown, so that whoever compares with another tool knows where the difference is.

use crate::figure::Figure;
use crate::log::Log;
use crate::words::counted;
use hw_model::{Change, ChangeId, ChangeKind, Interval, Timestamp, Verdict};
use std::collections::BTreeSet;

/// Stands for both other tools.
const BOTH: &str = "both";

/// How many deploys fail.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureRate {
    /// Implicated deploys, of all.
    pub figure: Figure,
    /// Deploys of which the data cannot say it yet.
    pub undecided: Vec<ChangeId>,
    /// Implicated changes that are no deploys: flags, configuration.
    pub others: Vec<ChangeId>,
    /// What other ways to count give.
    pub naive: Vec<Naive>,
    /// All of it in a sentence.
    pub words: String,
}

/// What another way to count gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Naive {
    /// The figure.
    pub figure: Figure,
    /// Who counts so.
    pub like: &'static str,
    /// Of what it counts, deploys that are exonerated.
    pub innocent: Vec<ChangeId>,
}

pub(crate) fn failure_rate(log: &Log, period: Interval) -> FailureRate {
    let deploys = log.deploys(period);
    let n = deploys.len() as u64;
    let ids = |is_wanted: &dyn Fn(ChangeId) -> bool| -> Vec<ChangeId> {
        deploys.iter().map(|change| change.id).filter(|id| is_wanted(*id)).collect()
    };
    let failed = ids(&|id| log.is_implicated(id));
    let figure = Figure::share(
        (
            "change failure rate",
            "deploys that are implicated in an incident by the data (P >= .9, and evidence beyond the order \
             of time), of all deploys",
        ),
        names(&failed),
        n,
        |k, n| format!("{k} of {}", counted(n, "deploy")),
    );
    let undecided = ids(&|id| log.standing(id) == Some(Verdict::Undecided));
    let naive = naive(log, &deploys);
    let words = words(&figure, &undecided, &naive);
    FailureRate { figure, undecided, others: others(log, period), naive, words }
}

impl Log {
    /// The latest deploy at an instant, of whatever service.
    fn latest_deploy(&self, at: Timestamp) -> Option<ChangeId> {
        let before = self.changes.iter().filter(|change| change.at <= at);
        let deploys = before.filter(|change| change.kind == ChangeKind::Deploy);
        deploys.max_by_key(|change| (change.at, change.id)).map(|change| change.id)
    }
}

fn others(log: &Log, period: Interval) -> Vec<ChangeId> {
    let in_period = log.changes.iter().filter(|change| period.contains(change.at));
    let others = in_period.filter(|change| change.kind != ChangeKind::Deploy);
    let mut ids: Vec<ChangeId> =
        others.map(|change| change.id).filter(|id| log.is_implicated(*id)).collect();
    ids.sort();
    ids
}

fn naive(log: &Log, deploys: &[&Change]) -> Vec<Naive> {
    let latest: BTreeSet<ChangeId> = log
        .counted()
        .filter_map(|case| log.latest_deploy(case.known_at().unwrap_or(case.first_at)))
        .collect();
    let rollbacks = log.changes.iter().filter(|change| change.kind == ChangeKind::Rollback);
    let reversed: BTreeSet<ChangeId> = rollbacks.filter_map(|change| change.reverses).collect();
    let looked_at: BTreeSet<ChangeId> = deploys.iter().map(|change| change.id).collect();
    let (latest, reversed) = (&latest & &looked_at, &reversed & &looked_at);
    let either = &latest | &reversed;
    let of = |(name, definition, like), found: &BTreeSet<ChangeId>| {
        let ids: Vec<ChangeId> = found.iter().copied().collect();
        let is_innocent = |id: &ChangeId| log.standing(*id) == Some(Verdict::Exonerated);
        let innocent = ids.iter().copied().filter(is_innocent).collect();
        let n = deploys.len() as u64;
        let figure = Figure::share((name, definition), names(&ids), n, |k, n| {
            format!("{k} of {}", counted(n, "deploy"))
        });
        Naive { figure, like, innocent }
    };
    vec![
        of(
            (
                "latest before an incident",
                "deploys that were the latest of any service when an incident became known, of all deploys",
                "DevLake",
            ),
            &latest,
        ),
        of(("taken back", "deploys that were rolled back, of all deploys", "Sleuth"), &reversed),
        of(("either", "deploys that one of these two ways counts, of all deploys", BOTH), &either),
    ]
}

fn names(ids: &[ChangeId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn words(figure: &Figure, undecided: &[ChangeId], naive: &[Naive]) -> String {
    let mut words = figure.words.clone();
    if !undecided.is_empty() {
        words.push_str(&format!("; {} more undecided", undecided.len()));
    }
    let ways = naive.iter().filter(|way| way.like != BOTH).map(|way| {
        format!("{} of {} ({})", way.figure.numerator, way.figure.denominator, way.figure.name)
    });
    let ways: Vec<String> = ways.collect();
    let innocent: BTreeSet<ChangeId> = naive.iter().flat_map(|way| way.innocent.clone()).collect();
    let innocent = match innocent.len() {
        0 => String::new(),
        n => format!("; of these {n} exonerated"),
    };
    format!("{words}. Counted naively it would be {}{innocent}", ways.join(" or "))
}
