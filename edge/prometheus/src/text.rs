//! Text for the three languages of a rule file: PromQL inside of Go templates inside of YAML.
//!
//! Letters that cannot be seen, that turn the direction of text or break a line are written as escapes,
//! wherever the language has them, so that a file shows what it says.

use hw_model::is_plain;

/// Whether a letter stands for itself in all three languages, outside of quotes and braces.
fn is_clear(letter: char) -> bool {
    is_plain(letter) && !matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// A string of PromQL with its quotes.
pub(crate) fn promql(text: &str) -> String {
    quoted(text)
}

/// A double-quoted scalar of YAML.
pub(crate) fn yaml(text: &str) -> String {
    quoted(text)
}

/// YAML and PromQL agree on these escapes: the letters `\` and `"`, line breaks, and code points of four or
/// eight digits.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            _ if is_clear(letter) => out.push(letter),
            _ if letter <= '\u{ffff}' => out.push_str(&format!("\\u{:04X}", u32::from(letter))),
            _ => out.push_str(&format!("\\U{:08X}", u32::from(letter))),
        }
    }
    out.push('"');
    out
}

/// Text that a template gives back as it is: no brace of it opens an action.
pub(crate) fn templated(text: &str) -> String {
    text.replace('{', "{{\"{\"}}")
}

/// A line of a comment.
pub(crate) fn comment(text: &str) -> String {
    let clear: String = text.chars().filter(|letter| is_clear(*letter)).collect();
    format!("# {clear}\n")
}

/// A length of time: `5m`, `90s`, `2h`.
pub(crate) fn duration(seconds: i64) -> String {
    match seconds {
        0 => "0s".to_owned(),
        s if s % 3_600 == 0 => format!("{}h", s / 3_600),
        s if s % 60 == 0 => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_stays_between_its_quotes() {
        for (text, expect) in [
            ("POST /items", "\"POST /items\""),
            ("a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\""),
            ("\u{1b}[2J\u{202e}\r\t", "\"\\u001B[2J\\u202E\\u000D\\u0009\""),
            ("Zoë 日本 👩\u{200d}💻", "\"Zoë 日本 👩\u{200d}💻\""),
            ("\u{e0041}\u{ffff}\u{85}\u{2028}", "\"\\U000E0041\\uFFFF\\u0085\\u2028\""),
            ("", "\"\""),
        ] {
            assert_eq!(yaml(text), expect);
        }
    }

    #[test]
    fn no_brace_opens_an_action() {
        assert_eq!(templated("{{ .Labels }}"), "{{\"{\"}}{{\"{\"}} .Labels }}");
        assert_eq!(templated("{\"a\": 1}"), "{{\"{\"}}\"a\": 1}");
    }

    #[test]
    fn durations_are_as_prometheus_writes_them() {
        assert_eq!([0, 60, 90, 300, 7_200].map(duration), ["0s", "1m", "90s", "5m", "2h"]);
    }

    #[test]
    fn comment_is_one_line() {
        assert_eq!(comment("a\n- alert: x\u{2028}b"), "# a- alert: xb\n");
    }
}
