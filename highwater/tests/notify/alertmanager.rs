//! The Alertmanager of Debian shows an alert that fires, and its end.

use super::{Sink, Taken, open, say, started, status, with_settings};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian puts it.
const PROGRAM: &str = "prometheus-alertmanager";

/// Ends it with the test.
struct Alertmanager {
    process: Child,
    address: SocketAddr,
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Alertmanager {
    /// One that tells the sink of what it was told; `None` if it is not installed.
    fn start(folder: &Path, sink: &Sink) -> Option<Self> {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let file = folder.join("alertmanager.yml");
        let settings = format!(
            "route:\n  receiver: sink\n  group_by: [incident]\n  group_wait: 1s\n  \
             group_interval: 1s\n  repeat_interval: 1h\nreceivers:\n- name: sink\n  \
             webhook_configs:\n  - url: http://{}/am\n    send_resolved: true\n",
            sink.address
        );
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg(format!("--config.file={}", file.display()));
        command.arg(format!("--storage.path={}", folder.join("alertmanager").display()));
        command.arg(format!("--web.listen-address={address}"));
        command.arg("--cluster.listen-address=");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = match command.spawn() {
            Ok(process) => process,
            Err(error) => {
                let why = format!("{PROGRAM} cannot be started: {error}");
                assert!(std::env::var_os("HIGHWATER_DEMAND_ALL").is_none(), "{why}");
                say(&format!("SKIPPED, no Alertmanager was told. {why}"));
                say("Install it: apt-get install prometheus-alertmanager");
                return None;
            }
        };
        let started = Self { process, address };
        let began = Instant::now();
        while started.ask("/-/ready").is_none() {
            assert!(began.elapsed() < Duration::from_secs(60), "Alertmanager does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(started)
    }

    /// The body of an answer with 200.
    fn ask(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let head = format!("GET {path} HTTP/1.0\r\nhost: {}\r\n\r\n", self.address);
        stream.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.contains(" 200 ").then(|| body.to_owned())
    }

    /// Alerts that burn.
    fn alerts(&self) -> Vec<Value> {
        let body = self.ask("/api/v2/alerts?active=true").unwrap();
        serde_json::from_str(&body).unwrap()
    }

    fn wait_for(&self, what: &str, n: usize) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let alerts = self.alerts();
            if alerts.len() == n {
                return alerts;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: {alerts:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn real_alertmanager_shows_an_incident_firing_resolved_and_firing_again() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start());
    let Some(alertmanager) = Alertmanager::start(folder.path(), &sink) else { return };
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
    let Some(alertmanager) = Alertmanager::start(folder.path(), &sink) else { return };
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
