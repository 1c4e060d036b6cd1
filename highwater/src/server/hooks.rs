//! What other programs must show before anything they say is looked at.

use hw_api::{Chat, SignedMessage, Typed, Unsigned};
use hw_incident::Name;
use hw_model::Timestamp;
use hw_notify::Secret;
use hw_notify::inbound::{Refusal, SlackHeaders, SlashCommand, verify_mattermost, verify_slack};

/// What messages of others are proven by.
#[derive(Clone, Debug, Default)]
pub(crate) struct HookSettings {
    /// The signing secret of a Slack app.
    pub slack: Option<Secret>,
    /// Tokens of slash commands of Mattermost.
    pub mattermost: Vec<Secret>,
}

impl HookSettings {
    /// What somebody typed, once it is proven that the chat sent it.
    pub(super) fn verify(
        &self,
        message: &SignedMessage<'_>,
        now: Timestamp,
    ) -> Result<Typed, Unsigned> {
        match message.chat {
            Chat::Slack => {
                let secret = self.slack.as_ref().ok_or(Unsigned::NoSecret(Chat::Slack))?;
                let SignedMessage { timestamp, signature, body, .. } = *message;
                let headers = SlackHeaders { timestamp, signature };
                verify_slack(secret, headers, body, now.tick().0).map_err(unproven)?;
                typed(Chat::Slack, &SlashCommand::parse(body).map_err(unreadable)?)
            }
            Chat::Mattermost if self.mattermost.is_empty() => {
                Err(Unsigned::NoSecret(Chat::Mattermost))
            }
            Chat::Mattermost => {
                // The token may stand in the form: it is read before it is known to be genuine.
                let command = SlashCommand::parse(message.body);
                let of_form = command.as_ref().ok().and_then(|command| command.token.as_ref());
                let of_head = message.authorization.and_then(|text| text.strip_prefix("Token "));
                self.prove_token(of_form.map(Secret::expose).or(of_head)).map_err(unproven)?;
                typed(Chat::Mattermost, &command.map_err(unreadable)?)
            }
        }
    }

    /// Whether it is one of our tokens.
    fn prove_token(&self, given: Option<&str>) -> Result<(), Refusal> {
        let mut last = Refusal::OwnKey;
        for token in &self.mattermost {
            match verify_mattermost(token, given) {
                Ok(()) => return Ok(()),
                Err(refusal) => last = refusal,
            }
        }
        Err(last)
    }
}

fn unproven(refusal: Refusal) -> Unsigned {
    Unsigned::Unproven(refusal.to_string())
}

fn unreadable(refusal: Refusal) -> Unsigned {
    Unsigned::Unreadable(refusal.to_string())
}

fn typed(chat: Chat, command: &SlashCommand) -> Result<Typed, Unsigned> {
    let none = |what: &str| Unsigned::Unreadable(format!("the form {what}"));
    let name = command.name().ok_or_else(|| none("does not say who typed the command"))?;
    let by = Name::parse(&format!("{name} ({})", chat.name()));
    let by = by.map_err(|fault| none(&format!("names who typed the command, and it {fault}")))?;
    let trigger = command.trigger_id.as_ref();
    let trigger =
        trigger.ok_or_else(|| none("has no trigger_id, by which a command is done once"))?;
    let text = match chat {
        Chat::Slack => command.typed_text(),
        Chat::Mattermost => command.text.clone(),
    };
    let key = blake3::hash(trigger.as_bytes()).to_hex();
    Ok(Typed {
        chat,
        by,
        command: hw_model::plain(&command.command, 64),
        text,
        key: format!("{} {key}", chat.name()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_token_of_ours_proves_a_message_and_nothing_else_does() {
        let tokens = ["aaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbb"];
        let mattermost: Vec<Secret> = tokens.iter().map(|token| Secret::new(*token)).collect();
        let settings = HookSettings { slack: None, mattermost };
        let verify = |form: &str, authorization: Option<&str>| {
            let message = SignedMessage {
                chat: Chat::Mattermost,
                timestamp: None,
                signature: None,
                authorization,
                body: form.as_bytes(),
                peer: "10.0.0.1".parse().unwrap(),
            };
            settings.verify(&message, Timestamp::from_s(0))
        };
        let form = "command=%2Fhw&user_name=anna&text=help&trigger_id=t";
        for token in tokens {
            let typed = verify(&format!("{form}&token={token}"), None).unwrap();
            assert_eq!((typed.by.as_str(), typed.text.as_str()), ("anna (Mattermost)", "help"));
            assert!(verify(form, Some(&format!("Token {token}"))).is_ok());
        }
        let is_unproven = |found| matches!(found, Err(Unsigned::Unproven(_)));
        assert!(is_unproven(verify(form, None)));
        assert!(is_unproven(verify(form, Some("Bearer aaaaaaaaaaaaaaaaaaaaaaaaaa"))));
        assert!(is_unproven(verify(&format!("{form}&token=aaaaaaaaaaaaaaaaaaaaaaaaa"), None)));
        // What is not proven is not read either.
        assert!(is_unproven(verify("nonsense", None)));
        let without = format!("command=%2Fhw&user_name=anna&text=help&token={}", tokens[0]);
        assert!(matches!(verify(&without, None), Err(Unsigned::Unreadable(_))));
        let none = HookSettings::default();
        let message = SignedMessage {
            chat: Chat::Slack,
            timestamp: None,
            signature: None,
            authorization: None,
            body: b"",
            peer: "10.0.0.1".parse().unwrap(),
        };
        let found = none.verify(&message, Timestamp::from_s(0));
        assert_eq!(found, Err(Unsigned::NoSecret(Chat::Slack)));
    }
}
