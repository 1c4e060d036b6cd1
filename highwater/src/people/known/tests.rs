use super::*;
use crate::people::{FeedFrom, OwnershipPlace};
use std::path::PathBuf;

/// 2026-11-23T06:00:00Z.
const NOW: Timestamp = Timestamp::from_s(1_795_413_600);
const HOUR_S: f64 = 3_600.0;

fn source(name: &str, kind: FeedKind) -> FeedSource {
    FeedSource {
        feed: Feed::new(name, kind),
        team: None,
        from: FeedFrom::File(PathBuf::from(name)),
        allow_private: Vec::new(),
    }
}

fn known(feeds: Vec<FeedSource>) -> Known {
    let places = vec![OwnershipPlace { path: "/shop".into(), services: BTreeMap::new() }];
    Known::new(PeopleSettings { feeds, places, ..PeopleSettings::default() })
}

/// A calendar in which somebody is on call every day from 00:00 to 12:00.
fn calendar(who: &str) -> Vec<u8> {
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{who}\r\nDTSTART:20200101T000000Z\r\n\
         DTEND:20200101T120000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    .into_bytes()
}

fn facts_at(known: &Known, now: Timestamp) -> Facts {
    known.facts(&Asked { service: "gate", seen: &BTreeSet::new(), now })
}

fn on_call(facts: &Facts) -> Vec<&str> {
    facts.on_call.iter().map(|turn| turn.person.name()).collect()
}

/// What was read of the one file of the one place.
fn catalog(name: &str) -> Result<FilesRead, String> {
    let file = format!("kind: Component\nmetadata: {{name: {name}}}\nspec: {{owner: gates}}\n");
    let read = hw_roster::read_catalog(file.as_bytes()).unwrap();
    let content = Content::Listings { source: hw_people::OwnerSource::CatalogInfo, read };
    Ok(FilesRead::from([("/shop/catalog-info.yaml".to_owned(), Ok(content))]))
}

#[test]
fn a_feed_that_breaks_keeps_what_was_read_and_says_since_when() {
    let known = known(vec![source("pager", FeedKind::OnCall)]);
    known.take_files(0, NOW, catalog("other"));
    let said = facts_at(&known, NOW);
    assert_eq!(said.troubles, ["The feed pager was not read yet: ask again in a moment."]);
    known.take_feed((0, NOW), NOW, Ok(&calendar("Ann"))).unwrap();
    let said = facts_at(&known, NOW);
    assert_eq!((on_call(&said), said.troubles.len()), (vec!["Ann"], 0));
    for hour in [1.0, 2.0] {
        let at = NOW.plus_s(hour * HOUR_S);
        let why = known.take_feed((0, at), at, Err("answered 500".to_owned())).unwrap_err();
        assert_eq!(why, "answered 500");
    }
    let later = NOW.plus_s(2.5 * HOUR_S);
    let said = facts_at(&known, later);
    assert_eq!(on_call(&said), ["Ann"]);
    assert_eq!(
        said.troubles,
        [
            "The feed pager cannot be read since 2026-11-23T07:00:00.000Z: answered 500. What is said here was \
          read at 2026-11-23T06:00:00.000Z."
        ]
    );
    let page = b"<html><title>\x1b[2JSign in</title>".as_slice();
    let why = known.take_feed((0, later), later, Ok(page)).unwrap_err();
    assert_eq!(why, "expected a calendar, got a web page titled \"[2JSign in\"");
    known.take_feed((0, later), later, Ok(&calendar("Bo"))).unwrap();
    let said = facts_at(&known, later);
    assert_eq!((on_call(&said), said.troubles.len()), (vec!["Bo"], 0));
}

#[test]
fn calendars_are_read_anew_for_the_time_that_is_asked_about() {
    let known = known(vec![source("pager", FeedKind::OnCall)]);
    known.take_files(0, NOW, catalog("other"));
    known.take_feed((0, NOW), NOW, Ok(&calendar("Ann"))).unwrap();
    // The latest record may be of any year: the calendar was read just now all the same.
    for years in [-4, 4, 32] {
        let now = Timestamp::from_s(1_795_413_600 + years / 4 * 1_461 * 86_400);
        let said = facts_at(&known, now);
        assert_eq!((on_call(&said), said.troubles.len()), (vec!["Ann"], 0), "{years}");
        assert_eq!(said.on_call[0].feed.read_at, NOW);
        assert!(said.on_call[0].to > now && said.on_call[0].from <= now);
        let evening = facts_at(&known, now.plus_s(8.0 * HOUR_S));
        assert!(on_call(&evening).is_empty(), "{evening:?}");
    }
}

#[test]
fn a_calendar_is_for_its_services_or_those_of_its_team() {
    let mut of_gate = source("gate", FeedKind::OnCall);
    of_gate.feed.services = vec!["gate".to_owned()];
    let mut of_team = source("team", FeedKind::OnCall);
    of_team.team = Some("@acme/Gates".to_owned());
    let known = known(vec![of_gate, of_team, source("holidays", FeedKind::Away)]);
    known.take_files(0, NOW, catalog("router"));
    for (number, who) in ["Ann", "Bo", "Cy"].into_iter().enumerate() {
        known.take_feed((number, NOW), NOW, Ok(&calendar(who))).unwrap();
    }
    let of = |service: &str| {
        let seen = ["gate", "router", "inbox"].map(str::to_owned).into();
        known.facts(&Asked { service, seen: &seen, now: NOW })
    };
    assert_eq!(on_call(&of("gate")), ["Ann"]);
    assert_eq!(on_call(&of("router")), ["Bo"], "the team owns it");
    let inbox = of("inbox");
    assert_eq!((on_call(&inbox).len(), inbox.absences.is_empty()), (0, false));
    assert!(inbox.is_without_turns && inbox.troubles.is_empty(), "{inbox:?}");
    assert!(!of("gate").is_without_turns);
    assert_eq!(known.names(), ["gate", "router"].map(str::to_owned).into());
}

#[test]
fn a_file_that_is_taken_away_says_nothing_and_one_that_breaks_keeps_its_owners() {
    let known = known(Vec::new());
    let owners = |at: Timestamp| facts_at(&known, at);
    assert!(owners(NOW).troubles[0].starts_with("/shop was not read yet"));
    known.take_files(0, NOW, catalog("gate"));
    assert_eq!(owners(NOW).owners.len(), 1);
    let later = NOW.plus_s(HOUR_S);
    let broken =
        FilesRead::from([("/shop/catalog-info.yaml".to_owned(), Err("no YAML".to_owned()))]);
    known.take_files(0, later, Ok(broken));
    let said = owners(later);
    assert_eq!((said.owners.len(), said.troubles.len()), (1, 1), "{said:?}");
    assert!(said.troubles[0].contains("cannot be read since 2026-11-23T07:00:00.000Z: no YAML."));
    known.take_files(0, later, Err("gone".to_owned()));
    let said = owners(later);
    assert_eq!(said.owners.len(), 1);
    let expect = "/shop cannot be read since 2026-11-23T07:00:00.000Z: gone. What is said of it here was \
                  read at 2026-11-23T06:00:00.000Z.";
    assert_eq!(said.troubles[0], expect);
    known.take_files(0, later, Ok(FilesRead::new()));
    assert!(owners(later).owners.is_empty());
    // Nearly the same name counts only where both were seen.
    known.take_files(0, later, catalog("GATE"));
    assert!(owners(later).owners.is_empty());
}
