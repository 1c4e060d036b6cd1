//! A real mail server, aiosmtpd from PyPI, gets the messages.

use super::python::python;
use super::{say, started};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Ends it with the test.
struct Sink(Child);

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn real_mail_server_gets_a_thread_per_incident() {
    let python = match python() {
        Ok(python) => python,
        Err(why) if std::env::var_os("HIGHWATER_DEMAND_ALL").is_some() => panic!("{why}"),
        Err(why) => {
            say(&format!("SKIPPED, no mail was sent. {why}"));
            say("It needs python3 with venv, and PyPI for aiosmtpd.");
            return;
        }
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notify/mail_server.py");
    let mut process = Command::new(python).arg(script).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let _sink = Sink(process);
    let (tell, hear) = mpsc::channel();
    std::thread::spawn(move || {
        lines.map_while(Result::ok).for_each(|line| drop(tell.send(line)));
    });
    let next = || -> Value {
        let line = hear.recv_timeout(Duration::from_secs(120)).expect("a mail comes");
        serde_json::from_str(&line).unwrap()
    };
    let port = next()["port"].as_u64().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "[[receivers]]\nname = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {port}\n\
         security = \"plain\"\nfrom = \"highwater@example.com\"\n\
         to = [\"oncall@example.com\", \"lead@example.com\"]\nallow_private = [\"127.0.0.1:{port}\"]\n"
    );
    let server = started(folder.path(), &settings);
    let id = server.open_incident("o", "die Prüfung läßt alles durch \u{2013} <b>alles</b>");
    let first = next();
    assert_eq!(first["to"], serde_json::json!(["oncall@example.com", "lead@example.com"]));
    let subject = first["subject"].as_str().unwrap();
    assert!(subject.contains(&id) && subject.contains("die Prüfung läßt"), "{subject}");
    assert!(first["text"].as_str().unwrap().contains("Anna: declared: die Prüfung"), "{first}");
    // People get one mail of an incident in five minutes, and no two within half a minute.
    let other = server.open_incident("o2", "another");
    let second = next();
    assert!(second["subject"].as_str().unwrap().contains(&other), "{second}");
    assert_ne!(second["message_id"], first["message_id"]);
    assert!(first["references"].is_string());
    assert_ne!(second["references"], first["references"], "each incident is a thread of its own");
}
