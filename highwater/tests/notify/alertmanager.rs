//! The Alertmanager of Debian shows an alert that fires, and its end.

use super::program::Alertmanager;
use super::{Sink, Taken, started, status, with_settings};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

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
    let id = server.open_incident("o", "the gate lets \"everything\" pass {{ .Labels }}");
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

/// The recording of `sim/scenarios/005-restart-relapse.txt`, in a folder.
fn recorded(folder: &Path) -> Vec<String> {
    let name = "sim/scenarios/005-restart-relapse.txt";
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    let script = std::fs::read_to_string(script).unwrap();
    let recorded = hw_sim::record(&hw_sim::World::from_script(name, &script).unwrap());
    let files = [("traces.jsonl", &recorded.traces), ("logs.jsonl", &recorded.logs)];
    let written = files.map(|(name, lines)| {
        let file = folder.join(name);
        std::fs::write(&file, lines).unwrap();
        file.display().to_string()
    });
    written.into()
}

/// Figures, not people, open it, end it, and open it again: it is one incident, and one alert.
#[test]
fn what_a_restart_stopped_fires_the_same_alert_when_it_comes_back() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start());
    let Some(alertmanager) = Alertmanager::start(folder.path(), &receiver(&sink)) else { return };
    let at = alertmanager.address;
    let settings = format!(
        "[[receivers]]\nname = \"alerts\"\nkind = \"alertmanager\"\nurl = \"http://{at}\"\n\
         allow_private = [\"{at}\"]\n"
    );
    let mut server = with_settings(folder.path(), &settings);
    server.clock = "data";
    server.start();
    server.wait_until_ready();
    let files = recorded(folder.path());
    let mut from = None;
    let mut import = |to: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.arg("import").args(&files).args(["--to", to]);
        command.args(from.replace(to.to_owned()).map(|from| format!("--from={from}")));
        command.env("HIGHWATER_OTLP_HTTP", server.http.to_string());
        command.env("HIGHWATER_LISTEN", server.api.to_string());
        let said = command.output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    };
    import("2026-11-23T06:14:00Z");
    let burning = alertmanager.wait_for("it fires", 1);
    let labels = burning[0]["labels"].clone();
    assert_eq!((&labels["incident"], &labels["service"]), (&"INC-1".into(), &"eligibility".into()));
    import("2026-11-23T06:18:30Z");
    alertmanager.wait_for("the restart helped", 0);
    let (_, incident) = server.get("/api/v1/incidents/1");
    assert_eq!(incident["record"]["status"], "mitigated", "{incident}");
    import("2026-11-23T06:24:00Z");
    let again = alertmanager.wait_for("it is back", 1);
    assert_eq!(again[0]["labels"], labels, "it is the same alert");
    let (_, incident) = server.get("/api/v1/incidents/1");
    assert_eq!(incident["record"]["status"], "active", "{incident}");
    import("2026-11-23T06:31:00Z");
    alertmanager.wait_for("the second restart helped", 0);
    let (_, incidents) = server.get("/api/v1/incidents");
    assert_eq!(incidents["items"].as_array().unwrap().len(), 1, "{incidents}");
    let (_, entries) = server.get("/api/v1/incidents/1/entries");
    let back = "active: it is back";
    assert!(entries.to_string().contains(back), "{entries:#}");
}
