//! What of the record somebody who was away has to know.

mod review;

use crate::client::{Api, ClientError};
use crate::text::fields::{is_true, raw as text};
use hw_model::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Incidents that are looked at, newest first.
const INCIDENTS_MAX: usize = 500;

/// What happened since.
#[derive(Debug, Serialize)]
pub(super) struct Gathered {
    since: String,
    /// Incidents in which something happened, or which are open; newest first.
    incidents: Vec<Value>,
    /// What came out: verdicts, effects, what was ruled out.
    learned: Vec<Line>,
    /// Decisions, and what others were told.
    decided: Vec<Line>,
    /// What somebody still has to do.
    open: Vec<Line>,
    /// Post mortems whose review is overdue, whenever something happened last in their incidents.
    reviews: Vec<Line>,
    /// Whether there are more incidents than were looked at.
    is_cut: bool,
}

/// One thing to know.
#[derive(Clone, Debug, Serialize)]
struct Line {
    incident: String,
    /// Number of the entry that says it; null if it is how the incident stands.
    entry: Option<u64>,
    at: Option<String>,
    by: Option<String>,
    words: String,
}

/// Reads it from the record.
pub(super) fn gather(
    api: &Api,
    since: &str,
    now: Option<Timestamp>,
) -> Result<Gathered, ClientError> {
    let mut gathered = Gathered {
        since: since.to_owned(),
        incidents: Vec::new(),
        learned: Vec::new(),
        decided: Vec::new(),
        open: Vec::new(),
        reviews: Vec::new(),
        is_cut: false,
    };
    let mut incidents = api.some("/api/v1/incidents?limit=500", INCIDENTS_MAX)?;
    gathered.is_cut = incidents.len() >= INCIDENTS_MAX;
    // Those whose harm goes on are told, however old they are.
    for open in api.list("/api/v1/incidents?status=open")? {
        if !incidents.iter().any(|known| text(known, "id") == text(&open, "id")) {
            incidents.push(open);
        }
    }
    for incident in incidents {
        let id = text(&incident, "id").to_owned();
        gathered.reviews.extend(now.and_then(|now| review::overdue(&incident, now)));
        let entries = api.list(&format!("/api/v1/incidents/{id}/entries"))?;
        // What was written since, of whenever it speaks.
        let is_new = |entry: &&Value| {
            text(entry, "happened_at") >= since || text(entry, "recorded_at") >= since
        };
        let new: Vec<&Value> = entries.iter().filter(is_new).collect();
        if new.is_empty() && !is_in_hand(&incident) {
            continue;
        }
        gathered.learned.extend(learned(&id, &new));
        let decided = new.iter().filter(|entry| is_decision(entry));
        gathered.decided.extend(decided.map(|entry| line(&id, entry)));
        gathered.open.extend(open(api, &id, &incident)?);
        let follow_ups = entries.iter().filter(|entry| is_follow_up(entry));
        gathered.open.extend(follow_ups.map(|entry| line(&id, entry)));
        gathered.incidents.push(incident);
    }
    Ok(gathered)
}

fn record<'a>(incident: &'a Value, key: &str) -> &'a Value {
    incident.get("record").and_then(|record| record.get(key)).unwrap_or(&Value::Null)
}

fn status(incident: &Value) -> &str {
    record(incident, "status").as_str().unwrap_or("open")
}

/// Whether people still work on it.
fn is_in_hand(incident: &Value) -> bool {
    matches!(status(incident), "triage" | "active" | "mitigated" | "open")
}

fn is_decision(entry: &Value) -> bool {
    text(entry, "source") == "person"
        && matches!(text(entry, "timeline"), "decision" | "communication")
}

fn is_follow_up(entry: &Value) -> bool {
    text(entry, "source") == "person" && text(entry, "timeline") == "follow_up"
}

fn line(incident: &str, entry: &Value) -> Line {
    Line {
        incident: incident.to_owned(),
        entry: entry.get("seq").and_then(Value::as_u64),
        at: Some(text(entry, "happened_at").to_owned()),
        by: Some(text(entry, "by").to_owned()),
        words: text(entry, "words").to_owned(),
    }
}

/// The last word on each change, attempt and origin, and what was ruled out.
fn learned(incident: &str, entries: &[&Value]) -> Vec<Line> {
    let mut last: BTreeMap<(String, String), (usize, Line)> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let (kind, value) = (text(entry, "kind"), text(entry, "value"));
        let about = match kind {
            "verdict_changed" | "effect_known" | "mitigation_checked" => text(entry, "about"),
            "origin_named" => "",
            "hypothesis_ruled_out" => text(entry, "about"),
            _ => continue,
        };
        let key = (kind.to_owned(), about.to_owned());
        if matches!(value, "undecided" | "not_implicated") {
            last.remove(&key);
        } else {
            last.insert(key, (place, line(incident, entry)));
        }
    }
    let mut lines: Vec<(usize, Line)> = last.into_values().collect();
    lines.sort_by_key(|(place, _)| *place);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What somebody still has to do.
fn open(api: &Api, id: &str, incident: &Value) -> Result<Vec<Line>, ClientError> {
    let stands =
        |words: String| Line { incident: id.to_owned(), entry: None, at: None, by: None, words };
    let mut lines = Vec::new();
    if is_in_hand(incident) {
        let roles = record(incident, "roles").as_array().map_or(&[][..], Vec::as_slice);
        let lead = roles.iter().find(|held| text(held, "role") == "lead");
        let lead = lead.map_or("nobody leads it".to_owned(), |lead| {
            format!("{} leads it", text(lead, "person"))
        });
        lines.push(stands(format!("it is {}; {lead}", status(incident))));
    }
    let waiting = record(incident, "waiting");
    if !waiting.is_null() && is_in_hand(incident) {
        let is_over = is_true(waiting, "is_over");
        let lead = if is_over { "somebody has to look, waited until" } else { "waiting until" };
        let words = format!("{lead} {}: {}", text(waiting, "until"), text(waiting, "condition"));
        lines.push(stands(words));
    }
    let is_overdue = record(incident, "is_update_overdue").as_bool() == Some(true);
    if let Some(due) = record(incident, "next_update_due").as_str().filter(|_| is_overdue) {
        lines.push(stands(format!("a word was promised by {due} and has not come")));
    }
    let again = incident.get("redeploy").and_then(Value::as_array);
    for change in again.into_iter().flatten().filter_map(Value::as_str) {
        let change: Value = api.get(&format!("/api/v1/changes/{change}"))?;
        let version = |key: &str| change.get(key).and_then(Value::as_str);
        let versions = (version("from_version"), version("to_version"));
        let name = hw_api::change_name(text(&change, "kind"), text(&change, "service"), versions);
        lines.push(stands(format!(
            "{name} was taken back and is innocent: it can be deployed again"
        )));
    }
    Ok(lines)
}
