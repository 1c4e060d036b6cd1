//! An incident as the report knows it, in words.

use super::words::{change_words, effect_words, hop_words, second, shift_words, verdict_words};
use crate::clock::Start;
use crate::truth::shifts;
use hw_engine::Report;
use hw_model::{ChangeId, Diagnosis, Incident};
use std::fmt::{Result, Write};

/// A report, and the start of the world it is about.
type Known<'a> = (&'a Report, Start);

/// A report's incident, with all its reasons.
pub(super) fn describe(incident: &Incident, known: Known<'_>) -> String {
    let mut text = String::new();
    write_all(incident, known, &mut text).expect("invariant: a string takes all");
    text
}

fn write_all(incident: &Incident, (report, start): Known<'_>, text: &mut String) -> Result {
    writeln!(text, "{}: {}", incident.id, incident.title)?;
    let ended = incident
        .ended_at
        .map_or_else(|| "still open".to_owned(), |at| second(start, at).to_string());
    let (started, detected) =
        (second(start, incident.started_at), second(start, incident.detected_at));
    writeln!(text, "  started {started}, detected {detected}, ended {ended}")?;
    for numbered in shifts(incident, report) {
        writeln!(text, "  {} {}", numbered.id, shift_words(start, &numbered.shift))?;
    }
    let diagnosis = &incident.diagnosis;
    write_places(diagnosis, start, text)?;
    write_changes(diagnosis, (report, start), text)?;
    write_harm(diagnosis, (report, start), text)
}

fn write_places(diagnosis: &Diagnosis, start: Start, text: &mut String) -> Result {
    for origin in &diagnosis.origins {
        let hop =
            origin.hop.as_ref().map_or_else(String::new, |hop| format!(", {}", hop_words(hop)));
        writeln!(text, "  origin: {}{hop}, probability {:.2}", origin.service, origin.confidence)?;
        write_reasons(&origin.because, text)?;
    }
    for cleared in &diagnosis.cleared {
        writeln!(text, "  cleared: {}", cleared.service)?;
        write_reasons(&cleared.because, text)?;
    }
    for step in &diagnosis.trail {
        let (entered, left, expected) = (step.entered, step.left, step.expected);
        let hop = hop_words(&step.hop);
        writeln!(text, "  trail: {hop}: {entered} entered, {left} left, {expected:.0} expected")?;
    }
    for lead in &diagnosis.leads {
        let (severity, first) = (lead.severity.word(), second(start, lead.first_at));
        let (service, template, count) = (&lead.service, &lead.template, lead.count);
        writeln!(text, "  lead: {service} {severity} \"{template}\", {count} times since {first}")?;
    }
    Ok(())
}

fn write_changes(diagnosis: &Diagnosis, known: Known<'_>, text: &mut String) -> Result {
    for judgement in &diagnosis.judgements {
        let name = name(judgement.change, known);
        let (verdict, probability) = (verdict_words(judgement.verdict), judgement.probability);
        writeln!(text, "  change: {name}: {verdict}, probability {probability:.3}")?;
        write_reasons(&judgement.because, text)?;
    }
    for mitigation in &diagnosis.mitigations {
        let name = name(mitigation.change, known);
        writeln!(text, "  attempt to help: {name}: {}", effect_words(mitigation.effect))?;
        write_reasons(&mitigation.because, text)?;
    }
    Ok(())
}

fn write_harm(diagnosis: &Diagnosis, known: Known<'_>, text: &mut String) -> Result {
    for change in &diagnosis.redeploy {
        writeln!(text, "  to deploy again: {}", name(*change, known))?;
    }
    if let Some(impact) = diagnosis.impact {
        let (items, low, high) = (impact.excess_items, impact.low, impact.high);
        writeln!(text, "  impact: {items:.0} items more than usual, {low:.0} to {high:.0}")?;
    }
    Ok(())
}

fn write_reasons(because: &[String], text: &mut String) -> Result {
    because.iter().try_for_each(|reason| writeln!(text, "    - {reason}"))
}

fn name(id: ChangeId, (report, start): Known<'_>) -> String {
    let change = report.changes.iter().find(|change| change.id == id);
    change.map_or_else(|| id.to_string(), |change| format!("{id} {}", change_words(start, change)))
}
