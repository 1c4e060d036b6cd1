//! No name stays, whatever it is and wherever it stands.

use super::*;
use crate::document::{Block, HeadFact, Place, Point, Row, Section, SectionKind, Table, Written};
use crate::figure::{AnswerData, Figure, FigureData};
use crate::question::{Question, QuestionKind};
use crate::source::{Sentence, Source};
use hw_incident::ReviewStatus;
use hw_model::{Hop, IncidentId, Timestamp};
use proptest::prelude::*;

/// A document in which a text stands in every place.
fn everywhere(text: &str, people: &[&str]) -> Document {
    let sentence = || Sentence::new(text, Source::Query(format!("/api/v1/{text}")));
    let section = |kind| Section {
        kind,
        title: text.to_owned(),
        blocks: vec![
            Block::Paragraph(vec![sentence()]),
            Block::List(vec![Point { sentence: sentence(), facts: vec![sentence()] }]),
            Block::Table(Table {
                columns: vec![text.to_owned()],
                rows: vec![Row { cells: vec![text.to_owned()], sources: Source::Entry(1).into() }],
            }),
            Block::Figure("answers".to_owned()),
        ],
        questions: vec![Question {
            kind: QuestionKind::Luck,
            words: text.to_owned(),
            sources: Vec::new(),
            hints: vec![sentence()],
        }],
        written: Some(Written {
            text: text.to_owned(),
            place: Place::After,
            by: people.first().map(|name| (*name).to_owned()),
            at: None,
        }),
    };
    Document {
        incident: Some(IncidentId(1)),
        title: text.to_owned(),
        at: None,
        status: None,
        severity: None,
        state: ReviewStatus::Draft,
        version: 1,
        due: None,
        made_at: Timestamp(0),
        audience: Audience::Internal,
        restricted_to: people.iter().map(|name| (*name).to_owned()).collect(),
        people: people.iter().map(|name| (*name).to_owned()).collect(),
        facts: vec![HeadFact { label: "Lead".to_owned(), sentence: sentence() }],
        sections: SectionKind::ALL.map(section).into(),
        figures: vec![Figure {
            id: "answers".to_owned(),
            title: text.to_owned(),
            query: format!("/api/v1/{text}"),
            data: FigureData::Answers(AnswerData {
                hop: Hop {
                    caller: text.to_owned(),
                    entry: Some(text.to_owned()),
                    callee: text.to_owned(),
                    operation: text.to_owned(),
                },
                before: vec![(text.to_owned(), 1)],
                since: vec![(text.to_owned(), 1)],
            }),
        }],
    }
}

fn cleared(text: &str, people: &[&str]) -> String {
    redact(&everywhere(text, people), &Redaction::default()).title
}

#[test]
fn people_are_roles_and_numbered_as_they_appear() {
    let people = ["Anna Schmidt", "Bob"];
    assert_eq!(
        cleared("Bob asked Anna; anna schmidt's fix: ANNA, @bob, ASchmidt, bob_2. Bob!", &people),
        "Engineer 1 asked engineer 2; engineer 2's fix: engineer 2, @engineer 1, engineer 2, engineer 1_2. Engineer 1!"
    );
    assert_eq!(cleared("then Bob left, bobbing", &["Bob"]), "then an engineer left, bobbing");
    assert_eq!(
        cleared("Zo\u{eb} and \u{130}pek, \u{130}PEK", &["Zo\u{eb}", "\u{130}pek"]),
        "Engineer 1 and engineer 2, engineer 2"
    );
}

#[test]
fn names_that_are_words_are_names_with_a_capital_or_as_they_were_given() {
    assert_eq!(
        cleared("It rose; then Rose said so.", &["Rose", "Tom"]),
        "It rose; then engineer 1 said so."
    );
    assert_eq!(
        cleared("rose noticed", &["rose", "Tom"]),
        "Engineer 1 noticed",
        "people write handles in small letters"
    );
    assert_eq!(
        cleared("on 12 Jan 2026 Jan came, Jan 13, in Jan", &["Jan", "Tom"]),
        "on 12 Jan 2026 engineer 1 came, Jan 13, in engineer 1"
    );
    assert_eq!(cleared("al dente, Al", &["Al", "Tom"]), "al dente, engineer 1");
    let document = everywhere("it rose again", &["Rose"]);
    assert_eq!(doubtful_words(&document, &Redaction::default()), ["rose"]);
}

#[test]
fn hosts_go_and_services_stay_unless_they_are_to_go() {
    let text = "router at 10.0.0.1 and crypt-7: https://x.example/a, eligibility:8080, router-2";
    let document = everywhere(text, &[]);
    let mut redaction = Redaction { hosts: vec!["crypt-7".to_owned()], ..Redaction::default() };
    assert_eq!(
        redact(&document, &redaction).title,
        "router at [host] and [host]: [host], [host], router-2"
    );
    redaction.services = ServiceNames::Hidden(vec!["eligibility".to_owned(), "router".to_owned()]);
    let public = redact(&document, &redaction);
    assert_eq!(public.title, "service 1 at [host] and [host]: [host], [host], service 1-2");
    assert_eq!(public.audience, Audience::Public);
}

#[test]
fn what_is_for_the_team_stays_with_it() {
    let public = redact(&everywhere("text", &["Bob"]), &Redaction::default());
    let kinds: Vec<SectionKind> = public.sections.iter().map(|section| section.kind).collect();
    assert!(kinds.iter().all(|kind| kind.is_public()), "{kinds:?}");
    assert_eq!(public.questions().count(), 0);
    assert!(public.restricted_to.is_empty());
    assert!(
        public
            .said()
            .all(|(_, sources)| !sources.iter().any(|source| matches!(source, Source::Query(_))))
    );
    assert!(public.figures.iter().all(|figure| figure.query.is_empty()));
}

#[test]
fn a_megabyte_of_names_is_cleared_in_time() {
    let long = "Bob asked Anna at 10.0.0.1. ".repeat(40_000);
    let document = Document { title: long, ..everywhere("text", &["Anna", "Bob"]) };
    let public = redact(&document, &Redaction::default()).title;
    assert!(!public.contains("Bob") && !public.contains("Anna") && !public.contains("10.0"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_name_survives_anywhere(
        name in "[A-Z\u{c0}-\u{d6}][a-z\u{e0}-\u{f6}]{3,8}( [A-Z][a-z]{3,8})?",
        before in "[ \"'(@_.:/<>*`0-9-]{0,3}",
        after in "[ \"')@_.:/<>*`0-9-]{0,3}",
        form in 0..4_usize,
    ) {
        let written = match form {
            0 => name.clone(),
            1 => name.to_uppercase(),
            2 => name.to_lowercase(),
            _ => name.split(' ').next().unwrap().to_owned(),
        };
        let document = everywhere(&format!("x {before}{written}{after} y"), &[&name, "Other Person"]);
        let public = format!("{:?}", redact(&document, &Redaction::default())).to_lowercase();
        for part in name.to_lowercase().split(' ') {
            let stays = public.match_indices(part).any(|(at, _)| {
                let left = public[..at].chars().next_back();
                let right = public[at + part.len()..].chars().next();
                !left.is_some_and(char::is_alphabetic) && !right.is_some_and(char::is_alphabetic)
            });
            prop_assert!(!stays, "{part} stays in {public}");
        }
    }
}
