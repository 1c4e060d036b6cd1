//! Log lines as flow counting sees them: a template, a time, a severity.

use crate::{SourceId, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};

/// How bad a log line says it is: OTLP's severity ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// 1-4.
    Trace,
    /// 5-8.
    Debug,
    /// 9-12, and where nothing is said.
    Info,
    /// 13-16.
    Warn,
    /// 17-20.
    Error,
    /// 21-24.
    Fatal,
}

impl Severity {
    /// From OTLP's `severityNumber`; 0 and unknown numbers are `Info`.
    #[must_use]
    pub const fn from_otlp(number: i64) -> Self {
        match number {
            1..=4 => Self::Trace,
            5..=8 => Self::Debug,
            13..=16 => Self::Warn,
            17..=20 => Self::Error,
            21..=24 => Self::Fatal,
            _ => Self::Info,
        }
    }

    /// Every severity, the mildest first.
    pub const ALL: [Self; 6] =
        [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// The severity of this name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }

    /// OTLP's short name in capitals.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

/// One log line, its variable parts taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEnd {
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub source: SourceId,
    /// What it says, without its variable parts.
    pub template: TemplateId,
}
