//! The recording of the story through a running server: what it says is what `analyze` says, also if
//! it is stopped meanwhile; and what keeps a server from running is said clearly.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/recording.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod recording;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use recording::{How, analysed, file, traces};
use serde_json::{Value, json};
use server::Server;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(240);

/// What matters of incidents and changes: times at which something became known are left out, as
/// they depend on how records come.
fn verdicts(incidents: &Value, changes: &Value) -> Value {
    let pick = |of: &Value, keys: &[&str]| -> Value {
        keys.iter()
            .map(|key| ((*key).to_owned(), of[*key].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let each = |list: &Value, keys: &[&str]| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|item| pick(item, keys)).collect()
    };
    let incident = |incident: &Value| {
        json!({
            "title": incident["title"],
            "started_at": incident["started_at"],
            "ended_at": incident["ended_at"],
            "origins": each(&incident["origins"], &["rank", "service", "hop"]),
            "cleared": each(&incident["cleared"], &["service"]),
            "changes": each(&incident["changes"], &["change", "verdict"]),
            "mitigations": each(&incident["mitigations"], &["change", "effect"]),
            "redeploy": incident["redeploy"],
        })
    };
    let incidents: Vec<Value> = incidents.as_array().unwrap().iter().map(incident).collect();
    let keys =
        ["id", "kind", "service", "from_version", "to_version", "at", "reverses", "redeploy_of"];
    json!({ "incidents": incidents, "changes": each(changes, &keys) })
}

/// What the API says of a list, oldest first.
fn listed(server: &Server, path: &str) -> Value {
    let (status, page) = server.get(path);
    assert_eq!((status, &page["next"]), (200, &Value::Null), "{page}");
    let mut items = page["items"].as_array().unwrap().clone();
    items.reverse();
    items.into()
}

fn import(server: &Server) -> Child {
    Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["import", "--otlp-http", &server.http.to_string()])
        .args([file("traces.jsonl.zst"), file("logs.jsonl.zst")])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the server says this: it looks again once nothing comes for some seconds.
fn assert_comes_to(server: &Server, expect: &Value) {
    let said =
        || verdicts(&listed(server, "/api/v1/incidents"), &listed(server, "/api/v1/changes"));
    let began = Instant::now();
    while said() != *expect && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(said(), *expect);
}

/// What was found, in order and in words; verdicts are as many as there were looks.
fn facts(server: &Server) -> Vec<Value> {
    let page = server.get("/api/v1/incidents/1/entries?limit=200").1;
    let entries = page["items"].as_array().unwrap().iter();
    let is_fact = |entry: &&Value| {
        ["shift_detected", "shift_ended", "incident_ended"]
            .contains(&entry["kind"].as_str().unwrap())
    };
    entries.filter(is_fact).map(|entry| entry["words"].clone()).collect()
}

/// Waits until all that was acknowledged is counted.
fn settle(server: &Server) {
    let began = Instant::now();
    while server.get("/readyz").0 != 200 || behind(server) > 0 {
        assert!(began.elapsed() < PATIENCE, "{}", server.get("/readyz").1);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn behind(server: &Server) -> u64 {
    figure(server, "highwater_engine_behind_batches")
}

/// A figure of `/metrics` without labels.
fn figure(server: &Server, name: &str) -> u64 {
    let (_, page) = server.get("/metrics");
    let line = page.as_str().unwrap().lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {page}")).trim().parse().unwrap()
}

#[test]
fn recording_through_the_receiver_says_what_analyze_says_and_a_stop_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut calm = Server::new(&folder.path().join("calm"));
    std::fs::create_dir(folder.path().join("calm")).unwrap();
    calm.start();
    calm.wait_until_ready();
    let said = import(&calm).wait_with_output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    settle(&calm);
    let expect = analysed(traces().to_vec(), How::default());
    let expect = verdicts(&expect["incidents"], &expect["changes"]);
    assert_comes_to(&calm, &expect);
    assert_eq!(folded(&calm), 132_104);

    let mut stopped = Server::new(&folder.path().join("stopped"));
    std::fs::create_dir(folder.path().join("stopped")).unwrap();
    stopped.start();
    stopped.wait_until_ready();
    let import = import(&stopped);
    for spans in [40_000, 80_000] {
        let began = Instant::now();
        while folded(&stopped) < spans {
            assert!(began.elapsed() < PATIENCE, "import does not go on");
            std::thread::sleep(Duration::from_millis(5));
        }
        stopped.ask_to_end();
        stopped.wait_for_end();
        stopped.start();
        stopped.wait_until_ready();
    }
    let said = import.wait_with_output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    settle(&stopped);
    assert_comes_to(&stopped, &expect);
    assert_eq!(facts(&stopped), facts(&calm), "what was said, entry by entry");
    assert_eq!(folded(&stopped), 132_104);
}

#[test]
fn recording_from_a_sender_of_its_own_says_what_analyze_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    let example = |name: &str| {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../examples/gate-always-open")
            .join(name)
    };
    let files = [example("logs.jsonl.zst"), example("traces.jsonl.zst")];
    for request in hw_ingest::Requests::read(&files, &hw_ingest::Progress::new()).unwrap() {
        let hw_ingest::RecordedRequest { signal, body, .. } = request.unwrap();
        let path = if signal == hw_ingest::Signal::Logs { "/v1/logs" } else { "/v1/traces" };
        assert_eq!(server.post_to(path, std::str::from_utf8(&body).unwrap()), Some(200));
    }
    settle(&server);
    let analysed = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["analyze", "--format", "json"])
        .args(files)
        .output()
        .unwrap();
    let expect: Value = serde_json::from_slice(&analysed.stdout).unwrap();
    assert_comes_to(&server, &verdicts(&expect["incidents"], &expect["changes"]));
}

#[test]
fn canary_goes_the_whole_way_and_nobody_takes_it_for_telemetry() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.clock = "wall";
    server.start();
    server.wait_until_ready();
    let left = "highwater_hop_left_total{caller=\"~highwater\",entry=\"canary\",\
                callee=\"~highwater\",operation=\"counted\"}";
    let began = Instant::now();
    while !server.get("/metrics").1.as_str().unwrap().contains(left) {
        assert!(began.elapsed() < PATIENCE, "{}", server.get("/metrics").1);
        std::thread::sleep(Duration::from_millis(50));
    }
    let counted = figure(&server, left);
    assert!(counted >= 1 && figure(&server, "highwater_canaries_sent_total") >= counted);
    let now = server.get("/api/v1/now").1;
    assert_eq!((&now["status"], &now["received"]["last_minute"]), (&"silent".into(), &0.into()));
    server.ask_to_end();
    server.wait_for_end();
}

#[test]
fn import_into_a_server_by_the_wall_clock_says_that_nothing_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.clock = "wall";
    server.start();
    server.wait_until_ready();
    let said = import(&server).wait_with_output().unwrap();
    let words = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(3), "{words}");
    assert!(words.contains(", 0 records durable") && words.contains("--clock data"), "{words}");
}

/// Starts the program and waits for its end.
fn refused(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn folder_or_port_in_use_is_said_with_who_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Server::new(folder.path());
    first.start();
    first.wait_until_ready();
    let (code, words) = refused(&mut first.command());
    assert_eq!(code, 2, "{words}");
    assert!(words.contains("in use by another Highwater (process"), "{words}");

    let other = tempfile::tempdir().unwrap();
    let mut second = Server::new(other.path());
    second.http = first.http;
    let (code, words) = refused(&mut second.command());
    assert_eq!(code, 2, "{words}");
    assert!(words.contains(&first.http.to_string()), "{words}");
    assert!(words.contains("--otlp-http"), "{words}");
}

#[test]
fn folder_of_a_newer_version_is_refused_with_both_versions() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::new(folder.path());
    server.start();
    server.wait_until_ready();
    server.ask_to_end();
    server.wait_for_end();
    let database = rusqlite::Connection::open(server.data().join("highwater.db")).unwrap();
    database.execute_batch("pragma user_version = 99").unwrap();
    drop(database);
    let (code, words) = refused(&mut server.command());
    assert_eq!(code, 3, "{words}");
    assert!(words.contains("99") && words.contains("newer"), "{words}");
}

/// A server in a small file system of its own, most of which is taken by another file.
struct Cramped {
    server: Server,
    shell: Child,
}

/// Mounts, fills, starts the server; SIGUSR1 makes room, SIGTERM ends all.
const CRAMPED: &str = r#"
mkdir -p "$0" && mount -t tmpfs -o size=40m tmpfs "$0" && head -c 31457280 /dev/zero > "$0/filler"
"$@" & server=$!
trap 'rm -f "$0/filler"' USR1
trap 'kill $server' TERM
while kill -0 $server 2>/dev/null; do wait $server; done
"#;

impl Cramped {
    fn start(server: Server) -> Self {
        let command = server.command();
        let shell = Command::new("unshare")
            .args(["-rm", "sh", "-c", CRAMPED])
            .arg(server.data())
            .arg(command.get_program())
            .args(command.get_args())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { server, shell }
    }

    fn signal(&self, name: &str) {
        let id = self.shell.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }
}

impl Drop for Cramped {
    fn drop(&mut self) {
        self.signal("-TERM");
        drop(self.shell.wait());
    }
}

/// A request with one span, the n-th.
fn one_span(n: u64) -> String {
    let (at, id) = (1_795_329_834_000_000_000 + n * 1_000_000, n + 1);
    json!({ "resourceSpans": [{
        "resource": { "attributes": [{ "key": "service.name", "value": { "stringValue": "a" } }] },
        "scopeSpans": [{ "spans": [{
            "traceId": format!("{id:032x}"), "spanId": format!("{id:016x}"), "kind": 2, "name": "x",
            "startTimeUnixNano": at.to_string(), "endTimeUnixNano": at.to_string(),
        }] }],
    }] })
    .to_string()
}

#[test]
fn full_disk_turns_senders_away_and_recovers_by_itself() {
    let may_mount = Command::new("unshare").args(["-rm", "true"]).status();
    if !may_mount.is_ok_and(|status| status.success()) {
        let why = "it needs the right to mount: unshare -rm does not work here";
        assert!(std::env::var_os("HIGHWATER_DEMAND_ALL").is_none(), "{why}");
        eprintln!("SKIPPED, no disk was filled: {why}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cramped = Cramped::start(Server::new(folder.path()));
    let server = &cramped.server;
    let began = Instant::now();
    while server.post("{}") != Some(200) {
        assert!(began.elapsed() < PATIENCE, "it does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut n_sent = 0;
    while server.post(&one_span(n_sent)) == Some(200) {
        n_sent += 1;
        assert!(n_sent < 100_000, "40 MB hold more than that");
    }
    // Whoever is turned away is told when to come back, and what is there can be read.
    assert_eq!(server.post(&one_span(n_sent)), Some(503));
    assert_eq!(server.get("/api/v1/now").0, 200);
    let (status, why) = server.get("/readyz");
    assert_eq!(status, 503);
    assert!(why.to_string().contains("disk is full"), "{why}");
    assert_eq!(server.get("/healthz").0, 200);

    cramped.signal("-USR1");
    let began = Instant::now();
    while server.post(&one_span(n_sent)) != Some(200) {
        assert!(began.elapsed() < PATIENCE, "it does not recover");
        std::thread::sleep(Duration::from_millis(20));
    }
    n_sent += 1;
    settle(server);
    assert_eq!(folded(server), n_sent, "each span that was acknowledged counts once");
}

/// Spans that were counted.
fn folded(server: &Server) -> u64 {
    figure(server, "highwater_spans_folded_total")
}
