//! What is said of two counts, on counts that are made up.

use super::*;

const FROM: Timestamp = Timestamp::from_s(1_795_330_200);

/// Items of one window: the same in every run, and uneven.
fn items(at: usize) -> f64 {
    let mixed = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    40.0 + (mixed % 21) as f64
}

fn series(name: &str, n: usize, row: impl Fn(usize) -> f64) -> Series {
    Series { name: name.to_owned(), rows: (0..n).map(|at| Some(row(at).round())).collect() }
}

fn sides(a: Series, b: Series) -> Sides {
    Sides { from: FROM, step_s: 10, a, b, may_follow: true, legs: Vec::new() }
}

fn hop(caller: &str, callee: &str) -> Hop {
    Hop {
        caller: caller.to_owned(),
        entry: Some("POST /in".to_owned()),
        callee: callee.to_owned(),
        operation: "POST /items".to_owned(),
    }
}

/// Half goes on until row 60, and everything until row 100.
fn gate(at: usize) -> f64 {
    if (60..100).contains(&at) { items(at) } else { 0.5 * items(at) }
}

#[test]
fn parting_is_named_with_its_window_its_figures_and_its_hop() {
    let rows = |row: fn(usize) -> f64| series("", 120, row).rows;
    let mut sides = sides(series("in", 120, items), series("out", 120, gate));
    sides.legs = vec![
        LegSeries {
            hop: hop("router", "screening"),
            what: "on the way".to_owned(),
            before: rows(items),
            after: rows(items),
        },
        LegSeries {
            hop: hop("screening", "worklist"),
            what: "between what enters screening and what leaves it".to_owned(),
            before: rows(items),
            after: rows(gate),
        },
    ];
    let found = compare(&sides);
    assert_eq!((found.outcome, found.leg, found.lag), (Outcome::Parted, Some(1), 0));
    assert_eq!(found.parting.map(|parting| parting.at), Some(FROM.plus_s(600.0)));
    for words in [
        "They part at 07:00:00 UTC on 2026-11-22 (window 07:00:00 to 07:00:10): before, out was 50",
        " % of in (",
        "; since, 100 % (",
        "At 07:06:40 it was back at 50",
        "is screening POST /in -> worklist POST /items, between what enters screening and what",
    ] {
        assert!(found.answer.contains(words), "{words}: {}", found.answer);
    }
}

#[test]
fn count_that_follows_is_moved_back_first() {
    let later = |at: usize| at.checked_sub(3).map_or(0.0, gate);
    let mut sides = sides(series("in", 150, items), series("out", 150, later));
    sides.b.rows.iter_mut().take(3).for_each(|row| *row = None);
    let found = compare(&sides);
    assert_eq!(found.lag, 3);
    assert_eq!(found.parting.map(|parting| parting.at), Some(FROM.plus_s(600.0)), "{found:?}");
}

#[test]
fn windows_without_data_are_no_zeros() {
    let mut sides = sides(series("in", 120, items), series("out", 120, |at| 0.5 * items(at)));
    sides.b.rows.iter_mut().skip(50).take(20).for_each(|row| *row = None);
    let found = compare(&sides);
    assert_eq!(found.outcome, Outcome::Together, "{}", found.answer);
    assert!(found.answer.starts_with("They do not part: from 06:50:00 UTC on 2026-11-22 to"));
    sides.b.rows.iter_mut().skip(50).take(20).for_each(|row| *row = Some(0.0));
    let found = compare(&sides);
    assert_eq!(found.outcome, Outcome::Parted, "{}", found.answer);
    assert!(found.answer.contains("since, 0 % (0 to "), "{}", found.answer);
}

#[test]
fn growth_over_a_day_is_told_as_one() {
    let share = |at: usize| 0.5 + 0.3 * ((at as f64 - 60.0) / 144.0).clamp(0.0, 1.0);
    let grows = |at: usize| 20.0 * items(at) * share(at);
    let mut sides = sides(series("in", 288, |at| 20.0 * items(at)), series("out", 288, grows));
    sides.step_s = 600;
    let found = compare(&sides);
    assert_eq!((found.outcome, found.parting), (Outcome::Grew, None), "{}", found.answer);
    assert!(found.answer.starts_with("out grew from 49.9 % to 80 % of in "), "{}", found.answer);
    assert!(found.answer.contains(" and with no single step."), "{}", found.answer);
    let growth = found.growth.unwrap_or_else(|| panic!("{found:?}"));
    assert!(growth.from.seconds_since(FROM.plus_s(36_000.0)).abs() < 2.0 * 3_600.0, "{growth:?}");
    assert!(growth.to.seconds_since(FROM.plus_s(122_400.0)).abs() < 2.0 * 3_600.0, "{growth:?}");
}

#[test]
fn next_to_nothing_is_said_to_be() {
    let few = sides(series("in", 5, items), series("out", 5, items));
    let found = compare(&few);
    assert_eq!(found.outcome, Outcome::TooLittle);
    assert!(found.answer.starts_with("Too little was counted to say: 5 windows of 10 s have"));
    let none = sides(series("in", 0, items), series("out", 0, items));
    assert_eq!(compare(&none).outcome, Outcome::TooLittle);
    let zeros = sides(series("in", 50, |_| 0.0), series("out", 50, |_| 0.0));
    assert_eq!(compare(&zeros).outcome, Outcome::TooLittle);
}

#[test]
fn side_that_ends_is_a_parting() {
    let ends = |at: usize| if at < 60 { items(at) } else { 0.0 };
    let found = compare(&sides(series("in", 120, ends), series("out", 120, items)));
    assert_eq!(found.outcome, Outcome::Parted);
    assert!(found.answer.contains(" where in was none"), "{}", found.answer);
}
