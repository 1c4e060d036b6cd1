//! Empty seconds that are passed together leave a stream as they do one by one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use hw_detect::{Budget, Figure, Step, Stream, Tuning};
use hw_stats::Counts;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Sparse items, silences, bursts, and a share that shifts after two hours and is back after three.
fn ticks(seed: u64) -> Vec<Counts> {
    let mut random = StdRng::seed_from_u64(seed);
    let rate = [0.01, 0.05, 0.3, 2.0][usize::try_from(seed % 4).unwrap()];
    let ticks = (0..14_400).map(|tick| {
        let share = if (7_200..10_800).contains(&tick) { 0.95 } else { 0.3 };
        let is_silent = tick % 3_000 > 2_600;
        let n = (0..4).filter(|_| !is_silent && random.random_bool(rate / 4.0)).count() as f64;
        let k = (0..4).take(if n > 0.0 { 4 } else { 0 });
        let k = k.filter(|i| f64::from(*i) < n && random.random_bool(share)).count() as f64;
        Counts::new(n, k)
    });
    ticks.collect()
}

#[test]
fn empty_seconds_are_passed_as_one_by_one() {
    let ln_a = Budget { false_alarms_per_month: 1.0 }.ln_a(100);
    let mut n_said = 0;
    for seed in 0..24 {
        let figure = [Figure::TRANSFER, Figure::ERRORS, Figure::FAN_OUT][(seed % 3) as usize];
        let mut one_by_one = Stream::new(figure, Tuning::STANDARD);
        let mut together = one_by_one.clone();
        let ticks = ticks(seed);
        let mut at = 0;
        while at < ticks.len() {
            let n = ticks[at..].iter().take_while(|counts| counts.n <= 0.0).count();
            let (n, step) = match n {
                0 => (1, together.judge(i64::try_from(at).unwrap(), ticks[at], ln_a)),
                n => {
                    let n = i64::try_from(n).unwrap();
                    let (n, step) = together.idle(i64::try_from(at).unwrap(), n, ln_a);
                    (usize::try_from(n).unwrap(), step)
                }
            };
            for (i, counts) in ticks[at..at + n].iter().enumerate() {
                let wanted = one_by_one.judge(i64::try_from(at + i).unwrap(), *counts, ln_a);
                let found = if i + 1 == n { step } else { Step::Quiet };
                assert_eq!(wanted, found, "seed {seed}, tick {}", at + i);
            }
            n_said += u32::from(step != Step::Quiet);
            at += n;
            let state = |stream: &Stream| format!("{stream:?}");
            if at % 7 == 0 {
                assert_eq!(state(&one_by_one), state(&together), "seed {seed}, tick {at}");
            }
        }
    }
    assert!(n_said >= 12, "{n_said}");
}
