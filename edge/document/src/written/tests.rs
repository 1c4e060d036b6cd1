//! What people write, good and hostile.

use super::*;
use crate::markdown::parts::parts;
use proptest::prelude::*;

fn page(text: &str) -> String {
    to_html(text, &|id| (id == "ratio").then(|| "<figure>drawn</figure>\n".to_owned()))
}

#[test]
fn html_is_text() {
    for text in [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<div>\n<script>\n</div>",
        "<!-- comment",
        "<?php",
        "<![CDATA[ x",
        "<svg/onload=alert(1)>",
        "`<b>`",
    ] {
        let page = page(text);
        let inside = page
            .replace("<p>", "")
            .replace("</p>", "")
            .replace("<code>", "")
            .replace("</code>", "");
        assert!(!inside.contains('<'), "{text}: {page}");
        assert!(page.contains("&lt;"), "{text}: {page}");
    }
}

#[test]
fn links_lead_to_pages_and_mailboxes_only() {
    for (text, href) in [
        ("[a](https://x.example)", Some("https://x.example")),
        ("[a](/api/v1/incidents/1)", Some("/api/v1/incidents/1")),
        ("[a](#section-1)", Some("#section-1")),
        ("<https://x.example>", Some("https://x.example")),
        ("[a](mailto:a@x.example)", Some("mailto:a@x.example")),
        ("[a](javascript:alert(1))", None),
        ("[a](JaVaScRiPt:alert(1))", None),
        ("[a](java&#10;script:alert(1))", None),
        ("[a](&#1;javascript:alert(1))", None),
        ("[a](data:text/html,x)", None),
        ("[a](vbscript:x)", None),
        ("[a](//evil.example)", None),
        ("[a](file:///etc/passwd)", None),
    ] {
        let page = page(text);
        match href {
            Some(href) => assert!(page.contains(&format!("href=\"{href}\"")), "{text}: {page}"),
            None => assert!(!page.contains("<a "), "{text}: {page}"),
        }
    }
    let page = page("[a](https://x.example/\"onmouseover=alert(1) \"t\\\"><b>\")");
    assert!(!page.contains("\"onmouseover") && !page.contains("<b>"), "{page}");
}

#[test]
fn pictures_are_ours_or_links() {
    let page = page(
        "before ![cat](https://x.example/cat.png) ![x](javascript:y)\n\n![](figure:ratio)\n\nsee ![it](figure:ratio) ![](figure:none)",
    );
    assert!(!page.contains("<img"), "{page}");
    assert!(page.contains("<a href=\"https://x.example/cat.png\">cat</a>"), "{page}");
    assert!(
        page.contains("<figure>drawn</figure>\n<p>see <a href=\"#figure-ratio\">it</a>"),
        "{page}"
    );
    let contained = contained("![cat](https://x.example/cat.png)\n\n![](figure:ratio)");
    assert_eq!(contained, "[cat](https://x.example/cat.png)\n\n![](figure:ratio)");
}

#[test]
fn task_lists_have_signs_and_tables_are_tables() {
    let page = page("- [ ] open\n- [x] done\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n~~no~~");
    assert!(
        !page.contains("<input")
            && page.contains("\u{2610} open")
            && page.contains("\u{2611} done"),
        "{page}"
    );
    assert!(page.contains("<td>1</td>") && page.contains("<del>no</del>"), "{page}");
}

#[test]
fn headings_of_people_stand_below_ours() {
    assert_eq!(
        contained("# A\ntext\n## B ##\nSet\n===\nlow\n---"),
        "#### A\ntext\n##### B\n#### Set\n##### low"
    );
    assert_eq!(contained("- # in a list\n\n> ## quoted"), "- #### in a list\n\n> ##### quoted");
    assert!(page("# A").contains("<h3>A</h3>"));
}

#[test]
fn what_was_left_open_is_closed() {
    for text in [
        "```\ncode",
        "~~~~ rust\ncode\n~~~",
        "- ```\n  code",
        "> ```\n> code",
        "<!-- open",
        "<div>",
        "| a |\n| - |",
        "[a]: <",
        "*open",
        "`open",
    ] {
        let file = format!("{}\n\n## Next\n\nend", contained(text));
        let parts = parts(&file);
        let last = parts.last().unwrap();
        assert_eq!((last.heading.as_str(), last.text(&file).trim()), ("Next", "end"), "{file}");
    }
}

#[test]
fn a_megabyte_in_a_line_survives() {
    for text in [
        "a".repeat(1_000_000),
        "*".repeat(100_000),
        "[".repeat(100_000),
        "<".repeat(100_000),
        "`a".repeat(100_000),
        "> ".repeat(10_000),
    ] {
        assert!(!page(&text).is_empty() && !contained(&text).is_empty());
    }
    assert!(page(&"word ".repeat(200_000)).len() >= 999_999);
}

/// What Markdown without HTML is made of.
const TAGS: [&str; 24] = [
    "p",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "a",
    "code",
    "pre",
    "blockquote",
    "em",
    "strong",
    "del",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "br",
    "hr",
    "div",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn no_text_leaves_its_section_or_brings_markup(
        text in "([#>*_`~<!\\-\\[\\]()|=:&;/a-c \\n\\t\\\\1.]|```|~~~|<!--|-->|<b>|\\n\\n|# |## |javascript:|figure:x|![a](b)|[c]: d|\\PC){0,40}",
    ) {
        let inside = contained(&text);
        let file = format!("# T\n\n## Before\n\n{inside}\n\n## Next\n\nend\n");
        let parts: Vec<String> = parts(&file).into_iter().map(|part| part.heading).collect();
        prop_assert_eq!(parts, ["T", "Before", "Next"], "{}", file);
        // Once more changes nothing: what was imported and written again stays the same.
        prop_assert_eq!(&contained(&inside), &inside);
        let page = to_html(&text, &|_| None);
        for (at, _) in page.match_indices('<') {
            let tag = &page[at + 1..];
            let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            prop_assert!(TAGS.contains(&name.as_str()), "<{name} of {text}: {page}");
        }
        prop_assert!(!page.contains("href=\"javascript"), "{} of {}", page, text);
    }
}
