//! The times of an incident, each with who said it.

use crate::refusal::{Refusal, Timing};
use hw_model::Timestamp;

/// Which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// When the harm began.
    Started,
    /// When somebody noticed.
    Noticed,
    /// When Highwater noticed.
    Detected,
    /// When somebody said that it is an incident.
    Declared,
    /// When a person first took it up.
    Acknowledged,
    /// When the harm stopped.
    Mitigated,
    /// When what caused it was repaired.
    Resolved,
    /// When nothing was left to do.
    Closed,
}

impl Moment {
    /// Every one, in the order of an incident's life.
    pub const ALL: [Self; 8] = [
        Self::Started,
        Self::Noticed,
        Self::Detected,
        Self::Declared,
        Self::Acknowledged,
        Self::Mitigated,
        Self::Resolved,
        Self::Closed,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Noticed => "noticed",
            Self::Detected => "detected",
            Self::Declared => "declared",
            Self::Acknowledged => "acknowledged",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// The one with this word, also as `started_at`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.strip_suffix("_at").unwrap_or(word);
        Self::ALL.into_iter().find(|moment| moment.word() == word)
    }

    /// Whether people may say another time than stands there: what Highwater detected when, it did.
    #[must_use]
    pub const fn is_correctable(self) -> bool {
        match self {
            Self::Detected => false,
            Self::Started
            | Self::Noticed
            | Self::Declared
            | Self::Acknowledged
            | Self::Mitigated
            | Self::Resolved
            | Self::Closed => true,
        }
    }
}

/// The times of an incident, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When the harm began.
    pub started: Option<Timestamp>,
    /// Before this it had not begun, as far as data can tell.
    pub started_from: Option<Timestamp>,
    /// When a person noticed.
    pub noticed: Option<Timestamp>,
    /// When Highwater noticed.
    pub detected: Option<Timestamp>,
    /// When somebody said that it is an incident.
    pub declared: Option<Timestamp>,
    /// When a person first took it up.
    pub acknowledged: Option<Timestamp>,
    /// When the harm stopped.
    pub mitigated: Option<Timestamp>,
    /// When what caused it was repaired.
    pub resolved: Option<Timestamp>,
    /// When nothing was left to do.
    pub closed: Option<Timestamp>,
    /// Whether a person said when it began: data does not move it any more.
    pub is_start_told: bool,
}

impl Times {
    /// A time.
    #[must_use]
    pub const fn get(&self, moment: Moment) -> Option<Timestamp> {
        match moment {
            Moment::Started => self.started,
            Moment::Noticed => self.noticed,
            Moment::Detected => self.detected,
            Moment::Declared => self.declared,
            Moment::Acknowledged => self.acknowledged,
            Moment::Mitigated => self.mitigated,
            Moment::Resolved => self.resolved,
            Moment::Closed => self.closed,
        }
    }

    pub(crate) const fn set(&mut self, moment: Moment, at: Option<Timestamp>) {
        match moment {
            Moment::Started => self.started = at,
            Moment::Noticed => self.noticed = at,
            Moment::Detected => self.detected = at,
            Moment::Declared => self.declared = at,
            Moment::Acknowledged => self.acknowledged = at,
            Moment::Mitigated => self.mitigated = at,
            Moment::Resolved => self.resolved = at,
            Moment::Closed => self.closed = at,
        }
    }

    /// Sets a time unless an earlier one stands there.
    pub(crate) fn set_earliest(&mut self, moment: Moment, at: Timestamp) {
        let known = self.get(moment);
        self.set(moment, Some(known.map_or(at, |known| known.min(at))));
    }

    /// Whether a time can be put there: the harm begins before anybody notices it, and it stops before it
    /// is over.
    pub(crate) fn check(&self, moment: Moment, at: Timestamp) -> Result<(), Refusal> {
        if !moment.is_correctable() {
            return Err(Refusal::Timing(Timing::NotCorrectable(moment)));
        }
        const ENDS: [Moment; 3] = [Moment::Mitigated, Moment::Resolved, Moment::Closed];
        let earlier: &[Moment] = match moment {
            Moment::Started => &[],
            Moment::Noticed
            | Moment::Detected
            | Moment::Declared
            | Moment::Acknowledged
            | Moment::Mitigated => &[Moment::Started],
            Moment::Resolved => &[Moment::Started, Moment::Mitigated],
            Moment::Closed => &[Moment::Started, Moment::Mitigated, Moment::Resolved],
        };
        let later: &[Moment] = match moment {
            Moment::Started => &Moment::ALL[1..],
            Moment::Noticed | Moment::Detected | Moment::Declared | Moment::Acknowledged => &[],
            Moment::Mitigated => &ENDS[1..],
            Moment::Resolved => &ENDS[2..],
            Moment::Closed => &[],
        };
        for other in earlier {
            // Data gives an onset as a stretch: its start is early enough.
            let known = match other {
                Moment::Started => self.started_from.or(self.started),
                Moment::Noticed
                | Moment::Detected
                | Moment::Declared
                | Moment::Acknowledged
                | Moment::Mitigated
                | Moment::Resolved
                | Moment::Closed => self.get(*other),
            };
            if let Some(known) = known.filter(|known| at < *known) {
                return Err(Refusal::Timing(Timing::Order {
                    moment,
                    other: *other,
                    other_at: known,
                }));
            }
        }
        for other in later {
            if let Some(known) = self.get(*other).filter(|known| at > *known) {
                return Err(Refusal::Timing(Timing::Order {
                    moment,
                    other: *other,
                    other_at: known,
                }));
            }
        }
        Ok(())
    }
}
