//! The report as a person on call reads it: one sentence, the facts, then the tables.
//!
//! Nothing depends on colour: verdicts are words, and what matters stands first. Everything that
//! came from outside is text: control characters and terminal escapes are taken out.

pub(crate) mod actions;
pub(crate) mod answers;
pub(crate) mod compare;
pub(crate) mod digest;
pub(crate) mod drill;
pub(crate) mod fields;
pub(crate) mod found;
mod hops;
pub(crate) mod imported;
mod incident;
mod page;
mod picture;
pub(crate) mod rules;
mod shifts;
pub(crate) mod team;
pub(crate) mod timeline;
pub(crate) mod who;
mod words;

pub(crate) use page::page;

use anyhow::Context;
use hw_model::is_plain;
use std::io::Write;

/// Width of the page in columns.
const WIDTH: usize = 100;

/// Writes to stdout.
pub(crate) fn print(page: &str) -> anyhow::Result<()> {
    match anstream::stdout().lock().write_all(page.as_bytes()) {
        // Whoever reads has seen enough: `highwater analyze ... | head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("failed to write to stdout"),
    }
}

/// Text from outside, without control characters.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if is_plain(c) { c } else { '\u{fffd}' }).collect()
}

/// A paragraph: the first line begins with `first`, further ones with `rest`.
pub(crate) fn paragraph(first: &str, rest: &str, text: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    filled(&options, text)
}

/// The same of text with paths and times in it: a hyphen is no place to break them.
pub(crate) fn paragraph_of_names(first: &str, rest: &str, text: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    filled(&options.word_splitter(textwrap::WordSplitter::NoHyphenation), text)
}

fn filled(options: &textwrap::Options<'_>, text: &str) -> String {
    let mut filled = textwrap::fill(&glued(&plain(text)), options).replace('\u{a0}', " ");
    filled.push('\n');
    filled
}

/// Numbers stay on one line with their unit: a space before it becomes one that does not break.
fn glued(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        out.push_str(word);
        let ends_in_digit = word.ends_with(|c: char| c.is_ascii_digit());
        let next = words.peek().map(|next| next.trim_end_matches([',', ';', '.', ')', ':']));
        match next {
            Some("%" | "s" | "min" | "h" | "nats") if ends_in_digit => out.push('\u{a0}'),
            Some(_) => out.push(' '),
            None => {}
        }
    }
    out
}

/// `12,046`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The size of a computed number of items.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of items")]
fn rounded(n: f64) -> String {
    count(n.abs().round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_reordering_from_outside_are_taken_out() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c\n"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}");
    }

    #[test]
    fn numbers_stay_with_their_unit() {
        for (text, unit) in [("50 % is usual", "50 %"), ("5 min, through", "5 min,")] {
            let wrapped = paragraph("", "", &format!("{} {text}", "x".repeat(WIDTH - 3)));
            let second = wrapped.lines().nth(1).unwrap();
            assert!(second.starts_with(unit) && !wrapped.contains('\u{a0}'), "{wrapped}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 12, 1_234, 12_046_001].map(count), ["0", "12", "1,234", "12,046,001"]);
    }
}
