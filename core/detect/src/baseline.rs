//! What a figure does when all is well: a fast mean while young, hour-of-day bins later.
//!
//! The fast mean forgets within an hour and lags some minutes behind, so
//! that a shift does not become its own baseline before it is noticed. Hour bins are halved every
//! seven visits, shrunk towards the overall mean, and used once an hour has been visited more than
//! three times; between bin centres the figure is interpolated on the link scale. From the second visit of
//! an hour of the week on its own bin is the figure, and the hour of the day is normal too: the band spans
//! both.

use crate::tuning::Tuning;
use hw_stats::{Counts, Form};
use serde::{Deserialize, Serialize};

/// Strength, in items, with which an hour is pulled towards the overall mean.
const SHRINKAGE: f64 = 2_000.0;

/// Visits of an hour before its bin is used.
const VISITS_MIN: f64 = 3.0;

/// Visits of an hour of the week before its bin is used, that of now among them.
const WEEK_VISITS_MIN: f64 = 2.0;

/// The bins of the week keep so much of what they hold when their hour comes again.
const WEEK_KEPT: f64 = std::f64::consts::FRAC_1_SQRT_2;

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
    /// What was usual at each hour of the week.
    #[serde(default)]
    week: Option<Box<[[Hour; 24]; 7]>>,
    /// Other figures that are normal now, with the counts behind them: what this hour of the day does on
    /// other days, and what this hour of the week did, taken by itself.
    #[serde(default)]
    others: [Option<(f64, Counts)>; 2],
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
            week: None,
            others: [None; 2],
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

    /// Every figure that is normal now, with the counts it was learned from.
    pub(crate) fn normals(&self) -> impl Iterator<Item = (f64, Counts)> {
        std::iter::once((self.figure, self.learned)).chain(self.others.into_iter().flatten())
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
            if let Some(hour) = self.hour_of_week(minute.at_s) {
                hour.counts += minute.counts;
            }
        }
    }

    /// A minute of a stream that is shifted. It teaches nothing, but what an hour of the week does that
    /// was never seen before: a weekend that differs would be told every week, and never learned. The hour
    /// of the day stays normal too, so that an outage of the first week does not make the second odd.
    pub(crate) fn see_shifted(&mut self, at_s: i64, counts: Counts) {
        let unseen = self.hour_of_week(at_s).filter(|hour| hour.visits < WEEK_VISITS_MIN);
        if let Some(hour) = unseen {
            hour.counts += counts;
        }
    }

    fn hour_of_week(&mut self, at_s: i64) -> Option<&mut Hour> {
        self.week.as_mut()?.get_mut(day_of(at_s))?.get_mut(hour_of(at_s))
    }

    /// Forgets minutes that were not learned from yet: they may belong to a shift.
    pub(crate) fn drop_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Moves to the minute that begins at `at_s` seconds after midnight UTC.
    pub(crate) fn enter_minute(&mut self, at_s: i64, age_s: i64, tuning: &Tuning) {
        if self.hours.is_none() && age_s >= 3_600 {
            self.hours = Some(Box::default());
        }
        if tuning.knows_weeks && self.week.is_none() && age_s >= 3_600 {
            self.week = Some(Box::default());
        }
        let hour = hour_of(at_s);
        if self.hour_now != Some(hour)
            && let Some(bin) = self.hour_of_week(at_s)
        {
            bin.counts = Counts::new(bin.counts.n * WEEK_KEPT, bin.counts.k * WEEK_KEPT);
            bin.visits += 1.0;
        }
        if self.hour_now != Some(hour)
            && let Some(bin) = self.hours.as_mut().and_then(|hours| hours.get_mut(hour))
        {
            let kept = 0.5f64.powf(1.0 / 7.0);
            bin.counts = Counts::new(bin.counts.n * kept, bin.counts.k * kept);
            bin.visits += 1.0;
        }
        self.hour_now = Some(hour);
        let by_hour = self.by_hour(at_s);
        self.others = [None; 2];
        match by_hour {
            Some((figure, learned)) => {
                self.figure = figure;
                self.learned = learned;
            }
            None => self.settle(self.fast),
        }
        if let Some(of_day) = by_hour
            && let Some((of_week, own)) = self.by_week(at_s, of_day)
        {
            (self.figure, self.learned) = of_week;
            self.others = [Some(of_day), Some(own)];
        }
    }

    /// Takes `counts` as the whole truth: a person accepted the new normal.
    pub(crate) fn accept(&mut self, counts: Counts) {
        self.fast = counts;
        self.hours = None;
        self.week = None;
        self.others = [None; 2];
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
        let (far, ahead) = from_centre(at_s);
        let beside = if ahead { (hour + 1) % 24 } else { (hour + 23) % 24 };
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
        Some(self.with_counts(figure, n))
    }

    /// What is usual at this hour of the week, shrunk towards what this hour of any day is on such a day: between
    /// the centres of two hours, and of this hour by itself. Where usual things change with the day they
    /// may do so at once.
    fn by_week(
        &self,
        at_s: i64,
        (of_day, _): (f64, Counts),
    ) -> Option<((f64, Counts), (f64, Counts))> {
        let week = self.week.as_ref()?;
        let bin = |at_s: i64| {
            let bin = week.get(day_of(at_s))?.get(hour_of(at_s))?;
            (bin.visits >= WEEK_VISITS_MIN && bin.counts.n > 0.0).then_some(bin.counts)
        };
        let this = bin(at_s)?;
        let shrunk = |at_s: i64, counts: Counts| {
            let like_its_day = self.form.link(of_day) + self.day_differs_by(day_of(at_s));
            let figure = self.form.unlink(like_its_day);
            (counts.k + SHRINKAGE * figure) / (counts.n + SHRINKAGE)
        };
        let own = self.with_counts(shrunk(at_s, this), this.n + SHRINKAGE);
        let (far, ahead) = from_centre(at_s);
        let beside_s = if ahead { at_s + 3_600 } else { at_s - 3_600 };
        let Some(other) = bin(beside_s) else { return Some((own, own)) };
        let mixed = (1.0 - far) * self.form.link(shrunk(at_s, this))
            + far * self.form.link(shrunk(beside_s, other));
        let n = this.n * (1.0 - far) + other.n * far + SHRINKAGE;
        Some((self.with_counts(self.form.unlink(mixed), n), own))
    }

    /// By how much a day of the week differs from what its hours are on any day, on the link scale. An hour of
    /// few items alone says little: at 360 an hour a weekend that differs was told every week.
    fn day_differs_by(&self, day: usize) -> f64 {
        let of_day = self.week.as_ref().and_then(|week| week.get(day));
        let (Some(of_day), Some(hours)) = (of_day, &self.hours) else { return 0.0 };
        let (mut seen, mut usual) = (Counts::default(), 0.0);
        for (own, any) in of_day.iter().zip(hours.iter()) {
            seen += own.counts;
            usual += own.counts.n * (any.counts.k + 0.5) / (any.counts.n + 1.0);
        }
        if seen.n <= 0.0 {
            return 0.0;
        }
        let usual = usual / seen.n;
        let figure = (seen.k + SHRINKAGE * usual) / (seen.n + SHRINKAGE);
        self.form.link(figure) - self.form.link(usual)
    }

    fn with_counts(&self, figure: f64, n: f64) -> (f64, Counts) {
        let figure = match self.form {
            Form::Share => figure.clamp(1e-5, 1.0 - 1e-5),
            Form::Count => figure.max(1e-6),
        };
        (figure, Counts::new(n, n * figure))
    }
}

/// How far a time is from the centre of its hour, in hours, and whether it is behind it.
fn from_centre(at_s: i64) -> (f64, bool) {
    let within = (at_s.rem_euclid(3_600)) as f64 / 3_600.0;
    ((within - 0.5).abs(), within >= 0.5)
}

fn day_of(at_s: i64) -> usize {
    usize::try_from(at_s.div_euclid(86_400).rem_euclid(7)).unwrap_or(0)
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
            baseline.enter_minute(at, at, &Tuning::STANDARD);
            let counts = Counts::new(600.0, 600.0 * share(minute));
            baseline.await_lesson(at, counts);
            baseline.learn(at, &Tuning::STANDARD);
        }
        baseline.enter_minute(minutes * 60, minutes * 60, &Tuning::STANDARD);
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
