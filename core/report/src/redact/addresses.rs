//! What looks like an address, a host or an instance in a text.

use std::ops::Range;

/// Endings of file names that look like those of hosts. A host that is given by name is taken out in any case.
const FILE_ENDINGS: &[&str] = &[
    "rs", "py", "js", "ts", "go", "java", "rb", "sh", "sql", "toml", "yaml", "yml", "json", "md",
    "txt", "log", "html", "css", "xml", "csv", "zst", "gz",
];

/// All of them, in order.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_inside = letter.is_alphanumeric() || "._:/@%?#=&+~-".contains(letter);
        match (is_inside, from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                found.extend(address(text, start..at));
                from = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found
}

/// The part of a word that is an address.
fn address(text: &str, within: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(within.clone())?;
    let word = whole.trim_end_matches(['.', ':', '?', '/', '-', '&', '#', '=', '+', '%', '~']);
    let lead = word.len()
        - word
            .trim_start_matches(['.', ':', '/', '-', '@', '#', '?', '=', '&', '~', '%', '+'])
            .len();
    let word = word.get(lead..)?;
    let from = within.start + lead;
    is_address(word).then_some(from..from + word.len())
}

fn is_address(word: &str) -> bool {
    let bare = word.split(['/', '?', '#']).next().unwrap_or(word);
    word.contains("://")
        || is_mailbox(word)
        || is_ipv6(bare)
        || is_instance(bare)
        || is_host(bare)
        || bare
            .split_once(':')
            .is_some_and(|(host, port)| is_port(port) && (has_letter(host) || is_host(host)))
}

fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

fn is_port(text: &str) -> bool {
    (2..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_mailbox(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// `10.0.0.1`, or labels of which the last is a word: `db-1.internal`.
fn is_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    };
    if labels.len() < 2 || !labels.iter().all(|label| is_label(label)) {
        return false;
    }
    let is_number = |label: &str| label.parse::<u8>().is_ok();
    if labels.len() == 4 && labels.iter().all(|label| is_number(label)) {
        return true;
    }
    let last = labels.last().copied().unwrap_or_default();
    let is_word = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    is_word && !(labels.len() == 2 && FILE_ENDINGS.contains(&last.to_lowercase().as_str()))
}

/// Groups of hexadecimal digits, shortened or all eight: no time of day.
fn is_ipv6(word: &str) -> bool {
    let n_colons = word.matches(':').count();
    let is_hex =
        word.chars().all(|letter| letter.is_ascii_hexdigit() || letter == ':' || letter == '.');
    is_hex
        && word.chars().any(|letter| letter.is_ascii_hexdigit())
        && (word.contains("::") || n_colons == 7)
}

/// Names that orchestrators and clouds make up: pods, instances, UUIDs.
fn is_instance(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_hex = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| is_hex(part)) {
        return true;
    }
    match &parts[..] {
        ["i", id] => id.len() >= 8 && is_hex(id),
        ["ip", numbers @ ..] => {
            numbers.len() == 4 && numbers.iter().all(|number| number.parse::<u8>().is_ok())
        }
        [_, .., set, pod] => {
            let is_made_up = |part: &str| {
                part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            };
            let has_digit = format!("{set}{pod}").bytes().any(|byte| byte.is_ascii_digit());
            (8..=10).contains(&set.len())
                && pod.len() == 5
                && is_made_up(set)
                && is_made_up(pod)
                && has_digit
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        addresses(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn addresses_are_found_where_they_end() {
        assert_eq!(
            found("see https://wiki.internal/x?y=1, mail anna@example.com or 10.0.0.1:8080."),
            ["https://wiki.internal/x?y=1", "anna@example.com", "10.0.0.1:8080"]
        );
        assert_eq!(
            found(
                "(db-1.prod.internal) [fe80::1] eligibility:8080/decide screening-7d9f8b6c5-x2k4q"
            ),
            [
                "db-1.prod.internal",
                "fe80::1",
                "eligibility:8080/decide",
                "screening-7d9f8b6c5-x2k4q"
            ]
        );
        assert_eq!(
            found("i-0abc1234def, ip-10-0-0-1 and 0b0e7a6c-1c1e-4f5b-9d2c-1a2b3c4d5e6f"),
            ["i-0abc1234def", "ip-10-0-0-1", "0b0e7a6c-1c1e-4f5b-9d2c-1a2b3c4d5e6f"]
        );
        assert_eq!(found("m\u{fc}nchen.example"), ["m\u{fc}nchen.example"]);
    }

    #[test]
    fn versions_times_and_files_are_none() {
        let text = "router 2.0.0 -> 1.4.2 at 06:11:00 (95 %: 1,274 to 1,417), e.g. rules.rs, POST /items, go/halt; S1: a. B. \
                    deploy-of-router page_size=50 2026-11-24T20:41:07.000Z INC-1";
        assert_eq!(found(text), Vec::<&str>::new());
    }
}
