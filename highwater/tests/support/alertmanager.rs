//! The Alertmanager of Debian, where it is installed.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian puts it.
const PROGRAM: &str = "prometheus-alertmanager";

/// Ends it with the test.
pub(crate) struct Alertmanager {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Alertmanager {
    /// One that tells a webhook of what it was told; `None` if it is not installed. `webhook` has the
    /// keys of the webhook, indented as the first one is.
    pub(crate) fn start(folder: &Path, webhook: &str) -> Option<Self> {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let file = folder.join("alertmanager.yml");
        let settings = format!(
            "route:\n  receiver: sink\n  group_by: [incident, alertname]\n  group_wait: 1s\n  \
             group_interval: 1s\n  repeat_interval: 1h\nreceivers:\n- name: sink\n  \
             webhook_configs:\n  - {webhook}\n    send_resolved: true\n"
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
        self.exchange("GET", path, "")
    }

    /// Tells it of alerts.
    pub(crate) fn tell(&self, alerts: &Value) {
        self.exchange("POST", "/api/v2/alerts", &alerts.to_string()).expect("it takes alerts");
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        let head = format!(
            "{method} {path} HTTP/1.0\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
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

    pub(crate) fn wait_for(&self, what: &str, n: usize) -> Vec<Value> {
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

/// Prints a line, also where the output of tests that pass is not shown.
fn say(line: &str) {
    // Nobody is left to read it if this fails.
    drop(writeln!(std::io::stderr(), "alertmanager: {line}"));
}
