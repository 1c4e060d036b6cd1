//! Makes text from outside safe to put into a line, a header or a name: what is left is one line of
//! visible characters of bounded length.
//!
//! Terminal escapes go whole, other control characters become a space, characters that reorder or
//! hide text go. Markup is not touched here: every form escapes it in its own way.

use ring::digest;

/// One line of at most `chars_max` characters, with an ellipsis where it was cut.
pub(crate) fn one_line(text: &str, chars_max: usize) -> String {
    // A character of input yields at most one of output; what is far beyond the limit is not read.
    let mut out = String::new();
    let mut n_chars = 0;
    let mut rest = text.chars().take(chars_max.saturating_mul(4).saturating_add(1024)).peekable();
    let mut space = true;
    while let Some(c) = rest.next() {
        if c == '\u{1b}' || c == '\u{9b}' {
            skip_escape(c, &mut rest);
            continue;
        }
        let c = if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c };
        if hides_or_reorders(c) || (c == ' ' && space) {
            continue;
        }
        if n_chars == chars_max {
            out.pop();
            out.push('…');
            return out;
        }
        space = c == ' ';
        out.push(c);
        n_chars += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Drops the rest of a terminal escape: a control sequence to its final byte, an operating system
/// command to its bell, and of all others one character.
fn skip_escape(first: char, rest: &mut std::iter::Peekable<impl Iterator<Item = char>>) {
    let opener = if first == '\u{9b}' { Some('[') } else { rest.next() };
    match opener {
        Some('[') => while rest.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
        Some(']' | 'P' | '_' | '^' | 'X') => {
            while let Some(c) = rest.next() {
                if c == '\u{7}' || c == '\u{9c}' {
                    return;
                }
                if c == '\u{1b}' {
                    rest.next_if_eq(&'\\');
                    return;
                }
            }
        }
        _ => {}
    }
}

/// Bidirectional controls, zero-width characters, tags and the like; joiners too, for a mention could
/// hide behind one.
fn hides_or_reorders(c: char) -> bool {
    !hw_model::is_plain(c)
        || matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}')
}

/// A name that fits into a header, a URL and a file: as it is where it fits, otherwise its SHA-256.
pub(crate) fn identifier(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-:/".contains(c);
    if !text.is_empty() && text.len() <= 128 && text.chars().all(fits) {
        return text.to_owned();
    }
    hashed(text)
}

/// The SHA-256 of a text, in hex.
pub(crate) fn hashed(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A link that may be put before people: http or https, nothing in it that could close a quote, a
/// bracket or a line. Anything else is left out.
pub(crate) fn link(link: Option<&str>) -> Option<&str> {
    let link = link?;
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_graphic() && !"<>\"'`|\\^{}()[]*".contains(c);
    (link.len() <= 2000 && !rest.is_empty() && rest.chars().all(plain)).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_one_line_of_visible_characters() {
        let check = |text: &str, expect: &str| assert_eq!(one_line(text, 20), expect, "{text:?}");
        check("plain", "plain");
        check("two\r\nlines", "two lines");
        check("\u{1b}[31mred\u{1b}[0m", "red");
        check("\u{1b}]0;title\u{7}after", "after");
        check("\u{1b}]8;;http://x\u{1b}\\link", "link");
        check("\u{9b}2Jgone", "gone");
        check("nul\0tab\tdel\u{7f}", "nul tab del");
        check("a\u{202e}b\u{200b}c\u{2066}d", "abcd");
        check("line\u{2028}sep", "line sep");
        check("123456789012345678901", "1234567890123456789…");
        check("  padded  ", "padded");
        check("\u{1b}", "");
    }

    #[test]
    fn a_megabyte_becomes_the_limit() {
        assert_eq!(one_line(&"é".repeat(1_000_000), 300).chars().count(), 300);
        assert!(one_line(&"\u{1b}[".repeat(500_000), 300).len() < 300);
    }

    #[test]
    fn identifiers_fit_everywhere_and_stay_distinct() {
        assert_eq!(identifier("INC-7:3"), "INC-7:3");
        for odd in ["", "a b", "a\r\nb", "ünï", &"x".repeat(200)] {
            let id = identifier(odd);
            assert!(id.len() == 64 && id.chars().all(|c| c.is_ascii_hexdigit()), "{odd:?}");
        }
        assert_ne!(identifier("a b"), identifier("a  b"));
    }

    #[test]
    fn links_are_http_and_cannot_close_anything() {
        assert_eq!(
            link(Some("https://hw.example/i/7?a=b#c")),
            Some("https://hw.example/i/7?a=b#c")
        );
        for bad in
            ["javascript:alert(1)", "https://", "https://x/\r\ny", "https://x/>|y", "https://x/)"]
        {
            assert_eq!(link(Some(bad)), None, "{bad}");
        }
        assert_eq!(link(None), None);
    }
}
