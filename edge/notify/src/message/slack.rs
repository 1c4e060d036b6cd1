//! For Slack: blocks of plain text, which Slack does not read as markup.
//!
//! Only the link is markup, and it holds nothing that could close it. The text for notifications is
//! always read as markup by Slack, so `&`, `<` and `>` are escaped there as Slack asks.

use serde_json::{Value, json};

use super::{Plain, without_mentions};
use crate::notice::Notice;

/// Characters Slack takes in a header and in a section.
const HEADER_CHARS_MAX: usize = 150;
pub(crate) const SECTION_CHARS_MAX: usize = 2900;

pub(super) fn body(notice: &Notice) -> Value {
    let plain = Plain::of(notice);
    let head = format!("{}: {}", plain.head(), plain.title);
    let mut blocks = vec![json!({
        "type": "header",
        "text": {"type": "plain_text", "text": header(&head), "emoji": false},
    })];
    let mut text = String::new();
    if head.chars().count() > HEADER_CHARS_MAX {
        text.push_str(&plain.title);
        text.push('\n');
    }
    if !plain.service.is_empty() {
        text.push_str(&format!("service {}\n", plain.service));
    }
    let mut text = without_mentions(&text);
    let room = SECTION_CHARS_MAX.saturating_sub(text.chars().count());
    text.push_str(&plain.fitting(room, without_mentions));
    let text = text.trim_end();
    if !text.is_empty() {
        let text = json!({"type": "plain_text", "text": text, "emoji": false});
        blocks.push(json!({"type": "section", "text": text}));
    }
    if let Some(link) = plain.link {
        let link = format!("<{}|Open in Highwater>", escaped(link));
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": link}}));
    }
    json!({
        "text": escaped(&without_mentions(&head)),
        "mrkdwn": false,
        "parse": "none",
        "link_names": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// Cut last: what is invisible counts, too, and Slack refuses what is too long.
fn header(head: &str) -> String {
    without_mentions(head).chars().take(HEADER_CHARS_MAX).collect()
}

/// The three characters Slack wants escaped.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
