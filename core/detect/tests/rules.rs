//! False alarms that chance makes: what [`Quiet`] expects against what rules do that run over simulated
//! weeks in which nothing happens. And rules that are proposed: none fires in weeks they never saw.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_detect::rule::{
    Bound, Case, Expects, Measure, NoRule, Past, Question, Quiet, Rule, Terms, backtest, propose,
};
use hw_model::{Hop, Target, Timestamp};
use hw_stats::Counts;
use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Beta, Binomial, Distribution, Poisson};

const DAY: usize = 8_640;

/// How a figure behaves when all is well.
#[derive(Clone, Copy, Debug)]
struct World {
    /// Items in ten seconds at noon, when the first day begins.
    items: f64,
    /// Of those at midnight, as a share of noon.
    night: f64,
    figure: f64,
    /// Correlation of the items of a minute: their share is drawn anew each.
    rho: f64,
    /// Whether each item may leave several times.
    fans_out: bool,
}

const PLAIN: World = World { items: 10.0, night: 1.0, figure: 0.5, rho: 0.0, fans_out: false };

impl World {
    /// A stretch of windows from a number on.
    fn rows(self, first: usize, n: usize, figure: f64, random: &mut StdRng) -> Vec<Option<Counts>> {
        let mut share = figure;
        let draw = |row: usize| {
            if row.is_multiple_of(6) && self.rho > 0.0 {
                let m = 1.0 / self.rho - 1.0;
                let of_a_minute = Beta::new(figure * m, (1.0 - figure) * m).unwrap();
                share = of_a_minute.sample(random);
            }
            let hour = (row % DAY) as f64 / DAY as f64;
            let day = 0.5 + 0.5 * (std::f64::consts::TAU * hour).cos();
            let mean = self.items * (self.night + (1.0 - self.night) * day);
            let n: f64 = Poisson::new(mean.max(1e-9)).unwrap().sample(random);
            Some(Counts::new(
                n,
                if self.fans_out { fan(n * share, random) } else { some(n, share, random) },
            ))
        };
        (first..first + n).map(draw).collect()
    }

    fn past(self, days: usize, random: &mut StdRng) -> Past {
        Past { step_s: 10, first: 0, rows: self.rows(0, days * DAY, self.figure, random) }
    }
}

fn some(n: f64, share: f64, random: &mut StdRng) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let n = n as u64;
    Binomial::new(n, share).unwrap().sample(random) as f64
}

fn fan(mean: f64, random: &mut StdRng) -> f64 {
    if mean > 0.0 { Poisson::new(mean).unwrap().sample(random) } else { 0.0 }
}

fn target() -> Target {
    let hop = Hop { caller: "a".into(), entry: None, callee: "b".into(), operation: "op".into() };
    Target::Hop(hop)
}

fn rule(bound: Bound, window_s: i64, items_min: u64) -> Rule {
    let terms = Terms {
        name: "a".into(),
        target: target(),
        measure: Measure::Transfer,
        window_s,
        bound,
        items_min,
        for_s: 0,
        keep_s: 0,
    };
    Rule::new(terms, 10).unwrap()
}

#[test]
fn chance_makes_as_many_false_alarms_as_are_expected_and_seldom_fewer() {
    let worlds = [
        ("even", PLAIN),
        ("rare", World { figure: 0.05, ..PLAIN }),
        ("nearly all", World { figure: 0.96, ..PLAIN }),
        ("thin at night", World { night: 0.02, ..PLAIN }),
        ("each minute its own", World { rho: 0.01, ..PLAIN }),
        ("fan-out", World { figure: 2.0, fans_out: true, ..PLAIN }),
    ];
    let mut random = StdRng::seed_from_u64(20_261_127);
    println!("{:20} {:>7} {:>17} {:>9} {:>9}", "world", "window", "bound", "expected", "in 56 d");
    for (name, world) in worlds {
        let past = world.past(56, &mut random);
        for window_s in [120, 300, 900] {
            let quiet = Quiet::of(
                &past,
                &Measure::Transfer,
                usize::try_from(window_s / 10).unwrap(),
                world.figure,
            )
            .unwrap();
            let items_min = if world.night < 1.0 { 50 } else { 1 };
            // The bound at which some thirty are expected: few enough to be rare, enough to be counted.
            let is_up = world.figure <= 0.5 || world.fans_out;
            let bound = |at: i32| {
                let way = f64::from(at) / 2_000.0;
                if is_up {
                    Bound::Above(world.figure + way)
                } else {
                    Bound::Below(world.figure - way)
                }
            };
            let is_rare = |bound: &Bound| quiet.expected_false_alarms(*bound, items_min) < 30.0;
            let bound = (1..1_900).map(bound).find(is_rare).unwrap();
            let expected = quiet.expected_false_alarms(bound, items_min);
            let found = backtest(&rule(bound, window_s, items_min), &past, &[], 0);
            let n = found.fired.len() as f64;
            println!("{name:20} {window_s:>7} {bound:>17?} {expected:>9.1} {n:>9}");
            assert!(
                expected > 0.6 * n && expected < 4.0 * n + 8.0,
                "{name} {window_s}: {expected} {n}"
            );
        }
    }
}

/// Two hours in which the figure is another, after some days.
fn with_incident(world: World, (days, figure): (usize, f64), random: &mut StdRng) -> (Past, Case) {
    let mut rows = world.rows(0, days * DAY, world.figure, random);
    rows.extend(world.rows(days * DAY, 720, figure, random));
    rows.extend(world.rows(days * DAY + 720, DAY - 720, world.figure, random));
    let at = |window: usize| Timestamp::from_s(10 * i64::try_from(window).unwrap());
    let case = Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: at(days * DAY),
        to: at(days * DAY + 720),
        machine_at: None,
        person_at: None,
    };
    (Past { step_s: 10, first: 0, rows }, case)
}

#[test]
fn proposed_rules_do_not_fire_in_weeks_they_never_saw_and_fire_in_the_next_incident() {
    let mut random = StdRng::seed_from_u64(5);
    let (mut n_rules, mut n_false, mut n_missed, mut days) = (0u32, 0, 0, 0.0);
    for figure in [0.02, 0.5, 0.9] {
        for after in [0.1, 0.3, 0.65, 0.99] {
            for rho in [0.0, 0.004] {
                for history in [1, 7] {
                    let world = World { items: 8.0, night: 0.1, figure, rho, fans_out: false };
                    let (past, case) = with_incident(world, (history, after), &mut random);
                    let asked = Question {
                        name: "a",
                        target: &target(),
                        measure: &Measure::Transfer,
                        past: &past,
                        cases: &[case],
                        final_after_s: 120,
                    };
                    let proposal = match propose(&asked) {
                        Ok(proposal) => proposal,
                        Err(why @ NoRule::Inseparable { .. }) => {
                            println!("{figure} to {after}, rho {rho}, {history} days: {why}");
                            continue;
                        }
                        Err(why) => panic!("{world:?}: {why}"),
                    };
                    let (next, again) = with_incident(world, (13, after), &mut random);
                    let found = backtest(&proposal.rule, &next, &[again], 120);
                    n_rules += 1;
                    n_false += found.false_alarms().count();
                    n_missed += usize::from(!found.cases.iter().all(|case| case.in_time));
                    days += found.days;
                }
            }
        }
    }
    println!("{n_rules} rules, {days} days, {n_false} false alarms, {n_missed} incidents missed");
    // 0.1 in 30 days are allowed to each.
    assert!(n_rules >= 40 && f64::from(u32::try_from(n_false).unwrap()) <= days / 300.0);
    assert!(n_missed <= 1, "{n_missed}");
}
