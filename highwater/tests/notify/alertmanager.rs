//! The Alertmanager of Debian shows an alert that fires, and its end.

use super::program::Alertmanager;
use super::{Sink, Taken, open, started, status};
use serde_json::Value;

#[test]
fn real_alertmanager_shows_an_incident_firing_resolved_and_firing_again() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start());
    let Some(alertmanager) = Alertmanager::start(folder.path(), &receiver(&sink)) else { return };
    let at = alertmanager.address;
    let settings = format!(
        "[[receivers]]\nname = \"alerts\"\nkind = \"alertmanager\"\nurl = \"http://{at}\"\n\
         allow_private = [\"{at}\"]\n"
    );
    let server = started(folder.path(), &settings);
    let id = open(&server, "o", "the gate lets \"everything\" pass {{ .Labels }}");
    let burning = alertmanager.wait_for("it fires", 1);
    let labels = &burning[0]["labels"];
    assert_eq!(
        (&labels["alertname"], &labels["incident"]),
        (&"HighwaterIncident".into(), &Value::from(id.as_str()))
    );
    let summary = &burning[0]["annotations"]["summary"];
    assert_eq!(summary, "the gate lets \"everything\" pass {{ .Labels }}");
    // Alertmanager tells of an end only where it told of the beginning.
    sink.wait("it fires", |taken| is_last(taken, "firing"));
    status(&server, &id, "mitigated");
    alertmanager.wait_for("it is over", 0);
    sink.wait("it is over", |taken| is_last(taken, "resolved"));
    status(&server, &id, "active");
    let again = alertmanager.wait_for("it fires again", 1);
    sink.wait("it fires again", |taken| is_last(taken, "firing"));
    assert_eq!(again[0]["labels"], *labels, "it is the same alert");
    status(&server, &id, "resolved");
    alertmanager.wait_for("it is over for good", 0);
    let told = sink.wait("its end", |taken| is_last(taken, "resolved"));
    assert_eq!(told[0].body["alerts"][0]["labels"]["incident"], Value::from(id));
}

fn is_last(taken: &[Taken], status: &str) -> bool {
    taken.last().is_some_and(|taken| taken.body["status"] == status)
}

/// Whom it tells.
fn receiver(sink: &Sink) -> String {
    format!("url: http://{}/am", sink.address)
}
