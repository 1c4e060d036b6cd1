use super::super::Expects;
use super::super::tests::{hop, minutes, past};
use super::*;
use hw_model::Hop;

fn case(from: i64, to: i64) -> Case {
    Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: minutes(from),
        to: minutes(to),
        machine_at: Some(minutes(from + 3)),
        person_at: Some(minutes(from + 720)),
    }
}

fn ask(past: &Past, cases: &[Case]) -> Result<Proposal, NoRule> {
    propose(&Question {
        name: "screening passes too much",
        target: &hop(),
        measure: &Measure::Transfer,
        past,
        cases,
        final_after_s: 120,
    })
}

/// Scatters the figures of a past as chance would, a little: the same each time.
fn scattered(mut past: Past) -> Past {
    let mut state = 7u64;
    for counts in past.rows.iter_mut().flatten() {
        let mut k = 0.0;
        let share = counts.k / counts.n;
        for _ in 0..10 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let draw = (state >> 33) as f64 / f64::from(1u32 << 31);
            k += f64::from(u8::from(draw < share));
        }
        counts.k = k;
    }
    past
}

#[test]
fn rule_for_a_gate_that_opens_lies_halfway_and_fires_within_minutes() {
    let past = scattered(past(&[(2_000, 0.5), (2_060, 1.0), (3_000, 0.5)]));
    let found = ask(&past, &[case(2_000, 2_060)]).unwrap();
    let terms = found.rule.terms();
    assert_eq!((terms.bound, terms.window_s, terms.for_s), (Bound::Above(0.75), 120, 60));
    assert_eq!(terms.items_min, 100);
    assert!(found.false_alarms_a_month < 0.1, "{}", found.false_alarms_a_month);
    assert_eq!(found.backtest.judgement, super::super::Judgement::Good);
    let delay_s = found.backtest.cases[0].delay_s.unwrap();
    assert!(delay_s < 300.0, "{delay_s}");
    let said = found.because.join("\n");
    for words in [
        "Of what enters screening POST /items, 50 % goes on to worklist POST /items in 2.0 days of recorded \
         time outside of incidents; in INC-1 it was 100 %.",
        "75 % lies halfway: with the fewest items that are judged it is 4.9 standard deviations from what \
         is usual, and ",
        "2 min is the window that fires soonest of those that hold 100 items nearly always (99.9 % of the \
         time); with fewer the rule says nothing.",
        "over the 2.1 days that were recorded it fires in incidents only.",
        "In the incident it fires 4 min after the onset, 62 s after Highwater noticed and 11 h 56 min before \
         people noticed.",
    ] {
        let words = words.replace("62 s", &format!("{:.0} s", delay_s - 180.0));
        assert!(said.contains(&words), "{words}\nis not in\n{said}");
    }
}

#[test]
fn fall_gets_a_bound_below() {
    let past = scattered(past(&[(1_000, 0.5), (1_060, 0.0), (1_500, 0.5)]));
    let found = ask(&past, &[case(1_000, 1_060)]).unwrap();
    assert_eq!(found.rule.terms().bound, Bound::Below(0.25));
}

#[test]
fn small_shift_gets_a_longer_window() {
    let past = scattered(past(&[(4_000, 0.5), (4_300, 0.62), (5_000, 0.5)]));
    let found = ask(&past, &[case(4_000, 4_300)]).unwrap();
    let terms = found.rule.terms();
    assert!(terms.window_s >= 900, "{terms:?}");
    let Bound::Above(edge) = terms.bound else { panic!("{terms:?}") };
    assert!((0.555..0.6).contains(&edge), "{terms:?}");
}

#[test]
fn figure_that_wanders_further_than_the_incident_gets_no_rule() {
    let day: Vec<(i64, f64)> = (1..60)
        .map(|hour| (60 * hour, [0.4, 0.7, 0.5, 0.65][usize::try_from(hour % 4).unwrap()]))
        .collect();
    let past = scattered(past(&day));
    let why = ask(&past, &[case(1_860, 1_920)]).unwrap_err();
    assert!(matches!(why, NoRule::Inseparable { .. }), "{why:?}");
    assert!(why.to_string().contains("stays the one to tell"), "{why}");
}

#[test]
fn incident_with_too_few_items_gets_no_rule_and_is_told_how_many_it_takes() {
    let mut past = scattered(past(&[(20_000, 0.5), (20_030, 1.0), (20_500, 0.5)]));
    for (row, counts) in (0..).zip(past.rows.iter_mut().flatten()) {
        if row % 100 != 0 {
            *counts = Counts::default();
        }
    }
    let why = ask(&past, &[case(20_000, 20_030)]).unwrap_err().to_string();
    assert!(why.contains("an hour has to hold 50 items, and held 20."), "{why}");
}

#[test]
fn what_lacks_is_said() {
    let quiet = scattered(past(&[(1_000, 0.5)]));
    assert_eq!(ask(&quiet, &[]), Err(NoRule::NoCase));
    assert_eq!(ask(&quiet, &[case(2_000, 2_100)]), Err(NoRule::NothingInIncident));
    assert_eq!(ask(&quiet, &[case(0, 1_000)]), Err(NoRule::NothingBefore));
    let even = past(&[(1_000, 0.5)]);
    assert!(matches!(ask(&even, &[case(500, 600)]), Err(NoRule::NoDifference { .. })));
    for why in [NoRule::NothingInIncident, NoRule::NothingBefore] {
        assert!(why.to_string().contains("stored"), "{why}");
    }
}

#[test]
fn bounds_are_round_numbers() {
    for (number, within, expect) in [
        (0.751, 0.0625, 0.75),
        (0.7312, 0.05, 0.75),
        (0.98512, 0.003_75, 0.986),
        (0.000_123_4, 0.000_02, 0.000_12),
        (1.512, 0.125, 1.5),
        (1_234.0, 60.0, 1_250.0),
    ] {
        // To the bit: it is written into files.
        assert_eq!(rounded(number, within).to_string(), expect.to_string(), "{number}");
    }
}

#[test]
fn names_from_outside_are_text() {
    let past = scattered(past(&[(1_000, 0.5), (1_060, 1.0), (1_500, 0.5)]));
    let nasty = "a\u{1b}[31m\n{{ $value }}\u{202e}\"";
    let target = Target::Hop(Hop {
        caller: nasty.into(),
        entry: None,
        callee: nasty.into(),
        operation: nasty.into(),
    });
    let found = propose(&Question {
        name: "x",
        target: &target,
        measure: &Measure::Answer(nasty.into()),
        past: &past,
        cases: &[case(1_000, 1_060)],
        final_after_s: 0,
    });
    let said = found.unwrap().because.join(" ");
    assert!(said.chars().all(hw_model::is_plain), "{said}");
}
