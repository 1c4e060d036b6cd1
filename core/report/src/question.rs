//! What the record does not say. It is asked, and never made up.

use crate::source::{Sentence, Source};

/// Something that a person has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// About what.
    pub kind: QuestionKind,
    /// The question.
    pub words: String,
    /// What it is about, where it is about something of the record.
    pub sources: Vec<Source>,
    /// Facts of the record that may help with the answer.
    pub hints: Vec<Sentence>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuestionKind {
    /// How bad was it?
    Severity,
    /// When did it begin?
    Onset,
    /// Who noticed first, and when?
    Noticed,
    /// What would have brought it to somebody sooner?
    Sooner,
    /// What did a person see that figures did not show?
    Unseen,
    /// When was it over?
    End,
    /// How much harm was done?
    Impact,
    /// What happened while there was no telemetry?
    Gap,
    /// What else had to be so?
    Factors,
    /// Is it still believed?
    Belief,
    /// Did this change have a part in it?
    Change,
    /// Did this attempt help?
    Effect,
    /// What repaired it, if a restart only stopped it?
    Repair,
    /// What surprised?
    Surprises,
    /// Where was luck?
    Luck,
    /// What went well?
    WentWell,
    /// What is to be done?
    Actions,
    /// What becomes of something that was noted for afterwards?
    FollowUp,
    /// What will notice the next one? A warning: nothing failed and nothing was slow.
    Detect,
    /// Can this action item be worked on as it is written? A warning.
    Wording,
}

impl QuestionKind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::Severity,
        Self::Onset,
        Self::Noticed,
        Self::Sooner,
        Self::Unseen,
        Self::End,
        Self::Impact,
        Self::Gap,
        Self::Factors,
        Self::Belief,
        Self::Change,
        Self::Effect,
        Self::Repair,
        Self::Surprises,
        Self::Luck,
        Self::WentWell,
        Self::Actions,
        Self::FollowUp,
        Self::Detect,
        Self::Wording,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Onset => "onset",
            Self::Noticed => "noticed",
            Self::Sooner => "sooner",
            Self::Unseen => "unseen",
            Self::End => "end",
            Self::Impact => "impact",
            Self::Gap => "gap",
            Self::Factors => "factors",
            Self::Belief => "belief",
            Self::Change => "change",
            Self::Effect => "effect",
            Self::Repair => "repair",
            Self::Surprises => "surprises",
            Self::Luck => "luck",
            Self::WentWell => "went_well",
            Self::Actions => "actions",
            Self::FollowUp => "follow_up",
            Self::Detect => "detect",
            Self::Wording => "wording",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether something is wrong, beside being unknown.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        match self {
            Self::Detect | Self::Wording => true,
            Self::Severity
            | Self::Onset
            | Self::Noticed
            | Self::Sooner
            | Self::Unseen
            | Self::End
            | Self::Impact
            | Self::Gap
            | Self::Factors
            | Self::Belief
            | Self::Change
            | Self::Effect
            | Self::Repair
            | Self::Surprises
            | Self::Luck
            | Self::WentWell
            | Self::Actions
            | Self::FollowUp => false,
        }
    }
}
