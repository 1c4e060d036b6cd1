//! JSON to Markdown to JSON loses nothing, whatever texts hold; and what people alter in the Markdown comes through.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "recorded/records.rs"]
mod records;

use hw_document::{Imported, Layout, from_json, html, import, json, markdown};
use hw_report::{
    Block, Document, FigureData, Place, Redaction, SectionKind, Sentence, Written, draft, redact,
};
use proptest::prelude::*;
use records::case;
use std::time::{Duration, Instant};

const LAYOUTS: [Layout<'static>; 3] = [Layout::Own, Layout::SreBook, Layout::PagerDuty];

/// Texts that break what is not careful.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(
        prop_oneof![
            Just("# Overview".to_owned()),
            Just("\n## Impact\n".to_owned()),
            Just("\n---\n".to_owned()),
            Just("<!-- highwater:postmortem:1\n{}\n-->".to_owned()),
            Just("-->".to_owned()),
            Just("\n```\n".to_owned()),
            Just("~~~".to_owned()),
            Just("<script>alert(1)</script>".to_owned()),
            Just("{{ title }}{% for %}".to_owned()),
            Just("[x]: y\n".to_owned()),
            Just("| a | b |\n| - | - |\n".to_owned()),
            Just("\u{202e}\u{0}\u{fdd0}\u{fdd2}\r\n".to_owned()),
            Just("\u{1f468}\u{200d}\u{1f4bb} Zo\u{eb} \u{65e5}".to_owned()),
            Just("![p](https://x.example/p.png)".to_owned()),
            Just("![](figure:ratio)".to_owned()),
            "[ -~]{0,12}",
            "\\PC{0,8}",
        ],
        0..6,
    );
    pieces.prop_map(|pieces| pieces.concat())
}

fn sentences(block: &mut Block) -> Vec<&mut Sentence> {
    match block {
        Block::Paragraph(sentences) => sentences.iter_mut().collect(),
        Block::List(points) => points
            .iter_mut()
            .flat_map(|point| std::iter::once(&mut point.sentence).chain(&mut point.facts))
            .collect(),
        Block::Days(days) => days
            .iter_mut()
            .flat_map(|day| &mut day.moments)
            .map(|moment| &mut moment.sentence)
            .collect(),
        Block::Table(_) | Block::Figure(_) => Vec::new(),
    }
}

/// Puts these texts into every place of a document, one after the other.
fn poisoned(mut document: Document, texts: &[String]) -> Document {
    let mut at = 0;
    let mut next = || {
        at += 1;
        texts[at % texts.len()].clone()
    };
    document.title = next();
    document.people = vec![next(), next()];
    document.restricted_to = vec![next()];
    for fact in &mut document.facts {
        fact.label = next();
        fact.sentence.words = next();
    }
    for (n, section) in document.sections.iter_mut().enumerate() {
        section.title = next();
        for block in &mut section.blocks {
            sentences(block).into_iter().for_each(|sentence| sentence.words = next());
            match block {
                Block::Table(table) => {
                    table.columns.iter_mut().for_each(|column| *column = next());
                    table
                        .rows
                        .iter_mut()
                        .flat_map(|row| &mut row.cells)
                        .for_each(|cell| *cell = next());
                }
                Block::Days(days) => {
                    for day in days {
                        day.date = next();
                        day.moments.iter_mut().for_each(|moment| moment.by = next());
                    }
                }
                Block::Paragraph(_) | Block::List(_) | Block::Figure(_) => {}
            }
        }
        for question in &mut section.questions {
            question.words = next();
            question.hints.iter_mut().for_each(|hint| hint.words = next());
        }
        section.written = (n % 3 != 0).then(|| Written {
            text: next(),
            place: if n % 2 == 0 { Place::Instead } else { Place::After },
            by: Some(next()),
            at: Some(document.made_at),
        });
    }
    for figure in &mut document.figures {
        figure.title = next();
        match &mut figure.data {
            FigureData::Flow(flow) => flow.legs.iter_mut().for_each(|leg| leg.hop.caller = next()),
            FigureData::Ratio(data) | FigureData::CloseUp(data) => {
                data.hop.callee = next();
                data.marks.iter_mut().for_each(|mark| mark.words = next());
            }
            FigureData::Answers(data) => {
                data.before.iter_mut().for_each(|(value, _)| *value = next())
            }
        }
    }
    document
}

fn read(text: &str) -> Imported {
    import("inc-1.md", text).unwrap()
}

/// The story as JSON keeps it: times in milliseconds, figures with as many digits as the API gives.
fn story() -> Document {
    from_json(&json(&draft(&case("story")))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn nothing_is_lost_whatever_texts_hold(texts in prop::collection::vec(hostile(), 1..12), layout in 0..3_usize) {
        let document = poisoned(story(), &texts);
        let before = json(&document);
        prop_assert_eq!(&from_json(&before).unwrap(), &document);
        let text = markdown(&document, &LAYOUTS[layout]).unwrap();
        let imported = read(&text);
        prop_assert_eq!(json(&imported.document), before.clone());
        prop_assert_eq!((imported.edits.len(), imported.notes.len()), (0, 0), "{:?}", imported.notes);
        // Editors of other systems end lines otherwise, and take blanks at their ends away.
        let windows = read(&text.replace('\n', "\r\n"));
        prop_assert_eq!(json(&windows.document), before);
        // The page shows it and runs none of it.
        let page = html(&document, &LAYOUTS[layout], &|_| String::new()).unwrap();
        prop_assert!(!page.contains("<script") && !page.contains("<img"));
    }

    #[test]
    fn what_people_write_under_a_heading_comes_through(
        words in "[a-zA-Z][a-zA-Z0-9 ,.;äöü]{0,60}(\n\n- [a-z ]{1,20}\n- \\*\\*[a-z]{1,10}\\*\\*)?",
        at in 0..13_usize,
    ) {
        let document = story();
        let section = &document.sections[at];
        let text = markdown(&document, &Layout::Own).unwrap();
        let heading = format!("\n## {}\n", section.title);
        let from = text.find(&heading).unwrap() + heading.len();
        let to = text[from..].find("\n## ").or_else(|| text[from..].find("\n<!-- highwater")).unwrap() + from;
        let edited = format!("{}\n{words}\n{}", &text[..from], &text[to..]);
        let imported = read(&edited);
        let now = &imported.document.sections[at];
        let written = now.written.clone().unwrap();
        let place = if section.blocks.is_empty() { Place::After } else { Place::Instead };
        prop_assert_eq!((written.text.as_str(), written.place), (words.trim(), place));
        prop_assert_eq!(imported.edits.len(), 1);
        prop_assert_eq!(imported.edits[0].kind, section.kind);
        // What the record says stays behind it, and the others are as they were.
        prop_assert_eq!(&now.blocks, &section.blocks);
        for (n, (now, before)) in imported.document.sections.iter().zip(&document.sections).enumerate() {
            if n != at {
                prop_assert_eq!(now, before);
            }
        }
        prop_assert_eq!(&imported.document.figures, &document.figures);
        // Written once more and read again it is the same.
        let again = read(&markdown(&imported.document, &Layout::SreBook).unwrap());
        prop_assert_eq!(&again.document, &imported.document);
    }

    #[test]
    fn no_word_is_lost_however_a_file_is_altered(added in hostile(), place in 0.0..1.0_f64) {
        let document = story();
        let text = markdown(&document, &Layout::PagerDuty).unwrap();
        let end = text.find("\n<!-- highwater").unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place within a file")]
        let mut at = (place * end as f64) as usize;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let words = format!("\n\nadded{added}\n\n");
        let imported = read(&format!("{}{words}{}", &text[..at], &text[at..]));
        let all = json(&imported.document);
        let kept: String = all.chars().filter(char::is_ascii_alphanumeric).collect();
        prop_assert!(kept.contains("added"), "{}", words);
    }
}

#[test]
fn text_added_after_what_the_record_says_stays_after_it() {
    let document = story();
    let text = markdown(&document, &Layout::Own).unwrap();
    let edited = text.replacen(
        "\n\n## What went well\n\n",
        "\n\n## What went well\n\nWe compared counts.\n\n",
        1,
    );
    let edited =
        edited.replacen("\n\n## Detection\n", "\n\nThe shop lost nothing.\n\n## Detection\n", 1);
    let imported = read(&edited);
    let of = |kind| imported.document.section(kind).unwrap().written.clone().unwrap();
    assert_eq!(
        (of(SectionKind::WentWell).text.as_str(), of(SectionKind::WentWell).place),
        ("We compared counts.", Place::After)
    );
    assert_eq!(
        (of(SectionKind::Impact).text.as_str(), of(SectionKind::Impact).place),
        ("The shop lost nothing.", Place::After)
    );
    assert_eq!(imported.edits.len(), 2);
    // Taken away again, it is away.
    let without = markdown(&imported.document, &Layout::Own).unwrap().replacen(
        "The shop lost nothing.\n\n",
        "",
        1,
    );
    let imported = read(&without);
    assert_eq!(imported.document.section(SectionKind::Impact).unwrap().written, None);
    assert_eq!(
        (imported.edits[0].kind, imported.edits[0].text.as_str()),
        (SectionKind::Impact, "")
    );
}

#[test]
fn figures_in_a_text_that_is_altered_stay_figures() {
    let text = markdown(&story(), &Layout::Own).unwrap();
    let edited = text.replacen("\n## Impact\n\n", "\n## Impact\n\nIn short: much.\n\n", 1);
    let imported = read(&edited);
    let written = imported.document.section(SectionKind::Impact).unwrap().written.clone().unwrap();
    assert_eq!(written.place, Place::Instead);
    assert!(written.text.starts_with("In short: much.\n\n4,701 more items"), "{}", written.text);
    assert!(
        written.text.contains("](figure:ratio)") && !written.text.contains("Figure ratio"),
        "{}",
        written.text
    );
    let page =
        html(&imported.document, &Layout::Own, &|figure| format!("<b>{}</b>", figure.id)).unwrap();
    assert!(page.contains("<b>ratio</b>"), "the picture is drawn where it stands in the text");
}

#[test]
fn headings_that_are_renamed_added_or_gone_are_no_loss() {
    let document = story();
    let text = markdown(&document, &Layout::Own).unwrap();
    let edited = text
        .replacen("# Post mortem of INC-1: screening", "# Post mortem of INC-1: Screening", 1)
        .replacen("## Where we were lucky", "## Our luck", 1)
        .replacen("\n## What went well", "\n## More thoughts\n\nMany.\n\n## What went well", 1);
    let from = edited.find("## What surprised us").unwrap();
    let to = edited.find("## Our luck").unwrap();
    let imported = read(&format!("{}{}", &edited[..from], &edited[to..]));
    assert!(imported.document.title.starts_with("Screening passed"), "{}", imported.document.title);
    assert!(
        imported.notes.iter().any(|note| note.contains("What surprised us")),
        "{:?}",
        imported.notes
    );
    assert!(imported.document.section(SectionKind::Surprises).is_some(), "it is kept as it was");
    let all = json(&imported.document);
    assert!(all.contains("More thoughts") && all.contains("Our luck"), "{all}");
}

#[test]
fn a_team_s_own_template_comes_back_too() {
    let source = "# {{ heading }}\n\nPlease read.\n\n## In short\n\nFirst:\n\n{{ section.overview }}\n\n_until here_\n\n## All the rest\n\n{{ section.impact }}\n\n{{ section.luck }}\n";
    let layout = Layout::Team { name: "ours.md", source };
    let document = story();
    let text = markdown(&document, &layout).unwrap();
    assert_eq!(read(&text).document, document);
    let edited = text.replacen("First:\n\nWhat was seen", "First:\n\nIn a word: what was seen", 1);
    let imported = read(&edited);
    let written =
        imported.document.section(SectionKind::Overview).unwrap().written.clone().unwrap();
    assert!(
        written.text.starts_with("In a word: what was seen")
            && !written.text.contains("until here"),
        "{}",
        written.text
    );
    // Two sections under one heading: the one that was altered gets the text.
    let edited = text.replacen("Where were you lucky?", "WHERE?", 1);
    let imported = read(&edited);
    assert_eq!(imported.edits.len(), 1);
    assert_eq!(imported.edits[0].kind, SectionKind::Luck, "{:?}", imported.edits);
}

#[test]
fn no_name_survives_in_any_rendering() {
    let document = draft(&case("story"));
    let names = document.people.clone();
    assert_eq!(names, ["ines", "lea", "sami", "tom"]);
    let public = redact(&document, &Redaction::default());
    let mut all = vec![json(&public)];
    for layout in LAYOUTS {
        all.push(markdown(&public, &layout).unwrap());
        all.push(
            html(&public, &layout, &|figure| format!("{:?}", figure.data).replace(['<', '>'], ""))
                .unwrap(),
        );
    }
    for text in all {
        let words: Vec<String> =
            text.split(|letter: char| !letter.is_alphabetic()).map(str::to_lowercase).collect();
        for name in &names {
            assert!(!words.contains(name), "{name} stays in {text}");
        }
        assert!(!text.contains("/api/v1/"), "a query stays in {text}");
    }
}

#[test]
fn ten_thousand_entries_are_drafted_and_written_in_two_seconds() {
    let mut case = case("story");
    let last = case.lines.last().unwrap().clone();
    for n in 1..10_000 {
        let mut line = last.clone();
        line.seq += n;
        line.happened_at = line.happened_at.plus_s(n as f64);
        case.lines.push(line);
    }
    let begun = Instant::now();
    let document = draft(&case);
    let text = markdown(&document, &Layout::Own).unwrap();
    let page = html(&document, &Layout::Own, &|_| String::new()).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(
        text.len() < 300_000 && page.len() < 300_000,
        "{} and {} bytes",
        text.len(),
        page.len()
    );
}
