//! Acts of administration: each is carried out and recorded in one group, or not at all.
//!
//! The server's writer does so while it runs, and `highwater token create --data` beside a server that
//! does not.

mod imports;
mod rules;

pub(crate) use imports::NewImport;
pub(crate) use rules::KeptRule;

use hw_access::{Grant, Refusals, Secret, mint};
use hw_api::{RuleBody, Scope, WantedToken, rfc3339};
use hw_model::Timestamp;
use hw_store::{Group, StoredRule, StoredToken, WriteError};
use hw_wire::{ActV1, EventV1};

/// Tokens of a data folder, revoked ones too.
const TOKENS_MAX: u32 = 10_000;

/// What is wanted.
pub(crate) enum Act {
    /// A token, made of random bytes.
    Create { wanted: WantedToken, random: [u8; 32] },
    /// The end of a token.
    Revoke(u32),
    /// That tokens were used, and what was refused. Nobody asks for it.
    Note { uses: Vec<(u32, Timestamp)>, refusals: Refusals },
    /// A rule, from then on, which begins where it stands.
    SaveRule { rule: Box<RuleBody>, at: Timestamp, standing: String },
    /// The end of a rule.
    RetireRule { id: u32, at: Timestamp },
    /// A post mortem that was written elsewhere.
    Import(Box<NewImport>),
    /// Where rules stand. It is nobody's act, and not recorded as one.
    StandRules(Vec<(u32, String)>),
}

/// What was done.
pub(crate) enum Done {
    Created(Grant, Secret),
    /// Now, or before.
    Revoked(Grant),
    /// Of those tokens, if it is about tokens.
    Noted(Vec<Grant>),
    /// There is no such token.
    NoToken,
    /// There are as many as may be.
    Full,
    /// A rule as it is kept now.
    Rule(StoredRule),
    /// There is no such rule.
    NoRule,
    /// Where rules stand is kept.
    Stood,
}

impl Done {
    /// Tokens as they are now.
    pub(crate) fn grants(&self) -> &[Grant] {
        match self {
            Self::Created(grant, _) | Self::Revoked(grant) => std::slice::from_ref(grant),
            Self::Noted(grants) => grants,
            Self::NoToken | Self::Full | Self::Rule(_) | Self::NoRule | Self::Stood => &[],
        }
    }
}

/// Carries out and records.
pub(crate) fn carry_out(
    group: &mut Group<'_>,
    (act, by): (&Act, &str),
    now: Timestamp,
) -> Result<Done, WriteError> {
    match act {
        Act::Create { wanted, random } => create(group, (wanted, random, by), now),
        Act::Revoke(id) => revoke(group, (*id, by), now),
        Act::Note { uses, refusals } => note(group, (uses, refusals, by), now),
        Act::SaveRule { rule, at, standing } => {
            rules::save(group, rules::Wanted { rule, at: *at, standing }, (by, now))
        }
        Act::RetireRule { id, at } => rules::retire(group, (*id, *at, by), now),
        Act::Import(new) => imports::keep(group, (new, by), now),
        Act::StandRules(standings) => rules::stand(group, standings),
    }
}

fn create(
    group: &mut Group<'_>,
    (wanted, random, by): (&WantedToken, &[u8; 32], &str),
    now: Timestamp,
) -> Result<Done, WriteError> {
    let id = group.next_token()?;
    if id > TOKENS_MAX {
        return Ok(Done::Full);
    }
    let secret = mint(wanted.scope, id, random);
    let grant = Grant {
        id,
        name: wanted.name.clone(),
        scope: wanted.scope,
        hash: secret.hash(),
        created_at: now,
        expires_at: wanted.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    group.put_token(&stored(&grant))?;
    let (name, scope) = (grant.name.clone(), grant.scope.word().to_owned());
    let expires_at = grant.expires_at.map(|at| at.0);
    let did = ActV1::TokenCreated { token: id, name, scope, expires_at };
    group.append_event(&EventV1::audit(now, by, did), now.0)?;
    Ok(Done::Created(grant, secret))
}

fn revoke(
    group: &mut Group<'_>,
    (id, by): (u32, &str),
    now: Timestamp,
) -> Result<Done, WriteError> {
    let known = group.token(id)?.and_then(|token| match token {
        Ok(token) => grant(token),
        Err(id) => Some(unreadable(id, now)),
    });
    let Some(mut grant) = known else { return Ok(Done::NoToken) };
    if grant.revoked_at.is_some() {
        return Ok(Done::Revoked(grant));
    }
    grant.revoked_at = Some(now);
    group.put_token(&stored(&grant))?;
    let (name, scope) = (grant.name.clone(), grant.scope.word().to_owned());
    let did = ActV1::TokenRevoked { token: id, name, scope };
    group.append_event(&EventV1::audit(now, by, did), now.0)?;
    Ok(Done::Revoked(grant))
}

fn note(
    group: &mut Group<'_>,
    (uses, refusals, by): (&[(u32, Timestamp)], &Refusals, &str),
    now: Timestamp,
) -> Result<Done, WriteError> {
    let mut grants = Vec::new();
    for (id, at) in uses {
        // What is damaged is not written on: it would look whole.
        if let Some(known) = group.token(*id)?.and_then(Result::ok).and_then(grant) {
            let grant = Grant { last_used_at: Some(*at), ..known };
            group.put_token(&stored(&grant))?;
            grants.push(grant);
        }
    }
    if refusals.n() > 0 {
        let Refusals { missing, unknown, expired, revoked, forbidden, unsigned, .. } = *refusals;
        let addresses = refusals.addresses.iter().map(ToString::to_string).collect();
        let did = ActV1::AttemptsRefused {
            missing,
            unknown,
            expired,
            revoked,
            forbidden,
            unsigned,
            addresses,
        };
        group.append_event(&EventV1::audit(now, by, did), now.0)?;
    }
    Ok(Done::Noted(grants))
}

/// What is left of a damaged token that is revoked: its number, and the most it could have been.
fn unreadable(id: u32, now: Timestamp) -> Grant {
    Grant {
        id,
        name: "damaged".to_owned(),
        scope: Scope::Admin,
        hash: [0; 32],
        created_at: now,
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    }
}

/// A token as it was stored; `None` if its scope is none of ours.
pub(crate) fn grant(stored: StoredToken) -> Option<Grant> {
    Some(Grant {
        id: stored.id,
        scope: Scope::from_word(&stored.scope)?,
        name: stored.name,
        hash: stored.hash,
        created_at: Timestamp(stored.created_at),
        expires_at: stored.expires_at.map(Timestamp),
        last_used_at: stored.last_used_at.map(Timestamp),
        revoked_at: stored.revoked_at.map(Timestamp),
    })
}

fn stored(grant: &Grant) -> StoredToken {
    StoredToken {
        id: grant.id,
        name: grant.name.clone(),
        scope: grant.scope.word().to_owned(),
        hash: grant.hash,
        created_at: grant.created_at.0,
        expires_at: grant.expires_at.map(|at| at.0),
        last_used_at: grant.last_used_at.map(|at| at.0),
        revoked_at: grant.revoked_at.map(|at| at.0),
    }
}

/// A token as it is listed.
pub(crate) fn listed(grant: &Grant) -> hw_api::Token {
    hw_api::Token {
        id: format!("T{}", grant.id),
        name: grant.name.clone(),
        scope: grant.scope.word().to_owned(),
        created_at: rfc3339(grant.created_at),
        expires_at: grant.expires_at.map(rfc3339),
        last_used_at: grant.last_used_at.map(rfc3339),
        revoked_at: grant.revoked_at.map(rfc3339),
    }
}

/// Bytes nobody can guess.
pub(crate) fn random() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hw_store::{Folder, Reader, Store};

    const NOW: Timestamp = Timestamp(1_795_330_000_000_000_000);

    #[test]
    fn damaged_token_stops_no_group_and_can_be_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(Folder::take(folder.path()).unwrap()).unwrap();
        let broken = StoredToken { scope: "read".to_owned(), ..stored(&unreadable(1, NOW)) };
        store.group(|group| group.put_token(&broken)).unwrap();
        let connection = rusqlite::Connection::open(store.paths().database()).unwrap();
        connection.execute("update token set scope = 'admin'", []).unwrap();
        let mut done = |act: &Act| store.group(|group| carry_out(group, (act, "anna"), NOW));
        let used = Act::Note { uses: vec![(1, NOW)], refusals: Refusals::default() };
        assert!(done(&used).unwrap().grants().is_empty());
        let Done::Revoked(grant) = done(&Act::Revoke(1)).unwrap() else { panic!("not revoked") };
        assert_eq!((grant.id, grant.revoked_at), (1, Some(NOW)));
        assert_eq!(Reader::open(store.paths()).unwrap().tokens().unwrap(), [Ok(stored(&grant))]);
    }
}
