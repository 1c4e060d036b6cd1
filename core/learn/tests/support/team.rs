//! A team's log, put together by hand: changes and incidents at days after Monday, 2 November 2026.

use hw_incident::{Author, Name, Status, Times};
use hw_learn::{Attempt, Case, Log, Place, Shape, Sighting, Written};
use hw_model::{
    Change, ChangeId, ChangeKind, ChangeSource, Direction, Effect, HopId, IncidentId, Interval,
    Judgement, Signal, Timestamp, Verdict,
};

/// 2026-11-02T00:00:00Z, a Monday.
const MONDAY_S: i64 = 1_793_577_600;

/// So many days after that Monday began.
pub(crate) fn day(days: f64) -> Timestamp {
    Timestamp::from_s(MONDAY_S).plus_s((days * 86_400.0).round())
}

/// A time of day of November 2026, UTC.
pub(crate) fn november(day_of_month: u32, hour: u32, minute: u32) -> Timestamp {
    let hours = f64::from(hour) + f64::from(minute) / 60.0;
    day(f64::from(day_of_month) - 2.0 + hours / 24.0)
}

/// All that there is in a log.
pub(crate) fn whole() -> Interval {
    Interval { from: day(0.0), to: day(28.0) }
}

pub(crate) fn log(changes: Vec<Change>, incidents: Vec<Case>) -> Log {
    Log { known_from: day(0.0), now: day(28.0), changes, incidents }
}

pub(crate) fn change(id: u32, kind: ChangeKind, service: &str, at: Timestamp) -> Change {
    Change {
        id: ChangeId(id),
        kind,
        service: service.to_owned(),
        from_version: None,
        to_version: None,
        at,
        source: ChangeSource::Telemetry,
        reverses: None,
        redeploy_of: None,
    }
}

pub(crate) fn deploy(id: u32, service: &str, at: Timestamp) -> Change {
    let to_version = Some(format!("{id}.0.0"));
    Change { to_version, ..change(id, ChangeKind::Deploy, service, at) }
}

pub(crate) fn rollback(id: u32, of: &Change, at: Timestamp) -> Change {
    let reverses = Some(of.id);
    Change { reverses, ..change(id, ChangeKind::Rollback, &of.service, at) }
}

pub(crate) fn again(id: u32, of: &Change, at: Timestamp) -> Change {
    let (redeploy_of, to_version) = (Some(of.id), of.to_version.clone());
    Change { redeploy_of, to_version, ..change(id, ChangeKind::Deploy, &of.service, at) }
}

/// An incident that hurt for an hour and that Highwater detected after a minute.
pub(crate) fn case(id: u32, at: Timestamp) -> Case {
    let times = Times {
        started: Some(at),
        detected: Some(at.plus_s(60.0)),
        declared: Some(at.plus_s(600.0)),
        mitigated: Some(at.plus_s(3_600.0)),
        resolved: Some(at.plus_s(7_200.0)),
        ..Times::default()
    };
    Case {
        id: IncidentId(id),
        title: format!("incident {id}"),
        status: Status::Resolved,
        times,
        first_at: at.plus_s(60.0),
        sightings: Vec::new(),
        shape: None,
        origins: Vec::new(),
        trail: Vec::new(),
        verdicts: Vec::new(),
        attempts: Vec::new(),
        written: Vec::new(),
    }
}

/// The same, with this verdict on a change.
pub(crate) fn judging(mut case: Case, change: u32, verdict: Verdict) -> Case {
    let probability = match verdict {
        Verdict::Implicated => 0.97,
        Verdict::Undecided => 0.5,
        Verdict::NotImplicated => 0.06,
        Verdict::Exonerated => 0.004,
    };
    let because = vec![format!("the evidence on C{change}")];
    case.verdicts.push(Judgement { change: ChangeId(change), verdict, probability, because });
    case
}

pub(crate) fn person(name: &str) -> Author {
    Author::Person(Name::recorded(name))
}

/// The same, of which people say nothing has come by machine.
pub(crate) fn noticed_by(mut case: Case, name: &str, at: Timestamp) -> Case {
    case.sightings.push(Sighting { at, by: person(name) });
    case
}

pub(crate) fn tried(mut case: Case, words: &str, at: Timestamp, effect: Effect) -> Case {
    case.attempts.push(Attempt { words: words.to_owned(), change: None, began_at: at, effect });
    case
}

pub(crate) fn wrote(mut case: Case, happened_at: Timestamp, after_s: f64) -> Case {
    let recorded_at = Some(happened_at.plus_s(after_s));
    case.written.push(Written { happened_at, recorded_at });
    case
}

pub(crate) fn starting_at(mut case: Case, service: &str, hop: Option<&str>) -> Case {
    let hop = hop.map(|hop| HopId(hop.to_owned()));
    case.origins.push(Place { service: service.to_owned(), hop, confidence: 0.97 });
    case
}

pub(crate) fn on_the_way(mut case: Case, legs: &[&str]) -> Case {
    case.trail = legs.iter().map(|leg| HopId((*leg).to_owned())).collect();
    case
}

/// A shape in which nothing failed.
pub(crate) fn silent(mut case: Case, signal: Signal, direction: Direction) -> Case {
    let service = "screening".to_owned();
    case.shape = Some(Shape { signal, direction, service, hop: None, is_silent: true });
    case
}

/// A shape in which something failed or was slow.
pub(crate) fn loud(case: Case, signal: Signal, direction: Direction) -> Case {
    let mut case = silent(case, signal, direction);
    case.shape.iter_mut().for_each(|shape| shape.is_silent = false);
    case
}

/// The story: a refactoring of the router, innocent, is rolled back and deployed again.
pub(crate) fn story() -> Log {
    let version = |change: Change, from: &str, to: &str| Change {
        from_version: Some(from.to_owned()),
        to_version: Some(to.to_owned()),
        ..change
    };
    let refactoring = version(deploy(11, "router", november(24, 13, 42)), "1.4.2", "2.0.0");
    let changes = vec![
        deploy(1, "intake", november(10, 10, 0)),
        deploy(2, "worklist", november(11, 15, 0)),
        change(3, ChangeKind::Restart, "screening", november(12, 9, 0)),
        deploy(4, "eligibility", november(16, 11, 0)),
        deploy(5, "router", november(18, 14, 0)),
        deploy(6, "screening", november(19, 16, 0)),
        refactoring.clone(),
        version(rollback(12, &refactoring, november(25, 9, 24)), "2.0.0", "1.4.2"),
        change(13, ChangeKind::Restart, "eligibility", november(25, 10, 54)),
        version(again(14, &refactoring, november(26, 10, 0)), "1.4.2", "2.0.0"),
    ];
    let mut incident = case(1, november(24, 20, 41));
    incident.title =
        "screening passes 100 % of what it receives; it usually passes half".to_owned();
    incident.times = Times {
        detected: Some(november(24, 20, 44)),
        noticed: Some(november(25, 8, 52)),
        declared: Some(november(25, 8, 55)),
        mitigated: Some(november(25, 10, 55)),
        resolved: Some(november(26, 16, 0)),
        ..incident.times
    };
    incident = noticed_by(incident, "Ines", november(25, 8, 50));
    for (id, verdict) in [
        (11, Verdict::Exonerated),
        (12, Verdict::Exonerated),
        (13, Verdict::Exonerated),
        (14, Verdict::NotImplicated),
    ] {
        incident = judging(incident, id, verdict);
    }
    let mut attempt = |words: &str, change: u32, at, effect| {
        let change = Some(ChangeId(change));
        let words = words.to_owned();
        incident.attempts.push(Attempt { words, change, began_at: at, effect });
    };
    attempt("rollback of router 2.0.0 -> 1.4.2", 12, november(25, 9, 24), Effect::None);
    attempt("restart of eligibility", 13, november(25, 10, 54), Effect::Worked);
    incident = wrote(incident, november(25, 8, 50), 120.0);
    incident = wrote(incident, november(25, 9, 22), 0.0);
    incident = wrote(incident, november(24, 13, 48), 70_000.0);
    incident = starting_at(incident, "eligibility", Some("screening|in|eligibility|ask"));
    incident =
        on_the_way(incident, &["intake|in|router|POST /items", "router|in|screening|POST /items"]);
    incident = silent(incident, Signal::Transfer, Direction::Up);
    Log {
        known_from: november(10, 0, 0),
        now: november(27, 12, 0),
        changes,
        incidents: vec![incident],
    }
}
