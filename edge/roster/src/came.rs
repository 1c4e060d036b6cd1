//! What came instead of what was expected: a login page, JSON, nothing.
//!
//! The usual way for a feed to break is an address that answers, with something else. Saying what
//! came saves whoever repairs it the first look.

use hw_model::plain;
use std::fmt;

/// Bytes that are looked at.
const LOOK_BYTES: usize = 4_096;
/// Characters of a title or of a first line that are shown.
const SHOWN_CHARS_MAX: usize = 60;

/// The kind of some bytes, as far as one can tell at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// No bytes, or blanks.
    Nothing,
    /// A web page, with its title.
    Page(Option<String>),
    /// JSON.
    Json,
    /// Some XML.
    Xml,
    /// Packed bytes.
    Gzip,
    /// Bytes that are no text.
    Binary,
    /// Text that begins so.
    Text(String),
}

impl Came {
    /// Looks at some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let look = bytes.get(..LOOK_BYTES).unwrap_or(bytes);
        if look.starts_with(&[0x1f, 0x8b]) {
            return Self::Gzip;
        }
        if look.contains(&0) || n_control(look) * 10 > look.len() {
            return Self::Binary;
        }
        let text = String::from_utf8_lossy(look);
        let text = text.trim_start_matches('\u{feff}').trim();
        let lower = text.to_ascii_lowercase();
        match text.chars().next() {
            None => Self::Nothing,
            Some('{' | '[') => Self::Json,
            Some('<') if lower.contains("<html") || lower.contains("<!doctype html") => {
                Self::Page(title(text, &lower))
            }
            Some('<') => Self::Xml,
            Some(_) => Self::Text(shown(text.lines().next().unwrap_or_default())),
        }
    }
}

impl fmt::Display for Came {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Page(None) => f.write_str("a web page"),
            Self::Page(Some(title)) => write!(f, "a web page titled \"{title}\""),
            Self::Json => f.write_str("JSON"),
            Self::Xml => f.write_str("XML"),
            Self::Gzip => f.write_str("gzip-compressed bytes"),
            Self::Binary => f.write_str("binary data"),
            Self::Text(begin) => write!(f, "text that begins \"{begin}\""),
        }
    }
}

/// Bytes that no text has.
fn n_control(look: &[u8]) -> usize {
    look.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count()
}

/// The title of a page; `lower` has the same bytes in lower case.
fn title(text: &str, lower: &str) -> Option<String> {
    let tag = lower.find("<title")?;
    let from = tag + lower.get(tag..)?.find('>')? + 1;
    let to = from + lower.get(from..)?.find("</title")?;
    let title = shown(text.get(from..to)?.trim());
    (!title.is_empty()).then_some(title)
}

fn shown(text: &str) -> String {
    plain(text, SHOWN_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_said_in_words() {
        for (bytes, expect) in [
            (&b""[..], "nothing"),
            (b" \r\n", "nothing"),
            (b"\xef\xbb\xbf", "nothing"),
            (b"<!DOCTYPE html><html><head><title>Sign in</title>", "a web page titled \"Sign in\""),
            (b"<HTML><TITLE >\x1b[2JLog\nin</TITLE>", "a web page titled \"[2JLogin\""),
            (b"<html>", "a web page"),
            (b"<html><title>", "a web page"),
            (b"<?xml version=\"1.0\"?><error/>", "XML"),
            (b"{\"error\": \"unauthorized\"}", "JSON"),
            (b"\x1f\x8b\x08\x00", "gzip-compressed bytes"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "binary data"),
            (b"404 page not found\n", "text that begins \"404 page not found\""),
        ] {
            assert_eq!(Came::of(bytes).to_string(), expect);
        }
        let long = "x".repeat(1 << 20);
        assert!(Came::of(long.as_bytes()).to_string().len() < 100);
    }
}
