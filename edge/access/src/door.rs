//! Whether a request is admitted: by its token, or because it comes from this machine.

use crate::attempts::{Attempts, Refusals};
use crate::book::{Book, Grant};
use hw_api::{Asking, Caller, Scope, Shown, Turned};
use hw_model::Timestamp;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

/// What a request from this machine may do without a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopbackPolicy {
    /// All but admin; that too, until a token of an admin was made for the first time.
    Open,
    /// Nothing.
    Tokens,
}

/// The name of who asks from this machine without a token.
const THIS_MACHINE: &str = "this machine";

/// What all who are asked share.
#[derive(Debug)]
pub struct Door {
    loopback: LoopbackPolicy,
    book: RwLock<Book>,
    attempts: Mutex<Attempts>,
    /// A token for ourselves, which is in no book: for the canary.
    own: Option<[u8; 32]>,
}

impl Door {
    /// Of these tokens. `own` is the hash of a token that may send telemetry, and is kept nowhere.
    #[must_use]
    pub fn new(loopback: LoopbackPolicy, book: Book, own: Option<[u8; 32]>) -> Self {
        Self { loopback, book: RwLock::new(book), attempts: Mutex::default(), own }
    }

    /// Admits a request to what needs a scope.
    ///
    /// # Errors
    ///
    /// Why not; it is counted.
    pub fn admit(
        &self,
        asking: &Asking<'_>,
        needs: Scope,
        now: Timestamp,
    ) -> Result<Caller, Turned> {
        self.identify(asking, needs, now).map_err(|why| {
            let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
            attempts.refuse(asking.peer, why, now)
        })
    }

    /// Counts a message whose signature does not admit it. Returns how many seconds its sender should
    /// wait, if it should.
    pub fn refuse_unsigned(&self, peer: IpAddr, now: Timestamp) -> Option<u32> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.refuse_unsigned(peer, now)
    }

    fn identify(
        &self,
        asking: &Asking<'_>,
        needs: Scope,
        now: Timestamp,
    ) -> Result<Caller, Turned> {
        let is_loopback = asking.is_loopback();
        let (name, has, token) = match asking.shown {
            Shown::Unreadable => return Err(Turned::Unreadable),
            Shown::Bearer(token) if self.is_own(token) => {
                ("canary".to_owned(), Scope::Ingest, None)
            }
            Shown::Bearer(token) => {
                let book = self.read();
                let grant = book.find(token, now)?;
                (grant.name.clone(), grant.scope, Some(grant.id))
            }
            Shown::Nothing => {
                let is_open = is_loopback && self.loopback == LoopbackPolicy::Open;
                // Until there was an admin, who is on this machine makes the first.
                let has = match needs {
                    _ if !is_open => return Err(Turned::Missing),
                    _ if !self.read().had_admin() => Scope::Admin,
                    Scope::Admin => return Err(Turned::Missing),
                    Scope::Ingest => Scope::Ingest,
                    Scope::Read | Scope::Respond => Scope::Respond,
                };
                (THIS_MACHINE.to_owned(), has, None)
            }
        };
        if !has.allows(needs) {
            return Err(Turned::Forbidden { has, needs });
        }
        Ok(Caller { name, scope: has, token, is_loopback })
    }

    fn is_own(&self, token: &str) -> bool {
        let shown = blake3::Hash::from(crate::token::hash_of(token));
        self.own.is_some_and(|own| blake3::Hash::from(own) == shown)
    }

    /// Whether who was admitted still would be.
    #[must_use]
    pub fn still_admits(&self, caller: &Caller, now: Timestamp) -> bool {
        caller.token.is_none_or(|id| self.read().is_usable(id, now))
    }

    /// Knows a token as it is now: from here on every request sees it so.
    pub fn put(&self, grant: Grant) {
        self.book.write().unwrap_or_else(PoisonError::into_inner).put(grant);
    }

    /// Tokens whose last use is not kept yet.
    #[must_use]
    pub fn unsaved_uses(&self) -> Vec<(u32, Timestamp)> {
        self.read().unsaved_uses()
    }

    /// What was refused since this was last asked.
    #[must_use]
    pub fn take_refusals(&self) -> Refusals {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn read(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::mint;

    const NOW: Timestamp = Timestamp(1_795_330_000_000_000_000);

    fn asking<'a>(peer: &str, shown: Shown<'a>) -> Asking<'a> {
        Asking { shown, peer: peer.parse().unwrap(), is_direct: true }
    }

    fn grant(id: u32, scope: Scope) -> (Grant, String) {
        let secret = mint(scope, id, &[u8::try_from(id).unwrap(); 32]);
        let hash = secret.hash();
        let grant = Grant {
            id,
            name: "anna".to_owned(),
            scope,
            hash,
            created_at: NOW,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        (grant, secret.reveal())
    }

    #[test]
    fn loopback_makes_the_first_admin_and_is_none_after_that() {
        let door = Door::new(LoopbackPolicy::Open, Book::default(), None);
        let here = asking("127.0.0.1", Shown::Nothing);
        let there = asking("10.1.2.3", Shown::Nothing);
        for needs in Scope::ALL {
            assert!(door.admit(&here, needs, NOW).is_ok(), "{needs:?}");
            assert_eq!(door.admit(&there, needs, NOW), Err(Turned::Missing));
        }
        let (admin, text) = grant(1, Scope::Admin);
        door.put(admin.clone());
        assert_eq!(door.admit(&here, Scope::Admin, NOW), Err(Turned::Missing));
        assert_eq!(door.admit(&here, Scope::Read, NOW).map(|c| c.scope), Ok(Scope::Respond));
        assert_eq!(door.admit(&here, Scope::Ingest, NOW).map(|c| c.scope), Ok(Scope::Ingest));
        let known = door.admit(&asking("10.1.2.3", Shown::Bearer(&text)), Scope::Admin, NOW);
        let caller = known.unwrap();
        assert_eq!(
            (caller.name.as_str(), caller.token, caller.is_loopback),
            ("anna", Some(1), false)
        );
        assert!(door.still_admits(&caller, NOW));
        door.put(Grant { revoked_at: Some(NOW), ..admin });
        assert!(!door.still_admits(&caller, NOW));
        let refusals = door.take_refusals();
        assert_eq!((refusals.missing, refusals.n()), (5, 5));
    }

    #[test]
    fn loopback_is_no_admin_again_once_the_last_one_is_gone() {
        let here = asking("127.0.0.1", Shown::Nothing);
        let (admin, _) = grant(1, Scope::Admin);
        let revoked = Grant { revoked_at: Some(NOW), ..admin.clone() };
        let expired = Grant { expires_at: Some(NOW), ..admin };
        let mut damaged = Book::default();
        damaged.put_damaged();
        for book in [Book::new(vec![revoked]), Book::new(vec![expired]), damaged] {
            let door = Door::new(LoopbackPolicy::Open, book, None);
            assert_eq!(door.admit(&here, Scope::Admin, NOW), Err(Turned::Missing));
            assert_eq!(door.admit(&here, Scope::Read, NOW).map(|c| c.scope), Ok(Scope::Respond));
        }
    }

    #[test]
    fn wrong_token_is_refused_where_none_is_needed() {
        let door = Door::new(LoopbackPolicy::Open, Book::default(), None);
        let (_, text) = grant(1, Scope::Read);
        for (shown, why) in [
            (Shown::Bearer(&text), Turned::Unknown),
            (Shown::Bearer("x"), Turned::Unknown),
            (Shown::Unreadable, Turned::Unreadable),
        ] {
            assert_eq!(door.admit(&asking("::1", shown), Scope::Read, NOW), Err(why));
        }
    }

    #[test]
    fn loopback_may_need_tokens_and_our_own_only_sends() {
        let own = mint(Scope::Ingest, 0, &[5; 32]);
        let door = Door::new(LoopbackPolicy::Tokens, Book::default(), Some(own.hash()));
        let here = asking("127.0.0.1", Shown::Nothing);
        for needs in Scope::ALL {
            assert_eq!(door.admit(&here, needs, NOW), Err(Turned::Missing));
        }
        let own = own.reveal();
        let canary = asking("127.0.0.1", Shown::Bearer(&own));
        assert!(door.admit(&canary, Scope::Ingest, NOW).is_ok());
        let forbidden = Turned::Forbidden { has: Scope::Ingest, needs: Scope::Read };
        assert_eq!(door.admit(&canary, Scope::Read, NOW), Err(forbidden));
    }
}
