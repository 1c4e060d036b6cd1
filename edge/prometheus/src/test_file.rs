//! A file for `promtool test rules`, written from what was recorded: in the incident the alert fires, in the
//! quiet stretches that come nearest to its bound it does not, and of too few items it says nothing.
//!
//! Weeks of counts would make megabytes. What is written is the incident from a window before its onset until
//! the alert fires, and three stretches of two windows. Which evaluation is the first to fire is
//! computed for Prometheus 2 and 3 ([`crate::scrapes`]): until the sooner one nothing fires, at the later one
//! it does. That it does not fire is asked of every evaluation of a stretch, through the series `ALERTS`. The same computation runs over
//! all that is recorded first: a rule that would cry in Prometheus gets no test, and it is said when.

use crate::expression::{Counted, Selector, counted};
use crate::rule_file::{EVERY_S, alert_name, firing};
use crate::scrapes::{BEGIN, RangeStart, Scrapes, every_s};
use crate::text::{comment, duration, yaml};
use hw_api::rfc3339;
use hw_detect::rule::{Bound, Case, Measure, Past, Rule};
use hw_model::Timestamp;
use hw_stats::Counts;
use std::fmt;
use std::ops::Range;

/// Quiet stretches.
const QUIET: usize = 3;

/// Scrapes of a stretch at most: a day.
const SCRAPES_MAX: usize = 2_880;

/// What a test file is written from.
#[derive(Clone, Copy, Debug)]
pub struct TestFile<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Name of the file with the rule, beside which this one will lie.
    pub rule_file: &'a str,
    /// What was recorded.
    pub past: &'a Past,
    /// The incidents in it; the first is the one in which the alert has to fire.
    pub cases: &'a [Case],
}

/// Why there is no test file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTest {
    /// There is no incident, or nothing is recorded of it.
    NothingRecorded,
    /// In Prometheus the rule would not fire in the incident.
    DoesNotFire,
    /// In Prometheus it would begin to fire then, and there is no incident.
    Fires(Timestamp),
}

impl fmt::Display for NoTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingRecorded => f.write_str(
                "no incident of this rule is recorded, so there is nothing to test it with",
            ),
            Self::DoesNotFire => write!(
                f,
                "a Prometheus that scrapes every {EVERY_S} s would not fire in the incident: take a longer \
                 window, or a bound that is nearer to what is usual"
            ),
            Self::Fires(at) => write!(
                f,
                "a Prometheus that scrapes every {EVERY_S} s would fire at {}, where there is no incident: \
                 take a bound that is further from what is usual",
                rfc3339(*at)
            ),
        }
    }
}

impl std::error::Error for NoTest {}

/// One test of the file.
struct Test {
    name: String,
    about: String,
    scrapes: Scrapes,
    /// Second at which it has to fire; `None` if it must not at all.
    fires_s: Option<i64>,
    /// Second until which it must not.
    quiet_s: i64,
}

/// Writes the file.
///
/// # Errors
///
/// Why there is none.
pub fn test_file(of: &TestFile<'_>) -> Result<String, NoTest> {
    let mut tests = vec![incident(of)?];
    if let Some(at) = false_alarm(of) {
        return Err(NoTest::Fires(at));
    }
    tests.extend(nearest(of).into_iter().map(|rows| quiet(of, rows)));
    tests.extend(thin(of.rule));
    let every_s = every_s(of.past.step_s);
    let mut text = comment("What the rule beside this file does with what was recorded.");
    text.push_str(&comment(&format!("promtool test rules THIS_FILE, next to {}", of.rule_file)));
    text.push_str(&format!("rule_files:\n  - {}\n", yaml(of.rule_file)));
    text.push_str(&format!("evaluation_interval: {}\ntests:\n", duration(every_s)));
    tests.iter().for_each(|test| write(&mut text, of.rule, test));
    Ok(text)
}

/// The first incident, from a window before its onset until the alert fires.
fn incident(of: &TestFile<'_>) -> Result<Test, NoTest> {
    let (past, case) = (of.past, of.cases.first().ok_or(NoTest::NothingRecorded)?);
    if past.sum(case.from, case.to).n <= 0.0 {
        return Err(NoTest::NothingRecorded);
    }
    let onset = Some(past.ended_by(case.from)).filter(|row| *row < past.rows.len()).unwrap_or(0);
    let end = past.ended_by(case.to);
    let each = usize::try_from(every_s(past.step_s) / past.step_s).unwrap_or(1);
    let start = onset.saturating_sub(of.rule.steps() + each);
    let all = Scrapes::of(past, start..end.min(start + SCRAPES_MAX * each));
    let (mut soonest, mut fires) = (usize::MAX, 0);
    for range_start in RangeStart::ALL {
        let first = all.firing(of.rule, range_start).iter().position(|fires| *fires);
        let first = first.ok_or(NoTest::DoesNotFire)?;
        (soonest, fires) = (soonest.min(first), fires.max(first));
    }
    let samples = all.samples.get(..=fires).unwrap_or_default().to_vec();
    let scrapes = Scrapes { samples, ..all };
    let quiet = i64::try_from(soonest.saturating_sub(1)).unwrap_or(0);
    Ok(Test {
        name: format!("{}: it fires", case.name),
        about: recorded(past, start..start + fires * each),
        fires_s: Some(scrapes.length_s()),
        quiet_s: quiet * scrapes.every_s,
        scrapes,
    })
}

/// When the rule would begin to fire first, in all that is recorded, without an incident.
fn false_alarm(of: &TestFile<'_>) -> Option<Timestamp> {
    let all = Scrapes::of(of.past, 0..of.past.rows.len());
    let echo_s = of.rule.echo_s() as f64;
    let is_explained =
        |at: Timestamp| of.cases.iter().any(|case| at > case.from && at <= case.to.plus_s(echo_s));
    let began = RangeStart::ALL.into_iter().flat_map(|range_start| {
        let firing = all.firing(of.rule, range_start);
        let begins = (1..firing.len()).filter(|at| {
            let fires = |at: usize| firing.get(at).copied().unwrap_or(false);
            fires(*at) && !fires(at - 1)
        });
        begins.map(|place| of.past.begins_at(all.row(place, of.past.step_s))).collect::<Vec<_>>()
    });
    began.filter(|at| !is_explained(*at)).min()
}

/// A stretch without an incident.
fn quiet(of: &TestFile<'_>, rows: Range<usize>) -> Test {
    let scrapes = Scrapes::of(of.past, rows.clone());
    Test {
        name: "quiet, and near to the bound: it does not fire".to_owned(),
        about: recorded(of.past, rows),
        fires_s: None,
        quiet_s: scrapes.length_s(),
        scrapes,
    }
}

/// A figure beyond the bound, of fewer items than the rule wants.
fn thin(rule: &Rule) -> Option<Test> {
    let terms = rule.terms();
    if terms.measure == Measure::Volume {
        return None;
    }
    let every_s = every_s(rule.step_s());
    let per_window = (terms.window_s as f64 / every_s as f64).max(1.0);
    let n = ((terms.items_min as f64 - 1.0) / (per_window + 1.0)).floor();
    if n < 1.0 {
        return None;
    }
    let figure = match terms.bound {
        Bound::Below(_) => 0.0,
        Bound::Above(edge) | Bound::Outside { high: edge, .. } => (edge + 1e-9).ceil(),
    };
    let length = usize::try_from(3 * terms.window_s / every_s).unwrap_or(1) + 1;
    let scrapes = Scrapes::even(every_s, length, (n, n * figure));
    Some(Test {
        name: "too few items: it says nothing".to_owned(),
        about: "Not recorded.".to_owned(),
        fires_s: None,
        quiet_s: scrapes.length_s(),
        scrapes,
    })
}

/// Stretches outside of incidents whose windows come nearest to the bound, nearest first.
fn nearest(of: &TestFile<'_>) -> Vec<Range<usize>> {
    let (past, terms, steps) = (of.past, of.rule.terms(), of.rule.steps());
    let mut is_quiet = vec![true; past.rows.len()];
    for case in of.cases {
        let echo_ends = case.to.plus_s(2.0 * terms.window_s as f64);
        let not_quiet =
            past.ended_by(case.from)..past.begun_before(Timestamp(echo_ends.0.saturating_add(1)));
        if let Some(rows) = is_quiet.get_mut(not_quiet) {
            rows.fill(false);
        }
    }
    let mut margins: Vec<(f64, usize)> = Vec::new();
    let (mut held, mut n_fit) = (Counts::default(), 0);
    for (row, (counts, is_quiet)) in past.rows.iter().zip(is_quiet).enumerate() {
        let Some(counts) = counts.filter(|_| is_quiet) else {
            (held, n_fit) = (Counts::default(), 0);
            continue;
        };
        held += counts;
        n_fit += 1;
        if let Some(Some(gone)) = row.checked_sub(steps).and_then(|gone| past.rows.get(gone))
            && n_fit > steps
        {
            held = held - *gone;
        }
        let enough = terms.measure.items(held) >= terms.items_min as f64;
        let margin = held.ratio().and_then(|figure| margin(terms.bound, figure));
        if let Some(margin) = margin.filter(|_| enough && n_fit >= 2 * steps) {
            margins.push((margin, row));
        }
    }
    let mut chosen: Vec<usize> = Vec::new();
    while chosen.len() < QUIET {
        let apart = |row: usize| chosen.iter().all(|other| other.abs_diff(row) >= 2 * steps);
        let left = margins.iter().filter(|(_, row)| apart(*row));
        let Some((_, row)) = left.min_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        chosen.push(*row);
    }
    chosen.into_iter().map(|row| row + 1 - 2 * steps..row + 1).collect()
}

/// How far a figure is from a bound that it does not cross.
fn margin(bound: Bound, figure: f64) -> Option<f64> {
    if bound.is_crossed(figure) {
        return None;
    }
    let up = bound.above().map(|edge| edge - figure);
    let down = bound.below().map(|edge| figure - edge);
    up.into_iter().chain(down).min_by(f64::total_cmp)
}

fn recorded(past: &Past, rows: Range<usize>) -> String {
    let to = past.begins_at(rows.end);
    format!("Recorded from {} to {}.", rfc3339(past.begins_at(rows.start)), rfc3339(to))
}

fn write(text: &mut String, rule: &Rule, test: &Test) {
    let every = duration(test.scrapes.every_s);
    text.push_str(&format!("  {}", comment(&test.about)));
    text.push_str(&format!("  - name: {}\n    interval: {every}\n", yaml(&test.name)));
    text.push_str("    input_series:\n");
    for (series, values) in series(rule, &test.scrapes) {
        text.push_str(&format!("      - series: {}\n", yaml(&series.words())));
        text.push_str(&format!("        values: {}\n", yaml(&values)));
    }
    let alert = yaml(&alert_name(&rule.terms().name));
    text.push_str("    alert_rule_test:\n");
    text.push_str(&format!("      - eval_time: {}\n", duration(test.quiet_s)));
    text.push_str(&format!("        alertname: {alert}\n        exp_alerts: []\n"));
    text.push_str("    promql_expr_test:\n");
    let firing = firing(rule.terms());
    let never = format!("count_over_time({firing}[{}])", duration(test.quiet_s.max(1)));
    text.push_str(&format!("      - expr: {}\n", yaml(&never)));
    text.push_str(&format!("        eval_time: {}\n", duration(test.quiet_s)));
    text.push_str("        exp_samples: []\n");
    if let Some(fires_s) = test.fires_s {
        text.push_str(&format!("      - expr: {}\n", yaml(&format!("count({firing})"))));
        text.push_str(&format!("        eval_time: {}\n", duration(fires_s)));
        text.push_str("        exp_samples:\n          - labels: \"{}\"\n            value: 1\n");
    }
}

/// The series that a rule looks at, with their values.
fn series(rule: &Rule, scrapes: &Scrapes) -> Vec<(Selector, String)> {
    let terms = rule.terms();
    let Counted { part, whole } = counted(&terms.target, &terms.measure);
    let parts = values(scrapes, |(_, k)| k);
    match (whole, &terms.measure) {
        (None, _) => vec![(part, parts)],
        // All other answers are one more series of the same metric.
        (Some(whole), Measure::Answer(value)) => {
            let other = if value == "~other" { "~none" } else { "~other" };
            vec![(part, parts), (whole.with_answer(other), values(scrapes, |(n, k)| BEGIN + n - k))]
        }
        (Some(whole), Measure::Transfer | Measure::Errors | Measure::Volume) => {
            vec![(part, parts), (whole, values(scrapes, |(n, _)| n))]
        }
    }
}

fn values(scrapes: &Scrapes, of: impl Fn((f64, f64)) -> f64) -> String {
    let number = |sample: &Option<(f64, f64)>| match sample {
        Some(sample) => format!("{}", of(*sample)),
        None => "_".to_owned(),
    };
    scrapes.samples.iter().map(number).collect::<Vec<_>>().join(" ")
}
