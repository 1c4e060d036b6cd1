//! Text that stays text: in Markdown and in HTML.

use hw_model::is_plain;
use hw_report::is_link;

/// Letters that nobody uses (Unicode's non-characters): they mark where a section begins and ends while a template
/// is written out. Texts of people never keep them.
pub(crate) const MARK_OPEN: char = '\u{fdd0}';
pub(crate) const MARK_CLOSE: char = '\u{fdd1}';
pub(crate) const MARK_END: char = '\u{fdd2}';

/// Whether a letter may stand in what is written: it is shown, and no mark of ours.
fn is_shown(letter: char) -> bool {
    is_plain(letter) && !is_mark(letter)
}

/// Whether a letter is one of our marks.
pub(crate) const fn is_mark(letter: char) -> bool {
    matches!(letter, MARK_OPEN | MARK_CLOSE | MARK_END)
}

/// Text in one line of Markdown: nothing in it is markup, also where it begins the line.
pub(crate) fn inline(text: &str) -> String {
    let text = one_line(text);
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (at, letter) in letters.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(at + 1).copied();
        if is_markup(letter, (before, after)) || (at == 0 && begins_block(letter, after)) {
            out.push('\\');
        }
        out.push(letter);
        // `1.` and `1)` begin a list: the sign after the number is escaped.
        if letter.is_ascii_digit()
            && after.is_some_and(|after| ".)".contains(after))
            && is_number(&letters, at)
        {
            out.push('\\');
        }
    }
    out
}

/// Text in a cell of a table: as in a line, and never empty, for some readers drop empty cells. Queries are code,
/// addresses are links.
pub(crate) fn cell(text: &str) -> String {
    if text.starts_with("/api/") {
        return code(text).replace('|', "\\|");
    }
    if is_link(text) {
        return format!("<{text}>");
    }
    let text = inline(text);
    if text.is_empty() { "\u{2013}".to_owned() } else { text }
}

/// Whether only digits stand before and at a place.
fn is_number(letters: &[char], at: usize) -> bool {
    letters.iter().take(at + 1).all(char::is_ascii_digit)
}

/// Whether a letter means something in Markdown, or in its dialects.
fn is_markup(letter: char, (before, after): (Option<char>, Option<char>)) -> bool {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    match letter {
        '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '$' => true,
        // Within a word it is a letter: go_ahead.
        '_' => !(is_word(before) && is_word(after)),
        '&' => after.is_some_and(|after| after.is_alphanumeric() || after == '#'),
        _ => false,
    }
}

/// Whether a line that begins so is no paragraph.
fn begins_block(letter: char, after: Option<char>) -> bool {
    match letter {
        '#' | '=' | '>' => true,
        '-' | '+' => after.is_none_or(|after| after == ' ' || after == letter),
        _ => false,
    }
}

/// Text in one line, without letters that are not shown.
pub(crate) fn one_line(text: &str) -> String {
    let blank = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let shown: String = text.chars().map(blank).filter(|letter| is_shown(*letter)).collect();
    shown.trim().to_owned()
}

/// Text as HTML, also within an attribute.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars().filter(|letter| is_shown(*letter) || *letter == '\n') {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

/// Code in a line of Markdown, whatever it holds.
pub(crate) fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let pad =
        if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn ordinary_text_is_hardly_touched() {
        for text in [
            "deploy of router 1.4.2 -> 2.0.0 (C1)",
            "go_ahead, 50 %; a/b",
            "it's \u{201c}so\u{201d} & so",
        ] {
            assert_eq!(inline(text), text);
        }
        assert_eq!(inline("1. a"), "1\\. a");
        assert_eq!(inline("- a"), "\\- a");
        assert_eq!(inline("-5 items"), "-5 items");
        assert_eq!(inline("# a\n<b>*c*|_d_"), "\\# a \\<b>\\*c\\*\\|\\_d\\_");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(
            html("<a href=\"x\">'&\u{202e}\u{fdd0}"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }

    /// What a reader of Markdown makes of a line: its text, if it is nothing but a paragraph of text.
    #[expect(clippy::wildcard_enum_match_arm, reason = "everything else is markup")]
    fn read(markdown: &str) -> Option<String> {
        let mut options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        options.insert(Options::ENABLE_TASKLISTS);
        let mut text = String::new();
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                _ => return None,
            }
        }
        Some(text)
    }

    proptest! {
        #[test]
        fn any_text_is_a_paragraph_with_that_text(text in "\\PC{0,60}|[-+#*_`~<>&;:=|$\\[\\]()!\\\\ a1.]{0,40}") {
            let markdown = inline(&text);
            prop_assert_eq!(read(&markdown), Some(one_line(&text)), "{}", markdown);
        }
    }

    #[test]
    fn a_line_is_read_as_one() {
        assert_eq!(read("a \\* b").as_deref(), Some("a * b"));
        assert_eq!(read("# a"), None);
    }
}
