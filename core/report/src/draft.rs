//! The draft of a post mortem: what the record says, section by section, and what it does not say as questions.
//!
//! The same case gives the same draft. Nothing is made up: every sentence names the entries, shifts, changes or
//! queries it rests on; what nobody wrote and no figure shows is asked. Judgement is left to people.

mod actions;
mod beliefs;
mod data;
mod detection;
mod factors;
mod figures;
mod happened;
mod head;
mod impact;
mod innocent;
mod mitigation;
mod overview;
mod people;

use crate::case::Case;
use crate::document::{Audience, Block, Document, Section, SectionKind};
use crate::question::{Question, QuestionKind};
use crate::source::{Sentence, Source};
use crate::view::View;
use hw_incident::review_due;

/// Drafts the post mortem of an incident.
#[must_use]
pub fn draft(case: &Case) -> Document {
    let view = View::new(case);
    let figures = figures::figures(&view);
    let kinds = SectionKind::ALL.into_iter().filter(|kind| *kind != SectionKind::Other);
    let mut sections: Vec<Section> = kinds.map(|kind| section(&view, kind, &figures)).collect();
    sections.retain(|section| !section.is_empty());
    data::add(&view, &mut sections, &figures);
    let record = &case.record;
    Document {
        incident: Some(record.id),
        title: case.title_told(),
        at: view.onset.as_ref().map(|onset| onset.at).or(record.times.declared),
        status: Some(record.status),
        severity: record.severity,
        state: case.review.state,
        version: case.review.version,
        due: review_due(record.severity, &record.times),
        made_at: case.now,
        audience: Audience::Internal,
        restricted_to: record.restricted_to.iter().flatten().map(ToString::to_string).collect(),
        people: people::named(case),
        facts: head::facts(&view),
        sections,
        figures,
    }
}

/// What a section says and asks.
#[derive(Default)]
struct Body {
    blocks: Vec<Block>,
    questions: Vec<Question>,
}

fn section(view: &View<'_>, kind: SectionKind, figures: &[crate::figure::Figure]) -> Section {
    let mut body = match kind {
        SectionKind::Overview => overview::body(view),
        SectionKind::Happened => happened::body(view),
        SectionKind::Impact => impact::body(view),
        SectionKind::Detection => detection::body(view),
        SectionKind::Factors => factors::body(view),
        SectionKind::Beliefs => beliefs::body(view),
        SectionKind::Innocent => innocent::body(view),
        SectionKind::Mitigation => mitigation::body(view),
        SectionKind::Surprises => people::surprises(view),
        SectionKind::Luck => people::luck(),
        SectionKind::WentWell => people::went_well(view),
        SectionKind::Actions => actions::body(view),
        SectionKind::Data | SectionKind::Other => Body::default(),
    };
    body.paragraph(view.facts(kind));
    let shown = figures.iter().filter(|figure| figures::section_of(figure) == kind);
    body.blocks.extend(shown.map(|figure| Block::Figure(figure.id.clone())));
    let written = view.case.review.written.iter().find(|(of, _)| *of == kind);
    let written = written.map(|(_, written)| written.clone());
    if written.as_ref().is_some_and(|written| !written.text.trim().is_empty()) {
        body.questions.retain(|question| !is_answered_by_writing(question.kind));
    }
    Section {
        kind,
        title: kind.title().to_owned(),
        blocks: body.blocks,
        questions: body.questions,
        written,
    }
}

/// Whether people's text in the section is the answer: nobody else can give it.
const fn is_answered_by_writing(kind: QuestionKind) -> bool {
    match kind {
        QuestionKind::Sooner
        | QuestionKind::Unseen
        | QuestionKind::Impact
        | QuestionKind::Gap
        | QuestionKind::Factors
        | QuestionKind::Repair
        | QuestionKind::Surprises
        | QuestionKind::Luck
        | QuestionKind::WentWell => true,
        QuestionKind::Severity
        | QuestionKind::Onset
        | QuestionKind::Noticed
        | QuestionKind::End
        | QuestionKind::Belief
        | QuestionKind::Change
        | QuestionKind::Effect
        | QuestionKind::Actions
        | QuestionKind::FollowUp
        | QuestionKind::Detect
        | QuestionKind::Wording => false,
    }
}

impl Section {
    fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.questions.is_empty() && self.written.is_none()
    }
}

impl Body {
    fn paragraph(&mut self, sentences: Vec<Sentence>) {
        if !sentences.is_empty() {
            self.blocks.push(Block::Paragraph(sentences));
        }
    }

    fn list(&mut self, points: Vec<crate::document::Point>) {
        if !points.is_empty() {
            self.blocks.push(Block::List(points));
        }
    }

    fn ask(&mut self, kind: QuestionKind, words: impl Into<String>, sources: Vec<Source>) {
        self.questions.push(Question { kind, words: words.into(), sources, hints: Vec::new() });
    }
}

impl Question {
    /// The question, with facts that may help.
    fn with_hints(mut self, hints: Vec<Sentence>) -> Self {
        self.hints = hints;
        self
    }
}
