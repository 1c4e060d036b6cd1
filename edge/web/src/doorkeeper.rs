//! What is asked of whoever knows the tokens.
//!
//! Two implementations, as of [`crate::Backend`]: the server's, and a canned one in the tests. Where
//! none is given, this machine may do everything and nobody else anything.

use crate::backend::{Answered, Failure};
use hw_api::{
    Asking, Caller, CreatedToken, Entry, Scope, SignedMessage, Token, Turned, Typed, Unsigned,
    WantedToken,
};

/// Whoever knows the tokens. Later the one, too, who asks an identity provider (docs/adr/0012).
pub trait Doorkeeper: Send + Sync {
    /// Admits a request to what needs a scope. It never waits.
    ///
    /// # Errors
    ///
    /// Why not.
    fn admit(&self, asking: &Asking<'_>, needs: Scope) -> Result<Caller, Turned>;

    /// Admits a message that shows a signature instead of a token. It never waits.
    ///
    /// # Errors
    ///
    /// Why not. Of one that is not proven nothing but that is to be told.
    fn verify(&self, message: &SignedMessage<'_>) -> Result<Typed, Unsigned>;

    /// Whether somebody who was admitted still would be: asked of whoever follows for hours. It never
    /// waits.
    fn still_admits(&self, caller: &Caller) -> bool;

    /// All tokens, by number.
    ///
    /// # Errors
    ///
    /// If there is no answer now; so everywhere below.
    fn tokens(&self) -> Answered<Vec<Token>>;

    /// Makes a token. It is durable and recorded when this returns.
    ///
    /// # Errors
    ///
    /// Also if it cannot be recorded: then there is none.
    fn create(&self, wanted: WantedToken, by: &Caller) -> Answered<CreatedToken>;

    /// Revokes a token, unless it was; `None` if there is no such token. The next request with it is
    /// refused when this returns.
    ///
    /// # Errors
    ///
    /// Also if it cannot be recorded: then it is not revoked.
    fn revoke(&self, id: u32, by: &Caller) -> Answered<Option<Token>>;

    /// Acts of administration after a place among all events, oldest first.
    ///
    /// # Errors
    ///
    /// See [`Doorkeeper::tokens`].
    fn audit(&self, after: u64, items_max: u32) -> Answered<Vec<Entry>>;
}

/// Where nobody knows tokens.
pub(crate) struct ThisMachine;

const NO_TOKENS: &str = "this server keeps no tokens";

impl Doorkeeper for ThisMachine {
    fn admit(&self, asking: &Asking<'_>, _needs: Scope) -> Result<Caller, Turned> {
        let caller = || Caller {
            name: "this machine".to_owned(),
            scope: Scope::Admin,
            token: None,
            is_loopback: true,
        };
        asking.is_loopback().then(caller).ok_or(Turned::Missing)
    }

    fn verify(&self, message: &SignedMessage<'_>) -> Result<Typed, Unsigned> {
        Err(Unsigned::NoSecret(message.chat))
    }

    fn still_admits(&self, _caller: &Caller) -> bool {
        true
    }

    fn tokens(&self) -> Answered<Vec<Token>> {
        Ok(Vec::new())
    }

    fn create(&self, _wanted: WantedToken, _by: &Caller) -> Answered<CreatedToken> {
        Err(Failure::Conflict(NO_TOKENS.to_owned()))
    }

    fn revoke(&self, _id: u32, _by: &Caller) -> Answered<Option<Token>> {
        Ok(None)
    }

    fn audit(&self, _after: u64, _items_max: u32) -> Answered<Vec<Entry>> {
        Ok(Vec::new())
    }
}
