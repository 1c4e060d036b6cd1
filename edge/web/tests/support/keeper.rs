//! A doorkeeper that knows a few words for tokens.

use hw_api::{
    Asking, Caller, Chat, CreatedToken, Entry, Scope, Shown, SignedMessage, Token, Turned, Typed,
    Unsigned, WantedToken, rfc3339,
};
use hw_model::Timestamp;
use hw_web::{Answered, Doorkeeper};
use std::sync::Mutex;

/// What it knows, and what it was told.
#[derive(Default)]
pub(crate) struct Keeper(Mutex<Known>);

#[derive(Default)]
struct Known {
    tokens: Vec<Token>,
    by: Vec<String>,
    is_loopback_open: bool,
    is_all_revoked: bool,
}

const NOW: Timestamp = Timestamp(1_795_330_000_000_000_000);

impl Keeper {
    pub(crate) fn created(&self) -> usize {
        self.0.lock().unwrap().tokens.len()
    }

    /// Who made tokens.
    pub(crate) fn by(&self) -> Vec<String> {
        self.0.lock().unwrap().by.clone()
    }

    pub(crate) fn open_loopback(&self) {
        self.0.lock().unwrap().is_loopback_open = true;
    }

    pub(crate) fn revoke_all(&self) {
        self.0.lock().unwrap().is_all_revoked = true;
    }
}

impl Doorkeeper for Keeper {
    fn admit(&self, asking: &Asking<'_>, needs: Scope) -> Result<Caller, Turned> {
        let known = self.0.lock().unwrap();
        let has = match asking.shown {
            Shown::Nothing if known.is_loopback_open && asking.is_loopback() => Scope::Admin,
            Shown::Nothing => return Err(Turned::Missing),
            Shown::Unreadable => return Err(Turned::Unreadable),
            Shown::Bearer("revoked") => return Err(Turned::Revoked),
            Shown::Bearer("expired") => return Err(Turned::Expired(NOW)),
            Shown::Bearer("busy") => return Err(Turned::TooMany { retry_after_s: 9 }),
            Shown::Bearer(word) => {
                let made = known.tokens.iter().find(|token| word == format!("made {}", token.id));
                let made = made.filter(|token| token.revoked_at.is_none());
                let scope = made.map_or(word, |token| &token.scope);
                Scope::from_word(scope).ok_or(Turned::Unknown)?
            }
        };
        if !has.allows(needs) {
            return Err(Turned::Forbidden { has, needs });
        }
        let name = has.word().to_owned();
        Ok(Caller { name, scope: has, token: Some(7), is_loopback: asking.is_loopback() })
    }

    /// What Slack signs with the word of its own name, and Mattermost with a token in the form.
    fn verify(&self, message: &SignedMessage<'_>) -> Result<Typed, Unsigned> {
        let body = String::from_utf8_lossy(message.body).into_owned();
        let is_signed = match message.chat {
            Chat::Slack => message.signature == Some("slack") && message.timestamp.is_some(),
            Chat::Mattermost => message.authorization == Some("Token mattermost"),
        };
        if message.signature == Some("busy") {
            return Err(Unsigned::TooMany { retry_after_s: 9 });
        }
        if !is_signed {
            return Err(Unsigned::Unproven("the signature is wrong".to_owned()));
        }
        if body.is_empty() {
            return Err(Unsigned::Unreadable("the form holds no command".to_owned()));
        }
        Ok(Typed {
            chat: message.chat,
            by: hw_incident::Name::recorded("anna"),
            command: "/hw".to_owned(),
            text: body,
            key: "k".to_owned(),
        })
    }

    fn still_admits(&self, _caller: &Caller) -> bool {
        !self.0.lock().unwrap().is_all_revoked
    }

    fn tokens(&self) -> Answered<Vec<Token>> {
        Ok(self.0.lock().unwrap().tokens.clone())
    }

    fn create(&self, wanted: WantedToken, by: &Caller) -> Answered<CreatedToken> {
        let mut known = self.0.lock().unwrap();
        known.by.push(by.name.clone());
        let token = Token {
            id: format!("T{}", known.tokens.len() + 1),
            name: wanted.name,
            scope: wanted.scope.word().to_owned(),
            created_at: rfc3339(NOW),
            expires_at: wanted.expires_at.map(rfc3339),
            last_used_at: None,
            revoked_at: None,
        };
        known.tokens.push(token.clone());
        Ok(CreatedToken { secret: format!("made {}", token.id), token })
    }

    fn revoke(&self, id: u32, _by: &Caller) -> Answered<Option<Token>> {
        let mut known = self.0.lock().unwrap();
        let token = known.tokens.iter_mut().find(|token| token.id == format!("T{id}"));
        Ok(token.map(|token| {
            token.revoked_at = Some(rfc3339(NOW));
            token.clone()
        }))
    }

    fn audit(&self, after: u64, items_max: u32) -> Answered<Vec<Entry>> {
        let entry = |event: u64| Entry {
            seq: None,
            event,
            incident: None,
            kind: "token_created".to_owned(),
            timeline: "decision".to_owned(),
            by: "anna".to_owned(),
            source: "person".to_owned(),
            before: Vec::new(),
            pinned: false,
            happened_at: rfc3339(NOW),
            recorded_at: rfc3339(NOW),
            words: "T1 was made".to_owned(),
            about: Some("T1".to_owned()),
            value: None,
            because: Vec::new(),
        };
        Ok((after + 1..=3).take(items_max as usize).map(entry).collect())
    }
}
