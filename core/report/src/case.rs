//! Everything the record says of one incident: what a post mortem is drafted from.
//!
//! It is gathered outside, once, and nothing else is asked for while a draft is written. Counts are frozen in
//! it, so that the same case gives the same draft after the raw data has expired.

use crate::action::Action;
use crate::document::SectionKind;
use crate::review::Review;
use crate::source::{Sentence, Source};
use hw_incident::{Author, Record};
use hw_model::{Change, ChangeId, Diagnosis, Hop, Shift, ShiftId, Timestamp, past_title};

/// One incident with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Where it stands.
    pub record: Record,
    /// What is wrong, in a line: Highwater's words, or people's.
    pub title: String,
    /// When all its figures were back.
    pub ended_at: Option<Timestamp>,
    /// Its shifts, by number.
    pub shifts: Vec<(ShiftId, Shift)>,
    /// The changes that are spoken of.
    pub changes: Vec<Change>,
    /// What the figures say.
    pub diagnosis: Diagnosis,
    /// Its entries as they read now, by number.
    pub lines: Vec<Line>,
    /// Counts around it, frozen.
    pub courses: Vec<Course>,
    /// What else is known and belongs into a section.
    pub facts: Vec<Fact>,
    /// Work that came out of it.
    pub actions: Vec<Action>,
    /// Where the post mortem stands, and what people wrote into it.
    pub review: Review,
    /// What is now.
    pub now: Timestamp,
}

/// An entry of the timeline, as it reads now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub happened_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who wrote it.
    pub by: Author,
    /// What happened.
    pub what: What,
    /// What it is on a timeline.
    pub kind: LineKind,
    /// What it says.
    pub words: String,
    /// The change or shift that it speaks of: `C11`, `S1`.
    pub about: Option<String>,
    /// The verdict, effect, status or severity that it says, as a word.
    pub value: Option<String>,
    /// The facts it rests on.
    pub because: Vec<String>,
    /// Whether it matters most.
    pub is_pinned: bool,
}

/// What an entry tells of, as far as a draft treats it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A change was found or told.
    ChangeFound,
    /// A figure shifted.
    ShiftDetected,
    /// A figure is back.
    ShiftEnded,
    /// Highwater says where it starts.
    OriginNamed,
    /// Highwater says whether a change caused it.
    VerdictChanged,
    /// Highwater says whether an attempt helped.
    EffectKnown,
    /// All figures are back.
    Ended,
    /// What a restart stopped counts as repaired.
    Repaired,
    /// Somebody opened it by hand.
    Opened,
    /// It stands elsewhere.
    StatusSet,
    /// It is as bad as this.
    SeveritySet,
    /// Somebody has a role, or has it no more.
    RoleMoved,
    /// One of its times was another.
    TimeCorrected,
    /// Somebody wrote something down.
    Noted,
    /// Somebody reported something.
    Reported,
    /// Somebody believed something.
    Supposed,
    /// It was not so.
    RuledOut,
    /// Somebody tried to stop the harm.
    Mitigated,
    /// Somebody looked whether it helped.
    Checked,
    /// Another team got it.
    HandedOver,
    /// How another entry reads was altered: it says so itself.
    Revised,
    /// Anything else.
    Other,
}

/// What an entry is on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// Highwater says that a figure shifted.
    Alert,
    /// Something was altered.
    Change,
    /// The incident stands elsewhere.
    Status,
    /// It is as bad as this.
    Severity,
    /// Who does what.
    Role,
    /// A fact somebody wrote down.
    Note,
    /// Something that was seen.
    Observation,
    /// Something that was believed.
    Hypothesis,
    /// Something that was decided.
    Decision,
    /// Something that was done.
    Action,
    /// Whether it helped.
    Check,
    /// Something that was told to others.
    Communication,
    /// Something to do afterwards.
    FollowUp,
}

/// Counts on a hop over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The hop.
    pub hop: Hop,
    /// The question to the API that answers with them.
    pub query: String,
    /// Seconds of a step.
    pub step_s: u32,
    /// Every step, oldest first.
    pub steps: Vec<Step>,
    /// What is usual there.
    pub usual: Option<Usual>,
}

/// A step of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its start.
    pub at: Timestamp,
    /// What was counted; `None` where there is no data, which is not zero.
    pub counts: Option<StepCounts>,
}

/// What was counted in a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepCounts {
    /// Items that entered the caller.
    pub entered: u64,
    /// Items that left on the hop.
    pub left: u64,
    /// Answers by value, by value.
    pub answers: Vec<(String, u64)>,
}

/// What a figure does when all is well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The figure.
    pub share: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Something that another room knows, for a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The section.
    pub section: SectionKind,
    /// What.
    pub sentence: Sentence,
}

impl Case {
    /// What was wrong, in a line: told as what was, once it is over.
    #[must_use]
    pub fn title_told(&self) -> String {
        if self.ended_at.is_some() { past_title(&self.title) } else { self.title.clone() }
    }

    /// A change.
    #[must_use]
    pub fn change(&self, id: ChangeId) -> Option<&Change> {
        self.changes.iter().find(|change| change.id == id)
    }

    /// What a change was, with its number: `deploy of router 1.4.2 -> 2.0.0 (C11)`.
    #[must_use]
    pub fn change_words(&self, id: ChangeId) -> String {
        self.change(id).map_or_else(|| id.to_string(), |change| format!("{} ({id})", change.name()))
    }

    /// An entry.
    #[must_use]
    pub fn line(&self, seq: u64) -> Option<&Line> {
        let at = self.lines.binary_search_by_key(&seq, |line| line.seq).ok()?;
        self.lines.get(at)
    }

    /// Entries that tell of this, oldest first.
    pub(crate) fn told(&self, what: What) -> impl DoubleEndedIterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.what == what)
    }

    /// Where the incident's present words stand.
    pub(crate) fn present(&self) -> Source {
        Source::incident(self.record.id)
    }

    /// When the harm stopped, as people and figures leave it.
    #[must_use]
    pub fn harm_ended_at(&self) -> Option<Timestamp> {
        self.record.times.mitigated.or(self.ended_at)
    }
}

impl Line {
    /// Where it stands.
    #[must_use]
    pub const fn source(&self) -> Source {
        Source::Entry(self.seq)
    }
}

impl What {
    /// What an entry of this word tells of.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "change_found" => Self::ChangeFound,
            "shift_detected" => Self::ShiftDetected,
            "shift_ended" => Self::ShiftEnded,
            "origin_named" => Self::OriginNamed,
            "verdict_changed" => Self::VerdictChanged,
            "effect_known" => Self::EffectKnown,
            "incident_ended" => Self::Ended,
            "repair_seen" => Self::Repaired,
            "incident_opened" => Self::Opened,
            "status_set" => Self::StatusSet,
            "severity_set" => Self::SeveritySet,
            "role_taken" | "role_left" => Self::RoleMoved,
            "time_corrected" => Self::TimeCorrected,
            "noted" => Self::Noted,
            "reported" => Self::Reported,
            "hypothesis_opened" => Self::Supposed,
            "hypothesis_ruled_out" => Self::RuledOut,
            "mitigation_begun" => Self::Mitigated,
            "mitigation_checked" => Self::Checked,
            "handed_over" => Self::HandedOver,
            "amended" | "pinned" | "unpinned" => Self::Revised,
            _ => Self::Other,
        }
    }
}

impl LineKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Alert,
        Self::Change,
        Self::Status,
        Self::Severity,
        Self::Role,
        Self::Note,
        Self::Observation,
        Self::Hypothesis,
        Self::Decision,
        Self::Action,
        Self::Check,
        Self::Communication,
        Self::FollowUp,
    ];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Change => "change",
            Self::Status => "status",
            Self::Severity => "severity",
            Self::Role => "role",
            Self::Note => "note",
            Self::Observation => "observation",
            Self::Hypothesis => "hypothesis",
            Self::Decision => "decision",
            Self::Action => "action",
            Self::Check => "check",
            Self::Communication => "communication",
            Self::FollowUp => "follow_up",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
