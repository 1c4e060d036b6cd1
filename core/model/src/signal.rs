//! What is watched, and what it means that it shifted.

use crate::{Hop, HopCount, Interval, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of figures that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Signal {
    /// Items that leave on a hop per item that entered its caller.
    Transfer,
    /// The mix of a dependency's answers.
    Answers,
    /// Share of calls, or of entries, that failed.
    Errors,
    /// Share of calls slower than the learned p50, p95, p99.
    Latency,
    /// Items per second that enter a service.
    Volume,
    /// Records per second of one log template.
    Log,
    /// A service that sent telemetry sends none.
    NoData,
}

impl Signal {
    /// Every signal, in the order they are listed.
    pub const ALL: [Self; 7] = [
        Self::Transfer,
        Self::Answers,
        Self::Errors,
        Self::Latency,
        Self::Volume,
        Self::Log,
        Self::NoData,
    ];

    /// The signal with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.word() == word)
    }

    /// How much a figure counts as the one that an incident is about: items first, then answers, failures,
    /// volume and waiting.
    #[must_use]
    pub const fn weight(self) -> f64 {
        match self {
            Self::Transfer => 5.0,
            Self::Answers => 4.0,
            Self::Errors => 3.0,
            Self::Volume => 2.0,
            Self::Latency => 1.0,
            Self::Log | Self::NoData => 0.0,
        }
    }

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Answers => "answers",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Volume => "volume",
            Self::Log => "log",
            Self::NoData => "no_data",
        }
    }
}

/// Which way a figure went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// More than before.
    Up,
    /// Less than before.
    Down,
}

impl Direction {
    /// The direction with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Up, Self::Down].into_iter().find(|direction| direction.word() == word)
    }

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// +1 for up, -1 for down.
    #[must_use]
    pub const fn sign(self) -> f64 {
        match self {
            Self::Up => 1.0,
            Self::Down => -1.0,
        }
    }
}

/// What a shift is a shift of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// One leg.
    Hop(Hop),
    /// One entry of a service, whoever calls it.
    Entry {
        /// The service.
        service: String,
        /// Its operation.
        operation: String,
    },
    /// A whole service.
    Service(String),
}

/// One count of a target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountOf {
    /// Of what.
    pub target: Target,
    /// Which count.
    pub count: HopCount,
}

impl Target {
    /// The hop, where the target is one.
    #[must_use]
    pub const fn hop(&self) -> Option<&Hop> {
        match self {
            Self::Hop(hop) => Some(hop),
            Self::Entry { .. } | Self::Service(_) => None,
        }
    }
}

/// Number of a shift within one record, by time and service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShiftId(pub u32);

impl ShiftId {
    /// The number in `S2`, as it is shown.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        word.strip_prefix('S')?.parse().ok().map(Self)
    }
}

impl fmt::Display for ShiftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

/// The data changed: what, which way, since when, how sure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// What kind of figure.
    pub signal: Signal,
    /// The service it belongs to: the caller for transfer, the one that answers for answers and
    /// errors of a hop, the service itself for entries.
    pub service: String,
    /// What shifted.
    pub target: Target,
    /// The answer that gained most, the latency limit, or the log template.
    pub value: Option<String>,
    /// Which way.
    pub direction: Direction,
    /// The figure before: a share, a mean per entry where fan-out exceeds one, or a rate per second.
    pub before: f64,
    /// The figure since.
    pub after: f64,
    /// The most likely instant at which it began.
    pub onset_at: Timestamp,
    /// The stretch in which it began with 95 % probability.
    pub onset: Interval,
    /// Event time at which it could be said: end of the deciding tick plus its age.
    pub detected_at: Timestamp,
    /// Event time at which the figure was back; `None` while it is not, or not for 60 s yet.
    pub ended_at: Option<Timestamp>,
    /// Since when what it does is said to be normal; it is over then, and was never back.
    pub accepted_at: Option<Timestamp>,
    /// Since when the figure is back, while that has not held for long enough to call it ended.
    pub back_since: Option<Timestamp>,
    /// Evidence against "nothing changed", in nats.
    pub evidence_nats: f64,
}

impl Shift {
    /// When it was over: back, or accepted.
    #[must_use]
    pub fn over_at(&self) -> Option<Timestamp> {
        self.ended_at.or(self.accepted_at)
    }
}
