use super::*;
use serde_json::json;

fn entry(seq: u64, at: &str, by: &str, timeline: &str, words: &str) -> Value {
    let source = if by == "Highwater" { "machine" } else { "person" };
    json!({"seq": seq, "kind": "noted", "timeline": timeline, "by": by, "source": source,
        "happened_at": at, "words": words, "because": []})
}

fn berlin() -> Zone {
    "Europe/Berlin".parse().unwrap_or_else(|_| Zone::local())
}

#[test]
fn entries_stand_in_order_with_date_and_who() {
    let incident = json!({"id": "INC-1", "title": "screening passes all", "record": {
        "status": "active", "severity": "SEV2", "roles": [{"role": "lead", "person": "Anna"}],
        "times": {"started_at": "2026-11-22T22:54:54.000Z"}}});
    let entries = [
        entry(1, "2026-11-22T22:55:04.000Z", "Highwater", "alert", "it rose"),
        entry(2, "2026-11-22T23:40:00.000Z", "Dave", "observation", "more than\nusual\u{1b}[2J"),
        entry(3, "2026-11-22T23:10:00.000Z", "Anna", "note", "due 2026-11-22T23:30:00.000Z."),
    ];
    let zone: Zone = "UTC".parse().unwrap();
    let expect = "\
INC-1 (active, SEV2): screening passes all
  times     started 22 Nov 22:54:54
  roles     lead Anna

Sunday, 22 November 2026 (UTC)
  22:55:04  [1]   \u{b7} Highwater     alert        it rose
  23:10:00  [3]   \u{258c}Anna           note         due 22 Nov 23:30:00.
  23:40:00  [2]   \u{258c}Dave           observation  more than / usual\u{fffd}[2J
";
    assert_eq!(story(&incident, &entries, (&zone, Folding::Usual)), expect);
    let page = story(&incident, &entries, (&berlin(), Folding::Usual));
    assert!(page.contains("Monday, 23 November 2026 (CET)\n  00:10:00"), "{page}");
}

#[test]
fn what_few_would_read_is_folded_and_counted() {
    let mut first = entry(1, "2026-11-22T22:55:04.000Z", "Highwater", "change", "C1: undecided");
    let mut last = entry(2, "2026-11-22T22:57:04.000Z", "Highwater", "change", "C1: exonerated");
    for verdict in [&mut first, &mut last] {
        verdict["kind"] = json!("verdict_changed");
        verdict["about"] = json!("C1");
        verdict["value"] = json!("exonerated");
        verdict["because"] = json!(["a", "b", "c", "d"]);
    }
    first["value"] = json!("undecided");
    let zone: Zone = "UTC".parse().unwrap();
    let entries = [first, last];
    let page = story(&Value::Null, &entries, (&zone, Folding::Usual));
    assert!(!page.contains("undecided") && page.contains("exonerated"), "{page}");
    assert!(page.contains("- c\n") && page.contains("- and 1 more\n"), "{page}");
    assert!(page.ends_with("1 more entry is folded; --all shows them.\n"), "{page}");
    let all = story(&Value::Null, &entries, (&zone, Folding::None));
    assert!(all.contains("undecided") && !all.contains("folded"), "{all}");
}

#[test]
fn answers_say_what_was_done() {
    let answer = json!({"incident": {"id": "INC-1"}, "entries": [{"seq": 4, "words": "SEV2"}]});
    assert_eq!(done(&answer), "INC-1 [4] SEV2\n");
    let answer = json!({"incident": {"id": "INC-1", "title": "x"}, "opened": true, "near": []});
    assert!(
        reported(&answer)
            .ends_with("Too little is known there yet to say whether anything differs.\n")
    );
    let answer = json!({"incident": {}, "near": [], "compared": 7, "warning": "no such service"});
    let page = reported(&answer);
    assert!(
        page.contains("Note: no such service.\nNone of the 7 figures near it differs"),
        "{page}"
    );
    assert_eq!(incidents(&[]), "No incident.\n");
}
