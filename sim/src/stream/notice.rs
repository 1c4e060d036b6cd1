//! What the detector says of alarm worlds: when it notices, and when it says that it began.

use super::hear::budget_ln_a;
use super::{AlarmKind, Base, Second, Seconds};
use crate::random::{Random, Use};
use hw_detect::{Alarm, Step, Stream, Tuning};
use hw_stats::{Counts, Form, onset_posterior};
use std::collections::VecDeque;

/// Seconds before it was noticed in which an onset is looked for, at most.
const ONSET_BEFORE_S: i64 = 7_200;

/// Rows of an onset's posterior at most.
const ONSET_ROWS_MAX: i64 = 900;

/// A stream of an alarm world up to the second before it happens.
#[derive(Clone, Debug)]
pub struct Learned {
    base: Base,
    seconds: Seconds,
    stream: Stream,
    ln_a: f64,
    /// The last two hours.
    past: VecDeque<Second>,
}

/// What became of an alarm world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noticed {
    /// Seconds from when it happened to the end of the second in which it was noticed.
    pub delay_s: i64,
    /// Seconds by which the middle of the onset's posterior is late.
    pub onset_off_s: i64,
}

impl Learned {
    /// Learns the usual life. It happens at another time of the day in each world. `watch` sees every
    /// second in which something came.
    #[must_use]
    pub fn new(base: Base, rate: f64, seed: u64, mut watch: impl FnMut(Second)) -> Self {
        let world = base.world(rate);
        let mut random = Random::new(seed, Use::Stream, &[3, base as u64]);
        let later = if base.learned_s() < 86_400 { 0 } else { random.between(0, 86_399) };
        let end = base.learned_s() + later;
        let mut learned = Self {
            base,
            seconds: Seconds::new(world, random.next()),
            stream: Stream::new(world.figure, Tuning::STANDARD),
            ln_a: budget_ln_a(world.n_values),
            past: VecDeque::new(),
        };
        let mut judged = 0;
        while judged < end {
            let second = learned.seconds.next_before(end);
            if let Some(second) = second {
                watch(second);
                learned.keep(second);
            }
            judged = learned.judge(judged, second, end).0;
        }
        learned
    }

    /// When it happens.
    #[must_use]
    pub const fn now(&self) -> i64 {
        self.seconds.tick()
    }

    /// The seconds from now on in which something comes, if this happens.
    #[must_use]
    pub fn seconds(&self, kind: AlarmKind, seed: u64) -> Seconds {
        self.seconds.shifted(kind, seed)
    }

    /// Whether and when it is noticed that this happens, within so many seconds.
    #[must_use]
    pub fn notice(&self, kind: AlarmKind, seed: u64, within_s: i64) -> Option<Noticed> {
        let mut world = self.clone();
        let began = self.now();
        world.seconds = self.seconds(kind, seed);
        if kind == AlarmKind::New {
            // As the engine does it: a new value of a mix that is known.
            let known = self.stream.baseline().1.n.max(1_000.0);
            world.stream = self.stream.sibling(Counts::new(known, 0.0));
        }
        let end = began + within_s;
        let mut judged = began;
        while judged < end {
            let second = world.seconds.next_before(end);
            if let Some(second) = second {
                world.keep(second);
            }
            let (next, alarm) = world.judge(judged, second, end);
            judged = next;
            if let Some((at, alarm)) = alarm {
                let onset_off_s = world.onset(at, &alarm) - began;
                return Some(Noticed { delay_s: at + 1 - began, onset_off_s });
            }
        }
        None
    }

    /// Judges from `from` up to a second in which something came, or up to `end`. Returns how far it got,
    /// and what was said.
    fn judge(
        &mut self,
        from: i64,
        second: Option<Second>,
        end: i64,
    ) -> (i64, Option<(i64, Alarm)>) {
        let mut judged = from;
        let mut said = None;
        let until = second.map_or(end, |second| second.tick);
        while judged < until {
            let (n, step) = self.stream.idle(judged, until - judged, self.ln_a);
            judged += n;
            said = said.or_else(|| alarm_of(step).map(|alarm| (judged - 1, alarm)));
        }
        if let Some(Second { tick, counts }) = second {
            let step = self.stream.judge(tick, counts, self.ln_a);
            said = said.or_else(|| alarm_of(step).map(|alarm| (tick, alarm)));
            judged = tick + 1;
        }
        (judged, said)
    }

    fn keep(&mut self, second: Second) {
        let from = second.tick - ONSET_BEFORE_S;
        while self.past.front().is_some_and(|first| first.tick < from) {
            self.past.pop_front();
        }
        self.past.push_back(second);
    }

    /// The middle of the onset's posterior, found as the engine finds it.
    fn onset(&self, noticed: i64, alarm: &Alarm) -> i64 {
        let form = self.base.world(1.0).figure.form;
        let times = if form == Form::Count { alarm.after / alarm.before.max(1e-9) } else { 1.0 };
        let phi = self.stream.phi() * times.max(1.0);
        let to = noticed + 1;
        let length = (to - alarm.onset_tick).max(120);
        let from = (alarm.onset_tick - length).max(to - ONSET_BEFORE_S).min(to - 1);
        let row_s = (to - from) / ONSET_ROWS_MAX + 1;
        let n_rows = usize::try_from((to - 1 - from) / row_s + 1).unwrap_or(1);
        let mut rows = vec![Counts::default(); n_rows];
        for second in self.past.iter().filter(|second| (from..to).contains(&second.tick)) {
            let row = usize::try_from((second.tick - from) / row_s).unwrap_or(0);
            if let Some(row) = rows.get_mut(row) {
                *row += second.counts;
            }
        }
        let before = alarm.learned.ratio().unwrap_or(alarm.before);
        let median = onset_posterior(form, &rows, before, phi).median();
        from + i64::try_from(median).unwrap_or(0) * row_s
    }
}

fn alarm_of(step: Step) -> Option<Alarm> {
    match step {
        Step::Alarm(alarm) => Some(alarm),
        Step::Quiet | Step::Ended(_) | Step::Settled => None,
    }
}
