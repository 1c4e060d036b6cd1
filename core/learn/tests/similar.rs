//! Which incidents are like another, in which order, and what is said of them.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/team.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod team;

use hw_incident::Status;
use hw_learn::{Case, Similar, similar};
use hw_model::{Direction, Effect, IncidentId, Signal};
use team::{case, day, log, loud, on_the_way, silent, starting_at, tried};

const ASK: &str = "screening|in|eligibility|ask";
const WAY: [&str; 2] = ["intake|in|router|POST /items", "router|in|screening|POST /items"];

/// The gate of the story is open: the answers of eligibility let everything through.
fn open_gate(id: u32) -> Case {
    let incident = starting_at(case(id, day(f64::from(id))), "eligibility", Some(ASK));
    let mut incident = on_the_way(incident, &WAY);
    incident.title = "screening passes 100 % of what it receives".to_owned();
    silent(incident, Signal::Transfer, Direction::Up)
}

fn titled(mut incident: Case, title: &str) -> Case {
    title.clone_into(&mut incident.title);
    incident
}

/// What is like the first.
fn found(this: Case, others: Vec<Case>) -> Vec<Similar> {
    let id = this.id;
    similar(&log(vec![], [vec![this], others].concat()), id).unwrap()
}

fn order(found: &[Similar]) -> Vec<u32> {
    found.iter().map(|it| it.incident.0).collect()
}

#[test]
fn place_comes_before_shape_and_shape_before_words() {
    let same_leg = titled(open_gate(2), "nothing in common by name");
    let mut same_service = titled(open_gate(3), "another one");
    same_service.origins[0].hop = None;
    let same_service_other_shape =
        loud(titled(same_service.clone(), "failing"), Signal::Errors, Direction::Up);
    let same_service_other_shape = Case { id: IncidentId(4), ..same_service_other_shape };
    let elsewhere = starting_at(titled(case(5, day(5.0)), "pricing"), "pricing", None);
    let same_shape = silent(elsewhere.clone(), Signal::Transfer, Direction::Up);
    let other_way = silent(elsewhere.clone(), Signal::Transfer, Direction::Down);
    let other_way = Case { id: IncidentId(6), ..other_way };
    let by_words = titled(
        loud(Case { id: IncidentId(7), ..elsewhere.clone() }, Signal::Latency, Direction::Up),
        "screening passes 100 % of what it receives",
    );
    let nothing = loud(Case { id: IncidentId(8), ..elsewhere }, Signal::Errors, Direction::Up);
    let all = vec![
        nothing,
        by_words,
        other_way,
        same_shape,
        same_service_other_shape,
        same_service,
        same_leg,
    ];
    let found = found(open_gate(1), all);
    assert_eq!(order(&found), [2, 3, 4, 5, 6], "and not by words alone, where figures speak");
    assert!(found.windows(2).all(|pair| pair[0].points > pair[1].points), "{found:#?}");
}

#[test]
fn what_they_share_is_said_the_weightiest_first() {
    let found = found(open_gate(1), vec![open_gate(2)]);
    assert_eq!(
        found[0].because,
        [
            "both start at eligibility, and show first on screening -> eligibility",
            "in both the share of items that go on rose",
            "2 of 2 legs on the way of the items are the same",
            "both were silent: nothing failed, and nothing was slow",
            "their titles share \"passes\", \"receives\", \"screening\" and \"what\"",
        ]
    );
    assert!(!found[0].is_by_words_only);
}

#[test]
fn a_place_on_the_way_is_less_than_the_same_place() {
    let upstream = starting_at(case(2, day(2.0)), "router", None);
    let upstream = loud(upstream, Signal::Errors, Direction::Up);
    assert_eq!(
        order(&found(open_gate(1), vec![upstream.clone()])),
        [],
        "the way alone is too little"
    );
    let upstream = on_the_way(upstream, &WAY[..1]);
    let found = found(open_gate(1), vec![upstream]);
    assert_eq!(
        found[0].because,
        [
            "it started at router, which lies on the way of the items here",
            "1 of 2 legs on the way of the items are the same"
        ]
    );
}

#[test]
fn how_it_was_stopped_then_is_said() {
    let at = |minutes: f64| day(2.0).plus_s(minutes * 60.0);
    let mut other = tried(open_gate(2), "rollback of router", at(20.0), Effect::None);
    other = tried(other, "restart of eligibility", at(45.0), Effect::Worked);
    other = tried(other, "scaled screening", at(50.0), Effect::Undecided);
    let mut over = open_gate(3);
    over.attempts.clear();
    let mut lasting = open_gate(4);
    lasting.times.mitigated = None;
    let found = found(open_gate(1), vec![other, over, lasting]);
    assert_eq!(order(&found), [4, 3, 2], "of equal ones the latest comes first");
    assert_eq!(found[0].mitigated, ["it is not over"]);
    assert_eq!(
        found[1].mitigated,
        ["it stopped 60 min after it began; what stopped it is not known"]
    );
    assert_eq!(
        found[2].mitigated,
        ["restart of eligibility helped, 45 min after it began", "rollback of router did not help"]
    );
}

#[test]
fn where_no_figure_speaks_words_are_all_there_is_and_it_is_said() {
    let by_hand = |id, title: &str| titled(case(id, day(f64::from(id))), title);
    let this = by_hand(1, "inbox of the claims team is full");
    let alike = by_hand(2, "claims inbox full again");
    let less = by_hand(3, "claims are slow, and nobody knows why yet");
    let found = found(this, vec![less, alike]);
    assert_eq!(order(&found), [2]);
    assert!(found[0].is_by_words_only);
    assert_eq!(found[0].because, ["their titles share \"claims\", \"full\" and \"inbox\""]);
}

#[test]
fn declined_merged_and_unknown_incidents_are_none() {
    let mut declined = open_gate(2);
    declined.status = Status::Declined;
    let mut merged = open_gate(3);
    merged.status = Status::Merged;
    let log = log(vec![], vec![open_gate(1), declined, merged]);
    assert_eq!(similar(&log, IncidentId(1)).unwrap(), []);
    assert_eq!(similar(&log, IncidentId(9)), None);
    assert_eq!(similar(&log, IncidentId(2)).unwrap().len(), 1, "it may be asked about, though");
}

#[test]
fn hostile_names_are_text() {
    let bad = "eli\u{1b}[31mgib\u{202e}ility";
    let with = |id| {
        let hop = format!("screening|in|{bad}|ask");
        let incident = starting_at(case(id, day(f64::from(id))), bad, Some(&hop));
        titled(incident, "\u{1b}[2Jwiped\u{202e} screen")
    };
    let found = found(with(1), vec![with(2)]);
    let said = found[0].because.join(" ");
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    assert!(said.contains("eli[31mgibility"), "{said}");
}
