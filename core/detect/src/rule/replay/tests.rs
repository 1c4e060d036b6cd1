use super::super::tests::{minutes, rule};
use super::super::{Ended, Expects, Measure, RuleRun};
use super::*;
use hw_stats::Counts;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// What a rule says when it is run window by window, as it is live.
fn said_live(rule: &Rule, past: &Past) -> Vec<Said> {
    let mut run = RuleRun::new(rule, past.first);
    past.rows.iter().filter_map(|counts| run.push(*counts)).collect()
}

/// The same read off a backtest.
fn said_in(found: &Backtest) -> Vec<Said> {
    let of = |fired: &Fired| {
        let Fired { since, began, ended, figure, .. } = *fired;
        let begins = Said::Begins { at: began, since, figure };
        (begins, ended.map(|at| (at, began)))
    };
    let mut said = Vec::new();
    for (begins, ended) in found.fired.iter().map(of) {
        said.push(begins);
        // Why it ended a backtest does not say.
        said.extend(ended.map(|(at, began)| Said::Ends { at, began, why: Ended::Back }));
    }
    said
}

fn without_reasons(said: Vec<Said>) -> Vec<Said> {
    let same = |said| match said {
        Said::Ends { at, began, .. } => Said::Ends { at, began, why: Ended::Back },
        begins @ Said::Begins { .. } => begins,
    };
    said.into_iter().map(same).collect()
}

/// Windows of ten seconds in stretches, each with a share of its own.
fn rows() -> impl Strategy<Value = Vec<Option<Counts>>> {
    let stretch = (1usize..150, 0u32..=10, 0u32..40, weighted(0.9, Just(())));
    vec(stretch, 1..12).prop_map(|stretches| {
        let row = |(length, tenths, n, is_known): (usize, u32, u32, Option<()>)| {
            let n = f64::from(n);
            let k = (n * f64::from(tenths) / 10.0).round();
            (0..length).map(move |_| is_known.map(|()| Counts::new(n, k)))
        };
        stretches.into_iter().flat_map(row).collect()
    })
}

proptest! {
    #[test]
    fn every_bound_says_what_the_rule_says_live(
        rows in rows(),
        first in -50i64..50,
        items_min in 0u64..200,
    ) {
        let past = Past { step_s: 10, first, rows };
        let own = rule(Bound::Above(0.5), items_min.max(1));
        let replay = Replay::of(&own, &past, &[]);
        for tenth in 1..10 {
            let edge = f64::from(tenth) / 10.0;
            for bound in [
                Bound::Above(edge),
                Bound::Below(edge),
                Bound::Outside { low: edge / 2.0, high: edge },
            ] {
                let Ok(rule) = own.with_bound(bound) else { continue };
                let found = replay.with_bound(bound, 120).unwrap();
                prop_assert_eq!(said_in(&found), without_reasons(said_live(&rule, &past)));
            }
        }
    }
}

#[test]
fn what_is_said_of_an_incident_is_quiet_before_and_after_its_echo_only() {
    let rows = vec![Some(Counts::new(10.0, 5.0)); 360];
    let past = Past { step_s: 10, first: 0, rows };
    let case = Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: minutes(20),
        to: minutes(30),
        machine_at: None,
        person_at: None,
    };
    let rule = rule(Bound::Above(0.9), 50);
    assert_eq!(rule.terms().measure, Measure::Transfer);
    let found = backtest_of(&rule, &past, &case);
    // An hour without the ten minutes, the five of its echo, and the first half of a window.
    let judged = past.rows.len() - 14;
    assert!((found.quiet_days * 8_640.0 - (judged - 90) as f64).abs() < 1e-6, "{found:?}");
}

fn backtest_of(rule: &Rule, past: &Past, case: &Case) -> Backtest {
    Replay::of(rule, past, std::slice::from_ref(case)).backtest(120)
}
