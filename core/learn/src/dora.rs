//! DORA's five figures, each with its definition, from what telemetry and people told.
//!
//! The names are DORA's (dora.dev, "DORA's software delivery metrics"); the definitions are ours where the
//! record can say more than a pipeline: a deploy failed if it is *implicated* in an incident by the data,
//! not because it was the last one before it. Rollbacks are no deploys here. What is not known is said to
//! be not known.

use crate::failure::{FailureRate, failure_rate};
use crate::figure::Figure;
use crate::log::{Case, Log};
use crate::spread::Spread;
use crate::words::{counted, days, real};
use hw_model::{Change, ChangeId, ChangeKind, Interval, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// DORA's figures of a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Dora {
    /// How often it is deployed.
    pub frequency: Frequency,
    /// Why the lead time is not known.
    pub lead_time_unknown: &'static str,
    /// How many deploys fail.
    pub failure_rate: FailureRate,
    /// What recovery time is.
    pub recovery_definition: &'static str,
    /// How long it took until a failed deploy did no harm any more.
    pub recovery: Spread,
    /// How much was deployed because of incidents.
    pub rework: Rework,
}

/// How often it is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Frequency {
    /// What is counted.
    pub definition: &'static str,
    /// Deploys.
    pub deploys: u64,
    /// In so many days.
    pub days: f64,
    /// Deploys by service, the most first.
    pub by_service: Vec<(String, u64)>,
    /// The same in a sentence.
    pub words: String,
}

/// How much was deployed because of incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct Rework {
    /// Releases that an incident caused, of all.
    pub figure: Figure,
    /// Deploys that were taken back.
    pub rollbacks: Vec<ChangeId>,
    /// Changes that were taken back and deployed once more.
    pub again: Vec<ChangeId>,
    /// Deploys that were to repair something.
    pub repairs: Vec<ChangeId>,
}

/// DORA's figures of a stretch of time.
#[must_use]
pub fn dora(log: &Log, period: Interval) -> Dora {
    Dora {
        frequency: frequency(log, period),
        lead_time_unknown: "no change says when its code was committed: Highwater sees when a version first \
                            ran, and is told no commits",
        failure_rate: failure_rate(log, period),
        recovery_definition: "from when the harm of an incident began in which a deploy is implicated, \
                              until it had stopped",
        recovery: recovery(log, period),
        rework: rework(log, period),
    }
}

fn frequency(log: &Log, period: Interval) -> Frequency {
    let deploys = log.deploys(period);
    let mut by_service: BTreeMap<&str, u64> = BTreeMap::new();
    for deploy in &deploys {
        *by_service.entry(&deploy.service).or_default() += 1;
    }
    let mut by_service: Vec<(String, u64)> =
        by_service.into_iter().map(|(service, n)| (service.to_owned(), n)).collect();
    by_service.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let (n, length_s) = (deploys.len() as u64, period.length_s());
    Frequency {
        definition: "versions that began to run for the first time, or again after they were taken back, in \
                     the days that are looked at; a rollback is none, and several instances of a version are \
                     one",
        deploys: n,
        days: length_s / 86_400.0,
        by_service,
        words: frequency_words(n, length_s),
    }
}

/// A rate is said where it is more than one week's luck.
fn frequency_words(n: u64, length_s: f64) -> String {
    const WEEK_S: f64 = 7.0 * 86_400.0;
    let words = format!("{} in {}", counted(n, "deploy"), days(length_s));
    if length_s >= 2.0 * WEEK_S {
        format!("{words}: {:.1} a week", real(n) / (length_s / WEEK_S))
    } else {
        words
    }
}

/// Each incident once, however many deploys are implicated in it.
fn recovery(log: &Log, period: Interval) -> Spread {
    let failed = log.cases(period).into_iter().filter(|case| has_failed_deploy(log, case));
    let length = |case: &Case| Some(case.times.mitigated?.seconds_since(case.times.started?));
    Spread::of(failed.map(|case| (case.id, length(case))))
}

fn has_failed_deploy(log: &Log, case: &Case) -> bool {
    let implicated = case.verdicts.iter().filter(|it| it.verdict == Verdict::Implicated);
    let mut changes = implicated.filter_map(|judged| log.change(judged.change));
    changes.any(|change| change.kind == ChangeKind::Deploy)
}

fn rework(log: &Log, period: Interval) -> Rework {
    let deploys = log.deploys(period);
    let taken_back = log.of_kind(ChangeKind::Rollback, period);
    let n = deploys.len() + taken_back.len();
    let rollbacks: Vec<ChangeId> = taken_back.iter().map(|change| change.id).collect();
    let is_again = |change: &&&Change| change.redeploy_of.is_some();
    let again: Vec<ChangeId> = deploys.iter().filter(is_again).map(|change| change.id).collect();
    let repairing = repairs(log);
    let is_repair = |id: &ChangeId| repairing.contains(id) && !again.contains(id);
    let repairs: Vec<ChangeId> = deploys.iter().map(|change| change.id).filter(is_repair).collect();
    let mut all: Vec<ChangeId> =
        [&rollbacks, &again, &repairs].into_iter().flatten().copied().collect();
    all.sort();
    let parts = format!(
        "{}, {} deployed again after that, {}",
        counted(rollbacks.len() as u64, "rollback"),
        counted(again.len() as u64, "change"),
        counted(repairs.len() as u64, "repair")
    );
    let figure = Figure::share(
        (
            "rework rate",
            "releases that were made because of an incident or a suspicion, of all releases (deploys and \
             rollbacks): rollbacks, re-deploys of what was taken back, deploys that people wrote down as an \
             attempt to stop an incident, and the first deploy of a service after one of its own that is \
             implicated",
        ),
        all.iter().map(ToString::to_string).collect(),
        n as u64,
        |k, n| format!("{k} of {}: {parts}", counted(n, "release")),
    );
    Rework { figure, rollbacks, again, repairs }
}

/// Deploys that were to repair something.
fn repairs(log: &Log) -> BTreeSet<ChangeId> {
    let attempts = log.counted().flat_map(|case| &case.attempts);
    let mut found: BTreeSet<ChangeId> = attempts.filter_map(|attempt| attempt.change).collect();
    let mut deploys: Vec<&Change> =
        log.changes.iter().filter(|change| change.kind == ChangeKind::Deploy).collect();
    deploys.sort_by_key(|change| (change.at, change.id));
    for failed in deploys.iter().filter(|change| log.is_implicated(change.id)) {
        let is_next = |other: &&&Change| {
            other.service == failed.service && (other.at, other.id) > (failed.at, failed.id)
        };
        found.extend(deploys.iter().find(is_next).map(|change| change.id));
    }
    found
}
