//! The post mortem of an incident as JSON.
//!
//! Sources are words: `12` is an entry of the timeline, `S1` a shift, `C1` a change, `A1` an action item,
//! `figure:ratio` a figure of the document, and what begins with `/` a question to this API. In the public version
//! they are `withheld`.

mod case;
mod reading;
mod writing;

pub use case::{CaseFault, CaseWords, case, course};
pub use reading::PostmortemFault;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A post mortem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Postmortem {
    /// `INC-1`, ...; null if it was imported from elsewhere.
    pub incident: Option<String>,
    /// What was wrong, in a line.
    pub title: String,
    /// When it began, as far as known.
    pub at: Option<String>,
    /// triage, active, mitigated, resolved, closed, declined, merged.
    pub status: Option<String>,
    /// SEV1 to SEV5; null as long as nobody said.
    pub severity: Option<String>,
    /// draft, `in_review`, reviewed, closed.
    pub state: String,
    /// How often something of it was altered: who writes says which version they saw.
    pub version: u64,
    /// When it is due: 3 days after the end for SEV1, 5, 10 and 20 business days for SEV2 to SEV4; null for
    /// SEV5, and as long as there is no end or no severity.
    pub due: Option<String>,
    /// When it was drafted.
    pub made_at: String,
    /// internal, public.
    pub audience: String,
    /// Who may read it, if not everybody who may read incidents; else empty.
    pub restricted_to: Vec<String>,
    /// Everybody it names.
    pub people: Vec<String>,
    /// Its main facts, one in a line.
    pub facts: Vec<PostmortemFact>,
    /// Its sections, in their order.
    pub sections: Vec<PostmortemSection>,
    /// Its figures, with their data.
    pub figures: Vec<PostmortemFigure>,
}

/// A main fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemFact {
    /// What it is a fact of: `Began`.
    pub label: String,
    /// The fact.
    pub words: String,
    /// What it rests on.
    pub sources: Vec<String>,
}

/// A sentence with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemSentence {
    /// What it says.
    pub words: String,
    /// What it rests on: one or more.
    pub sources: Vec<String>,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemSection {
    /// overview, happened, impact, detection, factors, beliefs, innocent, mitigation, surprises, luck, `went_well`, actions,
    /// data, other.
    pub kind: String,
    /// Its heading.
    pub title: String,
    /// What the record says.
    pub blocks: Vec<PostmortemBlock>,
    /// What the record does not say.
    pub questions: Vec<PostmortemQuestion>,
    /// What people wrote; null if nobody did.
    pub written: Option<PostmortemText>,
}

/// What people wrote into a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemText {
    /// Markdown.
    pub text: String,
    /// instead (of what the record says), after (it).
    pub place: String,
    /// Who wrote it last.
    pub by: Option<String>,
    /// When.
    pub at: Option<String>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PostmortemBlock {
    /// Sentences that belong together.
    Paragraph {
        /// The sentences.
        sentences: Vec<PostmortemSentence>,
    },
    /// One thing after the other.
    List {
        /// The things.
        points: Vec<PostmortemPoint>,
    },
    /// What happened, day by day.
    Days {
        /// The days.
        days: Vec<PostmortemDay>,
    },
    /// Rows of the same kind.
    Table {
        /// What stands above each column.
        columns: Vec<String>,
        /// The rows.
        rows: Vec<PostmortemRow>,
    },
    /// A figure of the document.
    Figure {
        /// Which.
        id: String,
    },
}

/// A thing of a list, and what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemPoint {
    /// What.
    pub sentence: PostmortemSentence,
    /// The facts behind it.
    pub facts: Vec<PostmortemSentence>,
}

/// A day of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemDay {
    /// Its date, in words.
    pub date: String,
    /// What happened, in order.
    pub moments: Vec<PostmortemMoment>,
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemMoment {
    /// When: the time of day.
    pub time: String,
    /// Who did or said it.
    pub by: String,
    /// person, machine.
    pub voice: String,
    /// fact, belief, decision, deed, folded.
    pub tone: String,
    /// Whether somebody said that it matters most.
    pub is_pinned: bool,
    /// What.
    pub sentence: PostmortemSentence,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemRow {
    /// A text for each column.
    pub cells: Vec<String>,
    /// What it rests on.
    pub sources: Vec<String>,
}

/// Something that a person has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemQuestion {
    /// About what: severity, onset, noticed, sooner, unseen, end, impact, gap, factors, belief, change, effect, repair, surprises,
    /// luck, `went_well`, actions, `follow_up`; detect and wording are warnings.
    pub kind: String,
    /// The question.
    pub words: String,
    /// Whether something is wrong, beside being unknown.
    pub is_warning: bool,
    /// What it is about.
    pub sources: Vec<String>,
    /// Facts of the record that may help with the answer.
    pub hints: Vec<PostmortemSentence>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemFigure {
    /// Its name within the document.
    pub id: String,
    /// What it shows, in a line.
    pub title: String,
    /// The question to this API that answers with its numbers.
    pub query: String,
    /// The numbers, as they were when they were frozen.
    pub data: PostmortemFigureData,
}

/// The numbers of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PostmortemFigureData {
    /// The legs that the items passed while it lasted, source first.
    Flow {
        /// The legs.
        legs: Vec<crate::TrailStep>,
        /// Where it most likely starts.
        origin: Option<String>,
        /// Who behaves as always.
        cleared: Vec<String>,
    },
    /// The ratio of a hop over the whole time.
    Ratio(PostmortemCourse),
    /// The same around the onset.
    CloseUp(PostmortemCourse),
    /// What a dependency answered.
    Answers {
        /// The hop on which it is asked.
        hop: String,
        /// Answers before the onset.
        before: Vec<PostmortemAnswer>,
        /// Answers since, while it lasted.
        since: Vec<PostmortemAnswer>,
    },
}

/// How often an answer came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemAnswer {
    /// The answer.
    pub value: String,
    /// How often.
    pub n: u64,
}

/// A ratio over time, with what was done meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PostmortemCourse {
    /// The hop.
    pub hop: String,
    /// Seconds of a step.
    pub step_s: u32,
    /// Its steps, oldest first.
    pub points: Vec<PostmortemStep>,
    /// What is usual.
    pub usual: Option<PostmortemUsual>,
    /// When it most likely began.
    pub onset_at: String,
    /// Start of the stretch that holds the onset with 95 % probability.
    pub onset_from: String,
    /// Its end.
    pub onset_to: String,
    /// When Highwater noticed.
    pub detected_at: String,
    /// When the figure was back.
    pub ended_at: Option<String>,
    /// What was done meanwhile.
    pub marks: Vec<PostmortemMark>,
}

/// A step of a ratio; both counts are null where there is no data, which is not zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemStep {
    /// Its start.
    pub at: String,
    /// Items that entered.
    pub entered: Option<u64>,
    /// Items that left of them.
    pub left: Option<u64>,
}

/// What is usual of a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemUsual {
    /// The ratio.
    pub share: f64,
    /// Lower end of its band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostmortemMark {
    /// When.
    pub at: String,
    /// `C1`, or the number of an entry.
    pub id: String,
    /// What, in a few words.
    pub words: String,
    /// change, person.
    pub lane: String,
    /// implicated, `not_implicated`, exonerated, undecided; null if nothing is said of it.
    pub verdict: Option<String>,
    /// worked, none, undecided; null if it was no attempt to help.
    pub effect: Option<String>,
}
