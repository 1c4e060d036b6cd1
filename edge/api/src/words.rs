//! Words of the JSON in a sentence, for whoever writes text of it.

use crate::analysis::{Change, Incident, Shift};
use hw_model::{Effect, change_name, versions_words};

impl Change {
    /// What it was: `deploy of router 1.4.2 -> 2.0.0`.
    #[must_use]
    pub fn name(&self) -> String {
        let versions = (self.from_version.as_deref(), self.to_version.as_deref());
        change_name(&self.kind, &self.service, versions)
    }

    /// From which version to which; empty if its service runs none that is known.
    #[must_use]
    pub fn versions(&self) -> String {
        versions_words((self.from_version.as_deref(), self.to_version.as_deref()))
            .unwrap_or_default()
    }
}

impl Shift {
    /// When nothing was to be said of it any more: its figure was back, or what it does became normal.
    /// None while it is open.
    #[must_use]
    pub fn over_at(&self) -> Option<&str> {
        self.ended_at.as_deref().or(self.accepted_at.as_deref())
    }
}

impl Incident {
    /// Whether its harm goes on, and nobody said that it is none.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let status = self.record.as_ref().map(|record| record.status.as_str());
        self.merged_into.is_none()
            && self.ended_at.is_none()
            && !matches!(status, Some("declined" | "closed"))
    }

    /// Whether only some may read it.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.restricted_to.is_some())
    }
}

/// How a change is known.
#[must_use]
pub fn source_words(source: &str) -> &'static str {
    match source {
        "told" => "told",
        "both" => "told, and seen in telemetry",
        _ => "seen in telemetry",
    }
}

/// What an attempt to help did.
#[must_use]
pub fn effect_words(effect: &str) -> &'static str {
    Effect::from_word(effect).unwrap_or(Effect::Undecided).phrase()
}
