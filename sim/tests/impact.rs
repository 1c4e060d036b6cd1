//! The interval of the harm, held against the truth in a few worlds. `cargo xtask sim --impact` does it in
//! thousands.

use hw_sim::weigh;

/// Of 40 intervals of 95 % ten or more miss with a probability of 4 in 100,000 (binomial).
#[test]
fn interval_of_the_harm_holds_the_truth_nearly_always() {
    let weighed = weigh(40, 0, 2, |_| {});
    assert!(weighed.panicked().is_empty(), "{weighed}");
    let (n_covers, n) = weighed.coverage();
    assert_eq!(n, 40);
    assert!(n_covers > 30, "{weighed}");
}
