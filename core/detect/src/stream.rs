//! One watched figure: what it usually does, whether it has shifted, whether it is back.
//!
//! The windowed, multi-scale, tempered detector of docs/internals/detection.md, with the exact
//! confirmation and the repairs for young streams. It reads ticks of one second,
//! in order; an idle second is a tick of zeros. Until enough is known of a stream it is *learning*:
//! slower, never blind for good. While it is shifted what it does teaches a baseline apart, which takes
//! over if the shift lasts for a month.

use crate::baseline::Baseline;
use crate::edges::Edges;
use crate::scale::{Filling, Scale, Tempering};
use crate::tuning::{Figure, N_SCALES, RATIO, Tuning, block_s, threshold};
use hw_model::Direction;
use hw_stats::Counts;
use serde::{Deserialize, Serialize};

/// Scales whose blocks are short enough to share the baseline of now; longer blocks are weighed
/// against the mean baseline of their own ticks.
const SHORT_SCALES: usize = 3;

/// Scale whose dispersion widens the band: blocks of 256 s while young, 68 min later.
const BAND_SCALES: [usize; 2] = [6, 4];

/// Scales that pass empty seconds together: a minute has no block of more.
const RESTING_SCALES: usize = 3;

/// A stream shifted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Which way.
    pub direction: Direction,
    /// First tick of the strongest suffix: a coarse onset.
    pub onset_tick: i64,
    /// Evidence in nats: the exact ratio of the suffix.
    pub nats: f64,
    /// The baseline's figure.
    pub before: f64,
    /// Counts behind the baseline.
    pub learned: Counts,
    /// The figure in the suffix.
    pub after: f64,
    /// Dispersion that was assumed.
    pub phi: f64,
}

/// A shifted stream is back in its band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// First tick back in band.
    pub back_tick: i64,
}

/// What one tick brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Nothing to say.
    Quiet,
    /// The stream shifted.
    Alarm(Alarm),
    /// The shift is over.
    Ended(Ending),
    /// The shift has lasted so long that what it does is usual now.
    Settled,
}

/// The detector of one stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stream {
    figure: Figure,
    /// Not saved: a restored stream is tuned as its engine is.
    #[serde(skip, default = "Tuning::standard")]
    tuning: Tuning,
    age_s: i64,
    baseline: Baseline,
    edges: Edges,
    scales: Box<[Scale; N_SCALES]>,
    minute: Counts,
    ready: Readiness,
    /// Latest evidence per scale, in nats.
    evidence: [f64; N_SCALES],
    frozen_s: i64,
    shifted: Option<Shifted>,
    /// The age at which what is believed of its dispersion beforehand was fresh.
    #[serde(default)]
    prior_from_s: i64,
}

/// Whether the baseline is worth anything yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Readiness {
    Learning,
    /// Since this age.
    Ready(i64),
}

/// A shift that lasts: the test of whether the figure is back.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shifted {
    direction: Direction,
    /// Where it has shifted to, and how it scatters there: first as the alarm has it, then as is seen.
    figure: f64,
    phi: f64,
    sum: f64,
    lowest: f64,
    back_tick: i64,
    /// What was counted up to the lowest point, and since.
    #[serde(default)]
    seen: Seen,
    #[serde(default)]
    since: Seen,
    /// The dispersion that the alarm assumed: it scatters no less.
    #[serde(default)]
    phi_min: f64,
    /// For how long it has been followed, and what would be usual if the shift were.
    #[serde(default)]
    age_s: i64,
    #[serde(default)]
    usual: Option<Box<Baseline>>,
}

/// What a shifted figure does.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Seen {
    counts: Counts,
    /// Squares of what ticks are off, and what chance would make of them.
    squares: f64,
    variance: f64,
}

impl Stream {
    /// A stream of which nothing is known.
    #[must_use]
    pub fn new(figure: Figure, tuning: Tuning) -> Self {
        let baseline = Baseline::new(figure.form);
        let edges = Edges::new(figure.form, baseline.figure(), baseline.learned(), 1.5, &tuning);
        Self {
            figure,
            tuning,
            age_s: 0,
            baseline,
            edges,
            scales: Box::new(std::array::from_fn(Scale::new)),
            minute: Counts::default(),
            ready: Readiness::Learning,
            evidence: [0.0; N_SCALES],
            frozen_s: 0,
            shifted: None,
            prior_from_s: 0,
        }
    }

    /// Tunes a stream that was restored.
    pub(crate) const fn retune(&mut self, tuning: Tuning) {
        self.tuning = tuning;
    }

    /// A stream like this one, of which `past` is known: an answer that is new on a hop whose other
    /// answers have been watched for long. It scatters as they do.
    #[must_use]
    pub fn sibling(&self, past: Counts) -> Self {
        self.kin(self.figure, past)
    }

    /// A stream for another figure of what this one watches, of which `past` is known: repeats on a hop that
    /// had none. It scatters as this one does, and what is believed of it beforehand is as fresh as that of
    /// any new stream.
    #[must_use]
    pub fn heir(&self, figure: Figure, past: Counts) -> Self {
        let ready = match self.ready {
            Readiness::Learning => Readiness::Learning,
            Readiness::Ready(_) => Readiness::Ready(0),
        };
        Self { age_s: 0, prior_from_s: 0, ready, ..self.kin(figure, past) }
    }

    fn kin(&self, figure: Figure, past: Counts) -> Self {
        let mut kin = self.clone();
        kin.figure = figure;
        kin.baseline = Baseline::with_past(figure.form, past);
        kin.shifted = None;
        kin.minute = Counts::default();
        kin.frozen_s = 0;
        kin.reset_windows();
        kin.renew_edges();
        kin
    }

    /// Judges the counts of `tick`; ticks come one after another. `ln_a` is the budget's ln A.
    pub fn judge(&mut self, tick: i64, counts: Counts, ln_a: f64) -> Step {
        if self.age_s % 60 == 0 {
            self.turn_minute(tick);
        }
        let settles = self.is_long_shifted();
        if settles {
            self.settle(tick);
        }
        self.age_s += 1;
        self.minute += counts;
        if settles {
            return Step::Settled;
        }
        if self.shifted.is_some() {
            return self.test_end(tick, counts);
        }
        let figure = self.baseline.figure();
        let alarm = self.descend(tick, Filling::tick(self.figure.form, counts, figure), ln_a);
        match alarm {
            Some(alarm) => {
                self.begin_shift(tick, &alarm);
                Step::Alarm(alarm)
            }
            None => Step::Quiet,
        }
    }

    /// Judges up to `n` seconds in which nothing came, from `tick` on, as [`Stream::judge`] would one by
    /// one; at least one. It stops at what it has to say. Returns how many it judged.
    pub fn idle(&mut self, tick: i64, n: i64, ln_a: f64) -> (i64, Step) {
        let mut judged = 0;
        loop {
            judged += self.rest(n - judged - 1);
            let step = self.judge(tick + judged, Counts::default(), ln_a);
            judged += 1;
            if judged >= n || step != Step::Quiet {
                return (judged, step);
            }
        }
    }

    /// Lets up to `n` seconds pass in which nothing came, where all they do is to fill blocks: the windows
    /// of the finest scales and what fills them are empty, and none of their lessons is due. Returns how
    /// many passed.
    fn rest(&mut self, n: i64) -> i64 {
        let at_minute = self.age_s % 60;
        if n <= 0 || at_minute == 0 || self.shifted.is_some() {
            return 0;
        }
        let n = n.min(60 - at_minute);
        let is_idle = |scale: &&Scale| {
            scale.is_idle() && !scale.dispersion.has_lesson(self.age_s + n, &self.tuning)
        };
        let n_idle = self.scales.iter().take(RESTING_SCALES).take_while(is_idle).count();
        // Seconds that have passed of the block that must not get full.
        let parts = self.scales.iter().enumerate().skip(1).take(n_idle);
        let passed: i64 =
            parts.map(|(at, scale)| scale.filling.n_parts as i64 * block_s(at - 1)).sum();
        let n = n.min(block_s(n_idle) - 1 - passed);
        if n <= 0 {
            return 0;
        }
        let now = passed + n;
        for (at, scale) in self.scales.iter_mut().enumerate().take(n_idle + 1) {
            if at > 0 {
                let parts = now / block_s(at - 1) % RATIO as i64;
                scale.filling.n_parts = usize::try_from(parts).unwrap_or(0);
            }
            let n_full = now / block_s(at) - passed / block_s(at);
            scale.pass(usize::try_from(n_full).unwrap_or(0));
            if let Some(evidence) = self.evidence.get_mut(at).filter(|_| n_full > 0) {
                *evidence = 0.0;
            }
        }
        self.age_s += n;
        n
    }

    /// Whether it is a share or a count.
    #[must_use]
    pub const fn form(&self) -> hw_stats::Form {
        self.figure.form
    }

    /// Whether a shift on the finest scale could be noticed now.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.dispersion_scale(0).is_some()
    }

    /// Whether it is shifted now.
    #[must_use]
    pub const fn is_shifted(&self) -> bool {
        self.shifted.is_some()
    }

    /// The figure that is normal now, and the counts it was learned from.
    #[must_use]
    pub const fn baseline(&self) -> (f64, Counts) {
        (self.baseline.figure(), self.baseline.learned())
    }

    /// Dispersion of windows of about four minutes, at least 1: what intervals and posteriors use.
    #[must_use]
    pub fn phi(&self) -> f64 {
        let scales = self.scales.iter().take(5).rev();
        let known = scales.map(|scale| &scale.dispersion).find(|d| d.n_blocks() >= 10.0);
        known.map_or(1.0, |dispersion| dispersion.phi().max(1.0))
    }

    /// Strongest tempered evidence on any scale now, in nats; zero while shifted. Below
    /// `Tuning::exact_nats` it is an upper bound.
    #[must_use]
    pub fn evidence_nats(&self) -> f64 {
        self.evidence.iter().copied().fold(0.0, f64::max)
    }

    /// A person says that what it does now is normal.
    pub fn accept(&mut self, counts: Counts) {
        self.baseline.accept(counts);
        self.shifted = None;
        self.reset_windows();
        self.renew_edges();
    }

    /// Nothing was heard of the whole stream for long: what came before says nothing of now.
    pub fn skip(&mut self, seconds: i64) {
        self.age_s += seconds - seconds % 60;
        self.reset_windows();
    }

    fn turn_minute(&mut self, tick: i64) {
        let minute = std::mem::take(&mut self.minute);
        if let Some(shifted) = &mut self.shifted {
            self.baseline.see_shifted(tick - 60, minute);
            shifted.follow(self.figure.form, (tick, minute), &self.tuning);
        } else if self.age_s > 0 {
            self.baseline.await_lesson(tick - 60, minute);
        }
        if self.shifted.is_some() || self.is_frozen() {
            self.frozen_s += 60;
        } else {
            self.baseline.learn(self.age_s, &self.tuning);
            self.frozen_s = 0;
        }
        self.baseline.enter_minute(tick, self.age_s, &self.tuning);
        if self.ready == Readiness::Learning && self.known_size() >= self.tuning.ready_size {
            self.ready = Readiness::Ready(self.age_s);
            self.reset_windows();
        }
        self.renew_edges();
    }

    /// Items, or expected events, behind the baseline.
    fn known_size(&self) -> f64 {
        self.figure.form.size(self.baseline.learned().n, self.baseline.figure())
    }

    fn renew_edges(&mut self) {
        let scales = BAND_SCALES.iter().filter_map(|scale| self.scales.get(*scale));
        let known = scales.map(|scale| &scale.dispersion).find(|d| d.n_blocks() >= 5.0);
        let phi = known.map_or(1.5, |dispersion| dispersion.phi().max(1.0));
        let normals = self.baseline.normals();
        self.edges = Edges::spanning(self.figure.form, normals, phi, &self.tuning);
    }

    /// Folds a tick into the finest scale, and each block that gets full into the next coarser.
    fn descend(&mut self, tick: i64, mut block: Filling, ln_a: f64) -> Option<Alarm> {
        let mut alarm = None;
        for scale in 0..N_SCALES {
            self.push_block(scale, &block);
            if alarm.is_none() {
                alarm = self.test_scale(scale, tick, ln_a);
            }
            self.teach(scale, &block);
            let Some(next) = self.scales.get_mut(scale + 1) else { break };
            next.filling.add(&block);
            if next.filling.n_parts < RATIO {
                break;
            }
            block = std::mem::take(&mut next.filling);
        }
        alarm
    }

    fn push_block(&mut self, scale: usize, block: &Filling) {
        let (edges, figure) = (&self.edges, self.baseline.figure());
        let weigh = || {
            if scale < SHORT_SCALES {
                return edges.weigh(block.counts);
            }
            let own = block.expected / block.counts.n;
            edges.moved(figure, own).weigh(block.counts)
        };
        if let Some(scale) = self.scales.get_mut(scale) {
            scale.push(block.counts, weigh);
        }
    }
}

mod judging;
mod reach;
