//! Who is named for a service, in which order, and with which words.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_model::{Effect, IncidentId, Timestamp};
use hw_people::{
    Absence, Aliases, Answer, ChangeDone, FeedRef, FileEntry, HALF_LIFE_DAYS, Knowledge,
    KnowsEvidence, Matched, OnCall, Owner, OwnerSource, Person, RoleHeld, Teams, who_knows,
};
use proptest::prelude::*;

/// 2026-10-19T12:00:00Z.
const NOW: Timestamp = Timestamp::from_s(1_792_411_200);

fn person(name: &str) -> Person {
    Person::new(name).unwrap()
}

fn days_ago(days: f64) -> Timestamp {
    NOW.plus_s(-days * 86_400.0)
}

fn knows(name: &str, days: f64, knowledge: Knowledge) -> KnowsEvidence {
    KnowsEvidence {
        person: person(name),
        service: "payments".to_owned(),
        at: days_ago(days),
        knowledge,
    }
}

fn role(name: &str, days: f64, incident: u32, role: RoleHeld) -> KnowsEvidence {
    let incident = IncidentId(incident);
    knows(name, days, Knowledge::Incident { incident, role })
}

fn mitigation(name: &str, days: f64, incident: u32, effect: Effect) -> KnowsEvidence {
    let incident = IncidentId(incident);
    knows(name, days, Knowledge::Mitigation { incident, effect })
}

fn change(name: &str, days: f64, done: ChangeDone) -> KnowsEvidence {
    knows(name, days, Knowledge::Change(done))
}

fn feed(name: &str) -> FeedRef {
    FeedRef { name: name.to_owned(), read_at: days_ago(0.125) }
}

fn away(name: &str, from_days: f64, to_days: f64) -> Absence {
    Absence {
        person: person(name),
        from: NOW.plus_s(from_days * 86_400.0),
        to: NOW.plus_s(to_days * 86_400.0),
        feed: feed("holidays"),
    }
}

fn on_call(name: &str, service: &str) -> OnCall {
    OnCall {
        person: person(name),
        service: service.to_owned(),
        from: days_ago(1.0),
        to: days_ago(-6.0),
        feed: feed("pager"),
    }
}

fn owner(name: &str, is_team: bool) -> Owner {
    Owner {
        service: "payments".to_owned(),
        owner: person(name),
        is_team,
        source: OwnerSource::CodeOwners,
        file: "CODEOWNERS".to_owned(),
        entry: FileEntry::Line(7),
        matched: Matched::ByPath,
    }
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.candidates.iter().map(|candidate| candidate.person.name()).collect()
}

fn ask(answer: &Answer) -> Vec<&str> {
    answer.ask.iter().map(Person::name).collect()
}

#[test]
fn whoever_handled_an_incident_comes_before_whoever_deploys() {
    let mut evidence =
        vec![role("Anna", 7.5, 3, RoleHeld::Lead), role("Bob", 7.5, 3, RoleHeld::Helper)];
    evidence.extend((0..500).map(|_| change("robot", 7.5, ChangeDone::Made)));
    evidence.extend((0..500).map(|_| change("robot", 7.5, ChangeDone::Told)));
    let answer = who_knows("payments", NOW, &evidence, &[], &[]);
    assert_eq!(names(&answer), ["Anna", "Bob", "robot"]);
    assert_eq!(ask(&answer), ["Anna", "Bob"]);
}

#[test]
fn every_role_has_its_weight_and_its_word() {
    for (held, score, word) in [
        (RoleHeld::Lead, 8.0, "lead"),
        (RoleHeld::Scribe, 5.0, "scribe"),
        (RoleHeld::Deputy, 5.0, "deputy"),
        (RoleHeld::Liaison, 5.0, "liaison"),
        (RoleHeld::Helper, 5.0, "helper"),
    ] {
        let answer = who_knows("payments", NOW, &[role("Anna", 0.0, 3, held)], &[], &[]);
        let anna = &answer.candidates[0];
        assert!((anna.score - score).abs() < 1e-9);
        assert_eq!(anna.because, [format!("{word} of INC-3 (19 Oct)")]);
    }
}

#[test]
fn whoever_stopped_the_harm_is_said_with_the_incident() {
    let evidence = [
        mitigation("Anna", 0.0, 3, Effect::None),
        mitigation("Anna", 0.0, 3, Effect::Worked),
        mitigation("Anna", 0.0, 2, Effect::Undecided),
        mitigation("Bob", 0.0, 3, Effect::None),
    ];
    let answer = who_knows("payments", NOW, &evidence, &[], &[]);
    let [anna, bob] = answer.candidates.as_slice() else { panic!("{answer:?}") };
    let words = "stopped the harm in INC-3 (19 Oct), and tried in 1 more incident";
    assert_eq!(anna.because, [words]);
    assert!((anna.score - 4.0).abs() < 1e-9, "the best attempt of each incident: {}", anna.score);
    assert_eq!(bob.because, ["tried to stop the harm in INC-3 (19 Oct)"]);
}

#[test]
fn evidence_is_said_in_short_sentences() {
    let mut evidence = vec![
        role("Anna", 7.6, 3, RoleHeld::Scribe),
        role("Anna", 7.6, 3, RoleHeld::Lead),
        role("Anna", 30.0, 2, RoleHeld::Helper),
        role("Anna", 400.0, 1, RoleHeld::Lead),
        knows("Anna", 8.0, Knowledge::Entry { incident: IncidentId(3) }),
    ];
    evidence.extend([2.0, 9.0, 20.0, 40.0].map(|days| change("Anna", days, ChangeDone::Told)));
    evidence.extend(owner("Anna", false).evidence(NOW, &Teams::default(), &Aliases::default()));
    let answer = who_knows("payments", NOW, &evidence, &[], &[]);
    assert_eq!(
        answer.candidates[0].because,
        [
            "lead of INC-3 (11 Oct)",
            "helper of INC-2 (19 Sep)",
            "owner by CODEOWNERS",
            "told 4 changes, the last 2 days ago",
            "wrote 1 entry, 11 Oct",
        ]
    );
    let many: Vec<_> = (1..=9).map(|n| role("Anna", 0.0, n, RoleHeld::Lead)).collect();
    let answer = who_knows("payments", NOW, &many, &[], &[]);
    assert_eq!(
        answer.candidates[0].because,
        ["lead of INC-8 (19 Oct)", "lead of INC-9 (19 Oct)", "took part in 7 more incidents"]
    );
    assert!((answer.candidates[0].score - 72.0).abs() < 1e-9);
}

#[test]
fn charlie_on_holiday_is_shown_as_away_and_the_next_two_are_named() {
    let evidence = [
        role("Charlie", 3.0, 9, RoleHeld::Lead),
        role("Alice", 30.0, 8, RoleHeld::Lead),
        role("Bob", 40.0, 7, RoleHeld::Helper),
        change("Dora", 1.0, ChangeDone::Told),
    ];
    let absences = [away("charlie", -2.0, 1.0), away("Charlie", 1.0, 5.0), away("Alice", 2.0, 3.0)];
    let answer = who_knows("payments", NOW, &evidence, &absences, &[]);
    assert_eq!(names(&answer), ["Charlie", "Alice", "Bob", "Dora"]);
    assert_eq!(ask(&answer), ["Alice", "Bob"]);
    let until = answer.candidates[0].away.clone().unwrap();
    assert_eq!((until.at, until.feed.name.as_str()), (days_ago(-5.0), "holidays"));
    assert_eq!(until.feed.read_at, days_ago(0.125));
    assert_eq!(answer.candidates[1].away, None, "an absence to come is no absence");
}

#[test]
fn who_is_on_call_is_marked_and_named_without_other_evidence() {
    let evidence = [
        role("Anna", 3.0, 9, RoleHeld::Lead),
        knows("Bob", 0.9, Knowledge::OnCall { feed: "pager".to_owned() }),
    ];
    let turns = [on_call("Bob", "payments"), on_call("Carla", "billing")];
    let answer = who_knows("payments", NOW, &evidence, &[], &turns);
    assert_eq!(names(&answer), ["Anna", "Bob"]);
    let bob = &answer.candidates[1];
    assert_eq!(bob.because, ["on call for it now"]);
    assert_eq!(bob.on_call.as_ref().unwrap().at, days_ago(-6.0));
    assert_eq!(answer.candidates[0].on_call, None);
    let away_on_call = who_knows("payments", NOW, &evidence, &[away("Bob", -1.0, 1.0)], &turns);
    assert_eq!(ask(&away_on_call), ["Anna"], "on call and away: marked as both, not to be asked");
}

#[test]
fn a_service_of_which_nothing_is_known_says_so_and_what_would_help() {
    let answer =
        who_knows("pay\u{1b}[2Jments", NOW, &[role("Anna", 1.0, 1, RoleHeld::Lead)], &[], &[]);
    let unknown = answer.unknown.unwrap();
    assert!(unknown.because.starts_with("Nobody is known to know pay[2Jments: no incident"));
    assert_eq!(unknown.would_help.len(), 3);
    assert_eq!((answer.candidates.len(), answer.ask.len()), (0, 0));
    let future = who_knows("payments", NOW, &[role("Anna", -1.0, 1, RoleHeld::Lead)], &[], &[]);
    assert!(future.unknown.is_some(), "what happens tomorrow is not known today");
    let file = owner("Anna", false);
    let read_later = file.evidence(days_ago(-1.0), &Teams::default(), &Aliases::default());
    let answer = who_knows("payments", NOW, &read_later, &[], &[]);
    assert!(answer.unknown.is_some(), "nor what a file said tomorrow");
}

#[test]
fn what_is_fresh_counts_more_and_halves_with_time() {
    let evidence = [
        role("Anna", 3.0 * HALF_LIFE_DAYS, 1, RoleHeld::Lead),
        role("Bob", 1.0, 2, RoleHeld::Helper),
    ];
    let answer = who_knows("payments", NOW, &evidence, &[], &[]);
    assert_eq!(names(&answer), ["Bob", "Anna"]);
    assert!((answer.candidates[1].score - 1.0).abs() < 1e-9);
}

#[test]
fn a_team_is_its_people_where_settings_list_them() {
    let aliases = Aliases::new([("Anna", ["@anna-s"]), ("Bob", ["@bob"])]).unwrap();
    let teams = Teams::new([("payments-team", ["@anna-s", "@bob"])], &aliases).unwrap();
    let evidence = owner("@acme/payments-team", true).evidence(NOW, &teams, &aliases);
    let answer = who_knows("payments", NOW, &evidence, &[], &[]);
    assert_eq!(names(&answer), ["Anna", "Bob"]);
    assert_eq!(answer.candidates[0].because, ["in @acme/payments-team, owner by CODEOWNERS"]);

    let unlisted = owner("@acme/other", true).evidence(NOW, &teams, &aliases);
    let answer = who_knows("payments", NOW, &unlisted, &[], &[]);
    assert!(answer.candidates[0].is_team && answer.ask.is_empty() && answer.unknown.is_none());
    assert_eq!(answer.candidates[0].because, ["the team that owns it by CODEOWNERS"]);
}

fn any_piece() -> impl Strategy<Value = KnowsEvidence> {
    let name = prop::sample::select(vec!["Anna", "anna", "Bob", "Carla"]);
    (name, -2.0..2_000.0, 0..8_u32).prop_map(|(name, days, kind)| match kind {
        0 => role(name, days, kind, RoleHeld::Lead),
        1 => role(name, days, 7, RoleHeld::Scribe),
        2 => change(name, days, ChangeDone::Told),
        3 => change(name, days, ChangeDone::Made),
        6 => mitigation(name, days, kind, Effect::Worked),
        7 => mitigation(name, days, 6, Effect::None),
        4 => knows(name, days, Knowledge::Entry { incident: IncidentId(7) }),
        _ => knows(name, days, Knowledge::OnCall { feed: "pager".to_owned() }),
    })
}

proptest! {
    #[test]
    fn the_order_of_facts_changes_nothing(pieces in prop::collection::vec(any_piece(), 0..40), by in 0..40_usize) {
        let mut turned = pieces.clone();
        turned.rotate_left(by.min(pieces.len()));
        let answer = who_knows("payments", NOW, &pieces, &[], &[]);
        let again = who_knows("payments", NOW, &turned, &[], &[]);
        prop_assert_eq!(&answer, &again);
        let scores: Vec<f64> = answer.candidates.iter().map(|c| c.score).collect();
        prop_assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(scores.iter().all(|score| score.is_finite() && *score >= 0.0));
        prop_assert!(answer.candidates.iter().all(|c| !c.because.is_empty() && c.because.len() <= 5));
    }

    #[test]
    fn more_evidence_never_lowers_a_score(pieces in prop::collection::vec(any_piece(), 0..20), more in any_piece()) {
        let score = |pieces: &[KnowsEvidence]| {
            let answer = who_knows("payments", NOW, pieces, &[], &[]);
            answer.candidates.iter().find(|c| c.person == more.person).map_or(0.0, |c| c.score)
        };
        let before = score(&pieces);
        let mut grown = pieces.clone();
        grown.push(more.clone());
        prop_assert!(score(&grown) >= before - 1e-9);
    }
}
