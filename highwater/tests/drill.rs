//! A drill on a real server: an incident is played without its answers, which come in the end.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use server::Server;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn command(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(arguments).env_remove("HIGHWATER_CONFIG").env("HIGHWATER_USER", "Anna");
    command.env("HIGHWATER_OTLP_HTTP", server.http.to_string());
    command.env("HIGHWATER_LISTEN", server.api.to_string());
    command
}

/// What a drill says to somebody who types this.
fn drilled(server: &Server, incident: &str, typed: &str) -> Output {
    let mut command = command(server, &["replay", incident, "--drill"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    // It may have ended before: then nobody reads.
    drop(process.stdin.take().unwrap().write_all(typed.as_bytes()));
    process.wait_with_output().unwrap()
}

fn recorded(folder: &Path) -> Server {
    let mut server = Server::new(folder);
    server.serve();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/gate-always-open");
    let files = ["traces.jsonl.zst", "logs.jsonl.zst"].map(|file| example.join(file));
    let [traces, logs] = files.each_ref().map(|file| file.to_str().unwrap());
    assert!(command(&server, &["import", traces, logs]).output().unwrap().status.success());
    let began = Instant::now();
    while server.get("/api/v1/now").1["batches_behind"] != 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "counting does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
    server
}

#[test]
fn drill_gives_nothing_away_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = recorded(folder.path());
    let output = drilled(&server, "INC-1", "\n\neligibility\nC1\nrestart eligibility\n");
    let words = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{words}{}", String::from_utf8_lossy(&output.stderr));
    let (before, answers) = words.split_once("What the record says of INC-1").unwrap();
    for told in ["A drill: INC-1", "deploy of router 1.4.2 -> 2.0.0 (C1)", "screening -> worklist"]
    {
        assert!(before.contains(told), "{told} is not in\n{before}");
    }
    for secret in
        ["exonerated", "origin", "eligibility was restarted", "restart of eligibility", "usually"]
    {
        assert!(!before.contains(secret), "{secret} is in\n{before}");
    }
    assert!(before.contains("100 %"), "the figures are those of the incident:\n{before}");
    let answers = answers.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "Where it starts: eligibility, 99.0 % sure. So you said, ",
        "To blame: none of the changes.",
        "deploy of router 1.4.2 -> 2.0.0 (C1). You said C1.",
        "restart of eligibility helped",
        "You would: restart eligibility",
    ] {
        assert!(answers.contains(said), "{said} is not in\n{answers}");
    }

    let gone = drilled(&server, "INC-1", "");
    assert!(gone.status.success(), "whoever says nothing is told, too");
    assert!(String::from_utf8(gone.stdout).unwrap().contains("Where it starts: eligibility"));
    let unknown = drilled(&server, "INC-7", "");
    assert_eq!(unknown.status.code(), Some(2));
    let id = server.open_incident("o", "somebody wonders");
    let told = drilled(&server, &id, "");
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(said.contains(&format!("{id} cannot be played: no figure speaks of it")), "{said}");
    assert_eq!(told.status.code(), Some(2));
}
