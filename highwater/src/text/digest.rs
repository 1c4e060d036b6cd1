//! What somebody who was away has to know, on one page.

use super::fields::{is_true, items, word};
use super::timeline::{Zone, impact};
use super::{count, paragraph};
use serde_json::Value;

const INDENT: &str = "    ";

/// The page.
pub(crate) fn page(digest: &Value, zone: &Zone) -> String {
    let since = zone.short(&word(digest, "since"));
    let incidents = items(digest, "incidents");
    let n = incidents.len() as u64;
    let noun = if n == 1 { "incident" } else { "incidents" };
    let mut page = if incidents.is_empty() {
        format!("Since {since}: no incident, and none is open.\n")
    } else {
        format!("Since {since}: {} {noun}.\n\n", count(n))
    };
    incidents.iter().for_each(|incident| page.push_str(&told(incident, zone)));
    if is_true(digest, "is_cut") {
        page.push_str(
            "\nThere are more incidents than were looked at: only the newest 500, and open ones.\n",
        );
    }
    let parts = [
        ("Learned", "learned"),
        ("Decided and told", "decided"),
        ("Open", "open"),
        ("Reviews overdue", "reviews"),
    ];
    for (title, key) in parts {
        let lines = items(digest, key);
        if !lines.is_empty() {
            page.push_str(&format!("\n{title}\n"));
            lines.iter().for_each(|line| page.push_str(&row(line, zone)));
        }
    }
    page
}

fn told(incident: &Value, zone: &Zone) -> String {
    let record = incident.get("record").unwrap_or(&Value::Null);
    let severity = word(record, "severity");
    let parts: Vec<String> =
        [severity, word(record, "status")].into_iter().filter(|part| !part.is_empty()).collect();
    let head = format!("{} ({}): ", word(incident, "id"), parts.join(", "));
    let mut page = paragraph(&head, INDENT, &word(incident, "title"));
    let times = record.get("times").unwrap_or(&Value::Null);
    let named = [
        ("began", word(incident, "started_at")),
        ("noticed by people", word(times, "noticed_at")),
        ("by Highwater", word(times, "detected_at")),
        ("harm over", word(times, "mitigated_at")),
        ("resolved", word(times, "resolved_at")),
    ];
    let named = named.into_iter().filter(|(_, at)| !at.is_empty());
    let named: Vec<String> =
        named.map(|(name, at)| format!("{name} {}", zone.short(&at))).collect();
    page.push_str(&paragraph(INDENT, INDENT, &named.join("; ")));
    let harm = impact(incident);
    if !harm.is_empty() {
        page.push_str(&paragraph(INDENT, INDENT, &harm));
    }
    page
}

fn row(line: &Value, zone: &Zone) -> String {
    let entry = line.get("entry").and_then(Value::as_u64);
    let place = entry.map_or_else(String::new, |seq| format!(" [{seq}]"));
    let head = format!("  {}{place}  ", word(line, "incident"));
    let by = word(line, "by");
    let said = zone.in_words(&word(line, "words"), &word(line, "at"));
    let text = if by.is_empty() || by == "Highwater" { said } else { format!("{by}: {said}") };
    paragraph(&head, INDENT, &text)
}
