//! How often a ratio is said to turn that does not, and what is found where it does: simulated.

#[path = "support/random.rs"]
mod random;

use hw_stats::{Counts, Course, Form, course, growth, lag};
use random::Random;

/// The rate that is asked for: it is the one that `compare` states.
const RATE: f64 = 0.001;

/// A ratio that never turns, by one row.
type Null = fn(&mut Random) -> Counts;

const NULLS: &[(&str, Null)] = &[
    ("half of 90", |r| share(r, 90.0, 0.5)),
    ("half of 3", |r| share(r, 3.0, 0.5)),
    ("1 % of 90", |r| share(r, 90.0, 0.01)),
    ("99.9 % of 200", |r| share(r, 200.0, 0.999)),
    ("all of 50", |r| share(r, 50.0, 1.0)),
    ("a tenth of 160, rho .02", |r| overdispersed(r, 160.0, 0.1, 0.02)),
    ("half of 90, rho .02", |r| overdispersed(r, 90.0, 0.5, 0.02)),
    ("two sources of 40", |r| Counts::new(r.poisson(40.0), r.poisson(40.0))),
    ("two sources of 2", |r| Counts::new(r.poisson(2.0), r.poisson(2.0))),
    ("two sources of 500 and 100", |r| Counts::new(r.poisson(500.0), r.poisson(100.0))),
    ("two sent for each of 30", |r| {
        let n = r.poisson(30.0);
        Counts::new(n, 2.0 * n)
    }),
    ("one to five sent for each of 12", |r| {
        let n = r.poisson(12.0);
        Counts::new(n, r.sum(n, |r| 1.0 + (5.0 * r.unit()).floor()))
    }),
];

fn share(r: &mut Random, mean: f64, p: f64) -> Counts {
    let n = r.poisson(mean);
    Counts::new(n, r.binomial(n, p))
}

fn overdispersed(r: &mut Random, mean: f64, p: f64, rho: f64) -> Counts {
    let n = r.poisson(mean);
    let p = r.beta(p, rho);
    Counts::new(n, r.binomial(n, p))
}

fn rows(n: usize, mut row: impl FnMut(usize) -> Counts) -> Vec<Option<Counts>> {
    (0..n).map(|at| Some(row(at))).collect()
}

fn found(rows: &[Option<Counts>]) -> Course {
    course(rows, RATE)
}

/// Courses of a family that are said to turn.
fn false_alarms(family: Null, seed: u64, (n_courses, n_rows): (usize, usize)) -> usize {
    let mut random = Random(seed);
    let mut turned = 0;
    for _ in 0..n_courses {
        let course = found(&rows(n_rows, |_| family(&mut random)));
        turned += usize::from(course.stretches.len() > 1);
    }
    turned
}

/// 1 in 1,000 is allowed: of 500 courses of each length and family (12,000 in all, 12 expected at the
/// bound) no more than that may turn, and of no family more than 4 (1 expected; a Poisson count of 1
/// exceeds 4 once in 270). `COURSES=3000` and `--nocapture` give the table of docs/internals/comparing.md.
#[test]
#[expect(clippy::disallowed_methods, reason = "it only says how much to measure")]
fn ratio_that_never_turns_is_said_to_in_fewer_than_one_of_a_thousand() {
    let n_courses = std::env::var("COURSES").map_or(500, |n| n.parse().unwrap());
    let mut all = 0;
    for (seed, (name, family)) in (1..).zip(NULLS) {
        let short = false_alarms(*family, seed, (n_courses, 40));
        let long = false_alarms(*family, 1_000 + seed, (n_courses, 160));
        println!("{name}: {short} and {long} of {n_courses} turn");
        assert!(short + long <= 4 * n_courses.div_ceil(500), "{name}: {short} + {long}");
        all += short + long;
    }
    assert!(all <= 24 * n_courses / 1_000, "{all}");
}

/// Items that entered at the end of a row arrive in the next.
fn smeared(
    random: &mut Random,
    n_rows: usize,
    late: f64,
    p: impl Fn(usize) -> f64,
) -> Vec<Option<Counts>> {
    let mut carried = 0.0;
    rows(n_rows, |at| {
        let n = random.poisson(60.0);
        let k = random.binomial(n, p(at));
        let next = random.binomial(k, late);
        let row = Counts::new(n, k - next + carried);
        carried = next;
        row
    })
}

#[test]
fn items_that_arrive_a_little_later_are_no_turn() {
    let mut random = Random(77);
    let mut turned = 0;
    for _ in 0..300 {
        let course = found(&smeared(&mut random, 120, 0.2, |_| 1.0));
        turned += usize::from(course.stretches.len() > 1);
    }
    assert!(turned <= 1, "{turned}");
    // They scatter less than counts by themselves, so a little that is missing shows.
    let course = found(&smeared(&mut random, 240, 0.2, |at| if at < 120 { 1.0 } else { 0.93 }));
    assert_eq!(course.stretches.len(), 2, "{course:?}");
    assert!(course.stretches[1].first.abs_diff(120) <= 6, "{course:?}");
}

#[test]
fn story_turns_up_and_back_to_the_row() {
    let mut random = Random(3);
    let (mut off, mut covered) = (0, 0);
    for _ in 0..100 {
        let course = found(&rows(150, |at| {
            share(&mut random, 50.0, if (66..120).contains(&at) { 1.0 } else { 0.5 })
        }));
        assert_eq!(course.form, Form::Share);
        let [before, since, after] = course.stretches.as_slice() else { panic!("{course:?}") };
        off += since.first.abs_diff(66) + after.first.abs_diff(120);
        let turn = since.turn.unwrap();
        assert!(turn.from <= 66 && turn.to >= 66 && turn.nats > 100.0, "{turn:?}");
        let usual = course.estimate(before.counts).unwrap();
        covered += usize::from(usual.low < 0.5 && usual.high > 0.5);
        assert!(course.estimate(since.counts).unwrap().value > 0.999);
    }
    assert!(off <= 4, "{off}");
    assert!(covered >= 90, "{covered} of 100 intervals of 95 % hold what is so");
}

#[test]
fn gap_of_a_row_is_set_aside_and_missing_rows_are_no_zeros() {
    let mut random = Random(4);
    let gap = |at| if at == 40 { 0.0 } else { 0.7 };
    let mut rows = rows(100, |at| share(&mut random, 60.0, gap(at)));
    let course = found(&rows);
    assert_eq!((course.stretches.len(), course.brief.as_slice()), (1, &[(40, 41)][..]));
    rows.iter_mut().skip(60).take(20).for_each(|row| *row = None);
    assert_eq!(found(&rows).stretches.len(), 1);
    let stopped = Some(Counts::new(60.0, 0.0));
    rows.iter_mut().skip(60).take(20).for_each(|row| *row = stopped);
    let course = found(&rows);
    assert_eq!(course.stretches.len(), 3, "{course:?}");
    assert_eq!((course.stretches[1].first, course.stretches[1].end), (60, 80));
}

#[test]
fn nothing_and_next_to_nothing_have_no_turn() {
    assert!(found(&[]).stretches.is_empty());
    assert!(found(&[None, Some(Counts::default())]).stretches.is_empty());
    assert_eq!(found(&[Some(Counts::new(5.0, 2.0))]).stretches.len(), 1);
    // Counted at one end only.
    let course = found(&rows(40, |at| Counts::new(if at < 20 { 10.0 } else { 0.0 }, 10.0)));
    assert_eq!(course.stretches.len(), 2, "{course:?}");
    assert_eq!(course.estimate(course.stretches[1].counts), None);
}

/// What `compare` asks: the cuts that were found against a line.
fn grew(rows: &[Option<Counts>]) -> Option<hw_stats::Growth> {
    let course = found(rows);
    let cuts: Vec<usize> = course.stretches.iter().skip(1).map(|s| s.first).collect();
    (!cuts.is_empty()).then(|| growth(course.form, rows, course.phi, &cuts)).flatten()
}

#[test]
fn step_is_not_called_growth() {
    let mut random = Random(5);
    let mut wrong = 0;
    for n in 0..200 {
        let (step, items) = (20 + n % 80, [4.0, 20.0, 90.0][n % 3]);
        let p = |at| if at < step { 0.5 } else { 0.8 };
        wrong += usize::from(grew(&rows(120, |at| share(&mut random, items, p(at)))).is_some());
        let rate = |at| if at < step { items } else { 1.8 * items };
        let two = rows(120, |at| Counts::new(random.poisson(items), random.poisson(rate(at))));
        wrong += usize::from(grew(&two).is_some());
    }
    assert!(wrong <= 4, "{wrong} of 400");
}

#[test]
fn growth_is_told_as_growth_with_its_ends() {
    let mut random = Random(6);
    let (mut told, mut ends) = (0, (0.0, 0.0));
    let figure = |at: usize| 0.5 + 0.4 * ((at as f64 - 40.0) / 60.0).clamp(0.0, 1.0);
    for _ in 0..100 {
        let rows = rows(144, |at| share(&mut random, 90.0, figure(at)));
        let Some(found) = grew(&rows) else { continue };
        told += 1;
        ends.0 += found.first as f64 / 100.0;
        ends.1 += found.end as f64 / 100.0;
        assert!((found.before - 0.5).abs() < 0.03 && (found.after - 0.9).abs() < 0.03, "{found:?}");
    }
    assert!(told >= 98, "{told}");
    assert!((ends.0 - 40.0).abs() < 6.0 && (ends.1 - 100.0).abs() < 6.0, "{ends:?}");
}

#[test]
fn count_that_follows_is_laid_over_the_other() {
    let mut random = Random(8);
    let a: Vec<f64> = (0..300).map(|_| random.poisson(50.0)).collect();
    let thinned: Vec<f64> = a.iter().map(|n| random.binomial(*n, 0.5)).collect();
    let some = |rows: &[f64]| rows.iter().copied().map(Some).collect::<Vec<_>>();
    let later = |by: usize| -> Vec<Option<f64>> {
        std::iter::repeat_n(None, by).chain(thinned.iter().copied().map(Some)).take(300).collect()
    };
    for by in [0, 1, 7, 30] {
        assert_eq!(lag(&some(&a), &later(by), 60), by.cast_signed());
        assert_eq!(lag(&later(by), &some(&a), 60), -by.cast_signed());
    }
    for _ in 0..200 {
        let other: Vec<f64> = (0..300).map(|_| random.poisson(50.0)).collect();
        assert_eq!(lag(&some(&a), &some(&other), 60), 0, "they have nothing to do with each other");
    }
    assert_eq!(lag(&[], &[], 60), 0);
}
