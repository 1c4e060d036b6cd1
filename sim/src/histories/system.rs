//! The twelve services of a history: a chain that items pass, and four that are asked on the way.

use super::chance::Chance;
use hw_model::Hop;

/// Services: 0 to 7 hand on to the next, 8 to 11 are asked.
pub(super) const N_SERVICES: usize = 12;
pub(super) const N_CHAIN: usize = 8;

/// Who asks whom.
const ASKED_BY: [(usize, usize); 4] = [(1, 8), (3, 9), (4, 10), (6, 11)];

/// Operation of every service that matters here.
const OPERATION: &str = "POST /items";

/// What a service is to the hop on which the fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Items leave it on the hop.
    Own,
    /// It is asked before.
    Asked,
    /// It hands on to the hop's caller.
    HandsOn,
    /// It is elsewhere.
    Elsewhere,
}

/// The system of one history.
#[derive(Clone, Debug)]
pub(super) struct System {
    /// Service whose transfer to the next one shifts.
    pub shown_at: usize,
    /// Which services send or write.
    pub is_stateful: [bool; N_SERVICES],
    /// Whether the answers of the one that is asked can be seen.
    pub answers_seen: bool,
}

impl System {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let asking: &[usize] = &[1, 3, 4, 6];
        let alone: &[usize] = &[2, 5];
        let places = if chance.happens(0.7) { asking } else { alone };
        Self {
            shown_at: chance.pick(places).unwrap_or(1),
            is_stateful: std::array::from_fn(|_| chance.happens(0.3)),
            answers_seen: chance.happens(0.5),
        }
    }

    /// Who is asked by the service that shows it.
    pub(super) fn asked(&self) -> Option<usize> {
        asked_by(self.shown_at)
    }

    pub(super) fn place(&self, service: usize) -> Place {
        if service == self.shown_at {
            Place::Own
        } else if Some(service) == self.asked() {
            Place::Asked
        } else if service + 1 == self.shown_at && service < N_CHAIN {
            Place::HandsOn
        } else {
            Place::Elsewhere
        }
    }

    /// The service at a place; the one that shows it where nobody is asked.
    pub(super) fn at(&self, place: Place) -> usize {
        match place {
            Place::Own | Place::Elsewhere => self.shown_at,
            Place::Asked => self.asked().unwrap_or(self.shown_at),
            Place::HandsOn => self.shown_at.saturating_sub(1),
        }
    }

    pub(super) fn is_stateful(&self, service: usize) -> bool {
        self.is_stateful.get(service).copied().unwrap_or(false)
    }
}

pub(super) fn asked_by(service: usize) -> Option<usize> {
    ASKED_BY.iter().find(|(asks, _)| *asks == service).map(|(_, asked)| *asked)
}

pub(super) fn name(service: usize) -> String {
    format!("service-{service}")
}

/// The leg between two services.
pub(super) fn hop(caller: usize, callee: usize) -> Hop {
    Hop {
        caller: name(caller),
        entry: Some(OPERATION.to_owned()),
        callee: name(callee),
        operation: OPERATION.to_owned(),
    }
}

/// The leg on which a service writes.
pub(super) fn hop_to_store(caller: usize) -> Hop {
    let callee = format!("store-{caller}:5432");
    let operation = "INSERT".to_owned();
    Hop { caller: name(caller), entry: Some(OPERATION.to_owned()), callee, operation }
}
