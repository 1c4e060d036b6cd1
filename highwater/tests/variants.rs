//! The recording, damaged or altered as real life does: what a thoughtful engineer would expect of
//! each, and that it is found.
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
    How, altered, analysed, because, change, only_incident, origin, said, second, service_of,
    span_seconds, with_spans,
};
use serde_json::{Value, json};

fn onset_s(incident: &Value) -> f64 {
    second(&incident["started_at"])
}

fn shift<'a>(found: &'a Value, signal: &str) -> &'a Value {
    let shifts = found["shifts"].as_array().unwrap();
    shifts.iter().find(|shift| shift["signal"] == signal).unwrap_or_else(|| panic!("{shifts:#?}"))
}

fn verdict<'a>(found: &'a Value, incident: &'a Value) -> &'a Value {
    let deploy = change(found, "deploy", "router", (7.9, 8.2));
    &said(incident, "changes", deploy)["verdict"]
}

/// One span in twenty is lost anywhere. Expected: the ratios sink by the share lost (95 % of what
/// was a half, and of what was all), the jump between them stays, and so does everything that
/// follows from it; the loss is said as coverage, and is no incident of its own.
#[test]
fn spans_lost_at_random_blur_the_ratio_and_hide_nothing() {
    let mut random = Random::new(5);
    let found =
        analysed(with_spans(|_, span| (random.next() > 0.05).then_some(span)), How::default());
    let incident = only_incident(&found);
    assert_eq!(origin(incident), "eligibility");
    assert!((onset_s(incident) - 660.0).abs() <= 10.0);
    let transfer = shift(&found, "transfer");
    let figure = |key: &str| transfer[key].as_f64().unwrap();
    assert!((figure("before") - 0.475).abs() < 0.03 && (figure("after") - 0.95).abs() < 0.02);
    let coverage = found["coverage"].as_f64().unwrap();
    assert!((0.93..0.97).contains(&coverage), "{coverage}");
    assert_eq!(verdict(&found, incident), "exonerated");
}

/// One service sends no spans at all. Expected: what it did is read off both ends that are left.
/// Whoever is not on the way changes nothing. The filter itself missing: the leg is still found, on
/// the peer's address. The dependency missing: its answers are not visible, which is said.
#[test]
fn one_silent_service_costs_precision_and_not_the_finding() {
    let without = |name: &'static str| {
        analysed(with_spans(move |service, span| (service != name).then_some(span)), How::default())
    };
    for beside in ["catalog", "ledger", "intake"] {
        let found = without(beside);
        let incident = only_incident(&found);
        assert_eq!(origin(incident), "eligibility", "without {beside}");
        assert_eq!(verdict(&found, incident), "exonerated", "without {beside}");
    }
    let found = without("worklist");
    assert_eq!(origin(only_incident(&found)), "eligibility");
    let hop = shift(&found, "transfer")["hop"].clone();
    assert_eq!(hop, "screening|POST /items|127.0.0.1:21005|POST");

    let found = without("eligibility");
    let incident = only_incident(&found);
    assert_eq!(origin(incident), "screening");
    assert!(
        because(&incident["origins"][0]).contains("127.0.0.1:21004, whose answers are not visible")
    );
    let restart = change(&found, "restart", "eligibility", (19.8, 20.3));
    assert_eq!(said(incident, "mitigations", restart)["effect"], "worked", "its logs still tell");

    let found = without("screening");
    let incident = only_incident(&found);
    assert_eq!(origin(incident), "eligibility");
    assert_eq!(shift(&found, "transfer")["hop"], "127.0.0.1:21003|POST|worklist|POST /items");
    assert_ne!(verdict(&found, incident), "implicated");
}

/// One exporter loses 30 s, in quiet or across the onset. Expected: a hole in the telemetry is no
/// change of the flow. In quiet it changes nothing but coverage. Across the onset the leg is still
/// found; where the hole hides the onset it lies somewhere in the hole, at most 20 s off, and is
/// noticed within 20 s of its end.
#[test]
fn hole_in_one_exporter_is_no_incident() {
    for name in ["intake", "router", "screening", "eligibility", "worklist"] {
        for (from, to) in [(300.0, 330.0), (645.0, 675.0)] {
            let what = format!("{name} silent from {from} to {to} s");
            let lost = |service: &str, span: &Value| {
                service == name && (from..to).contains(&span_seconds(span).1)
            };
            let traces = with_spans(|service, span| (!lost(service, &span)).then_some(span));
            let found = analysed(traces, How { without_logs: true, ..How::default() });
            let incident = only_incident(&found);
            assert_eq!(origin(incident), "eligibility", "{what}");
            assert!((onset_s(incident) - 660.0).abs() <= 20.0, "{what}: {}", onset_s(incident));
            let detected = second(&incident["detected_at"]);
            assert!(detected <= f64::max(680.0, to + 20.0), "{what}: {detected}");
            assert_eq!(verdict(&found, incident), "exonerated", "{what}");
        }
    }
}

/// Marks a fifth of the traces' spans that `hit` picks as failed, from 240 to 390 s.
fn failing(hit: impl Fn(&str, &Value) -> bool) -> Vec<u8> {
    with_spans(|service, mut span| {
        let trace = u64::from_str_radix(&span["traceId"].as_str().unwrap()[..12], 16).unwrap();
        let is_hit = (240.0..390.0).contains(&span_seconds(&span).0)
            && trace % 5 == 0
            && hit(service, &span);
        if is_hit {
            span["status"] = json!({"code": 2});
            for attribute in span["attributes"].as_array_mut().unwrap() {
                if attribute["key"] == "http.status_code" {
                    attribute["value"] = json!({"intValue": "500"});
                }
            }
        }
        Some(span)
    })
}

/// A fifth of the calls into worklist fail for 150 s, four minutes after the start: on a stream
/// that has known nothing but success for four minutes. Expected: an incident of its own within
/// 20 s, that starts at worklist, ends when the failures end, and blames no change, because none
/// came before it. The story later is found as ever.
#[test]
fn burst_of_failures_on_a_young_stream_is_an_incident() {
    let calls_worklist = |span: &Value| {
        let attributes = span["attributes"].as_array().unwrap();
        let url = attributes.iter().find(|attribute| attribute["key"] == "http.url");
        url.is_some_and(|url| url["value"]["stringValue"].as_str().unwrap().contains(":21005"))
    };
    let found = analysed(
        failing(|service, span| {
            (service == "worklist" && span["kind"] == 2)
                || (service == "screening" && calls_worklist(span))
        }),
        How::default(),
    );
    let incidents = found["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 2, "{:#?}", found["shifts"]);
    let first = &incidents[0];
    assert_eq!(origin(first), "worklist");
    let (onset, detected) = (onset_s(first), second(&first["detected_at"]));
    assert!((238.0..=245.0).contains(&onset) && detected <= 260.0, "{onset} {detected}");
    assert!((388.0..=394.0).contains(&second(&first["ended_at"])));
    let verdicts = first["changes"].as_array().unwrap();
    assert!(verdicts.iter().all(|row| row["verdict"] == "exonerated"), "{verdicts:#?}");
    assert_eq!(first["leads"], json!([]));
    assert_eq!(origin(&incidents[1]), "eligibility");
}

/// eligibility restarts at minute 13 as well, and answers as wrongly as before. Expected: the
/// restart is found, with no effect; the incident goes on until the restart that cures.
#[test]
fn restart_that_cures_nothing_ends_nothing() {
    let traces = altered(|mut request| {
        let resources = request["resourceSpans"].as_array_mut().unwrap();
        let mut out = Vec::new();
        for resource in std::mem::take(resources) {
            if service_of(&resource) == "eligibility" {
                out.extend(restarted(resource));
            } else {
                out.push(resource);
            }
        }
        *resources = out;
        Some(request)
    });
    let found = analysed(traces, How::default());
    let incident = only_incident(&found);
    let vain = change(&found, "restart", "eligibility", (12.9, 13.2));
    let cure = change(&found, "restart", "eligibility", (19.9, 20.2));
    assert_eq!(said(incident, "mitigations", vain)["effect"], "none");
    assert_eq!(said(incident, "mitigations", cure)["effect"], "worked");
    assert!((1_198.0..=1_206.0).contains(&second(&incident["ended_at"])));
    assert_eq!(verdict(&found, incident), "exonerated");
}

/// Splits a resource of eligibility: from 783 s on another instance sends; nothing for 3 s.
fn restarted(resource: Value) -> Vec<Value> {
    let mut old = resource.clone();
    let mut new = resource;
    let is_new = |span: &Value| (783.0..1_201.0).contains(&span_seconds(span).0);
    let is_old = |span: &Value| !is_new(span) && !(780.0..783.0).contains(&span_seconds(span).1);
    retain(&mut old, is_old);
    retain(&mut new, is_new);
    for attribute in new["resource"]["attributes"].as_array_mut().unwrap() {
        if attribute["key"] == "service.instance.id" {
            attribute["value"] = json!({"stringValue": "restarted"});
        }
    }
    vec![old, new]
}

fn retain(resource: &mut Value, keep: impl Fn(&Value) -> bool) {
    for scope in resource["scopeSpans"].as_array_mut().unwrap() {
        scope["spans"].as_array_mut().unwrap().retain(&keep);
    }
}
