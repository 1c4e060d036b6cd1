//! What a search found.

use super::fields::{number, word};
use super::timeline::Zone;
use super::{count, paragraph};
use serde_json::Value;

/// One paragraph for each hit; `limit` says how many were wanted at most.
pub(crate) fn page(words: &str, items: &[Value], (limit, zone): (usize, &Zone)) -> String {
    if items.is_empty() {
        return format!("Nothing in the record holds \"{words}\".\n");
    }
    let mut page: String = items.iter().map(|item| line(item, zone)).collect();
    if items.len() >= limit {
        let shown = count(items.len() as u64);
        page.push_str(&format!("\nThe newest {shown} are shown; --limit shows more.\n"));
    }
    page
}

fn line(item: &Value, zone: &Zone) -> String {
    let time = zone.short(&word(item, "at"));
    let incident = word(item, "incident");
    let postmortem = word(item, "postmortem");
    let place = match (incident.is_empty(), item.get("entry").and_then(Value::as_u64)) {
        (true, _) => word(item, "about"),
        (false, None) => incident,
        (false, Some(_)) => format!("{incident} [{}]", number(item, "entry")),
    };
    let place = if postmortem.is_empty() {
        place
    } else {
        format!("{postmortem} {}", word(item, "section")).trim_end().to_owned()
    };
    let head = format!("{time}  {place:<12} ");
    let text = if word(item, "kind") == "incident" {
        word(item, "words")
    } else {
        format!("{}: {}", word(item, "by"), word(item, "words"))
    };
    paragraph(&head, &" ".repeat(head.chars().count()), &text)
}
