//! Files of others, and what of ours is broken.

use super::*;
use hw_report::Section;

fn read(name: &str, text: &str) -> Document {
    import(name, text).unwrap().document
}

fn texts(document: &Document) -> Vec<(SectionKind, &str, &str)> {
    let text = |section: &'_ Section| section.written.as_ref().map(|written| written.text.clone());
    let all = document.sections.iter();
    all.map(|section| {
        let written = section.written.as_ref().map_or("", |written| written.text.as_str());
        assert!(text(section).is_some());
        (section.kind, section.title.as_str(), written)
    })
    .collect()
}

#[test]
fn sections_of_others_are_known_by_their_headings() {
    let document = read(
        "postmortems/2024-03-01-queue-stuck.md",
        "# Queue stuck\n\nDate: 1 March 2024\n\nAuthors: X\n\n## TL;DR\n\nIt stuck.\n\n## Root Cause(s)\n\nA lock.\n\n### Why?\n\nBecause.\n\n## 3. Timeline (UTC)\n\n- 06:00 stuck\n\n## Lessons Learned\n\n### What went well\n\nmuch\n\n### Where we got lucky\n\nlittle\n\n## Glossary\n\n- a: b\n",
    );
    assert_eq!(document.title, "Queue stuck");
    assert_eq!(document.at, Some(hw_model::Timestamp::from_s(1_709_251_200)));
    assert_eq!(document.incident, None);
    assert_eq!(
        texts(&document),
        [
            (SectionKind::Other, "Top", "Date: 1 March 2024\n\nAuthors: X"),
            (SectionKind::Overview, "TL;DR", "It stuck."),
            (SectionKind::Factors, "Root Cause(s)", "A lock.\n\n#### Why?\n\nBecause."),
            (SectionKind::Happened, "3. Timeline (UTC)", "- 06:00 stuck"),
            (SectionKind::Other, "Lessons Learned", ""),
            (SectionKind::WentWell, "What went well", "much"),
            (SectionKind::Luck, "Where we got lucky", "little"),
            (SectionKind::Other, "Glossary", "- a: b"),
        ]
    );
}

#[test]
fn what_has_no_headings_is_kept_whole() {
    let document = read("notes/old_2023-05-04.txt", "just text\nand more");
    assert_eq!(document.title, "old");
    assert_eq!(texts(&document), [(SectionKind::Other, "Top", "just text\nand more")]);
    let front =
        read("x.md", "---\ntitle: \"Disk full\"\ndate: 2024-03-01\n---\n## Impact\n\nall\n");
    assert_eq!(
        (front.title.as_str(), front.at),
        ("Disk full", Some(hw_model::Timestamp::from_s(1_709_251_200)))
    );
    assert_eq!(texts(&front), [(SectionKind::Impact, "Impact", "all")]);
    let twice = read("x.md", "# A\n## Impact\none\n## Customer impact\ntwo\n# B\nthree");
    assert_eq!(
        texts(&twice),
        [
            (SectionKind::Impact, "Impact", "one\n\n#### Customer impact\n\ntwo"),
            (SectionKind::Other, "B", "three")
        ]
    );
}

#[test]
fn empty_files_and_broken_blocks_are_said() {
    assert!(import("a.md", " \n").unwrap_err().words.contains("holds no text"));
    let broken = "# A\n\n## Impact\n\nall\n\n<!-- highwater:postmortem:1\n{\"note\": 1}\n-->\n";
    let imported = import("a.md", broken).unwrap();
    assert_eq!(texts(&imported.document), [(SectionKind::Impact, "Impact", "all")]);
    assert!(
        imported.notes[0].starts_with("The block at the end of a.md cannot be read"),
        "{:?}",
        imported.notes
    );
    let files = [("b.md", "# B"), ("a.md", ""), ("c.md", "# C\n\ntext")];
    let all = import_all(files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let names: Vec<String> = all
        .iter()
        .map(|read| match read {
            Ok(imported) => imported.name.clone(),
            Err(fault) => format!("{}!", fault.name),
        })
        .collect();
    assert_eq!(names, ["a.md!", "b.md", "c.md"]);
}
