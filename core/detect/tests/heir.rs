//! A hop that sent each item once for hours and then twice: its fan-out is watched from the first repeats
//! on, and what the stream of its transfer knows makes that stream see them.

use hw_detect::{Budget, Figure, Step, Stream, Tuning};
use hw_stats::Counts;

const HOURS_S: i64 = 2 * 3_600;
const REPEATS_S: i64 = 10 * 60;

/// Three items a second, all of which go on.
fn watched() -> Stream {
    let mut stream = Stream::new(Figure::TRANSFER, Tuning::STANDARD);
    for tick in 0..HOURS_S {
        assert_eq!(stream.judge(tick, Counts::new(3.0, 3.0), ln_a()), Step::Quiet);
    }
    stream
}

fn ln_a() -> f64 {
    Budget { false_alarms_per_month: 1.0 }.ln_a(100)
}

/// Seconds until an alarm, if each of three items is sent so often from now on.
fn noticed(mut stream: Stream, times: f64) -> Option<i64> {
    let mut ticks = 0..REPEATS_S;
    let is_alarm = |step| matches!(step, Step::Alarm(_));
    ticks.find(|tick| is_alarm(stream.judge(HOURS_S + tick, Counts::new(3.0, 3.0 * times), ln_a())))
}

fn heir() -> Stream {
    let known = watched();
    let (share, Counts { n, .. }) = known.baseline();
    known.heir(Figure::FAN_OUT, Counts::new(n, n * share))
}

#[test]
fn repeats_that_begin_are_noticed() {
    let after = noticed(heir(), 2.0);
    assert!(after.is_some_and(|after| after < 300), "{after:?}");
}

#[test]
fn a_stream_that_knows_nothing_takes_repeats_for_usual() {
    assert_eq!(noticed(Stream::new(Figure::FAN_OUT, Tuning::STANDARD), 2.0), None);
}

#[test]
fn nothing_is_said_where_nothing_is_repeated() {
    assert_eq!(noticed(heir(), 1.0), None);
}
