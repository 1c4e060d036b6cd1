use super::*;
use hw_model::IncidentId;
use hw_notify::Secret;
use std::time::Duration;

fn trackers(is_auto: bool) -> Vec<TrackerSettings> {
    let tracker = |name: &str, kind| TrackerSettings {
        tracker: Tracker {
            name: name.to_owned(),
            kind,
            url: "https://api.github.com".to_owned(),
            project: "acme/offers".to_owned(),
            token: Secret::new("x"),
            secrets: Vec::new(),
            allow_private: Vec::new(),
        },
        kinds: Vec::new(),
        is_auto,
        every: Duration::from_secs(60),
    };
    vec![tracker("offers", TrackerKind::GitHub), tracker("jira", TrackerKind::Webhook)]
}

fn item(
    state: &str,
    (tracker, url, issue): (Option<&str>, Option<&str>, Option<&str>),
) -> ActionWords {
    ActionWords {
        id: "INC-1-A2".to_owned(),
        incident: "INC-1".to_owned(),
        kind: "detect".to_owned(),
        text: "add an alert".to_owned(),
        owner: "Lea".to_owned(),
        due: "2026-12-04T23:59:59.000Z".to_owned(),
        done_when: "it fires".to_owned(),
        state: state.to_owned(),
        because: None,
        ended_at: None,
        ended_by: None,
        by: "Tom".to_owned(),
        added_at: String::new(),
        url: url.map(str::to_owned),
        tracker: tracker.map(str::to_owned),
        issue: issue.map(str::to_owned),
        tracker_trouble: None,
        nudges: 0,
        seq: 4,
        state_seq: 4,
    }
}

const OURS: Option<&str> = Some("https://github.com/acme/offers/issues/7");

#[test]
fn what_is_to_be_done_follows_from_how_item_and_issue_stand() {
    let ours = |issue| (Some("offers"), OURS, Some(issue));
    let hook = |issue| (Some("jira"), None, issue);
    for (state, stands, wanted) in [
        ("open", (None, None, None), None),
        ("open", (Some("offers"), None, None), Some(Step::Open)),
        ("declined", (Some("offers"), None, None), None),
        ("open", ours("open"), Some(Step::Look(7))),
        ("done", ours("open"), Some(Step::Move(Some(7), Moved::Done))),
        ("declined", ours("open"), Some(Step::Move(Some(7), Moved::Declined))),
        ("done", ours("closed"), Some(Step::Look(7))),
        ("open", ours("closed"), Some(Step::Move(Some(7), Moved::Reopened))),
        ("open", (Some("gone"), None, None), None),
        ("open", (None, OURS, None), Some(Step::Look(7))),
        ("done", (None, OURS, Some("open")), Some(Step::Look(7))),
        ("open", (None, Some("https://jira.example/OFF-7"), None), None),
        ("open", hook(None), Some(Step::Open)),
        ("open", hook(Some("open")), None),
        ("done", hook(Some("open")), Some(Step::Move(None, Moved::Done))),
    ] {
        let known = trackers(false);
        let step = Step::of(&item(state, stands), &known).map(|(step, _)| step);
        assert_eq!(step, wanted, "{state}, {stands:?}");
    }
    let known = trackers(true);
    let (step, at) = Step::of(&item("open", (None, None, None)), &known).unwrap();
    assert_eq!((step, at.tracker.name.as_str()), (Step::Want, "offers"));
    assert!(Step::of(&item("done", (None, None, None)), &known).is_none());
}

#[test]
fn an_issue_that_was_moved_there_moves_the_item_and_none_is_moved_back() {
    let id = ActionRef { incident: IncidentId(1), action: 2 };
    let issue = |is_open| Issue {
        number: 7,
        url: "https://x/7".to_owned(),
        is_open,
        closed_by: (!is_open).then(|| "sami".to_owned()),
    };
    let ours = |issue| (Some("offers"), OURS, Some(issue));
    let follows = |state, stands, is_open| match seen(id, &item(state, stands), &issue(is_open)) {
        Done::Nothing => None,
        Done::Seen(is_open, then) => Some((is_open, then)),
        Done::As(..) => panic!("it was not moved here"),
    };
    assert_eq!(follows("open", ours("open"), true), None);
    let (is_open, then) = follows("open", ours("open"), false).unwrap();
    assert!(!is_open);
    let Some(AfterCommand::FinishAction { action: 2, how }) = then else { panic!("{then:?}") };
    assert_eq!(how.as_str(), "sami closed its issue: https://github.com/acme/offers/issues/7");
    let then = follows("done", ours("closed"), true).unwrap().1;
    assert!(matches!(then, Some(AfterCommand::ReopenAction { action: 2, .. })), "{then:?}");
    // Another team's issue: at the first look it is only seen, and what was declined stays so.
    let theirs = |issue| (None, OURS, issue);
    assert_eq!(follows("done", theirs(None), true), Some((true, None)));
    assert_eq!(follows("declined", theirs(Some("closed")), true), Some((true, None)));
    assert!(follows("open", theirs(None), false).unwrap().1.is_some());
}
