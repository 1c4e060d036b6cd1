//! Action items, as who has to do them reads them: what, until when, and how it is known that it is done.

use super::fields::{number, word};
use super::paragraph;
use super::timeline::Zone;
use hw_model::Timestamp;
use serde_json::Value;

/// One paragraph for each item.
pub(crate) fn page(
    items: &[Value],
    (now, zone): (Option<Timestamp>, &Zone),
    state: &str,
) -> String {
    if items.is_empty() {
        return match state {
            "all" => "No action item.\n".to_owned(),
            state => format!("No action item is {state}.\n"),
        };
    }
    items.iter().map(|item| one(item, (now, zone))).collect()
}

fn one(item: &Value, (now, zone): (Option<Timestamp>, &Zone)) -> String {
    let (id, owner, kind) = (word(item, "id"), word(item, "owner"), word(item, "kind"));
    let due = word(item, "due");
    let standing = match word(item, "state").as_str() {
        "open" => {
            let day = zone.parts(&due).0;
            let late = hw_api::instant(&due).zip(now).and_then(|(due, now)| late_days(due, now));
            let late = late.map_or_else(String::new, |days| format!(", LATE by {days}"));
            format!("until {day}{late}")
        }
        state => format!("{state} on {}", zone.parts(&word(item, "ended_at")).0),
    };
    let head = format!("{id:<12} {kind}, {owner}, {standing}: ");
    let indent = " ".repeat(13);
    let mut page = paragraph(&head, &indent, &word(item, "text"));
    let because = word(item, "because");
    let (name, text) = if because.is_empty() {
        ("done when: ", word(item, "done_when"))
    } else {
        ("because: ", because)
    };
    page.push_str(&paragraph(&format!("{indent}{name}"), &indent, &text));
    let url = word(item, "url");
    if !url.is_empty() {
        page.push_str(&paragraph(&format!("{indent}at "), &indent, &url));
    }
    let trouble = word(item, "tracker_trouble");
    if !trouble.is_empty() {
        page.push_str(&paragraph(&indent, &indent, &trouble));
    }
    let nudges = number(item, "nudges");
    if nudges > 0 && word(item, "state") == "open" {
        let times = if nudges == 1 { "once".to_owned() } else { format!("{nudges} times") };
        page.push_str(&paragraph(&indent, &indent, &format!("{owner} was reminded {times}")));
    }
    page
}

/// How late it is: `3 days`. `None` if it is not.
fn late_days(due: Timestamp, now: Timestamp) -> Option<String> {
    let late_s = now.seconds_since(due);
    let days = (late_s / 86_400.0).floor();
    match days {
        _ if late_s <= 0.0 => None,
        days if days < 1.0 => Some("less than a day".to_owned()),
        days if days < 2.0 => Some("a day".to_owned()),
        days => Some(format!("{days:.0} days")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_late_is_said() {
        let item = json!({
            "id": "INC-1-A2", "kind": "detect", "owner": "lea", "due": "2026-11-22T23:59:59.000Z",
            "state": "open", "text": "add an alert", "done_when": "it fires", "nudges": 1,
        });
        let zone: Zone = "UTC".parse().unwrap();
        let now = hw_api::instant("2026-11-25T23:59:59Z");
        let page = page(std::slice::from_ref(&item), (now, &zone), "open");
        assert!(page.starts_with("INC-1-A2     detect, lea, until "), "{page}");
        assert!(page.contains("LATE by 3 days"), "{page}");
        assert!(page.contains("done when: it fires\n"), "{page}");
        assert!(page.contains("lea was reminded once\n"), "{page}");
    }
}
