//! Statuses, severities, roles and kinds of notes, with the words people use for them.

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Watched; nobody has said yet that it is one.
    Triage,
    /// People work on it.
    Active,
    /// The harm has stopped.
    Mitigated,
    /// What caused it is repaired.
    Resolved,
    /// Nothing is left to do.
    Closed,
    /// It was none.
    Declined,
    /// It is part of another.
    Merged,
}

/// How bad it is: lower is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SeverityLevel {
    /// Critical: it hurts everybody now.
    Sev1,
    /// Major: it hurts many.
    Sev2,
    /// Minor: it hurts some, or will.
    Sev3,
    /// Low: nobody is hurt yet.
    Sev4,
    /// For information.
    Sev5,
}

/// What somebody does in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Decides.
    Lead,
    /// Writes down.
    Scribe,
    /// Stands in for the lead.
    Deputy,
    /// Speaks with those outside.
    Liaison,
    /// Helps.
    Helper,
}

/// What a person's entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A fact.
    Note,
    /// Something that was seen.
    Observation,
    /// Something that was decided, with what was known then.
    Decision,
    /// Something that was done.
    Action,
    /// Something that was told to others.
    Communication,
    /// Something to do afterwards.
    FollowUp,
}

impl Status {
    /// Every status, in the order of an incident's life.
    pub const ALL: [Self; 7] = [
        Self::Triage,
        Self::Active,
        Self::Mitigated,
        Self::Resolved,
        Self::Closed,
        Self::Declined,
        Self::Merged,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Active => "active",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Declined => "declined",
            Self::Merged => "merged",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// What usually comes next.
    pub(crate) const fn next(self) -> Option<Self> {
        match self {
            Self::Triage => Some(Self::Active),
            Self::Active => Some(Self::Mitigated),
            Self::Mitigated => Some(Self::Resolved),
            Self::Resolved => Some(Self::Closed),
            Self::Closed | Self::Declined | Self::Merged => None,
        }
    }

    /// Whether there is still something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Triage | Self::Active | Self::Mitigated => true,
            Self::Resolved | Self::Closed | Self::Declined | Self::Merged => false,
        }
    }
}

impl SeverityLevel {
    /// Every severity, the worst first.
    pub const ALL: [Self; 5] = [Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4, Self::Sev5];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sev1 => "SEV1",
            Self::Sev2 => "SEV2",
            Self::Sev3 => "SEV3",
            Self::Sev4 => "SEV4",
            Self::Sev5 => "SEV5",
        }
    }

    /// The severity with this word: `SEV2`, `sev-2` or `2`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.to_ascii_uppercase();
        let digit = word.strip_prefix("SEV").unwrap_or(&word);
        let digit = digit.strip_prefix('-').unwrap_or(digit);
        Self::ALL.into_iter().find(|severity| &severity.word()[3..] == digit)
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Lead, Self::Scribe, Self::Deputy, Self::Liaison, Self::Helper];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Scribe => "scribe",
            Self::Deputy => "deputy",
            Self::Liaison => "liaison",
            Self::Helper => "helper",
        }
    }

    /// The role with this word. A commander is a lead.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = if word == "commander" { "lead" } else { word };
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether one person at a time has it.
    #[must_use]
    pub const fn is_single(self) -> bool {
        match self {
            Self::Lead | Self::Scribe => true,
            Self::Deputy | Self::Liaison | Self::Helper => false,
        }
    }
}

impl NoteKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Note,
        Self::Observation,
        Self::Decision,
        Self::Action,
        Self::Communication,
        Self::FollowUp,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Observation => "observation",
            Self::Decision => "decision",
            Self::Action => "action",
            Self::Communication => "communication",
            Self::FollowUp => "follow_up",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.replace('-', "_");
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
