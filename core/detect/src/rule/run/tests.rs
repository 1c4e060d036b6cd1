//! A rule over windows of ten seconds, judged over 30 s, for 20 s, kept for 20 s.

use super::super::{Bound, Measure, Terms};
use super::*;
use hw_model::{Hop, Target};

fn rule(change: impl FnOnce(&mut Terms)) -> Rule {
    let hop = Hop { caller: "a".into(), entry: None, callee: "b".into(), operation: "op".into() };
    let mut terms = Terms {
        name: "a passes too much".into(),
        target: Target::Hop(hop),
        measure: Measure::Transfer,
        window_s: 30,
        bound: Bound::Above(0.75),
        items_min: 20,
        for_s: 20,
        keep_s: 20,
    };
    change(&mut terms);
    Rule::new(terms, 10).unwrap()
}

/// Runs windows of ten items: how many go on, `-` is unknown. Says when what was said, in seconds.
fn run(rule: &Rule, windows: &str) -> String {
    let mut run = RuleRun::new(rule, 0);
    let mut said = Vec::new();
    for window in windows.split_whitespace() {
        let counts = match window.split_once('/') {
            Some((k, n)) => Some(Counts::new(n.parse().unwrap(), k.parse().unwrap())),
            None => window.parse().ok().map(|k| Counts::new(10.0, k)),
        };
        said.extend(run.push(counts).map(words));
    }
    said.join(", ")
}

fn words(said: Said) -> String {
    match said {
        Said::Begins { at, since, figure } => {
            format!("{} begins ({:.2}, since {})", at.tick().0, figure, since.tick().0)
        }
        Said::Ends { at, began, why } => {
            format!("{} ends what began at {}: {why:?}", at.tick().0, began.tick().0)
        }
    }
}

#[test]
fn fires_once_it_held_for_long_enough_and_ends_once_it_was_back_for_long_enough() {
    // Above .75 over 30 s from 60 s on, so it fires at 80 s; within again from 120 s on.
    let said = run(&rule(|_| {}), "5 5 5 5 10 10 10 10 10 10 5 5 5 5 5 5");
    assert_eq!(said, "80 begins (1.00, since 60), 140 ends what began at 80: Back");
}

#[test]
fn what_does_not_hold_is_forgotten() {
    assert_eq!(run(&rule(|_| {}), "5 5 5 10 10 5 5 10 10 5 5 10 10 5 5"), "");
    // And begins at once if it need not hold.
    let said = run(&rule(|terms| terms.for_s = 0), "5 5 5 10 10 5");
    assert_eq!(said, "50 begins (0.83, since 50)");
}

#[test]
fn short_return_is_the_same_firing() {
    let said = run(&rule(|_| {}), "10 10 10 10 10 5 5 10 10 10 10 5 5 5 5 5");
    assert_eq!(said, "40 begins (1.00, since 20), 150 ends what began at 40: Back");
}

#[test]
fn at_the_bound_is_within() {
    let at = rule(|terms| (terms.bound, terms.for_s) = (Bound::Above(0.8), 0));
    assert_eq!(run(&at, "8 8 8 8"), "");
    assert_eq!(run(&at, "8 8 8 9"), "40 begins (0.83, since 40)");
    let below = rule(|terms| (terms.bound, terms.for_s) = (Bound::Below(0.5), 0));
    assert_eq!(run(&below, "5 5 5 4"), "40 begins (0.47, since 40)");
    let outside = Bound::Outside { low: 0.4, high: 0.6 };
    let outside = rule(|terms| (terms.bound, terms.for_s, terms.keep_s) = (outside, 0, 0));
    assert_eq!(
        run(&outside, "5 5 5 1 5 5 5 9 9"),
        "40 begins (0.37, since 40), 70 ends what began at 40: Back, 80 begins (0.63, since 80)"
    );
}

#[test]
fn unknown_is_not_zero() {
    // A rule against silence would fire at once if a missing window were zero.
    let below = rule(|terms| (terms.bound, terms.for_s) = (Bound::Below(0.3), 0));
    assert_eq!(run(&below, "5 5 5 - - - - - 5 5"), "");
    // Half of the windows is enough to judge.
    assert_eq!(run(&below, "5 5 5 - 1/10 1/10"), "60 begins (0.10, since 60)");
}

#[test]
fn nothing_begins_and_nothing_ends_while_it_is_not_known() {
    // What held before the gap does not count, what fires goes on.
    assert_eq!(run(&rule(|_| {}), "10 10 - - - 10 10"), "");
    let gap = "- ".repeat(300);
    let said = run(&rule(|_| {}), &format!("10 10 10 10 10 {gap} 10 10 10"));
    assert_eq!(said, "40 begins (1.00, since 20)");
    let gap = "- ".repeat(400);
    let said = run(&rule(|_| {}), &format!("10 10 10 10 10 {gap} 10 10 10"));
    assert_eq!(said, "40 begins (1.00, since 20), 3670 ends what began at 40: Unknown");
}

#[test]
fn thin_traffic_says_nothing() {
    assert_eq!(run(&rule(|_| {}), "6/6 6/6 6/6 6/6 6/6 6/6 6/6"), "");
    assert_eq!(run(&rule(|_| {}), "0/0 0/0 0/0 0/0"), "");
    let said = run(&rule(|terms| terms.items_min = 18), "6/6 6/6 6/6 6/6 6/6 6/6");
    assert_eq!(said, "50 begins (1.00, since 30)");
}

#[test]
fn volume_counts_items_per_known_second() {
    let volume = |terms: &mut Terms| {
        terms.measure = Measure::Volume;
        (terms.bound, terms.items_min, terms.for_s) = (Bound::Below(0.5), 0, 0);
    };
    // Nine items in ten seconds, then none: three windows with 9 are 0.3 a second.
    assert_eq!(run(&rule(volume), "9/10 9/10 9/10 0/10 0/10"), "50 begins (0.30, since 50)");
    assert_eq!(run(&rule(volume), "9/10 9/10 9/10 - 9/10 - 9/10"), "");
}

#[test]
fn run_that_was_resumed_says_what_the_other_one_says() {
    let rule = rule(|_| {});
    let windows: Vec<Option<Counts>> = "5 5 10 10 10 - 10 10 5 5 10 5 5 5 5 5 - - 5 10 10 10 10 10"
        .split_whitespace()
        .map(|window| window.parse().ok().map(|k| Counts::new(10.0, k)))
        .collect();
    let mut whole = RuleRun::new(&rule, 0);
    let mut standings = vec![Standing::Quiet];
    let expected: Vec<Option<Said>> = windows
        .iter()
        .map(|counts| {
            let said = whole.push(*counts);
            standings.push(whole.standing());
            said
        })
        .collect();
    assert_eq!(expected.iter().flatten().count(), 3, "{expected:?}");
    for stop in rule.steps()..windows.len() {
        let from = stop - (rule.steps() - 1);
        let mut resumed = RuleRun::resumed(&rule, i64::try_from(from).unwrap(), standings[stop]);
        windows[from..stop].iter().for_each(|counts| resumed.fill(*counts));
        let said: Vec<_> = windows[stop..].iter().map(|counts| resumed.push(*counts)).collect();
        assert_eq!(said, expected[stop..], "stopped at {stop}");
    }
}
