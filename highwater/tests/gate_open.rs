//! The story, on telemetry recorded from real processes: what must be found in it, at any moment.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and a missing field of JSON is null"
)]

#[path = "support/recording.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod recording;

use recording::random::Random;
use recording::{
    How, analysed, because, change, moved, only_incident, origin, said, second, traces,
};
use serde_json::Value;

fn whole() -> Value {
    analysed(traces().to_vec(), How::default())
}

/// The story as it stood at a minute.
fn until(minute: f64) -> Value {
    analysed(traces().to_vec(), How { minutes: Some((-1.0, minute)), ..How::default() })
}

/// Onset at minute 11, noticed within 20 s, origin eligibility, screening cleared.
fn assert_story(found: &Value, moved_s: f64, what: &str) {
    let incident = only_incident(found);
    let shifts = found["shifts"].as_array().unwrap();
    let shift = |signal: &str| {
        let found = shifts.iter().find(|shift| shift["signal"] == signal);
        found.unwrap_or_else(|| panic!("{what}: no {signal} in {shifts:#?}"))
    };
    let transfer = shift("transfer");
    assert_eq!(transfer["hop"], "screening|POST /items|worklist|POST /items", "{what}");
    let answers = shift("answers");
    assert_eq!(answers["service"], "eligibility", "{what}");
    assert_eq!(answers["hop"], "screening|POST /items|eligibility|POST /decide", "{what}");
    assert_eq!((&answers["value"], &answers["direction"]), (&"go".into(), &"up".into()), "{what}");
    for shift in [transfer, answers] {
        let onset = second(&shift["onset_at"]) - moved_s - 660.0;
        let detected = second(&shift["detected_at"]) - moved_s - 660.0;
        assert!(onset.abs() <= 10.0, "{what}: onset off by {onset} s");
        assert!((0.0..=20.0).contains(&detected), "{what}: detected after {detected} s");
        assert!(shift["evidence_nats"].as_f64().unwrap() > 20.0, "{what}");
    }
    assert_eq!(origin(incident), "eligibility", "{what}");
    assert_eq!(incident["cleared"][0]["service"], "screening", "{what}");
    assert!(because(&incident["cleared"][0]).contains("mechanism test"), "{what}");
}

#[test]
fn whole_recording_tells_the_story() {
    let found = whole();
    assert_story(&found, 0.0, "whole");
    assert_eq!(found["counts"]["spans"], 132_104);
    assert_eq!(found["counts"]["unjoined"], 0);
    let incident = only_incident(&found);
    assert_eq!(
        incident["title"],
        "screening passes 100 % of what it receives; it usually passes half"
    );
    let end = second(&incident["ended_at"]);
    assert!((1_198.0..=1_206.0).contains(&end), "ended at {end} s");

    let deploy = change(&found, "deploy", "router", (7.9, 8.2));
    let rollback = change(&found, "rollback", "router", (14.9, 15.2));
    let restart = change(&found, "restart", "eligibility", (19.9, 20.2));
    let again = change(&found, "deploy", "router", (21.9, 22.2));
    assert_eq!(found["changes"].as_array().unwrap().len(), 4);
    assert_eq!(rollback["reverses"], deploy["id"]);
    assert_eq!(again["redeploy_of"], deploy["id"]);

    let verdict = |change: &Value| said(incident, "changes", change);
    assert_eq!(verdict(deploy)["verdict"], "exonerated");
    let reasons = because(verdict(deploy));
    for fact in ["rolled back", "restart of eligibility", "deployed again"] {
        assert!(reasons.contains(fact), "{fact} is missing in {reasons}");
    }
    for innocent in [rollback, restart, again] {
        assert_eq!(verdict(innocent)["verdict"], "exonerated", "{innocent}");
    }
    assert_eq!(said(incident, "mitigations", rollback)["effect"], "none");
    assert_eq!(said(incident, "mitigations", restart)["effect"], "worked");
    assert_eq!(incident["redeploy"], serde_json::json!([deploy["id"]]));

    let lead = &incident["leads"][0];
    assert_eq!(lead["service"], "eligibility");
    assert_eq!(lead["template"], "rules snapshot <*> is empty, using defaults");
    assert_eq!((&lead["severity"], &lead["count"]), (&"WARN".into(), &91.into()));

    let impact = &incident["impact"];
    let items = |key: &str| impact[key].as_f64().unwrap();
    assert!((items("excess_items") - 2_045.0).abs() < 204.0, "{impact}");
    assert!(items("low") < 2_045.0 && items("high") > 2_045.0, "{impact}");
}

#[test]
fn hops_are_counted_at_both_ends() {
    let found = whole();
    let hop = |id: &str| {
        let hops = found["hops"].as_array().unwrap();
        hops.iter().find(|hop| hop["id"] == id).unwrap_or_else(|| panic!("{hops:#?}")).clone()
    };
    let refused = hop("intake|POST /items|router|POST /items");
    assert_eq!((&refused["left"], &refused["received"]), (&12_109.into(), &12_046.into()));
    let asked = hop("screening|POST /items|eligibility|POST /decide");
    assert_eq!(asked["answers"], serde_json::json!({"go": 8_056, "halt": 3_968}));
    let passed = hop("screening|POST /items|worklist|POST /items");
    assert_eq!((&passed["entered"], &passed["left"]), (&12_046.into(), &8_056.into()));
    assert_eq!(found["hops"].as_array().unwrap().len(), 6);
}

#[test]
fn nothing_is_said_before_minute_eleven() {
    for minute in [8.2, 9.0, 11.0] {
        let found = until(minute);
        assert_eq!(found["incidents"], serde_json::json!([]), "minute {minute}");
        assert_eq!(found["shifts"], serde_json::json!([]), "minute {minute}");
    }
}

#[test]
fn innocent_deploy_is_never_implicated_at_any_time() {
    for ignore in [vec![], vec!["eligibility.answer".to_owned()]] {
        for minute in [11.25, 12.0, 13.5, 15.0, 15.2, 15.7, 17.0, 19.0, 19.9, 20.2, 21.0, 22.2] {
            let how =
                How { ignore: ignore.clone(), minutes: Some((-1.0, minute)), ..How::default() };
            let found = analysed(traces().to_vec(), how);
            let deploy = change(&found, "deploy", "router", (7.9, 8.2));
            let verdict = &said(only_incident(&found), "changes", deploy)["verdict"];
            assert_ne!(verdict, "implicated", "minute {minute}, ignoring {ignore:?}");
        }
    }
}

#[test]
fn verdict_follows_the_evidence() {
    let verdict = |minute: f64| {
        let found = until(minute);
        let deploy = change(&found, "deploy", "router", (7.9, 8.2)).clone();
        said(only_incident(&found), "changes", &deploy)["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        verdict(14.5),
        "undecided",
        "it came three minutes before, and nothing else is known"
    );
    assert_eq!(verdict(18.0), "not_implicated", "its rollback has settled and had no effect");
    assert_eq!(verdict(20.9), "exonerated", "it was gone when a restart where it starts cured it");
    assert_eq!(verdict(25.0), "exonerated", "it was made again, and all stayed quiet");
}

#[test]
fn every_phase_of_the_tick_grid_finds_the_same() {
    for phase in 1..10 {
        let by_ns = phase * 100_000_000;
        let found = analysed(moved(by_ns), How { without_logs: true, ..How::default() });
        assert_story(&found, by_ns as f64 / 1e9, &format!("phase {phase}"));
        let deploy = change(&found, "deploy", "router", (7.9, 8.2));
        let verdict = &said(only_incident(&found), "changes", deploy)["verdict"];
        assert_eq!(verdict, "exonerated", "phase {phase}");
    }
}

#[test]
fn shorter_history_finds_the_same() {
    for from in [1.0, 2.0, 3.0] {
        let how = How { minutes: Some((from, 99.0)), ..How::default() };
        assert_story(&analysed(traces().to_vec(), how), 0.0, &format!("from minute {from}"));
    }
}

#[test]
fn without_the_answers_it_starts_at_who_asks_and_says_so() {
    let ignore = vec!["eligibility.answer".to_owned()];
    let found = analysed(traces().to_vec(), How { ignore, ..How::default() });
    let incident = only_incident(&found);
    assert_eq!(origin(incident), "screening");
    let reasons = because(&incident["origins"][0]);
    assert!(reasons.contains("eligibility, whose answers are not visible"), "{reasons}");
    assert_eq!(incident["origins"][1]["service"], "eligibility");
    let deploy = change(&found, "deploy", "router", (7.9, 8.2));
    assert_eq!(said(incident, "changes", deploy)["verdict"], "not_implicated");
    assert_eq!(incident["leads"][0]["service"], "eligibility", "the lead still names it");
}

#[test]
fn order_of_lines_changes_nothing() {
    let mut lines: Vec<&[u8]> =
        traces().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let mut random = Random::new(7);
    for at in (1..lines.len()).rev() {
        let other = random.below(at + 1);
        lines.swap(at, other);
    }
    assert_eq!(analysed(lines.join(&b'\n'), How::default()), whole());
}

#[test]
fn lines_that_come_twice_count_once() {
    let mut random = Random::new(8);
    let mut doubled = Vec::new();
    for line in traces().split_inclusive(|byte| *byte == b'\n') {
        let times = if random.next() < 0.3 { 2 } else { 1 };
        (0..times).for_each(|_| doubled.extend_from_slice(line));
    }
    assert_eq!(analysed(doubled, How::default()), whole());
}
