//! Supporting data: the figures with their queries, and the shifts, changes and entries that the rest rests on.

use super::beliefs::verdict_words;
use crate::document::{Block, Row, Section, SectionKind, Table};
use crate::figure::Figure;
use crate::phrase::{in_line, shift_words};
use crate::source::{Source, Sources};
use crate::view::View;
use hw_model::{Change, share_words};
use std::collections::BTreeSet;

/// Rows of entries at most: a draft cites few.
const ENTRIES_MAX: usize = 200;

/// Adds the section: it lists what the others rest on.
pub(super) fn add(view: &View<'_>, sections: &mut Vec<Section>, figures: &[Figure]) {
    let cited = cited(sections);
    let tables = [
        queries(view, figures, &cited),
        shifts(view),
        changes(view, &cited),
        entries(view, &cited),
    ];
    let tables = tables.into_iter().filter(|table| !table.rows.is_empty()).map(Block::Table);
    let mut blocks: Vec<Block> = tables.collect();
    match sections.iter_mut().find(|section| section.kind == SectionKind::Data) {
        Some(section) => section.blocks.append(&mut blocks),
        None => {
            let kind = SectionKind::Data;
            let title = kind.title().to_owned();
            sections.push(Section { kind, title, blocks, questions: Vec::new(), written: None });
        }
    }
}

/// Everything that is cited so far.
fn cited(sections: &[Section]) -> BTreeSet<Source> {
    let said = sections.iter().flat_map(|section| &section.blocks).flat_map(Block::said);
    let said = said.flat_map(|(_, sources)| sources.iter());
    let questions = sections.iter().flat_map(|section| &section.questions);
    let hints = questions.clone().flat_map(|question| &question.hints);
    let hints = hints.flat_map(|hint| hint.sources.iter());
    said.chain(questions.flat_map(|question| &question.sources)).chain(hints).cloned().collect()
}

fn table<const N: usize>(columns: [&str; N], rows: Vec<Row>) -> Table {
    Table { columns: columns.map(str::to_owned).into(), rows }
}

/// Every query and every line of source that is cited, and what is found there.
fn queries(view: &View<'_>, figures: &[Figure], cited: &BTreeSet<Source>) -> Table {
    let row = |what: &str, sources: Sources, query: &str| Row {
        cells: vec![what.to_owned(), query.to_owned()],
        sources,
    };
    let mut rows: Vec<Row> = figures
        .iter()
        .filter(|figure| !figure.query.is_empty())
        .map(|figure| {
            let sources = Sources::from(Source::Query(figure.query.clone()))
                .and(Source::Figure(figure.id.clone()));
            row(&format!("Figure: {}", figure.title), sources, &figure.query)
        })
        .collect();
    let present = view.case.present();
    let entries = Source::Query(format!("{present}/entries"));
    let is_elsewhere = |source: &&Source| matches!(source, Source::Query(_) | Source::Code(_));
    for query in cited.iter().filter(is_elsewhere) {
        let path = query.to_string();
        let is_shown = *query != present && rows.iter().any(|row| row.cells.contains(&path));
        let what = match query {
            query if *query == present => "What is known of the incident now",
            query if *query == entries => "Its entries",
            Source::Code(_) => "A line of source, as it was deployed",
            Source::Query(_)
            | Source::Entry(_)
            | Source::Shift(_)
            | Source::Change(_)
            | Source::Action(_)
            | Source::Figure(_)
            | Source::Withheld => "Counts around it",
        };
        if !is_shown {
            rows.push(row(what, query.clone().into(), &path));
        }
    }
    table(["What", "Query"], rows)
}

fn shifts(view: &View<'_>) -> Table {
    let rows = view.case.shifts.iter().map(|(id, shift)| {
        let back = shift.over_at().map_or_else(|| "not yet".to_owned(), |at| view.clock.at(at));
        let cells = vec![
            id.to_string(),
            shift_words(shift),
            format!("{} ({})", view.clock.at(shift.onset_at), view.clock.span(shift.onset)),
            view.clock.at(shift.detected_at),
            back,
        ];
        Row { cells, sources: (*id).into() }
    });
    table(["Shift", "What", "Onset (95 %)", "Noticed", "Back"], rows.collect())
}

/// A smaller probability is said as less than this: nothing is certain.
const PROBABILITY_MIN: f64 = 0.000_9;

fn changes(view: &View<'_>, cited: &BTreeSet<Source>) -> Table {
    let judgement = |change: &Change| {
        view.case.diagnosis.judgements.iter().find(|judged| judged.change == change.id)
    };
    let is_cited = |change: &&Change| cited.contains(&Source::Change(change.id));
    let of_it =
        view.case.changes.iter().filter(|change| is_cited(change) || judgement(change).is_some());
    let rows = of_it.map(|change| {
        let came_after = view.onset.as_ref().is_some_and(|onset| change.at > onset.at);
        let verdict = judgement(change).filter(|_| !came_after).map_or_else(
            || "no suspect: it came after the onset".to_owned(),
            |judged| {
                format!(
                    "{} (probability {})",
                    verdict_words(judged.verdict),
                    share_words(judged.probability.max(PROBABILITY_MIN))
                )
            },
        );
        let known = match change.source {
            hw_model::ChangeSource::Telemetry => "seen in telemetry",
            hw_model::ChangeSource::Told => "told",
            hw_model::ChangeSource::Both => "told, and seen in telemetry",
        };
        let cells = vec![
            change.id.to_string(),
            change.name(),
            view.clock.at(change.at),
            known.to_owned(),
            verdict,
        ];
        Row { cells, sources: change.id.into() }
    });
    table(["Change", "What", "When", "How it is known", "Verdict"], rows.collect())
}

fn entries(view: &View<'_>, cited: &BTreeSet<Source>) -> Table {
    let lines = cited.iter().filter_map(|source| match source {
        Source::Entry(seq) => view.case.line(*seq),
        Source::Shift(_)
        | Source::Change(_)
        | Source::Action(_)
        | Source::Figure(_)
        | Source::Query(_)
        | Source::Code(_)
        | Source::Withheld => None,
    });
    let rows = lines.take(ENTRIES_MAX).map(|line| Row {
        cells: vec![
            line.seq.to_string(),
            view.clock.at(line.happened_at),
            line.by.to_string(),
            view.clock.in_words(&in_line(&line.words)),
        ],
        sources: line.source().into(),
    });
    table(["Entry", "When", "Who", "What it says"], rows.collect())
}
