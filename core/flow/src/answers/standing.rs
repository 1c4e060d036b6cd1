//! How a key came to be watched.

use crate::dictionary::STATUS;
use hw_model::{NameId, SpanKind};
use serde::{Deserialize, Serialize};

/// How a key came to be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// It might be an answer.
    Candidate,
    /// Always watched: a status, a flag's variant or reason.
    Standard,
    /// Declared in the settings.
    Declared,
}

/// Which keys are always watched, and which were declared.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Standings {
    status: Option<NameId>,
    declared: Vec<NameId>,
}

impl Standings {
    /// Notes a name that was defined.
    pub(crate) fn learn(&mut self, id: NameId, text: &str, is_declared: bool) {
        if text == STATUS {
            self.status = Some(id);
        }
        if is_declared {
            self.declared.push(id);
        }
    }

    /// How a key on a span of this kind is watched.
    pub(crate) fn of(&self, key: NameId, kind: SpanKind) -> Standing {
        if self.declared.contains(&key) {
            Standing::Declared
        } else if self.status == Some(key) || kind == SpanKind::Evaluation {
            Standing::Standard
        } else {
            Standing::Candidate
        }
    }
}
