//! The constants of the detector, each with its reason.

use hw_stats::Form;
use serde::{Deserialize, Serialize};

/// Number of time scales: blocks of 1 s, 4 s, ... 4^8 s = 18 h.
pub(crate) const N_SCALES: usize = 9;

/// Blocks of a finer scale per block of the next, and blocks per window: a window of one scale is
/// as long as one block two scales up, so that the dispersion of what it sums is measured there.
pub(crate) const RATIO: usize = 4;
pub(crate) const WINDOW_BLOCKS: usize = RATIO * RATIO;

/// Alternatives, as distances from the edge of the band on the logit or log scale.
pub(crate) const STEPS: [f64; 5] = [0.2, 0.5, 1.0, 2.0, 4.0];

/// Alternatives in both directions: the first half up, the second half down.
pub(crate) const N_LANES: usize = 2 * STEPS.len();

/// Length of a block in seconds.
pub(crate) const fn block_s(scale: usize) -> i64 {
    1 << (RATIO.trailing_zeros() as usize * scale)
}

/// What kind of figure a stream watches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Share of items, or count per unit of exposure.
    pub form: Form,
    /// Overdispersion believed before it could be measured.
    pub prior: Prior,
    /// Which directions are worth an alarm.
    pub sides: Sides,
    /// The finest time scale on which it may alarm: 0 is seconds, 1 is blocks of 4 s. At least
    /// seven blocks must agree, so on scale 1 nothing shorter than 28 s is heard of.
    pub finest_scale: usize,
}

/// The intra-class correlation of items that share a block, believed beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Prior {
    /// The same for every figure.
    Flat(f64),
    /// This much for an even share, and less for rare things, with their standard deviation: else a
    /// rare failure is blunted as if it were an even share (docs/internals/detection.md: with a flat
    /// prior young error streams are blind).
    Scaled(f64),
}

/// Which directions of a figure are worth an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sides {
    /// Both.
    Both,
    /// Only more than usual: fewer errors harm nobody, and one burst of them while a stream is
    /// young would make the usual zero look like a fall.
    Up,
}

impl Figure {
    /// Share of entries that go on. Prior chosen in young worlds, null and shifted
    /// (docs/internals/detection.md, young streams).
    pub const TRANSFER: Self = Self {
        form: Form::Share,
        prior: Prior::Scaled(0.003),
        sides: Sides::Both,
        finest_scale: 0,
    };
    /// Items that leave per entry, where one entry may send many.
    pub const FAN_OUT: Self =
        Self { form: Form::Count, prior: Prior::Flat(0.007), ..Self::TRANSFER };
    /// Share of one answer.
    pub const ANSWER: Self = Self::TRANSFER;
    /// Share of calls or entries that fail.
    pub const ERRORS: Self = Self { sides: Sides::Up, ..Self::TRANSFER };
    /// Share of calls slower than a learned limit. Hosts have slow seconds in which every call is
    /// slow, so calls of one second say little more than one of them, and a few such seconds are
    /// nothing to wake anybody for.
    pub const LATENCY: Self =
        Self { form: Form::Share, prior: Prior::Flat(0.05), sides: Sides::Up, finest_scale: 1 };
    /// Items per second: traffic wanders by half of itself before its day is known.
    pub const VOLUME: Self = Self { form: Form::Count, prior: Prior::Flat(0.25), ..Self::TRANSFER };

    /// The intra-class correlation believed at figure `p`.
    pub(crate) fn prior_rho(self, p: f64) -> f64 {
        match self.prior {
            Prior::Flat(rho) => rho,
            Prior::Scaled(rho) => rho * (4.0 * p * (1.0 - p)).max(0.0).sqrt(),
        }
    }
}

/// What can be set about every detector.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// Half width of the band nobody needs to hear of, on the link scale: .02 is .500 to .505.
    pub band_min: f64,
    /// Most that one block may say, in nats: at least seven blocks must agree.
    pub block_nats_max: f64,
    /// Share of the wanted evidence from which on a window is looked at exactly.
    pub screen: f64,
    /// Evidence from which on it is worked out to the end; of less, only that it is less. Nothing
    /// rests on evidence below `freeze_nats`.
    pub exact_nats: f64,
    /// Blocks that must agree, at least.
    pub alarm_blocks_min: usize,
    /// Evidence from which on nothing is learned any more, in nats.
    pub freeze_nats: f64,
    /// A frozen stream learns again, and a shift is what is usual, after this long. 30 days.
    pub freeze_s_max: i64,
    /// Items (or expected events) before a baseline is worth anything.
    pub ready_size: f64,
    /// A block teaches dispersion only after this long, so that a shift cannot teach before it is
    /// noticed; and after `quarantine_blocks` blocks of its own scale.
    pub quarantine_s: i64,
    /// See `quarantine_s`.
    pub quarantine_blocks: i64,
    /// Blocks of a scale before its dispersion is believed.
    pub armed_blocks: f64,
    /// Time constant of the fast baseline, in seconds. 1 h.
    pub baseline_tau_s: f64,
    /// Minutes the baseline lags behind, for streams younger and older than half an hour.
    pub baseline_delay_min: (usize, usize),
    /// Whether what is usual may differ by the day of the week.
    pub knows_weeks: bool,
    /// Half-life of the prior overdispersion in seconds: data takes over. 12 h.
    pub prior_half_life_s: f64,
    /// Evidence that ends a shift, in nats; at most `block_nats_max` per tick.
    pub end_nats: f64,
    /// Ticks in band that end a shift, at least.
    pub end_ticks_min: i64,
}

impl Tuning {
    pub(crate) const fn standard() -> Self {
        Self::STANDARD
    }

    /// What was measured to work (docs/internals/detection.md).
    pub const STANDARD: Self = Self {
        band_min: 0.02,
        block_nats_max: 4.0,
        screen: 0.8,
        exact_nats: 6.0,
        alarm_blocks_min: 7,
        freeze_nats: 6.0,
        freeze_s_max: 30 * 86_400,
        ready_size: 30.0,
        quarantine_s: 60,
        quarantine_blocks: 8,
        armed_blocks: 40.0,
        baseline_tau_s: 3_600.0,
        baseline_delay_min: (2, 8),
        knows_weeks: true,
        prior_half_life_s: 43_200.0,
        end_nats: 12.0,
        end_ticks_min: 8,
    };
}

/// The false-alarm budget over everything that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// False alarms tolerated in 30 days, over all streams together.
    pub false_alarms_per_month: f64,
}

impl Budget {
    /// ln A for one of `n_streams` streams: A = 16 M T, with T in
    /// seconds. A union bound over windows, directions and alternatives then gives the budget.
    #[must_use]
    pub fn ln_a(self, n_streams: usize) -> f64 {
        let seconds = 30.0 * 86_400.0 / self.false_alarms_per_month;
        (WINDOW_BLOCKS as f64 * (n_streams.max(1) as f64) * seconds).ln()
    }
}

/// Evidence in nats that raises an alarm on one scale: ln A, plus the number of things tried per
/// block, minus how rarely this scale is tried.
pub(crate) fn threshold(ln_a: f64, scale: usize) -> f64 {
    ln_a + ((N_SCALES * N_LANES) as f64).ln() - (block_s(scale) as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_those_of_the_note() {
        // 10,000 streams, 30 days: ln A = 26.75, h_0 = 31.25.
        let ln_a = Budget { false_alarms_per_month: 1.0 }.ln_a(10_000);
        assert!((ln_a - 26.75).abs() < 0.01, "{ln_a}");
        assert!((threshold(ln_a, 0) - 31.25).abs() < 0.01);
        assert!((Budget { false_alarms_per_month: 1.0 }.ln_a(100) - 22.15).abs() < 0.01);
    }
}
