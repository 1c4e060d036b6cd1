//! For Alertmanager: one alert per thread, all of a batch in one request.
//!
//! An alert is known by its labels, so these hold only what stays the same over the life of a
//! thread; severity and title are annotations. To route by severity, the settings put a label of
//! that name into the notices of a thread, from the first to the last. A firing alert ends in a few
//! minutes unless it is sent again: if Highwater dies, its alerts end by themselves.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Plain, Request, rfc3339};
use crate::notice::{Kind, Notice};
use crate::secret::Secret;

/// The `alertname` of our own alerts.
pub const OWN_ALERT: &str = "HighwaterIncident";

/// How long an alert burns without being sent again: four times the minute between two sendings.
const BURNS_FOR_NANOS: i64 = 240 * 1_000_000_000;

pub(super) fn request(
    url: &Secret,
    authorization: Option<&Secret>,
    notices: &[Notice],
    now: i64,
) -> Result<Request, String> {
    if notices.iter().any(|notice| notice.kind == Kind::Test) {
        return Err("would show a test to whoever is on call; ask with a probe".to_owned());
    }
    let alerts: Vec<Value> = notices.iter().map(|notice| alert(notice, now)).collect();
    let url = below(url, "/api/v2/alerts");
    let mut request = Request::json(&url, &Value::Array(alerts));
    if let Some(value) = authorization {
        request.headers.push(("authorization", value.expose().to_owned()));
    }
    Ok(request)
}

/// An address below the root of an Alertmanager.
pub(crate) fn below(root: &Secret, path: &str) -> Secret {
    Secret::new(format!("{}{path}", root.expose().trim_end_matches('/')))
}

fn alert(notice: &Notice, now: i64) -> Value {
    let plain = Plain::of(notice);
    let lines = plain.lines();
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in plain.labels {
        labels.insert(label_name(&name), value);
    }
    labels.insert("alertname".to_owned(), OWN_ALERT.to_owned());
    labels.insert("incident".to_owned(), plain.thread);
    labels.insert("service".to_owned(), plain.service);
    labels.retain(|_, value| !value.is_empty());
    let mut annotations = BTreeMap::from([
        ("summary", plain.title),
        ("description", lines.join("\n")),
        ("severity", plain.severity.unwrap_or_default().to_owned()),
    ]);
    annotations.retain(|_, value| !value.is_empty());
    let starts_at = notice.started_at.min(now);
    let ends_at = match notice.kind {
        // An end must not lie before the start, nor in the future.
        Kind::Resolved => notice.ended_at.unwrap_or(notice.at).clamp(starts_at, now),
        Kind::Firing | Kind::Update | Kind::Test => now.saturating_add(BURNS_FOR_NANOS),
    };
    let mut alert = json!({
        "labels": labels,
        "annotations": annotations,
        "startsAt": rfc3339(starts_at),
        "endsAt": rfc3339(ends_at),
    });
    if let (Some(link), Some(alert)) = (plain.link, alert.as_object_mut()) {
        alert.insert("generatorURL".to_owned(), json!(link));
    }
    alert
}

/// A name Prometheus takes: letters, digits and `_`, no digit first.
fn label_name(name: &str) -> String {
    let mut out: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    // Names that begin with two underscores are Prometheus' own.
    if out.starts_with("__") { format!("label{out}") } else { out }
}
