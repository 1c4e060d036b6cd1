//! What breaks in a world, where, since when, and what ends it.
//!
//! At most one per world that is drawn from a seed for the table; worlds of `locate` may have a second.
//! A guilty deploy's fault lives in the version it brought; a spontaneous one
//! in the processes that run when it begins, so that a restart cures it; it may break once more. A
//! fault that sticks has damaged something that outlives a version.

use crate::clock::Us;
use crate::ids::EntryId;
use crate::log_line::LogLine;
use crate::parts::Parts;

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind it is, for the statistics.
    pub kind: FaultKind,
    /// What it does.
    pub effect: Effect,
    /// Since when.
    pub from: Us,
    /// Until when at most.
    pub until: Option<Us>,
    /// When it breaks once more, in the processes that run then.
    pub again: Option<Us>,
    /// The deploy that brought it, by number of the act.
    pub cause: Option<usize>,
    /// The restarts that cure it, by number of the act: the first from then on, and the first after it broke
    /// once more.
    pub cures: Vec<usize>,
    /// Whether it stays when its version is gone.
    pub sticks: bool,
    /// What is written while it lasts.
    pub logs: Vec<LogLine>,
}

impl Fault {
    /// One that nothing brought and nothing cures: it lasts from some time to the end.
    pub(crate) const fn lasting(kind: FaultKind, effect: Effect, from: Us) -> Self {
        Self {
            kind,
            effect,
            from,
            until: None,
            again: None,
            cause: None,
            cures: Vec::new(),
            sticks: false,
            logs: Vec::new(),
        }
    }
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Every item goes on.
    GateOpen,
    /// No item goes on.
    GateShut,
    /// More items go on.
    Leak,
    /// Fewer items go on.
    Strict,
    /// An answer is not given any more.
    Vanished,
    /// A service that calls nobody fails.
    Failures,
    /// Twice as many go out.
    FanOut,
    /// Twice as many come in.
    Surge,
    /// A service that calls nobody is slow.
    Slow,
    /// Messages are sent twice that are sent once.
    Duplicates,
    /// Messages are sent and never come.
    Lost,
    /// Items go on another way than usual.
    Routing,
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A dependency's answers have other shares.
    Answers {
        /// Who answers.
        entry: EntryId,
        /// The new share of each.
        mix: Vec<Parts>,
    },
    /// Another share of the items passes.
    Passes {
        /// Who hands on.
        entry: EntryId,
        /// At which step.
        step: usize,
        /// The new share.
        share: Parts,
    },
    /// Items fail.
    Fails {
        /// Where.
        entry: EntryId,
        /// How many of them.
        share: Parts,
    },
    /// Items go on other ways: at several steps another share passes.
    Routes {
        /// Who hands on.
        entry: EntryId,
        /// Steps, with their new shares.
        shares: Vec<(usize, Parts)>,
    },
    /// More go out for each item.
    Multiplies {
        /// Who hands on.
        entry: EntryId,
        /// At which step.
        step: usize,
        /// So many times as many.
        times: u32,
    },
    /// Work takes longer.
    Slows {
        /// Where.
        entry: EntryId,
        /// So many times as long.
        times: u32,
    },
    /// Messages are sent and never come.
    Loses {
        /// Who sends.
        entry: EntryId,
        /// At which step.
        step: usize,
        /// How many of them.
        share: Parts,
    },
    /// More items come in.
    Surges {
        /// Through which entry.
        entry: EntryId,
        /// So many times as many.
        times: u32,
    },
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::GateOpen,
        Self::GateShut,
        Self::Leak,
        Self::Vanished,
        Self::Failures,
        Self::FanOut,
        Self::Surge,
        Self::Strict,
        Self::Slow,
        Self::Duplicates,
        Self::Lost,
        Self::Routing,
    ];

    /// Those that worlds of seeds are drawn with. They stay what they are: another one would make
    /// another world of every seed.
    pub const DRAWN: [Self; 7] = [
        Self::GateOpen,
        Self::GateShut,
        Self::Leak,
        Self::Vanished,
        Self::Failures,
        Self::FanOut,
        Self::Surge,
    ];

    /// The word used in scenarios.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::GateOpen => "gate-open",
            Self::GateShut => "gate-shut",
            Self::Leak => "leak",
            Self::Vanished => "vanished",
            Self::Failures => "failures",
            Self::FanOut => "fan-out",
            Self::Surge => "surge",
            Self::Strict => "strict",
            Self::Slow => "slow",
            Self::Duplicates => "duplicates",
            Self::Lost => "lost",
            Self::Routing => "routing",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Effect {
    /// The entry that behaves differently.
    pub(crate) const fn entry(&self) -> EntryId {
        match self {
            Self::Answers { entry, .. }
            | Self::Passes { entry, .. }
            | Self::Routes { entry, .. }
            | Self::Fails { entry, .. }
            | Self::Multiplies { entry, .. }
            | Self::Slows { entry, .. }
            | Self::Loses { entry, .. }
            | Self::Surges { entry, .. } => *entry,
        }
    }

    /// The new shares of answers, if it is about answers.
    pub(crate) fn mix(&self) -> Option<&[Parts]> {
        if let Self::Answers { mix, .. } = self { Some(mix) } else { None }
    }

    /// The new share that passes at a step, if it is about that.
    pub(crate) fn passing(&self, at: usize) -> Option<Parts> {
        match self {
            Self::Passes { step, share, .. } => (*step == at).then_some(*share),
            Self::Routes { shares, .. } => {
                shares.iter().find(|(step, _)| *step == at).map(|(_, share)| *share)
            }
            Self::Answers { .. }
            | Self::Fails { .. }
            | Self::Multiplies { .. }
            | Self::Slows { .. }
            | Self::Loses { .. }
            | Self::Surges { .. } => None,
        }
    }

    /// The share that fails, if it is about failures.
    pub(crate) const fn failing(&self) -> Option<Parts> {
        if let Self::Fails { share, .. } = self { Some(*share) } else { None }
    }

    /// How many times as many go out at a step, if it is about that.
    pub(crate) fn times(&self, at: usize) -> Option<u32> {
        let Self::Multiplies { step, times, .. } = self else { return None };
        (*step == at).then_some(*times)
    }

    /// How many times as long work takes.
    pub(crate) fn slowing(&self) -> i64 {
        if let Self::Slows { times, .. } = self { i64::from(*times) } else { 1 }
    }

    /// The share of the messages that is lost at a step, if it is about that.
    pub(crate) fn losing(&self, at: usize) -> Option<Parts> {
        let Self::Loses { step, share, .. } = self else { return None };
        (*step == at).then_some(*share)
    }

    /// How many times as many come in, if it comes from outside.
    pub(crate) const fn surge(&self) -> Option<u32> {
        if let Self::Surges { times, .. } = self { Some(*times) } else { None }
    }
}
