//! One incident: what, since when, where it starts, who is innocent, whether it is over.

use super::picture::{Mark, draw};
use super::{count, length, paragraph, plain};
use hw_api::rfc3339;
use hw_engine::{Numbered, Report};
use hw_model::{
    Change, ChangeId, ChangeKind, Diagnosis, Effect, Incident, Judgement, Signal, Timestamp,
    Verdict,
};

/// The section of one incident. `to` is where the data ends.
pub(crate) fn section(report: &Report, incident: &Incident, to: Timestamp) -> String {
    let diagnosis = &incident.diagnosis;
    let mut out = paragraph("", "  ", &format!("{}  {}.", incident.id, incident.title));
    out.push('\n');
    out.push_str(&facts(report, incident, to));
    out.push_str(&picture(report, incident));
    out.push_str(&origins(diagnosis));
    out.push_str(&changes(report, diagnosis));
    out.push_str(&mitigations(report, diagnosis));
    out.push_str(&redeploys(report, diagnosis));
    out.push_str(&leads(diagnosis));
    out.push_str(&trail(diagnosis));
    out.push_str(&shifts(report, incident));
    out
}

/// The lines that answer the first questions.
fn facts(report: &Report, incident: &Incident, to: Timestamp) -> String {
    let diagnosis = &incident.diagnosis;
    let noticed_s = incident.detected_at.seconds_since(incident.started_at);
    let day = rfc3339(incident.started_at);
    let day = day.split('T').next().unwrap_or_default();
    let since = format!(
        "{day} {} UTC; could be noticed at {}, {} later",
        clock(incident.started_at),
        clock(incident.detected_at),
        length(noticed_s)
    );
    let until = match incident.ended_at {
        Some(at) => {
            format!("{}, after {}", clock(at), length(at.seconds_since(incident.started_at)))
        }
        None => format!("still going on where the data ends, at {}", clock(to)),
    };
    let mut rows = vec![("since", since), ("over", until)];
    if let Some(origin) = diagnosis.origins.first() {
        let sure = format!("{} ({:.0} % sure)", origin.service, origin.confidence * 100.0);
        rows.push(("starts at", sure));
    }
    if let Some(impact) = diagnosis.impact {
        rows.push(("harm", harm(impact)));
    }
    let blamed = named(report, diagnosis, Verdict::Implicated);
    if !blamed.is_empty() {
        rows.push(("caused by", blamed.join(", ")));
    }
    let innocent = innocent(report, diagnosis);
    if !innocent.is_empty() {
        rows.push(("innocent", innocent.join("; ")));
    }
    if let Some(helped) = helped(report, diagnosis) {
        rows.push(("helped", helped));
    }
    let mut out = String::new();
    for (name, text) in rows {
        out.push_str(&paragraph(&format!("  {name:<10} "), &" ".repeat(13), &text));
    }
    out
}

fn harm(impact: hw_model::Impact) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of items")]
    let whole = |n: f64| count(n.abs().round() as u64);
    let (low, high) =
        (impact.low.abs().min(impact.high.abs()), impact.low.abs().max(impact.high.abs()));
    let what = if impact.excess_items < 0.0 { "too few" } else { "too many" };
    format!("{} items {what} (95 %: {} to {})", whole(impact.excess_items), whole(low), whole(high))
}

/// Changes that came before the onset and were judged innocent; those after it are innocent by
/// order and need no line up here.
fn innocent(report: &Report, diagnosis: &Diagnosis) -> Vec<String> {
    let clear = |j: &&Judgement| {
        matches!(j.verdict, Verdict::Exonerated | Verdict::NotImplicated) && j.probability > 0.0
    };
    let judged = diagnosis.judgements.iter().filter(clear);
    judged
        .filter_map(|judgement| {
            let change = find(report, judgement.change)?;
            Some(format!("{} ({})", words(change), verdict_word(judgement.verdict)))
        })
        .collect()
}

fn named(report: &Report, diagnosis: &Diagnosis, verdict: Verdict) -> Vec<String> {
    let judged = diagnosis.judgements.iter().filter(|j| j.verdict == verdict);
    judged.filter_map(|j| find(report, j.change)).map(words).collect()
}

fn helped(report: &Report, diagnosis: &Diagnosis) -> Option<String> {
    let worked = diagnosis.mitigations.iter().find(|m| m.effect == Effect::Worked)?;
    find(report, worked.change).map(words)
}

fn picture(report: &Report, incident: &Incident) -> String {
    let own = report.shifts.iter().filter(|shift| incident.shifts.contains(&shift.id));
    let transfer = own.clone().find(|shift| shift.shift.signal == Signal::Transfer);
    let hop = transfer.and_then(|shift| shift.shift.target.hop());
    let Some(counted) = hop.and_then(|hop| report.hops.iter().find(|c| c.hop == *hop)) else {
        return String::new();
    };
    let mut marks = vec![Mark { at: incident.started_at, label: "onset".to_owned() }];
    let judged = incident.diagnosis.judgements.iter().filter_map(|j| find(report, j.change));
    marks.extend(judged.map(|change| Mark { at: change.at, label: change.id.to_string() }));
    marks.sort_by_key(|mark| mark.at);
    let drawn = draw(counted, report.window_s, &marks);
    drawn.map_or_else(String::new, |drawn| format!("\n{drawn}"))
}

fn origins(diagnosis: &Diagnosis) -> String {
    let mut out = "\nWhere it starts\n".to_owned();
    for (origin, rank) in diagnosis.origins.iter().zip(1..) {
        let sure = origin.confidence * 100.0;
        if rank > 1 && sure < 1.0 {
            continue;
        }
        out.push_str(&format!("  {rank}. {}, {sure:.0} %\n", plain(&origin.service)));
        out.push_str(&bullets(&origin.because));
    }
    for cleared in &diagnosis.cleared {
        out.push_str(&format!("  cleared: {}\n", plain(&cleared.service)));
        out.push_str(&bullets(&cleared.because));
    }
    out
}

fn changes(report: &Report, diagnosis: &Diagnosis) -> String {
    if diagnosis.judgements.is_empty() {
        return "\nChanges\n  none was found in the day before\n".to_owned();
    }
    let mut out = "\nDid a change do it?\n".to_owned();
    for judgement in &diagnosis.judgements {
        let Some(change) = find(report, judgement.change) else { continue };
        let verdict = verdict_word(judgement.verdict).to_uppercase();
        let line = format!(
            "{:<4}{}  {:<44} {verdict} (P {})",
            change.id.to_string(),
            clock(change.at),
            plain(&words(change)),
            probability(judgement.probability)
        );
        out.push_str(&format!("  {}\n", line.trim_end()));
        out.push_str(&bullets(&judgement.because));
    }
    out
}

fn mitigations(report: &Report, diagnosis: &Diagnosis) -> String {
    if diagnosis.mitigations.is_empty() {
        return String::new();
    }
    let mut out = "\nWhat was tried\n".to_owned();
    for mitigation in &diagnosis.mitigations {
        let Some(change) = find(report, mitigation.change) else { continue };
        let effect = match mitigation.effect {
            Effect::Worked => "WORKED",
            Effect::None => "NO EFFECT",
            Effect::Undecided => "NOT DECIDABLE YET",
        };
        out.push_str(&format!(
            "  {:<4}{}: {effect}\n",
            change.id.to_string(),
            plain(&words(change))
        ));
        out.push_str(&bullets(&mitigation.because));
    }
    out
}

fn redeploys(report: &Report, diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    for id in &diagnosis.redeploy {
        let Some(change) = find(report, *id) else { continue };
        let again = report.changes.iter().find(|other| other.redeploy_of == Some(*id));
        let line = match again {
            Some(again) => format!(
                "{} was taken back although innocent; deployed again at {} as {}, and watched",
                words(change),
                clock(again.at),
                again.id
            ),
            None => format!("{} was taken back although innocent: deploy it again", words(change)),
        };
        out.push_str(&paragraph("  ", "    ", &line));
    }
    if out.is_empty() { out } else { format!("\nTo re-deploy\n{out}") }
}

fn leads(diagnosis: &Diagnosis) -> String {
    if diagnosis.leads.is_empty() {
        return String::new();
    }
    let mut out = "\nLog lines worth a look (they changed at the onset; no proof)\n".to_owned();
    for lead in &diagnosis.leads {
        let line = format!(
            "{} {}: \"{}\", {} since {}",
            lead.service,
            lead.severity.word(),
            lead.template,
            count(lead.count),
            clock(lead.first_at)
        );
        out.push_str(&paragraph("  ", "    ", &line));
    }
    out
}

fn trail(diagnosis: &Diagnosis) -> String {
    if diagnosis.trail.is_empty() {
        return String::new();
    }
    let mut out = "\nThe way the items came, while it lasted\n".to_owned();
    for step in &diagnosis.trail {
        let off = step.left as f64 - step.expected;
        let usual = if off.abs() < 0.02 * step.expected.max(50.0) {
            "as usual".to_owned()
        } else {
            format!("usually {:.0}", step.expected)
        };
        let line = format!(
            "{} -> {}: {} in, {} on, {usual}",
            step.hop.caller,
            step.hop.callee,
            count(step.entered),
            count(step.left)
        );
        out.push_str(&paragraph("  ", "    ", &line));
    }
    out
}

fn shifts(report: &Report, incident: &Incident) -> String {
    let mut out = "\nShifts\n".to_owned();
    for Numbered { id, shift, .. } in &report.shifts {
        if !incident.shifts.contains(id) {
            continue;
        }
        let value = shift.value.as_ref().map_or_else(String::new, |value| format!(" \"{value}\""));
        let over =
            shift.ended_at.map_or_else(|| "still".to_owned(), |at| format!("until {}", clock(at)));
        let line = format!(
            "{id}  {}{value} of {}: {} -> {}, onset {} to {}, noticed {}, {over}, {:.0} nats",
            shift.signal.word(),
            shift.service,
            figure(shift.signal, shift.before),
            figure(shift.signal, shift.after),
            clock(shift.onset.from),
            clock(shift.onset.to),
            clock(shift.detected_at),
            shift.evidence_nats
        );
        out.push_str(&paragraph("  ", "      ", &line));
    }
    out
}

/// The changes found, where there is no incident to judge them for.
pub(crate) fn changes_without_incident(report: &Report) -> String {
    if report.changes.is_empty() {
        return String::new();
    }
    let mut out = "\nChanges\n".to_owned();
    for change in &report.changes {
        out.push_str(&format!(
            "  {:<4}{}  {}\n",
            change.id.to_string(),
            clock(change.at),
            plain(&words(change))
        ));
    }
    out
}

fn figure(signal: Signal, value: f64) -> String {
    match signal {
        Signal::Volume => format!("{value:.1}/s"),
        Signal::Log => format!("{value:.2}/s"),
        Signal::Transfer | Signal::Answers | Signal::Errors | Signal::Latency | Signal::NoData => {
            format!("{value:.3}")
        }
    }
}

fn bullets(facts: &[String]) -> String {
    facts.iter().map(|fact| paragraph("     - ", "       ", fact)).collect()
}

fn find(report: &Report, id: ChangeId) -> Option<&Change> {
    report.changes.iter().find(|change| change.id == id)
}

/// `deploy of router 1.4.2 -> 2.0.0`.
fn words(change: &Change) -> String {
    let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "?".to_owned());
    let (from, to) = (version(&change.from_version), version(&change.to_version));
    let kind = change.kind.word();
    match change.kind {
        ChangeKind::Deploy | ChangeKind::Rollback | ChangeKind::Instrumentation => {
            format!("{kind} of {} {from} -> {to}", change.service)
        }
        ChangeKind::Restart => format!("restart of {}", change.service),
        ChangeKind::Flag | ChangeKind::Config | ChangeKind::Other => {
            let to = change.to_version.as_ref().map_or_else(String::new, |to| format!(" to {to}"));
            format!("{kind} of {}{to}", change.service)
        }
    }
}

const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Implicated => "implicated",
        Verdict::Undecided => "undecided",
        Verdict::NotImplicated => "not implicated",
        Verdict::Exonerated => "exonerated",
    }
}

fn probability(p: f64) -> String {
    if p > 0.0 && p < 0.005 { "under 0.01".to_owned() } else { format!("{p:.2}") }
}

/// `07:54:54`.
fn clock(at: Timestamp) -> String {
    rfc3339(at).split(['T', '.']).nth(1).unwrap_or_default().to_owned()
}
