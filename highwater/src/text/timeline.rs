//! An incident's record as people read it: what stands now, then what happened, day by day.
//!
//! Times are the reader's, with the date and the zone in sight. Highwater's lines begin with a dot,
//! people's with a bar and their name.

mod fold;
mod zone;

pub(crate) use fold::Folding;
pub(crate) use zone::Zone;

use super::fields::{is_true, items, lines, number, word};
use super::{WIDTH, paragraph, plain};
use serde_json::Value;
use std::fmt::Write;
use textwrap::core::display_width;

/// Facts of one entry that are shown.
const FACTS_SHOWN: usize = 3;

/// An incident with all its entries.
pub(crate) fn story(
    incident: &Value,
    entries: &[Value],
    (zone, folding): (&Zone, Folding),
) -> String {
    let mut page = head(incident, zone);
    let (shown, n_folded) = fold::fold(entries, folding);
    let mut day = String::new();
    for entry in shown {
        let (date, time) = zone.parts(&word(entry, "happened_at"));
        if date != day {
            page.push_str(&format!("\n{date}\n"));
            day = date;
        }
        page.push_str(&line(entry, &time, zone));
    }
    if n_folded > 0 {
        let entries = if n_folded == 1 { "entry is" } else { "entries are" };
        page.push_str(&format!("\n{n_folded} more {entries} folded; --all shows them.\n"));
    }
    page
}

/// What stands now.
fn head(incident: &Value, zone: &Zone) -> String {
    let record = incident.get("record").unwrap_or(&Value::Null);
    let severity = word(record, "severity");
    let severity = if severity.is_empty() { "no severity yet".to_owned() } else { severity };
    let first = format!(
        "{} ({}, {severity}): {}",
        word(incident, "id"),
        word(record, "status"),
        word(incident, "title")
    );
    let mut page = paragraph("", "  ", &first);
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            page.push_str(&paragraph(&format!("  {name:<10}"), "            ", &text));
        }
    };
    row("times", times(incident, record, zone));
    row("restricted", readers(record));
    row("roles", roles(record));
    row("origin", origin(incident));
    row("impact", impact(incident));
    for backlog in items(incident, "backlog") {
        row("backlog", word(backlog, "words"));
    }
    row("believed", hypotheses(record, "open"));
    row("ruled out", hypotheses(record, "ruled_out"));
    row("tried", attempts(record));
    row("next word", next_word(record, zone));
    row("waiting", waiting(record, zone));
    row("part of", word(incident, "merged_into"));
    page
}

fn times(incident: &Value, record: &Value, zone: &Zone) -> String {
    let times = record.get("times").unwrap_or(&Value::Null);
    let moments = [
        "started",
        "noticed",
        "detected",
        "declared",
        "acknowledged",
        "mitigated",
        "resolved",
        "closed",
    ];
    let shown = moments.into_iter().filter_map(|moment| {
        let at = some_time(times, &format!("{moment}_at"), zone);
        let who = if moment == "detected" { " by Highwater" } else { "" };
        (!at.is_empty()).then(|| format!("{moment} {at}{who}"))
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() {
        return format!("started {}", some_time(incident, "started_at", zone));
    }
    shown.join(", ")
}

fn roles(record: &Value) -> String {
    let held = items(record, "roles").iter();
    let held = held.map(|held| format!("{} {}", word(held, "role"), word(held, "person")));
    held.collect::<Vec<_>>().join(", ")
}

fn origin(incident: &Value) -> String {
    let Some(first) = items(incident, "origins").first() else { return String::new() };
    let sure = first.get("confidence").and_then(Value::as_f64).unwrap_or(0.0);
    format!("{} ({:.0} % sure)", word(first, "service"), sure * 100.0)
}

/// The harm; empty where it is not counted in items.
pub(super) fn impact(incident: &Value) -> String {
    let figure = |key| incident.pointer(&format!("/impact/{key}")).and_then(Value::as_i64);
    let (Some(excess), Some(low), Some(high)) =
        (figure("excess_items"), figure("low"), figure("high"))
    else {
        return String::new();
    };
    let count = |n: i64| super::count(n.unsigned_abs());
    let which = if excess < 0 { "missing" } else { "too many" };
    let (least, most) = if excess < 0 { (high, low) } else { (low, high) };
    format!("{} items {which} ({} to {})", count(excess), count(least), count(most))
}

fn hypotheses(record: &Value, state: &str) -> String {
    let of_state = items(record, "hypotheses").iter().filter(|h| word(h, "state") == state);
    let shown = of_state.map(|hypothesis| {
        let fact = word(hypothesis, "fact");
        let fact = if fact.is_empty() { fact } else { format!(": {fact}") };
        format!("{}{fact} [{}]", word(hypothesis, "text"), number(hypothesis, "entry"))
    });
    shown.collect::<Vec<_>>().join("; ")
}

fn attempts(record: &Value) -> String {
    let shown = items(record, "attempts").iter().map(|attempt| {
        let effect = hw_api::effect_words(&word(attempt, "effect"));
        format!("{}: {effect} [{}]", word(attempt, "text"), number(attempt, "entry"))
    });
    shown.collect::<Vec<_>>().join("; ")
}

fn waiting(record: &Value, zone: &Zone) -> String {
    let Some(wait) = record.get("waiting").filter(|wait| !wait.is_null()) else {
        return String::new();
    };
    let until = some_time(wait, "until", zone);
    let until = if is_true(wait, "is_over") {
        format!("was until {until}, which is over")
    } else {
        format!("until {until}")
    };
    format!("{until}: {}", word(wait, "condition"))
}

fn readers(record: &Value) -> String {
    let names: Vec<String> =
        items(record, "restricted_to").iter().filter_map(Value::as_str).map(plain).collect();
    if names.is_empty() { String::new() } else { format!("to {}", names.join(", ")) }
}

fn next_word(record: &Value, zone: &Zone) -> String {
    let due = some_time(record, "next_update_due", zone);
    if is_true(record, "is_update_overdue") {
        format!("was due {due}, and has not come")
    } else {
        due
    }
}

fn some_time(of: &Value, key: &str, zone: &Zone) -> String {
    let at = word(of, key);
    if at.is_empty() { at } else { zone.short(&at) }
}

/// One entry.
fn line(entry: &Value, time: &str, zone: &Zone) -> String {
    let is_machine = word(entry, "source") == "machine";
    let mark = if is_machine { "\u{b7} " } else { "\u{258c}" };
    let who = format!("{mark}{}", word(entry, "by"));
    let pin = if is_true(entry, "pinned") { "*" } else { "" };
    let seq = entry.get("seq").and_then(Value::as_u64);
    let number = seq.map_or_else(String::new, |seq| format!("[{seq}]{pin}"));
    let head =
        format!("  {time}  {number:<6}{}  {:<12}", padded(&who, 14), word(entry, "timeline"));
    let indent = " ".repeat(display_width(&head) + 1);
    let said_at = word(entry, "happened_at");
    let words = zone.in_words(&lines(entry, "words"), &said_at);
    let mut page = paragraph(&format!("{head} "), &indent, &words.replace('\n', " / "));
    for before in items(entry, "before") {
        let before = before.as_str().unwrap_or_default().replace('\n', " / ");
        page.push_str(&paragraph(&indent, &indent, &format!("(amended; it said: {before})")));
    }
    let facts = items(entry, "because");
    for fact in facts.iter().take(FACTS_SHOWN) {
        let fact = zone.in_words(fact.as_str().unwrap_or_default(), &said_at);
        page.push_str(&paragraph(&format!("{indent}- "), &format!("{indent}  "), &fact));
    }
    if facts.len() > FACTS_SHOWN {
        let _ = writeln!(page, "{indent}- and {} more", facts.len() - FACTS_SHOWN);
    }
    page
}

fn padded(text: &str, width: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if display_width(&out) >= width - 1 && display_width(text) > width {
            out.push('\u{2026}');
            break;
        }
        out.push(c);
    }
    let width = width.saturating_sub(display_width(&out));
    format!("{out}{}", " ".repeat(width))
}

/// What was done, and where the incident stands by it.
pub(crate) fn done(answer: &Value) -> String {
    let incident = answer.get("incident").unwrap_or(&Value::Null);
    let mut page = String::new();
    for entry in items(answer, "entries") {
        let words = format!("[{}] {}", number(entry, "seq"), word(entry, "words"));
        page.push_str(&paragraph(&format!("{} ", word(incident, "id")), "      ", &words));
    }
    page
}

/// What a report brought.
pub(crate) fn reported(answer: &Value) -> String {
    let mut page = String::new();
    for sentence in report_sentences(answer) {
        page.push_str(&match sentence.strip_prefix(FOUND) {
            Some(found) => paragraph(&format!("  {FOUND}"), "    ", found),
            None => paragraph("", "  ", &sentence),
        });
    }
    page
}

/// What stands before each thing that was found.
const FOUND: &str = "- ";

/// The same line by line, whatever their width.
pub(crate) fn report_sentences(answer: &Value) -> Vec<String> {
    let incident = answer.get("incident").unwrap_or(&Value::Null);
    let (id, title) = (word(incident, "id"), word(incident, "title"));
    let mut lines = vec![if is_true(answer, "opened") {
        format!("Thank you. {id} is opened and watched for it.")
    } else {
        format!("Thank you. It stands in {id}: {title}")
    }];
    let warning = word(answer, "warning");
    if !warning.is_empty() {
        lines.push(format!("Note: {warning}."));
    }
    let near = items(answer, "near");
    lines.push(match (near, number(answer, "compared")) {
        ([], 0) => "Too little is known there yet to say whether anything differs.".to_owned(),
        ([], n) => format!("None of the {n} figures near it differs from what is usual now."),
        _ => "What differs from what is usual near it now:".to_owned(),
    });
    let found = near.iter().filter_map(Value::as_str);
    lines.extend(found.map(|found| format!("{FOUND}{}", plain(found))));
    lines
}

/// The brief.
pub(crate) fn brief(brief: &Value) -> String {
    paragraph("", "", &word(brief, "words"))
}

/// Incidents, one in a line.
pub(crate) fn incidents(incidents: &[Value]) -> String {
    if incidents.is_empty() {
        return "No incident.\n".to_owned();
    }
    let row = |incident: &Value| {
        let record = incident.get("record").unwrap_or(&Value::Null);
        let lead = items(record, "roles").iter().find(|held| word(held, "role") == "lead");
        let started = word(incident, "started_at").replace('T', " ");
        let mut title = word(incident, "title");
        if display_width(&title) > WIDTH / 2 {
            title = title.chars().take(WIDTH / 2 - 1).chain(['\u{2026}']).collect();
        }
        [
            word(incident, "id"),
            started.split(['.', 'Z']).next().unwrap_or_default().to_owned(),
            word(record, "status"),
            word(record, "severity"),
            lead.map(|held| word(held, "person")).unwrap_or_default(),
            title,
        ]
    };
    super::answers::table(
        ["", "started (UTC)", "status", "", "lead", ""],
        incidents.iter().map(row),
    )
}

#[cfg(test)]
mod tests;
