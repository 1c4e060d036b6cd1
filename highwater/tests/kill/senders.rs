//! Processes that send with Python's exporters until they are told to stop.

use crate::slow_network::slow_way_to;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Operations of each service; each batch has one entry of each (`sender.py`).
pub(crate) const OPERATIONS: usize = 10;

/// What was acknowledged: batches by service and number of the window.
pub(crate) type Acknowledged = BTreeMap<(String, i64), u64>;

/// Senders at work.
pub(crate) struct Senders(Vec<Child>);

impl Senders {
    pub(crate) fn start(python: &Path, http: SocketAddr, grpc: SocketAddr) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kill/sender.py");
        let start = |(protocol, address): (&str, SocketAddr)| {
            let mut command = Command::new(python);
            let slow = slow_way_to(address).to_string();
            command.arg(&script).args([protocol, &address.to_string(), &slow]);
            command.arg(format!("by {protocol}"));
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
        };
        Self([("http", http), ("grpc", grpc)].map(start).into())
    }

    /// Has them finish what they began. Returns what was acknowledged, and how many tries it took.
    pub(crate) fn finish(mut self) -> (Acknowledged, u64) {
        self.0.iter_mut().for_each(|sender| drop(sender.stdin.take()));
        let (mut acknowledged, mut tries) = (Acknowledged::new(), 0);
        for sender in std::mem::take(&mut self.0) {
            let ended = sender.wait_with_output().unwrap();
            assert!(ended.status.success(), "a sender ended with {}", ended.status);
            let said: Value = serde_json::from_slice(&ended.stdout).unwrap();
            tries += said["tries"].as_u64().unwrap();
            for window in said["windows"].as_array().unwrap() {
                let service = said["service"].as_str().unwrap().to_owned();
                let at = window[0].as_i64().unwrap();
                acknowledged.insert((service, at), window[1].as_u64().unwrap());
            }
        }
        (acknowledged, tries)
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        for sender in &mut self.0 {
            drop(sender.kill());
            drop(sender.wait());
        }
    }
}
