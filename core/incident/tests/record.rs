//! What people may do in an incident, what follows, and what is refused with which words.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_incident::{
    Author, Command, EntryFault, Event, Finding, HypothesisState, Moment, Name, NoteKind, Order,
    Part, Record, Refusal, Role, SeverityLevel, Standing, Status, TakeOver, Text, Timing, What,
};
use hw_model::{ChangeId, Effect, IncidentId, Timestamp};
use proptest::prelude::*;

fn at(s: i64) -> Timestamp {
    Timestamp::from_s(s)
}

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

fn found(s: i64, finding: Finding) -> Event {
    Event { happened_at: at(s), by: Author::Highwater, what: What::Found(finding) }
}

/// An incident as people and Highwater write it.
struct Story {
    record: Record,
    now: i64,
}

impl Story {
    /// Begun at second 660 (between 650 and 662), noticed by Highwater at 670.
    fn new() -> Self {
        let mut story = Self { record: Record::new(IncidentId(1)), now: 670 };
        story.highwater(Finding::ShiftDetected { onset_at: at(660), onset_from: at(650) });
        story
    }

    fn highwater(&mut self, finding: Finding) -> Vec<Event> {
        let event = found(self.now, finding);
        self.record.apply(&event);
        let following = self.record.follow(&event);
        following.iter().for_each(|event| self.record.apply(event));
        following
    }

    fn says(&mut self, who: &str, command: Command) -> Result<Vec<Event>, Refusal> {
        self.says_at(who, None, command)
    }

    fn says_at(
        &mut self,
        who: &str,
        when: Option<i64>,
        command: Command,
    ) -> Result<Vec<Event>, Refusal> {
        let by = Author::Person(name(who));
        let order = Order { by, now: at(self.now), at: when.map(at), command };
        let events = self.record.decide(&order)?;
        events.iter().for_each(|event| self.record.apply(event));
        Ok(events)
    }

    fn note(&mut self, what: &str) -> u64 {
        self.says("Anna", Command::Note { kind: NoteKind::Note, text: text(what) }).unwrap();
        self.record.seq
    }
}

fn status(to: Status, reason: Option<&str>) -> Command {
    Command::SetStatus { to, was: None, reason: reason.map(text) }
}

#[test]
fn story_is_told_by_its_record() {
    let mut story = Story::new();
    assert_eq!((story.record.status, story.record.times.started), (Status::Triage, Some(at(660))));
    story.now = 900;
    let report = Command::Report { text: text("more than usual"), service: None, found: vec![] };
    story.says("Dave", report).unwrap();
    story.says("Anna", status(Status::Active, None)).unwrap();
    let lead = |person: &str, take_over| Command::TakeRole {
        role: Role::Lead,
        person: name(person),
        take_over,
    };
    story.says("Anna", lead("Anna", TakeOver::Refused)).unwrap();
    let suppose =
        Command::Suppose { text: text("yesterday's refactoring"), change: Some(ChangeId(1)) };
    story.says("Bob", suppose).unwrap();
    let hypothesis = story.record.seq;
    story.now = 1_200;
    let mitigate = |what: &str, change| Command::Mitigate {
        text: text(what),
        change: Some(ChangeId(change)),
        expected: None,
    };
    story.says("Bob", mitigate("rolled router back", 2)).unwrap();
    story.highwater(Finding::EffectKnown { change: ChangeId(2), effect: Effect::None });
    let fact = text("the ratio stayed at 1.00");
    story.says("Bob", Command::RuleOut { hypothesis, fact: fact.clone() }).unwrap();
    story.now = 1_500;
    story.says("Anna", mitigate("restarted eligibility", 3)).unwrap();
    story.highwater(Finding::EffectKnown { change: ChangeId(3), effect: Effect::Worked });
    let followed = story.highwater(Finding::Recovered);
    assert_eq!(followed.len(), 1, "{followed:?}");
    let Record { status, times, hypotheses, mitigations, .. } = &story.record;
    assert_eq!((*status, times.mitigated), (Status::Mitigated, Some(at(1_500))));
    assert_eq!((times.noticed, times.detected), (Some(at(900)), Some(at(670))));
    let effects: Vec<Effect> = mitigations.iter().map(|tried| tried.effect).collect();
    assert_eq!(effects, [Effect::None, Effect::Worked]);
    let entry = hypothesis + 3;
    assert_eq!(hypotheses[0].state, HypothesisState::RuledOut { entry, fact });
    assert_eq!(story.record.lead(), Some(&name("Anna")));
    // A restart cures nothing: it is back, and the same incident goes on.
    story.now = 1_800;
    let shift = Finding::ShiftDetected { onset_at: at(1_790), onset_from: at(1_785) };
    let followed = story.highwater(shift);
    let [Event { what: What::Moved(hw_incident::Move::StatusSet { status, reason }), .. }] =
        &followed[..]
    else {
        panic!("{followed:?}")
    };
    assert_eq!(*status, Status::Active);
    assert_eq!(
        reason.as_ref().unwrap().as_str(),
        "it is back, 5 min after its figures were back: C3 helped, and cured nothing"
    );
    assert_eq!((story.record.times.mitigated, story.record.times.started), (None, Some(at(660))));
}

#[test]
fn relapse_names_what_helped_also_if_nobody_wrote_it_down() {
    let mut story = Story::new();
    story.now = 670;
    story.highwater(Finding::ShiftDetected { onset_at: at(660), onset_from: at(655) });
    for (change, effect) in [(2, Effect::Worked), (3, Effect::Worked), (2, Effect::None)] {
        story.highwater(Finding::EffectKnown { change: ChangeId(change), effect });
    }
    story.now = 1_500;
    story.highwater(Finding::Recovered);
    // Noticed late: what counts is when it began.
    story.now = 1_900;
    let shift = Finding::ShiftDetected { onset_at: at(1_740), onset_from: at(1_735) };
    let followed = story.highwater(shift);
    let [Event { what: What::Moved(hw_incident::Move::StatusSet { reason, .. }), .. }] =
        &followed[..]
    else {
        panic!("{followed:?}")
    };
    assert_eq!(
        reason.as_ref().unwrap().as_str(),
        "it is back, 4 min after its figures were back: C3 helped, and cured nothing"
    );
}

#[test]
fn ways_of_an_incident_are_checked_and_a_reason_opens_others() {
    let mut story = Story::new();
    let refused =
        |story: &mut Story, to, reason| story.says("Anna", status(to, reason)).unwrap_err();
    let standing = Refusal::Standing;
    let (triage, active) = (Status::Triage, Status::Active);
    assert_eq!(refused(&mut story, triage, None), standing(Standing::Already(triage)));
    let no_way = |from, to| standing(Standing::NoWay { from, to });
    assert_eq!(refused(&mut story, Status::Merged, Some("x")), no_way(triage, Status::Merged));
    assert_eq!(refused(&mut story, Status::Closed, Some("x")), no_way(triage, Status::Closed));
    assert_eq!(refused(&mut story, Status::Mitigated, None), standing(Standing::HarmGoesOn));
    let missing = standing(Standing::ReasonMissing { from: triage, to: Status::Declined });
    assert_eq!(refused(&mut story, Status::Declined, None), missing);
    story.says("Anna", status(active, None)).unwrap();
    story.says("Anna", status(Status::Mitigated, Some("traffic is blocked upstream"))).unwrap();
    story.highwater(Finding::Recovered);
    story.says("Anna", status(Status::Resolved, None)).unwrap();
    story.says("Anna", status(Status::Closed, None)).unwrap();
    let missing = standing(Standing::ReasonMissing { from: Status::Closed, to: active });
    assert_eq!(refused(&mut story, active, None), missing);
    story.says("Anna", status(active, Some("it was not repaired"))).unwrap();
    assert_eq!(story.record.times.closed, None, "what was over is not");
    let moved = Command::SetStatus { to: Status::Declined, was: Some(triage), reason: None };
    let expect = standing(Standing::Moved { is: active, was: triage });
    assert_eq!(story.says("Bob", moved).unwrap_err(), expect);
    assert_eq!(
        expect.words(&|_| String::new()),
        "somebody was faster: it is active by now, and was triage when you looked; say it again if it \
         still holds"
    );
}

#[test]
fn times_lie_between_onset_and_now() {
    let mut story = Story::new();
    story.now = 1_000;
    let note = || Command::Note { kind: NoteKind::Note, text: text("seen on the dashboard") };
    let future = story.says_at("Anna", Some(1_100), note()).unwrap_err();
    assert_eq!(future, Refusal::Timing(Timing::Future { at: at(1_100), now: at(1_000) }));
    let early = story.says_at("Anna", Some(500), note()).unwrap_err();
    assert_eq!(early, Refusal::Timing(Timing::BeforeOnset { at: at(500), started: at(650) }));
    let events = story.says_at("Anna", Some(1_030), note()).unwrap();
    assert_eq!(events[0].happened_at, at(1_000), "a clock that runs ahead is set right");
    story.says_at("Anna", Some(700), note()).unwrap();
    let correct = |moment, s| Command::Correct { moment, to: at(s), reason: text("logs") };
    story.says("Anna", correct(Moment::Started, 400)).unwrap();
    story.says_at("Anna", Some(500), note()).unwrap();
    story.highwater(Finding::ShiftDetected { onset_at: at(300), onset_from: at(290) });
    assert_eq!(story.record.times.started, Some(at(400)), "what a person said, data does not move");
    let wrong = story.says("Anna", correct(Moment::Started, 800)).unwrap_err();
    assert!(matches!(wrong, Refusal::Timing(Timing::Order { moment: Moment::Started, .. })));
    let wrong = story.says("Anna", correct(Moment::Detected, 800)).unwrap_err();
    assert_eq!(wrong, Refusal::Timing(Timing::NotCorrectable(Moment::Detected)));
    let past = story.says("Anna", Command::PromiseUpdate { due: at(900) }).unwrap_err();
    assert_eq!(past, Refusal::Timing(Timing::Past { at: at(900), now: at(1_000) }));
}

#[test]
fn entries_are_amended_and_pinned_and_never_lost() {
    let mut story = Story::new();
    let entry = story.note("the filter lets all pass");
    let amend = |entry, new: Option<&str>| Command::Amend {
        entry,
        text: new.map(text),
        at: None,
        reason: Some(text("typo")),
    };
    story.says("Bob", amend(entry, Some("the filter lets everything pass"))).unwrap();
    let known = &story.record.entries[&entry];
    assert_eq!(known.text.as_ref().unwrap().as_str(), "the filter lets everything pass");
    assert_eq!(known.amended_by, [entry + 1]);
    let mut refused = |command| {
        let refusal = story.says("Bob", command).unwrap_err();
        let Refusal::Entry(fault) = refusal else { panic!("{refusal:?}") };
        fault
    };
    assert_eq!(refused(amend(1, Some("x"))), EntryFault::NotAmendable(1), "of Highwater");
    assert_eq!(refused(amend(99, Some("x"))), EntryFault::None(99));
    assert_eq!(refused(amend(entry, None)), EntryFault::NothingAmended);
    assert_eq!(
        refused(Command::Unpin(entry)),
        EntryFault::PinnedAlready { entry, is_pinned: false }
    );
    let rule_out = Command::RuleOut { hypothesis: entry, fact: text("x") };
    assert_eq!(refused(rule_out), EntryFault::NoHypothesis(entry));
    let check = Command::Check { mitigation: None, effect: Effect::Worked, text: text("x") };
    assert_eq!(refused(check), EntryFault::NothingTried);
    story.says("Bob", Command::Pin(entry)).unwrap();
    assert!(story.record.entries[&entry].is_pinned);
}

#[test]
fn who_was_faster_is_said() {
    let mut story = Story::new();
    let severity = |to, was| Command::SetSeverity { to, was, reason: None };
    story.says("Anna", severity(SeverityLevel::Sev2, Some(None))).unwrap();
    let refused = story.says("Bob", severity(SeverityLevel::Sev3, Some(None))).unwrap_err();
    let (is, was) = (Some(SeverityLevel::Sev2), None);
    assert_eq!(refused, Refusal::Standing(Standing::SeverityMoved { is, was }));
    let lead = |person: &str, take_over| Command::TakeRole {
        role: Role::Lead,
        person: name(person),
        take_over,
    };
    story.says("Anna", lead("Anna", TakeOver::Refused)).unwrap();
    let refused = story.says("Bob", lead("Bob", TakeOver::Refused)).unwrap_err();
    assert!(matches!(&refused, Refusal::Part(Part::Held { by, .. }) if by == "Anna"));
    let events = story.says("Bob", lead("Bob", TakeOver::Allowed)).unwrap();
    assert_eq!(events.len(), 2, "Anna leaves, Bob takes it");
    assert_eq!(story.record.roles.len(), 1);
    let merge = Command::Merge { into: IncidentId(1), reason: None };
    assert_eq!(story.says("Bob", merge).unwrap_err(), Refusal::IntoItself);
    story.says("Bob", Command::Merge { into: IncidentId(7), reason: None }).unwrap();
    let note = Command::Note { kind: NoteKind::Note, text: text("x") };
    assert_eq!(story.says("Bob", note).unwrap_err(), Refusal::Merged(IncidentId(7)));
}

fn anything() -> impl Strategy<Value = Command> {
    let word = prop_oneof![Just("a"), Just("b")].prop_map(text);
    let entry = 0u64..12;
    let statuses = prop::sample::select(Status::ALL.to_vec());
    let levels = prop::sample::select(SeverityLevel::ALL.to_vec());
    let roles = prop::sample::select(Role::ALL.to_vec());
    let moments = prop::sample::select(Moment::ALL.to_vec());
    let effects = prop::sample::select(Effect::ALL.to_vec());
    let people = prop_oneof![Just("Anna"), Just("Bob")].prop_map(name);
    let is = any::<bool>();
    prop_oneof![
        (statuses, prop::option::of(word.clone())).prop_map(|(to, reason)| Command::SetStatus {
            to,
            was: None,
            reason
        }),
        levels.prop_map(|to| Command::SetSeverity { to, was: None, reason: None }),
        (roles.clone(), people.clone(), is).prop_map(|(role, person, over)| {
            let take_over = if over { TakeOver::Allowed } else { TakeOver::Refused };
            Command::TakeRole { role, person, take_over }
        }),
        (roles, people).prop_map(|(role, person)| Command::LeaveRole { role, person }),
        word.clone().prop_map(|text| Command::Note { kind: NoteKind::Communication, text }),
        word.clone().prop_map(|text| Command::Suppose { text, change: Some(ChangeId(1)) }),
        (entry.clone(), word.clone())
            .prop_map(|(hypothesis, fact)| Command::RuleOut { hypothesis, fact }),
        (entry.clone(), prop::option::of(word.clone()), prop::option::of(600i64..1_100)).prop_map(
            |(entry, text, s)| Command::Amend { entry, text, at: s.map(at), reason: None }
        ),
        entry.clone().prop_map(Command::Pin),
        entry.clone().prop_map(Command::Unpin),
        word.clone().prop_map(|text| Command::Mitigate { text, change: None, expected: None }),
        (prop::option::of(entry), effects, word.clone())
            .prop_map(|(mitigation, effect, text)| Command::Check { mitigation, effect, text }),
        (moments, 500i64..1_100, word).prop_map(|(moment, s, reason)| Command::Correct {
            moment,
            to: at(s),
            reason
        }),
    ]
}

proptest! {
    /// What is decided, applies; what is refused, changes nothing; and times stay in order.
    #[test]
    fn record_stays_whole(commands in prop::collection::vec((anything(), any::<u8>()), 1..60)) {
        let mut story = Story::new();
        let mut replayed = story.record.clone();
        for (step, (command, chance)) in (1..).zip(commands) {
            story.now += step;
            let before = story.record.clone();
            let mut applied = match story.says("Anna", command) {
                Ok(events) => events,
                Err(refusal) => {
                    prop_assert_eq!(&before, &story.record);
                    prop_assert!(!refusal.words(&|_| "then".to_owned()).is_empty());
                    Vec::new()
                }
            };
            let finding = match chance % 9 {
                0 => Some(Finding::Recovered),
                1 => Some(Finding::ShiftDetected { onset_at: at(700), onset_from: at(690) }),
                _ => None,
            };
            if let Some(finding) = finding {
                applied.push(found(story.now, finding.clone()));
                applied.extend(story.highwater(finding));
            }
            applied.iter().for_each(|event| replayed.apply(event));
            prop_assert_eq!(&replayed, &story.record, "a replay gives the same");
            let times = story.record.times;
            let ends = [times.mitigated, times.resolved, times.closed];
            let known: Vec<Timestamp> = ends.into_iter().flatten().collect();
            prop_assert!(known.is_sorted(), "{:?}", times);
            let leads = story.record.roles.iter().filter(|held| held.role == Role::Lead).count();
            prop_assert!(leads <= 1);
        }
    }
}

#[test]
fn people_are_reminded_once_of_a_wait_and_of_a_promise() {
    let mut story = Story::new();
    let remind = |story: &mut Story, now: i64| {
        story.now = now;
        let events = story.record.reminders(at(now));
        events.iter().for_each(|event| story.record.apply(event));
        events.len()
    };
    assert_eq!(story.record.next_reminder(), None);
    let wait = Command::Wait { condition: text("back at half"), until: at(2_000) };
    story.says("Anna", wait.clone()).unwrap();
    story.says("Anna", Command::PromiseUpdate { due: at(1_500) }).unwrap();
    assert_eq!(story.record.next_reminder(), Some(at(1_500)));
    assert_eq!(remind(&mut story, 1_499), 0);
    assert_eq!(remind(&mut story, 1_500), 1, "the promise");
    assert!(story.record.promise.as_ref().unwrap().is_overdue);
    assert_eq!(story.record.next_reminder(), Some(at(2_000)));
    assert_eq!(remind(&mut story, 1_900), 0, "once");
    assert_eq!(remind(&mut story, 2_500), 1, "the wait");
    assert!(story.record.wait.as_ref().unwrap().is_over);
    assert_eq!((remind(&mut story, 3_000), story.record.next_reminder()), (0, None));
    // A new wait is another, and one of an incident that is closed is none.
    let again = Command::Wait { condition: text("the night's data"), until: at(4_000) };
    story.says("Anna", again).unwrap();
    assert_eq!(story.record.next_reminder(), Some(at(4_000)));
    story.says("Anna", status(Status::Declined, Some("it is as wanted"))).unwrap();
    assert_eq!((story.record.next_reminder(), remind(&mut story, 5_000)), (None, 0));
}

#[test]
fn incident_is_restricted_to_those_who_are_named_and_who_says_so() {
    let mut story = Story::new();
    let lift = Command::LiftRestriction;
    let refused = story.says("Anna", lift.clone()).unwrap_err();
    assert_eq!(refused, Refusal::Standing(Standing::NotRestricted));
    let restrict = Command::Restrict { to: vec![name("Zoe"), name("Bob"), name("Bob")] };
    story.says("Anna", restrict.clone()).unwrap();
    let readers = vec![name("Anna"), name("Bob"), name("Zoe")];
    assert_eq!(story.record.restricted_to, Some(readers));
    let again = story.says("Anna", restrict).unwrap_err();
    assert_eq!(again, Refusal::Standing(Standing::RestrictedAlready));
    let many = (0..100).map(|n| name(&format!("reader {n}"))).collect();
    let refused = story.says("Anna", Command::Restrict { to: many }).unwrap_err();
    assert_eq!(refused, Refusal::Standing(Standing::TooManyReaders(100)));
    story.says("Bob", lift).unwrap();
    assert_eq!(story.record.restricted_to, None);
}
