//! A slash command as Slack and Mattermost send it: a form.

use crate::inbound::{BODY_BYTES_MAX, Refusal};
use crate::plain_text::one_line;
use crate::secret::Secret;

/// Characters of a command's text that are taken; the chat programs send less.
const TEXT_CHARS_MAX: usize = 16_000;

/// Characters of a name that are taken.
const NAME_CHARS_MAX: usize = 100;

/// Bytes of what tells a command from every other.
const TRIGGER_BYTES_MAX: usize = 2_000;

/// What somebody typed.
#[derive(Debug, Clone)]
pub struct SlashCommand {
    /// Who typed: the name, or the id where there is no name.
    pub user: String,
    /// The id of who typed, for which a name can be changed.
    pub user_id: String,
    /// What follows the command.
    pub text: String,
    /// The command with its slash.
    pub command: String,
    /// What tells this command from every other; the same when it is sent again.
    pub trigger_id: Option<String>,
    /// Where to answer later. Ask it only through the guard of the courier: it is text from
    /// outside as well.
    pub response_url: Option<Secret>,
    /// The token in the form; Mattermost's proof of being itself.
    pub token: Option<Secret>,
}

impl SlashCommand {
    /// Reads a form `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// If the command or its user is not in it.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        if body.len() > BODY_BYTES_MAX {
            return Err(Refusal::TooLong);
        }
        let field = |name: &str| {
            let mut fields = form_urlencoded::parse(body);
            fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let command = field("command").unwrap_or_default();
        if !command.starts_with('/') || command.len() > 128 {
            return Err(Refusal::NotUnderstood("the form holds no slash command"));
        }
        let user_id = field("user_id").unwrap_or_default();
        let user = field("user_name").filter(|name| !name.is_empty()).unwrap_or(user_id.clone());
        if user.is_empty() || user.len() > 256 || user_id.len() > 256 {
            return Err(Refusal::NotUnderstood("the form does not say who typed the command"));
        }
        let text = field("text").unwrap_or_default();
        let trigger_id = field("trigger_id").filter(|id| !id.is_empty());
        if trigger_id.as_ref().is_some_and(|id| id.len() > TRIGGER_BYTES_MAX) {
            return Err(Refusal::NotUnderstood("the trigger_id of the form is too long"));
        }
        Ok(Self {
            user,
            user_id,
            text: text.chars().take(TEXT_CHARS_MAX).collect(),
            command,
            trigger_id,
            response_url: field("response_url").filter(|url| !url.is_empty()).map(Secret::new),
            token: field("token").filter(|token| !token.is_empty()).map(Secret::new),
        })
    }

    /// The name of who typed, as one line of visible characters; the id where nothing of the name can
    /// be seen. `None` if nothing of either can.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let names = [&self.user, &self.user_id].map(|name| one_line(name, NAME_CHARS_MAX));
        names.into_iter().find(|name| !name.is_empty())
    }

    /// The text as it was typed into Slack, which writes three characters of it in another way.
    #[must_use]
    pub fn typed_text(&self) -> String {
        // The ampersand last: what was typed as `&lt;` comes as `&amp;lt;`.
        self.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }
}
