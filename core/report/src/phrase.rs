//! Parts of sentences: quotes, lists, figures in words.

use hw_model::{Direction, Shift, Signal, Target, share_words};

/// Letters of a quote at most: the whole stands in the record.
const QUOTE_MAX: usize = 400;

/// People's words in one line, cut where they are long.
pub(crate) fn in_line(words: &str) -> String {
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= QUOTE_MAX {
        return joined;
    }
    let cut: String = joined.chars().take(QUOTE_MAX).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole} \u{2026}")
}

/// People's words as a quote: `“more than usual”`.
pub(crate) fn quoted(words: &str) -> String {
    format!("\u{201c}{}\u{201d}", in_line(words))
}

/// A sentence with an end.
pub(crate) fn ended(words: &str) -> String {
    let words = words.trim();
    let last = words.trim_end_matches(['\u{201d}', '"', ')']);
    let is_ended = last.ends_with(['.', '!', '?', '\u{2026}']) && !words.ends_with(')');
    if is_ended { words.to_owned() } else { format!("{words}.") }
}

/// A sentence that begins with a capital.
pub(crate) fn begun(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1 entry`, `2 entries`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", hw_model::count_words(n as f64), if n == 1 { one } else { many })
}

/// What of a fact a reader needs: how many nats stood behind it, and with which weight it was reckoned, is for
/// the record.
#[must_use]
pub fn without_nats(fact: &str) -> String {
    let mut said = fact.to_owned();
    while let Some((from, to)) = nats(&said).or_else(|| weight(&said)) {
        said.replace_range(from..to, "");
    }
    said
}

/// Where ` (weight 10 %)` stands.
fn weight(fact: &str) -> Option<(usize, usize)> {
    let from = fact.find(" (weight ")?;
    Some((from, from + fact.get(from..)?.find(')')? + 1))
}

/// Where a bracket stands that tells of nats, with the blank before it.
fn nats(fact: &str) -> Option<(usize, usize)> {
    let at = fact.find(" nats ")?;
    let from = fact.get(..at)?.rfind(" (")?;
    let to = at + fact.get(at..)?.find(')')? + 1;
    let is_one = !fact.get(from..at)?.contains(')');
    is_one.then_some((from, to))
}

/// What a shift is, in words that need no glossary: `the share of what enters screening that goes on to worklist
/// rose from 50 % to 100 %`.
pub(crate) fn shift_words(shift: &Shift) -> String {
    let went = match shift.direction {
        Direction::Up => "rose",
        Direction::Down => "fell",
    };
    if shift.signal == Signal::NoData {
        return format!("no telemetry came from {}", shift.service);
    }
    let (before, after) = (figure(shift, shift.before), figure(shift, shift.after));
    format!("{} {went} from {before} to {after}", figure_words(shift))
}

/// What figure it is.
fn figure_words(shift: &Shift) -> String {
    let service = &shift.service;
    let value = shift.value.as_deref().unwrap_or_default();
    let at = place(shift);
    match (shift.signal, shift.target.hop()) {
        (Signal::Transfer, Some(hop)) if shift.before.max(shift.after) <= 1.005 => {
            format!("the share of what enters {} that goes on to {}", hop.caller, hop.callee)
        }
        (Signal::Transfer, Some(hop)) => {
            format!("what {} sends to {} for each item it gets", hop.caller, hop.callee)
        }
        (Signal::Transfer, None) => format!("the share of what enters {service} that goes on"),
        (Signal::Answers, _) => {
            format!("the share of answers of {service} that are \u{201c}{value}\u{201d}")
        }
        (Signal::Errors, _) => format!("the share of calls that fail at {service}{at}"),
        (Signal::Latency, _) => {
            format!("the share of calls that take longer than {} at {service}{at}", limit(value))
        }
        (Signal::Volume, _) => format!("what comes into {service}{at}"),
        (Signal::Log, _) => format!("log lines of {service} like \u{201c}{value}\u{201d}"),
        (Signal::NoData, _) => format!("telemetry of {service}"),
    }
}

/// The time within the name of a limit: `p50 (19 ms)`.
fn limit(value: &str) -> &str {
    let inside = value.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inside.unwrap_or(value)
}

/// Where, as far as the service does not say it.
fn place(shift: &Shift) -> String {
    match &shift.target {
        Target::Hop(hop) => format!(", called by {}", hop.caller),
        Target::Entry { operation, .. } => format!(", {operation}"),
        Target::Service(_) => String::new(),
    }
}

fn figure(shift: &Shift, x: f64) -> String {
    match shift.signal {
        Signal::Volume | Signal::Log => format!("{x:.2} a second"),
        Signal::Transfer | Signal::Answers | Signal::Errors | Signal::Latency | Signal::NoData => {
            share_words(x)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_once() {
        for (words, expect) in [
            ("more items", "more items."),
            ("more items!", "more items!"),
            ("\u{201c}why?\u{201d}", "\u{201c}why?\u{201d}"),
            ("as before (97 %)", "as before (97 %)."),
            ("as before (see etc.)", "as before (see etc.)."),
        ] {
            assert_eq!(ended(words), expect);
        }
    }

    #[test]
    fn quotes_stand_in_a_line_and_are_cut_between_words() {
        assert_eq!(quoted(" a\n b\t"), "\u{201c}a b\u{201d}");
        let long = in_line(&"word ".repeat(200));
        assert!(long.chars().count() <= QUOTE_MAX + 2 && long.ends_with("word \u{2026}"), "{long}");
        let one = in_line(&"\u{e9}".repeat(1_000_000));
        assert_eq!(one.chars().count(), QUOTE_MAX + 2);
    }

    #[test]
    fn nats_are_left_to_the_record() {
        assert_eq!(
            without_nats(
                "back to 49 %; 100 % where 49 % is usual for 5 min (1146 nats against a return)"
            ),
            "back to 49 %; 100 % where 49 % is usual for 5 min"
        );
        for kept in ["7 nats (of it)", "(a) 7 nats b)", "nats", "(factor 2.0 for innocence)"] {
            assert_eq!(without_nats(kept), kept);
        }
    }

    #[test]
    fn lists_read_as_people_say_them() {
        let of =
            |parts: &[&str]| listed(&parts.iter().map(|&part| part.into()).collect::<Vec<_>>());
        assert_eq!(
            [of(&[]), of(&["a"]), of(&["a", "b"]), of(&["a", "b", "c"])],
            ["", "a", "a and b", "a, b and c"]
        );
        assert_eq!(counted(1, "entry", "entries"), "1 entry");
        assert_eq!(counted(9_920, "entry", "entries"), "9,920 entries");
    }
}
