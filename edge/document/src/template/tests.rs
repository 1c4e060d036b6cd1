//! Templates as people write them, and what is wrong with some.

use super::*;
use crate::body::Figures;
use hw_incident::ReviewStatus;
use hw_model::{IncidentId, Timestamp};
use hw_report::{Audience, Place, Section, SectionKind, Written};

fn document() -> Document {
    let section = |kind: SectionKind, text: &str| Section {
        kind,
        title: kind.title().to_owned(),
        blocks: Vec::new(),
        questions: Vec::new(),
        written: Some(Written { text: text.to_owned(), place: Place::Instead, by: None, at: None }),
    };
    Document {
        incident: Some(IncidentId(1)),
        title: "<b>all</b> *pass*".to_owned(),
        at: Some(Timestamp::from_s(1_795_414_260)),
        status: None,
        severity: None,
        state: ReviewStatus::InReview,
        version: 3,
        due: None,
        made_at: Timestamp::from_s(1_795_414_260),
        audience: Audience::Internal,
        restricted_to: Vec::new(),
        people: vec!["Anna".to_owned(), "*Bob*".to_owned()],
        facts: Vec::new(),
        sections: vec![
            section(SectionKind::Overview, "It *passed*. {{ not_a_value }} {% raise %}"),
            section(SectionKind::Luck, "a quiet day"),
        ],
        figures: Vec::new(),
    }
}

fn written_by(source: &str) -> Result<String, TemplateFault> {
    let document = document();
    let layout = Layout::Team { name: "ours.md", source };
    layout
        .render(&document, &References::of(&document), Figures::Tables)
        .map(|rendered| rendered.text)
}

fn fault(source: &str) -> TemplateFault {
    written_by(source).unwrap_err()
}

#[test]
fn values_are_text_and_sections_are_markdown() {
    let text = written_by("# {{ title }}\n\n{{ people | join(\", \") }}, {{ incident }}, {{ date }}, {{ severity or \"none\" }}\n\n## Mine\n\n{{ section.overview }}\n{% if section.impact %}never{% endif %}\n").unwrap();
    assert_eq!(
        text,
        "# \\<b>all\\</b> \\*pass\\*\n\nAnna, \\*Bob\\*, INC-1, Mon 23 Nov 2026, none\n\n## Mine\n\nIt *passed*. {{ not_a_value }} {% raise %}\n"
    );
}

#[test]
fn own_layouts_show_every_section_that_has_something() {
    let document = document();
    let references = References::of(&document);
    for layout in [Layout::Own, Layout::SreBook, Layout::PagerDuty] {
        assert_eq!(layout.check(), Ok(()));
        assert_eq!(Layout::named(layout.name()), Some(layout));
        let rendered = layout.render(&document, &references, Figures::Tables).unwrap();
        let kinds: Vec<SectionKind> = rendered.regions.iter().map(|region| region.kind).collect();
        assert_eq!(kinds, [SectionKind::Overview, SectionKind::Luck], "{}", rendered.text);
        assert!(!rendered.text.contains("\n\n\n"), "{}", rendered.text);
    }
}

#[test]
fn a_template_that_does_not_parse_says_in_which_line() {
    let fault = fault("# ok\n\n{% for x in %}\n{% endfor %}\n");
    assert_eq!((fault.name.as_str(), fault.line), ("ours.md", Some(3)), "{fault}");
    assert!(fault.to_string().starts_with("template ours.md, line 3: syntax error: "), "{fault}");
    for (source, line) in [
        ("a\n{{ title", 2),
        ("{% if title %}\n", 1),
        ("{% include \"x\" %}", 1),
        ("\n\n{{ title | nothing }}", 3),
        ("{{ nothing() }}", 1),
        ("{% macro x() %}{% endmacro %}", 1),
    ] {
        let fault = written_by(source).unwrap_err();
        assert_eq!(fault.line, Some(line), "{source}: {fault}");
    }
    assert!(Layout::Team { name: "x", source: "{% for %}" }.check().is_err());
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    for source in [
        "\n{{ overveiw }}",
        "\n{{ section.overveiw }}",
        "\n{% for x in nothing %}{% endfor %}",
        "\n{{ facts[0].x }}",
        "\n{{ section.impact.x }}",
    ] {
        let fault = fault(source);
        assert_eq!(fault.line, Some(2), "{source}: {fault}");
        assert!(fault.words.starts_with("undefined value"), "{source}: {fault}");
        assert!(fault.words.contains("section.KIND"), "{source}: {fault}");
    }
    assert!(
        fault("{{ section.overveiw }}").words.contains("section.overveiw"),
        "{}",
        fault("{{ section.overveiw }}")
    );
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    for source in [
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{{ section.overview * 9999 }}{% endfor %}",
        "{{ \"x\" * 999999999 }}",
        "{% set x = \"x\" %}{% for a in range(64) %}{% set x = x ~ x %}{% endfor %}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    ] {
        let fault = fault(source);
        assert!(fault.words.starts_with("does too much"), "{source}: {fault}");
    }
    let long = "x".repeat(TEMPLATE_BYTES_MAX + 1);
    assert!(fault(&long).words.contains("262144 are possible"));
}

#[test]
fn text_stays_text_whatever_a_template_does_with_it() {
    for source in [
        "{{ title | safe }}",
        "{% autoescape false %}{{ title }}{% endautoescape %}",
        "{{ title | e }}",
        "{{ title | upper }}",
    ] {
        let Ok(text) = written_by(source) else { continue };
        let page = crate::written::own_to_html(&text, &|_| None);
        assert!(!page.contains("<b>") && !page.contains("<B>"), "{source}: {page}");
    }
}
