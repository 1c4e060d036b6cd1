//! Posts as Alertmanager sends them, and near them.

use super::*;
use serde_json::{Value, json};

fn alert(name: &str, service: &str, status: &str, starts_at: &str) -> Value {
    let ends_at = if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-11-22T08:00:00Z" };
    json!({"status": status, "labels": {"alertname": name, "service": service, "severity": "page"},
        "annotations": {"summary": "p99 is 3.2 s"}, "startsAt": starts_at, "endsAt": ends_at,
        "fingerprint": format!("{name}{service}")})
}

fn read(alerts: Vec<Value>) -> Result<Posted, String> {
    let payload = json!({"version": "4", "groupKey": "{}:{job=\"a\"}", "alerts": alerts});
    Posted::read(&AlertGroup::of(payload).unwrap())
}

const AT: &str = "2026-11-22T06:43:54Z";

#[test]
fn group_is_told_once_whatever_is_said_about_it() {
    let posted = read(vec![alert("Slow", "gate", "firing", AT)]).unwrap();
    let news = posted.news(&BTreeSet::new());
    let text = posted.text(&news).unwrap();
    let lines: Vec<&str> = text.as_str().lines().collect();
    assert_eq!(lines[0], "Slow of gate fires");
    assert_eq!(lines[1], "since 2026-11-22T06:43:54.000Z: p99 is 3.2 s (severity=page)");
    let (group, told) = marks(text.as_str()).unwrap();
    let told: BTreeSet<String> = told.map(str::to_owned).collect();
    assert_eq!((group, told.len()), (posted.group.as_str(), 1));
    let mut again = alert("Slow", "gate", "firing", AT);
    again["annotations"]["summary"] = json!("p99 is 4.7 s");
    let again = read(vec![again, alert("Slow", "gate", "firing", AT)]).unwrap();
    assert!(again.news(&told).is_empty(), "another figure is no news");
    for (service, status, at) in [
        ("gate", "resolved", AT),
        ("gate", "firing", "2026-11-22T07:43:54Z"),
        ("router", "firing", AT),
    ] {
        let other = read(vec![alert("Slow", service, status, at)]).unwrap();
        assert_eq!(other.news(&told).len(), 1, "{service} {status} {at}");
    }
}

#[test]
fn many_are_counted_and_fit() {
    let labels = "l".repeat(5_000);
    let many = (0..300).map(|n| {
        let mut alert = alert(&format!("A{n}"), &"s".repeat(190), "firing", AT);
        alert["labels"]["long"] = json!(labels);
        alert["annotations"]["summary"] = json!("\u{1f525}".repeat(5_000));
        alert
    });
    let posted = read(many.collect()).unwrap();
    let news = posted.news(&BTreeSet::new());
    let text = posted.text(&news).unwrap();
    assert!(text.as_str().chars().count() <= hw_incident::TEXT_MAX);
    assert!(text.as_str().contains("and 192 more\n"), "{text}");
    let told = marks(text.as_str()).unwrap().1.map(str::to_owned).collect();
    assert_eq!(posted.news(&told).len(), 100, "the rest comes with the next post");
    assert_eq!(service(&news).map(|name| name.as_str().len()), Some(190));
}

#[test]
fn both_kinds_are_told_in_one_line_and_our_own_are_not() {
    let posted = read(vec![
        alert("HighwaterIncident", "gate", "firing", AT),
        alert("Slow", "gate", "resolved", AT),
        alert("Full", "disk", "firing", AT),
        alert("Hot", "disk", "firing", AT),
    ]);
    let posted = posted.unwrap();
    assert_eq!((posted.n_ignored, posted.alerts.len()), (1, 3));
    let news = posted.news(&BTreeSet::new());
    let text = posted.text(&news).unwrap();
    let first = text.as_str().lines().next().unwrap();
    assert_eq!(first, "Full of disk and Hot of disk fire; Slow of gate is over");
    let line = "- Hot of disk since 2026-11-22T06:43:54.000Z: p99 is 3.2 s (severity=page)";
    assert!(text.as_str().lines().any(|found| found == line), "{text}");
    assert_eq!(service(&news), None, "they speak of several");
}

#[test]
fn what_cannot_be_told_is_refused_with_its_place() {
    let with = |key: &str, name: &str, value: Value| {
        let mut alert = alert("Slow", "gate", "firing", AT);
        alert[key][name] = value;
        read(vec![alert]).map(|posted| posted.alerts.len())
    };
    let wrong = |found: Result<usize, String>| found.unwrap_err();
    assert_eq!(wrong(with("labels", "alertname", json!(" "))), "alerts[0] has no label alertname");
    for hostile in ["a\u{1b}[2J", "a\u{0}", "\u{202e}gnp", "a\u{200b}b"] {
        let said = wrong(with("labels", "service", json!(hostile)));
        assert_eq!(said, "alerts[0].labels.service has a control character in it");
        let said = wrong(with("annotations", "summary", json!(hostile)));
        assert_eq!(said, "alerts[0].annotations.summary has a control character in it");
        let said = wrong(with("labels", hostile, json!("x")));
        assert_eq!(said, "alerts[0].labels: a name has a control character in it");
    }
    assert!(
        wrong(with("labels", "service", json!("s".repeat(201)))).starts_with("the label service")
    );
    assert!(wrong(with("labels", "service", json!("a\nb"))).contains("control character"));
    assert_eq!(with("annotations", "summary", json!("two\nlines\tand tabs")), Ok(1));
    let payload = json!({"version": "4", "alerts": []});
    let found = Posted::read(&AlertGroup::of(payload).unwrap());
    assert!(found.err().unwrap().starts_with("groupKey is missing"));
}
