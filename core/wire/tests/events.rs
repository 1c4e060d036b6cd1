//! Events as version 1 wrote them: they must read for ever, so the file is only ever added to.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_incident::{
    ActionChange, ActionItem, ActionKind, After, Author, Event, Moment, Move, Name, NoteKind,
    ReviewStatus, Revision, Role, SeverityLevel, Status, Text, What, Written,
};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};
use hw_wire::EventV1;

const GOLDEN: &str = include_str!("../golden/event-v1.jsonl");

fn moves() -> Vec<Move> {
    let (text, name) = (|text: &str| Text::parse(text).unwrap(), |n: &str| Name::parse(n).unwrap());
    let reason = Some(text("because"));
    vec![
        Move::Opened { title: text("too many items"), is_declared: true },
        Move::Titled { title: text("the gate lets everything pass") },
        Move::StatusSet { status: Status::Active, reason: None },
        Move::SeveritySet { severity: SeverityLevel::Sev2, reason: reason.clone() },
        Move::RoleTaken { role: Role::Lead, person: name("Anna") },
        Move::RoleLeft { role: Role::Liaison, person: name("Bob") },
        Move::Corrected { moment: Moment::Started, at: Timestamp(5), reason: text("logs") },
        Move::MergedInto { into: IncidentId(3), reason },
    ]
}

fn entries() -> Vec<Written> {
    let text = |text: &str| Text::parse(text).unwrap();
    let change = Some(ChangeId(2));
    vec![
        Written::Noted {
            kind: NoteKind::FollowUp,
            text: text("write the alert <that> was missing"),
        },
        Written::Reported {
            text: text("more items\nthan usual"),
            service: Some(Name::parse("inbox").unwrap()),
            found: vec!["transfer of screening: 100 %".to_owned()],
        },
        Written::HypothesisOpened { text: text("the refactoring"), change },
        Written::HypothesisRuledOut { hypothesis: 4, fact: text("no effect") },
        Written::MitigationBegun { text: text("restart"), change, expected: Some(text("half")) },
        Written::Checked { mitigation: 5, effect: Effect::Worked, text: text("half again") },
        Written::HandedOver { team: Name::parse("eligibility").unwrap(), text: text("see INC-1") },
        Written::UpdatePromised { due: Timestamp(9) },
        Written::WaitBegun { condition: text("the night's data"), until: Timestamp(10) },
    ]
}

fn whats() -> Vec<What> {
    let amended = Revision::Amended {
        entry: 4,
        text: Some(Text::parse("else").unwrap()),
        at: Some(Timestamp(3)),
        reason: None,
    };
    let revisions = [amended, Revision::Pinned { entry: 4 }, Revision::Unpinned { entry: 4 }];
    let moved = moves().into_iter().map(What::Moved);
    let written = entries().into_iter().map(What::Written);
    let later = later_moves().into_iter().map(What::Moved);
    moved
        .chain(written)
        .chain(revisions.map(What::Revised))
        .chain(later)
        .chain(afters().into_iter().map(What::After))
        .collect()
}

fn afters() -> Vec<After> {
    let (text, name) = (|text: &str| Text::parse(text).unwrap(), |n: &str| Name::parse(n).unwrap());
    let item = ActionItem {
        kind: ActionKind::Detect,
        text: text("write the alert"),
        owner: name("Lea"),
        due: Timestamp(90),
        done_when: text("it fires"),
    };
    let change = ActionChange { due: Some(Timestamp(99)), ..ActionChange::default() };
    let reason = || text("because");
    vec![
        After::ActionAdded { action: 1, item },
        After::ActionChanged { action: 1, change },
        After::ActionDone { action: 1, how: text("it fires in the replay") },
        After::ActionDeclined { action: 2, reason: reason() },
        After::ActionReopened { action: 2, reason: reason() },
        After::ActionTracked { action: 2, url: text("https://example.com/issues/7") },
        After::ActionNudged { action: 2, due: Timestamp(90), n: 2 },
        After::SectionWritten { section: name("luck"), text: Some(text("it was <daytime>")) },
        After::SectionWritten { section: name("luck"), text: None },
        After::ReviewMoved { to: ReviewStatus::InReview, reason: None },
        After::ReviewMoved { to: ReviewStatus::Draft, reason: Some(reason()) },
        After::FiguresFrozen { figures: "[]".to_owned() },
        After::ReviewNudged { due: Timestamp(90), n: 1, lead: Some(name("Lea")) },
        After::ReviewNudged { due: Timestamp(90), n: 2, lead: None },
        After::IssueWanted { action: 2, tracker: name("offers") },
        After::IssueStood { action: 2, url: Some(text("https://x/7")), is_open: true },
        After::IssueStood { action: 2, url: None, is_open: false },
    ]
}

/// What was added since: it stands at the end of the file.
fn later_moves() -> Vec<Move> {
    let condition = Text::parse("the night's data").unwrap();
    let by = Author::Person(Name::parse("Anna").unwrap());
    vec![
        Move::WaitOver { wait: 4, condition },
        Move::UpdateOverdue { due: Timestamp(9), by },
        Move::UpdateOverdue { due: Timestamp(9), by: Author::Highwater },
        Move::Restricted { to: vec![Name::parse("Anna").unwrap(), Name::parse("Bob").unwrap()] },
        Move::RestrictionLifted,
    ]
}

#[test]
fn events_of_people_are_kept_and_read_back() {
    let authors = [Author::Person(Name::parse("Anna").unwrap()), Author::Highwater];
    let mut lines = String::new();
    for (what, by) in whats().into_iter().zip(authors.iter().cycle()) {
        let event = Event { happened_at: Timestamp(7), by: by.clone(), what };
        let kept = EventV1::of_incident(IncidentId(1), &event);
        let line = kept.encode();
        assert_eq!(EventV1::decode(&line).unwrap(), kept);
        assert_eq!(kept.occurrence().unwrap(), event, "{line}");
        lines.push_str(&line);
        lines.push('\n');
    }
    assert_eq!(lines, GOLDEN, "events are written otherwise than version 1 wrote them");
}

#[test]
fn event_of_no_known_kind_is_an_error() {
    let unknown = r#"{"at":7,"incident":1,"what":{"kind":"status_set","status":"asleep"}}"#;
    let event = EventV1::decode(unknown).unwrap();
    assert!(event.occurrence().unwrap_err().to_string().contains("asleep is no status"));
    assert!(EventV1::decode(r#"{"at":7,"incident":1,"what":{"kind":"dance"}}"#).is_err());
}
