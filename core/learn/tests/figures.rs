//! DORA's figures, how long things took, who noticed, what was written live: of the story, and of logs in
//! which each can be counted by hand.
#![expect(clippy::float_cmp, reason = "whole seconds are exact")]

#[path = "support/team.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod team;

use hw_incident::{Author, Name, Status};
use hw_learn::{Detector, Log, Sighting, dora, live, times, who_noticed};
use hw_model::{ChangeId, ChangeKind, Effect, IncidentId, Interval, Verdict};
use team::{
    again, case, change, day, deploy, judging, log, noticed_by, november, rollback, story, tried,
    whole, wrote,
};

fn all(log: &Log) -> Interval {
    log.period(None, None)
}

#[test]
fn in_the_story_no_deploy_failed_though_naive_counts_say_so() {
    let story = story();
    let found = dora(&story, all(&story));
    let rate = &found.failure_rate;
    assert_eq!((rate.figure.numerator, rate.figure.denominator), (0, 7));
    let naive: Vec<(u64, u64, usize)> = rate
        .naive
        .iter()
        .map(|way| (way.figure.numerator, way.figure.denominator, way.innocent.len()))
        .collect();
    assert_eq!(naive, [(1, 7, 1), (1, 7, 1), (1, 7, 1)]);
    assert!(rate.naive.iter().all(|way| way.figure.counted == ["C11"]));
    assert_eq!(
        rate.words,
        "0 of 7 deploys (0 %; the data leaves 0 to 35 % possible). Counted naively it would be 1 of 7 \
         (latest before an incident) or 1 of 7 (taken back); of these 1 exonerated"
    );
    assert_eq!(found.recovery.words, "no incident");
    assert_eq!(found.frequency.words, "7 deploys in 17.5 days: 2.8 a week");
    assert_eq!(found.frequency.by_service[0], ("router".to_owned(), 3));
    assert_eq!(found.rework.rollbacks, [ChangeId(12)]);
    assert_eq!(found.rework.again, [ChangeId(14)]);
    assert!(found.rework.repairs.is_empty());
    assert_eq!(
        found.rework.figure.words,
        "2 of 8 releases: 1 rollback, 1 change deployed again after that, 0 repairs (25 %; the data leaves \
         7 to 59 % possible)"
    );
    assert!(found.lead_time_unknown.contains("committed"));
}

#[test]
fn a_deploy_fails_if_the_data_implicates_it_in_an_incident_that_counts() {
    let deploys = || vec![deploy(1, "a", day(1.0)), deploy(2, "b", day(2.0))];
    let with = |status: Status, verdict| {
        let mut incident = judging(case(1, day(2.1)), 1, verdict);
        incident.status = status;
        let log = log(deploys(), vec![incident]);
        let rate = dora(&log, whole()).failure_rate;
        (rate.figure.numerator, rate.undecided.len(), rate.naive[0].figure.counted.clone())
    };
    let b = || vec!["C2".to_owned()];
    assert_eq!(with(Status::Resolved, Verdict::Implicated), (1, 0, b()));
    assert_eq!(with(Status::Resolved, Verdict::Undecided), (0, 1, b()));
    assert_eq!(with(Status::Resolved, Verdict::NotImplicated), (0, 0, b()));
    assert_eq!(with(Status::Resolved, Verdict::Exonerated), (0, 0, b()));
    assert_eq!(with(Status::Declined, Verdict::Implicated), (0, 0, vec![]));
    assert_eq!(with(Status::Merged, Verdict::Implicated), (0, 0, vec![]));
    assert_eq!(with(Status::Triage, Verdict::Implicated), (1, 0, b()), "a figure shifted");
}

#[test]
fn one_incident_with_two_guilty_deploys_is_two_failures_and_one_recovery() {
    let deploys =
        vec![deploy(1, "a", day(1.0)), deploy(2, "b", day(1.01)), deploy(3, "c", day(9.0))];
    let guilty =
        judging(judging(case(1, day(1.02)), 1, Verdict::Implicated), 2, Verdict::Implicated);
    let found = dora(&log(deploys, vec![guilty, case(2, day(3.0))]), whole());
    assert_eq!(found.failure_rate.figure.counted, ["C1", "C2"]);
    assert_eq!(found.recovery.values.len(), 1);
    assert_eq!(found.recovery.values[0].seconds, 3_600.0);
}

#[test]
fn flags_that_failed_are_said_and_are_no_deploys() {
    let flag = change(1, ChangeKind::Flag, "a", day(1.0));
    let guilty = judging(case(1, day(1.1)), 1, Verdict::Implicated);
    let rate = dora(&log(vec![flag, deploy(2, "a", day(3.0))], vec![guilty]), whole()).failure_rate;
    assert_eq!((rate.figure.numerator, rate.others), (0, vec![ChangeId(1)]));
}

#[test]
fn what_lies_outside_of_the_stretch_does_not_count() {
    let deploys =
        vec![deploy(1, "a", day(1.0)), deploy(2, "a", day(9.0)), deploy(3, "a", day(20.0))];
    let late = judging(case(1, day(15.0)), 2, Verdict::Implicated);
    let log = log(deploys, vec![late]);
    let week = Interval { from: day(7.0), to: day(14.0) };
    let found = dora(&log, week);
    assert_eq!(found.frequency.words, "1 deploy in 7 days");
    assert_eq!(
        found.failure_rate.figure.counted,
        ["C2"],
        "the deploy is of that week, wherever its incident is"
    );
    assert_eq!(found.failure_rate.naive[0].figure.counted, ["C2"]);
    assert_eq!(log.period(None, Some(day(40.0))).to, day(28.0), "not beyond now");
    assert_eq!(log.period(Some(day(-9.0)), None).from, day(0.0), "nor before the record");
    let backwards = log.period(Some(day(20.0)), Some(day(10.0)));
    assert_eq!(backwards.from, backwards.to);
    assert_eq!(dora(&log, backwards).frequency.words, "0 deploys in 0 days");
}

#[test]
fn rework_counts_each_release_once() {
    let first = deploy(1, "a", day(1.0));
    let taken_back = deploy(5, "b", day(2.0));
    let mut fix = deploy(7, "c", day(4.0));
    fix.id = ChangeId(7);
    let changes = vec![
        first,
        deploy(2, "a", day(1.5)),
        deploy(3, "a", day(3.0)),
        taken_back.clone(),
        rollback(6, &taken_back, day(2.1)),
        again(8, &taken_back, day(2.5)),
        fix,
    ];
    let mut incident = judging(case(1, day(1.1)), 1, Verdict::Implicated);
    incident = tried(incident, "deploy of c", day(4.0), Effect::Worked);
    incident.attempts[0].change = Some(ChangeId(7));
    let rework = dora(&log(changes, vec![incident]), whole()).rework;
    assert_eq!(rework.rollbacks, [ChangeId(6)]);
    assert_eq!(rework.again, [ChangeId(8)]);
    assert_eq!(
        rework.repairs,
        [ChangeId(2), ChangeId(7)],
        "the next of a, and what was written down"
    );
    assert_eq!((rework.figure.numerator, rework.figure.denominator), (4, 7));
}

#[test]
fn times_of_the_story_are_told_apart_by_who_noticed() {
    let story = story();
    let legs = times(&story, all(&story));
    let minutes = |name: &str| {
        let leg = legs.iter().find(|leg| leg.name == name).unwrap();
        assert_eq!(leg.person_first.values.len(), 0, "{name}");
        assert_eq!(leg.machine_first.values, leg.all.values, "{name}");
        leg.all.values[0].seconds / 60.0
    };
    assert_eq!(minutes("detect"), 3.0);
    assert_eq!(minutes("notice"), 12.0 * 60.0 + 11.0, "the corrected time, not that of the report");
    assert_eq!(minutes("decide"), 12.0 * 60.0 + 40.0, "from the machine's word to the rollback");
    assert_eq!(minutes("mitigate"), 14.0 * 60.0 + 14.0);
    assert_eq!(minutes("resolve"), 43.0 * 60.0 + 19.0);
    assert!(legs.iter().all(|leg| leg.all.words.contains("too few")), "{legs:#?}");
}

#[test]
fn what_was_tried_before_anybody_knew_was_not_decided() {
    let before = tried(case(1, day(1.0)), "restart of a", day(1.0).plus_s(30.0), Effect::None);
    let both = tried(before.clone(), "rollback of a", day(1.0).plus_s(360.0), Effect::Worked);
    let decide = |incident| {
        let legs = times(&log(vec![], vec![incident]), whole());
        legs.into_iter().find(|leg| leg.name == "decide").unwrap().all
    };
    assert_eq!((decide(before.clone()).values.len(), decide(before).n_without), (0, 1));
    assert_eq!(decide(both).values[0].seconds, 300.0);
}

#[test]
fn who_was_first_is_a_machine_a_program_or_a_person() {
    let by_person = |id, name: &str, seconds| {
        noticed_by(case(id, day(f64::from(id))), name, day(f64::from(id)).plus_s(seconds))
    };
    let mut by_program = by_person(4, "Ann", 50.0);
    let alertmanager = Author::Program(Name::recorded("Alertmanager"));
    by_program.sightings.push(Sighting { at: day(4.0).plus_s(20.0), by: alertmanager.clone() });
    let mut undetected = by_person(5, "Bo", 7_000.0);
    undetected.times.detected = None;
    let mut unknown = case(6, day(6.0));
    unknown.times.detected = None;
    let log = log(
        vec![],
        vec![
            by_person(1, "Ann", 59.0),
            by_person(2, "Ann", 60.0),
            by_person(3, "Bo", 61.0),
            by_program,
            undetected,
            unknown,
        ],
    );
    let who = who_noticed(&log, whole());
    let said: Vec<(String, Detector, Vec<u32>)> = who
        .iter()
        .map(|it| {
            let incidents = it.incidents.iter().map(|id| id.0).collect();
            (it.by.to_string(), Detector::of(&it.by), incidents)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("Highwater".to_owned(), Detector::Machine, vec![2, 3]),
            ("Ann".to_owned(), Detector::Person, vec![1]),
            ("Bo".to_owned(), Detector::Person, vec![5]),
            ("Alertmanager".to_owned(), Detector::Machine, vec![4]),
        ]
    );
    let detect = &times(&log, whole())[0];
    let of = |values: &[hw_learn::Value]| values.iter().map(|v| v.incident.0).collect::<Vec<_>>();
    assert_eq!(of(&detect.machine_first.values), [2, 3, 4]);
    assert_eq!(of(&detect.person_first.values), [1]);
    assert_eq!(detect.all.n_without, 2);
}

#[test]
fn what_is_only_watched_does_not_count_until_a_figure_shifts() {
    let mut watched = noticed_by(case(1, day(1.0)), "Ann", day(1.0));
    (watched.status, watched.times.detected) = (Status::Triage, None);
    let of = |incident| {
        let log = log(vec![], vec![incident]);
        (who_noticed(&log, whole()).len(), log.n_watched(whole()))
    };
    assert_eq!(of(watched.clone()), (0, 1));
    watched.times.detected = Some(day(1.1));
    assert_eq!(of(watched.clone()), (1, 0));
    (watched.status, watched.times.detected) = (Status::Active, None);
    assert_eq!(of(watched), (1, 0));
}

#[test]
fn entries_are_live_if_written_within_ten_minutes() {
    let mut first = case(1, day(1.0));
    for after_s in [0.0, 600.0, 601.0, -600.0, -601.0, 86_400.0] {
        first = wrote(first, day(1.0), after_s);
    }
    let second = wrote(case(2, day(2.0)), day(2.0), 5.0);
    let found = live(&log(vec![], vec![first, second, case(3, day(3.0))]), whole());
    let each: Vec<(u32, u64, u64)> =
        found.incidents.iter().map(|of| (of.incident.0, of.live, of.all)).collect();
    assert_eq!(each, [(1, 3, 6), (2, 1, 1)]);
    assert_eq!(found.words, "4 of 7 entries, in 2 incidents");
    assert_eq!(live(&log(vec![], vec![]), whole()).words, "people wrote nothing");
    let story = story();
    assert_eq!(live(&story, all(&story)).words, "2 of 3 entries, in 1 incident");
}

#[test]
fn where_two_clocks_run_nothing_is_said_of_live_entries() {
    let mut incident = wrote(case(1, day(1.0)), day(1.0), 5.0);
    incident.written[0].recorded_at = None;
    let found = live(&log(vec![], vec![incident]), whole());
    assert_eq!((found.live, found.all, found.incidents.len()), (0, 0, 0));
    assert!(found.words.starts_with("not known, because the clock of the data"), "{}", found.words);
}

#[test]
fn three_incidents_have_a_median() {
    let incidents: Vec<_> = (1..=3).map(|n| case(n, november(2 + n, 9, 0))).collect();
    let legs = times(&log(vec![], incidents), whole());
    let mitigate = legs.iter().find(|leg| leg.name == "mitigate").unwrap();
    assert_eq!(mitigate.all.words, "60 min in the median, 60 min at most, of 3 incidents");
    let ids: Vec<IncidentId> = mitigate.all.values.iter().map(|value| value.incident).collect();
    assert_eq!(ids, [IncidentId(1), IncidentId(2), IncidentId(3)]);
}
