//! Changes: what people and machines altered, and what is said about each in an incident.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Number of a change within one record, by time and service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChangeId(pub u32);

impl ChangeId {
    /// The number in `C3`, as it is shown.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        word.strip_prefix('C')?.parse().ok().map(Self)
    }
}

impl fmt::Display for ChangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", self.0)
    }
}

/// What was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChangeKind {
    /// Another version runs.
    Deploy,
    /// The version that the latest deploy replaced runs again.
    Rollback,
    /// The same version runs in a new instance.
    Restart,
    /// A feature flag was set.
    Flag,
    /// Configuration was altered.
    Config,
    /// The telemetry itself was altered.
    Instrumentation,
    /// Something else, told by people.
    Other,
}

impl ChangeKind {
    /// Every kind, in the order they are listed.
    pub const ALL: [Self; 7] = [
        Self::Deploy,
        Self::Rollback,
        Self::Restart,
        Self::Flag,
        Self::Config,
        Self::Instrumentation,
        Self::Other,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
            Self::Restart => "restart",
            Self::Flag => "flag",
            Self::Config => "config",
            Self::Instrumentation => "instrumentation",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How Highwater knows of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChangeSource {
    /// Seen in the telemetry itself.
    Telemetry,
    /// Told by a person or a pipeline.
    Told,
    /// Told, and seen.
    Both,
}

impl ChangeSource {
    /// Every way to know.
    pub const ALL: [Self; 3] = [Self::Telemetry, Self::Told, Self::Both];

    /// The one with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Telemetry => "telemetry",
            Self::Told => "told",
            Self::Both => "both",
        }
    }
}

/// People or machines altered the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its number.
    pub id: ChangeId,
    /// What kind.
    pub kind: ChangeKind,
    /// Which service.
    pub service: String,
    /// Version, variant or setting before.
    pub from_version: Option<String>,
    /// Version, variant or setting since.
    pub to_version: Option<String>,
    /// When it began: the first span of the new instance, or as told.
    pub at: Timestamp,
    /// How it is known.
    pub source: ChangeSource,
    /// The deploy that this rollback takes back.
    pub reverses: Option<ChangeId>,
    /// The deploy, rolled back since, that this deploy repeats.
    pub redeploy_of: Option<ChangeId>,
}

impl Change {
    /// What it was: `deploy of router 1.4.2 -> 2.0.0`.
    #[must_use]
    pub fn name(&self) -> String {
        let versions = (self.from_version.as_deref(), self.to_version.as_deref());
        change_name(self.kind.word(), &self.service, versions)
    }
}

/// What a change was, of its parts.
#[must_use]
pub fn change_name(kind: &str, service: &str, versions: (Option<&str>, Option<&str>)) -> String {
    match versions_words(versions) {
        None => format!("{kind} of {service}"),
        Some(versions) => format!("{kind} of {service} {versions}"),
    }
}

/// From which version to which: `1.4.2 -> 2.0.0`, or `to 2.0.0` where the one before is not known.
#[must_use]
pub fn versions_words(versions: (Option<&str>, Option<&str>)) -> Option<String> {
    match versions {
        (Some(from), Some(to)) if from != to => Some(format!("{from} -> {to}")),
        (None, Some(to)) => Some(format!("to {to}")),
        (_, _) => None,
    }
}

/// A change as people or pipelines tell it, before it is matched with what telemetry shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldChange {
    /// What kind.
    pub kind: ChangeKind,
    /// Which service.
    pub service: String,
    /// Version, variant or setting before.
    pub from_version: Option<String>,
    /// Version, variant or setting since.
    pub to_version: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Whether it was made to stop the harm.
    pub mitigates: bool,
}

/// What is said of one change for one incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It caused the incident, as far as data can tell.
    Implicated,
    /// The data cannot decide yet.
    Undecided,
    /// It very likely did not cause it.
    NotImplicated,
    /// It did not cause it, and a hard fact says so.
    Exonerated,
}

/// Seconds for which a change that is made again is watched before it counts as done.
pub const REDEPLOY_WATCHED_S: f64 = 1_800.0;

impl Verdict {
    /// Every verdict, the worst first.
    pub const ALL: [Self; 4] =
        [Self::Implicated, Self::Undecided, Self::NotImplicated, Self::Exonerated];

    /// The verdict with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Implicated => "implicated",
            Self::Undecided => "undecided",
            Self::NotImplicated => "not_implicated",
            Self::Exonerated => "exonerated",
        }
    }
}

/// What a mitigation did to the harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// The figure went back to its baseline.
    Worked,
    /// The figure stayed where it was.
    None,
    /// Not decidable yet.
    Undecided,
}

impl Effect {
    /// Every effect.
    pub const ALL: [Self; 3] = [Self::Worked, Self::None, Self::Undecided];

    /// The effect with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|effect| effect.word() == word)
    }

    /// What it says of an attempt to help.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Worked => "helped",
            Self::None => "did not help",
            Self::Undecided => "cannot be judged yet",
        }
    }

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::None => "none",
            Self::Undecided => "undecided",
        }
    }
}
