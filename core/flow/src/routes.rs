//! What callers call their callees: learned from pairs, used where there is no pair.
//!
//! A client span names a peer ("10.1.2.80:8080") and perhaps a path; only the server span that
//! answers says which service and operation that is. Each pair teaches it. A call that was refused,
//! or whose server span is missing, is then counted on the hop it would have been on. Pairing
//! changes names only, never a count, so a full table cannot make a count wrong.

use crate::services::ServiceIdx;
use crate::table::{Table, table};
use hw_model::NameId;
use serde::{Deserialize, Serialize};

/// Services and operations that one message can reach.
const CONSUMERS_MAX: usize = 8;

/// Routes kept at most; further ones are not learned.
const ROUTES_MAX: usize = 1 << 20;

/// How a caller names a callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Address {
    pub caller: ServiceIdx,
    pub peer: NameId,
    pub operation: NameId,
}

/// Whom an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Place {
    pub service: ServiceIdx,
    pub operation: NameId,
}

/// Pairs of an address that all led to one place before that is believed of paths never seen.
const TRUSTED_FROM: u32 = 50;

/// Learned routes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Routes {
    /// Where a path leads; `None` where it led to several places.
    #[serde(with = "crate::table::sorted")]
    by_path: Table<(Address, NameId), Option<Place>>,
    #[serde(with = "crate::table::sorted")]
    by_address: Table<Address, Reached>,
}

/// What was reached at an address.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Reached {
    places: Vec<Place>,
    n_pairs: u32,
}

impl Routes {
    pub(crate) const fn new() -> Self {
        Self { by_path: table(), by_address: table() }
    }

    /// Learns from a pair.
    pub(crate) fn learn(&mut self, address: Address, path: NameId, place: Place) {
        if self.by_address.len() >= ROUTES_MAX && !self.by_address.contains_key(&address) {
            return;
        }
        let reached = self.by_address.entry(address).or_default();
        reached.n_pairs = reached.n_pairs.saturating_add(1);
        if !reached.places.contains(&place) && reached.places.len() < CONSUMERS_MAX {
            reached.places.push(place);
        }
        let n_paths = self.by_path.len();
        match self.by_path.get_mut(&(address, path)) {
            Some(known) if *known == Some(place) => {}
            Some(known) => *known = None,
            None if n_paths >= ROUTES_MAX => {}
            None => drop(self.by_path.insert((address, path), Some(place))),
        }
    }

    /// Learns where an address leads of which nothing will ever be heard.
    pub(crate) fn assume(&mut self, address: Address, path: NameId, place: Place) {
        self.learn(address, path, place);
        if let Some(reached) = self.by_address.get_mut(&address) {
            reached.n_pairs = TRUSTED_FROM;
        }
    }

    /// Whether it is known for sure where an address and path lead.
    pub(crate) fn leads(&self, address: Address, path: NameId) -> bool {
        match self.by_path.get(&(address, path)) {
            Some(place) => place.is_some(),
            None => {
                let reached = self.by_address.get(&address);
                reached.is_some_and(|r| r.places.len() == 1 && r.n_pairs >= TRUSTED_FROM)
            }
        }
    }

    /// The place an address and path lead to: exactly, else if all paths of it lead there.
    pub(crate) fn find(&self, address: Address, path: NameId) -> Option<Place> {
        if let Some(place) = self.by_path.get(&(address, path)) {
            return *place;
        }
        match self.reached(address) {
            [place] => Some(*place),
            _ => None,
        }
    }

    /// Every place that was reached at an address: all consumers of a message, all operations of a
    /// service.
    pub(crate) fn reached(&self, address: Address) -> &[Place] {
        self.by_address.get(&address).map_or(&[], |reached| reached.places.as_slice())
    }
}
