//! A shift that lasts for as long as nothing may: what it does becomes usual, and the stream hears again.

use hw_detect::{Budget, Figure, Step, Stream, Tuning};
use hw_stats::Counts;

const LASTS_S: i64 = 6 * 3_600;
const BEGINS: i64 = 3 * 3_600;

fn stream(figure: Figure) -> Stream {
    Stream::new(figure, Tuning { freeze_s_max: LASTS_S, ..Tuning::STANDARD })
}

/// What is said in these seconds, with when.
fn said(
    stream: &mut Stream,
    ticks: std::ops::Range<i64>,
    counts: impl Fn(i64) -> Counts,
) -> Vec<(i64, Step)> {
    let ln_a = Budget { false_alarms_per_month: 1.0 }.ln_a(100);
    let steps = ticks.map(|tick| (tick, stream.judge(tick, counts(tick), ln_a)));
    steps.filter(|(_, step)| *step != Step::Quiet).collect()
}

fn half(tick: i64) -> Counts {
    Counts::new(9.0, if tick % 2 == 0 { 4.0 } else { 5.0 })
}

const fn all(_: i64) -> Counts {
    Counts::new(9.0, 9.0)
}

#[test]
fn what_lasts_is_usual_and_the_way_back_is_a_shift() {
    let mut stream = stream(Figure::TRANSFER);
    assert!(said(&mut stream, 0..BEGINS, half).is_empty());
    let until = BEGINS + 2 * LASTS_S;
    let [(noticed, Step::Alarm(_)), (settled, Step::Settled)] =
        said(&mut stream, BEGINS..until, all)[..]
    else {
        panic!("one shift that settles once")
    };
    assert!(noticed < BEGINS + 20, "{noticed}");
    let lasted = settled - noticed;
    assert!((lasted - LASTS_S).abs() <= 60, "{lasted}");
    assert!(stream.baseline().0 > 0.999, "{:?}", stream.baseline());
    let back = said(&mut stream, until..until + 60, half);
    assert!(matches!(back[..], [(at, Step::Alarm(_))] if at < until + 20), "{back:?}");
}

#[test]
fn a_shift_that_is_back_in_time_does_not_settle() {
    let mut stream = stream(Figure::TRANSFER);
    said(&mut stream, 0..BEGINS, half);
    let almost = BEGINS + LASTS_S - 60;
    assert_eq!(said(&mut stream, BEGINS..almost, all).len(), 1);
    let ended = said(&mut stream, almost..almost + 2 * LASTS_S, half);
    assert!(matches!(ended[..], [(_, Step::Ended(_))]), "{ended:?}");
    let (figure, _) = stream.baseline();
    assert!((figure - 0.5).abs() < 0.01, "{figure}");
}

/// A service that nobody asks any more.
#[test]
fn what_ends_for_good_is_usual() {
    let mut stream = stream(Figure::VOLUME);
    let (some, none) = (|_| Counts::new(1.0, 9.0), |_| Counts::new(1.0, 0.0));
    assert!(said(&mut stream, 0..10 * BEGINS, some).is_empty());
    let ends = 10 * BEGINS;
    let told = said(&mut stream, ends..ends + 3 * LASTS_S, none);
    assert!(matches!(told[..], [(_, Step::Alarm(_)), (_, Step::Settled)]), "{told:?}");
}
