//! The pages of logs that are put together here.

use super::*;
use hw_api::{FreezeAnswer, RedeployItem};
use hw_incident::{Author, Name, Status, Times};
use hw_learn::{Case, FreezeRule, Log, Sighting, Weekday};
use hw_model::{
    Change, ChangeId, ChangeKind, ChangeSource, Direction, IncidentId, Judgement, Signal,
    Timestamp, Verdict,
};

/// 2026-11-24T12:00:00Z, a Tuesday.
const TUESDAY: Timestamp = Timestamp::from_s(1_795_521_600);

fn utc() -> Zone {
    "UTC".parse().unwrap()
}

fn change(id: u32, kind: ChangeKind, hours: f64) -> Change {
    Change {
        id: ChangeId(id),
        kind,
        service: "router\u{1b}[2J".to_owned(),
        from_version: Some("1.4.2".to_owned()),
        to_version: Some("2.0.0".to_owned()),
        at: TUESDAY.plus_s(hours * 3_600.0),
        source: ChangeSource::Telemetry,
        reverses: None,
        redeploy_of: None,
    }
}

/// An incident that began so many hours after noon, was detected after `detected_s`, reported after
/// `noticed_s`, and hurt for an hour.
fn case(id: u32, hours: f64, (detected_s, noticed_s): (f64, f64)) -> Case {
    let at = TUESDAY.plus_s(hours * 3_600.0);
    let times = Times {
        started: Some(at),
        detected: Some(at.plus_s(detected_s)),
        noticed: Some(at.plus_s(noticed_s)),
        mitigated: Some(at.plus_s(3_600.0)),
        ..Times::default()
    };
    let by = Author::Person(Name::recorded("Ines"));
    Case {
        id: IncidentId(id),
        title: "screening passes \u{202e}everything".to_owned(),
        status: Status::Mitigated,
        times,
        first_at: at,
        sightings: vec![Sighting { at: at.plus_s(noticed_s), by }],
        shape: hw_learn::Shape::of(&[hw_learn::Shifted {
            signal: Signal::Transfer,
            direction: Direction::Up,
            service: "screening".to_owned(),
            hop: None,
            evidence_nats: 40.0,
        }]),
        origins: Vec::new(),
        trail: Vec::new(),
        verdicts: Vec::new(),
        attempts: Vec::new(),
        written: Vec::new(),
    }
}

fn log() -> Log {
    let rollback = Change { reverses: Some(ChangeId(1)), ..change(2, ChangeKind::Rollback, 20.0) };
    let mut first = case(1, 7.0, (12.0, 43_200.0));
    let because = vec!["rolled back 08:00:00; the ratio stayed at 1.00".to_owned()];
    let (change_id, verdict) = (ChangeId(1), Verdict::Exonerated);
    first.verdicts.push(Judgement { change: change_id, verdict, probability: 0.004, because });
    Log {
        known_from: TUESDAY.plus_s(-14.0 * 86_400.0),
        now: TUESDAY.plus_s(2.0 * 86_400.0),
        changes: vec![change(1, ChangeKind::Deploy, 1.0), rollback],
        incidents: vec![
            first,
            case(2, 30.0, (60.0, 7_200.0)),
            case(3, 34.0, (90.0, 30.0)),
            case(4, 40.0, (120.0, 60.0)),
        ],
    }
}

fn map() -> KnowledgeMap {
    let service = |name: &str, bus_factor: u64| ServiceKnowledge {
        service: name.to_owned(),
        bus_factor,
        here: bus_factor,
        people: Vec::new(),
        teams: Vec::new(),
        words: format!("{bus_factor} know {name}"),
    };
    KnowledgeMap {
        from: String::new(),
        at: "2026-11-24T12:00:00.000Z".to_owned(),
        bus_factor_means: "people who know it".to_owned(),
        services: vec![service("gate", 1), service("router", 4)],
        troubles: Vec::new(),
    }
}

#[test]
fn record_says_counts_draws_dots_and_defines_each_figure() {
    let log = log();
    let answer = TeamRecord::of(&log, log.period(None, None), vec!["a note".to_owned()]);
    let page = record(&answer, &map(), &utc());
    for line in [
        "4 incidents from 10 Nov 2026 to 26 Nov 2026; nothing is known of before.",
        "  failed        0 of 1 deploy (0 %; the data leaves 0 to 79 % possible). Counted naively it would be",
        "  detect        75 s in the median, 2 min at most, of 4 incidents",
        "  machine first 12 s and 60 s: two values are too few to say what is usual",
        "                1 s         10 s     1 min",
        "  2             Highwater: INC-1, INC-2",
        "  2             Ines, a person: INC-3, INC-4",
        "  1             1 know gate",
        "                3 or more people know each of 1 others",
        "  change failure rate: deploys that are implicated in an incident by the data",
        "  latest before an incident (counted so by DevLake): ",
        "  a note",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert!(
        !page.contains('\u{1b}') && page.lines().all(|line| line.chars().count() <= 100),
        "{page}"
    );
}

#[test]
fn record_of_nothing_says_so() {
    let log = Log { changes: Vec::new(), incidents: Vec::new(), ..log() };
    let answer = TeamRecord::of(&log, log.period(None, None), Vec::new());
    let empty = KnowledgeMap { services: Vec::new(), ..map() };
    let page = record(&answer, &empty, &utc());
    for line in [
        "No incident from 10 Nov 2026",
        "  often         0 deploys in 16 days: 0.0 a week",
        "  failed        0 of 0 deploys. Counted naively it would be 0 of 0",
        "  detect        no incident",
        "  nobody is known to have noticed anything",
        "  in all        people wrote nothing",
        "  no service is known yet",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
}

#[test]
fn freeze_begins_with_its_sentence_and_keeps_moved_and_avoided_apart() {
    let log = log();
    let period = log.period(None, None);
    let rule = FreezeRule { only: vec![Weekday::Monday], zone: hw_learn::Zone::utc() };
    let answer =
        FreezeAnswer::of(&hw_learn::freeze(&log, period, &rule), &rule, (&log, period), Vec::new());
    let page = freeze(&answer, &utc());
    assert!(
        page.starts_with("Of 4 incidents, 0 had a deploy as their cause; Mondays only would"),
        "{page}"
    );
    for line in [
        "  avoided      0: the implicated deploy would never have run",
        "  moved        0: a deploy is implicated in the incident and would have waited",
        "  not touched  4: no deploy is implicated in them",
        "  C1           deploy of router\u{fffd}[2J 1.4.2 -> 2.0.0: Tue 24 Nov 13:00 -> Mon 30 Nov 13:00",
        "as it was 1 (once); then 1 (once)",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
}

#[test]
fn what_waits_is_listed_with_its_evidence() {
    let log = log();
    let (listed, _) = hw_learn::redeploys(&log);
    let items: Vec<RedeployItem> = listed
        .iter()
        .map(|item| RedeployItem::of(item, vec!["gates".to_owned()], log.now))
        .collect();
    let page = redeploys(&items, &utc());
    for line in [
        "To deploy again\n  C1    deploy of router\u{fffd}[2J 1.4.2 -> 2.0.0; owned by gates\n",
        "        rolled back 25 Nov 08:00:00 (C2); it waits for 28 h 0 min now\n",
        "        INC-1 exonerates it (P 0.00):\n",
        "        - rolled back 08:00:00; the ratio stayed at 1.00\n",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert_eq!(redeploys(&[], &utc()), "Nothing was taken back that is innocent.\n");
}

#[test]
fn similar_incidents_say_what_they_share_and_what_helped() {
    let found = hw_learn::similar(&log(), IncidentId(1)).unwrap();
    let items: Vec<SimilarIncident> = found.iter().map(SimilarIncident::from).collect();
    let page = similar("INC-1", &items, &utc());
    for line in [
        "INC-4  Thu 26 Nov 04:00: screening passes \u{fffd}everything\n",
        "  - in both the share of items that go on rose\n",
        "  then: it stopped 60 min after it began; what stopped it is not known\n",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert_eq!(similar("INC-9", &[], &utc()), "No incident is known that was like INC-9.\n");
}
