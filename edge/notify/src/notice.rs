//! What is to be told, to whomever: one notice, frozen as JSON in a row of the outbox.
//!
//! A notice is text from outside and stays text: nothing here is markup, and how it is escaped is
//! the business of each form in `message`. It carries everything a message needs, so that a retry
//! a day later says the same as the first attempt, whatever happened to the incident since.

use std::collections::BTreeMap;

use hw_incident::SeverityLevel;
use serde::{Deserialize, Serialize};

/// What a notice says of its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The thread begins, or begins again: something is wrong.
    Firing,
    /// There is news about a thread that was begun before.
    Update,
    /// The thread is over.
    Resolved,
    /// Somebody wants to know whether messages arrive. It is about nothing.
    Test,
}

impl Kind {
    /// The word people and machines see.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Update => "update",
            Self::Resolved => "resolved",
            Self::Test => "test",
        }
    }
}

/// One piece of news. Instants are nanoseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Idempotency key: the same on every retry, another for every other notice.
    pub key: String,
    /// What the news is about, like `INC-7`: one mail thread, one `dedup_key`, one alert. It is the
    /// same after a restart.
    pub thread: String,
    /// What is said of the thread.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// How bad it is, if somebody said.
    #[serde(with = "severity_word")]
    pub severity: Option<SeverityLevel>,
    /// Plain text, line by line.
    pub lines: Vec<String>,
    /// The service it is about.
    pub service: String,
    /// More names for machines. The same in all notices of one thread: Alertmanager knows an alert
    /// by its labels.
    pub labels: BTreeMap<String, String>,
    /// When the matter began.
    pub started_at: i64,
    /// When this news is from.
    pub at: i64,
    /// When the matter ended, if it did.
    pub ended_at: Option<i64>,
    /// Where to read on.
    pub link: Option<String>,
    /// How much further news was folded into this one.
    pub folded: u32,
}

/// A severity as its word, `SEV2`.
mod severity_word {
    use hw_incident::SeverityLevel;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        severity: &Option<SeverityLevel>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        severity.map(SeverityLevel::word).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SeverityLevel>, D::Error> {
        let word: Option<String> = Option::deserialize(deserializer)?;
        let read = |word: String| {
            SeverityLevel::from_word(&word)
                .ok_or_else(|| Error::custom("no severity has this word"))
        };
        word.map(read).transpose()
    }
}
