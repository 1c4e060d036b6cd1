//! Young streams: the story's stream for every phase of the tick grid and several histories, and
//! null worlds of 25 minutes in which nothing must be said.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![expect(clippy::cast_possible_truncation, reason = "small counts")]

use hw_detect::{Budget, Figure, Step, Stream, Tuning};
use hw_model::Direction;
use hw_stats::Counts;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rand_distr::{Beta, Binomial, Distribution, Geometric, Poisson, StandardNormal};

/// ln A of 100 streams at one false alarm in 30 days.
fn ln_a() -> f64 {
    Budget { false_alarms_per_month: 1.0 }.ln_a(100)
}

fn stream_of(figure: Figure) -> Stream {
    Stream::new(figure, Tuning::STANDARD)
}

/// Screening's entries in the recording gate-open: milliseconds since the one before (the first:
/// since the start of the recording), and whether the item went on. The gate opens at 660 s and
/// shuts at 1200 s. Entries that failed are left out.
fn recorded_ticks(phase_ms: i64, from_s: i64) -> Vec<Counts> {
    let mut at_ms = phase_ms;
    let mut ticks = vec![Counts::default(); 1_502];
    for entry in include_str!("data/gate-open-screening.txt").split_whitespace() {
        let (gap, went_on) = entry.split_at(entry.len() - 1);
        at_ms += gap.parse::<i64>().unwrap();
        let tick = &mut ticks[usize::try_from(at_ms / 1_000).unwrap()];
        *tick += Counts::new(1.0, if went_on == "+" { 1.0 } else { 0.0 });
    }
    ticks.split_off(usize::try_from(from_s).unwrap())
}

#[test]
fn story_is_noticed_in_every_phase_and_with_every_history() {
    for phase in 0..10 {
        for from_s in [0, 60, 120, 180] {
            let mut stream = stream_of(Figure::TRANSFER);
            let mut steps = Vec::new();
            for (tick, counts) in (from_s..).zip(recorded_ticks(phase * 100, from_s)) {
                match stream.judge(tick, counts, ln_a()) {
                    Step::Quiet => {}
                    step @ (Step::Alarm(_) | Step::Ended(_) | Step::Settled) => {
                        steps.push((tick, step))
                    }
                }
            }
            let what = format!("phase {phase}, from {from_s} s: {steps:?}");
            let [(at, Step::Alarm(alarm)), (_, Step::Ended(ending))] = steps[..] else {
                panic!("one alarm and one end wanted; {what}");
            };
            assert!((660..=672).contains(&at), "noticed late; {what}");
            assert!((660..=662).contains(&alarm.onset_tick), "{what}");
            assert_eq!(alarm.direction, Direction::Up, "{what}");
            assert!((alarm.before - 0.5).abs() < 0.02 && alarm.after > 0.95, "{what}");
            assert!((1_199..=1_202).contains(&ending.back_tick), "{what}");
        }
    }
}

/// One second of a null family: items that entered, and of those how many went on.
#[derive(Clone, Copy, Debug)]
enum Null {
    Constant,
    BetaBinomial,
    Autocorrelated,
    Batchy,
}

struct World {
    null: Null,
    rate: f64,
    share: f64,
    drift: f64,
    random: StdRng,
}

impl World {
    fn tick(&mut self) -> Counts {
        let random = &mut self.random;
        let share = match self.null {
            Null::Constant => self.share,
            Null::BetaBinomial => {
                let m = 1.0 / 0.02 - 1.0;
                Beta::new(self.share * m, (1.0 - self.share) * m).unwrap().sample(random)
            }
            Null::Autocorrelated => {
                let kept = (-1.0f64 / 300.0).exp();
                let noise: f64 = StandardNormal.sample(random);
                self.drift = kept * self.drift + 0.2 * (1.0 - kept * kept).sqrt() * noise;
                hw_stats::sigmoid(hw_stats::logit(self.share) + self.drift)
            }
            Null::Batchy => return self.batches(),
        };
        let n: f64 = Poisson::new(self.rate).unwrap().sample(random);
        Counts::new(n, some_of(n, share, random))
    }

    /// Batches of 20 items on average; seven of ten share one fate.
    fn batches(&mut self) -> Counts {
        let n_batches: f64 = Poisson::new(self.rate / 20.0).unwrap().sample(&mut self.random);
        let mut counts = Counts::default();
        for _ in 0..n_batches as u64 {
            let n = 1.0 + Geometric::new(0.05).unwrap().sample(&mut self.random) as f64;
            let k = if !self.random.random_bool(0.7) {
                some_of(n, self.share, &mut self.random)
            } else if self.random.random_bool(self.share) {
                n
            } else {
                0.0
            };
            counts += Counts::new(n, k);
        }
        counts
    }
}

fn some_of(n: f64, share: f64, random: &mut StdRng) -> f64 {
    Binomial::new(n as u64, share).unwrap().sample(random) as f64
}

/// What a stream of 25 minutes heard: whether it alarmed, and its strongest evidence while armed.
fn hear(null: Null, share: f64, seed: u64) -> (bool, f64) {
    let rate = [1.0, 9.0, 9.0, 50.0][(seed % 4) as usize];
    let random = StdRng::seed_from_u64(seed);
    let mut world = World { null, rate, share, drift: 0.0, random };
    let figure = if share < 0.05 { Figure::ERRORS } else { Figure::TRANSFER };
    let mut stream = stream_of(figure);
    let mut strongest: f64 = 0.0;
    for tick in 0..1_500 {
        let counts = world.tick();
        if matches!(stream.judge(tick, counts, ln_a()), Step::Alarm(_)) {
            return (true, strongest);
        }
        if stream.is_armed() {
            strongest = strongest.max(stream.evidence_nats());
        }
    }
    (false, strongest)
}

/// 1, 9, 9 and 50 items a second, in turn. `YOUNG_STREAMS=3000` runs more streams per cell and, with
/// `--nocapture`, prints the table of docs/internals/detection.md.
#[test]
#[expect(clippy::disallowed_methods, reason = "it only says how much to measure")]
fn nothing_is_said_where_nothing_happens() {
    let n = std::env::var("YOUNG_STREAMS").map_or(60, |n| n.parse().unwrap());
    let mut alarms = Vec::new();
    for null in [Null::Constant, Null::BetaBinomial, Null::Autocorrelated, Null::Batchy] {
        for share in [0.5, 0.1, 0.9, 0.01, 0.001, 0.99] {
            let heard: Vec<(bool, f64)> = (0..n).map(|seed| hear(null, share, seed)).collect();
            let n_alarms = heard.iter().filter(|(alarm, _)| *alarm).count();
            let above = |nats: f64| heard.iter().filter(|(_, strongest)| *strongest > nats).count();
            println!(
                "{null:?} {share}: {n} streams, {n_alarms} alarms, above 10 nats {}, 14 {}, 18 {}",
                above(10.0),
                above(14.0),
                above(18.0)
            );
            if n_alarms > 0 {
                alarms.push(format!("{null:?} {share}: {n_alarms} of {n}"));
            }
        }
    }
    assert!(n > 60 || alarms.is_empty(), "{alarms:?}");
}

#[test]
fn young_error_stream_notices_a_fifth_of_calls_failing() {
    for seed in 0..20 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut stream = stream_of(Figure::ERRORS);
        let noticed = (0..900).find(|&tick| {
            let n: f64 = Poisson::new(9.0).unwrap().sample(&mut random);
            let share = if tick >= 400 { 0.2 } else { 0.0 };
            let counts = Counts::new(n, some_of(n, share, &mut random));
            matches!(stream.judge(tick, counts, ln_a()), Step::Alarm(_))
        });
        let after = noticed.unwrap() - 400;
        assert!((0..=20).contains(&after), "seed {seed}: {after} s");
    }
}

#[test]
fn bursty_stream_still_gets_armed() {
    // With learning frozen while unarmed, or with lessons thrown away whenever evidence is high,
    // this stream stays blind for good.
    let random = StdRng::seed_from_u64(1);
    let mut world = World { null: Null::Batchy, rate: 10.0, share: 0.5, drift: 0.0, random };
    let mut stream = stream_of(Figure::TRANSFER);
    for tick in 0..3_600 {
        let counts = world.tick();
        stream.judge(tick, counts, ln_a());
    }
    assert!(stream.is_armed());
    assert!(stream.phi() > 10.0, "{}", stream.phi());
}

/// One second of a hop on which each item sends 1 to 5: the mean wanders over minutes.
struct FanOut {
    rate: f64,
    wander: f64,
    drift: f64,
    random: StdRng,
}

impl FanOut {
    fn tick(&mut self, times: f64) -> Counts {
        let random = &mut self.random;
        let kept = (-1.0f64 / 300.0).exp();
        let noise: f64 = StandardNormal.sample(random);
        self.drift = kept * self.drift + self.wander * (1.0 - kept * kept).sqrt() * noise;
        let n: f64 = Poisson::new(self.rate).unwrap().sample(random);
        let sent = (0..n as u64).map(|_| {
            let wanted = f64::from(random.random_range(1..=5)) * times * self.drift.exp();
            wanted.floor() + f64::from(u8::from(random.random_bool(wanted.fract())))
        });
        Counts::new(n, sent.sum())
    }

    /// The first alarm after `seconds`, if every item sends `times` as many from second 660 on.
    fn noticed(&mut self, times: f64, seconds: i64) -> Option<i64> {
        let mut stream = stream_of(Figure::FAN_OUT);
        let mut ticks = 0..seconds;
        ticks.find(|tick| {
            let counts = self.tick(if *tick < 660 { 1.0 } else { times });
            matches!(stream.judge(*tick, counts, ln_a()), Step::Alarm(_))
        })
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it only says how much to measure")]
fn fan_out_that_wanders_is_no_shift() {
    let n = std::env::var("YOUNG_STREAMS").map_or(60, |n| n.parse().unwrap());
    let mut alarms = Vec::new();
    for wander in [0.0, 0.05, 0.1, 0.2] {
        let n_alarms = (0..n).filter(|seed| {
            let rate = [1.0, 3.0, 9.0, 50.0][(seed % 4) as usize];
            let random = StdRng::seed_from_u64(*seed);
            FanOut { rate, wander, drift: 0.0, random }.noticed(1.0, 1_500).is_some()
        });
        let n_alarms = n_alarms.count();
        println!("fan-out wanders by {wander}: {n} streams, {n_alarms} alarms");
        alarms.extend((n_alarms > 0).then_some((wander, n_alarms)));
    }
    assert!(n > 60 || alarms.is_empty(), "{alarms:?}");
}

/// Delays of the first alarm after a shift at second 660, sorted; ten minutes and more are missed.
fn delays(mut noticed: impl FnMut(u64) -> Option<i64>) -> Vec<i64> {
    let delay = |seed| noticed(seed).map_or(600, |at| at - 660);
    let mut delays: Vec<i64> = (0..200).map(delay).collect();
    delays.sort_unstable();
    delays
}

/// The tables of docs/internals/detection.md, young streams that shift (`--nocapture` prints them).
#[test]
fn young_streams_that_shift_are_noticed() {
    let at = |delays: &[i64], of_200: usize| delays[of_200 - 1];
    let missed = |delays: &[i64]| delays.iter().filter(|delay| **delay >= 600).count();
    for (rate, times, median) in [(3.0, 2.0, 45), (9.0, 2.0, 15)] {
        let delays = delays(|seed| {
            let random = StdRng::seed_from_u64(seed);
            FanOut { rate, wander: 0.03, drift: 0.0, random }.noticed(times, 1_260)
        });
        let (half, most, missed) = (at(&delays, 100), at(&delays, 190), missed(&delays));
        println!("fan-out at {rate}/s times {times}: {half} s, 95 % {most} s, {missed} missed");
        assert!(half <= median && missed == 0, "{rate}/s times {times}: {delays:?}");
    }
    let shifts = [
        (3.0, 0.46, 1.0, 30, 10),
        (9.0, 0.5, 1.0, 10, 0),
        (9.0, 0.63, 0.93, 45, 20),
        (9.0, 0.5, 0.8, 60, 50),
        (9.0, 0.99, 0.9, 70, 80),
    ];
    for (rate, before, after, median, missed_max) in shifts {
        let delays = delays(|seed| {
            let mut random = StdRng::seed_from_u64(seed);
            let mut stream = stream_of(Figure::TRANSFER);
            (0..1_260).find(|tick| {
                let n: f64 = Poisson::new(rate).unwrap().sample(&mut random);
                let share = if *tick < 660 { before } else { after };
                let counts = Counts::new(n, some_of(n, share, &mut random));
                matches!(stream.judge(*tick, counts, ln_a()), Step::Alarm(_))
            })
        });
        let (half, most, missed) = (at(&delays, 100), at(&delays, 190), missed(&delays));
        println!("{before} -> {after} at {rate}/s: {half} s, 95 % {most} s, {missed} missed");
        let what = format!("{before} -> {after} at {rate}/s: {delays:?}");
        assert!(half <= median && missed <= missed_max, "{what}");
    }
}

/// A third of an item a second: .76 goes on, then .45 for three hours. The window that stands out most shows
/// less than that; held against it, half of these shifts "end" in a lull.
#[test]
fn lull_is_no_end() {
    let mut ended = Vec::new();
    for seed in 0..20 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut stream = stream_of(Figure::TRANSFER);
        for tick in 0..6 * 3_600 {
            let share = if tick < 3 * 3_600 { 0.76 } else { 0.45 };
            let n = u8::from(random.random_bool(1.0 / 3.0));
            let k = if random.random_bool(share) { n } else { 0 };
            if let Step::Ended(_) = stream.judge(tick, Counts::new(n.into(), k.into()), ln_a()) {
                ended.push(seed);
            }
        }
    }
    assert!(ended.len() <= 1, "{ended:?}");
}
