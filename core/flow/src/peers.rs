//! Whether anybody answers where a caller calls.
//!
//! Two operations behind one address and method cannot be told apart by the caller's span alone
//! (`GET /users/1`, `GET /orders/2`). So a call is counted only when its answering span has come, or
//! a route is known, or it has waited `PATIENCE_S`. It does not wait at a peer of which nobody was
//! heard in the first seconds: a database, a service without telemetry.

use crate::open::OutKey;
use crate::routes::Address;
use crate::services::ServiceIdx;
use crate::table::{Table, table};
use hw_model::NameId;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Seconds of arrival time for which a call waits for its answering span, and for which a new peer
/// may turn out to be a service that is heard.
const PATIENCE_S: i64 = 10;

/// Calls to a peer without another end before it is taken for veiled.
const VEILED_CALLS_MIN: u32 = 50;

/// What is known of the peers of each caller.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Peers {
    #[serde(with = "crate::table::sorted")]
    known: Table<(ServiceIdx, NameId), Peer>,
    /// Calls that wait, and until when.
    waiting: VecDeque<(i64, OutKey)>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Peer {
    /// Second of arrival of the first call.
    first_s: Option<i64>,
    unanswered: u32,
    is_answered: bool,
}

impl Default for Peers {
    fn default() -> Self {
        Self { known: table(), waiting: VecDeque::new() }
    }
}

impl Peers {
    /// Whether the answering span of a call may still come.
    pub(crate) fn is_awaited(&mut self, now: i64, address: Address) -> bool {
        let peer = self.peer(address);
        let first_s = *peer.first_s.get_or_insert(now);
        peer.is_answered || now.saturating_sub(first_s) < PATIENCE_S
    }

    /// A call found its other end.
    pub(crate) fn note_answered(&mut self, address: Address) {
        self.peer(address).is_answered = true;
    }

    /// A call was counted without another end. Returns whether its peer is veiled: many calls, and
    /// never an answer.
    pub(crate) fn note_unanswered(&mut self, address: Address) -> bool {
        let peer = self.peer(address);
        peer.unanswered = peer.unanswered.saturating_add(1);
        let is_veiled = !peer.is_answered && peer.unanswered >= VEILED_CALLS_MIN;
        is_veiled && !address.peer.is_empty()
    }

    /// Lets a call wait.
    pub(crate) fn wait(&mut self, now: i64, out: OutKey) {
        self.waiting.push_back((now.saturating_add(PATIENCE_S), out));
    }

    /// The next call that has waited long enough.
    pub(crate) fn next_due(&mut self, now: i64) -> Option<OutKey> {
        self.waiting.pop_front_if(|(due, _)| *due <= now).map(|(_, out)| out)
    }

    fn peer(&mut self, address: Address) -> &mut Peer {
        self.known.entry((address.caller, address.peer)).or_default()
    }
}
