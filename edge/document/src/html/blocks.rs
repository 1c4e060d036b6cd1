//! Sections and what stands in them, as HTML.

use super::Draw;
use crate::body::{question_word, row_labels, tone_words};
use crate::escape::html;
use crate::references::References;
use crate::written::{anchor, to_html};
use hw_model::date_words;
use hw_report::is_link;
use hw_report::{
    Block, Day, Document, Figure, Happening, Point, Question, Row, Section, SectionKind, Sentence,
    Table, Voice, Written,
};
use std::collections::BTreeSet;

/// What a section needs to know of the page.
pub(super) struct Page<'d> {
    document: &'d Document,
    references: &'d References,
    draw: Draw<'d>,
    /// Sources that stand in a row of the supporting data: labels that can be links.
    targets: BTreeSet<String>,
}

impl<'d> Page<'d> {
    pub(super) fn new(document: &'d Document, references: &'d References, draw: Draw<'d>) -> Self {
        let mut page = Self { document, references, draw, targets: BTreeSet::new() };
        page.targets = page.rows_of_data().filter_map(|row| page.target(row)).collect();
        page
    }

    fn rows_of_data(&self) -> impl Iterator<Item = &'d Row> + use<'d> {
        let data =
            self.document.section(SectionKind::Data).filter(|section| section.shows_record());
        let tables =
            data.into_iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
                Block::Table(table) => Some(table),
                Block::Paragraph(_) | Block::List(_) | Block::Days(_) | Block::Figure(_) => None,
            });
        tables.flat_map(|table| &table.rows)
    }

    /// The label that a row of the supporting data is about.
    fn target(&self, row: &Row) -> Option<String> {
        row.sources.iter().next().and_then(|source| self.references.label(source))
    }

    /// Labels beside a sentence, each a link to its row where there is one.
    fn labels(&self, labels: &[String]) -> String {
        if labels.is_empty() {
            return String::new();
        }
        let shown = labels.iter().map(|label| {
            if self.targets.contains(label) {
                anchor(&format!("#{}", id_of(label)), label)
            } else {
                html(label)
            }
        });
        format!(
            " <span class=\"src\">\u{2039}{}\u{203a}</span>",
            shown.collect::<Vec<_>>().join(", ")
        )
    }

    fn sentence(&self, sentence: &Sentence) -> String {
        let labels = self.references.labels(sentence.sources.iter());
        format!("{}{}", html(&sentence.words), self.labels(&labels))
    }

    /// The main facts.
    pub(super) fn facts(&self) -> String {
        if self.document.facts.is_empty() {
            return String::new();
        }
        let rows = self.document.facts.iter().map(|fact| {
            format!("<dt>{}</dt><dd>{}</dd>\n", html(&fact.label), self.sentence(&fact.sentence))
        });
        format!("<dl class=\"facts\">\n{}</dl>\n", rows.collect::<String>())
    }

    /// Links to the sections.
    pub(super) fn contents(&self) -> String {
        if self.document.sections.len() < 3 {
            return String::new();
        }
        let items = self.document.sections.iter().enumerate().map(|(at, section)| {
            let n = section.questions.len();
            let open = if n == 0 { String::new() } else { format!(" ({n} to answer)") };
            format!("<li>{}{open}</li>\n", anchor(&format!("#{}", section_id(at)), &section.title))
        });
        format!("<nav aria-label=\"Contents\">\n<ol>\n{}</ol>\n</nav>\n", items.collect::<String>())
    }

    /// A section.
    pub(super) fn section(&self, at: usize, section: &Section) -> String {
        let id = section_id(at);
        let mut out = format!(
            "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n",
            html(&section.title)
        );
        if section.shows_record() {
            for block in &section.blocks {
                out.push_str(&self.block(section.kind, block));
            }
        }
        if let Some(written) = &section.written {
            out.push_str(&self.written(written));
        }
        if !section.shows_record() {
            out.push_str(&self.figures_left_out(section));
        }
        for question in &section.questions {
            out.push_str(&self.question(question));
        }
        out.push_str("</section>\n");
        out
    }

    /// Figures of a section of which people's text shows none: what is drawn is not lost.
    fn figures_left_out(&self, section: &Section) -> String {
        let text =
            section.written.as_ref().map(|written| written.text.as_str()).unwrap_or_default();
        let of_section = section.blocks.iter().filter_map(|block| match block {
            Block::Figure(id) => self.document.figure(id),
            Block::Paragraph(_) | Block::List(_) | Block::Days(_) | Block::Table(_) => None,
        });
        let left_out =
            of_section.filter(|figure| !text.contains(&format!("(figure:{})", figure.id)));
        left_out.map(|figure| self.figure(figure)).collect()
    }

    fn written(&self, written: &Written) -> String {
        let figure = |id: &str| self.document.figure(id).map(|figure| self.figure(figure));
        let text = to_html(&written.text, &figure);
        let at = written.at.map(|at| format!(" on {}", date_words(at))).unwrap_or_default();
        let by = written
            .by
            .as_ref()
            .map(|by| format!("<p class=\"by-line\">Written by {}{at}.</p>\n", html(by)));
        format!("<div class=\"written\">\n{text}{}</div>\n", by.unwrap_or_default())
    }

    fn block(&self, kind: SectionKind, block: &Block) -> String {
        match block {
            Block::Paragraph(sentences) => self.paragraph(sentences),
            Block::List(points) => {
                let points = points.iter().map(|point| self.point(point));
                format!("<ul>\n{}</ul>\n", points.collect::<String>())
            }
            Block::Days(days) => days.iter().map(|day| self.day(day)).collect(),
            Block::Table(table) => self.table(kind, table),
            Block::Figure(id) => {
                self.document.figure(id).map(|figure| self.figure(figure)).unwrap_or_default()
            }
        }
    }

    fn paragraph(&self, sentences: &[Sentence]) -> String {
        let next = sentences.iter().skip(1).map(Some).chain([None]);
        let said = sentences.iter().zip(next).map(|(sentence, next)| {
            let labels = self.references.of_sentence(sentence, next);
            format!("{}{}", html(&sentence.words), self.labels(&labels))
        });
        format!("<p>{}</p>\n", said.collect::<Vec<_>>().join(" "))
    }

    fn point(&self, point: &Point) -> String {
        let facts = point.facts.iter().map(|fact| {
            let labels = self.references.of_fact(fact, &point.sentence.sources);
            format!("<li>{}{}</li>\n", html(&fact.words), self.labels(&labels))
        });
        let facts: String = facts.collect();
        let facts = if facts.is_empty() { facts } else { format!("\n<ul>\n{facts}</ul>\n") };
        format!("<li>{}{facts}</li>\n", self.sentence(&point.sentence))
    }

    fn day(&self, day: &Day) -> String {
        let moments = day.moments.iter().map(|moment| self.moment(moment));
        format!(
            "<h3>{}</h3>\n<ol class=\"day\">\n{}</ol>\n",
            html(&day.date),
            moments.collect::<String>()
        )
    }

    fn moment(&self, moment: &Happening) -> String {
        let pin = if moment.is_pinned { "<span title=\"pinned\">\u{2605}</span> " } else { "" };
        let tone = tone_words(moment.tone).trim_start_matches(", ");
        let tone = if tone.is_empty() {
            String::new()
        } else {
            format!("<span class=\"tone\">{tone}:</span> ")
        };
        let voice = match moment.voice {
            Voice::Person => "person",
            Voice::Machine => "machine",
        };
        format!(
            "<li class=\"{voice} {}\"><time>{}</time><span class=\"who\">{}</span><span>{pin}{tone}{}</span></li>\n",
            moment.tone.word(),
            html(&moment.time),
            html(&moment.by),
            self.sentence(&moment.sentence)
        )
    }

    fn table(&self, kind: SectionKind, table: &Table) -> String {
        let labels: Vec<Vec<String>> =
            table.rows.iter().map(|row| row_labels(row, self.references)).collect();
        let has_labels = labels.iter().any(|labels| !labels.is_empty());
        let mut columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
        if has_labels {
            columns.push("Source");
        }
        let rows = table.rows.iter().zip(&labels).map(|(row, labels)| {
            let id = self.target(row).filter(|_| kind == SectionKind::Data);
            let id = id.map(|label| format!(" id=\"{}\"", id_of(&label))).unwrap_or_default();
            let mut cells: Vec<String> = row.cells.iter().map(|text| cell(text)).collect();
            if has_labels {
                cells.push(html(&labels.join(", ")));
            }
            format!("<tr{id}>{}</tr>\n", in_cells("td", &cells))
        });
        grid(&columns, &rows.collect::<String>())
    }

    /// A figure with its main numbers.
    pub(super) fn figure(&self, figure: &Figure) -> String {
        let number =
            self.references.number(&figure.query).map(|number| vec![number]).unwrap_or_default();
        let numbers = figure.numbers();
        let columns: Vec<&str> = numbers.columns.iter().map(String::as_str).collect();
        let rows = numbers.rows.iter().map(|row| {
            let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
            format!("<tr>{}</tr>\n", in_cells("td", &cells))
        });
        let table = if numbers.rows.is_empty() {
            String::new()
        } else {
            grid(&columns, &rows.collect::<String>())
        };
        format!(
            "<figure id=\"figure-{}\">\n<figcaption>{}.{}</figcaption>\n{}\n{table}</figure>\n",
            html(&slug(&figure.id)),
            html(&figure.title),
            self.labels(&number),
            (self.draw)(figure)
        )
    }

    fn question(&self, question: &Question) -> String {
        let hints = question.hints.iter().map(|hint| format!("<li>{}</li>\n", self.sentence(hint)));
        let hints: String = hints.collect();
        let hints = if hints.is_empty() { hints } else { format!("<ul>\n{hints}</ul>\n") };
        let warn = if question.kind.is_warning() { " warn" } else { "" };
        format!(
            "<div class=\"ask{warn}\" role=\"note\">\n<p><strong>{}</strong> {}{}</p>\n{hints}</div>\n",
            question_word(question),
            html(&question.words),
            self.labels(&self.references.labels(&question.sources))
        )
    }
}

/// A text in a cell; queries are code, addresses are links.
fn cell(text: &str) -> String {
    if is_link(text) {
        return format!("<a href=\"{text}\" rel=\"noreferrer\">{text}</a>");
    }
    if text.starts_with("/api/") { format!("<code>{}</code>", html(text)) } else { html(text) }
}

fn in_cells(tag: &str, cells: &[String]) -> String {
    cells.iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect()
}

fn grid(columns: &[&str], rows: &str) -> String {
    let heads: String =
        columns.iter().map(|column| format!("<th scope=\"col\">{}</th>", html(column))).collect();
    // A table that is wider than the page is moved by keyboard, too.
    format!(
        "<div class=\"wide\" tabindex=\"0\">\n<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )
}

fn section_id(at: usize) -> String {
    format!("section-{}", at + 1)
}

/// The id of what a label is about.
fn id_of(label: &str) -> String {
    format!("at-{}", slug(label))
}

/// Letters that may stand in an id.
fn slug(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}
