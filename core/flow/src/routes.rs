//! What callers call their callees: learned from pairs, used where there is no pair.
//!
//! A client span names a peer ("10.1.2.80:8080") and perhaps a path; only the server span that
//! answers says which service and operation that is. Each pair teaches it. A call that was refused,
//! or whose server span is missing, is then counted on the hop it would have been on. Pairing
//! changes names only, never a count, so a full table cannot make a count wrong.

use crate::services::ServiceIdx;
use crate::table::{Table, table};
use hw_model::NameId;

/// Services and operations that one message can reach.
const CONSUMERS_MAX: usize = 8;

/// Routes kept at most; further ones are not learned.
const ROUTES_MAX: usize = 1 << 20;

/// How a caller names a callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    pub caller: ServiceIdx,
    pub peer: NameId,
    pub operation: NameId,
}

/// Whom an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub service: ServiceIdx,
    pub operation: NameId,
}

/// Learned routes.
#[derive(Debug)]
pub(crate) struct Routes {
    by_path: Table<(Address, NameId), Place>,
    by_address: Table<Address, Vec<Place>>,
    pairs_per_peer: Table<(ServiceIdx, NameId), u64>,
}

impl Routes {
    pub(crate) const fn new() -> Self {
        Self { by_path: table(), by_address: table(), pairs_per_peer: table() }
    }

    /// Learns from a pair. Returns whether the route is new.
    pub(crate) fn learn(&mut self, address: Address, path: NameId, place: Place) -> bool {
        *self.pairs_per_peer.entry((address.caller, address.peer)).or_insert(0) += 1;
        if self.by_path.len() >= ROUTES_MAX {
            return false;
        }
        let before = self.by_path.insert((address, path), place);
        if before == Some(place) {
            return false;
        }
        let places = self.by_address.entry(address).or_default();
        if !places.contains(&place) && places.len() <= CONSUMERS_MAX {
            places.push(place);
        }
        true
    }

    /// The place an address and path lead to: exactly, else if all paths of it lead there.
    pub(crate) fn find(&self, address: Address, path: NameId) -> Option<Place> {
        if let Some(place) = self.by_path.get(&(address, path)) {
            return Some(*place);
        }
        match self.by_address.get(&address)?.as_slice() {
            [place] => Some(*place),
            _ => None,
        }
    }

    /// Whether it is known where an address and path lead.
    pub(crate) fn leads(&self, address: Address, path: NameId) -> bool {
        self.find(address, path).is_some()
    }

    /// Every place a message sent to an address can reach.
    pub(crate) fn consumers(&self, address: Address) -> &[Place] {
        self.by_address.get(&address).map_or(&[], Vec::as_slice)
    }
}
