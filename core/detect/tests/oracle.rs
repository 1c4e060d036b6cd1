//! The detector beside an independent transcription in Python: the same ticks must give the same
//! baseline, the same evidence, the same alarms. How the files were made: oracle/oracle.py.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use hw_detect::{Budget, Figure, Step, Stream, Tuning};
use hw_model::Direction;
use hw_stats::Counts;

fn check(ticks: &str, expected: &str) {
    let ln_a = Budget { false_alarms_per_month: 1.0 }.ln_a(100);
    // The oracle asks the screen for all of the evidence, and works out all of it.
    let tuning = Tuning { screen: 1.0, exact_nats: 0.0, ..Tuning::STANDARD };
    let mut stream = Stream::new(Figure::TRANSFER, tuning);
    let mut expected = expected.lines();
    for (tick, line) in (0..).zip(ticks.lines()) {
        let numbers: Vec<f64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let [n, k] = numbers[..] else { panic!("{line}") };
        let step = stream.judge(tick, Counts::new(n, k), ln_a);
        let wanted: Vec<f64> =
            expected.next().unwrap().split(' ').map(|word| word.parse().unwrap()).collect();
        let [figure, nats] = wanted[..] else { panic!("{wanted:?}") };
        assert!((stream.baseline().0 - figure).abs() < 2e-6, "tick {tick}: baseline {figure}");
        let found = stream.evidence_nats();
        assert!((found - nats).abs() < 5e-3, "tick {tick}: evidence {found}, expected {nats}");
        if let Step::Alarm(alarm) = step {
            let sign = if alarm.direction == Direction::Up { 1 } else { -1 };
            let (onset, nats) = (alarm.onset_tick, alarm.nats);
            assert_eq!(format!("alarm {tick} {sign} {onset} {nats:.2}"), expected.next().unwrap());
        }
        if let Step::Ended(ending) = step {
            let back = ending.back_tick;
            assert_eq!(format!("end {tick} {back}"), expected.next().unwrap());
        }
    }
    assert_eq!(expected.next(), None);
}

#[test]
fn recorded_stream_gives_the_oracle_s_evidence() {
    check(include_str!("oracle/recorded.txt"), include_str!("oracle/recorded.expected"));
}

#[test]
fn rare_overdispersed_stream_gives_the_oracle_s_evidence() {
    check(include_str!("oracle/rare.txt"), include_str!("oracle/rare.expected"));
}
