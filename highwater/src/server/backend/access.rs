//! Tokens and the audit, as the API asks for them.

use super::super::story;
use super::{Answers, PATIENCE, later};
use crate::administration::{Act, Done, listed, random};
use crate::server::clock::wall;
use crate::server::orders::{Administration, ToWriter};
use hw_api::{
    Asking, Caller, CreatedToken, Entry, Scope, SignedMessage, Token, Turned, Typed, Unsigned,
    WantedToken,
};
use hw_web::{Answered, Doorkeeper, Failure};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Events read at a time, at least: few of them may be wanted.
const PAGE_MIN: u32 = 100;

impl Doorkeeper for Answers {
    fn admit(&self, asking: &Asking<'_>, needs: Scope) -> Result<Caller, Turned> {
        self.door.admit(asking, needs, wall())
    }

    fn verify(&self, message: &SignedMessage<'_>) -> Result<Typed, Unsigned> {
        let now = wall();
        self.hooks.verify(message, now).map_err(|why| match why {
            Unsigned::Unproven(_) => {
                let wait = self.door.refuse_unsigned(message.peer, now);
                wait.map_or(why, |retry_after_s| Unsigned::TooMany { retry_after_s })
            }
            Unsigned::NoSecret(_) | Unsigned::TooMany { .. } | Unsigned::Unreadable(_) => why,
        })
    }

    fn still_admits(&self, caller: &Caller) -> bool {
        self.door.still_admits(caller, wall())
    }

    fn tokens(&self) -> Answered<Vec<Token>> {
        let tokens = self.read(|reader| Ok(reader.tokens()?))?;
        let grants = tokens.into_iter().flatten().filter_map(crate::administration::grant);
        Ok(grants.map(|grant| listed(&grant)).collect())
    }

    fn create(&self, wanted: WantedToken, by: &Caller) -> Answered<CreatedToken> {
        if wanted.expires_at.is_some_and(|end| end <= wall()) {
            return Err(Failure::Invalid("expires_at lies in the past".to_owned()));
        }
        let random = random().map_err(|error| Failure::Broken(error.to_string()))?;
        match self.administer(Act::Create { wanted, random }, &by.name)? {
            Done::Created(grant, secret) => {
                Ok(CreatedToken { token: listed(&grant), secret: secret.reveal() })
            }
            Done::Full => {
                Err(Failure::Conflict("there are as many tokens as there may be".to_owned()))
            }
            Done::Revoked(_) | Done::Noted(_) | Done::NoToken => Err(mixed_up()),
            Done::Rule(_) | Done::NoRule | Done::Stood => Err(mixed_up()),
        }
    }

    fn revoke(&self, id: u32, by: &Caller) -> Answered<Option<Token>> {
        match self.administer(Act::Revoke(id), &by.name)? {
            Done::Revoked(grant) => Ok(Some(listed(&grant))),
            Done::NoToken => Ok(None),
            Done::Created(..) | Done::Noted(_) | Done::Full => Err(mixed_up()),
            Done::Rule(_) | Done::NoRule | Done::Stood => Err(mixed_up()),
        }
    }

    fn audit(&self, after: u64, items_max: u32) -> Answered<Vec<Entry>> {
        self.some_events(after, items_max, |event| event.event.what.is_audit())
    }
}

impl Answers {
    /// Events after a place that are wanted, so many of them, if there are so many.
    pub(super) fn some_events(
        &self,
        after: u64,
        items_max: u32,
        is_wanted: impl Fn(&hw_store::StoredEvent) -> bool,
    ) -> Answered<Vec<Entry>> {
        let (mut found, mut after, page) = (Vec::new(), after, items_max.max(PAGE_MIN));
        let items_max = usize::try_from(items_max).unwrap_or(usize::MAX);
        let mut names = self.change_names();
        while found.len() < items_max {
            let part = self.read(|reader| Ok(reader.events_after(after, page)?))?;
            let Some(last) = part.last() else { break };
            after = last.seq;
            let left = items_max - found.len();
            let wanted = part.iter().filter(|event| is_wanted(event)).take(left);
            found.extend(wanted.map(|event| story::entry(event, &mut names)));
        }
        Ok(found)
    }

    /// Has something done and recorded.
    pub(in crate::server) fn administer(&self, act: Act, by: &str) -> Answered<Done> {
        let (reply, answer) = oneshot::channel();
        let order = Administration { act, by: by.to_owned(), reply: Some(reply) };
        let ending = || later("the server is ending".to_owned());
        self.writer.send(ToWriter::Administer(order)).map_err(|_| ending())?;
        match self.runtime.block_on(async { timeout(PATIENCE, answer).await }) {
            Ok(Ok(Ok(done))) => Ok(done),
            Ok(Ok(Err(refused))) => {
                let why = refused.0;
                Err(later(format!("it was not done, for it cannot be recorded: {why}")))
            }
            Ok(Err(_)) => Err(ending()),
            Err(_) => Err(later(
                "the disk is slow: it is not known whether it was done; list them".to_owned(),
            )),
        }
    }
}

pub(super) fn mixed_up() -> Failure {
    Failure::Broken("the answer is to another question".to_owned())
}
