//! A rule over a day in windows of ten seconds: half goes on, and all of it in an incident of ten minutes.

use super::super::tests::{minutes, past, rule};
use super::super::{Bound, Measure, RuleRun, Said};
use super::*;

/// The incident, from 12:00 to 12:10.
fn incident() -> Case {
    Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: minutes(720),
        to: minutes(730),
        machine_at: Some(minutes(723)),
        person_at: Some(minutes(900)),
    }
}

#[test]
fn rule_is_told_when_it_would_have_fired() {
    let rule = rule(Bound::Above(0.75), 50);
    let past = past(&[(720, 0.5), (730, 1.0), (1_440, 0.5)]);
    let found = backtest(&rule, &past, &[incident()], 120);
    assert_eq!((found.judgement, found.n_windows, found.days), (Judgement::Good, 8_640, 1.0));
    // More than half of five minutes is from the incident at 12:02:40, and for a minute at 12:03:40.
    let fired = found.fired[0];
    assert_eq!(
        (fired.since, fired.began),
        (minutes(720).plus_s(160.0), minutes(720).plus_s(220.0))
    );
    assert_eq!(fired.said, minutes(720).plus_s(340.0));
    assert!(fired.figure > 0.84 && fired.figure < 0.88, "{fired:?}");
    // Within from 12:12:30 on, and kept for five minutes.
    assert_eq!(fired.ended, Some(minutes(737).plus_s(30.0)));
    let case = found.cases[0];
    assert_eq!((case.delay_s, case.lead_machine_s), (Some(340.0), Some(-160.0)));
    assert_eq!(case.lead_person_s, Some(3.0 * 3_600.0 - 340.0));
    assert_eq!((found.quiet_range, found.thin), (Some((0.5, 0.5)), 0.0));
    // But for the incident, its echo, and the first quarter of a window.
    assert!((found.quiet_days - (1_440.0 - 15.0) / 1_440.0).abs() < 0.003, "{}", found.quiet_days);
}

#[test]
fn bad_bound_is_shown_to_be_bad() {
    let past = past(&[(100, 0.5), (110, 0.7), (720, 0.5), (730, 1.0), (1_440, 0.5)]);
    let judged = |bound: Bound| {
        let found = backtest(&rule(bound, 50), &past, &[incident()], 120);
        (found.judgement, found.false_alarms().count())
    };
    assert_eq!(judged(Bound::Above(0.8)), (Judgement::Good, 0));
    assert_eq!(judged(Bound::Above(0.6)), (Judgement::Cries, 1));
    assert_eq!(judged(Bound::Above(1.0)), (Judgement::Misses, 0));
    assert_eq!(judged(Bound::Above(0.4)), (Judgement::MissesAndCries, 1));
    assert_eq!(judged(Bound::Below(0.3)), (Judgement::Misses, 0));
}

#[test]
fn rule_that_never_sees_enough_items_is_blind() {
    let past = past(&[(720, 0.5), (730, 1.0), (1_440, 0.5)]);
    let found = backtest(&rule(Bound::Above(0.75), 5_000), &past, &[incident()], 120);
    assert_eq!((found.judgement, found.thin > 0.99), (Judgement::Blind, true));
    assert!((found.items_max - 300.0).abs() < 1e-9, "what it could have wanted");
}

#[test]
fn what_is_missing_is_told_and_is_no_alarm() {
    let mut past = past(&[(720, 0.5), (730, 1.0), (1_440, 0.5)]);
    past.rows[0..2_160].fill(None);
    let low = backtest(&rule(Bound::Below(0.3), 50), &past, &[], 120);
    assert_eq!((low.judgement, low.fired.len()), (Judgement::Untried, 0));
    assert!((low.unknown - 0.25).abs() < 0.01, "{}", low.unknown);
}

#[test]
fn alarm_before_the_onset_is_a_false_one_though_it_goes_on_into_the_incident() {
    let past = past(&[(700, 0.5), (730, 1.0), (1_440, 0.5)]);
    let found = backtest(&rule(Bound::Above(0.75), 50), &past, &[incident()], 120);
    assert_eq!(found.judgement, Judgement::MissesAndCries);
    assert_eq!(found.cases[0], CaseFound::default());
}

#[test]
fn incident_of_another_figure_explains_a_firing_and_wants_none() {
    let past = past(&[(720, 0.5), (730, 1.0), (1_440, 0.5)]);
    let beside = Case { expects: Expects::Nothing, ..incident() };
    let judged = |bound: f64, case: &Case| {
        backtest(&rule(Bound::Above(bound), 50), &past, std::slice::from_ref(case), 120).judgement
    };
    assert_eq!(judged(0.75, &beside), Judgement::Untried, "the incident explains it");
    assert_eq!(judged(1.5, &beside), Judgement::Untried, "it wants none");
    assert_eq!(judged(1.5, &incident()), Judgement::Misses);
}

#[test]
fn firing_that_only_the_echo_makes_does_not_count() {
    // Over before the bound is crossed for a minute.
    let past = past(&[(720, 0.5), (723, 1.0), (1_440, 0.5)]);
    let case = Case { to: minutes(723), ..incident() };
    let found = backtest(&rule(Bound::Above(0.75), 50), &past, &[case], 120);
    assert_eq!((found.fired.len(), found.cases[0].in_time), (1, false));
    assert_eq!(found.judgement, Judgement::Misses);
}

#[test]
fn same_past_gives_the_same_backtest_in_one_piece_or_resumed() {
    let past = past(&[(720, 0.5), (730, 1.0), (1_440, 0.5)]);
    let rule = rule(Bound::Above(0.75), 50);
    let whole = backtest(&rule, &past, &[], 0);
    let mut run = RuleRun::new(&rule, past.first);
    let said: Vec<Said> = past.rows.iter().filter_map(|counts| run.push(*counts)).collect();
    assert_eq!(said.len(), 2);
    let Said::Begins { at, .. } = said[0] else { panic!("{said:?}") };
    assert_eq!(whole.fired[0].began, at);
    assert_eq!(rule.terms().measure, Measure::Transfer);
}
