//! Rules on a real server: the one that an incident lacked, proven, written for Prometheus, added, and
//! running beside the detector over kills.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;
#[path = "support/sink.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod sink;

use serde_json::{Value, json};
use server::Server;
use sink::Sink;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const SECRET: &str = "whsec_aGlnaHdhdGVyIHRlc3RzIHNpZ24gd2l0aCB0aGlz";

const TRANSFER: &str = "screening|POST /screen|worklist|POST /items";

fn command(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(arguments).env_remove("HIGHWATER_CONFIG").env("HIGHWATER_USER", "Anna");
    command.env("HIGHWATER_OTLP_HTTP", server.http.to_string());
    command.env("HIGHWATER_LISTEN", server.api.to_string());
    command.output().unwrap()
}

/// What a command says on stdout, if it ends with this code.
fn said(server: &Server, arguments: &[&str], code: i32) -> String {
    let output = command(server, arguments);
    let [out, talk] = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{talk}");
    format!("{out}{talk}")
}

/// Sends the example to a server, from a time of 2026-11-23 to another, and waits until it is counted.
fn import(server: &Server, from: &str, to: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let files = ["traces.jsonl.zst", "logs.jsonl.zst"].map(|file| folder.join(file));
    let [traces, logs] = files.each_ref().map(|file| file.to_str().unwrap());
    let [from, to] = [from, to].map(|at| format!("2026-11-23T{at}Z"));
    said(server, &["import", traces, logs, "--from", &from, "--to", &to], 0);
    let began = Instant::now();
    while server.get("/api/v1/now").1["batches_behind"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "counting does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn started(folder: &Path) -> Server {
    let mut server = Server::new(folder);
    server.serve();
    server
}

fn rule(above: f64) -> Value {
    json!({
        "name": "screening passes too much", "signal": "transfer", "hop": TRANSFER, "window_s": 120,
        "above": above, "items_min": 100, "for_s": 60, "by": "Anna",
    })
}

fn backtest(server: &Server, rule: &Value) -> Value {
    let (status, found) = server.tell("/api/v1/rules/backtest", "b", &json!({"rule": rule}));
    assert_eq!(status, 200, "{found}");
    found
}

/// Waits until a rule is in a state.
fn wait_for(server: &Server, state: &str) -> Value {
    let began = Instant::now();
    loop {
        let (_, rules) = server.get("/api/v1/rules");
        if rules["items"][0]["state"] == state {
            return rules["items"][0].clone();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it is not {state}: {rules:#}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What rules have written into an incident.
fn written(server: &Server, incident: &str) -> Vec<String> {
    let (_, entries) = server.get(&format!("/api/v1/incidents/{incident}/entries?limit=1000"));
    let items = entries["items"].as_array().unwrap();
    let own = items.iter().filter(|entry| entry["by"] == "Highwater rules");
    own.map(|entry| {
        assert_eq!(entry["source"], "machine", "{entry}");
        entry["words"].as_str().unwrap().to_owned()
    })
    .collect()
}

fn has_promtool() -> bool {
    let is_there = Command::new("promtool").arg("--version").output().is_ok();
    if !is_there {
        assert!(std::env::var_os("HIGHWATER_DEMAND_ALL").is_none(), "promtool is not installed");
        let words = "rules: SKIPPED what promtool says. Install it: apt-get install prometheus";
        // Nobody is left to read it if this fails.
        drop(writeln!(std::io::stderr(), "{words}"));
    }
    is_there
}

#[test]
fn missing_alert_is_proposed_proven_added_and_found_by_the_replay() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    import(&server, "06:00:00", "06:25:00");
    let none = said(&server, &["replay", "INC-1", "--expect", "alert"], 1);
    assert!(none.contains("highwater rule propose INC-1"), "{none}");

    let files = folder.path().join("rules");
    let shown = files.to_str().unwrap();
    let proposed = said(&server, &["rule", "propose", "INC-1", "--dir", shown], 0);
    for words in [
        "INC-1: screening passes too much on to worklist",
        "looks at  transfer of screening|POST /screen|worklist|POST /items",
        "fires     above 75 % over 2 min with",
        "No false alarm in",
        "In INC-1 it says so ",
        "> 75 %",
        "cries wolf",
        "misses the incident",
    ] {
        assert!(proposed.contains(words), "{words}\nis not in\n{proposed}");
    }
    let (_, answer) = server.tell("/api/v1/rules/propose", "p", &json!({"incident": "INC-1"}));
    let found = &answer["backtest"];
    assert_eq!((&found["judgement"], &found["false_alarms"]), (&"good".into(), &0.into()));
    let delay_s = found["incidents"][0]["delay_s"].as_f64().unwrap();
    assert!((60.0..420.0).contains(&delay_s), "{delay_s}");
    assert!(answer["no_promtool"].is_null(), "{answer}");
    metrics_are_those_of(&server, answer["prometheus"].as_str().unwrap());
    if has_promtool() {
        let tested = said(&server, &["rule", "test", shown], 0);
        assert_eq!(tested.matches("SUCCESS").count(), 2, "{tested}");
    }

    let toml = files.join("INC-1.rule.toml");
    let toml = toml.to_str().unwrap();
    for _ in 0..2 {
        let added = said(&server, &["rule", "add", toml], 0);
        assert!(added.contains("R1") && !added.contains("R2"), "the same again is one: {added}");
    }
    let again = said(&server, &["rule", "backtest", "R1"], 0);
    assert!(again.contains("No false alarm in") && again.contains("█"), "{again}");
    let met = said(&server, &["replay", "INC-1", "--expect", "alert"], 0);
    assert!(
        met.starts_with("R1 “screening passes too much on to worklist” fires in INC-1"),
        "{met}"
    );
    let answers = json!({"incident": "1", "shift": answers_shift(&server)});
    let (status, other) = server.tell("/api/v1/rules/propose", "q", &answers);
    assert_eq!((status, &other["rule"]["value"]), (200, &"go".into()), "{other}");
    metrics_are_those_of(&server, other["prometheus"].as_str().unwrap());

    let aside = said(&server, &["rule", "retire", "r1"], 0);
    assert!(aside.contains("retired"), "{aside}");
    said(&server, &["replay", "INC-1", "--expect", "alert"], 1);
    said(&server, &["rule", "retire", "R9"], 2);
    let (_, audit) = server.get("/api/v1/audit?limit=1000");
    assert!(
        audit.to_string().contains("Anna set the rule R1: screening passes too much"),
        "{audit}"
    );
}

/// The shift of the incident that is one of answers.
fn answers_shift(server: &Server) -> Value {
    let (_, shifts) = server.get("/api/v1/shifts");
    let shifts = shifts["items"].as_array().unwrap();
    shifts.iter().find(|shift| shift["signal"] == "answers").unwrap()["id"].clone()
}

/// Every series that an expression names is one that the server exports.
fn metrics_are_those_of(server: &Server, rule_file: &str) {
    let (_, figures) = server.get("/metrics");
    let figures = figures.as_str().unwrap();
    let mut n = 0;
    for selector in rule_file.split("increase(").skip(1) {
        let selector = selector.split("[2m]").next().unwrap().trim_end_matches('}');
        let (hop, answer) = selector.split_once(",answer=").unwrap_or((selector, ""));
        let is_there = figures.lines().any(|line| line.starts_with(hop) && line.contains(answer));
        assert!(is_there, "{selector} is not in\n{figures}");
        n += 1;
    }
    assert_eq!(n, 3, "what left, what entered, and the guard: {rule_file}");
}

#[test]
fn bad_rule_is_refused_or_shown_to_be_bad() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    import(&server, "06:00:00", "06:25:00");
    for (above, judgement) in [(0.75, "good"), (0.4, "misses_and_cries"), (1.5, "misses")] {
        let found = backtest(&server, &rule(above));
        assert_eq!(found["judgement"], judgement, "{above}: {found:#}");
        assert_eq!(found["false_alarms"] == 0, above > 0.7, "{above}");
    }
    let mut greedy = rule(0.75);
    greedy["items_min"] = 50_000.into();
    let blind = backtest(&server, &greedy);
    assert_eq!(blind["judgement"], "blind");
    let words = blind["words"].as_str().unwrap();
    assert!(
        words.contains("It can never fire: it wants 50,000 items in 2 min, and the most"),
        "{words}"
    );
    let mut elsewhere = rule(0.75);
    elsewhere["hop"] = "nobody|x|knows|it".into();
    let nothing = backtest(&server, &elsewhere);
    assert_eq!(nothing["judgement"], "blind", "{nothing}");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut body = rule(0.75);
        change(&mut body);
        let (status, problem) = server.tell("/api/v1/rules", "x", &body);
        assert_eq!(status, 422, "{problem}");
        problem["detail"].as_str().unwrap().to_owned()
    };
    assert!(refused(&|body| body["window_s"] = 25.into()).contains("take 20 s or 30 s"));
    assert!(refused(&|body| body["signal"] = "answers".into()).contains("which answer"));
    let (_, rules) = server.get("/api/v1/rules");
    assert_eq!(rules["items"], json!([]), "nothing of it is kept");
    let (_, saved) = server.tell("/api/v1/rules", "e", &elsewhere);
    assert!(
        saved["warning"].as_str().unwrap().contains("nothing was counted there yet"),
        "{saved}"
    );
    let (status, no) = server.tell("/api/v1/rules/propose", "n", &json!({"incident": "INC-7"}));
    assert_eq!(status, 404, "{no}");
}

#[test]
fn rule_fires_and_ends_once_beside_the_detector_whatever_is_killed_in_between() {
    let (folder, sink) = (tempfile::tempdir().unwrap(), Sink::start());
    let at = sink.address;
    let settings = format!(
        "[[receivers]]\nname = \"program\"\nkind = \"webhook\"\nurl = \"http://{at}/x\"\n\
         secrets = [\"{SECRET}\"]\nallow_private = [\"{at}\"]\n"
    );
    let mut server = Server::with_settings(folder.path(), &settings);
    server.serve();
    import(&server, "06:00:00", "06:10:30");
    let mut brief = rule(0.75);
    // The last windows of the recording never become final: what is over has to be so before.
    brief["keep_firing_for_s"] = 30.into();
    let (status, saved) = server.tell("/api/v1/rules", "r", &brief);
    assert_eq!((status, &saved["id"], &saved["state"]), (201, &"R1".into(), &"quiet".into()));
    assert_eq!(server.get("/api/v1/incidents").1["items"], json!([]));
    import(&server, "06:10:30", "06:17:00");
    let firing = wait_for(&server, "firing");
    let incident = firing["incident"].as_str().unwrap().to_owned();
    assert_eq!(incident, "INC-1", "it joins the one that the detector opened: {firing}");
    let fires = written(&server, &incident);
    assert_eq!(fires.len(), 1, "{fires:?}");
    let start = "rule R1 “screening passes too much” fires: ";
    assert!(fires[0].contains(start) && fires[0].contains("above 75 %"), "{fires:?}");
    let told = |words: &'static str| {
        move |taken: &[sink::Taken]| taken.iter().any(|t| t.body.to_string().contains(words))
    };
    sink.wait("the rule fires", told("passes too much” fires"));

    server.kill();
    server.serve();
    assert_eq!(wait_for(&server, "firing")["incident"], json!(incident));
    import(&server, "06:17:00", "06:25:00");
    wait_for(&server, "quiet");
    let ends = written(&server, &incident);
    assert_eq!(ends.len(), 2, "{ends:?}");
    assert!(ends[1].contains("rule R1 “screening passes too much” is over after"), "{ends:?}");
    sink.wait("the rule is over", told("passes too much” is over"));
    server.kill();
    server.serve();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(written(&server, &incident), ends, "a start says nothing twice");
    assert_eq!(server.get("/api/v1/incidents").1["items"].as_array().unwrap().len(), 1);
    let data = server.data();
    server.kill();
    let verified = said(&server, &["verify", "--data", data.to_str().unwrap()], 0);
    assert!(verified.contains("rules"), "{verified}");
}
