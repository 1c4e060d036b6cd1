//! What a figure does when all is well: a fast mean while young, hour-of-day bins later.
//!
//! The fast mean forgets within an hour and lags some minutes behind, so
//! that a shift does not become its own baseline before it is noticed. Hour bins are halved every
//! seven visits, shrunk towards the overall mean, and used once an hour has been visited more than
//! three times; between bin centres the figure is interpolated on the link scale. A weekday and a
//! weekend share bins: the dispersion learns what they differ by.

use crate::tuning::Tuning;
use hw_stats::{Counts, Form};
use serde::{Deserialize, Serialize};

/// Strength, in items, with which an hour is pulled towards the overall mean.
const SHRINKAGE: f64 = 2_000.0;

/// Visits of an hour before its bin is used.
const VISITS_MIN: f64 = 3.0;

/// Minutes that wait at most; a stream that looks shifted for longer forgets the oldest.
const WAITING_MIN_MAX: usize = 120;

/// A minute of ticks, not learned from yet.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Minute {
    at_s: i64,
    counts: Counts,
}

/// The learned figure of one stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Baseline {
    form: Form,
    fast: Counts,
    waiting: std::collections::VecDeque<Minute>,
    hours: Option<Box<[Hour; 24]>>,
    hour_now: Option<usize>,
    /// The figure now.
    figure: f64,
    /// Counts that stand behind it.
    learned: Counts,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Hour {
    counts: Counts,
    visits: f64,
}

impl Baseline {
    pub(crate) const fn new(form: Form) -> Self {
        Self {
            form,
            fast: Counts { n: 0.0, k: 0.0 },
            waiting: std::collections::VecDeque::new(),
            hours: None,
            hour_now: None,
            figure: 0.5,
            learned: Counts { n: 0.0, k: 0.0 },
        }
    }

    /// A baseline that knows its past: used for answers that are new on a hop seen for long.
    pub(crate) fn with_past(form: Form, past: Counts) -> Self {
        let mut baseline = Self { fast: past, ..Self::new(form) };
        baseline.settle(past);
        baseline
    }

    /// The figure that is normal now.
    pub(crate) const fn figure(&self) -> f64 {
        self.figure
    }

    /// The counts it was learned from.
    pub(crate) const fn learned(&self) -> Counts {
        self.learned
    }

    /// Lets a finished minute wait; it began at `at_s` seconds after midnight UTC.
    pub(crate) fn await_lesson(&mut self, at_s: i64, counts: Counts) {
        if self.waiting.len() >= WAITING_MIN_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Minute { at_s, counts });
    }

    /// Learns from the minutes that have waited long enough in a stream of this age.
    pub(crate) fn learn(&mut self, age_s: i64, tuning: &Tuning) {
        let (young, old) = tuning.baseline_delay_min;
        let delay = if age_s < 1_800 { young } else { old };
        while self.waiting.len() >= delay.max(1) {
            let Some(minute) = self.waiting.pop_front() else { return };
            let kept = (-60.0 / tuning.baseline_tau_s).exp();
            self.fast = Counts::new(self.fast.n * kept, self.fast.k * kept) + minute.counts;
            if let Some(hours) = &mut self.hours
                && let Some(hour) = hours.get_mut(hour_of(minute.at_s))
            {
                hour.counts += minute.counts;
            }
        }
    }

    /// Forgets minutes that were not learned from yet: they may belong to a shift.
    pub(crate) fn drop_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Moves to the minute that begins at `at_s` seconds after midnight UTC.
    pub(crate) fn enter_minute(&mut self, at_s: i64, age_s: i64) {
        if self.hours.is_none() && age_s >= 3_600 {
            self.hours = Some(Box::default());
        }
        let hour = hour_of(at_s);
        if self.hour_now != Some(hour)
            && let Some(bin) = self.hours.as_mut().and_then(|hours| hours.get_mut(hour))
        {
            let kept = 0.5f64.powf(1.0 / 7.0);
            bin.counts = Counts::new(bin.counts.n * kept, bin.counts.k * kept);
            bin.visits += 1.0;
        }
        self.hour_now = Some(hour);
        match self.by_hour(at_s) {
            Some((figure, learned)) => {
                self.figure = figure;
                self.learned = learned;
            }
            None => self.settle(self.fast),
        }
    }

    /// Takes `counts` as the whole truth: a person accepted the new normal.
    pub(crate) fn accept(&mut self, counts: Counts) {
        self.fast = counts;
        self.hours = None;
        self.hour_now = None;
        self.waiting.clear();
        self.settle(counts);
    }

    fn settle(&mut self, counts: Counts) {
        self.learned = counts;
        self.figure = match self.form {
            Form::Share => ((counts.k + 0.5) / (counts.n + 1.0)).clamp(1e-5, 1.0 - 1e-5),
            Form::Count => ((counts.k + 0.5) / (counts.n + 1.0)).max(1e-6),
        };
    }

    fn by_hour(&self, at_s: i64) -> Option<(f64, Counts)> {
        let hours = self.hours.as_ref()?;
        let hour = hour_of(at_s);
        let this = hours.get(hour).filter(|bin| bin.visits > VISITS_MIN && bin.counts.n > 0.0)?;
        let all: Counts = hours.iter().map(|bin| bin.counts).sum();
        let mean = (all.k + 0.5) / (all.n + 1.0);
        let shrunk = |bin: &Hour| (bin.counts.k + SHRINKAGE * mean) / (bin.counts.n + SHRINKAGE);
        let lent = SHRINKAGE.min(all.n);
        let within = (at_s.rem_euclid(3_600)) as f64 / 3_600.0;
        let beside = if within >= 0.5 { (hour + 1) % 24 } else { (hour + 23) % 24 };
        let far = (within - 0.5).abs();
        let other = hours.get(beside).filter(|bin| bin.visits > VISITS_MIN);
        let (figure, n) = match other {
            Some(other) => {
                let mixed = (1.0 - far) * self.form.link(shrunk(this))
                    + far * self.form.link(shrunk(other));
                let n = this.counts.n * (1.0 - far) + other.counts.n * far;
                (self.form.unlink(mixed), n + lent)
            }
            None => (shrunk(this), this.counts.n + lent),
        };
        let figure = match self.form {
            Form::Share => figure.clamp(1e-5, 1.0 - 1e-5),
            Form::Count => figure.max(1e-6),
        };
        Some((figure, Counts::new(n, n * figure)))
    }
}

fn hour_of(at_s: i64) -> usize {
    usize::try_from(at_s.rem_euclid(86_400) / 3_600).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(minutes: i64, share: impl Fn(i64) -> f64) -> Baseline {
        let mut baseline = Baseline::new(Form::Share);
        for minute in 0..minutes {
            let at = minute * 60;
            baseline.enter_minute(at, at);
            let counts = Counts::new(600.0, 600.0 * share(minute));
            baseline.await_lesson(at, counts);
            baseline.learn(at, &Tuning::STANDARD);
        }
        baseline.enter_minute(minutes * 60, minutes * 60);
        baseline
    }

    #[test]
    fn young_stream_lags_two_minutes() {
        let baseline = run(3, |minute| if minute < 2 { 0.5 } else { 1.0 });
        assert!((baseline.figure() - 0.5).abs() < 1e-3, "{}", baseline.figure());
        assert!((baseline.learned().n - 1_190.0).abs() < 1.0, "{:?}", baseline.learned());
    }

    #[test]
    fn older_stream_lags_eight_minutes() {
        let baseline = run(120, |minute| if minute < 113 { 0.5 } else { 1.0 });
        assert!((baseline.figure() - 0.5).abs() < 1e-3, "{}", baseline.figure());
    }

    #[test]
    fn hour_of_day_is_learned_after_four_days() {
        let busy = |minute: i64| if (minute / 60) % 24 < 12 { 0.3 } else { 0.7 };
        let baseline = run(6 * 1_440 + 6 * 60 + 30, busy);
        assert!((baseline.figure() - 0.3).abs() < 0.02, "{}", baseline.figure());
        let baseline = run(6 * 1_440 + 18 * 60 + 30, busy);
        assert!((baseline.figure() - 0.7).abs() < 0.02, "{}", baseline.figure());
    }
}
