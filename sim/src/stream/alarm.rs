//! What happens in alarm worlds, and to what streams.

use super::{Clump, StreamWorld, Wander};
use hw_detect::Figure;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum AlarmKind {
    /// A share steps to all.
    ToAll,
    /// A share steps to .8.
    ToEight,
    /// A share steps to .6.
    ToSix,
    /// A share steps to .55.
    ToFiftyFive,
    /// A share of 1 % doubles.
    ErrorsDouble,
    /// Of .99 only .95 is left.
    ToNinetyFive,
    /// One more leaves for one item of a hundred.
    OneInHundredTwice,
    /// A share rises to all within half an hour.
    RampHalfHour,
    /// A share rises to all within a day.
    RampDay,
    /// An answer is given no more.
    Vanishes,
    /// A new answer is given in one case of ten.
    New,
    /// The share of slow calls is six times what it was.
    Slower,
    /// Half of the items come.
    VolumeHalf,
    /// Nothing comes.
    VolumeNone,
    /// Twice as much comes.
    VolumeDouble,
}

/// What is usual in an alarm world before it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// An even share, by chance alone.
    Constant,
    /// An even share with the season of a day, and traffic that has one too.
    Season,
    /// An even share that wanders within minutes.
    Autocorrelated,
    /// An even share, 11 minutes old.
    Young,
    /// Errors of 1 %.
    Errors,
    /// A share of .99.
    Whole,
    /// One leaves for each item.
    FanOut,
    /// An answer given in one case of five, in a mix of four.
    Answer,
    /// An answer that was never given, on a hop whose other answers are known.
    NoAnswer,
    /// Calls slower than the 95 % quantile, with slow seconds.
    Latency,
    /// The same, 11 minutes old.
    LatencyYoung,
    /// Items per second, with the season of a day.
    Volume,
}

impl Base {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Constant,
        Self::Season,
        Self::Autocorrelated,
        Self::Young,
        Self::Errors,
        Self::Whole,
        Self::FanOut,
        Self::Answer,
        Self::NoAnswer,
        Self::Latency,
        Self::LatencyYoung,
        Self::Volume,
    ];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Season => "season",
            Self::Autocorrelated => "autocorrelated",
            Self::Young => "young",
            Self::Errors => "errors",
            Self::Whole => "share .99",
            Self::FanOut => "fan-out 1",
            Self::Answer => "answers",
            Self::NoAnswer => "no such answer",
            Self::Latency => "latency",
            Self::LatencyYoung => "latency, young",
            Self::Volume => "volume",
        }
    }

    /// Seconds that are watched before it happens.
    #[must_use]
    pub const fn learned_s(self) -> i64 {
        if matches!(self, Self::Young | Self::LatencyYoung) { 660 } else { 14 * 86_400 }
    }

    /// The world at this rate.
    #[must_use]
    pub fn world(self, rate: f64) -> StreamWorld {
        let even = StreamWorld::steady(Figure::TRANSFER, rate, 0.5);
        match self {
            Self::Constant | Self::Young => even,
            Self::Season => StreamWorld { season: 0.08, rate_season: 0.6, ..even },
            Self::Autocorrelated => {
                StreamWorld { wander: Some(Wander { tau_s: 300.0, far: 0.2 }), ..even }
            }
            Self::Errors => StreamWorld::steady(Figure::ERRORS, rate, 0.01),
            Self::Whole => StreamWorld { level: 0.99, ..even },
            Self::FanOut => {
                let (figure, clump) = (Figure::FAN_OUT, Clump::Sends);
                StreamWorld { figure, clump, level: 1.0, ..even }
            }
            Self::Answer => StreamWorld { figure: Figure::ANSWER, n_values: 4, level: 0.2, ..even },
            Self::NoAnswer => {
                StreamWorld { figure: Figure::ANSWER, n_values: 4, level: 0.0, ..even }
            }
            Self::Latency | Self::LatencyYoung => {
                let clump = Clump::Slow { often: 0.005, level: 0.8 };
                StreamWorld { figure: Figure::LATENCY, clump, level: 0.05, ..even }
            }
            Self::Volume => StreamWorld {
                figure: Figure::VOLUME,
                clump: Clump::Volume,
                rate_season: 0.6,
                rate_wander: 0.1,
                ..even
            },
        }
    }

    /// What happens in it.
    #[must_use]
    pub const fn kinds(self) -> &'static [AlarmKind] {
        use AlarmKind as K;
        match self {
            Self::Constant | Self::Season | Self::Autocorrelated | Self::Young => {
                &[K::ToAll, K::ToEight, K::ToSix, K::ToFiftyFive, K::RampHalfHour, K::RampDay]
            }
            Self::Errors => &[K::ErrorsDouble],
            Self::Whole => &[K::ToNinetyFive],
            Self::FanOut => &[K::OneInHundredTwice],
            Self::Answer => &[K::Vanishes],
            Self::NoAnswer => &[K::New],
            Self::Latency | Self::LatencyYoung => &[K::Slower],
            Self::Volume => &[K::VolumeHalf, K::VolumeNone, K::VolumeDouble],
        }
    }
}

impl AlarmKind {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ToAll => ".5 -> 1",
            Self::ToEight => ".5 -> .8",
            Self::ToSix => ".5 -> .6",
            Self::ToFiftyFive => ".5 -> .55",
            Self::ErrorsDouble => ".01 -> .02",
            Self::ToNinetyFive => ".99 -> .95",
            Self::OneInHundredTwice => "1 % send two",
            Self::RampHalfHour => ".5 to 1 in 30 min",
            Self::RampDay => ".5 to 1 in a day",
            Self::Vanishes => "answer .2 -> 0",
            Self::New => "new answer .1",
            Self::Slower => "over p95 .05 -> .3",
            Self::VolumeHalf => "volume halved",
            Self::VolumeNone => "volume to 0",
            Self::VolumeDouble => "volume doubled",
        }
    }

    /// Figure and rate, so many seconds after it began.
    pub(super) fn moved(self, (level, rate): (f64, f64), after_s: i64) -> (f64, f64) {
        let ramp = |over_s: f64| {
            let way = (after_s.max(0) as f64 / over_s).min(1.0);
            (level + (1.0 - level) * way, rate)
        };
        match self {
            Self::ToAll => (1.0, rate),
            Self::ToEight => (level + 0.3, rate),
            Self::ToSix => (level + 0.1, rate),
            Self::ToFiftyFive => (level + 0.05, rate),
            Self::ErrorsDouble => (2.0 * level, rate),
            Self::ToNinetyFive => (0.95, rate),
            Self::OneInHundredTwice => (level, rate),
            Self::RampHalfHour => ramp(1_800.0),
            Self::RampDay => ramp(86_400.0),
            Self::Vanishes => (0.0, rate),
            Self::New => (0.1, rate),
            Self::Slower => (0.3, rate),
            Self::VolumeHalf => (level, 0.5 * rate),
            Self::VolumeNone => (level, 0.0),
            Self::VolumeDouble => (level, 2.0 * rate),
        }
    }

    /// The share of items for which one more leaves.
    pub(super) const fn sends_twice(self) -> f64 {
        if matches!(self, Self::OneInHundredTwice) { 0.01 } else { 0.0 }
    }
}
