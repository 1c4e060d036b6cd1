//! For Mattermost: Markdown in which every character of outside text that could be markup is escaped.

use serde_json::{Value, json};

use super::Plain;
use crate::notice::Notice;

/// Mattermost takes 16,383 characters and would split a longer post.
const CHARS_MAX: usize = 16_000;

pub(super) fn body(notice: &Notice) -> Value {
    let plain = Plain::of(notice);
    let mut text = format!("**{}: {}**", escaped(&plain.head()), escaped(&plain.title));
    if !plain.service.is_empty() {
        text.push_str(&format!("\nservice {}", escaped(&plain.service)));
    }
    let link = plain.link.map(|link| format!("\n[Open in Highwater]({link})")).unwrap_or_default();
    let n_chars = text.chars().count() + link.chars().count() + 1;
    let lines = plain.fitting(CHARS_MAX.saturating_sub(n_chars), escaped);
    if !lines.is_empty() {
        text.push('\n');
        text.push_str(&lines);
    }
    text.push_str(&link);
    json!({"text": text})
}

/// Markdown lets any punctuation be escaped; letters, digits and a few harmless marks stay. An
/// invisible character behind `@`, and between a scheme and its slashes, keeps mentions and links
/// from forming even where escapes are undone first.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_ascii_punctuation() && !",;?'%/=\"".contains(c) {
            out.push('\\');
        }
        out.push(c);
        if c == '@' || (c == ':' && rest.peek() == Some(&'/')) {
            out.push('\u{200b}');
        }
    }
    out
}
