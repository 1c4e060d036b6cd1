//! Which letters show themselves: text comes from outside, and is text wherever it is shown.

/// Whether a letter shows something in its place. Control characters and terminal escapes do not; nor
/// do letters that turn the direction of text around or that nobody sees. What joins the parts of an
/// emoji, or letters of Persian, is plain.
#[must_use]
pub fn is_plain(letter: char) -> bool {
    let turns = matches!(letter,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(letter,
        '\u{00ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    !(letter.is_control() || turns || hides)
}

/// The plain letters of a text, `letters_max` of them at most: what a sentence can hold of it.
#[must_use]
pub fn plain(text: &str, letters_max: usize) -> String {
    text.chars().filter(|letter| is_plain(*letter)).take(letters_max).collect()
}

/// Text that may stand in a path or query.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A text as Markdown in which nothing of it is markup: any punctuation may be escaped there; letters,
/// digits and a few harmless marks stay. An invisible character behind `@`, behind `#` before a digit,
/// and between a scheme and its slashes, keeps mentions, references and links from forming even where
/// escapes are undone first.
#[must_use]
pub fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_ascii_punctuation() && !",;?'%/=\"".contains(c) {
            out.push('\\');
        }
        out.push(c);
        let forms = match c {
            '@' => true,
            ':' => rest.peek() == Some(&'/'),
            '#' => rest.peek().is_some_and(char::is_ascii_digit),
            _ => false,
        };
        if forms {
            out.push('\u{200b}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_or_hides_is_not_plain() {
        assert!("Zoë, 日本, 👩\u{200d}💻, ❤\u{fe0f}, <b>&".chars().all(is_plain));
        let others =
            "\u{0}\n\t\u{1b}\u{7f}\u{9b}\u{ad}\u{200b}\u{200f}\u{202e}\u{2066}\u{feff}\u{e0041}";
        assert!(!others.chars().any(is_plain));
    }

    #[test]
    fn nothing_in_a_text_is_markdown() {
        assert_eq!(
            markdown_text("[x](y) **b** <b> @a `c` #d 1. _e_"),
            "\\[x\\]\\(y\\) \\*\\*b\\*\\* \\<b\\> \\@\u{200b}a \\`c\\` \\#d 1\\. \\_e\\_"
        );
        assert_eq!(markdown_text("https://evil 12:30"), "https\\:\u{200b}//evil 12\\:30");
        assert_eq!(markdown_text("fixes #12"), "fixes \\#\u{200b}12");
    }

    #[test]
    fn a_text_is_cut_after_its_plain_letters_are_counted() {
        assert_eq!(plain("\u{1b}Z\u{202e}oë\n!", 3), "Zoë");
        assert_eq!(plain("Zoë", 0), "");
    }

    #[test]
    fn ids_of_hops_can_stand_in_paths() {
        assert_eq!(percent_encoded("a|POST /x"), "a%7CPOST%20%2Fx");
    }
}
