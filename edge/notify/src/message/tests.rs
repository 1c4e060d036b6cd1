//! The same hostile texts in every field for every kind of receiver.

use std::collections::BTreeMap;

use hw_incident::SeverityLevel;
use serde_json::Value;

use super::*;

const NOW: i64 = 1_795_329_900_000_000_000;

/// Texts that would be something else than text somewhere.
pub(crate) fn hostile() -> Vec<String> {
    [
        "plain",
        "a\r\nBcc: evil@x.example\r\n\r\nbody",
        "\r\n.\r\nQUIT\r\n",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "<!channel> <!here> <@U123> <https://evil.example|click>",
        "@channel @here @everyone @all @alice",
        "**bold** [click](https://evil.example) ![i](x) `code` # head\n> quote ~~s~~ :smile:",
        "\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7} \u{9b}2J",
        "nul\0 bell\u{7} back\u{8} del\u{7f}",
        "\u{202e}desrever\u{2066}x\u{200b}\u{feff}",
        "line\u{2028}para\u{2029}next",
        "\"quoted\" \\back\\ {{template}} ${jndi:ldap://x}",
        "=?UTF-8?B?ZXZpbA==?=",
        "ünïcödé 日本語 🎉",
        "",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(["x".repeat(1_000_000), "@here\r\n".repeat(150_000)])
    .collect()
}

/// A notice with one text in every field.
pub(crate) fn with_everywhere(text: &str, kind: Kind) -> Notice {
    Notice {
        key: format!("key {text}"),
        thread: text.to_owned(),
        kind,
        title: text.to_owned(),
        severity: Some(SeverityLevel::Sev2),
        lines: vec![text.to_owned(); 40],
        service: text.to_owned(),
        labels: BTreeMap::from([(text.to_owned(), text.to_owned())]),
        started_at: NOW - 5_000_000_000,
        at: NOW,
        ended_at: None,
        link: Some(format!("https://hw.example/{text}")),
        folded: 3,
    }
}

fn receiver(kind: ReceiverKind) -> Receiver {
    Receiver { name: "r".to_owned(), kind, allow_private: Vec::new() }
}

fn url() -> Secret {
    Secret::new("https://hooks.example/path")
}

fn kinds() -> Vec<(&'static str, ReceiverKind)> {
    let secrets = vec![Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
    vec![
        ("webhook", ReceiverKind::Webhook { url: url(), secrets }),
        ("slack", ReceiverKind::Slack { url: url() }),
        ("mattermost", ReceiverKind::Mattermost { url: url() }),
        ("teams", ReceiverKind::Teams { url: url() }),
        ("alertmanager", ReceiverKind::Alertmanager { url: url(), authorization: None }),
        (
            "pagerduty",
            ReceiverKind::PagerDuty {
                routing_key: Secret::new("0123456789abcdef0123456789abcdef"),
                url: "https://events.pagerduty.com/v2/enqueue".to_owned(),
            },
        ),
    ]
}

fn body(kind: &ReceiverKind, notice: &Notice) -> Value {
    let request = request(&receiver(kind.clone()), std::slice::from_ref(notice), NOW).unwrap();
    for (_, value) in &request.headers {
        assert!(value.bytes().all(|b| (0x20..0x7f).contains(&b)), "{value:?}");
    }
    assert!(request.body.len() < 64 * 1024, "{} bytes", request.body.len());
    serde_json::from_slice(&request.body).unwrap()
}

fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(fields) => {
            out.extend(fields.keys().cloned());
            fields.values().for_each(|field| texts(field, out));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn no_form_lets_hostile_text_out_of_its_place() {
    for (name, kind) in kinds() {
        for text in hostile() {
            for state in [Kind::Firing, Kind::Update, Kind::Resolved] {
                let mut found = Vec::new();
                texts(&body(&kind, &with_everywhere(&text, state)), &mut found);
                for found in &found {
                    let control = found.chars().any(|c| c.is_control() && c != '\n');
                    assert!(!control, "{name} {found:?}");
                    assert!(!found.contains(['\u{202e}', '\u{2066}', '\u{feff}']), "{name}");
                    assert!(found.chars().count() <= 20_000, "{name} {}", found.len());
                }
            }
        }
    }
}

#[test]
fn chat_programs_see_no_mention() {
    for (name, kind) in kinds() {
        if !["slack", "mattermost", "teams"].contains(&name) {
            continue;
        }
        for text in hostile() {
            let mut found = Vec::new();
            texts(&body(&kind, &with_everywhere(&text, Kind::Firing)), &mut found);
            for found in found {
                for mention in ["@channel", "@here", "@everyone", "@all", "@alice"] {
                    assert!(!found.contains(mention), "{name}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn slack_sees_no_markup_but_the_link_of_highwater() {
    let kind = ReceiverKind::Slack { url: url() };
    for text in hostile() {
        let body = body(&kind, &with_everywhere(&text, Kind::Firing));
        assert!(!body["text"].as_str().unwrap().contains(['<', '>']), "{}", body["text"]);
        for block in body["blocks"].as_array().unwrap() {
            let said = block["text"]["text"].as_str().unwrap();
            if block["text"]["type"] == "mrkdwn" {
                let link = said.strip_prefix("<https://hw.example/").unwrap();
                assert!(link.ends_with("|Open in Highwater>"), "{said}");
                assert_eq!(said.matches(['<', '>', '|']).count(), 3, "{said}");
            } else {
                assert_eq!(block["text"]["type"], "plain_text");
                assert!(said.chars().count() <= 3000, "{}", said.len());
            }
        }
        assert_eq!(body["parse"], "none");
        let header = body["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!((1..=150).contains(&header.chars().count()), "{header}");
    }
}

#[test]
fn slack_gets_the_whole_notice() {
    let mut notice = with_everywhere("a & b", Kind::Firing);
    notice.link = Some("https://hw.example/i?a=1&b=2".to_owned());
    let body = body(&ReceiverKind::Slack { url: url() }, &notice);
    assert_eq!(body["text"], "FIRING a &amp; b SEV2: a &amp; b");
    assert_eq!(body["blocks"][0]["text"]["text"], "FIRING a & b SEV2: a & b");
    let section = body["blocks"][1]["text"]["text"].as_str().unwrap();
    assert!(section.starts_with("service a & b\na & b\n"), "{section}");
    assert!(section.contains("(10 more lines)") && section.contains("3 earlier messages"));
    assert_eq!(
        body["blocks"][2]["text"]["text"],
        "<https://hw.example/i?a=1&amp;b=2|Open in Highwater>"
    );
}

#[test]
fn what_is_too_long_loses_lines_and_says_so() {
    for line in ["x".repeat(500), "@".repeat(500), "short".to_owned()] {
        let mut notice = with_everywhere(&line, Kind::Firing);
        notice.link = Some("https://hw.example/i/7".to_owned());
        let said = |index: usize| {
            let body = body(&kinds()[index].1, &notice);
            let mut found = Vec::new();
            texts(&body, &mut found);
            found.join("\n").replace('\\', "")
        };
        for (index, name) in [(1, "slack"), (2, "mattermost"), (3, "teams")] {
            let said = said(index);
            let shown = line.replace('@', "@\u{200b}");
            let n_shown = said.lines().filter(|found| *found == shown).count();
            // One of these lines may be the title below its cut header.
            let missing = |n: usize| said.contains(&format!("({} more lines)", 40 - n));
            assert!(missing(n_shown) || missing(n_shown - 1), "{name} {n_shown}: {said}");
            assert!(said.contains("3 earlier messages are folded into this one."), "{said}");
            assert!(said.contains("https://hw.example/i/7"), "{name}: {said}");
        }
        let text = body(&kinds()[2].1, &notice)["text"].as_str().unwrap().to_owned();
        assert!(text.ends_with("\n[Open in Highwater](https://hw.example/i/7)"), "{text}");
        assert!(text.chars().count() <= 16_000);
    }
}

#[test]
fn markdown_is_escaped_whole() {
    let kind = ReceiverKind::Mattermost { url: url() };
    for text in hostile() {
        let body = body(&kind, &with_everywhere(&text, Kind::Firing));
        let said = body["text"].as_str().unwrap();
        let unescaped = said.replace('\\', "");
        let links = unescaped.matches("://").count();
        let own = unescaped.matches("[Open in Highwater](https://").count();
        assert_eq!(links, own, "only Highwater's own link forms: {said}");
        assert!(!said.contains(" <") && !said.contains("\n> "), "{said}");
    }
}

#[test]
fn a_card_holds_no_block_that_reads_markdown() {
    let kind = ReceiverKind::Teams { url: url() };
    for text in hostile() {
        let body = body(&kind, &with_everywhere(&text, Kind::Firing));
        let card = &body["attachments"][0]["content"];
        for row in card["body"].as_array().unwrap() {
            assert_eq!(row["type"], "RichTextBlock");
            assert_eq!(row["inlines"][0]["type"], "TextRun");
        }
        for action in card["actions"].as_array().unwrap() {
            assert!(action["url"].as_str().unwrap().starts_with("https://hw.example/"));
        }
    }
}

#[test]
fn an_alert_is_known_by_what_stays_the_same() {
    let kind = ReceiverKind::Alertmanager {
        url: Secret::new("https://am.example/prefix/"),
        authorization: Some(Secret::new("Bearer x")),
    };
    let mut notice = with_everywhere("screening", Kind::Firing);
    notice.labels = BTreeMap::from([
        ("team".to_owned(), "a".to_owned()),
        ("odd-name".to_owned(), "b".to_owned()),
        ("9lives".to_owned(), "c".to_owned()),
        ("__name__".to_owned(), "d".to_owned()),
        ("alertname".to_owned(), "stolen".to_owned()),
        ("empty".to_owned(), String::new()),
    ]);
    let request = request(&receiver(kind.clone()), std::slice::from_ref(&notice), NOW).unwrap();
    assert_eq!(request.url.expose(), "https://am.example/prefix/api/v2/alerts");
    assert!(request.headers.contains(&("authorization", "Bearer x".to_owned())));
    let firing = body(&kind, &notice);
    let expect = serde_json::json!({
        "alertname": "HighwaterIncident", "incident": "screening", "service": "screening",
        "team": "a", "odd_name": "b", "_9lives": "c", "label__name__": "d",
    });
    assert_eq!(firing[0]["labels"], expect);
    assert_eq!(firing[0]["endsAt"], rfc3339(NOW + 240_000_000_000));
    let (severity, title) = (None, "another title".to_owned());
    let ended_at = Some(NOW - 1_000_000_000);
    let end = Notice { kind: Kind::Resolved, severity, title, ended_at, ..notice.clone() };
    let resolved = body(&kind, &end);
    assert_eq!(resolved[0]["labels"], firing[0]["labels"]);
    assert_eq!(resolved[0]["startsAt"], firing[0]["startsAt"]);
    assert_eq!(resolved[0]["endsAt"], rfc3339(NOW - 1_000_000_000));
    // An end in the future, or before the start, would not end it now.
    for ended_at in [NOW + 999_000_000_000, 0] {
        let end = Notice { ended_at: Some(ended_at), ..end.clone() };
        let ends = body(&kind, &end)[0]["endsAt"].as_str().unwrap().to_owned();
        assert!(ends <= rfc3339(NOW) && ends >= rfc3339(notice.started_at), "{ends}");
    }
}

#[test]
fn pagerduty_is_triggered_and_resolved_by_thread() {
    let kind = &kinds()[5].1;
    let mut notice = with_everywhere("INC-7", Kind::Firing);
    let firing = body(kind, &notice);
    assert_eq!(
        (&firing["event_action"], &firing["dedup_key"]),
        (&"trigger".into(), &"INC-7".into())
    );
    assert_eq!(firing["payload"]["severity"], "error");
    assert_eq!(firing["payload"]["summary"], "INC-7");
    notice.kind = Kind::Resolved;
    notice.title = "another".to_owned();
    let resolved = body(kind, &notice);
    assert_eq!(
        (&resolved["event_action"], &resolved["dedup_key"]),
        (&"resolve".into(), &"INC-7".into())
    );
    for text in hostile() {
        let body = body(kind, &with_everywhere(&text, Kind::Firing));
        let key = body["dedup_key"].as_str().unwrap();
        assert!((1..=255).contains(&key.len()) && key.is_ascii(), "{key}");
        let summary = body["payload"]["summary"].as_str().unwrap();
        assert!(summary.chars().count() <= 1024, "{}", summary.len());
    }
}

#[test]
fn a_webhook_is_signed_over_what_is_sent_with_every_key() {
    let keys = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];
    let kind = ReceiverKind::Webhook { url: url(), secrets: keys.map(Secret::new).to_vec() };
    for text in hostile() {
        let notice = with_everywhere(&text, Kind::Update);
        let request = request(&receiver(kind.clone()), &[notice], NOW).unwrap();
        let header = |name: &str| {
            request.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
        };
        for key in keys {
            let headers = crate::inbound::StandardHeaders {
                id: header("webhook-id"),
                timestamp: header("webhook-timestamp"),
                signature: header("webhook-signature"),
            };
            let now_s = NOW / 1_000_000_000;
            let found =
                crate::inbound::verify_standard(&[Secret::new(key)], headers, &request.body, now_s);
            assert!(found.is_ok(), "{text:?}: {found:?}");
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["type"], "incident.updated");
    }
}

#[test]
fn tests_are_not_shown_to_whoever_would_be_woken() {
    let notice = with_everywhere("x", Kind::Test);
    for (name, kind) in kinds() {
        let found = request(&receiver(kind), std::slice::from_ref(&notice), NOW);
        let wakes = ["alertmanager", "pagerduty"].contains(&name);
        assert_eq!(found.is_err(), wakes, "{name}");
    }
}

#[test]
fn instants_are_shown_in_utc_and_never_panic() {
    assert_eq!(rfc3339(1_795_329_834_123_456_789), "2026-11-22T06:43:54.123Z");
    assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
    for extreme in [i64::MIN, i64::MAX, 0] {
        assert!(rfc3339(extreme).ends_with('Z'));
    }
}
