//! Evidence that is only said to be small changes nothing: a stream says what it would say if all of it
//! were worked out.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use hw_detect::{Budget, Figure, Step, Stream, Tuning};
use hw_stats::Counts;
use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Binomial, Distribution, Poisson};

/// Two hours of a share that shifts after one and is back half an hour later.
fn ticks(seed: u64) -> Vec<Counts> {
    let mut random = StdRng::seed_from_u64(seed);
    let place = usize::try_from(seed).unwrap();
    let rate = [0.05, 0.5, 3.0, 20.0][place % 4];
    let (usual, shifted) = [(0.5, 0.9), (0.01, 0.05), (0.9, 0.6)][place % 3];
    let share = |tick: i64| if (3_600..5_400).contains(&tick) { shifted } else { usual };
    let counts = (0..7_200).map(|tick| {
        let n: f64 = Poisson::new(rate).unwrap().sample(&mut random);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
        let k = Binomial::new(n as u64, share(tick)).unwrap().sample(&mut random);
        Counts::new(n, k as f64)
    });
    counts.collect()
}

#[test]
fn small_evidence_need_not_be_worked_out() {
    let ln_a = Budget { false_alarms_per_month: 1.0 }.ln_a(100);
    let mut n_said = 0;
    let figures = [Figure::TRANSFER, Figure::ERRORS, Figure::LATENCY];
    for (seed, figure) in (0..60).zip(figures.into_iter().cycle()) {
        let exact = Tuning { exact_nats: 0.0, ..Tuning::STANDARD };
        let mut streams = [exact, Tuning::STANDARD].map(|tuning| Stream::new(figure, tuning));
        for (tick, counts) in (0..).zip(ticks(seed)) {
            let [exact, quick] = streams.each_mut().map(|s| s.judge(tick, counts, ln_a));
            assert_eq!(exact, quick, "seed {seed}, tick {tick}");
            n_said += u32::from(exact != Step::Quiet);
            let [exact, quick] = streams.each_ref().map(Stream::evidence_nats);
            assert!(quick >= exact, "seed {seed}, tick {tick}: {quick} for {exact}");
        }
        let [exact, quick] = streams.each_ref().map(|s| (s.baseline(), s.phi()));
        assert_eq!(exact, quick, "seed {seed}");
    }
    assert!(n_said > 30, "{n_said}");
}
