//! What comes in from a chat and from Alertmanager, with real signatures and a real record.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "hooks/alerts.rs"]
mod alerts;
#[path = "hooks/chat.rs"]
mod chat;
#[path = "support/alertmanager.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod program;
#[path = "hooks/proof.rs"]
mod proof;
#[path = "support/server.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod server;

use ring::hmac;
use serde_json::Value;
use server::Server;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const TOKENS: [&str; 2] = ["xr3j5x3p4pfk7kk6ck7b4e6ghh", "aaaaaaaaaaaaaaaaaaaaaaaaaa"];

const SLACK: &str = "/api/v1/hooks/slack";
const MATTERMOST: &str = "/api/v1/hooks/mattermost";
const ALERTMANAGER: &str = "/api/v1/hooks/alertmanager";

/// Settings in which both chats are known.
fn both() -> String {
    format!(
        "[hooks]\nslack_signing_secret = \"{SECRET}\"\nmattermost_tokens = [\"{}\", \"{}\"]\n",
        TOKENS[0], TOKENS[1]
    )
}

/// A server by the wall clock that has these settings, not started yet.
fn with_settings(folder: &Path, settings: &str) -> Server {
    let mut server = Server::with_settings(folder, settings);
    server.clock = "wall";
    server
}

fn started(folder: &Path, settings: &str) -> Server {
    let mut server = with_settings(folder, settings);
    server.serve();
    server
}

fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// The form of a slash command.
fn form(user: &str, trigger: &str, text: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("team_id", "T1"),
            ("command", "/highwater"),
            ("text", text),
            ("user_id", "U2CERLKJA"),
            ("user_name", user),
            ("response_url", "https://hooks.slack.com/commands/x"),
            ("trigger_id", trigger),
        ])
        .finish()
}

/// `X-Slack-Signature` of a body.
fn signature(secret: &str, at_s: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("v0:{at_s}:{body}").as_bytes());
    tag.as_ref().iter().fold("v0=".to_owned(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Headers as Slack sends them.
fn signed(secret: &str, at_s: i64, body: &str) -> String {
    format!(
        "content-type: application/x-www-form-urlencoded\r\nx-slack-request-timestamp: {at_s}\r\n\
         x-slack-signature: {}\r\n",
        signature(secret, at_s, body)
    )
}

/// What Slack answers to who types something, as plain text, and whether all see it.
fn slack(server: &Server, user: &str, trigger: &str, text: &str) -> (bool, String) {
    let body = form(user, trigger, text);
    let (status, answer) = server.send(SLACK, &signed(SECRET, now_s(), &body), &body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["mrkdwn"], false);
    let blocks = answer["blocks"].as_array().unwrap();
    let plain: String = blocks.iter().map(|b| b["text"]["text"].as_str().unwrap()).collect();
    // Of the text three characters are escaped; otherwise it is the same.
    let escaped = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    assert_eq!(answer["text"], escaped);
    (answer["response_type"] == "in_channel", plain)
}

fn mattermost(server: &Server, user: &str, trigger: &str, text: &str) -> (bool, String) {
    let body = format!("token={}&{}", TOKENS[1], form(user, trigger, text));
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    let (status, answer) = server.send(MATTERMOST, kind, &body);
    assert_eq!(status, 200, "{answer}");
    let text = answer["text"].as_str().unwrap().to_owned();
    (answer["response_type"] == "in_channel", text)
}

/// Entries of an incident.
fn entries(server: &Server, incident: &str) -> Vec<Value> {
    let (status, list) = server.get(&format!("/api/v1/incidents/{incident}/entries?limit=1000"));
    assert_eq!(status, 200, "{list}");
    list["items"].as_array().unwrap().clone()
}

fn words(entry: &Value) -> (&str, &str) {
    (entry["by"].as_str().unwrap(), entry["words"].as_str().unwrap())
}

fn n_incidents(server: &Server) -> usize {
    server.get("/api/v1/incidents?limit=1000").1["items"].as_array().unwrap().len()
}

/// Runs the program to its end.
fn highwater(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    let said = command.args(arguments).env_remove("HIGHWATER_CONFIG").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (said.status.code(), text(said.stdout), text(said.stderr))
}
