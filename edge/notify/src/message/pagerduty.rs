//! For PagerDuty: trigger and resolve of the Events API v2, one `dedup_key` per thread.

use hw_incident::SeverityLevel;
use serde_json::{Value, json};

use super::{Plain, Request, rfc3339};
use crate::notice::{Kind, Notice};
use crate::plain_text::identifier;
use crate::secret::Secret;

pub(super) fn request(url: &str, routing_key: &Secret, notice: &Notice) -> Result<Request, String> {
    let action = match notice.kind {
        Kind::Firing | Kind::Update => "trigger",
        Kind::Resolved => "resolve",
        Kind::Test => return Err("would wake somebody for a test; ask with a probe".to_owned()),
    };
    let mut event = json!({
        "routing_key": routing_key.expose(),
        "event_action": action,
        "dedup_key": identifier(&notice.thread),
    });
    if let (true, Some(event)) = (action == "trigger", event.as_object_mut()) {
        let plain = Plain::of(notice);
        event.insert("client".to_owned(), json!("Highwater"));
        if let Some(link) = plain.link {
            event.insert("client_url".to_owned(), json!(link));
            event.insert("links".to_owned(), json!([{"href": link, "text": "Open in Highwater"}]));
        }
        event.insert("payload".to_owned(), payload(notice, plain));
    }
    Ok(Request::json(&Secret::new(url), &event))
}

fn payload(notice: &Notice, plain: Plain<'_>) -> Value {
    // If unsure, it is treated as the higher one.
    let severity = match notice.severity {
        Some(SeverityLevel::Sev1) => "critical",
        Some(SeverityLevel::Sev2) | None => "error",
        Some(SeverityLevel::Sev3) => "warning",
        Some(SeverityLevel::Sev4 | SeverityLevel::Sev5) => "info",
    };
    let lines = plain.lines();
    let named = |name: String, other: &str| if name.is_empty() { other.to_owned() } else { name };
    let labels: std::collections::BTreeMap<String, String> = plain.labels.into_iter().collect();
    json!({
        "summary": named(plain.title, &plain.thread),
        "source": named(plain.service.clone(), "highwater"),
        "component": named(plain.service, "highwater"),
        "severity": severity,
        "timestamp": rfc3339(notice.started_at),
        "custom_details": {"lines": lines.join("\n"), "labels": labels},
    })
}
