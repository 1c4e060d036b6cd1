//! The tokens there are, in memory: who shows one is known without asking the disk.

use crate::token::{hash_of, number_of};
use hw_api::{Scope, Turned};
use hw_model::Timestamp;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its number, from 1.
    pub id: u32,
    /// Who or what has it.
    pub name: String,
    /// What it is for.
    pub scope: Scope,
    /// What is kept of its text.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is of use.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, roughly.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Grant {
    /// Whether it opens anything.
    #[must_use]
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// All tokens.
#[derive(Debug, Default)]
pub struct Book {
    kept: BTreeMap<u32, Kept>,
    /// Whether a token of an admin was ever made, of use or not.
    had_admin: bool,
}

#[derive(Debug)]
struct Kept {
    grant: Grant,
    /// When it was last shown, in nanoseconds.
    used_at: AtomicI64,
}

/// A use is noted when the last one noted is this old.
const USE_NOTED_S: f64 = 60.0;

impl Book {
    /// Of tokens as they are kept.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        let mut book = Self::default();
        grants.into_iter().for_each(|grant| book.put(grant));
        book
    }

    /// Keeps a token, in place of what was known of it.
    pub fn put(&mut self, grant: Grant) {
        self.had_admin |= grant.scope == Scope::Admin;
        let used_at = grant.last_used_at.map_or(i64::MIN, |at| at.0);
        let known = self.kept.get(&grant.id).map(|kept| kept.used_at.load(Ordering::Relaxed));
        let used_at = AtomicI64::new(known.map_or(used_at, |known| known.max(used_at)));
        self.kept.insert(grant.id, Kept { grant, used_at });
    }

    /// Whose token this is.
    ///
    /// # Errors
    ///
    /// If it opens nothing; that it is expired or revoked is only told to who has it.
    pub fn find(&self, token: &str, now: Timestamp) -> Result<&Grant, Turned> {
        let kept = number_of(token).and_then(|id| self.kept.get(&id)).ok_or(Turned::Unknown)?;
        let grant = &kept.grant;
        // Hashes of blake3 compare in constant time.
        let (shown, known) = (blake3::Hash::from(hash_of(token)), blake3::Hash::from(grant.hash));
        if shown != known {
            return Err(Turned::Unknown);
        }
        if grant.revoked_at.is_some() {
            return Err(Turned::Revoked);
        }
        if let Some(end) = grant.expires_at.filter(|end| *end <= now) {
            return Err(Turned::Expired(end));
        }
        let noted = kept.used_at.load(Ordering::Relaxed);
        if noted == i64::MIN || now.seconds_since(Timestamp(noted)) >= USE_NOTED_S {
            kept.used_at.store(now.0, Ordering::Relaxed);
        }
        Ok(grant)
    }

    /// Whether a token still opens something.
    #[must_use]
    pub fn is_usable(&self, id: u32, now: Timestamp) -> bool {
        self.kept.get(&id).is_some_and(|kept| kept.grant.is_usable(now))
    }

    /// Knows that there is one that cannot be read: it may have been an admin's.
    pub const fn put_damaged(&mut self) {
        self.had_admin = true;
    }

    /// Whether a token of an admin was ever made. That it ended, or was revoked, changes nothing:
    /// nobody becomes an admin by waiting.
    #[must_use]
    pub const fn had_admin(&self) -> bool {
        self.had_admin
    }

    /// How many open something.
    #[must_use]
    pub fn n_usable(&self, now: Timestamp) -> usize {
        self.kept.values().filter(|kept| kept.grant.is_usable(now)).count()
    }

    /// Tokens that were used since what is kept of them says so.
    #[must_use]
    pub fn unsaved_uses(&self) -> Vec<(u32, Timestamp)> {
        let used = |kept: &Kept| {
            let at = Timestamp(kept.used_at.load(Ordering::Relaxed));
            let is_new = at.0 != i64::MIN && kept.grant.last_used_at != Some(at);
            is_new.then_some((kept.grant.id, at))
        };
        self.kept.values().filter_map(used).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::mint;

    fn grant(id: u32, scope: Scope) -> (Grant, String) {
        let secret = mint(scope, id, &[u8::try_from(id).unwrap(); 32]);
        let grant = Grant {
            id,
            name: format!("n{id}"),
            scope,
            hash: secret.hash(),
            created_at: Timestamp::from_s(0),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        (grant, secret.reveal())
    }

    #[test]
    fn token_opens_until_it_ends_or_is_revoked() {
        let (mut known, text) = grant(1, Scope::Read);
        known.expires_at = Some(Timestamp::from_s(100));
        let mut book = Book::new(vec![known.clone()]);
        let find = |book: &Book, s| book.find(&text, Timestamp::from_s(s)).map(|grant| grant.id);
        assert_eq!(find(&book, 99), Ok(1));
        assert_eq!(find(&book, 100), Err(Turned::Expired(Timestamp::from_s(100))));
        known.revoked_at = Some(Timestamp::from_s(50));
        book.put(known);
        assert_eq!(find(&book, 60), Err(Turned::Revoked));
        assert!(!book.is_usable(1, Timestamp::from_s(60)));
        assert_eq!((book.n_usable(Timestamp::from_s(60)), book.had_admin()), (0, false));
    }

    #[test]
    fn token_of_the_same_number_and_another_secret_is_not_known() {
        let (known, _) = grant(1, Scope::Admin);
        let book = Book::new(vec![known]);
        let other = mint(Scope::Admin, 1, &[9; 32]).reveal();
        let now = Timestamp::from_s(1);
        assert_eq!(book.find(&other, now).map(drop), Err(Turned::Unknown));
        // The scope is part of what is hashed.
        let raised = mint(Scope::Read, 1, &[1; 32]).reveal();
        assert_eq!(book.find(&raised, now).map(drop), Err(Turned::Unknown));
        assert_eq!(book.find("", now).map(drop), Err(Turned::Unknown));
        assert_eq!((book.n_usable(now), book.had_admin()), (1, true));
    }

    #[test]
    fn uses_are_noted_once_a_minute() {
        let (known, text) = grant(3, Scope::Ingest);
        let mut book = Book::new(vec![known.clone()]);
        assert!(book.unsaved_uses().is_empty());
        for s in [100, 130, 159] {
            book.find(&text, Timestamp::from_s(s)).unwrap();
        }
        assert_eq!(book.unsaved_uses(), [(3, Timestamp::from_s(100))]);
        book.put(Grant { last_used_at: Some(Timestamp::from_s(100)), ..known });
        assert!(book.unsaved_uses().is_empty());
        book.find(&text, Timestamp::from_s(160)).unwrap();
        assert_eq!(book.unsaved_uses(), [(3, Timestamp::from_s(160))]);
    }
}
