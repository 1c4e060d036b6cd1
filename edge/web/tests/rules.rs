//! Rules over HTTP: what is refused, and what reaches whoever keeps them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/canned.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod canned;

use canned::{HOP, Running};
use hw_web::RuleAsked;
use serde_json::json;

fn rule() -> serde_json::Value {
    json!({
        "name": "screening passes too much", "signal": "transfer", "hop": HOP, "window_s": 300,
        "above": 0.75, "items_min": 50,
    })
}

#[test]
fn rules_are_saved_listed_run_and_set_aside() {
    let server = Running::new();
    let saved = server.post("/api/v1/rules", &rule().to_string());
    assert_eq!((saved.status, &saved.json()["id"]), (201, &"R1".into()), "{saved:?}");
    let list = server.get("/api/v1/rules").json();
    assert_eq!(list["items"][0]["rule"]["above"], 0.75);
    assert_eq!((&list["items"][0]["incident"], &list["next"]), (&"INC-1".into(), &json!(null)));
    let kept = server.post("/api/v1/rules/R1/backtest", r#"{"from": "2026-11-20T00:00:00Z"}"#);
    assert_eq!((kept.status, &kept.json()["judgement"]), (200, &"good".into()));
    let told = json!({"rule": rule(), "sweep": false});
    let told = server.post("/api/v1/rules/backtest", &told.to_string());
    assert_eq!(told.json()["rule"]["hop"], HOP);
    {
        let asked = server.backend.backtested.lock().unwrap();
        assert!(asked[0].is_swept && asked[0].from.is_some() && asked[0].to.is_none());
        assert!(matches!(&asked[1].rule, RuleAsked::Told(body) if body.items_min == 50));
        assert!(!asked[1].is_swept);
    }
    let proposed = server.post("/api/v1/rules/propose", r#"{"incident": "inc-2", "shift": "S7"}"#);
    assert_eq!(proposed.json()["shift"], "S7");
    assert_eq!(server.get("/api/v1/incidents/2/replay").json()["fires"], false);
    assert_eq!(server.ask("DELETE", "/api/v1/rules/R1", "", "").json()["id"], "R1");
    server.end();
}

#[test]
fn rule_that_cannot_be_is_refused_with_what_could() {
    let server = Running::new();
    let refused = |key: &str, value: serde_json::Value| {
        let mut rule = rule();
        rule[key] = value;
        let problem = server.post("/api/v1/rules", &rule.to_string()).problem(422, "unusable");
        let meant = problem["did_you_mean"].as_str().map(|meant| format!(" meant {meant}"));
        format!("{}{}", problem["detail"].as_str().unwrap(), meant.unwrap_or_default())
    };
    assert!(refused("signal", "transfers".into()).ends_with(" meant transfer"));
    assert!(refused("above", (-1.0).into()).contains("-1 is no bound"));
    assert!(refused("abov", 0.5.into()).ends_with(" meant above"));
    assert!(refused("hop", "a|b".into()).contains("four parts"));
    assert!(refused("items_min", 0.into()).contains("1 at least"));
    assert!(refused("window_s", 0.into()).contains("a window of 0 s"));
    assert!(refused("window_s", 1_000_000.into()).contains("too long"));
    assert!(server.backend.rules.lock().unwrap().is_empty(), "nothing of it is kept");
    let backtest = |path: &str, body: &str| {
        let problem = server.post(path, body).problem(422, "unusable");
        problem["detail"].as_str().unwrap().to_owned()
    };
    assert!(backtest("/api/v1/rules/backtest", "{}").contains("say which"));
    let twice = json!({"rule": rule()}).to_string();
    assert!(backtest("/api/v1/rules/1/backtest", &twice).contains("leave it out"));
    assert!(backtest("/api/v1/rules/1/backtest", r#"{"to": "now"}"#).contains("is no time"));
    server.end();
}

#[test]
fn what_is_not_there_is_said() {
    let server = Running::new();
    server.post("/api/v1/rules/9/backtest", "{}").problem(404, "not-found");
    server.ask("DELETE", "/api/v1/rules/R9", "", "").problem(404, "not-found");
    server.ask("DELETE", "/api/v1/rules/X9", "", "").problem(400, "bad-request");
    server.post("/api/v1/rules/propose", r#"{"incident": "INC-99"}"#).problem(404, "not-found");
    server.get("/api/v1/incidents/99/replay").problem(404, "not-found");
    server.end();
}
