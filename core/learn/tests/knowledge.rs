//! The map of who knows what: few knowers first, who is new, who is away.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_learn::{ServiceKnowledge, knowledge};
use hw_model::{IncidentId, Timestamp};
use hw_people::{
    Absence, Answer, FeedRef, Holder, Knowledge, KnowsEvidence, OwnerSource, Person, RoleHeld,
    who_knows,
};

const NOW: Timestamp = Timestamp::from_s(1_795_330_800);
const BEFORE: Timestamp = Timestamp::from_s(1_795_330_800 - 7 * 86_400);

fn led(service: &str, name: &str, days_ago: f64) -> KnowsEvidence {
    let knowledge = Knowledge::Incident { incident: IncidentId(1), role: RoleHeld::Lead };
    let (person, at) = (Person::new(name).unwrap(), NOW.plus_s(-days_ago * 86_400.0));
    KnowsEvidence { person, service: service.to_owned(), at, knowledge }
}

fn owned(service: &str, team: &str) -> KnowsEvidence {
    let knowledge = Knowledge::Owns { source: OwnerSource::CodeOwners, holder: Holder::Team };
    let person = Person::new(team).unwrap();
    KnowsEvidence { person, service: service.to_owned(), at: BEFORE, knowledge }
}

fn away(name: &str) -> Absence {
    let feed = FeedRef { name: "holidays".to_owned(), read_at: NOW };
    let person = Person::new(name).unwrap();
    Absence { person, from: NOW.plus_s(-60.0), to: NOW.plus_s(60.0), feed }
}

fn map(
    services: &[&str],
    evidence: &[KnowsEvidence],
    absences: &[Absence],
) -> Vec<ServiceKnowledge> {
    let of = |service: &&str, now| who_knows(service, now, evidence, absences, &[]);
    let pairs: Vec<(Answer, Answer)> =
        services.iter().map(|service| (of(service, NOW), of(service, BEFORE))).collect();
    knowledge(&pairs)
}

#[test]
fn services_that_few_know_come_first() {
    let evidence = [
        led("gate", "Charlie", 30.0),
        led("gate", "Alice", 1.0),
        led("gate", "Bob", 1.0),
        led("router", "Charlie", 30.0),
        owned("worklist", "@acme/lists"),
    ];
    let map = map(&["gate", "router", "worklist", "mail"], &evidence, &[away("Charlie")]);
    let said: Vec<(&str, u64, u64, &str)> = map
        .iter()
        .map(|it| (it.service.as_str(), it.bus_factor, it.here, it.words.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("mail", 0, 0, "nobody is known to know mail"),
            (
                "worklist",
                0,
                0,
                "worklist is owned by @acme/lists; who is in it, settings do not say"
            ),
            ("router", 1, 0, "only Charlie knows router; Charlie is away"),
            (
                "gate",
                3,
                2,
                "3 people know gate: Alice, Bob and Charlie; Charlie is away; 2 more since then: Alice and \
                 Bob"
            ),
        ]
    );
    assert_eq!(map[1].teams, ["@acme/lists"]);
    let gate = &map[3].people;
    assert_eq!(gate.iter().map(|it| it.is_new).collect::<Vec<_>>(), [true, true, false]);
    assert!(gate.iter().all(|it| it.because[0].starts_with("lead of INC-1")), "{gate:#?}");
}

#[test]
fn many_are_counted_and_the_best_are_named() {
    let evidence: Vec<KnowsEvidence> =
        ["A", "B", "C", "D", "E"].iter().map(|name| led("gate", name, 30.0)).collect();
    let map = map(&["gate"], &evidence, &[]);
    assert_eq!(map[0].words, "5 people know gate: A, B, C and 2 more");
}
