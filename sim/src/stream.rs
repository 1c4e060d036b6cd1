//! Worlds of one stream: what one figure counts in each judged second, where nothing happens (null
//! families) and where something does (shifts).
//!
//! For measuring the detector itself over thousands of stream-months: no spans, no engine, only the
//! counts that an engine would judge. Equal seeds give equal counts. Seconds in which nothing came are
//! not told, because most seconds of most streams are such. It deliberately does not know how counts are
//! judged.

mod alarm;
mod family;
mod hear;
mod notice;
mod seconds;

pub use alarm::{AlarmKind, Base};
pub use family::{FAMILIES, Family, family_of};
pub use hear::{Heard, LEARNING_DAYS, TAIL_NATS, hear, hear_all};
pub use notice::{Learned, Noticed};
pub use seconds::{Second, Seconds};

use hw_detect::Figure;

/// How one stream behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StreamWorld {
    /// What the detector takes it for.
    pub figure: Figure,
    /// How many values share the mix that it is one of; 1 if it is none.
    pub n_values: usize,
    /// Items in a second on average.
    pub rate: f64,
    /// How far the rate goes up and down within a day, as a share of it.
    pub rate_season: f64,
    /// How far the logarithm of the rate wanders within five minutes.
    pub rate_wander: f64,
    /// The figure: a share, or how many leave for each.
    pub level: f64,
    /// How far the figure goes up and down within a day.
    pub season: f64,
    /// What is added to it at weekends.
    pub weekend: f64,
    /// What it rises by within thirty days; then it falls again.
    pub trend: f64,
    /// A wander of its logit, or of its logarithm.
    pub wander: Option<Wander>,
    /// What items that come together have in common.
    pub clump: Clump,
}

/// An autocorrelated wander (Ornstein and Uhlenbeck).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wander {
    /// Seconds after which it has forgotten two thirds.
    pub tau_s: f64,
    /// Its standard deviation.
    pub far: f64,
}

/// What items that come together have in common, or what each of them sends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clump {
    /// Nothing: each goes on by chance alone.
    Nothing,
    /// A second: beta-binomial with this intra-class correlation.
    Seconds(f64),
    /// A batch of this many on average, of which this share has one fate.
    Batches {
        /// Items of a batch on average.
        mean: f64,
        /// Share of the batches in which all have one fate.
        alike: f64,
    },
    /// This share of the seconds is slow, and then the figure is that.
    Slow {
        /// Share of the seconds.
        often: f64,
        /// The figure then.
        level: f64,
    },
    /// Each item sends one and some more: as many as chance has it (Poisson).
    Sends,
    /// Each item sends one and some more, few or very many (geometric).
    SendsSkewed,
    /// What is counted are the items themselves, per second.
    Volume,
}

impl StreamWorld {
    /// A share at which nothing but chance happens.
    #[must_use]
    pub const fn steady(figure: Figure, rate: f64, level: f64) -> Self {
        Self {
            figure,
            n_values: 1,
            rate,
            rate_season: 0.0,
            rate_wander: 0.0,
            level,
            season: 0.0,
            weekend: 0.0,
            trend: 0.0,
            wander: None,
            clump: Clump::Nothing,
        }
    }
}
