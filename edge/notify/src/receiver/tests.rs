//! What is wrong with a receiver is said, with what to do, and without its secrets.

use super::*;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn problem(kind: ReceiverKind, allow: &[&str]) -> Option<String> {
    let allow_private = allow.iter().map(|&host| host.to_owned()).collect();
    let receiver = Receiver { name: "r".to_owned(), kind, allow_private };
    receiver.check().err().map(|wrong| wrong.to_string())
}

fn slack(url: &str) -> ReceiverKind {
    ReceiverKind::Slack { url: Secret::new(url) }
}

fn email() -> Email {
    Email {
        host: "mail.example".to_owned(),
        port: 587,
        security: MailSecurity::StartTls,
        user: Some("u".to_owned()),
        password: Some(Secret::new("canary")),
        from: "highwater@example.org".to_owned(),
        to: vec!["a@example.org".to_owned()],
    }
}

#[test]
fn good_receivers_pass() {
    let url = || Secret::new("https://hooks.example/x");
    let method = HeartbeatMethod::Post;
    for kind in [
        slack("https://hooks.slack.com/services/T/B/x"),
        ReceiverKind::Mattermost { url: url() },
        ReceiverKind::Teams { url: url() },
        ReceiverKind::Heartbeat { url: url(), method },
        ReceiverKind::Webhook { url: url(), secrets: vec![Secret::new(KEY)] },
        ReceiverKind::Alertmanager { url: url(), authorization: Some(Secret::new("Bearer x")) },
        ReceiverKind::PagerDuty {
            routing_key: Secret::new("0123456789abcdef0123456789abcdef"),
            url: pagerduty_url(),
        },
        ReceiverKind::Email(email()),
    ] {
        assert_eq!(problem(kind.clone(), &[]), None, "{kind:?}");
    }
    let lan = slack("http://10.0.0.5:8065/hooks/x");
    assert_eq!(problem(lan, &["10.0.0.5"]), None);
}

#[test]
fn problems_are_said_without_secrets() {
    let check = |kind: ReceiverKind, expect: &str| {
        let words = problem(kind, &[]).unwrap();
        assert!(words.contains(expect) && !words.contains("canary"), "{words}");
    };
    check(slack("http://hooks.example/canary"), "use https://");
    check(slack("https://10.0.0.5/canary"), "a private network");
    check(slack("https://u:canary@hooks.example/"), "take it out");
    check(slack("canary"), "https://");
    let url = || Secret::new("https://hooks.example/canary");
    let webhook = |secrets| ReceiverKind::Webhook { url: url(), secrets };
    check(webhook(vec![]), "1 to 4 signing keys");
    check(webhook(vec![Secret::new("canary")]), "openssl rand");
    let routing_key = Secret::new("canary");
    check(ReceiverKind::PagerDuty { routing_key, url: pagerduty_url() }, "integration key");
    let authorization = Some(Secret::new("canary\r\nx: y"));
    check(ReceiverKind::Alertmanager { url: url(), authorization }, "one line");
    check(ReceiverKind::Email(Email { to: vec![], ..email() }), "1 to 50");
    let to = vec!["a@b\r\nx".to_owned()];
    check(ReceiverKind::Email(Email { to, ..email() }), "no mail address");
    check(ReceiverKind::Email(Email { user: None, ..email() }), "no user");
    check(ReceiverKind::Email(Email { password: None, ..email() }), "no password");
    let security = MailSecurity::Plain;
    check(ReceiverKind::Email(Email { security, ..email() }), "never sent without encryption");
    check(ReceiverKind::Email(Email { host: "a b".to_owned(), ..email() }), "neither a name");
}

#[test]
fn names_are_plain() {
    for name in ["", "a b", "a\r\n", "ü", "a/b", &"x".repeat(65)] {
        let kind = slack("https://hooks.example/x");
        let receiver = Receiver { name: name.to_owned(), kind, allow_private: Vec::new() };
        assert!(receiver.check().is_err(), "{name:?}");
    }
}

#[test]
fn no_debug_text_shows_a_secret() {
    let kinds = [
        slack("https://hooks.example/canary"),
        ReceiverKind::Email(email()),
        ReceiverKind::Webhook { url: Secret::new("canary"), secrets: vec![Secret::new("canary")] },
    ];
    assert!(!format!("{kinds:?}").contains("canary"));
}

#[test]
fn settings_are_read_and_unknown_words_refused() {
    let read = |json: &str| serde_json::from_str::<Receiver>(json);
    let good = read(r#"{"name": "ops", "kind": {"slack": {"url": "https://hooks.example/x"}}}"#);
    assert_eq!(good.unwrap().check(), Ok(()));
    let pager = r#"{"name": "p", "kind": {"pagerduty": {"routing_key": "0123456789abcdef"}}}"#;
    assert_eq!(read(pager).unwrap().check(), Ok(()));
    assert!(read(r#"{"name": "ops", "kind": {"slack": {"uri": "x"}}}"#).is_err());
    assert!(read(r#"{"name": "ops", "kind": {"slak": {"url": "x"}}}"#).is_err());
    assert!(read(r#"{"name": "o", "kind": {"slack": {"url": "x"}}, "allow": []}"#).is_err());
}
