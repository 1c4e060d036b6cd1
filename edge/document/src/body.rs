//! A section as Markdown, without its heading.

use crate::escape::{cell, inline};
use crate::references::{References, suffix};
use crate::written::{contained, with_figures};
use hw_report::{
    Block, Day, Document, Figure, Happening, Point, Question, Row, Section, Sentence, Table, Tone,
    Voice,
};

/// How a figure stands in Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    /// As its main numbers: Markdown holds no picture.
    Tables,
    /// As a picture, to be drawn where the Markdown becomes a page.
    Pictures,
}

/// Everything that stands in a section.
pub(crate) fn body(
    document: &Document,
    section: &Section,
    (references, figures): (&References, Figures),
) -> String {
    let mut parts: Vec<String> = Vec::new();
    if section.shows_record() {
        parts.push(record(document, section, (references, figures)));
    }
    parts.extend(section.written.as_ref().map(|written| {
        let text = contained(&written.text);
        match figures {
            Figures::Tables => with_figures(&text, &|id| {
                document.figure(id).map(|known| figure(known, references))
            }),
            Figures::Pictures => text,
        }
    }));
    parts.extend(section.questions.iter().map(|question| asked(question, references)));
    joined(parts)
}

/// What the record says in a section.
pub(crate) fn record(
    document: &Document,
    section: &Section,
    (references, figures): (&References, Figures),
) -> String {
    let blocks = section.blocks.iter().filter_map(|block| match (block, figures) {
        (Block::Figure(id), Figures::Pictures) => document.figure(id).map(figure_image),
        (block, _) => self::block(document, block, references),
    });
    joined(blocks.collect())
}

fn joined(parts: Vec<String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn block(document: &Document, block: &Block, references: &References) -> Option<String> {
    Some(match block {
        Block::Paragraph(sentences) => paragraph(sentences, references),
        Block::List(points) => {
            points.iter().map(|point| self::point(point, references)).collect::<Vec<_>>().join("\n")
        }
        Block::Days(days) => joined(days.iter().map(|day| self::day(day, references)).collect()),
        Block::Table(table) => self::table(table, references),
        Block::Figure(id) => figure(document.figure(id)?, references),
    })
}

fn paragraph(sentences: &[Sentence], references: &References) -> String {
    let next = sentences.iter().skip(1).map(Some).chain([None]);
    let said = sentences.iter().zip(next).map(|(sentence, next)| {
        format!("{}{}", inline(&sentence.words), suffix(&references.of_sentence(sentence, next)))
    });
    said.collect::<Vec<_>>().join(" ")
}

fn point(point: &Point, references: &References) -> String {
    let sentence = &point.sentence;
    let head = format!(
        "- {}{}",
        inline(&sentence.words),
        suffix(&references.labels(sentence.sources.iter()))
    );
    let facts = point.facts.iter().map(|fact| {
        let labels = references.of_fact(fact, &sentence.sources);
        format!("  - {}{}", inline(&fact.words), suffix(&labels))
    });
    std::iter::once(head).chain(facts).collect::<Vec<_>>().join("\n")
}

fn day(day: &Day, references: &References) -> String {
    let moments = day.moments.iter().map(|moment| self::moment(moment, references));
    format!("**{}**\n\n{}", inline(&day.date), moments.collect::<Vec<_>>().join("\n"))
}

fn moment(moment: &Happening, references: &References) -> String {
    let pin = if moment.is_pinned { "\u{2605} " } else { "" };
    let by = match moment.voice {
        Voice::Person => format!("**{}**", inline(&moment.by)),
        Voice::Machine => inline(&moment.by),
    };
    let labels = suffix(&references.labels(moment.sentence.sources.iter()));
    let words = inline(&moment.sentence.words);
    format!("- {} {pin}{by}{}: {words}{labels}", inline(&moment.time), tone_words(moment.tone))
}

/// What a line is, where it is no plain fact.
pub(crate) const fn tone_words(tone: Tone) -> &'static str {
    match tone {
        Tone::Fact | Tone::Folded => "",
        Tone::Belief => ", believed",
        Tone::Decision => ", decided",
        Tone::Deed => ", did",
    }
}

fn table(table: &Table, references: &References) -> String {
    let labels: Vec<Vec<String>> =
        table.rows.iter().map(|row| row_labels(row, references)).collect();
    let has_labels = labels.iter().any(|labels| !labels.is_empty());
    let mut columns: Vec<String> = table.columns.iter().map(|column| cell(column)).collect();
    if has_labels {
        columns.push("Source".to_owned());
    }
    let rows = table.rows.iter().zip(&labels).map(|(row, labels)| {
        let mut cells: Vec<String> = row.cells.iter().map(|text| cell(text)).collect();
        if has_labels {
            cells.push(cell(&labels.join(", ")));
        }
        cells
    });
    grid(&columns, rows)
}

/// The labels of a row that none of its cells says.
pub(crate) fn row_labels(row: &Row, references: &References) -> Vec<String> {
    let labels = references.labels(row.sources.iter());
    labels.into_iter().filter(|label| !row.cells.contains(label)).collect()
}

/// A table of cells that are Markdown.
fn grid(columns: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let rule = format!("|{}", " --- |".repeat(columns.len()));
    let rows = rows.map(|cells| line(&cells));
    [line(columns), rule].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// A figure without a picture: what it shows, its main numbers, and the question that answers with all of them.
pub(crate) fn figure(figure: &Figure, references: &References) -> String {
    let number = references.number(&figure.query).map(|number| vec![number]).unwrap_or_default();
    let head =
        format!("**Figure {}.** {}.{}", inline(&figure.id), inline(&figure.title), suffix(&number));
    let numbers = figure.numbers();
    let columns: Vec<String> = numbers.columns.iter().map(|column| cell(column)).collect();
    let rows = numbers.rows.iter().map(|row| row.iter().map(|text| cell(text)).collect());
    format!("{head}\n\n{}", grid(&columns, rows))
}

/// A figure as people put it into a text.
pub(crate) fn figure_image(figure: &Figure) -> String {
    format!("![{}](figure:{})", inline(&figure.title), figure.id)
}

/// A question as it stands in a section.
pub(crate) fn asked(question: &Question, references: &References) -> String {
    let labels = suffix(&references.labels(&question.sources));
    let head = format!("> **{}** {}{labels}", question_word(question), inline(&question.words));
    let hints = question.hints.iter().map(|hint| {
        let labels = references.labels(hint.sources.iter());
        format!("> - {}{}", inline(&hint.words), suffix(&labels))
    });
    let hints: Vec<String> = hints.collect();
    if hints.is_empty() { head } else { format!("{head}\n>\n{}", hints.join("\n")) }
}

/// How a question begins.
pub(crate) const fn question_word(question: &Question) -> &'static str {
    if question.kind.is_warning() { "Warning." } else { "To be answered." }
}
