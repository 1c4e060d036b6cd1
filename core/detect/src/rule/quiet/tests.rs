use super::super::tests::past;
use super::*;

fn quiet(past: &Past, steps: usize) -> Quiet<'_> {
    Quiet::of(past, &Measure::Transfer, steps, 1.0).unwrap()
}

#[test]
fn distance_of_an_even_share_is_in_standard_deviations() {
    let past = past(&[(10_000, 0.5)]);
    let quiet = quiet(&past, 30);
    // 300 items: sd is sqrt(.25 / 300) = .0289. The deviance grows a little faster.
    let z = quiet.distance(0.5, 0.55, 300.0);
    assert!((z - 0.05 / 0.0289).abs() < 0.02, "{z}");
    assert!((quiet.judged(300) - 1.0).abs() < 0.01 && quiet.judged(301) < 0.01);
}

#[test]
fn bound_beyond_which_the_figure_lies_is_crossed_all_the_time() {
    let past = past(&[(1_000, 0.5)]);
    let quiet = quiet(&past, 30);
    assert!(quiet.expected_false_alarms(Bound::Above(0.4), 50).is_infinite());
    assert!(quiet.expected_false_alarms(Bound::Above(0.9), 50) < 1e-9);
    let both = quiet.expected_false_alarms(Bound::Outside { low: 0.4, high: 0.6 }, 50);
    let one = quiet.expected_false_alarms(Bound::Above(0.6), 50);
    assert!((both / one - 2.0).abs() < 0.05, "{both} {one}");
}

#[test]
fn few_windows_are_trusted_less_and_too_few_not_at_all() {
    assert!(upper_factor(4.0) > 4.0 && upper_factor(4_000.0) < 1.05);
    // chi-squared with 10 degrees of freedom has its lower 5 % at 3.94.
    assert!((upper_factor(10.0) - 10.0 / 3.94).abs() < 0.05, "{}", upper_factor(10.0));
    assert!(Quiet::of(&past(&[(14, 0.5)]), &Measure::Transfer, 30, 1.0).is_none());
    assert!(Quiet::of(&past(&[]), &Measure::Transfer, 30, 1.0).is_none());
}

#[test]
fn share_that_was_always_whole_has_a_scatter() {
    let past = past(&[(1_000, 1.0)]);
    let quiet = quiet(&past, 30);
    let z = quiet.distance(quiet.figure(), 0.9, 300.0);
    assert!(z.is_finite() && z > 10.0, "{z}");
}
