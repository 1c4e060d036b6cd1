//! What the detector says of null streams: nothing, if it is right.

use super::{Family, Second, Seconds, family_of};
use crate::run::side_by_side;
use hw_detect::{Budget, Step, Stream, Tuning};

/// Days in which a stream is learned; what is said in them is counted apart.
pub const LEARNING_DAYS: i64 = 14;

/// Evidence, in nats, from which on hours are counted.
pub const TAIL_NATS: [f64; 12] = [6., 8., 10., 12., 14., 16., 18., 20., 22., 24., 26., 28.];

/// Streams that share the budget of one false alarm in thirty days.
const N_STREAMS: usize = 10_000;

const DAY_S: i64 = 86_400;

/// What was heard of one null stream.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its seed.
    pub seed: u64,
    /// What it is of.
    pub family: &'static Family,
    /// Months after the learning days.
    pub months: u32,
    /// Seconds at which it was said to have shifted.
    pub alarms: Vec<i64>,
    /// Hours after the learning days in which the tempered evidence reached each of [`TAIL_NATS`].
    pub tail_hours: [u32; TAIL_NATS.len()],
    /// The most of it, then.
    pub highest: f64,
}

impl Heard {
    /// How many alarms there were while it was learned, and after.
    #[must_use]
    pub fn n_alarms(&self) -> (usize, usize) {
        let young = self.alarms.iter().filter(|at| **at < LEARNING_DAYS * DAY_S).count();
        (young, self.alarms.len() - young)
    }
}

/// Evidence by the hour.
#[derive(Debug, Default)]
struct Tail {
    hour: i64,
    highest_in_hour: f64,
    hours: [u32; TAIL_NATS.len()],
    highest: f64,
}

impl Tail {
    fn see(&mut self, tick: i64, stream: &Stream) {
        let hour = tick / 3_600;
        if hour != self.hour {
            self.turn();
            self.hour = hour;
        }
        if tick >= LEARNING_DAYS * DAY_S {
            let nats = stream.evidence_nats();
            if nats > self.highest_in_hour && stream.is_armed() {
                self.highest_in_hour = nats;
            }
        }
    }

    fn turn(&mut self) {
        for (hours, nats) in self.hours.iter_mut().zip(TAIL_NATS) {
            *hours += u32::from(self.highest_in_hour >= nats);
        }
        self.highest = self.highest.max(self.highest_in_hour);
        self.highest_in_hour = 0.0;
    }
}

/// Lets a null stream live through its learning days and so many months.
#[must_use]
pub fn hear(seed: u64, months: u32) -> Heard {
    let family = family_of(seed);
    let world = family.world(seed);
    let ln_a = budget_ln_a(world.n_values);
    let mut seconds = Seconds::new(world, seed);
    let mut stream = Stream::new(world.figure, Tuning::STANDARD);
    let (mut alarms, mut tail) = (Vec::new(), Tail::default());
    let end = (LEARNING_DAYS + 30 * i64::from(months)) * DAY_S;
    let mut judged = 0;
    while judged < end {
        let second = seconds.next_before(end);
        let until = second.map_or(end, |second| second.tick);
        while judged < until {
            let (n, step) = stream.idle(judged, until - judged, ln_a);
            judged += n;
            note(step, judged - 1, &mut alarms);
        }
        if let Some(Second { tick, counts }) = second {
            tail.see(tick, &stream);
            note(stream.judge(tick, counts, ln_a), tick, &mut alarms);
            tail.see(tick, &stream);
            judged = tick + 1;
        }
    }
    tail.turn();
    Heard { seed, family, months, alarms, tail_hours: tail.hours, highest: tail.highest }
}

/// ln A of a stream that is one of so many values of a mix.
pub(super) fn budget_ln_a(n_values: usize) -> f64 {
    Budget { false_alarms_per_month: 1.0 }.ln_a(N_STREAMS) + (n_values as f64).ln()
}

fn note(step: Step, tick: i64, alarms: &mut Vec<i64>) {
    if matches!(step, Step::Alarm(_)) {
        alarms.push(tick);
    }
}

/// Lets the streams of all seeds live, on so many threads; `progress` is told how many are done.
#[must_use]
pub fn hear_all(
    seeds: &[u64],
    months: u32,
    threads: usize,
    progress: impl Fn(u64) + Sync,
) -> Vec<Heard> {
    let mut heard = side_by_side(seeds, threads, |seed| hear(seed, months), progress);
    heard.sort_by_key(|heard| heard.seed);
    heard
}
