//! For programs: JSON in the shape of the Standard Webhooks, signed with every key there is.

use serde_json::json;

use super::{Plain, Request, rfc3339};
use crate::notice::{Kind, Notice};
use crate::plain_text::identifier;
use crate::secret::Secret;
use crate::signature::{standard_key, standard_message, standard_signature};

/// The request; the key of the notice is the message's id, so that a retry is seen as one.
pub(super) fn request(
    url: &Secret,
    secrets: &[Secret],
    notice: &Notice,
    now: i64,
) -> Result<Request, String> {
    let body = body(notice).to_string();
    let id = identifier(&notice.key);
    let timestamp = now.div_euclid(1_000_000_000).to_string();
    let message = standard_message(&id, &timestamp, body.as_bytes());
    let mut signatures = Vec::new();
    for secret in secrets {
        signatures.push(standard_signature(&standard_key(secret.expose())?, &message));
    }
    if signatures.is_empty() {
        return Err("has no signing key".to_owned());
    }
    Ok(Request {
        method: super::Method::Post,
        url: url.clone(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signatures.join(" ")),
        ],
        body: body.into_bytes(),
    })
}

fn body(notice: &Notice) -> serde_json::Value {
    let plain = Plain::of(notice);
    let lines = plain.lines();
    let name = match notice.kind {
        Kind::Firing => "incident.declared",
        Kind::Update => "incident.updated",
        Kind::Resolved => "incident.resolved",
        Kind::Test => "webhook.test",
    };
    let labels: std::collections::BTreeMap<String, String> = plain.labels.into_iter().collect();
    json!({
        "type": name,
        "timestamp": rfc3339(notice.at),
        "data": {
            "thread": plain.thread,
            "status": notice.kind.word(),
            "title": plain.title,
            "severity": plain.severity,
            "lines": lines,
            "service": plain.service,
            "labels": labels,
            "started_at": rfc3339(notice.started_at),
            "at": rfc3339(notice.at),
            "ended_at": notice.ended_at.map(rfc3339),
            "link": plain.link,
            "folded": notice.folded,
        },
    })
}
