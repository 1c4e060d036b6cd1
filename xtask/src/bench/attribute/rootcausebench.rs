//! RootCauseBench: of each scenario, which deploy, or none, by the product's judge.
//!
//! Its traces have 2 to 50 spans, far too few for the engine, so counts are made of its metrics by the minute. The alerted metric is
//! the figure; half of the time before the alert is the baseline; its scatter there is the dispersion; the
//! posterior of the onset is the product's. Calls are those of the traces, and ratios of
//! failures of their callees are their failures. Deploys and flags are told changes. Commits, logs and the words of anything are
//! not read: the product judges times, places and counts.

use super::scenario::{Deploy, Scenario};
use anyhow::{Context, Result};
use hw_diagnose::{Evidence, KnownChange, Leg, OUTSIDE, Track, diagnose};
use hw_engine::{onset_middle, onset_within};
use hw_model::{
    Change, ChangeId, ChangeKind, ChangeSource, Direction, Hop, Judgement, Shift, Signal, Target,
    Tick, Timestamp, Verdict,
};
use hw_stats::{Counts, Form, onset_posterior};
use std::fmt::Write;
use std::path::Path;

/// Calls a minute that are assumed where a service's rate of requests is not given.
const CALLS_PER_MINUTE: f64 = 600.0;

/// The answer that names a flag instead of a deploy.
const A_FLAG: &str = "a flag";

/// Seconds of a row.
const ROW_S: i64 = 60;

/// An answer to one scenario.
#[derive(Clone, Debug, PartialEq)]
struct Answers {
    /// The commit of the implicated deploy; else none.
    implicated: Option<String>,
    /// The likeliest explanation: a commit, or none of them.
    likeliest: Option<String>,
    /// The last deploy before the alert, and the last of the alerting service.
    latest: Option<String>,
    latest_there: Option<String>,
}

/// The score over all scenarios in a folder, as Markdown.
pub(super) fn score(folder: &Path) -> Result<String> {
    let what = || format!("failed to read {}", folder.display());
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .with_context(what)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("alert.json").is_file())
        .collect();
    folders.sort();
    let mut text = String::from(
        "| scenario | onset, min before the alert | true | implicated | likeliest | P of the likeliest |\n|---|---|---|---|---|---|\n",
    );
    let mut right = [0; 5];
    for folder in &folders {
        let scenario = Scenario::read(folder)?;
        let (row, answers) = judge(&scenario);
        text.push_str(&row);
        let Answers { implicated, likeliest, latest, latest_there } = answers;
        let given = [implicated, likeliest, None, latest, latest_there];
        for (right, answer) in right.iter_mut().zip(given) {
            let is_none = scenario.culprit == "none";
            *right += usize::from(answer.map_or(is_none, |commit| scenario.is_culprit(&commit)));
        }
    }
    let rules = [
        "Highwater: implicated, else none",
        "Highwater: the likeliest explanation",
        "always none",
        "latest deploy before the alert",
        "latest deploy of the alerting service",
    ];
    text.push_str("\n| rule | right |\n|---|---|\n");
    for (rule, right) in rules.iter().zip(right) {
        writeln!(text, "| {rule} | {right} of {} |", folders.len())?;
    }
    Ok(text)
}

/// The row of one scenario, and the answers to it.
fn judge(scenario: &Scenario) -> (String, Answers) {
    let fired_at = scenario.alert.fired_at.0;
    let before = scenario.deploys.iter().filter(|one| one.timestamp.0 <= fired_at);
    let there = before.clone().filter(|one| one.service == scenario.alert.service);
    let (latest, latest_there) = (last(before), last(there));
    let short = |commit: &str| commit.get(..7).unwrap_or(commit).to_owned();
    let Some(evidence) = evidence(scenario) else {
        let row =
            format!("| {} | no figure | {} | | | |\n", scenario.name, short(&scenario.culprit));
        let answers = Answers { implicated: None, likeliest: None, latest, latest_there };
        return (row, answers);
    };
    let judgements = diagnose(&evidence).judgements;
    let nobody = 1.0 - judgements.iter().map(|judgement| judgement.probability).sum::<f64>();
    // To name a flag is an answer too, and a wrong one: no flag is the culprit anywhere.
    let answer = |judgement: &Judgement| {
        let at = usize::try_from(judgement.change.0).ok();
        let deploy = at.and_then(|at| scenario.deploys.get(at));
        deploy.map_or(A_FLAG.to_owned(), |deploy| deploy.commit_sha.clone())
    };
    let implicated = judgements.iter().find(|one| one.verdict == Verdict::Implicated);
    let likeliest = judgements.iter().max_by(|a, b| a.probability.total_cmp(&b.probability));
    let likeliest = likeliest.filter(|one| one.probability > nobody);
    let lead_s = fired_at - evidence.onset_at().tick().0;
    let words = |one: Option<&Judgement>| match one.map(answer) {
        Some(word) if word == A_FLAG => word,
        Some(commit) => short(&commit),
        None => "none".to_owned(),
    };
    let row = format!(
        "| {} | {:.0} | {} | {} | {} | {:.2} |\n",
        scenario.name,
        lead_s as f64 / 60.0,
        short(&scenario.culprit),
        words(implicated),
        words(likeliest),
        likeliest.map_or(nobody, |one| one.probability),
    );
    let answers = Answers {
        implicated: implicated.map(answer),
        likeliest: likeliest.map(answer),
        latest,
        latest_there,
    };
    (row, answers)
}

/// The commit of the last of some deploys.
fn last<'a>(deploys: impl Iterator<Item = &'a Deploy>) -> Option<String> {
    deploys.max_by_key(|deploy| deploy.timestamp).map(|deploy| deploy.commit_sha.clone())
}

/// What the product would know, at the alert.
fn evidence(scenario: &Scenario) -> Option<Evidence> {
    let alert = &scenario.alert;
    let fired_at = alert.fired_at.0;
    let figure = scenario.metrics.get(&(alert.service.clone(), alert.metric.clone()))?;
    let rows: Vec<(i64, f64)> = figure.iter().copied().filter(|(at, _)| *at <= fired_at).collect();
    let calm = rows.get(..rows.len() / 2)?;
    let usual = Usual::of(calm)?;
    let counts: Vec<Counts> = rows.iter().map(|(_, value)| usual.counts(*value)).collect();
    let weights = onset_posterior(Form::Count, &counts, usual.mean, usual.phi).weights;
    let onset: Vec<(i64, f64)> = rows.iter().map(|(at, _)| *at).zip(weights).collect();
    let within = onset_within(&onset);
    let since = rows.iter().filter(|(at, _)| *at >= within.to.tick().0);
    let since: Vec<f64> = since.map(|(_, value)| *value).collect();
    let after = since.iter().sum::<f64>() / since.len().max(1) as f64;
    let is_ratio = is_failures(&alert.metric, figure);
    let shift = Shift {
        signal: if is_ratio { Signal::Errors } else { Signal::Latency },
        service: alert.service.clone(),
        target: Target::Service(alert.service.clone()),
        value: Some(alert.metric.clone()),
        direction: if after > usual.mean { Direction::Up } else { Direction::Down },
        before: usual.mean,
        after,
        onset_at: onset_middle(&onset),
        onset: within,
        detected_at: Timestamp::from_s(fired_at),
        ended_at: None,
        accepted_at: None,
        back_since: None,
        evidence_nats: 30.0,
    };
    let ticks = rows.iter().zip(&counts).map(|((at, _), counts)| (Tick(*at), *counts));
    Some(Evidence {
        now: Timestamp::from_s(fired_at),
        track: Track {
            form: Form::Count,
            learned: Counts::new(calm.len() as f64, calm.len() as f64 * usual.mean),
            phi: usual.phi,
            ticks: ticks.collect(),
        },
        flowed: None,
        legs: legs(scenario, (within.from.tick().0, within.to.tick().0), fired_at),
        onset: onset.into_iter().map(|(at, weight)| (Timestamp::from_s(at), weight)).collect(),
        asked: Vec::new(),
        changes: changes(scenario, fired_at),
        logs: Vec::new(),
        inlets: Vec::new(),
        sees_answers: false,
        earlier: None,
        shifts: vec![shift],
    })
}

/// What a figure usually does: its mean, and its scatter as a dispersion of counts.
struct Usual {
    mean: f64,
    phi: f64,
}

impl Usual {
    fn of(rows: &[(i64, f64)]) -> Option<Self> {
        if rows.len() < 5 {
            return None;
        }
        let n = rows.len() as f64;
        let mean = rows.iter().map(|(_, value)| value).sum::<f64>() / n;
        let squares = rows.iter().map(|(_, value)| (value - mean).powi(2)).sum::<f64>();
        // A figure that never moved may scatter by a hundredth of itself, or of one.
        let floor = (0.01 * mean.abs().max(0.01)).powi(2);
        let mean = mean.max(1e-6);
        Some(Self { mean, phi: (squares / (n - 1.0)).max(floor) / mean })
    }

    const fn counts(&self, value: f64) -> Counts {
        Counts::new(1.0, if value > 0.0 { value } else { 0.0 })
    }
}

/// Whether a metric is a share of failures: it is named one and lies between 0 and 1.
fn is_failures(metric: &str, rows: &[(i64, f64)]) -> bool {
    let names = ["5xx", "error", "fail", "401", "throttle"];
    names.iter().any(|name| metric.contains(name))
        && rows.iter().all(|(_, value)| (0.0..=1.0).contains(value))
}

/// Calls between services, with the failures of their callees.
fn legs(scenario: &Scenario, (from, to): (i64, i64), until: i64) -> Vec<Leg> {
    let mut calls = scenario.calls.clone();
    let alerting = &scenario.alert.service;
    if calls.iter().all(|(_, callee)| callee != alerting) {
        calls.insert((OUTSIDE.to_owned(), alerting.clone()));
    }
    let failed = |callee: &str, from: i64, to: i64| -> Counts {
        let own = scenario
            .metrics
            .iter()
            .find(|((service, metric), rows)| service == callee && is_failures(metric, rows));
        let rows = own.map(|(_, rows)| rows.as_slice()).unwrap_or_default();
        let inside = rows.iter().filter(|(at, _)| (from..to).contains(at));
        inside.map(|(_, share)| Counts::new(CALLS_PER_MINUTE, CALLS_PER_MINUTE * share)).sum()
    };
    let first = until - 86_400;
    let leg = |(caller, callee): (String, String)| Leg {
        callee_is_heard: true,
        is_stateful: false,
        items_before: Counts::default(),
        items_since: Counts::default(),
        failed_before: failed(&callee, first, from),
        failed_since: failed(&callee, to, until + ROW_S),
        slow_before: Counts::default(),
        slow_since: Counts::default(),
        hop: Hop { caller, entry: None, callee, operation: "call".to_owned() },
    };
    calls.into_iter().map(leg).collect()
}

/// Deploys by their position, flags after them.
fn changes(scenario: &Scenario, until: i64) -> Vec<KnownChange> {
    let deploys = scenario.deploys.iter().map(|deploy| {
        (ChangeKind::Deploy, &deploy.service, deploy.timestamp, Some(deploy.commit_sha.clone()))
    });
    let flags =
        scenario.flags.iter().map(|flag| (ChangeKind::Flag, &flag.service, flag.timestamp, None));
    let all = (0..).zip(deploys.chain(flags));
    let known = all.filter(|(_, (_, _, at, _))| at.0 <= until);
    let known = known.map(|(number, (kind, service, at, version))| {
        let at = Timestamp::from_s(at.0);
        KnownChange {
            change: Change {
                id: ChangeId(number),
                kind,
                service: service.clone(),
                from_version: None,
                to_version: version,
                at,
                source: ChangeSource::Told,
                reverses: None,
                redeploy_of: None,
            },
            began_at: at,
            settled_at: at.plus_s(2.0),
            mitigates: false,
            split: None,
        }
    });
    let mut known: Vec<KnownChange> = known.collect();
    known.sort_by_key(|known| (known.change.at, known.change.id));
    known
}
