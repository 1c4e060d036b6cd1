//! Post mortems whose review is overdue.

use super::{Line, record, status};
use crate::text::fields::raw as text;
use hw_api::{instant, rfc3339};
use hw_incident::{SeverityLevel, Times, review_due};
use hw_model::Timestamp;
use serde_json::Value;

/// That the review of an incident was due before now, and is not at its end.
pub(super) fn overdue(incident: &Value, now: Timestamp) -> Option<Line> {
    if !matches!(status(incident), "mitigated" | "resolved" | "closed") {
        return None;
    }
    let state = record(incident, "review").get("status").and_then(Value::as_str);
    let state = state.unwrap_or("draft");
    if !matches!(state, "draft" | "in_review") {
        return None;
    }
    let time = |key: &str| instant(text(record(incident, "times"), key));
    let (mitigated, resolved) = (time("mitigated_at"), time("resolved_at"));
    let times = Times { mitigated, resolved, ..Times::default() };
    let severity = record(incident, "severity").as_str().and_then(SeverityLevel::from_word);
    let due = review_due(severity, &times).filter(|due| *due <= now)?;
    let roles = record(incident, "roles").as_array().map_or(&[][..], Vec::as_slice);
    let lead = roles.iter().find(|held| text(held, "role") == "lead");
    let lead = lead.map_or("nobody leads the incident".to_owned(), |lead| {
        format!("{} leads the incident", text(lead, "person"))
    });
    let day = rfc3339(due);
    let day = day.split('T').next().unwrap_or_default();
    let state = state.replace('_', " ");
    Some(Line {
        incident: text(incident, "id").to_owned(),
        entry: None,
        at: Some(rfc3339(due)),
        by: None,
        words: format!("its post mortem was due on {day}, and is: {state}; {lead}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reviews_are_overdue_from_their_date_until_somebody_has_read_them() {
        let incident = |severity: &str, review: Value| {
            json!({"id": "INC-3", "record": {
                "status": "resolved", "severity": severity, "review": review,
                "times": {"mitigated_at": null, "resolved_at": "2026-11-02T10:00:00.000Z"},
                "roles": [{"role": "lead", "person": "Lea"}],
            }})
        };
        let words = |incident: &Value, now: &str| {
            overdue(incident, instant(now).unwrap()).map(|line| line.words)
        };
        let urgent = incident("SEV1", Value::Null);
        assert_eq!(words(&urgent, "2026-11-05T09:59:59Z"), None);
        assert_eq!(
            words(&urgent, "2026-11-05T10:00:00Z").unwrap(),
            "its post mortem was due on 2026-11-05, and is: draft; Lea leads the incident"
        );
        let later = "2026-12-24T00:00:00Z";
        let read = |status: &str| incident("SEV1", json!({"status": status}));
        assert!(words(&read("in_review"), later).unwrap().contains("is: in review"));
        assert_eq!(words(&read("reviewed"), later), None);
        assert_eq!(words(&incident("SEV5", Value::Null), later), None);
    }
}
