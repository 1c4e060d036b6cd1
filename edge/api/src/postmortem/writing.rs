//! From a document to its JSON.

use super::{
    Postmortem, PostmortemAnswer, PostmortemBlock, PostmortemCourse, PostmortemDay, PostmortemFact,
    PostmortemFigure, PostmortemFigureData, PostmortemMark, PostmortemMoment, PostmortemPoint,
    PostmortemQuestion, PostmortemRow, PostmortemSection, PostmortemSentence, PostmortemStep,
    PostmortemText, PostmortemUsual,
};
use crate::number::{ratio, tenth};
use crate::time::rfc3339;
use hw_report::{
    Block, Day, Document, Figure, FigureData, Happening, HeadFact, Mark, Point, Question,
    RatioData, Row, Section, Sentence, Source, Sources, Written,
};

impl From<&Document> for Postmortem {
    fn from(document: &Document) -> Self {
        Self {
            incident: document.incident.map(|id| id.to_string()),
            title: document.title.clone(),
            at: document.at.map(rfc3339),
            status: document.status.map(|status| status.word().to_owned()),
            severity: document.severity.map(|severity| severity.word().to_owned()),
            state: document.state.word().to_owned(),
            version: document.version,
            due: document.due.map(rfc3339),
            made_at: rfc3339(document.made_at),
            audience: document.audience.word().to_owned(),
            restricted_to: document.restricted_to.clone(),
            people: document.people.clone(),
            facts: document.facts.iter().map(fact).collect(),
            sections: document.sections.iter().map(section).collect(),
            figures: document.figures.iter().map(figure).collect(),
        }
    }
}

fn words_of(sources: &Sources) -> Vec<String> {
    sources.iter().map(ToString::to_string).collect()
}

fn fact(fact: &HeadFact) -> PostmortemFact {
    PostmortemFact {
        label: fact.label.clone(),
        words: fact.sentence.words.clone(),
        sources: words_of(&fact.sentence.sources),
    }
}

fn sentence(sentence: &Sentence) -> PostmortemSentence {
    PostmortemSentence { words: sentence.words.clone(), sources: words_of(&sentence.sources) }
}

fn section(section: &Section) -> PostmortemSection {
    PostmortemSection {
        kind: section.kind.word().to_owned(),
        title: section.title.clone(),
        blocks: section.blocks.iter().map(block).collect(),
        questions: section.questions.iter().map(question).collect(),
        written: section.written.as_ref().map(text),
    }
}

fn text(written: &Written) -> PostmortemText {
    PostmortemText {
        text: written.text.clone(),
        place: written.place.word().to_owned(),
        by: written.by.clone(),
        at: written.at.map(rfc3339),
    }
}

fn block(block: &Block) -> PostmortemBlock {
    match block {
        Block::Paragraph(sentences) => {
            PostmortemBlock::Paragraph { sentences: sentences.iter().map(sentence).collect() }
        }
        Block::List(points) => PostmortemBlock::List { points: points.iter().map(point).collect() },
        Block::Days(days) => PostmortemBlock::Days { days: days.iter().map(day).collect() },
        Block::Table(table) => PostmortemBlock::Table {
            columns: table.columns.clone(),
            rows: table.rows.iter().map(row).collect(),
        },
        Block::Figure(id) => PostmortemBlock::Figure { id: id.clone() },
    }
}

fn point(point: &Point) -> PostmortemPoint {
    PostmortemPoint {
        sentence: sentence(&point.sentence),
        facts: point.facts.iter().map(sentence).collect(),
    }
}

fn day(day: &Day) -> PostmortemDay {
    PostmortemDay { date: day.date.clone(), moments: day.moments.iter().map(moment).collect() }
}

fn moment(moment: &Happening) -> PostmortemMoment {
    PostmortemMoment {
        time: moment.time.clone(),
        by: moment.by.clone(),
        voice: moment.voice.word().to_owned(),
        tone: moment.tone.word().to_owned(),
        is_pinned: moment.is_pinned,
        sentence: sentence(&moment.sentence),
    }
}

fn row(row: &Row) -> PostmortemRow {
    PostmortemRow { cells: row.cells.clone(), sources: words_of(&row.sources) }
}

fn question(question: &Question) -> PostmortemQuestion {
    PostmortemQuestion {
        kind: question.kind.word().to_owned(),
        words: question.words.clone(),
        is_warning: question.kind.is_warning(),
        sources: question.sources.iter().map(Source::to_string).collect(),
        hints: question.hints.iter().map(sentence).collect(),
    }
}

fn figure(figure: &Figure) -> PostmortemFigure {
    PostmortemFigure {
        id: figure.id.clone(),
        title: figure.title.clone(),
        query: figure.query.clone(),
        data: data(&figure.data),
    }
}

fn data(data: &FigureData) -> PostmortemFigureData {
    match data {
        FigureData::Flow(flow) => PostmortemFigureData::Flow {
            legs: flow
                .legs
                .iter()
                .map(|leg| crate::TrailStep {
                    hop: leg.hop.id().0,
                    entered: leg.entered,
                    left: leg.left,
                    expected: tenth(leg.expected),
                })
                .collect(),
            origin: flow.origin.clone(),
            cleared: flow.cleared.clone(),
        },
        FigureData::Ratio(data) => PostmortemFigureData::Ratio(course(data)),
        FigureData::CloseUp(data) => PostmortemFigureData::CloseUp(course(data)),
        FigureData::Answers(data) => PostmortemFigureData::Answers {
            hop: data.hop.id().0,
            before: data.before.iter().map(answer).collect(),
            since: data.since.iter().map(answer).collect(),
        },
    }
}

fn answer((value, n): &(String, u64)) -> PostmortemAnswer {
    PostmortemAnswer { value: value.clone(), n: *n }
}

fn course(data: &RatioData) -> PostmortemCourse {
    PostmortemCourse {
        hop: data.hop.id().0,
        step_s: data.step_s,
        points: data
            .points
            .iter()
            .map(|point| PostmortemStep {
                at: rfc3339(point.at),
                entered: point.counts.map(|(entered, _)| entered),
                left: point.counts.map(|(_, left)| left),
            })
            .collect(),
        usual: data.usual.map(|usual| PostmortemUsual {
            share: ratio(usual.share),
            low: ratio(usual.low),
            high: ratio(usual.high),
        }),
        onset_at: rfc3339(data.onset_at),
        onset_from: rfc3339(data.onset.from),
        onset_to: rfc3339(data.onset.to),
        detected_at: rfc3339(data.detected_at),
        ended_at: data.ended_at.map(rfc3339),
        marks: data.marks.iter().map(mark).collect(),
    }
}

fn mark(mark: &Mark) -> PostmortemMark {
    PostmortemMark {
        at: rfc3339(mark.at),
        id: mark.id.clone(),
        words: mark.words.clone(),
        lane: mark.lane.word().to_owned(),
        verdict: mark.verdict.map(|verdict| verdict.word().to_owned()),
        effect: mark.effect.map(|effect| effect.word().to_owned()),
    }
}
