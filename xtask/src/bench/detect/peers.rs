//! What else people use, each as a figure that grows with suspicion, after every tick of its width.
//!
//! Each has one threshold. Widths are 1, 10 and 60 s; BOCPD takes no seconds, because its run lengths
//! would cost more than all the rest together. Ratios are those of a tick; a tick without items says
//! nothing.

mod bocpd;

use bocpd::Bocpd;
use hw_sim::StreamWorld;
use hw_stats::{Counts, Form, ln_likelihood_ratio};
use std::collections::VecDeque;

/// A method at one width of tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub method: Method,
    pub width_s: i64,
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Method {
    /// How far the ratio of five minutes is from what it was in the first days.
    Static,
    /// Standard deviations from the mean of the last sixty ticks.
    RollingSigma,
    /// Standard deviations from the mean of the last day.
    LongSigma,
    /// An exponentially weighted mean, weight .2.
    Ewma,
    /// Page's cumulative sum, slack of half a standard deviation.
    Cusum,
    /// Bayesian online change-point detection (Adams and MacKay).
    Bocpd,
    /// A cumulative sum of likelihood ratios against ten alternatives, without any tempering.
    Glr,
}

impl Method {
    pub(super) const ALL: [Self; 7] = [
        Self::Static,
        Self::RollingSigma,
        Self::LongSigma,
        Self::Ewma,
        Self::Cusum,
        Self::Bocpd,
        Self::Glr,
    ];

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Static => "static threshold",
            Self::RollingSigma => "sigma, rolling",
            Self::LongSigma => "sigma, long-run",
            Self::Ewma => "EWMA",
            Self::Cusum => "CUSUM",
            Self::Bocpd => "BOCPD",
            Self::Glr => "untempered GLR",
        }
    }

    /// Thresholds that are common, and what they are called.
    pub(super) const fn common(self) -> &'static [(f64, &'static str)] {
        match self {
            Self::Static => &[(0.1, "+-.1")],
            Self::RollingSigma | Self::LongSigma => &[(3.0, "3 sigma"), (6.0, "6 sigma")],
            Self::Ewma => &[(3.0, "L 3"), (6.0, "L 6")],
            Self::Cusum => &[(5.0, "h 5"), (25.0, "h 25")],
            Self::Bocpd => &[(0.0, "P > .5")],
            Self::Glr => &[(26.75, "ln A 26.75")],
        }
    }
}

/// Every method at each of its widths.
pub(super) fn kinds() -> Vec<Kind> {
    let widths = |method| match method {
        Method::Bocpd => &[10, 60][..],
        Method::Static
        | Method::RollingSigma
        | Method::LongSigma
        | Method::Ewma
        | Method::Cusum
        | Method::Glr => &[1, 10, 60][..],
    };
    let of = |method| widths(method).iter().map(move |width_s| Kind { method, width_s: *width_s });
    Method::ALL.into_iter().flat_map(of).collect()
}

/// A method that watches a stream.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub kind: Kind,
    form: Form,
    is_volume: bool,
    tick: i64,
    filling: Counts,
    usual: Usual,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Static { window: VecDeque<(i64, Counts)>, sum: Counts },
    Rolling(VecDeque<f64>),
    Long,
    Ewma(f64),
    Cusum([f64; 2]),
    Bocpd(Box<Bocpd>),
    Glr([f64; 10]),
}

/// The mean of ratios and their variance: of all while young, of the last day later.
#[derive(Clone, Copy, Debug, Default)]
struct Usual {
    n_ticks: f64,
    mean: f64,
    variance: f64,
    /// Items and events with the same weights.
    counts: Counts,
}

/// Ticks before a method says anything: as long as ten minutes, and at least ten.
const KNOWN_TICKS: f64 = 10.0;
const KNOWN_S: f64 = 540.0;

/// Seconds of the mean.
const USUAL_S: f64 = 86_400.0;

/// Items that a window of the static threshold must hold to be looked at.
const STATIC_ITEMS: f64 = 50.0;

impl Usual {
    fn learn(&mut self, width_s: i64, ratio: f64, counts: Counts) {
        let most = USUAL_S / width_s as f64;
        self.n_ticks = (self.n_ticks + 1.0).min(most);
        let gain = 1.0 / self.n_ticks;
        let off = ratio - self.mean;
        self.mean += gain * off;
        self.variance += gain * (off * (ratio - self.mean) - self.variance);
        let kept = 1.0 - if self.n_ticks < most { 0.0 } else { gain };
        self.counts = Counts::new(self.counts.n * kept, self.counts.k * kept) + counts;
    }

    fn is_known(&self, width_s: i64) -> bool {
        self.n_ticks >= KNOWN_TICKS && self.n_ticks * width_s as f64 >= KNOWN_S
    }

    fn sigmas(&self, ratio: f64) -> f64 {
        (ratio - self.mean) / self.variance.sqrt().max(1e-3)
    }
}

impl Peer {
    pub(super) fn new(kind: Kind, world: &StreamWorld) -> Self {
        let form = world.figure.form;
        let state = match kind.method {
            Method::Static => State::Static { window: VecDeque::new(), sum: Counts::default() },
            Method::RollingSigma => State::Rolling(VecDeque::new()),
            Method::LongSigma => State::Long,
            Method::Ewma => State::Ewma(0.0),
            Method::Cusum => State::Cusum([0.0; 2]),
            Method::Bocpd => State::Bocpd(Box::new(Bocpd::new(form, kind.width_s))),
            Method::Glr => State::Glr([0.0; 10]),
        };
        Self {
            kind,
            form,
            is_volume: world.figure == hw_detect::Figure::VOLUME,
            tick: 0,
            filling: Counts::default(),
            usual: Usual::default(),
            state,
        }
    }

    /// Takes a second in which something came, and `said` hears of each tick that is over: its last
    /// second, and how suspicious it is.
    pub(super) fn see(&mut self, second: i64, counts: Counts, mut said: impl FnMut(i64, f64)) {
        let width_s = self.kind.width_s;
        let tick = second.div_euclid(width_s);
        if tick != self.tick && self.filling.n > 0.0 {
            let counts = std::mem::take(&mut self.filling);
            let end = (self.tick + 1) * width_s - 1;
            if let Some(suspicion) = self.judge(end, counts) {
                said(end, suspicion);
            }
        }
        self.tick = tick;
        self.filling += counts;
        if second + 1 == (tick + 1) * width_s {
            let counts = std::mem::take(&mut self.filling);
            if let Some(suspicion) = self.judge(second, counts) {
                said(second, suspicion);
            }
        }
    }

    /// How suspicious a tick is; `None` before anything is known.
    fn judge(&mut self, end: i64, counts: Counts) -> Option<f64> {
        let ratio = counts.ratio()?;
        let (width_s, usual) = (self.kind.width_s, self.usual);
        let is_known = usual.is_known(width_s);
        let suspicion = match &mut self.state {
            State::Static { window, sum } => {
                window.push_back((end, counts));
                *sum += counts;
                while let Some((_, old)) = window.pop_front_if(|(at, _)| *at <= end - 300) {
                    *sum = *sum - old;
                }
                let is_enough = sum.n >= STATIC_ITEMS || self.is_volume;
                let off = sum.ratio().unwrap_or(usual.mean) - usual.mean;
                if is_enough { relative(self.form, off, usual.mean) } else { 0.0 }
            }
            State::Rolling(last) => rolling(last, ratio),
            State::Long => usual.sigmas(ratio).abs(),
            State::Ewma(mean) => {
                let z = if is_known { usual.sigmas(ratio) } else { 0.0 };
                *mean += 0.2 * (z - *mean);
                // The standard deviation of such a mean: sqrt(.2 / 1.8).
                mean.abs() * 3.0
            }
            State::Cusum(sums) => {
                let z = if is_known { usual.sigmas(ratio) } else { 0.0 };
                for (sum, sign) in sums.iter_mut().zip([1.0, -1.0]) {
                    *sum = (*sum + sign * z - 0.5).max(0.0);
                }
                sums[0].max(sums[1])
            }
            State::Bocpd(bocpd) => bocpd.see(counts),
            State::Glr(sums) => {
                if is_known {
                    generalised(self.form, sums, usual.counts, counts)
                } else {
                    0.0
                }
            }
        };
        // The static threshold is set once, by the first week.
        let is_set = self.kind.method == Method::Static && end > 7 * 86_400;
        if !is_set {
            self.usual.learn(width_s, ratio, counts);
        }
        is_known.then_some(suspicion)
    }
}

/// How far off a ratio is; of what is no share, as a share of what it was.
fn relative(form: Form, off: f64, mean: f64) -> f64 {
    match form {
        Form::Share => off.abs(),
        Form::Count => (off / mean.max(1e-9)).abs(),
    }
}

fn rolling(last: &mut VecDeque<f64>, ratio: f64) -> f64 {
    let n = last.len() as f64;
    let mut suspicion = 0.0;
    if last.len() >= 60 {
        let mean = last.iter().sum::<f64>() / n;
        let variance = last.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / n;
        suspicion = (ratio - mean).abs() / variance.sqrt().max(1e-3);
        last.pop_front();
    }
    last.push_back(ratio);
    suspicion
}

/// The greatest cumulative sum against ten alternatives, of which each begins anew at zero.
fn generalised(form: Form, sums: &mut [f64; 10], learned: Counts, counts: Counts) -> f64 {
    let p0 = (learned.k + 0.5) / (learned.n + 1.0);
    let p0 = if form == Form::Share { p0.clamp(1e-6, 1.0 - 1e-6) } else { p0.max(1e-6) };
    let steps = [0.2, 0.5, 1.0, 2.0, 4.0, -0.2, -0.5, -1.0, -2.0, -4.0];
    let mut most: f64 = 0.0;
    for (sum, step) in sums.iter_mut().zip(steps) {
        let p1 = form.unlink(form.link(p0) + step);
        *sum = (*sum + ln_likelihood_ratio(form, counts, p1, p0)).max(0.0);
        most = most.max(*sum);
    }
    most
}
