//! What time it is for the engine.
//!
//! By the wall clock, time runs on by itself and never back: a machine whose clock is set back would
//! otherwise notice nothing until it has caught up. By the data's clock, the latest record says what
//! is now, and between two records no time passes.

use clap::ValueEnum;
use hw_model::Timestamp;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Which clock says what is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClockKind {
    /// The clock of this machine. Records of more than an hour ago are refused.
    Wall,
    /// The latest record. For recordings, demos and tests.
    Data,
}

impl ClockKind {
    /// The word in settings and answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Data => "data",
        }
    }
}

/// A step of the wall clock that is taken over at once; a larger one must have lasted.
const STEP_S: f64 = 5.0;

/// Seconds after which a larger step is believed.
const BELIEVED_S: f64 = 60.0;

/// Time that never runs back.
#[derive(Debug)]
pub(crate) struct Clock {
    kind: ClockKind,
    /// The time at `since`.
    base: Timestamp,
    since: Instant,
    last: Timestamp,
    /// Since when the wall clock is far ahead.
    ahead_since: Option<Instant>,
}

impl Clock {
    /// Goes on from the last time that was given out, if any was.
    pub(crate) fn new(kind: ClockKind, last: Option<Timestamp>) -> Self {
        let last = last.unwrap_or(Timestamp(i64::MIN));
        Self { kind, base: last.max(wall()), since: Instant::now(), last, ahead_since: None }
    }

    pub(crate) const fn kind(&self) -> ClockKind {
        self.kind
    }

    /// The time now.
    pub(crate) fn now(&mut self) -> Timestamp {
        match self.kind {
            ClockKind::Wall => {
                let now = self.run(wall(), Instant::now());
                self.last = self.last.max(now);
                self.last
            }
            ClockKind::Data => self.last,
        }
    }

    /// The time at which something is taken in whose latest record came at `arrived_at`.
    pub(crate) fn at(&mut self, arrived_at: Timestamp) -> Timestamp {
        if self.kind == ClockKind::Data {
            self.last = self.last.max(arrived_at);
        }
        self.now()
    }

    /// The time at which a command is taken in that speaks of `at`: before any data came, that is all
    /// there is to go by.
    pub(crate) fn at_least(&mut self, at: Timestamp) -> Timestamp {
        let now = self.now();
        if now == Timestamp(i64::MIN) { at } else { now }
    }

    /// Time by a clock that only runs forward, corrected by the wall clock.
    fn run(&mut self, wall: Timestamp, instant: Instant) -> Timestamp {
        let passed = instant.saturating_duration_since(self.since).as_secs_f64();
        let running = self.base.plus_s(passed);
        let ahead_s = wall.seconds_since(running);
        if ahead_s <= STEP_S {
            self.ahead_since = None;
        }
        let is_believed = if ahead_s > STEP_S {
            let since = *self.ahead_since.get_or_insert(instant);
            instant.saturating_duration_since(since).as_secs_f64() >= BELIEVED_S
        } else {
            ahead_s > 0.0
        };
        if !is_believed {
            return running;
        }
        (self.base, self.since, self.ahead_since) = (wall, instant, None);
        wall
    }
}

/// The time by the clock of this machine.
pub(crate) fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// The clock after the wall clock said these times, each so many seconds after the start.
    fn said(walls: &[(u64, f64)]) -> Vec<f64> {
        let start = Instant::now();
        let zero = Timestamp::from_s(1_795_000_000);
        let mut clock = Clock {
            kind: ClockKind::Wall,
            base: zero,
            since: start,
            last: zero,
            ahead_since: None,
        };
        let step = |(passed, wall): &(u64, f64)| {
            let now = clock.run(zero.plus_s(*wall), start + Duration::from_secs(*passed));
            clock.last = clock.last.max(now);
            clock.last.seconds_since(zero).round()
        };
        walls.iter().map(step).collect()
    }

    #[test]
    fn clock_set_back_by_an_hour_does_not_stop_time() {
        assert_eq!(said(&[(1, 1.0), (2, -3_598.0), (9, -3_591.0)]), [1.0, 2.0, 9.0]);
    }

    #[test]
    fn small_steps_forward_are_followed_at_once() {
        assert_eq!(said(&[(1, 1.0), (2, 4.0), (3, 5.0)]), [1.0, 4.0, 5.0]);
    }

    #[test]
    fn large_step_forward_must_last() {
        assert_eq!(said(&[(1, 3_601.0), (30, 30.0), (31, 31.0)]), [1.0, 30.0, 31.0]);
        assert_eq!(said(&[(1, 3_601.0), (30, 3_630.0), (61, 3_661.0)]), [1.0, 30.0, 3_661.0]);
    }

    #[test]
    fn by_the_datas_clock_the_latest_record_is_now() {
        let mut clock = Clock::new(ClockKind::Data, Some(Timestamp::from_s(100)));
        assert_eq!(clock.now(), Timestamp::from_s(100));
        assert_eq!(clock.at(Timestamp::from_s(160)), Timestamp::from_s(160));
        assert_eq!(clock.at(Timestamp::from_s(110)), Timestamp::from_s(160));
    }
}
