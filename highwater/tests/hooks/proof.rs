//! What proves a message, and that nothing else does; what is sent twice is done once.

use super::{
    MATTERMOST, SECRET, SLACK, TOKENS, both, entries, form, n_incidents, now_s, signature, signed,
    slack, started, with_settings,
};
use super::{highwater, mattermost};
use std::sync::Mutex;

#[test]
fn messages_that_are_not_proven_are_refused_counted_and_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = started(folder.path(), &both());
    let body = form("mallory", "t", "open let me in");
    let now = now_s();
    let right = signed(SECRET, now, &body);
    let only = |header: &str| {
        right.split_inclusive("\r\n").filter(|line| !line.starts_with(header)).collect::<String>()
    };
    let other = form("mallory", "t", "open something else");
    for (headers, body, expect) in [
        (only("x-slack-signature"), &body, "X-Slack-Signature is missing"),
        (only("x-slack-request-timestamp"), &body, "X-Slack-Request-Timestamp is missing"),
        (String::new(), &body, "is missing"),
        (right.clone() + &right, &body, "is missing"),
        (
            signed("0000000000000000000000000000000a", now, &body),
            &body,
            "the signature or token is wrong",
        ),
        (signed(SECRET, now, &other), &body, "the signature or token is wrong"),
        (signed(SECRET, now - 400, &body), &body, "seconds old, more than 300; check the clocks"),
        (signed(SECRET, now + 400, &body), &body, "seconds ahead; check the clocks"),
        (right.replace("v0=", "v1="), &body, "X-Slack-Signature cannot be read"),
        (right.replace(&now.to_string(), "soon"), &body, "cannot be read"),
        ("authorization: Bearer hw_admin_1_x\r\n".to_owned(), &body, "is missing"),
    ] {
        let (status, problem) = server.send(SLACK, &headers, body);
        assert_eq!(status, 401, "{headers}: {problem}");
        assert_eq!(problem["type"], "urn:highwater:problem:unsigned");
        assert!(problem["detail"].as_str().unwrap().contains(expect), "{problem}");
    }
    for (token, expect) in
        [("", "the token is missing"), ("xr3j5x3p4pfk7kk6ck7b4e6gh", "token is wrong")]
    {
        let (status, problem) = server.send(MATTERMOST, "", &format!("token={token}&{body}"));
        assert_eq!(
            (status, problem["detail"].as_str().unwrap().contains(expect)),
            (401, true),
            "{problem}"
        );
    }
    // A signature of Slack is none for Mattermost, and the other way round.
    assert_eq!(server.send(MATTERMOST, &right, &body).0, 401);
    assert_eq!(server.send(SLACK, "", &format!("token={}&{body}", TOKENS[0])).0, 401);
    assert_eq!(n_incidents(&server), 0);
    // The audit says so, at the end.
    server.ask_to_end();
    server.wait_for_end();
    server.start();
    server.wait_until_ready();
    let (_, audit) = server.get("/api/v1/audit");
    // The first of them may have been noted before the others came.
    let refused = audit["items"].as_array().unwrap().iter().filter_map(|entry| {
        let words = entry["words"].as_str()?.strip_prefix("requests were refused: ")?;
        assert_eq!(entry["because"][0], "127.0.0.1", "{audit}");
        words.strip_suffix(" without the right signature")?.parse::<u32>().ok()
    });
    assert_eq!(refused.sum::<u32>(), 15, "{audit}");
    assert!(!audit.to_string().contains(SECRET) && !server.words().contains(SECRET));
}

#[test]
fn after_many_wrong_signatures_their_sender_is_asked_to_wait_and_right_ones_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    let answers: Vec<u16> = (0..40).map(|_| server.send(SLACK, "", "x").0).collect();
    assert!(answers[..30].iter().all(|status| *status == 401), "{answers:?}");
    assert!(answers.contains(&429), "{answers:?}");
    assert!(slack(&server, "anna", "t", "open it is taken").0);
}

#[test]
fn what_is_sent_again_is_done_once_also_over_a_kill_and_at_one_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = started(folder.path(), &both());
    let body = form("anna", "one", "open the gate lets everything pass");
    let headers = signed(SECRET, now_s(), &body);
    let (_, first) = server.send(SLACK, &headers, &body);
    assert_eq!(first["response_type"], "in_channel", "{first}");
    assert_eq!(server.send(SLACK, &headers, &body).1, first, "the same request, the same answer");
    server.kill();
    server.start();
    server.wait_until_ready();
    assert_eq!(server.send(SLACK, &headers, &body).1, first, "after a kill as well");
    assert_eq!(n_incidents(&server), 1);
    let note = slack(&server, "anna", "two", "note without an incident");
    // By now it is not clear any more which incident is meant, and it is the one of the first time.
    slack(&server, "anna", "three", "open another");
    assert_eq!(slack(&server, "anna", "two", "note without an incident"), note);
    assert_eq!((entries(&server, "INC-1").len(), entries(&server, "INC-2").len()), (2, 1));
    let (is_public, said) = slack(&server, "anna", "two", "note INC-1 something else");
    assert!(!is_public && said.contains("used for something else"), "{said}");
    let said = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let answer = slack(&server, "anna", "four", "status INC-1 mitigated it is over");
                said.lock().unwrap().push(answer);
            });
        }
    });
    let said = said.into_inner().unwrap();
    assert!(said.iter().all(|answer| *answer == said[0] && answer.0), "{said:?}");
    let report = slack(&server, "anna", "five", "report the inbox is full");
    assert_eq!(slack(&server, "anna", "five", "report the inbox is full"), report);
    let n = entries(&server, "INC-1").len() + entries(&server, "INC-2").len();
    assert_eq!(n, 5, "one note, one status, one report, two openings");
}

#[test]
fn without_secrets_nothing_is_taken_and_the_setting_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), "");
    let body = form("anna", "t", "open it");
    for (path, setting) in
        [(SLACK, "hooks.slack_signing_secret"), (MATTERMOST, "hooks.mattermost_tokens")]
    {
        let (status, problem) = server.send(path, &signed("", now_s(), &body), &body);
        assert_eq!(status, 404, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(setting), "{problem}");
    }
    assert_eq!(n_incidents(&server), 0);
}

#[test]
fn forms_that_say_nothing_are_refused_once_they_are_proven() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), &both());
    let without = |key: &str| {
        let pairs = form("anna", "t", "open it");
        let pairs = form_urlencoded::parse(pairs.as_bytes()).filter(|(known, _)| known != key);
        let pairs: Vec<_> =
            pairs.map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    let long = form("anna", &"t".repeat(2_001), "open it");
    for (body, expect) in [
        (String::new(), "holds no slash command"),
        ("{\"text\": \"open it\"}".to_owned(), "holds no slash command"),
        (without("command"), "holds no slash command"),
        (without("trigger_id"), "has no trigger_id"),
        (without("user_name").replace("U2CERLKJA", ""), "does not say who typed"),
        (
            form("\u{200b}", "t", "open it").replace("U2CERLKJA", "%E2%80%8B"),
            "does not say who typed",
        ),
        (long, "trigger_id of the form is too long"),
    ] {
        let (status, problem) = server.send(SLACK, &signed(SECRET, now_s(), &body), &body);
        assert_eq!(status, 422, "{body}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(expect), "{problem}");
    }
    let long = format!("{}&x={}", form("anna", "t", "open it"), "x".repeat(1 << 20));
    assert_eq!(server.send(SLACK, &signed(SECRET, now_s(), &long), &long).0, 413);
    assert_eq!(n_incidents(&server), 0);
    assert_eq!(signature(SECRET, 0, "").len(), 67);
}

#[test]
fn secrets_may_stand_in_files_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("slack");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let settings = format!(
        "[hooks]\nslack_signing_secret = {{ file = {file:?} }}\n\
         mattermost_tokens = [{{ env = \"HW_TEST_MATTERMOST\" }}]\n"
    );
    let server = with_settings(folder.path(), &settings);
    let config = server.arguments[1].clone();
    let (code, _, why) = highwater(&["settings", "--explain", "--config", &config]);
    assert_eq!(code, Some(2), "{why}");
    assert!(
        why.contains("hooks.mattermost_tokens[1]: the variable HW_TEST_MATTERMOST is not set"),
        "{why}"
    );
    let server = with_settings(
        folder.path(),
        &settings.replace("{ env = \"HW_TEST_MATTERMOST\" }", &format!("{:?}", TOKENS[1])),
    );
    let (code, page, _) = highwater(&["settings", "--explain", "--config", &config]);
    assert_eq!(code, Some(0));
    assert!(page.contains("hooks.slack_signing_secret = (secret)"), "{page}");
    assert!(!page.contains(SECRET) && !page.contains(TOKENS[1]), "{page}");
    let mut server = server;
    server.start();
    server.wait_until_ready();
    assert!(slack(&server, "anna", "t", "open it").0);
    assert!(mattermost(&server, "bob", "t", "note it").0, "each chat has its own triggers");
    let misspelt = with_settings(folder.path(), "[hooks]\nslack_signing_secrt = \"x\"\n");
    let (code, _, why) = highwater(&["settings", "--explain", "--config", &misspelt.arguments[1]]);
    assert!(code == Some(2) && why.contains("did you mean \"slack_signing_secret\"?"), "{why}");
}
