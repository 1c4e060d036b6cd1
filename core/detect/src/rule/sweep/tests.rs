use super::super::Expects;
use super::super::tests::{minutes, past, rule};
use super::*;

#[test]
fn sweep_shows_where_a_bound_is_good_and_where_it_is_bad() {
    let past = past(&[(100, 0.5), (110, 0.65), (720, 0.5), (750, 1.0), (1_440, 0.5)]);
    let case = Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: minutes(720),
        to: minutes(750),
        machine_at: None,
        person_at: None,
    };
    let points = sweep(&rule(Bound::Above(0.77), 50), &past, &[case], 120);
    let edge = |point: &SweepPoint| point.bound.above().unwrap();
    assert!(points.is_sorted_by(|a, b| edge(a) < edge(b)), "{points:#?}");
    assert!(points.iter().any(|point| (edge(point) - 0.77).abs() < 1e-12), "its own is among them");
    for point in &points {
        let expect = match edge(point) {
            // The figure is above it nearly all the time.
            low if low < 0.5 => Judgement::MissesAndCries,
            low if low < 0.65 => Judgement::Cries,
            high if high < 1.0 => Judgement::Good,
            _ => Judgement::Misses,
        };
        assert_eq!(point.judgement, expect, "{point:?}");
    }
    let delays: Vec<f64> = points.iter().filter_map(|point| point.delay_s).collect();
    assert!(delays.is_sorted() && delays.len() > 10, "a higher bound is later: {delays:?}");
}

#[test]
fn of_two_edges_the_one_that_faces_the_incident_moves() {
    let past = past(&[(720, 0.5), (750, 0.1), (1_440, 0.5)]);
    let case = Case {
        name: "INC-1".into(),
        expects: Expects::Firing,
        from: minutes(720),
        to: minutes(750),
        machine_at: None,
        person_at: None,
    };
    let points = sweep(&rule(Bound::Outside { low: 0.3, high: 0.9 }, 50), &past, &[case], 120);
    assert!(points.iter().all(|point| point.bound.above() == Some(0.9)));
    assert!(points.iter().any(|point| point.bound.below() == Some(0.3)));
}

#[test]
fn without_an_incident_there_is_nothing_to_sweep_towards() {
    let points = sweep(&rule(Bound::Above(0.75), 50), &past(&[(100, 0.5)]), &[], 120);
    assert_eq!(points.len(), 1);
    assert_eq!(points[0].judgement, Judgement::Untried);
}
