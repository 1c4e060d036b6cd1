//! The Alertmanager of Debian shows an alert that fires, and its end.

use super::{Sink, Taken, open, say, started, status};
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
