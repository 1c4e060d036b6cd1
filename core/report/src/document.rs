//! The post mortem as a tree: sections of sentences, lists, tables and figures, each with its sources.

use crate::figure::Figure;
use crate::question::Question;
use crate::source::{Sentence, Sources};
use hw_incident::{ReviewStatus, SeverityLevel, Status};
use hw_model::{IncidentId, Timestamp};

/// A post mortem.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The incident; `None` if it was imported from elsewhere.
    pub incident: Option<IncidentId>,
    /// What was wrong, in a line.
    pub title: String,
    /// The day it is about: when it began, as far as known.
    pub at: Option<Timestamp>,
    /// Where the incident stands.
    pub status: Option<Status>,
    /// How bad it was.
    pub severity: Option<SeverityLevel>,
    /// Where the post mortem stands.
    pub state: ReviewStatus,
    /// How often something of it was altered.
    pub version: u64,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// When it was drafted.
    pub made_at: Timestamp,
    /// For whom.
    pub audience: Audience,
    /// Who may read it, if not everybody who may read incidents.
    pub restricted_to: Vec<String>,
    /// Everybody it names.
    pub people: Vec<String>,
    /// Its main facts, one in a line.
    pub facts: Vec<HeadFact>,
    /// Its sections, in their order.
    pub sections: Vec<Section>,
    /// Its figures, with their data.
    pub figures: Vec<Figure>,
}

/// For whom a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// The team, and who works with it.
    #[default]
    Internal,
    /// Everybody: names and hosts are taken out.
    Public,
}

/// A main fact: `Began` and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadFact {
    /// What it is a fact of.
    pub label: String,
    /// The fact.
    pub sentence: Sentence,
}

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKind {
    /// What it was, in a few sentences.
    Overview,
    /// What happened, in order.
    Happened,
    /// What harm was done.
    Impact,
    /// Who noticed, and when.
    Detection,
    /// What had to be so that it could happen.
    Factors,
    /// What was believed when, and what ruled it out.
    Beliefs,
    /// What changed and was not the cause.
    Innocent,
    /// What was tried.
    Mitigation,
    /// What surprised.
    Surprises,
    /// Where there was luck.
    Luck,
    /// What went well.
    WentWell,
    /// What is to be done.
    Actions,
    /// Figures, entries, shifts and changes that the rest rests on.
    Data,
    /// Of an imported document: what belongs nowhere else.
    Other,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub kind: SectionKind,
    /// Its heading.
    pub title: String,
    /// What the record says.
    pub blocks: Vec<Block>,
    /// What the record does not say.
    pub questions: Vec<Question>,
    /// What people wrote.
    pub written: Option<Written>,
}

/// What people wrote into a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Markdown.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// Who wrote it last.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Where people's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Instead of what the record says.
    Instead,
    /// After it.
    After,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Sentences that belong together.
    Paragraph(Vec<Sentence>),
    /// One thing after the other.
    List(Vec<Point>),
    /// What happened, day by day.
    Days(Vec<Day>),
    /// Rows of the same kind.
    Table(Table),
    /// A figure of the document, by its id.
    Figure(String),
}

/// A thing of a list, and what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What.
    pub sentence: Sentence,
    /// The facts behind it.
    pub facts: Vec<Sentence>,
}

/// A day of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Its date in words.
    pub date: String,
    /// What happened, in order.
    pub moments: Vec<Happening>,
}

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When: the time of day.
    pub time: String,
    /// Who did or said it.
    pub by: String,
    /// Whether that is a person or a machine.
    pub voice: Voice,
    /// Whether it is a fact, a belief or something else.
    pub tone: Tone,
    /// Whether somebody said that it matters most.
    pub is_pinned: bool,
    /// What.
    pub sentence: Sentence,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// A person.
    Person,
    /// Highwater, or another program.
    Machine,
}

/// What a line of the timeline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something that was so.
    Fact,
    /// Something that was believed.
    Belief,
    /// Something that was decided.
    Decision,
    /// Something that was done.
    Deed,
    /// Lines that were folded into one.
    Folded,
}

/// Rows of the same kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What stands above each column.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// A text for each column.
    pub cells: Vec<String>,
    /// What it rests on.
    pub sources: Sources,
}

impl Audience {
    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Public => "public",
        }
    }
}

impl SectionKind {
    /// Every kind, in the order in which they stand in Highwater's own layout.
    pub const ALL: [Self; 14] = [
        Self::Overview,
        Self::Happened,
        Self::Impact,
        Self::Detection,
        Self::Factors,
        Self::Beliefs,
        Self::Innocent,
        Self::Mitigation,
        Self::Surprises,
        Self::Luck,
        Self::WentWell,
        Self::Actions,
        Self::Data,
        Self::Other,
    ];

    /// The word used in JSON and in templates.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Happened => "happened",
            Self::Impact => "impact",
            Self::Detection => "detection",
            Self::Factors => "factors",
            Self::Beliefs => "beliefs",
            Self::Innocent => "innocent",
            Self::Mitigation => "mitigation",
            Self::Surprises => "surprises",
            Self::Luck => "luck",
            Self::WentWell => "went_well",
            Self::Actions => "actions",
            Self::Data => "data",
            Self::Other => "other",
        }
    }

    /// The kind with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its heading in Highwater's own layout.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Happened => "What happened",
            Self::Impact => "Impact",
            Self::Detection => "Detection",
            Self::Factors => "Contributing factors",
            Self::Beliefs => "What was believed when",
            Self::Innocent => "What changed and was not the cause",
            Self::Mitigation => "Mitigation",
            Self::Surprises => "What surprised us",
            Self::Luck => "Where we were lucky",
            Self::WentWell => "What went well",
            Self::Actions => "Action items",
            Self::Data => "Supporting data",
            Self::Other => "Other",
        }
    }

    /// Whether the public version has it: what happened, what harm it did, and what is done about it. What was
    /// believed, who was innocent and the data behind it are for the team.
    #[must_use]
    pub const fn is_public(self) -> bool {
        match self {
            Self::Overview
            | Self::Happened
            | Self::Impact
            | Self::Detection
            | Self::Mitigation
            | Self::Actions => true,
            Self::Factors
            | Self::Beliefs
            | Self::Innocent
            | Self::Surprises
            | Self::Luck
            | Self::WentWell
            | Self::Data
            | Self::Other => false,
        }
    }
}

impl Place {
    /// The word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Instead => "instead",
            Self::After => "after",
        }
    }
}

impl Voice {
    /// The word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Machine => "machine",
        }
    }
}

impl Tone {
    /// Every tone.
    pub const ALL: [Self; 5] = [Self::Fact, Self::Belief, Self::Decision, Self::Deed, Self::Folded];

    /// The word used in JSON and on the page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fact => "fact",
            Self::Belief => "belief",
            Self::Decision => "decision",
            Self::Deed => "deed",
            Self::Folded => "folded",
        }
    }
}

impl Document {
    /// A section.
    #[must_use]
    pub fn section(&self, kind: SectionKind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// A figure.
    #[must_use]
    pub fn figure(&self, id: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// Everything that is asked or warned of, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    /// Everything that is said with its sources: sentences, and the rows of tables.
    pub fn said(&self) -> impl Iterator<Item = (&str, &Sources)> {
        let head = self.facts.iter().map(|fact| &fact.sentence);
        let head = head.map(|sentence| (sentence.words.as_str(), &sentence.sources));
        let blocks = self.sections.iter().flat_map(|section| &section.blocks);
        let hints = self.questions().flat_map(|question| &question.hints);
        let hints = hints.map(|sentence| (sentence.words.as_str(), &sentence.sources));
        head.chain(blocks.flat_map(Block::said)).chain(hints)
    }
}

impl Section {
    /// Whether what the record says stands in it: not if people wrote something instead.
    #[must_use]
    pub fn shows_record(&self) -> bool {
        self.written.as_ref().is_none_or(|written| written.place == Place::After)
    }
}

impl Block {
    /// What is said in it, with its sources.
    pub(crate) fn said(&self) -> Vec<(&str, &Sources)> {
        const fn of(sentence: &Sentence) -> (&str, &Sources) {
            (sentence.words.as_str(), &sentence.sources)
        }
        match self {
            Self::Paragraph(sentences) => sentences.iter().map(of).collect(),
            Self::List(points) => points
                .iter()
                .flat_map(|point| std::iter::once(&point.sentence).chain(&point.facts))
                .map(of)
                .collect(),
            Self::Days(days) => {
                let moments = days.iter().flat_map(|day| &day.moments);
                moments.map(|moment| of(&moment.sentence)).collect()
            }
            Self::Table(table) => table
                .rows
                .iter()
                .map(|row| {
                    (row.cells.first().map(String::as_str).unwrap_or_default(), &row.sources)
                })
                .collect(),
            Self::Figure(_) => Vec::new(),
        }
    }
}

impl Point {
    /// A thing without facts behind it.
    #[must_use]
    pub const fn plain(sentence: Sentence) -> Self {
        Self { sentence, facts: Vec::new() }
    }
}
