//! Messages that come in from other programs: what proves them, what they say, what is answered.

use hw_incident::Name;
use serde::Serialize;
use std::net::IpAddr;
use utoipa::ToSchema;

/// A chat in which commands are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chat {
    /// Slack.
    Slack,
    /// Mattermost.
    Mattermost,
}

impl Chat {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Mattermost => "Mattermost",
        }
    }

    /// The setting with what its messages are proven by.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Slack => "hooks.slack_signing_secret",
            Self::Mattermost => "hooks.mattermost_tokens",
        }
    }
}

/// A message as it came, before anybody looked into it.
#[derive(Clone, Copy, Debug)]
pub struct SignedMessage<'a> {
    /// What it says it is from.
    pub chat: Chat,
    /// `X-Slack-Request-Timestamp`.
    pub timestamp: Option<&'a str>,
    /// `X-Slack-Signature`.
    pub signature: Option<&'a str>,
    /// `Authorization`, in which Mattermost puts its token too.
    pub authorization: Option<&'a str>,
    /// Its bytes.
    pub body: &'a [u8],
    /// Where its connection comes from.
    pub peer: IpAddr,
}

/// What somebody typed, from a message that was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Where.
    pub chat: Chat,
    /// Who: `anna (Slack)`.
    pub by: Name,
    /// The command with its slash, as it is called there.
    pub command: String,
    /// What follows it.
    pub text: String,
    /// What tells it from every other: one that is sent twice is done once.
    pub key: String,
}

/// Why a message is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// The settings have nothing to prove it by.
    NoSecret(Chat),
    /// It is not proven; the words say why.
    Unproven(String),
    /// So many wrong ones came from there that it is asked to wait.
    TooMany {
        /// Seconds.
        retry_after_s: u32,
    },
    /// It is proven, and says nothing that can be read.
    Unreadable(String),
}

/// The answer to who typed a command. What stands in it is text, and escaped for that chat.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ChatAnswer {
    /// `ephemeral`: for who typed it; `in_channel`: for all, once something was done.
    pub response_type: String,
    /// What is said.
    pub text: String,
    /// The same for Slack, as blocks of plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<serde_json::Value>,
    /// For Slack: whether the text is markup. It is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrkdwn: Option<bool>,
    /// For Mattermost: that it is no markup of Slack either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_slack_parsing: Option<bool>,
}

/// The answer to alerts that were posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertsAnswer {
    /// The incident they stand in; null if nothing is known of them.
    pub incident: Option<String>,
    /// Whether it was opened for them.
    pub opened: bool,
    /// The entry that was written; null if nothing was new.
    pub entry: Option<u64>,
    /// Alerts that were new: written down.
    pub new: u64,
    /// Alerts that were known as they are: nothing was written.
    pub known: u64,
    /// Alerts of Highwater itself, which would go round in a circle.
    pub ignored: u64,
    /// The same in words.
    pub words: String,
}
