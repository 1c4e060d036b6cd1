//! For Microsoft Teams: an adaptive card whose texts are text runs, which are never read as markup.
//!
//! `TextBlock` would read Markdown, so outside text goes into `RichTextBlock` only.

use serde_json::{Value, json};

use super::{Plain, without_mentions};
use crate::notice::{Kind, Notice};

/// Lines in a card: the whole card may have 28 KB.
const LINES_MAX: usize = 20;

pub(super) fn body(notice: &Notice) -> Value {
    let plain = Plain::of(notice);
    let colour = match notice.kind {
        Kind::Firing => "attention",
        Kind::Resolved => "good",
        Kind::Update | Kind::Test => "default",
    };
    let head = format!("{}: {}", plain.head(), plain.title);
    let mut rows = vec![json!({"type": "RichTextBlock", "inlines": [{
        "type": "TextRun", "text": without_mentions(&head), "weight": "bolder", "color": colour,
    }]})];
    let service = (!plain.service.is_empty()).then(|| format!("service {}", plain.service));
    for line in service.into_iter().chain(plain.first_lines(LINES_MAX)) {
        rows.push(json!({"type": "RichTextBlock", "inlines": [
            {"type": "TextRun", "text": without_mentions(&line)},
        ]}));
    }
    let actions: Vec<Value> = plain
        .link
        .iter()
        .map(|link| json!({"type": "Action.OpenUrl", "title": "Open in Highwater", "url": link}))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": rows,
                "actions": actions,
            },
        }],
    })
}
