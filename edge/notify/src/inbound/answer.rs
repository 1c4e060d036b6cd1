//! What is answered to a slash command: text for that chat, of which nothing is markup.
//!
//! It may hold what others wrote: a title, a note, the name of a service. Mentions in it do not ring.

use hw_api::{Chat, ChatAnswer};
use hw_model::{is_plain, markdown_text};
use serde_json::{Value, json};

use crate::message::slack::SECTION_CHARS_MAX;
use crate::message::{slack, without_mentions};

/// Characters of an answer: with every one of them escaped it still fits into a post of Mattermost.
const ANSWER_CHARS_MAX: usize = 5_000;

/// Who sees an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Who typed the command.
    One,
    /// All in the channel.
    All,
}

/// The answer in the form of a chat.
#[must_use]
pub fn answer(chat: Chat, audience: Audience, text: &str) -> ChatAnswer {
    let response_type = match audience {
        Audience::One => "ephemeral",
        Audience::All => "in_channel",
    };
    let response_type = response_type.to_owned();
    let text = visible(text);
    match chat {
        Chat::Slack => {
            let text = without_mentions(&text);
            let blocks = Some(blocks(&text));
            let (mrkdwn, skip_slack_parsing) = (Some(false), None);
            let text = slack::escaped(&text);
            ChatAnswer { response_type, text, blocks, mrkdwn, skip_slack_parsing }
        }
        Chat::Mattermost => {
            let text = markdown_text(&text);
            let (blocks, mrkdwn, skip_slack_parsing) = (None, None, Some(true));
            ChatAnswer { response_type, text, blocks, mrkdwn, skip_slack_parsing }
        }
    }
}

/// Lines of visible characters, of bounded length.
fn visible(text: &str) -> String {
    let letters = text.chars().filter(|letter| is_plain(*letter) || *letter == '\n');
    let mut text: String = letters.take(ANSWER_CHARS_MAX + 1).collect();
    if text.chars().count() > ANSWER_CHARS_MAX {
        text.pop();
        text.push('\u{2026}');
    }
    text
}

/// Blocks of plain text, as many as are needed.
fn blocks(text: &str) -> Value {
    let letters: Vec<char> = text.chars().collect();
    let sections = letters.chunks(SECTION_CHARS_MAX).map(|letters| {
        let text: String = letters.iter().collect();
        json!({"type": "section", "text": {"type": "plain_text", "text": text, "emoji": false}})
    });
    sections.collect()
}
