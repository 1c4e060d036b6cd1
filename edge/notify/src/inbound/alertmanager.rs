//! What Alertmanager posts to a webhook, version 4 of its payload.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::inbound::Refusal;

/// Alerts of one payload that are taken.
const ALERTS_MAX: usize = 1000;

/// What is said of other JSON.
const NO_PAYLOAD: Refusal = Refusal::NotUnderstood(
    "the body is no payload of Alertmanager's webhook: it has version, groupKey and alerts, and each \
     alert has status, labels and startsAt",
);

/// Whether an alert burns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertStatus {
    /// It burns.
    Firing,
    /// It is over.
    Resolved,
}

/// One alert. Instants are nanoseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Whether it burns.
    pub status: AlertStatus,
    /// What it is known by.
    pub labels: BTreeMap<String, String>,
    /// What people wrote about it.
    pub annotations: BTreeMap<String, String>,
    /// When it began.
    pub starts_at: i64,
    /// When it ended; `None` while it burns.
    pub ends_at: Option<i64>,
    /// Where it comes from, if that was said.
    pub generator_url: String,
    /// Alertmanager's own name for it.
    pub fingerprint: String,
}

/// All alerts of one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertGroup {
    /// Alertmanager's key of the group.
    pub group_key: String,
    /// The receiver in Alertmanager's settings.
    pub receiver: String,
    /// The alerts.
    pub alerts: Vec<Alert>,
    /// Alerts that were not sent, or not taken, because there were too many.
    pub n_left_out: u64,
}

#[derive(Deserialize)]
struct Payload {
    version: String,
    #[serde(rename = "groupKey", default)]
    group_key: String,
    #[serde(default)]
    receiver: String,
    #[serde(rename = "truncatedAlerts", default)]
    truncated_alerts: u64,
    alerts: Vec<PayloadAlert>,
}

#[derive(Deserialize)]
struct PayloadAlert {
    status: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    #[serde(rename = "startsAt")]
    starts_at: String,
    #[serde(rename = "endsAt", default)]
    ends_at: String,
    #[serde(rename = "generatorURL", default)]
    generator_url: String,
    #[serde(default)]
    fingerprint: String,
}

impl AlertGroup {
    /// Reads a payload. Whole or not at all: an alert that cannot be read refuses the others too.
    ///
    /// # Errors
    /// If it is no payload of version 4.
    pub fn of(payload: serde_json::Value) -> Result<Self, Refusal> {
        let payload: Payload = serde_json::from_value(payload).map_err(|_| NO_PAYLOAD)?;
        payload.read()
    }
}

impl Payload {
    fn read(self) -> Result<AlertGroup, Refusal> {
        if self.version != "4" {
            return Err(Refusal::NotUnderstood("the payload's version is not 4"));
        }
        let n_beyond = self.alerts.len().saturating_sub(ALERTS_MAX);
        let alerts = self.alerts.into_iter().take(ALERTS_MAX).map(alert);
        Ok(AlertGroup {
            group_key: self.group_key,
            receiver: self.receiver,
            alerts: alerts.collect::<Result<_, _>>()?,
            n_left_out: self
                .truncated_alerts
                .saturating_add(u64::try_from(n_beyond).unwrap_or(u64::MAX)),
        })
    }
}

fn alert(alert: PayloadAlert) -> Result<Alert, Refusal> {
    let status = match alert.status.as_str() {
        "firing" => AlertStatus::Firing,
        "resolved" => AlertStatus::Resolved,
        _ => return Err(Refusal::NotUnderstood("an alert is neither firing nor resolved")),
    };
    let starts_at = instant(&alert.starts_at)
        .ok_or(Refusal::NotUnderstood("an alert has no startsAt in RFC 3339"))?;
    let ends_at = match status {
        AlertStatus::Firing => None,
        AlertStatus::Resolved => Some(
            instant(&alert.ends_at)
                .ok_or(Refusal::NotUnderstood("a resolved alert has no endsAt in RFC 3339"))?,
        ),
    };
    Ok(Alert {
        status,
        labels: alert.labels,
        annotations: alert.annotations,
        starts_at,
        ends_at,
        generator_url: alert.generator_url,
        fingerprint: alert.fingerprint,
    })
}

/// Nanoseconds since the epoch; years that do not fit are no instant (Go writes year 1 for none).
fn instant(text: &str) -> Option<i64> {
    let instant: Timestamp = text.parse().ok()?;
    i64::try_from(instant.as_nanosecond()).ok()
}
