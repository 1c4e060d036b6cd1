//! An incident in a few sentences, for those who were not there: also what is *not* the cause.

use hw_api::{Incident, IncidentRecord};

/// Words of a brief at most.
const WORDS_MAX: usize = 150;

/// What is to be said, the most important first: the first sentence names the incident. `name` gives the
/// name of a change by its number, as in `C1`.
pub(super) fn sentences(incident: &Incident, name: &mut dyn FnMut(&str) -> String) -> Vec<String> {
    let record = incident.record.as_ref();
    let status = record.map_or("open", |record| record.status.as_str());
    let severity = record.and_then(|record| record.severity.clone());
    let severity = severity.map(|severity| format!("{severity}, ")).unwrap_or_default();
    let mut said = vec![
        ended(&format!("{} ({severity}{status}): {}", incident.id, incident.title)),
        format!("It began at {}.", minute(&incident.started_at)),
    ];
    if let Some(readers) = record.and_then(|record| record.restricted_to.as_ref()) {
        said.insert(1, format!("Restricted to {}.", readers.join(", ")));
    }
    if let Some(impact) = &incident.impact {
        let which = if impact.excess_items < 0 { "missing" } else { "too many" };
        let size = |n: i64| n.unsigned_abs();
        let (a, b) = (size(impact.low), size(impact.high));
        let items = size(impact.excess_items);
        said.push(format!("Harm: {items} items {which} ({} to {}).", a.min(b), a.max(b)));
    }
    if let Some(origin) = incident.origins.first() {
        let sure = origin.confidence * 100.0;
        said.push(format!("It starts at {} ({sure:.0} % sure).", origin.service));
    }
    said.extend(verdicts(incident, name));
    if let Some(record) = record {
        said.extend(of_record(record));
    }
    said
}

/// Which changes caused it, and which did not.
fn verdicts(incident: &Incident, name: &mut dyn FnMut(&str) -> String) -> Vec<String> {
    let mut of = |words: &[&str], lead: &str| {
        let changes = incident.changes.iter().filter(|j| words.contains(&j.verdict.as_str()));
        let tried: Vec<&str> = incident.mitigations.iter().map(|m| m.change.as_str()).collect();
        let names: Vec<String> = changes
            .filter(|judged| !tried.contains(&judged.change.as_str()))
            .map(|judged| name(&judged.change))
            .collect();
        (!names.is_empty()).then(|| format!("{lead} {}.", names.join(", ")))
    };
    let caused = of(&["implicated"], "Likely cause:");
    let innocent = of(&["exonerated", "not_implicated"], "Not the cause:");
    let mut said: Vec<String> = caused.into_iter().chain(innocent).collect();
    for attempt in &incident.mitigations {
        if attempt.effect == "undecided" {
            continue;
        }
        let effect = hw_api::effect_words(&attempt.effect);
        said.push(format!("{} {effect}.", first_letter_up(&name(&attempt.change))));
    }
    said
}

fn of_record(record: &IncidentRecord) -> Vec<String> {
    let mut said = Vec::new();
    for hypothesis in record.hypotheses.iter().filter(|known| known.state == "open") {
        said.push(ended(&format!("Believed, not shown: {}", hypothesis.text)));
    }
    for hypothesis in record.hypotheses.iter().filter(|known| known.state == "ruled_out") {
        said.push(ended(&format!("Ruled out: {}", hypothesis.text)));
    }
    if let Some(waiting) = &record.waiting {
        let lead = if waiting.is_over { "Time to look, waited until" } else { "Waiting until" };
        let words = format!("{lead} {}: {}", minute(&waiting.until), waiting.condition);
        said.push(ended(&words));
    }
    if let Some(lead) = record.lead() {
        said.push(format!("Lead: {lead}."));
    }
    if let Some(due) = &record.next_update_due {
        said.push(if record.is_update_overdue {
            format!("The next word was due {} and has not come.", minute(due))
        } else {
            format!("The next word comes by {}.", minute(due))
        });
    }
    said
}

/// Whole sentences, as many as fit into a brief.
pub(super) fn fitted(sentences: &[String]) -> String {
    let mut said = String::new();
    let mut left = WORDS_MAX;
    for sentence in sentences {
        let n_words = sentence.split_whitespace().count();
        if n_words > left {
            continue;
        }
        left -= n_words;
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(sentence);
    }
    said
}

/// A sentence of people's words, with an end.
pub(super) fn ended(words: &str) -> String {
    let words = words.trim();
    if words.ends_with(['.', '!', '?', '\u{2026}']) {
        words.to_owned()
    } else {
        format!("{words}.")
    }
}

/// `2026-11-22 06:54 UTC`.
fn minute(at: &str) -> String {
    let (date, time) = at.split_once('T').unwrap_or((at, ""));
    format!("{date} {} UTC", time.get(..5).unwrap_or_default())
}

pub(super) fn first_letter_up(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brief_never_has_more_words_than_it_may() {
        let long: Vec<String> = (0..60).map(|n| format!("sentence {n} has six words.")).collect();
        let brief = fitted(&long);
        let n_words = brief.split_whitespace().count();
        assert!((WORDS_MAX - 5..=WORDS_MAX).contains(&n_words), "{n_words}");
        assert_eq!(minute("2026-11-22T06:54:54.000Z"), "2026-11-22 06:54 UTC");
    }
}
