//! Bytes that harm: no bytes make a reader panic, and none holds it for long.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_model::is_plain;
use hw_model::{Interval, Timestamp};
use hw_people::{Aliases, NAME_CHARS_MAX, OwnerSource};
use hw_roster::{
    CodeOwners, Feed, FeedKind, FeedRead, FeedRefused, Naming, Ownership, Roster, read_catalog,
    read_feed, read_opslevel,
};
use proptest::prelude::*;

const SAMPLES: [&[u8]; 9] = [
    include_bytes!("samples/google.ics"),
    include_bytes!("samples/outlook.ics"),
    include_bytes!("samples/pagerduty.ics"),
    include_bytes!("samples/opsgenie.ics"),
    include_bytes!("samples/grafana-overrides.ics"),
    include_bytes!("samples/away.ics"),
    include_bytes!("samples/catalog-info.yaml"),
    include_bytes!("samples/opslevel.yml"),
    include_bytes!("samples/CODEOWNERS"),
];

/// 2026-10-01 and 400 days more.
fn covers() -> Interval {
    let from = Timestamp::from_s(1_790_812_800);
    Interval { from, to: from.plus_s(400.0 * 86_400.0) }
}

fn read(bytes: &[u8]) -> Result<FeedRead, FeedRefused> {
    read_feed(&Feed::new("pager", FeedKind::OnCall), bytes, &Aliases::default(), covers())
}

/// A calendar with an event for each number.
fn many(n: usize, event: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = "BEGIN:VCALENDAR\n".to_owned();
    for idx in 0..n {
        text.push_str(&format!("BEGIN:VEVENT\n{}\nEND:VEVENT\n", event(idx)));
    }
    text.push_str("END:VCALENDAR\n");
    text.into_bytes()
}

#[test]
fn a_hundred_thousand_events_are_read_and_too_many_turns_are_refused() {
    let old = many(100_000, |idx| {
        format!("UID:{idx}\nDTSTART:20200101T000000Z\nDURATION:PT1H\nSUMMARY:Bob")
    });
    let read_old = read(&old).unwrap();
    assert_eq!((read_old.counts.n_events, read_old.turns.len()), (100_000, 0));
    let now = many(100_000, |idx| {
        format!("UID:{idx}\nDTSTART:20261101T000000Z\nDURATION:PT1H\nSUMMARY:Bob")
    });
    let read_now = read(&now).unwrap();
    assert_eq!((read_now.turns.len(), read_now.counts.n_refused), (50_000, 50_000));
    assert_eq!(read_now.troubles[0], "The event \"Bob\" comes after the feed had too many turns.");
}

#[test]
fn rules_without_end_use_up_a_budget_and_no_more() {
    let forever = many(20_000, |idx| {
        format!(
            "UID:{idx}\nDTSTART:20200101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY\nSUMMARY:Bob"
        )
    });
    let all = read(&forever).unwrap();
    assert_eq!((all.turns.len(), all.counts.n_refused), (0, 20_000));
    assert_eq!(
        all.troubles,
        [
            "The event \"Bob\" recurs more than 10000 times.",
            "The event \"Bob\" comes after the feed's recurrence rules used up their time.",
        ]
    );
    let never = many(10_000, |idx| {
        format!(
            "UID:{idx}\nDTSTART:20200101T000000Z\nDURATION:PT1H\nRRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:Bob"
        )
    });
    assert_eq!(read(&never).unwrap().counts.n_refused, 10_000);
}

#[test]
fn one_id_for_everything_is_no_square_of_work() {
    let same = many(60_000, |idx| {
        let stands_for = if idx % 2 == 0 { "RECURRENCE-ID:20261101T000000Z\n" } else { "" };
        let rule = if idx % 2 == 0 { "" } else { "RRULE:FREQ=DAILY;COUNT=2\n" };
        format!("UID:u\n{stands_for}{rule}DTSTART:20261101T000000Z\nDURATION:PT1H\nSUMMARY:Bob")
    });
    assert!(read(&same).unwrap().counts.n_refused > 0);
}

#[test]
fn zones_with_thousands_of_changes_are_no_square_of_work() {
    let part = |decade: usize| {
        let onsets: Vec<String> = (0..900)
            .map(|n| format!("20{decade}{}{:02}{:02}T000000", n / 336, n / 28 % 12 + 1, n % 28 + 1))
            .collect();
        format!(
            "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\n\
             TZOFFSETTO:+0200\nRDATE:{}\nEND:STANDARD\n",
            onsets.join(",")
        )
    };
    let parts: String = (0..5).map(part).collect();
    let zone = format!("BEGIN:VTIMEZONE\nTZID:Mine\n{parts}END:VTIMEZONE\n");
    let events = many(50_000, |idx| {
        format!("UID:{idx}\nDTSTART;TZID=Mine:20261101T000000\nDURATION:PT1H\nSUMMARY:Bob")
    });
    let text = String::from_utf8(events).unwrap();
    let text = text.replacen("BEGIN:VCALENDAR\n", &format!("BEGIN:VCALENDAR\n{zone}"), 1);
    assert_eq!(read(text.as_bytes()).unwrap().turns.len(), 50_000);
}

#[test]
fn endless_lines_names_and_nesting() {
    let name = "x".repeat(1 << 20);
    let long = many(1, |_| format!("DTSTART:20261101T000000Z\nDURATION:PT1H\nSUMMARY:{name}"));
    assert_eq!(read(&long).unwrap().counts.n_unreadable_lines, 1);
    let wide = many(1, |_| {
        format!("DTSTART:20261101T000000Z\nDURATION:PT1H\nATTENDEE;CN={}:x", "y".repeat(10_000))
    });
    assert_eq!(read(&wide).unwrap().turns[0].person.name(), "x");
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(10_000));
    assert!(matches!(read(deep.as_bytes()), Err(FeedRefused::Crooked(_))));
    let escape = many(1, |_| {
        "DTSTART:20261101T000000Z\nDURATION:PT1H\nSUMMARY:\u{1b}[31mEvil\u{202e}\u{7} Bob\\n"
            .to_owned()
    });
    assert_eq!(read(&escape).unwrap().turns[0].person.name(), "[31mEvil Bob");
}

/// A sample with some bytes changed, taken out, doubled or exchanged for telling ones.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let telling: Vec<&[u8]> = vec![
        b"",
        b"\n",
        b":",
        b";",
        b"\"",
        b"RRULE:FREQ=DAILY",
        b"99991231T235959Z",
        b"00000000",
        b"\xff",
        b"P9999999999W",
        b"*a",
        b"&a ",
        b"---\n",
        b"[",
        b"BEGIN:VEVENT\n",
        b"END:VCALENDAR\n",
        b"-",
        b"BYSETPOS=-366;",
        b"TZID=",
        b"INTERVAL=4294967295;",
        b"**/",
        b"\\",
    ];
    let change = (any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(telling));
    (prop::sample::select(SAMPLES.to_vec()), prop::collection::vec(change, 0..12)).prop_map(
        |(sample, changes)| {
            let mut bytes = sample.to_vec();
            for (at, n, with) in changes {
                let from = at.index(bytes.len() + 1);
                let to = (from + n).min(bytes.len());
                bytes.splice(from..to, with.iter().copied());
            }
            bytes
        },
    )
}

fn read_everything(bytes: &[u8]) {
    let aliases = Aliases::new([("Anna Schmidt", ["anna"])]).unwrap();
    let mut roster = Roster::default();
    for kind in [FeedKind::OnCall, FeedKind::Override, FeedKind::Away] {
        let feed = Feed::new("feed", kind);
        let outcome = read_feed(&feed, bytes, &aliases, covers());
        if let Ok(read) = &outcome {
            for turn in &read.turns {
                let name = turn.person.name();
                assert!(name.chars().all(is_plain) && name.chars().count() <= NAME_CHARS_MAX);
                assert!(turn.from < turn.to && turn.from < covers().to && covers().from < turn.to);
            }
            assert!(read.troubles.iter().all(|trouble| trouble.chars().all(is_plain)));
        }
        roster = Roster::new(vec![feed]);
        roster.take("feed", covers().from, outcome);
        let at = covers().from.plus_s(30.0 * 86_400.0);
        for fact in roster.on_call_at("payments", at) {
            assert!(fact.from <= at && at < fact.to);
        }
        assert!(roster.evidence("payments", at).iter().all(|piece| piece.at <= at));
    }
    drop(roster);
    let naming = Naming { seen: ["payments".to_owned()].into(), ..Naming::default() };
    for outcome in [read_catalog(bytes), read_opslevel(bytes)] {
        match outcome {
            Ok(read) => {
                drop(Ownership::of_listings(&read.listings, OwnerSource::CatalogInfo, "f", &naming))
            }
            Err(refused) => assert!(refused.to_string().chars().all(is_plain)),
        }
    }
    if let Ok(code) = CodeOwners::read(bytes) {
        assert!(code.owners_of("services/payments").iter().all(|line| line.line > 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_change_of_a_sample_makes_a_reader_panic(bytes in mutated()) {
        read_everything(&bytes);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_everything(&bytes);
        let calendar = [b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n".as_slice(), &bytes, b"\nEND:VEVENT\nEND:VCALENDAR"];
        read_everything(&calendar.concat());
    }
}
