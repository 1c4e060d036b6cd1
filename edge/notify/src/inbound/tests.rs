//! Vectors from the documentation of Slack and of the Standard Webhooks, and everything near them.

use super::*;

const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SLACK_SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SLACK_AT: i64 = 1_531_420_618;

fn slack(
    timestamp: Option<&str>,
    signature: Option<&str>,
    body: &str,
    now: i64,
) -> Result<(), Refusal> {
    let headers = SlackHeaders { timestamp, signature };
    verify_slack(&Secret::new(SLACK_SECRET), headers, body.as_bytes(), now)
}

fn group_of(payload: &str) -> Result<AlertGroup, Refusal> {
    AlertGroup::of(serde_json::from_str(payload).unwrap_or_default())
}

#[test]
fn the_published_vector_of_slack_is_met() {
    let check = |now| slack(Some("1531420618"), Some(SLACK_SIGNATURE), SLACK_BODY, now);
    assert_eq!(check(SLACK_AT), Ok(()));
    assert_eq!(check(SLACK_AT + 300), Ok(()));
    assert_eq!(check(SLACK_AT + 301), Err(Refusal::Old { age_s: 301 }));
    assert_eq!(check(SLACK_AT - 300), Ok(()));
    assert_eq!(check(SLACK_AT - 301), Err(Refusal::Old { age_s: -301 }));
}

#[test]
fn a_slack_request_that_was_touched_is_refused() {
    let at = Some("1531420618");
    let signature = Some(SLACK_SIGNATURE);
    let wrong = Err(Refusal::WrongSignature);
    assert_eq!(slack(at, signature, &format!("{SLACK_BODY}x"), SLACK_AT), wrong);
    assert_eq!(slack(Some("1531420619"), signature, SLACK_BODY, SLACK_AT), wrong);
    assert_eq!(slack(Some("01531420618"), signature, SLACK_BODY, SLACK_AT), wrong);
    let other = SLACK_SIGNATURE.replace("a2114d", "a2114e");
    assert_eq!(slack(at, Some(&other), SLACK_BODY, SLACK_AT), wrong);
    for broken in ["", "v0=", "v0=zz", "v1=00", &SLACK_SIGNATURE[3..], &SLACK_SIGNATURE[..60]] {
        let found = slack(at, Some(broken), SLACK_BODY, SLACK_AT);
        assert_eq!(found, Err(Refusal::Unreadable("X-Slack-Signature")), "{broken}");
    }
    for broken in ["", "x", "-1", "1e9", " 1531420618", "99999999999999999999"] {
        let found = slack(Some(broken), signature, SLACK_BODY, SLACK_AT);
        assert_eq!(found, Err(Refusal::Unreadable("X-Slack-Request-Timestamp")), "{broken}");
    }
    let missing = slack(None, signature, SLACK_BODY, SLACK_AT);
    assert_eq!(missing, Err(Refusal::Missing("X-Slack-Request-Timestamp")));
    let missing = slack(at, None, SLACK_BODY, SLACK_AT);
    assert_eq!(missing, Err(Refusal::Missing("X-Slack-Signature")));
    let headers = SlackHeaders { timestamp: at, signature };
    let found = verify_slack(&Secret::new(""), headers, SLACK_BODY.as_bytes(), SLACK_AT);
    assert_eq!(found, Err(Refusal::OwnKey));
}

const STANDARD_KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const STANDARD_SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const STANDARD_AT: i64 = 1_614_265_330;

fn standard(headers: StandardHeaders<'_>, body: &str, now: i64) -> Result<String, Refusal> {
    let other = Secret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let keys = [other, Secret::new(STANDARD_KEY)];
    verify_standard(&keys, headers, body.as_bytes(), now).map(str::to_owned)
}

fn standard_headers() -> StandardHeaders<'static> {
    StandardHeaders {
        id: Some("msg_p5jXN8AQM9LWM0D4loKWxJek"),
        timestamp: Some("1614265330"),
        signature: Some(STANDARD_SIGNATURE),
    }
}

#[test]
fn the_published_vector_of_standard_webhooks_is_met() {
    let body = r#"{"test": 2432232314}"#;
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned();
    assert_eq!(standard(standard_headers(), body, STANDARD_AT), Ok(id.clone()));
    let several = format!("v1,AAAA v1a,xyz {STANDARD_SIGNATURE}");
    let headers = StandardHeaders { signature: Some(&several), ..standard_headers() };
    assert_eq!(standard(headers, body, STANDARD_AT + 300), Ok(id));
    let old = standard(standard_headers(), body, STANDARD_AT + 301);
    assert_eq!(old, Err(Refusal::Old { age_s: 301 }));
}

#[test]
fn a_standard_webhook_that_was_touched_is_refused() {
    let body = r#"{"test": 2432232314}"#;
    let check = |headers, body: &str, expect| {
        assert_eq!(standard(headers, body, STANDARD_AT), Err(expect), "{headers:?}");
    };
    let whole = standard_headers();
    check(whole, r#"{"test": 2432232315}"#, Refusal::WrongSignature);
    check(StandardHeaders { id: Some("msg_x"), ..whole }, body, Refusal::WrongSignature);
    check(StandardHeaders { signature: Some("v1,"), ..whole }, body, Refusal::WrongSignature);
    check(StandardHeaders { signature: Some(""), ..whole }, body, Refusal::WrongSignature);
    let dotted = StandardHeaders { id: Some("a.1"), ..whole };
    check(dotted, body, Refusal::Unreadable("webhook-id"));
    check(StandardHeaders { id: None, ..whole }, body, Refusal::Missing("webhook-id"));
    check(
        StandardHeaders { timestamp: None, ..whole },
        body,
        Refusal::Missing("webhook-timestamp"),
    );
    check(
        StandardHeaders { signature: None, ..whole },
        body,
        Refusal::Missing("webhook-signature"),
    );
    let found = verify_standard(&[], whole, body.as_bytes(), STANDARD_AT);
    assert_eq!(found, Err(Refusal::OwnKey));
    // A key we do not have signs nothing.
    let mine = [Secret::new("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    let found = verify_standard(&mine, whole, body.as_bytes(), STANDARD_AT);
    assert_eq!(found, Err(Refusal::WrongSignature));
}

#[test]
fn a_token_of_mattermost_is_compared_whole() {
    let mine = Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh");
    assert_eq!(verify_mattermost(&mine, Some("xr3j5x3p4pfk7kk6ck7b4e6ghh")), Ok(()));
    for wrong in ["", "xr3j5x3p4pfk7kk6ck7b4e6gh", "XR3J5X3P4PFK7KK6CK7B4E6GHH"] {
        assert_eq!(verify_mattermost(&mine, Some(wrong)), Err(Refusal::WrongSignature));
    }
    assert_eq!(verify_mattermost(&mine, None), Err(Refusal::Missing("the token")));
    // An empty setting must not let an empty token in.
    assert_eq!(verify_mattermost(&Secret::new(""), Some("")), Err(Refusal::OwnKey));
}

#[test]
fn a_slash_command_is_read() {
    let command = SlashCommand::parse(SLACK_BODY.as_bytes()).unwrap();
    assert_eq!((command.user.as_str(), command.user_id.as_str()), ("roadrunner", "U2CERLKJA"));
    assert_eq!((command.command.as_str(), command.text.as_str()), ("/webhook-collect", ""));
    assert!(
        command.response_url.unwrap().expose().starts_with("https://hooks.slack.com/commands/")
    );
    assert_eq!(command.token.unwrap().expose(), "xyzz0WbapA4vBCDEFasx0q6G");
    let body = b"command=%2Fhighwater&text=note+%3Cb%3E%0D%0Ax&user_id=u1";
    let command = SlashCommand::parse(body).unwrap();
    assert_eq!((command.user.as_str(), command.text.as_str()), ("u1", "note <b>\r\nx"));
    assert!(command.response_url.is_none() && command.token.is_none());
    for broken in ["", "text=x", "command=highwater&user_id=u", "command=%2Fx", "%ff%fe=%zz"] {
        let found = SlashCommand::parse(broken.as_bytes());
        assert!(matches!(found, Err(Refusal::NotUnderstood(_))), "{broken}: {found:?}");
    }
    let long = vec![b'a'; BODY_BYTES_MAX + 1];
    assert_eq!(SlashCommand::parse(&long).unwrap_err(), Refusal::TooLong);
    // The debug text of a command shows no token.
    let command = SlashCommand::parse(SLACK_BODY.as_bytes()).unwrap();
    assert!(!format!("{command:?}").contains("xyzz0"));
}

const PAYLOAD: &str = r#"{
  "version": "4", "groupKey": "{}:{alertname=\"HighLatency\"}", "truncatedAlerts": 2,
  "status": "firing", "receiver": "highwater", "groupLabels": {"alertname": "HighLatency"},
  "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am:9093",
  "alerts": [
    {"status": "firing", "labels": {"alertname": "HighLatency", "service": "screening"},
     "annotations": {"summary": "slow"}, "startsAt": "2026-11-22T06:43:54.123456789Z",
     "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://p/graph", "fingerprint": "c4d1"},
    {"status": "resolved", "labels": {}, "annotations": {},
     "startsAt": "2026-11-22T06:43:54+01:00", "endsAt": "2026-11-22T07:43:54Z"}]}"#;

#[test]
fn a_payload_of_alertmanager_is_read() {
    let group = group_of(PAYLOAD).unwrap();
    assert_eq!((group.receiver.as_str(), group.n_left_out), ("highwater", 2));
    let [firing, resolved] = group.alerts.as_slice() else { panic!("{group:?}") };
    assert_eq!((firing.status, firing.ends_at), (AlertStatus::Firing, None));
    assert_eq!(firing.starts_at, 1_795_329_834_123_456_789);
    assert_eq!(firing.labels["service"], "screening");
    assert_eq!(firing.fingerprint, "c4d1");
    assert_eq!(resolved.status, AlertStatus::Resolved);
    assert_eq!(resolved.ends_at.unwrap() - resolved.starts_at, 7200 * 1_000_000_000);
}

#[test]
fn a_payload_that_is_none_says_why() {
    let check = |from: &str, to: &str| {
        let found = group_of(&PAYLOAD.replace(from, to));
        assert!(matches!(found, Err(Refusal::NotUnderstood(_))), "{from} -> {to}: {found:?}");
    };
    check("\"version\": \"4\"", "\"version\": \"3\"");
    check("\"status\": \"resolved\"", "\"status\": \"unknown\"");
    check("2026-11-22T06:43:54.123456789Z", "yesterday");
    check("2026-11-22T07:43:54Z", "0001-01-01T00:00:00Z");
    check("\"alerts\"", "\"alarms\"");
}

#[test]
fn refusals_say_what_to_do() {
    assert_eq!(
        Refusal::Old { age_s: 400 }.to_string(),
        "the signature is 400 seconds old, more than 300; check the clocks"
    );
    assert_eq!(
        Refusal::Old { age_s: -400 }.to_string(),
        "the signature is from 400 seconds ahead; check the clocks"
    );
    assert_eq!(Refusal::Missing("webhook-id").to_string(), "webhook-id is missing");
}

#[test]
fn who_typed_is_one_line_that_can_be_seen() {
    let name = |user: &str, id: &str| {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("command", "/hw"), ("user_name", user), ("user_id", id)])
            .finish();
        SlashCommand::parse(form.as_bytes()).unwrap().name()
    };
    assert_eq!(name("Anna", "U1").as_deref(), Some("Anna"));
    assert_eq!(name("An\u{202e}na\nBob\u{1b}[2J", "U1").as_deref(), Some("Anna Bob"));
    assert_eq!(name("\u{200b}\u{1b}[2J", "U1").as_deref(), Some("U1"));
    assert_eq!(name("\u{200b}", "\u{200b}"), None);
}

#[test]
fn what_slack_writes_in_another_way_is_read_as_it_was_typed() {
    let typed = |text: &str| {
        let form = format!("command=%2Fhw&user_id=u&trigger_id=t1&text={text}");
        let command = SlashCommand::parse(form.as_bytes()).unwrap();
        assert_eq!(command.trigger_id.as_deref(), Some("t1"));
        command.typed_text()
    };
    assert_eq!(typed("a+%26lt%3B+b+%26amp%3B+c"), "a < b & c");
    assert_eq!(typed("%26amp%3Blt%3B"), "&lt;");
    assert_eq!(typed("a+%26+b"), "a & b");
}

#[test]
fn nothing_of_an_answer_is_markup_and_it_fits() {
    use hw_api::Chat;
    let hostile =
        "@channel <!here> *b* `c` [x](http://evil) <http://evil|ok>\u{202e}\u{1b}\nline 2";
    let slack = answer(Chat::Slack, Audience::One, hostile);
    assert_eq!(slack.response_type, "ephemeral");
    assert!(!slack.text.contains(['<', '>', '\u{202e}', '\u{1b}']), "{}", slack.text);
    assert!(!slack.text.contains("@channel") && slack.text.ends_with("\nline 2"), "{}", slack.text);
    assert_eq!(slack.mrkdwn, Some(false));
    assert_eq!(slack.blocks.unwrap()[0]["text"]["type"], "plain_text");
    let mattermost = answer(Chat::Mattermost, Audience::All, hostile);
    assert_eq!(mattermost.response_type, "in_channel");
    for markup in ["@channel", "*b*", "`c`", "[x](", "<!here>", "://"] {
        assert!(!mattermost.text.contains(markup), "{markup}: {}", mattermost.text);
    }
    assert!(mattermost.text.contains("\\*b\\*") && mattermost.text.ends_with("\nline 2"));
    let long = "*@".repeat(10_000);
    let slack = answer(Chat::Slack, Audience::One, &long);
    let blocks = slack.blocks.unwrap();
    for block in blocks.as_array().unwrap() {
        assert!(block["text"]["text"].as_str().unwrap().chars().count() <= 3_000);
    }
    assert!(answer(Chat::Mattermost, Audience::One, &long).text.chars().count() <= 16_000);
}
