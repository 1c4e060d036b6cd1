//! For Mattermost: Markdown in which every character of outside text that could be markup is escaped.

use hw_model::markdown_text;
use serde_json::{Value, json};

use super::Plain;
use crate::notice::Notice;

/// Mattermost takes 16,383 characters and would split a longer post.
const CHARS_MAX: usize = 16_000;

pub(super) fn body(notice: &Notice) -> Value {
    let plain = Plain::of(notice);
    let mut text = format!("**{}: {}**", markdown_text(&plain.head()), markdown_text(&plain.title));
    if !plain.service.is_empty() {
        text.push_str(&format!("\nservice {}", markdown_text(&plain.service)));
    }
    let link = plain.link.map(|link| format!("\n[Open in Highwater]({link})")).unwrap_or_default();
    let n_chars = text.chars().count() + link.chars().count() + 1;
    let lines = plain.fitting(CHARS_MAX.saturating_sub(n_chars), markdown_text);
    if !lines.is_empty() {
        text.push('\n');
        text.push_str(&lines);
    }
    text.push_str(&link);
    json!({"text": text})
}
