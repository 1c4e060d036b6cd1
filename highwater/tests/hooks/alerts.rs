//! Alertmanager posts, as it does: again and again, and with an end.

use super::program::Alertmanager;
use super::{ALERTMANAGER, entries, highwater, n_incidents, started, with_settings, words};
use crate::server::Server;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const AT: &str = "2026-11-22T06:43:54Z";

fn alert(name: &str, service: &str, status: &str, starts_at: &str) -> Value {
    let ends_at = if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-11-22T08:00:00Z" };
    json!({"status": status, "labels": {"alertname": name, "service": service, "severity": "page"},
        "annotations": {"summary": "it is slow"}, "startsAt": starts_at, "endsAt": ends_at,
        "generatorURL": "http://p/graph", "fingerprint": format!("{name}{service}")})
}

fn payload(group: &str, alerts: &[Value]) -> Value {
    json!({"version": "4", "groupKey": group, "truncatedAlerts": 0, "status": "firing",
        "receiver": "highwater", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://am:9093", "alerts": alerts})
}

fn post(server: &Server, group: &str, alerts: &[Value]) -> Value {
    let body = payload(group, alerts).to_string();
    let (status, answer) = server.send(ALERTMANAGER, "content-type: application/json\r\n", &body);
    assert_eq!(status, 200, "{answer}");
    answer
}

fn order(server: &Server, id: &str, key: &str, body: &Value) {
    let (status, answer) = server.tell(&format!("/api/v1/incidents/{id}/commands"), key, body);
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn group_that_fires_again_and_again_is_one_report_and_its_end_an_observation() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = started(folder.path(), "");
    let slow = || alert("Slow", "gate", "firing", AT);
    let first = post(&server, "g", &[slow()]);
    assert_eq!(
        (&first["incident"], &first["opened"], &first["entry"]),
        (&json!("INC-1"), &json!(true), &json!(2))
    );
    assert_eq!(first["words"], "1 alert written into INC-1, which was opened for it");
    let again = post(&server, "g", &[slow()]);
    assert_eq!(
        (&again["new"], &again["known"], &again["entry"]),
        (&json!(0), &json!(1), &Value::Null)
    );
    let mut other_figure = slow();
    other_figure["annotations"]["summary"] = json!("it is slower");
    assert_eq!(post(&server, "g", &[other_figure])["new"], 0);
    // A restart forgets nothing, for it stands in the record.
    server.kill();
    server.start();
    server.wait_until_ready();
    assert_eq!(post(&server, "g", &[slow()])["known"], 1);
    assert_eq!(entries(&server, "INC-1").len(), 2);
    let more = post(&server, "g", &[slow(), alert("Full", "gate", "firing", AT)]);
    assert_eq!(
        (&more["incident"], &more["new"], &more["known"]),
        (&json!("INC-1"), &json!(1), &json!(1))
    );
    let over = post(
        &server,
        "g",
        &[alert("Slow", "gate", "resolved", AT), alert("Full", "gate", "firing", AT)],
    );
    assert_eq!(
        (&over["incident"], &over["new"], &over["opened"]),
        (&json!("INC-1"), &json!(1), &json!(false))
    );
    assert_eq!(post(&server, "g", &[alert("Slow", "gate", "resolved", AT)])["new"], 0);
    let kept = entries(&server, "INC-1");
    let lines: Vec<(&str, &str)> = kept
        .iter()
        .map(|entry| (entry["timeline"].as_str().unwrap(), words(entry).1.lines().next().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            ("status", "watched: Slow of gate fires"),
            ("observation", "Slow of gate fires"),
            ("observation", "Full of gate fires"),
            ("observation", "Slow of gate is over"),
        ]
    );
    assert!(kept.iter().all(|entry| entry["by"] == "Alertmanager" && entry["source"] == "machine"));
    assert!(
        words(&kept[1]).1.contains("\nsince 2026-11-22T06:43:54.000Z: it is slow (severity=page)")
    );
    // No person has noticed or taken it up by that.
    let times = &server.get("/api/v1/incidents/1").1["record"]["times"];
    assert_eq!(
        (&times["noticed_at"], &times["acknowledged_at"]),
        (&Value::Null, &Value::Null),
        "{times}"
    );
    let (code, said, _) = highwater(&["verify", "--data", server.data().to_str().unwrap()]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn alerts_go_where_people_work_on_them_and_what_was_declined_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), "");
    post(&server, "a", &[alert("Slow", "gate", "firing", AT)]);
    let same_service = post(&server, "b", &[alert("Full", "gate", "firing", AT)]);
    assert_eq!((&same_service["incident"], n_incidents(&server)), (&json!("INC-1"), 1));
    let other = post(&server, "c", &[alert("Slow", "billing", "firing", AT)]);
    assert_eq!((&other["incident"], &other["opened"]), (&json!("INC-2"), &json!(true)));
    let declined = json!({"command": "decline", "reason": "a test", "by": "Anna"});
    order(&server, "INC-2", "d", &declined);
    let again = post(&server, "c", &[alert("Slow", "billing", "firing", AT)]);
    assert_eq!((&again["known"], n_incidents(&server)), (&json!(1), 2), "{again}");
    let later = post(&server, "c", &[alert("Slow", "billing", "firing", "2026-11-23T06:43:54Z")]);
    assert_eq!(
        (&later["incident"], &later["opened"]),
        (&json!("INC-3"), &json!(true)),
        "it fires anew"
    );
    let merged = json!({"command": "merge", "into": "INC-1", "by": "Anna"});
    order(&server, "INC-3", "m", &merged);
    let over = post(&server, "c", &[alert("Slow", "billing", "resolved", "2026-11-23T06:43:54Z")]);
    assert_eq!(over["incident"], "INC-1", "it is part of that by now");
    let fires = post(&server, "c", &[alert("Slow", "billing", "firing", "2026-11-24T06:43:54Z")]);
    assert_eq!(fires["incident"], "INC-1");
    let unknown = post(&server, "x", &[alert("Slow", "nowhere", "resolved", AT)]);
    assert_eq!((&unknown["incident"], &unknown["new"]), (&Value::Null, &json!(0)));
    assert_eq!(unknown["words"], "1 alert over that nothing was told of: nothing written");
    assert_eq!(n_incidents(&server), 2, "one of three is part of another");
}

#[test]
fn our_own_alerts_go_round_in_no_circle() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), "");
    let own = alert("HighwaterIncident", "gate", "firing", AT);
    let answer = post(&server, "g", std::slice::from_ref(&own));
    assert_eq!((&answer["ignored"], &answer["incident"]), (&json!(1), &Value::Null));
    assert_eq!(answer["words"], "1 alert of Highwater itself ignored");
    assert_eq!(n_incidents(&server), 0);
    let mixed = post(&server, "g", &[own, alert("Slow", "gate", "firing", AT)]);
    assert_eq!((&mixed["ignored"], &mixed["new"]), (&json!(1), &json!(1)), "{mixed}");
    assert_eq!(post(&server, "g", &[])["words"], "no alert: nothing written");
}

#[test]
fn posts_at_one_time_are_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), "");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| post(&server, "g", &[alert("Slow", "gate", "firing", AT)]));
        }
    });
    assert_eq!((n_incidents(&server), entries(&server, "INC-1").len()), (1, 2));
}

#[test]
fn bodies_that_are_no_alerts_are_refused_and_nothing_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), "");
    let send = |body: &str| {
        let kind = "content-type: application/json\r\n";
        server.send(ALERTMANAGER, kind, body)
    };
    let with = |key: &str, name: &str, value: &str| {
        let mut alert = alert("Slow", "gate", "firing", AT);
        alert[key][name] = json!(value);
        payload("g", &[alert]).to_string()
    };
    let mut no_labels = alert("Slow", "gate", "firing", AT);
    no_labels["labels"] = json!({});
    let mut no_start = alert("Slow", "gate", "firing", AT);
    no_start["startsAt"] = json!("yesterday");
    let good = alert("Slow", "gate", "firing", AT);
    for (body, status, expect) in [
        (String::new(), 400, "the body is no JSON"),
        ("{".to_owned(), 400, "the body is no JSON"),
        ("[]".to_owned(), 422, "no payload of Alertmanager's webhook"),
        ("{\"title\": \"x\"}".to_owned(), 422, "it has version, groupKey and alerts"),
        (
            payload("g", &[json!({"status": "firing"})]).to_string(),
            422,
            "status, labels and startsAt",
        ),
        (payload("g", &[good]).to_string().replace("\"4\"", "\"3\""), 422, "version is not 4"),
        (payload("", &[]).to_string(), 422, "groupKey is missing"),
        (payload("g", &[no_labels]).to_string(), 422, "alerts[0] has no label alertname"),
        (payload("g", &[no_start]).to_string(), 422, "no startsAt in RFC 3339"),
        (with("labels", "service", "a\u{1b}[2J"), 422, "alerts[0].labels.service has a control"),
        (with("labels", "service", "\u{202e}gnp"), 422, "alerts[0].labels.service has a control"),
        (with("labels", "service", &"s".repeat(201)), 422, "the label service has 201 letters"),
        (
            with("annotations", "summary", "a\u{0}"),
            422,
            "alerts[0].annotations.summary has a control",
        ),
        (
            with("annotations", "summary", &"x".repeat(1 << 20)),
            413,
            "a body may be 1048576 bytes long",
        ),
    ] {
        let (found, problem) = send(&body);
        assert_eq!(found, status, "{body:.200}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(expect) && !detail.contains('\u{1b}'), "{problem}");
    }
    let (status, _) = server.send(ALERTMANAGER, "", &payload("g", &[]).to_string());
    assert_eq!(status, 415);
    assert_eq!(n_incidents(&server), 0);
    // Markup is text.
    let (status, answer) =
        send(&with("annotations", "summary", "<script>alert(1)</script>\nline 2"));
    assert_eq!(status, 200, "{answer}");
    assert!(words(&entries(&server, "INC-1")[1]).1.contains("<script>alert(1)</script> line 2"));
}

#[test]
fn real_alertmanager_with_a_token_opens_an_incident_and_tells_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = with_settings(folder.path(), "access.loopback = \"tokens\"\n");
    let data = server.data();
    let create = |name: &str, scope: &str| {
        let data = data.to_str().unwrap();
        let made = ["token", "create", "--data", data, "--name", name, "--scope", scope];
        let (code, token, why) = highwater(&made);
        assert_eq!(code, Some(0), "{why}");
        token.trim().to_owned()
    };
    let (token, ingest) = (create("alertmanager", "respond"), create("services", "ingest"));
    let webhook = |token: &str, at| {
        format!(
            "url: http://{at}{ALERTMANAGER}\n    http_config:\n      authorization:\n        \
             credentials: {token}"
        )
    };
    let Some(alertmanager) = Alertmanager::start(folder.path(), &webhook(&token, server.api))
    else {
        return;
    };
    server.start();
    let shown = format!("authorization: Bearer {token}\r\n");
    let incidents = |server: &Server| server.get_with("/api/v1/incidents", &shown).1;
    let began = Instant::now();
    while incidents(&server)["items"].is_null() {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", server.words());
        std::thread::sleep(Duration::from_millis(20));
    }
    let body = payload("g", &[]).to_string();
    let json = "content-type: application/json\r\n";
    assert_eq!(server.send(ALERTMANAGER, json, &body).0, 401, "without a token nothing is taken");
    let wrong = format!("{json}authorization: Bearer {ingest}\r\n");
    assert_eq!(server.send(ALERTMANAGER, &wrong, &body).0, 403);
    let labels = json!({"alertname": "Slow", "service": "gate", "severity": "page"});
    let fires = json!([{"labels": labels, "annotations": {"summary": "p99 over 2 s"}}]);
    alertmanager.tell(&fires);
    let entries = |server: &Server, n: usize| {
        let began = Instant::now();
        loop {
            let (_, list) = server.get_with("/api/v1/incidents/1/entries", &shown);
            let found = list["items"].as_array().cloned().unwrap_or_default();
            if found.len() >= n {
                return found;
            }
            assert!(began.elapsed() < Duration::from_secs(90), "{list} {}", server.words());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let told = entries(&server, 2);
    assert!(words(&told[1]).1.starts_with("Slow of gate fires\nsince 20"), "{told:#?}");
    assert!(words(&told[1]).1.contains(": p99 over 2 s (severity=page)"), "{told:#?}");
    assert_eq!(told[1]["by"], "Alertmanager");
    // It is over: an end that lies in the past.
    let over = json!([{"labels": labels, "annotations": {"summary": "p99 over 2 s"},
        "endsAt": "2020-01-01T00:00:01Z", "startsAt": "2020-01-01T00:00:00Z"}]);
    alertmanager.tell(&over);
    let told = entries(&server, 3);
    assert!(words(&told[2]).1.starts_with("Slow of gate is over\n"), "{told:#?}");
    assert_eq!(incidents(&server)["items"].as_array().unwrap().len(), 1);
}
