//! Feeds in the shapes real tools write them, over the nights in which clocks change.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_model::{Interval, Timestamp};
use hw_people::{Aliases, ChangeDone, Knowledge, KnowsEvidence, who_knows};
use hw_roster::{Feed, FeedKind, FeedRead, FeedRefused, Roster, read_feed};

const GOOGLE: &[u8] = include_bytes!("samples/google.ics");
const OUTLOOK: &[u8] = include_bytes!("samples/outlook.ics");
const PAGERDUTY: &[u8] = include_bytes!("samples/pagerduty.ics");
const OPSGENIE: &[u8] = include_bytes!("samples/opsgenie.ics");
const OVERRIDES: &[u8] = include_bytes!("samples/grafana-overrides.ics");
const AWAY: &[u8] = include_bytes!("samples/away.ics");

/// An instant from `2026-10-26T08:00Z`.
fn at(written: &str) -> Timestamp {
    let written = written.replace('Z', ":00Z");
    let instant: jiff::Timestamp = written.parse().unwrap();
    Timestamp::from_s(instant.as_second())
}

fn covers() -> Interval {
    Interval { from: at("2026-10-01T00:00Z"), to: at("2026-12-01T00:00Z") }
}

fn aliases() -> Aliases {
    Aliases::new([
        ("Anna Schmidt", vec!["anna.schmidt@example.com"]),
        ("Bob", vec!["bob@example.com"]),
        ("Carla Díaz", vec!["carla"]),
        ("Jane Doe", vec!["jane@example.com"]),
    ])
    .unwrap()
}

fn feed(name: &str, kind: FeedKind) -> Feed {
    let mut feed = Feed::new(name, kind);
    feed.strip = ["[L1]", "On-call", "On Call", "Away", "Vacation"].map(str::to_owned).to_vec();
    feed.cut = [" (".to_owned(), " - ".to_owned()].to_vec();
    feed
}

fn read(bytes: &[u8]) -> FeedRead {
    read_feed(&feed("pager", FeedKind::OnCall), bytes, &aliases(), covers()).unwrap()
}

/// Turns as `Bob 10-26T08:00 11-02T08:00`, in UTC.
fn said(read: &FeedRead) -> Vec<String> {
    let day = |at: Timestamp| {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(at.0)).unwrap();
        instant.strftime("%m-%dT%H:%M").to_string()
    };
    read.turns.iter().map(|s| format!("{} {} {}", s.person, day(s.from), day(s.to))).collect()
}

/// A calendar around some lines of events.
fn calendar(events: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}\nEND:VCALENDAR\n").into_bytes()
}

fn event(lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\n")
}

#[test]
fn google_a_weekly_rotation_has_no_gap_where_the_clock_changes() {
    let read = read(GOOGLE);
    assert_eq!(
        said(&read),
        [
            "Anna Schmidt 10-05T07:00 10-12T07:00",
            "Bob 10-12T07:00 10-19T07:00",
            "Anna Schmidt 10-19T07:00 10-26T08:00",
            "Carla Díaz 10-26T08:00 10-27T11:00",
            "Bob 10-27T11:00 11-02T08:00",
            "Anna Schmidt 11-02T08:00 11-09T08:00",
            "Bob 11-09T08:00 11-16T08:00",
            "Bob 11-23T08:00 11-30T08:00",
            "Anna Schmidt 11-30T08:00 12-07T08:00",
        ]
    );
    assert_eq!((read.counts.n_events, read.counts.n_ignored, read.counts.n_cancelled), (6, 1, 1));
    assert_eq!(read.troubles, Vec::<String>::new());
}

#[test]
fn outlook_windows_zones_moved_nights_and_who_declined() {
    let read = read(OUTLOOK);
    assert_eq!(
        said(&read),
        [
            "Anna Schmidt 10-16T20:00 10-17T04:00",
            "Anna Schmidt 10-17T20:00 10-18T04:00",
            "Anna Schmidt 10-23T20:00 10-24T04:00",
            "Bob 10-25T21:00 10-26T05:00",
            "Nina 10-25T22:00 10-26T10:00",
            "Anna Schmidt 10-31T21:00 11-01T05:00",
            "Nina 11-01T23:00 11-02T11:00",
            "Anna Schmidt 11-07T21:00 11-08T05:00",
            "Nina 11-08T23:00 11-09T11:00",
            "Anna Schmidt 11-13T21:00 11-14T05:00",
            "Anna Schmidt 11-14T21:00 11-15T05:00",
            "Anna Schmidt 11-20T21:00 11-21T05:00",
            "Anna Schmidt 11-21T21:00 11-22T05:00",
            "Anna Schmidt 11-27T21:00 11-28T05:00",
            "Anna Schmidt 11-28T21:00 11-29T05:00",
        ]
    );
    assert_eq!(read.troubles, Vec::<String>::new());
}

#[test]
fn pagerduty_and_opsgenie() {
    assert_eq!(
        said(&read(PAGERDUTY)),
        ["Jane Doe 10-19T15:00 10-26T15:00", "omar@example.com 10-26T15:00 11-02T16:00"]
    );
    assert_eq!(
        said(&read(OPSGENIE)),
        ["lena@example.com 10-26T12:00 11-02T13:00", "Anna Schmidt 11-02T13:00 11-09T13:00"]
    );
}

#[test]
fn nights_in_which_the_clock_changes() {
    let spring = Interval { from: at("2027-03-01T00:00Z"), to: at("2027-04-15T00:00Z") };
    let night = |zone: &str, start: &str, end: &str, more: &str| {
        let lines =
            format!("DTSTART;TZID={zone}:{start}\nDTEND;TZID={zone}:{end}\n{more}\nSUMMARY:Bob");
        let bytes = calendar(&event(&lines));
        said(&read_feed(&feed("pager", FeedKind::OnCall), &bytes, &aliases(), spring).unwrap())
    };
    // Berlin skips an hour on 28 March 2027: the night has seven hours.
    assert_eq!(
        night("Europe/Berlin", "20270320T220000", "20270321T060000", "RRULE:FREQ=WEEKLY;COUNT=3"),
        [
            "Bob 03-20T21:00 03-21T05:00",
            "Bob 03-27T21:00 03-28T04:00",
            "Bob 04-03T20:00 04-04T04:00"
        ]
    );
    // New York does so two weeks earlier; a length in hours stays one.
    assert_eq!(
        night("America/New_York", "20270313T220000", "20270314T060000", ""),
        ["Bob 03-14T03:00 03-14T10:00"]
    );
    let hours = calendar(&event(
        "DTSTART;TZID=America/New_York:20270313T220000\nDURATION:PT8H\nSUMMARY:Bob",
    ));
    let read = read_feed(&feed("p", FeedKind::OnCall), &hours, &aliases(), spring).unwrap();
    assert_eq!(said(&read), ["Bob 03-14T03:00 03-14T11:00"]);
    // A time that does not exist is read with the offset before, as RFC 5545 says.
    assert_eq!(
        night("Europe/Berlin", "20270328T023000", "20270328T060000", ""),
        ["Bob 03-28T01:30 03-28T04:00"]
    );
}

#[test]
fn extra_dates_periods_versions_and_whole_days() {
    let bytes = calendar(
        &[
            event(
                "DTSTART:20261005T080000Z\nDURATION:PT1H\nRDATE:20261006T080000Z,20261007T080000Z\n\
                   RDATE;VALUE=PERIOD:20261008T080000Z/PT30M,20261009T080000Z/20261009T081000Z\n\
                   EXDATE:20261006T080000Z\nSUMMARY:Bob",
            ),
            event(
                "DTSTART;VALUE=DATE:20261012\nRRULE:FREQ=DAILY;UNTIL=20261014\n\
                   EXDATE;VALUE=DATE:20261013\nSUMMARY:Carla\nSEQUENCE:0",
            )
            .replace("UID:u", "UID:d"),
            event("DTSTART:20261020T080000Z\nDURATION:PT1H\nSUMMARY:Anna")
                .replace("UID:u", "UID:v"),
            event("DTSTART:20261021T080000Z\nDURATION:PT1H\nSUMMARY:Nina\nSEQUENCE:2")
                .replace("UID:u", "UID:v"),
        ]
        .concat(),
    );
    let mut berlin = feed("pager", FeedKind::OnCall);
    berlin.zone = Some("Europe/Berlin".to_owned());
    let read = read_feed(&berlin, &bytes, &aliases(), covers()).unwrap();
    assert_eq!(
        said(&read),
        [
            "Bob 10-05T08:00 10-05T09:00",
            "Bob 10-07T08:00 10-07T09:00",
            "Bob 10-08T08:00 10-08T08:30",
            "Bob 10-09T08:00 10-09T08:10",
            "Carla Díaz 10-11T22:00 10-12T22:00",
            "Carla Díaz 10-13T22:00 10-14T22:00",
            "Nina 10-21T08:00 10-21T09:00",
        ]
    );
    assert_eq!(read.counts.n_cancelled, 1, "the older version of an event");
}

#[test]
fn what_is_not_understood_is_left_out_and_said() {
    let bytes = calendar(
        &[
            event("DTSTART:20261005T080000Z\nDURATION:PT1H\nRRULE:FREQ=LUNAR\nSUMMARY:Bob"),
            event(
                "DTSTART:20261005T080000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY\nSUMMARY:Ev\u{1b}il",
            ),
            event("DTSTART:tomorrow\nSUMMARY:Carla"),
            event("DTSTART:20261005T080000Z\nDURATION:PT1H\nSUMMARY:"),
            event("DTSTART;TZID=Mars/Olympus:20261006T080000\nDURATION:PT1H\nSUMMARY:Nina"),
        ]
        .concat(),
    );
    let read = read(&bytes);
    assert_eq!(said(&read), Vec::<String>::new());
    assert_eq!((read.counts.n_refused, read.counts.n_nameless), (4, 1));
    assert_eq!(
        read.troubles,
        [
            "The event \"Bob\" has a recurrence rule with a FREQ that is not understood.",
            "The event \"Evil\" recurs more than 10000 times.",
            "The event \"Carla\" does not say when it begins.",
            "The event \"\" names nobody.",
            "The event \"Nina\" is in the time zone \"Mars/Olympus\", which is not known.",
        ]
    );
    let mut berlin = feed("pager", FeedKind::OnCall);
    berlin.zone = Some("Europe/Berlin".to_owned());
    let read = read_feed(&berlin, &bytes, &aliases(), covers()).unwrap();
    assert_eq!(said(&read), ["Nina 10-06T06:00 10-06T07:00"]);
    assert_eq!(
        read.troubles.last().unwrap(),
        "The time zone \"Mars/Olympus\" is not known, the feed's own is used instead."
    );
}

#[test]
fn what_ends_nobody_knows_when_or_takes_no_time_is_left_out_and_said() {
    for (lines, why) in [
        ("DTSTART:20261005T080000Z\nDTEND:tomorrow", "has an end that cannot be read"),
        ("DTSTART;VALUE=DATE:20261005\nDTEND:tomorrow", "has an end that cannot be read"),
        ("DTSTART;VALUE=DATE:20261005\nDURATION:-P1D", "has an end that cannot be read"),
        ("DTSTART:20261005T080000Z\nDTEND:20261005T070000Z", "ends before it begins"),
        ("DTSTART:20261005T080000Z\nDTEND:20261005T080000Z", "takes no time"),
        ("DTSTART:20261005T080000Z\nDURATION:PT0S\nRRULE:FREQ=DAILY", "takes no time"),
        (
            "DTSTART:20261005T080000Z\nDTEND:20261005T070000Z\nRRULE:FREQ=DAILY",
            "ends before it begins",
        ),
        ("DTSTART:20261005T080000Z", "takes no time"),
        ("DTSTART:20261005T080000Z\nDTEND:99991231T000000Z", "begins or ends centuries away"),
        (
            "DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY\nEXDATE:tomorrow",
            "has dates that cannot be read",
        ),
        (
            "DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY\nEXDATE;TZID=Mars:20261006T000000",
            "is in the time zone \"Mars\", which is not known",
        ),
        ("DTSTART;VALUE=DATE:20261005\nRDATE:tomorrow", "has dates that cannot be read"),
        ("DTSTART;VALUE=DATE:20261005\nRECURRENCE-ID:tomorrow", "has dates that cannot be read"),
        (
            "DTSTART;VALUE=DATE:20261005\nRRULE:FREQ=DAILY;INTERVAL=0",
            "has a recurrence rule with a INTERVAL that is not understood",
        ),
    ] {
        let read = read(&calendar(&event(&format!("{lines}\nSUMMARY:Bob"))));
        assert_eq!(said(&read), Vec::<String>::new(), "{lines}");
        assert_eq!(read.counts.n_refused, 1, "{lines}");
        assert_eq!(read.troubles, [format!("The event \"Bob\" {why}.")], "{lines}");
    }
}

#[test]
fn a_meeting_is_nobodys_turn() {
    for (n, why) in [
        (21, "names more people than have a turn together"),
        (51, "has more attendees than anybody's turns"),
    ] {
        let all: String = (0..n).map(|n| format!("\nATTENDEE:mailto:{n}@example.com")).collect();
        let read = read(&calendar(&event(&format!(
            "DTSTART:20261005T080000Z\nDURATION:PT1H\nSUMMARY:Party{all}"
        ))));
        assert_eq!((read.turns.len(), read.counts.n_refused), (0, 1));
        assert_eq!(read.troubles, [format!("The event \"Party\" {why}.")]);
    }
}

#[test]
fn a_listed_zone_is_understood_whole_or_not_at_all() {
    let dates = |n: usize| {
        let dates: Vec<_> = (0..n).map(|n| format!("{}0101T000000", 1_000 + n)).collect();
        format!("TZOFFSETTO:+0200\nRDATE:{}", dates.join(","))
    };
    for (part, why) in [
        ("TZOFFSETTO:+0200\nRRULE:FREQ=LUNAR".to_owned(), "cannot be read"),
        ("TZOFFSETTO:+0200\nRDATE:20260101T000000,soon".to_owned(), "cannot be read"),
        ("TZOFFSETTO:two".to_owned(), "cannot be read"),
        (dates(6_000), "changes its clock more than 5000 times"),
        (
            "TZOFFSETTO:+0200\nRRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
            "has a recurrence rule that matches too rarely to be followed",
        ),
    ] {
        let bytes = calendar(&format!(
            "BEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:19700101T000000\n\
             TZOFFSETFROM:+0100\n{part}\nEND:STANDARD\nEND:VTIMEZONE\n{}",
            event("DTSTART;TZID=Mine:20261005T080000\nDURATION:PT1H\nSUMMARY:Bob")
        ));
        let mut berlin = feed("pager", FeedKind::OnCall);
        berlin.zone = Some("Europe/Berlin".to_owned());
        for feed in [feed("pager", FeedKind::OnCall), berlin] {
            let read = read_feed(&feed, &bytes, &aliases(), covers()).unwrap();
            assert_eq!((read.turns.len(), read.counts.n_refused), (0, 1), "{why}");
            let sentence = format!("The event \"Bob\" is in the time zone \"Mine\", which {why}.");
            assert_eq!(read.troubles, [sentence]);
        }
    }
    let zones = "BEGIN:VTIMEZONE\nTZID:A\nEND:VTIMEZONE\n";
    let many: String = (0..501).map(|n| zones.replace('A', &n.to_string())).collect();
    let parts =
        format!("BEGIN:VTIMEZONE\n{}END:VTIMEZONE", "BEGIN:STANDARD\nEND:STANDARD\n".repeat(501));
    for text in [many, parts] {
        let refused =
            read_feed(&feed("p", FeedKind::OnCall), &calendar(&text), &aliases(), covers());
        assert_eq!(refused, Err(FeedRefused::TooManyZones));
    }
}

#[test]
fn what_is_no_calendar_is_said_to_be_what_it_is() {
    let refused = |bytes: &[u8]| {
        let error = read_feed(&feed("p", FeedKind::OnCall), bytes, &aliases(), covers());
        error.unwrap_err().to_string()
    };
    let page = b"<!doctype html><html><head><title>Sign in - Google Accounts</title></head></html>";
    assert_eq!(
        refused(page),
        "expected a calendar, got a web page titled \"Sign in - Google Accounts\""
    );
    assert_eq!(refused(b"{\"error\":401}"), "expected a calendar, got JSON");
    assert_eq!(refused(b""), "expected a calendar, got nothing");
    assert_eq!(refused(&[0, 1, 2, 3]), "expected a calendar, got binary data");
    let cut = GOOGLE.get(..GOOGLE.len() / 2).unwrap();
    assert!(refused(cut).starts_with("the calendar is cut off after "));
    assert_eq!(refused(&vec![b' '; 17 << 20]), "the calendar has more than 16 MiB");
    let mut nowhere = feed("p", FeedKind::OnCall);
    nowhere.zone = Some("Nowhere".to_owned());
    let error = read_feed(&nowhere, GOOGLE, &aliases(), covers());
    assert_eq!(error, Err(FeedRefused::NoSuchZone("Nowhere".to_owned())));
}

fn roster() -> Roster {
    let mut primary = feed("pager", FeedKind::OnCall);
    primary.services = vec!["payments".to_owned()];
    let mut overrides = feed("swaps", FeedKind::Override);
    overrides.services = vec!["payments".to_owned()];
    let feeds = [(primary, GOOGLE), (overrides, OVERRIDES), (feed("away", FeedKind::Away), AWAY)];
    let mut roster = Roster::new(feeds.iter().map(|(feed, _)| feed.clone()).collect());
    for (feed, bytes) in feeds {
        let outcome = read_feed(&feed, bytes, &aliases(), covers());
        roster.take(&feed.name, at("2026-10-27T12:00Z"), outcome);
    }
    roster
}

#[test]
fn an_override_wins_while_it_lasts_and_the_last_created_wins_among_them() {
    let roster = roster();
    let on_call = |when: &str| {
        let found = roster.on_call_at("payments", at(when));
        found
            .into_iter()
            .map(|fact| (fact.person.name().to_owned(), fact.from, fact.to))
            .collect::<Vec<_>>()
    };
    let one = |name: &str, from: &str, to: &str| vec![(name.to_owned(), at(from), at(to))];
    let bob = "2026-10-27T11:00Z";
    assert_eq!(on_call("2026-10-27T19:59Z"), one("Bob", bob, "2026-10-27T20:00Z"));
    assert_eq!(on_call("2026-10-27T20:00Z"), one("Bob", "2026-10-27T20:00Z", "2026-10-27T22:00Z"));
    assert_eq!(
        on_call("2026-10-27T23:30Z"),
        one("Carla Díaz", "2026-10-27T22:00Z", "2026-10-28T02:00Z")
    );
    assert_eq!(on_call("2026-10-28T03:00Z"), one("Bob", "2026-10-28T02:00Z", "2026-10-28T06:00Z"));
    assert_eq!(on_call("2026-10-28T06:00Z"), one("Bob", "2026-10-28T06:00Z", "2026-11-02T08:00Z"));
    assert_eq!(on_call("2026-10-26T08:00Z")[0].0, "Carla Díaz");
}

#[test]
fn who_is_away_and_when_that_changes() {
    let roster = roster();
    let until = |name: &str, when: &str| {
        let person = aliases().person(name).unwrap();
        let knows = KnowsEvidence {
            person: person.clone(),
            service: "payments".to_owned(),
            at: at("2026-10-01T00:00Z"),
            knowledge: Knowledge::Change(ChangeDone::Told),
        };
        let now = at(when);
        let answer = who_knows("payments", now, &[knows], &roster.absences_from(now), &[]);
        answer.candidates[0].away.as_ref().map(|until| until.at)
    };
    // Whole days are days in Berlin, the first one with 25 hours after it.
    assert_eq!(until("anna schmidt", "2026-10-23T21:59Z"), None);
    assert_eq!(until("anna schmidt", "2026-10-23T22:00Z"), Some(at("2026-10-30T23:00Z")));
    assert_eq!(until("bob@example.com", "2026-10-28T12:00Z"), Some(at("2026-10-28T23:00Z")));
    assert_eq!(until("bob", "2026-10-29T12:00Z"), None);
    assert_eq!(until("carla", "2026-10-29T12:00Z"), Some(at("2026-10-29T16:00Z")));
}

#[test]
fn what_is_not_known_is_never_guessed_and_the_last_good_reading_stays_in_use() {
    let mut roster = roster();
    assert_eq!(roster.on_call_at("payments", at("2027-01-01T00:00Z")), []);
    let page = read_feed(&feed("p", FeedKind::OnCall), b"<html>", &aliases(), covers());
    roster.take("pager", at("2026-10-29T12:00Z"), page);
    let later = roster.on_call_at("payments", at("2026-10-29T13:00Z"));
    assert_eq!(later[0].person.name(), "Bob");
    let never = Roster::new(vec![feed("pager", FeedKind::OnCall)]);
    assert_eq!(never.on_call_at("x", at("2026-10-28T12:00Z")), []);
}

#[test]
fn turns_are_evidence_and_absences_are_marked() {
    let roster = roster();
    let now = at("2026-10-28T12:00Z");
    let evidence = roster.evidence("payments", now);
    let on_call = roster.on_call_at("payments", now);
    let answer = who_knows("payments", now, &evidence, &roster.absences_from(now), &on_call);
    let of = |name: &str| answer.candidates.iter().find(|c| c.person.name() == name).unwrap();
    assert!(of("Anna Schmidt").away.is_some() && of("Bob").away.is_some());
    assert!(of("Bob").on_call.is_some());
    assert_eq!(answer.ask.iter().map(|p| p.name()).collect::<Vec<_>>(), ["Carla Díaz"]);
    assert_eq!(of("Anna Schmidt").because, ["on call for it 2 times, the last 19 Oct"]);
}
