use super::*;
use crate::message::Method;

fn tracker(kind: TrackerKind) -> Tracker {
    let (url, project) = match kind {
        TrackerKind::GitHub => ("https://api.github.com", "acme/offers"),
        TrackerKind::GitLab => ("https://gitlab.com/", "acme/teams/offers"),
        TrackerKind::Webhook => ("https://hooks.example.com/items", ""),
    };
    Tracker {
        name: "offers".to_owned(),
        kind,
        url: url.to_owned(),
        project: project.to_owned(),
        token: Secret::new("canary-4711"),
        secrets: vec![Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        allow_private: Vec::new(),
    }
}

fn item() -> Item {
    Item {
        id: "INC-1-A2".to_owned(),
        added_at: "2026-11-22T10:00:00.000Z".to_owned(),
        text: "add an alert on the share that screening passes on".to_owned(),
        lines: vec!["owner: Lea".to_owned(), "done when: it fires".to_owned()],
        due: "2026-12-04".to_owned(),
        version: 7,
    }
}

#[test]
fn questions_are_asked_as_each_tracker_reads_them() {
    let item = item();
    let asked = |kind, ask: &Ask<'_>| {
        let request = tracker(kind).request(ask).unwrap();
        (request.method, request.url.expose().to_owned())
    };
    let github = |ask: &Ask<'_>| asked(TrackerKind::GitHub, ask);
    let gitlab = |ask: &Ask<'_>| asked(TrackerKind::GitLab, ask);
    let own = "https://api.github.com/repos/acme/offers/issues";
    assert_eq!(github(&Ask::Open(&item)), (Method::Post, own.to_owned()));
    assert_eq!(github(&Ask::Look(7)), (Method::Get, format!("{own}/7")));
    assert_eq!(github(&Ask::Move(7, Moved::Done)), (Method::Patch, format!("{own}/7")));
    assert_eq!(github(&Ask::Comment(7, "x")), (Method::Post, format!("{own}/7/comments")));
    let own = "https://gitlab.com/api/v4/projects/acme%2Fteams%2Foffers/issues";
    assert_eq!(gitlab(&Ask::Open(&item)), (Method::Post, own.to_owned()));
    assert_eq!(gitlab(&Ask::Move(7, Moved::Declined)), (Method::Put, format!("{own}/7")));
    assert_eq!(gitlab(&Ask::Comment(7, "x")), (Method::Post, format!("{own}/7/notes")));
}

#[test]
fn hostile_texts_stay_texts_and_call_nobody() {
    let hostile = Item {
        text: "line <img src=x> [a](javascript:1) @everybody #1 \u{1b}[2J\nnew line".to_owned(),
        ..item()
    };
    let text = body(&hostile);
    for markup in ["line <img", "\n<img", "[a](", "@everybody", " #1", "\u{1b}"] {
        assert!(!text.contains(markup), "{markup}: {text}");
    }
    assert!(text.ends_with("<!-- highwater INC-1-A2 2026-11-22T10:00:00.000Z -->"), "{text}");
    assert!(!title(&hostile).contains('\n'));
    let forged = Item { id: "INC-1 --> <script>".to_owned(), ..item() };
    assert_eq!(mark(&forged).matches("-->").count(), 2, "ids are ours, and stay in one line");
}

#[test]
fn issues_are_read_and_ours_is_found_by_its_mark() {
    let github = tracker(TrackerKind::GitHub);
    let answer = |body: Value| Answer {
        status: 200,
        retry_after_s: None,
        body: body.to_string().into_bytes(),
        is_cut: false,
    };
    let issue = |n: u64, body: &str| {
        serde_json::json!({
            "number": n, "html_url": format!("https://github.com/acme/offers/issues/{n}"),
            "state": "closed", "closed_by": {"login": "sami"}, "body": body,
        })
    };
    let both = serde_json::json!([issue(1, "other"), issue(2, &body(&item()))]);
    let own = github.own(&answer(both), &item()).unwrap().unwrap();
    assert_eq!((own.number, own.is_open, own.closed_by.as_deref()), (2, false, Some("sami")));
    assert_eq!(github.own(&answer(serde_json::json!([])), &item()), Ok(None));
    assert!(github.issue(&answer(serde_json::json!({"message": "x"}))).is_err());
    let gitlab = serde_json::json!({"iid": 3, "web_url": "https://x/3", "state": "opened"});
    let read = tracker(TrackerKind::GitLab).issue(&answer(gitlab)).unwrap();
    assert_eq!((read.number, read.is_open), (3, true));
}

#[test]
fn an_address_names_an_issue_of_the_project_alone() {
    let github = tracker(TrackerKind::GitHub);
    let own = "https://github.com/acme/offers/issues/7";
    assert_eq!(github.number_at(own), Some(7));
    assert_eq!(github.number_at("https://github.com/Acme/Offers/issues/7#issuecomment-1"), Some(7));
    for other in [
        "https://github.com/acme/other/issues/7",
        "https://evil.example/acme/offers/issues/7",
        "https://github.com/acme/offers/pull/7",
        "https://github.com/acme/offers/issues/",
        "https://github.com/acme/\u{e9}",
        "INC-1",
    ] {
        assert_eq!(github.number_at(other), None, "{other}");
    }
    let gitlab = tracker(TrackerKind::GitLab);
    assert_eq!(gitlab.number_at("https://gitlab.com/acme/teams/offers/-/issues/9"), Some(9));
    assert_eq!(gitlab.number_at("https://gitlab.com/acme/teams/offers/-/work_items/9"), Some(9));
    assert_eq!(tracker(TrackerKind::Webhook).number_at(own), None);
}

#[test]
fn a_webhook_is_told_signed_and_a_retry_bears_the_same_id() {
    let webhook = tracker(TrackerKind::Webhook);
    let done = Some((Moved::Done, "it fires"));
    let (first, again) =
        (webhook.told(&item(), done, 1).unwrap(), webhook.told(&item(), done, 5_000_000_000));
    let header = |request: &Request, name: &str| {
        request.headers.iter().find(|(key, _)| *key == name).unwrap().1.clone()
    };
    assert_eq!(header(&first, "webhook-id"), header(&again.unwrap(), "webhook-id"));
    let opened = webhook.told(&item(), None, 1).unwrap();
    assert_ne!(header(&first, "webhook-id"), header(&opened, "webhook-id"));
    assert!(header(&first, "webhook-signature").starts_with("v1,"));
    let sent: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(
        (&sent["type"], &sent["data"]["because"]),
        (&"action.done".into(), &"it fires".into())
    );
    let unsigned = Tracker { secrets: Vec::new(), ..webhook };
    assert!(unsigned.problem().unwrap().contains("signing key"));
}

#[test]
fn wrong_settings_are_said_without_the_token() {
    let wrong = |change: fn(&mut Tracker)| {
        let mut tracker = tracker(TrackerKind::GitHub);
        change(&mut tracker);
        let problem = tracker.problem();
        assert!(!format!("{problem:?} {tracker:?}").contains("canary"), "{problem:?}");
        problem
    };
    assert_eq!(wrong(|_| ()), None);
    assert!(wrong(|t| t.url = "http://169.254.169.254".to_owned()).is_some());
    assert!(wrong(|t| t.project = "offers".to_owned()).is_some());
    assert!(wrong(|t| t.project = "acme/../x".to_owned()).is_some());
    assert!(wrong(|t| t.token = Secret::new("canary\nx")).is_some());
}
