//! What a rule about deploy days would have done: small logs, each counted by hand, and all small logs
//! that there are.

#[path = "support/team.rs"]
#[expect(dead_code, reason = "each test file uses a part of it")]
mod team;

use hw_incident::Status;
use hw_learn::{Case, Freeze, FreezeRule, Log, Weekday, Zone, freeze};
use hw_model::{ChangeId, IncidentId, Timestamp, Verdict};
use proptest::prelude::*;
use team::{again, case, day, deploy, judging, log, november, rollback, story, whole};

const DAY_S: f64 = 86_400.0;

fn only(days: &[Weekday]) -> FreezeRule {
    FreezeRule { only: days.to_vec(), zone: Zone::utc() }
}

fn mondays(log: &Log) -> Freeze {
    freeze(log, whole(), &only(&[Weekday::Monday]))
}

#[test]
fn in_the_story_mondays_only_avoid_nothing_and_delay_every_deploy() {
    let story = story();
    let found = freeze(&story, story.period(None, None), &only(&[Weekday::Monday]));
    assert_eq!((found.incidents, found.caused.len(), found.avoided.len()), (1, 0, 0));
    assert_eq!((found.deploys, found.moved.len()), (7, 6), "one was made on a Monday");
    assert_eq!(
        found.words,
        "Of 1 incident, 0 had a deploy as their cause; Mondays only would have avoided 0, and delayed 6 of \
         7 deploys by 5 days in the median (6 days at most, 30 days in all)."
    );
    assert_eq!(found.during_incidents, [], "the re-deploy came when the harm was over");
}

#[test]
fn a_deploy_waits_for_the_same_time_of_the_next_day_that_is_allowed() {
    // Days 0 to 6 are Monday to Sunday.
    for (made, expect) in [(0.5, None), (1.5, Some(7.5)), (4.25, Some(7.25)), (6.9, Some(7.9))] {
        let found = mondays(&log(vec![deploy(1, "a", day(made))], vec![]));
        let to = found.moved.first().map(|moved| moved.to);
        assert_eq!(to, expect.map(day), "{made}");
        assert_eq!(found.moved.first().map(|moved| moved.from), expect.map(|_| day(made)));
    }
    let rule = only(&[Weekday::Tuesday, Weekday::Thursday]);
    let found = freeze(&log(vec![deploy(1, "a", day(2.5))], vec![]), whole(), &rule);
    assert_eq!(found.moved[0].to, day(3.5), "on Thursday");
    assert_eq!(rule.words(), "Tuesdays and Thursdays");
}

#[test]
fn which_day_it_was_the_clock_of_the_team_says() {
    // 23:30 UTC on a Sunday is a Monday in Berlin.
    let log = log(vec![deploy(1, "a", november(8, 23, 30))], vec![]);
    let berlin = Zone::new("Europe/Berlin", vec![(Timestamp(i64::MIN), 3_600)]);
    let rule = FreezeRule { only: vec![Weekday::Monday], zone: berlin };
    assert_eq!(freeze(&log, whole(), &rule).moved, []);
    assert_eq!(mondays(&log).moved.len(), 1);
}

#[test]
fn rollbacks_and_restarts_never_wait() {
    let made = deploy(1, "a", day(0.5));
    let changes = vec![made.clone(), rollback(2, &made, day(1.5))];
    assert_eq!(mondays(&log(changes, vec![])).moved, []);
}

/// An incident that began an hour after a deploy on a Tuesday and was known a minute later.
fn tuesdays() -> Case {
    judging(case(1, day(1.5).plus_s(3_600.0)), 1, Verdict::Implicated)
}

/// What becomes of it: unchanged, moved, avoided.
fn fate(log: &Log, rule: &FreezeRule) -> (usize, usize, usize) {
    let found = freeze(log, whole(), rule);
    assert_eq!(
        found.caused.len(),
        found.unchanged.len() + found.postponed.len() + found.avoided.len()
    );
    (found.unchanged.len(), found.postponed.len(), found.avoided.len())
}

#[test]
fn an_incident_comes_with_its_deploy_later() {
    let tuesday = log(vec![deploy(1, "a", day(1.5))], vec![tuesdays()]);
    assert_eq!(fate(&tuesday, &only(&[Weekday::Monday])), (0, 1, 0));
    assert_eq!(fate(&tuesday, &only(&[Weekday::Tuesday])), (1, 0, 0));
    assert_eq!(
        mondays(&tuesday).words,
        "Of 1 incident, 1 had a deploy as its cause; Mondays only would have avoided 0 and moved 1 to a \
         later day, and delayed 1 of 1 deploy by 6 days in the median (6 days at most, 6 days in all)."
    );
}

#[test]
fn the_repair_of_an_incident_does_not_avoid_it() {
    // It is known after an hour and a minute; the repair comes an hour later and ends it.
    let mut incident = tuesdays();
    let repaired_at = day(1.5).plus_s(7_800.0);
    incident.times.mitigated = Some(repaired_at.plus_s(60.0));
    let log = log(vec![deploy(1, "a", day(1.5)), deploy(2, "a", repaired_at)], vec![incident]);
    assert_eq!(fate(&log, &only(&[Weekday::Monday])), (0, 1, 0));
    let found = mondays(&log);
    assert_eq!(found.during_incidents, [ChangeId(2)], "and the rule would have delayed the repair");
}

#[test]
fn what_would_have_gone_out_in_its_place_avoids_it() {
    // Nobody knows of it yet when the next version comes, and ends it by chance.
    let next_at = day(1.5).plus_s(5_000.0);
    let unknown = || {
        let mut incident = tuesdays();
        incident.times.detected = Some(day(1.5).plus_s(9_000.0));
        incident.times.mitigated = Some(next_at.plus_s(60.0));
        incident
    };
    let changes = |second| vec![deploy(1, "a", day(1.5)), second];
    let monday = only(&[Weekday::Monday]);
    let next = deploy(2, "a", next_at);
    assert_eq!(fate(&log(changes(next.clone()), vec![unknown()]), &monday), (0, 0, 1));
    // Not if it is another service, not if it did not end the harm, not if it is guilty, too,
    let other = deploy(2, "b", next_at);
    assert_eq!(fate(&log(changes(other), vec![unknown()]), &monday), (0, 1, 0));
    let mut lasting = unknown();
    lasting.times.mitigated = Some(next_at.plus_s(3_600.0));
    assert_eq!(fate(&log(changes(next.clone()), vec![lasting]), &monday), (0, 1, 0));
    let both = judging(unknown(), 2, Verdict::Implicated);
    assert_eq!(fate(&log(changes(next.clone()), vec![both]), &monday), (0, 1, 0));
    // and not if both days differ: the first would have gone out by itself.
    let wednesday = only(&[Weekday::Wednesday]);
    let mut slow = unknown();
    slow.times.detected = Some(day(3.0));
    slow.times.mitigated = Some(day(2.5));
    let thursday = deploy(2, "a", day(2.5));
    assert_eq!(fate(&log(changes(thursday.clone()), vec![slow.clone()]), &wednesday), (0, 0, 1));
    let both_days = only(&[Weekday::Thursday]);
    assert_eq!(fate(&log(changes(thursday), vec![slow]), &both_days), (0, 0, 1));
}

#[test]
fn incidents_without_a_guilty_deploy_are_not_touched() {
    let undecided = judging(case(1, day(1.6)), 1, Verdict::Undecided);
    let innocent = judging(case(2, day(1.7)), 1, Verdict::Exonerated);
    let mut declined = judging(case(3, day(1.8)), 1, Verdict::Implicated);
    declined.status = Status::Declined;
    let log = log(vec![deploy(1, "a", day(1.5))], vec![undecided, innocent, declined]);
    let found = mondays(&log);
    assert_eq!((found.incidents, found.undecided.as_slice()), (2, [IncidentId(1)].as_slice()));
    assert_eq!(found.caused, []);
    assert!(found.words.starts_with(
        "Of 2 incidents, 0 had a deploy as their cause (of 1 more it is not decided); Mondays only would \
         have avoided 0, and delayed"
    ));
}

#[test]
fn two_guilty_deploys_must_both_wait() {
    let guilty = judging(tuesdays(), 2, Verdict::Implicated);
    let changes = vec![deploy(1, "a", day(1.5)), deploy(2, "b", day(0.5))];
    assert_eq!(fate(&log(changes, vec![guilty]), &only(&[Weekday::Monday])), (1, 0, 0));
}

#[test]
fn deploys_of_one_service_pile_up_on_the_day_that_is_allowed() {
    let changes = vec![
        deploy(1, "a", day(1.1)),
        deploy(2, "a", day(1.2)),
        deploy(3, "a", day(3.0)),
        deploy(4, "a", day(7.5)),
        deploy(5, "b", day(4.0)),
    ];
    let found = mondays(&log(changes, vec![]));
    let sizes = |sizes: &std::collections::BTreeMap<u64, u64>| -> Vec<(u64, u64)> {
        sizes.iter().map(|(size, n)| (*size, *n)).collect()
    };
    assert_eq!(sizes(&found.batches.was), [(1, 3), (2, 1)]);
    assert_eq!(sizes(&found.batches.would_be), [(1, 1), (4, 1)]);
    assert!(
        found.words.ends_with(
            "; the most that went out of one service on one day would have been 4 versions instead of 2."
        ),
        "{}",
        found.words
    );
}

#[test]
fn a_version_that_comes_again_is_one_of_its_day() {
    let made = deploy(1, "a", day(1.1));
    let back = again(3, &made, day(3.0));
    let mut nameless = deploy(4, "a", day(4.0));
    nameless.to_version = None;
    let changes = vec![made.clone(), rollback(2, &made, day(2.0)), back, nameless.clone()];
    let found = mondays(&log(changes, vec![]));
    assert_eq!(found.batches.would_be.keys().collect::<Vec<_>>(), [&2]);
    let mut other = nameless.clone();
    other.id = ChangeId(5);
    let two = mondays(&log(vec![nameless, other], vec![]));
    assert_eq!(two.batches.would_be.keys().collect::<Vec<_>>(), [&2], "both may be anything");
}

#[test]
fn an_empty_log_has_its_sentence() {
    assert_eq!(
        mondays(&log(vec![], vec![])).words,
        "Of 0 incidents, 0 had a deploy as their cause; Mondays only would have avoided 0, and delayed none \
         of 0 deploys."
    );
    assert_eq!(mondays(&log(vec![], vec![])).delay, None);
}

/// Every set of days, with a deploy on each day of two weeks: what waits, waits as little as it can.
#[test]
fn every_rule_there_is_moves_each_deploy_to_the_next_day_it_allows() {
    let changes = (0..14).map(|n| deploy(n + 1, "a", day(f64::from(n) + 0.4))).collect();
    let log = log(changes, vec![]);
    for set in 1..128_usize {
        let days: Vec<Weekday> =
            (0..7).filter(|n| set >> n & 1 == 1).map(|n| Weekday::ALL[n]).collect();
        let found = freeze(&log, whole(), &only(&days));
        for n in 0..14_usize {
            let wait = (0..7).find(|later| set >> ((n + later) % 7) & 1 == 1).unwrap();
            let id = ChangeId(u32::try_from(n).unwrap() + 1);
            let moved = found.moved.iter().find(|moved| moved.change == id);
            let waited = moved.map_or(0.0, |it| it.to.seconds_since(it.from) / DAY_S);
            assert!((waited - f64::from(u32::try_from(wait).unwrap())).abs() < 1e-9, "{set} {n}");
        }
    }
}

proptest! {
    /// Deploys are neither lost nor made, and every figure of the delay is one of the waits.
    #[test]
    fn deploys_are_kept_and_land_on_days_that_are_allowed(
        made in prop::collection::vec((0_u32..40_000, 0_u32..3), 0..40),
        set in 1_usize..128,
    ) {
        let changes = made.iter().zip(1..).map(|((minute, service), id)| {
            deploy(id, ["a", "b", "c"][*service as usize], day(f64::from(*minute) / 1_440.0))
        });
        let log = log(changes.collect(), vec![]);
        let days: Vec<Weekday> =
            (0..7).filter(|n| set >> n & 1 == 1).map(|n| Weekday::ALL[n]).collect();
        let rule = only(&days);
        let found = freeze(&log, whole(), &rule);
        let all = |sizes: &std::collections::BTreeMap<u64, u64>| -> u64 {
            sizes.iter().map(|(size, n)| size * n).sum()
        };
        prop_assert_eq!(all(&found.batches.was), found.deploys);
        prop_assert_eq!(all(&found.batches.would_be), found.deploys);
        let mut waits: Vec<f64> = Vec::new();
        for moved in &found.moved {
            prop_assert!(days.contains(&rule.zone.weekday(moved.to)));
            prop_assert!(!days.contains(&rule.zone.weekday(moved.from)));
            waits.push(moved.to.seconds_since(moved.from));
        }
        prop_assert_eq!(found.delay.is_some(), !waits.is_empty());
        if let Some(delay) = found.delay {
            let below = waits.iter().filter(|wait| **wait < delay.median_s).count();
            let above = waits.iter().filter(|wait| **wait > delay.median_s).count();
            prop_assert!(2 * below <= waits.len() && 2 * above <= waits.len());
            prop_assert!(waits.iter().all(|wait| *wait <= delay.max_s));
            prop_assert!((waits.iter().sum::<f64>() - delay.total_s).abs() < 1e-6);
        }
    }
}
