//! What a rule would have done, as it is told.

use super::Watched;
use super::proving::Proven;
use hw_api::{Backtest, Replay, ReplayedRule, RuleCase, RuleFiring, SweepStep, ratio, rfc3339};
use hw_detect::rule::{self, Case, CaseFound, Expects, Fired, Judgement, SweepPoint};
use hw_model::{Timestamp, count_words, length_words};

/// A backtest.
pub(super) fn backtest(proven: &Proven<'_>) -> Backtest {
    let Proven { rule, past, cases, found, .. } = proven;
    let last = past.rows.len().checked_sub(1);
    Backtest {
        rule: proven.body.clone(),
        from: rfc3339(past.begins_at(0)),
        to: rfc3339(last.map_or_else(|| past.begins_at(0), |last| past.ends_at(last))),
        n_windows: found.n_windows as u64,
        days: tenth(found.days * 10.0) / 10.0,
        quiet_days: tenth(found.quiet_days * 10.0) / 10.0,
        unknown: ratio(found.unknown),
        thin: ratio(found.thin),
        items_max: found.items_max,
        quiet_low: found.quiet_range.map(|(low, _)| ratio(low)),
        quiet_high: found.quiet_range.map(|(_, high)| ratio(high)),
        false_alarms: found.false_alarms().count() as u64,
        false_alarms_a_month: proven.false_alarms_a_month.map(ratio),
        judgement: found.judgement.word().to_owned(),
        words: words(rule, cases, found),
        fired: found.fired.iter().map(|fired| firing(fired, cases)).collect(),
        incidents: cases.iter().zip(&found.cases).map(|(case, found)| told(case, found)).collect(),
        sweep: proven.sweep.iter().map(step).collect(),
        damaged_packs: proven.damaged_packs,
    }
}

fn firing(fired: &Fired, cases: &[Case]) -> RuleFiring {
    RuleFiring {
        since: rfc3339(fired.since),
        began: rfc3339(fired.began),
        said: rfc3339(fired.said),
        ended: fired.ended.map(rfc3339),
        figure: ratio(fired.figure),
        incident: fired.case.and_then(|at| cases.get(at)).map(|case| case.name.clone()),
    }
}

fn told(case: &Case, found: &CaseFound) -> RuleCase {
    RuleCase {
        incident: case.name.clone(),
        expected: case.expects == Expects::Firing,
        first: found.first.map(rfc3339),
        in_time: found.in_time,
        delay_s: found.delay_s.map(tenth),
        lead_machine_s: found.lead_machine_s.map(tenth),
        lead_person_s: found.lead_person_s.map(tenth),
    }
}

fn step(point: &SweepPoint) -> SweepStep {
    SweepStep {
        above: point.bound.above(),
        below: point.bound.below(),
        false_alarms: point.false_alarms as u64,
        n_fired: point.n_fired as u64,
        delay_s: point.delay_s.map(tenth),
        judgement: point.judgement.word().to_owned(),
    }
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// What comes out of it, in sentences.
fn words(rule: &rule::Rule, cases: &[Case], found: &rule::Backtest) -> String {
    let n_false = found.false_alarms().count();
    let quiet_days = found.quiet_days;
    let over = if quiet_days >= 2.0 {
        format!("{quiet_days:.1} quiet days")
    } else {
        format!("{} of quiet time", length_words(quiet_days * 86_400.0))
    };
    let mut said = vec![match (found.judgement, n_false) {
        (Judgement::Blind, _) => blind(rule, found),
        (_, 0) => format!("No false alarm in {over}."),
        (_, 1) => format!("1 false alarm in {over}: at {}.", first_false(found)),
        (_, n) => format!("{n} false alarms in {over}, the first at {}.", first_false(found)),
    }];
    let wanted = cases.iter().zip(&found.cases).filter(|(case, _)| case.expects == Expects::Firing);
    said.extend(wanted.map(|(case, found)| in_case(case, found)));
    if found.judgement != Judgement::Blind && cases.iter().all(|c| c.expects == Expects::Nothing) {
        said.push(
            "No incident of this figure is recorded, so it is not known whether it would fire."
                .into(),
        );
    }
    let mute = found.unknown + found.thin;
    if found.judgement != Judgement::Blind && mute >= 0.1 {
        said.push(format!(
            "In {:.0} % of the time it says nothing: too few items came, or no data.",
            100.0 * mute
        ));
    }
    said.join(" ")
}

fn blind(rule: &rule::Rule, found: &rule::Backtest) -> String {
    if found.n_windows == 0 {
        return "Nothing was counted there: it can never fire.".to_owned();
    }
    format!(
        "It can never fire: it wants {} items in {}, and the most that came were {}.",
        count_words(rule.terms().items_min as f64),
        length_words(rule.terms().window_s as f64),
        count_words(found.items_max)
    )
}

fn first_false(found: &rule::Backtest) -> String {
    let first: Option<Timestamp> = found.false_alarms().next().map(|fired| fired.began);
    first.map(rfc3339).unwrap_or_default()
}

/// What it does in an incident that wants a firing.
fn in_case(case: &Case, found: &CaseFound) -> String {
    let name = &case.name;
    let (Some(delay_s), true) = (found.delay_s, found.in_time) else {
        return format!("It does not fire in {name}.");
    };
    let lead = |lead_s: Option<f64>, who: &str| {
        let lead_s = lead_s?;
        let way = if lead_s >= 0.0 { "before" } else { "after" };
        Some(format!("{} {way} {who}", length_words(lead_s.abs())))
    };
    let leads = [lead(found.lead_machine_s, "Highwater"), lead(found.lead_person_s, "people")];
    let leads: Vec<String> = leads.into_iter().flatten().collect();
    let leads = if leads.is_empty() { String::new() } else { format!(", {}", leads.join(" and ")) };
    format!("In {name} it says so {} after the onset{leads}.", length_words(delay_s))
}

/// What a rule does in the one incident that it was run through.
pub(super) fn replayed(
    watched: &Watched,
    cases: &[Case],
    run: &rule::Backtest,
) -> Option<ReplayedRule> {
    let (case, found) = cases.first().zip(run.cases.first())?;
    Some(ReplayedRule {
        id: format!("R{}", watched.id),
        name: watched.rule.terms().name.clone(),
        found: told(case, found),
    })
}

/// What all rules do in an incident.
pub(super) fn replay(incident: &str, mut rules: Vec<ReplayedRule>) -> Replay {
    let rank =
        |rule: &ReplayedRule| (!rule.found.in_time, rule.found.delay_s.unwrap_or(f64::INFINITY));
    rules.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let first = rules.first().filter(|rule| rule.found.in_time);
    let words = match (first, rules.len()) {
        (Some(rule), _) => format!(
            "{} “{}” fires in {incident}, {} after the onset.",
            rule.id,
            rule.name,
            length_words(rule.found.delay_s.unwrap_or_default())
        ),
        (None, 0) => {
            format!("No rule has to do with {incident}: `highwater rule propose {incident}`.")
        }
        (None, n) => format!("None of {n} rules that have to do with {incident} fires in it."),
    };
    Replay { incident: incident.to_owned(), fires: first.is_some(), rules, words }
}
