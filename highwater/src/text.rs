//! The report as a person on call reads it: one sentence, the facts, then the tables.
//!
//! Nothing depends on colour: verdicts are words, and what matters stands first. Everything that
//! came from outside is text: control characters and terminal escapes are taken out.

mod hops;
mod incident;
mod page;
mod picture;

pub(crate) use page::page;

/// Width of the page in columns.
const WIDTH: usize = 100;

/// Text from outside, without control characters.
pub(crate) fn plain(text: &str) -> String {
    let is_shown = |c: char| !c.is_control() && !is_reordering(c);
    text.chars().map(|c| if is_shown(c) { c } else { '\u{fffd}' }).collect()
}

/// Characters that make a terminal show text in another order than it stands.
const fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// A paragraph: the first line begins with `first`, further ones with `rest`.
fn paragraph(first: &str, rest: &str, text: &str) -> String {
    let options = textwrap::Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    let mut filled = textwrap::fill(&plain(text), options);
    filled.push('\n');
    filled
}

/// `12,046`.
fn count(n: u64) -> String {
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

/// `25 min`, `1 h 10 min`, `45 s`.
fn length(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if minutes < 120.0 {
        format!("{minutes:.0} min")
    } else {
        let hours = (minutes / 60.0).floor();
        format!("{hours:.0} h {:.0} min", minutes - 60.0 * hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_reordering_from_outside_are_taken_out() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c\n"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 12, 1_234, 12_046_001].map(count), ["0", "12", "1,234", "12,046,001"]);
    }
}
