//! Every text of a document, in the order in which it is read. A field that is added to a document does not
//! compile here until it is taken care of.

use crate::document::{
    Block, Day, Document, Happening, HeadFact, Point, Row, Section, Table, Written,
};
use crate::figure::{AnswerData, Figure, FigureData, FlowData, FlowLeg, Mark, RatioData};
use crate::question::Question;
use crate::source::{Sentence, Source, Sources};
use hw_model::Hop;

/// Gives another text for each.
type Map<'m> = dyn FnMut(&str) -> String + 'm;

/// A document with each of its texts as `map` gives it.
pub(super) fn map_texts(document: Document, map: &mut Map<'_>) -> Document {
    let Document {
        incident,
        title,
        at,
        status,
        severity,
        state,
        version,
        due,
        made_at,
        audience,
        restricted_to,
        people,
        facts,
        sections,
        figures,
    } = document;
    Document {
        incident,
        title: map(&title),
        at,
        status,
        severity,
        state,
        version,
        due,
        made_at,
        audience,
        restricted_to: all(restricted_to, map),
        facts: each(facts, map, fact),
        sections: each(sections, map, section),
        figures: each(figures, map, figure),
        // Last, so that people are numbered as the text names them.
        people: all(people, map),
    }
}

fn all(texts: Vec<String>, map: &mut Map<'_>) -> Vec<String> {
    texts.iter().map(|text| map(text)).collect()
}

fn each<A, B>(items: Vec<A>, map: &mut Map<'_>, of: impl Fn(A, &mut Map<'_>) -> B) -> Vec<B> {
    items.into_iter().map(|item| of(item, map)).collect()
}

fn fact(fact: HeadFact, map: &mut Map<'_>) -> HeadFact {
    let HeadFact { label, sentence: said } = fact;
    HeadFact { label: map(&label), sentence: sentence(said, map) }
}

fn sentence(said: Sentence, map: &mut Map<'_>) -> Sentence {
    let Sentence { words, sources } = said;
    Sentence { words: map(&words), sources: withheld(&sources) }
}

/// Sources as numbers say nothing outside; queries hold names.
fn withheld(sources: &Sources) -> Sources {
    let kept = sources.iter().map(|source| match source {
        Source::Query(_) | Source::Code(_) => Source::Withheld,
        Source::Entry(_)
        | Source::Shift(_)
        | Source::Change(_)
        | Source::Action(_)
        | Source::Figure(_)
        | Source::Withheld => source.clone(),
    });
    Sources::of(kept).unwrap_or_else(|| Source::Withheld.into())
}

fn section(section: Section, map: &mut Map<'_>) -> Section {
    let Section { kind, title, blocks, questions, written: text } = section;
    Section {
        kind,
        title: map(&title),
        blocks: each(blocks, map, block),
        questions: each(questions, map, question),
        written: text.map(|text| written(text, map)),
    }
}

fn written(written: Written, map: &mut Map<'_>) -> Written {
    let Written { text, place, by, at } = written;
    Written { text: map(&text), place, by: by.map(|by| map(&by)), at }
}

fn question(question: Question, map: &mut Map<'_>) -> Question {
    let Question { kind, words, sources, hints } = question;
    let sources = Sources::of(sources).map(|sources| withheld(&sources).iter().cloned().collect());
    Question {
        kind,
        words: map(&words),
        sources: sources.unwrap_or_default(),
        hints: each(hints, map, sentence),
    }
}

fn block(block: Block, map: &mut Map<'_>) -> Block {
    match block {
        Block::Paragraph(sentences) => Block::Paragraph(each(sentences, map, sentence)),
        Block::List(points) => Block::List(each(points, map, |point, map| {
            let Point { sentence: said, facts } = point;
            Point { sentence: sentence(said, map), facts: each(facts, map, sentence) }
        })),
        Block::Days(days) => Block::Days(each(days, map, |day, map| {
            let Day { date, moments } = day;
            Day { date: map(&date), moments: each(moments, map, happening) }
        })),
        Block::Table(table) => {
            let Table { columns, rows } = table;
            let columns = all(columns, map);
            Block::Table(Table { columns, rows: each(rows, map, row) })
        }
        Block::Figure(id) => Block::Figure(id),
    }
}

fn happening(happening: Happening, map: &mut Map<'_>) -> Happening {
    let Happening { time, by, voice, tone, is_pinned, sentence: said } = happening;
    Happening {
        time: map(&time),
        by: map(&by),
        voice,
        tone,
        is_pinned,
        sentence: sentence(said, map),
    }
}

fn row(row: Row, map: &mut Map<'_>) -> Row {
    let Row { cells, sources } = row;
    Row { cells: all(cells, map), sources: withheld(&sources) }
}

/// A figure without its query.
fn figure(figure: Figure, map: &mut Map<'_>) -> Figure {
    let Figure { id, title, query: _, data } = figure;
    let data = match data {
        FigureData::Flow(flow) => FigureData::Flow(self::flow(flow, map)),
        FigureData::Ratio(data) => FigureData::Ratio(ratio(data, map)),
        FigureData::CloseUp(data) => FigureData::CloseUp(ratio(data, map)),
        FigureData::Answers(data) => FigureData::Answers(answers(data, map)),
    };
    Figure { id, title: map(&title), query: String::new(), data }
}

fn hop(hop: Hop, map: &mut Map<'_>) -> Hop {
    let Hop { caller, entry, callee, operation } = hop;
    Hop {
        caller: map(&caller),
        entry: entry.map(|entry| map(&entry)),
        callee: map(&callee),
        operation: map(&operation),
    }
}

fn flow(flow: FlowData, map: &mut Map<'_>) -> FlowData {
    let FlowData { legs, origin, cleared } = flow;
    let legs = each(legs, map, |leg, map| {
        let FlowLeg { hop: of, entered, left, expected } = leg;
        FlowLeg { hop: hop(of, map), entered, left, expected }
    });
    FlowData { legs, origin: origin.map(|origin| map(&origin)), cleared: all(cleared, map) }
}

fn ratio(data: RatioData, map: &mut Map<'_>) -> RatioData {
    let RatioData { hop: of, step_s, points, usual, onset_at, onset, detected_at, ended_at, marks } =
        data;
    let marks = each(marks, map, |mark, map| {
        let Mark { at, id, words, lane, verdict, effect } = mark;
        Mark { at, id: map(&id), words: map(&words), lane, verdict, effect }
    });
    RatioData {
        hop: hop(of, map),
        step_s,
        points,
        usual,
        onset_at,
        onset,
        detected_at,
        ended_at,
        marks,
    }
}

fn answers(data: AnswerData, map: &mut Map<'_>) -> AnswerData {
    let AnswerData { hop: of, before, since } = data;
    let of = hop(of, map);
    let mut values = |answers: Vec<(String, u64)>| -> Vec<(String, u64)> {
        answers.into_iter().map(|(value, n)| (map(&value), n)).collect()
    };
    AnswerData { hop: of, before: values(before), since: values(since) }
}
