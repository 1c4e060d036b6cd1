//! What people do after an incident: action items, the review and its texts.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_incident::{
    ActionChange, ActionItem, ActionKind, ActionState, After, AfterCommand, AfterFault, Author,
    Command, Event, Move, Name, Order, Record, Refusal, ReviewStatus, Role, SeverityLevel, Status,
    Text, What,
};
use hw_model::{IncidentId, Timestamp};

const DAY: i64 = 86_400;

fn at(s: i64) -> Timestamp {
    Timestamp::from_s(s)
}

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

struct Story {
    record: Record,
    now: i64,
}

impl Story {
    fn new() -> Self {
        Self { record: Record::new(IncidentId(1)), now: 1_000 }
    }

    fn by(&mut self, by: Author, command: AfterCommand) -> Result<Vec<Event>, AfterFault> {
        let order = Order { by, now: at(self.now), at: None, command: Command::After(command) };
        match self.record.decide(&order) {
            Ok(events) => {
                events.iter().for_each(|event| self.record.apply(event));
                Ok(events)
            }
            Err(Refusal::After(fault)) => Err(fault),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn says(&mut self, who: &str, command: AfterCommand) -> Result<Vec<Event>, AfterFault> {
        self.by(Author::Person(name(who)), command)
    }

    fn add(&mut self, due: i64) -> u32 {
        let item = ActionItem {
            kind: ActionKind::Detect,
            text: text("write an alert on what screening passes on"),
            owner: name("Lea"),
            due: at(due),
            done_when: text("it fires in the replay"),
        };
        self.says("Tom", AfterCommand::AddAction(item)).unwrap();
        *self.record.actions.keys().next_back().unwrap()
    }

    /// Reminders at a time, as numbers of items and of reminders.
    fn nudged(&mut self, now: i64) -> Vec<(u32, u32)> {
        self.now = now;
        let events = self.record.reminders(at(now));
        events.iter().for_each(|event| self.record.apply(event));
        let nudges = events.iter().filter_map(|event| match &event.what {
            What::After(After::ActionNudged { action, n, .. }) => Some((*action, *n)),
            What::After(_)
            | What::Found(_)
            | What::Moved(_)
            | What::Written(_)
            | What::Revised(_) => None,
        });
        nudges.collect()
    }
}

fn words(fault: &AfterFault) -> String {
    Refusal::After(fault.clone()).words(&|at| format!("second {}", at.0 / 1_000_000_000))
}

#[test]
fn action_items_are_followed_to_their_end() {
    let mut story = Story::new();
    let (first, second) = (story.add(DAY), story.add(DAY));
    assert_eq!((first, second), (1, 2));
    let done = AfterCommand::FinishAction { action: 1, how: text("the replay fires") };
    story.says("Lea", done.clone()).unwrap();
    assert_eq!(story.says("Lea", done), Err(AfterFault::ActionIsDone(1)));
    let reason = text("the service goes away in spring");
    story.says("Tom", AfterCommand::DeclineAction { action: 2, reason }).unwrap();
    assert!(matches!(story.record.actions[&2].state, ActionState::Declined { .. }));
    let again = AfterCommand::ReopenAction { action: 2, reason: text("it stays") };
    story.says("Tom", again.clone()).unwrap();
    assert!(story.record.actions[&2].is_open());
    assert_eq!(story.says("Tom", again), Err(AfterFault::ActionIsOpen(2)));
    let missing = AfterCommand::FinishAction { action: 7, how: text("x") };
    let refused = story.says("Tom", missing).unwrap_err();
    assert_eq!(words(&refused), "there is no action item 7: there are 2");
}

#[test]
fn an_issue_is_wanted_once_and_how_it_stands_is_said_by_highwater_alone() {
    let mut story = Story::new();
    let action = story.add(DAY);
    let want = |tracker: &str| AfterCommand::WantIssue { action, tracker: name(tracker) };
    story.says("Tom", want("offers")).unwrap();
    let refused = story.says("Tom", want("offers")).unwrap_err();
    assert_eq!(words(&refused), "action item 1 stands in a tracker already, at offers");
    // What is not opened yet may be opened elsewhere.
    story.says("Tom", want("platform")).unwrap();
    let url = text("https://x/7");
    let see = |url, is_open| AfterCommand::SeeIssue { action, url, is_open };
    assert_eq!(story.says("Tom", see(None, true)), Err(AfterFault::IssueNotSeen));
    story.by(Author::Highwater, see(Some(url.clone()), true)).unwrap();
    story.by(Author::Highwater, see(None, false)).unwrap();
    let known = &story.record.actions[&action];
    assert_eq!((&known.url, known.issue_is_open), (&Some(url), Some(false)));
    assert!(known.is_open(), "an issue is no item");
    assert!(story.says("Tom", want("offers")).is_err());
    // Handed over, it is another team's: nobody knows yet how that stands.
    let theirs = AfterCommand::TrackAction { action, url: text("https://y/9") };
    story.says("Tom", theirs).unwrap();
    let known = &story.record.actions[&action];
    assert_eq!((&known.tracker, known.issue_is_open), (&None, None));
    let declined = AfterCommand::DeclineAction { action, reason: text("it goes away") };
    let before = known.state_seq;
    story.says("Tom", declined).unwrap();
    assert!(story.record.actions[&action].state_seq > before);
}

#[test]
fn two_who_alter_one_item_are_told() {
    let mut story = Story::new();
    let action = story.add(DAY);
    let seen = Some(story.record.actions[&action].seq);
    let owner = |who: &str| ActionChange { owner: Some(name(who)), ..ActionChange::default() };
    let change = AfterCommand::ChangeAction { action, change: owner("Sami"), was: seen };
    story.says("Lea", change).unwrap();
    let late = AfterCommand::ChangeAction { action, change: owner("Tom"), was: seen };
    let refused = story.says("Tom", late).unwrap_err();
    assert!(
        matches!(refused, AfterFault::ActionMoved { action: 1, was: 1, seq: 2 }),
        "{refused:?}"
    );
    assert_eq!(story.record.actions[&action].item.owner, name("Sami"));
    let nothing = AfterCommand::ChangeAction { action, change: ActionChange::default(), was: None };
    assert_eq!(story.says("Tom", nothing), Err(AfterFault::NothingChanged));
    let past = ActionChange { due: Some(at(10)), ..ActionChange::default() };
    let past = AfterCommand::ChangeAction { action, change: past, was: None };
    assert!(matches!(story.says("Tom", past), Err(AfterFault::DueIsOver { .. })));
}

#[test]
fn owners_are_reminded_a_few_times_and_not_of_what_is_done() {
    let mut story = Story::new();
    let (first, second) = (story.add(DAY), story.add(3 * DAY));
    assert_eq!(story.record.next_reminder(), Some(at(DAY)));
    assert_eq!(story.nudged(DAY - 1), []);
    assert_eq!(story.nudged(DAY), [(first, 1)]);
    assert_eq!(story.nudged(DAY + 60), [], "once a week");
    story.says("Lea", AfterCommand::FinishAction { action: second, how: text("done") }).unwrap();
    assert_eq!(story.nudged(8 * DAY), [(first, 2)]);
    // A server that slept for weeks says once what it would have said four times.
    assert_eq!(story.nudged(40 * DAY), [(first, 4)]);
    assert_eq!((story.nudged(90 * DAY), story.record.next_reminder()), (vec![], None));
    let due = ActionChange { due: Some(at(100 * DAY)), ..ActionChange::default() };
    story
        .says("Tom", AfterCommand::ChangeAction { action: first, change: due, was: None })
        .unwrap();
    assert_eq!(story.record.next_reminder(), Some(at(100 * DAY)), "a new date counts anew");
}

/// Reminders of the review at a time, with who is reminded.
fn reviews_nudged(story: &mut Story, now: i64) -> Vec<(u32, Option<Name>)> {
    story.now = now;
    let events = story.record.reminders(at(now));
    events.iter().for_each(|event| story.record.apply(event));
    let nudges = events.into_iter().filter_map(|event| match event.what {
        What::After(After::ReviewNudged { n, lead, .. }) => Some((n, lead)),
        What::After(_) | What::Found(_) | What::Moved(_) | What::Written(_) | What::Revised(_) => {
            None
        }
    });
    nudges.collect()
}

#[test]
fn whoever_leads_is_reminded_of_a_review_until_it_is_done() {
    let mut story = Story::new();
    let happen = |story: &mut Story, moved: Move| {
        let by = Author::Person(name("Tom"));
        let what = What::Moved(moved);
        story.record.apply(&Event { happened_at: at(story.now), by, what });
    };
    let status = |status| Move::StatusSet { status, reason: None };
    let severity = |severity| Move::SeveritySet { severity, reason: None };
    story.now = 0;
    happen(&mut story, severity(SeverityLevel::Sev1));
    assert_eq!(story.record.next_reminder(), None, "the harm goes on");
    happen(&mut story, status(Status::Resolved));
    assert_eq!(story.record.next_reminder(), Some(at(3 * DAY)));
    assert_eq!(reviews_nudged(&mut story, 3 * DAY - 1), []);
    assert_eq!(reviews_nudged(&mut story, 3 * DAY), [(1, None)]);
    happen(&mut story, Move::RoleTaken { role: Role::Lead, person: name("Lea") });
    assert_eq!(reviews_nudged(&mut story, 9 * DAY), [], "once a week");
    assert_eq!(reviews_nudged(&mut story, 10 * DAY), [(2, Some(name("Lea")))]);
    happen(&mut story, severity(SeverityLevel::Sev3));
    assert_eq!(story.record.next_reminder(), Some(at(14 * DAY)), "a new date counts anew");
    assert_eq!(reviews_nudged(&mut story, 90 * DAY), [(4, Some(name("Lea")))], "it slept");
    assert_eq!(story.record.next_reminder(), None);
    happen(&mut story, severity(SeverityLevel::Sev2));
    let to = |to| AfterCommand::MoveReview { to, reason: None };
    story.says("Lea", to(ReviewStatus::InReview)).unwrap();
    assert!(story.record.next_reminder().is_some(), "nobody has read it yet");
    story.says("Tom", to(ReviewStatus::Reviewed)).unwrap();
    assert_eq!(story.record.next_reminder(), None);
    let mut other = Story::new();
    happen(&mut other, status(Status::Resolved));
    assert_eq!(other.record.next_reminder(), None, "without a severity none is due");
    happen(&mut other, severity(SeverityLevel::Sev5));
    assert_eq!(other.record.next_reminder(), None);
}

#[test]
fn of_two_who_write_one_section_none_is_lost() {
    let mut story = Story::new();
    let write = |base, words: Option<&str>| AfterCommand::WriteSection {
        section: name("surprises"),
        text: words.map(text),
        base,
    };
    story.says("Lea", write(0, Some("the default was go"))).unwrap();
    let refused = story.says("Tom", write(0, Some("nobody asked for the rules"))).unwrap_err();
    assert!(words(&refused).contains("Lea wrote the section surprises in entry 1"), "{refused:?}");
    let both = write(1, Some("the default was go; nobody asked for the rules"));
    story.says("Tom", both).unwrap();
    story.says("Tom", write(2, None)).unwrap();
    let section = &story.record.review.sections[&name("surprises")];
    assert_eq!((section.text.clone(), section.seq), (None, 3));
}

#[test]
fn review_is_closed_when_nothing_is_left_to_do() {
    let mut story = Story::new();
    let action = story.add(DAY);
    let to = |to, reason: Option<&str>| AfterCommand::MoveReview { to, reason: reason.map(text) };
    let skipped = story.says("Lea", to(ReviewStatus::Reviewed, None)).unwrap_err();
    assert!(words(&skipped).contains("say why, with a reason"));
    story.says("Lea", to(ReviewStatus::InReview, None)).unwrap();
    story.says("Tom", to(ReviewStatus::Reviewed, None)).unwrap();
    let refused = story.says("Tom", to(ReviewStatus::Closed, Some("enough"))).unwrap_err();
    assert_eq!(refused, AfterFault::ActionsAreOpen(vec![action]));
    story.says("Lea", AfterCommand::FinishAction { action, how: text("it fires") }).unwrap();
    story.says("Tom", to(ReviewStatus::Closed, None)).unwrap();
    let late = AfterCommand::WriteSection { section: name("luck"), text: None, base: 0 };
    assert_eq!(story.says("Tom", late), Err(AfterFault::ReviewIsClosed));
    story.says("Tom", to(ReviewStatus::Draft, Some("something was found"))).unwrap();
    assert_eq!(story.record.review.status, ReviewStatus::Draft);
}

#[test]
fn figures_are_frozen_by_highwater_alone() {
    let mut story = Story::new();
    let freeze = || AfterCommand::Freeze { figures: "[]".to_owned() };
    assert_eq!(story.says("Tom", freeze()), Err(AfterFault::NotFrozen));
    story.by(Author::Highwater, freeze()).unwrap();
    assert_eq!(story.record.review.frozen, Some(1));
    let much = AfterCommand::Freeze { figures: "x".repeat(2_000_001) };
    assert_eq!(story.by(Author::Highwater, much), Err(AfterFault::NotFrozen));
}

#[test]
fn words_of_closed_lists_are_read_back() {
    for kind in ActionKind::ALL {
        assert_eq!(ActionKind::from_word(kind.word()), Some(kind));
    }
    for status in ReviewStatus::ALL {
        assert_eq!(ReviewStatus::from_word(status.word()), Some(status));
    }
}
