//! Spans that may still be linked: what is kept of an entry and of an out until then.

use crate::answers::ValueIdx;
use crate::arena::Key;
use crate::ids::{EntryIdx, HopIdx};
use crate::routes::{Address, Place};
use hw_model::{AnswerSetId, NameId, SpanKind, Timestamp, TraceId};
use serde::{Deserialize, Serialize};

/// Leads to an entry that came.
pub(crate) type EntryKey = Key<EntryState>;

/// Leads to an out that came.
pub(crate) type OutKey = Key<OutState>;

/// An entry that came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EntryState {
    pub trace: TraceId,
    pub entry: EntryIdx,
    /// Version of the service that it ran on.
    pub version: NameId,
    pub place: Place,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    /// Whether it failed; then it is only in the counts of hops on which its call failed.
    pub failed: bool,
    pub items: u32,
    pub weight: f32,
    /// The answer it gave to whoever called.
    pub answers: AnswerSetId,
    /// Whether it names a parent.
    pub has_parent: bool,
    /// Whether its caller was found.
    pub is_paired: bool,
    /// Whether it was counted as caused by a service that is not seen.
    pub is_adopted: bool,
    /// Hops on which something left, and when first.
    pub outs: Vec<Left>,
    /// Answers it got.
    pub asked: Vec<Asked>,
}

/// Something left on a hop.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Left {
    pub hop: HopIdx,
    pub first_at: Timestamp,
    pub ended_at: Timestamp,
    /// Whether a call on the hop counted for transfer.
    pub is_counted: bool,
}

/// What a call is to its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leaving {
    /// Whether it is the first of the entry on its hop.
    pub is_first: bool,
    /// Whether it is the first that counts for transfer.
    pub is_first_counted: bool,
    /// Whether it counts for transfer: see [`EntryState::counts`].
    pub is_counted: bool,
}

/// An answer that came back on a hop.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub hop: HopIdx,
    pub cell: (usize, ValueIdx),
    pub ended_at: Timestamp,
    /// Hops that were known then: of those it is counted that the item did not go on yet.
    pub n_hops: usize,
}

impl Asked {
    /// Whether it was counted that the item did not go on to `outcome`.
    pub(crate) const fn is_counted_against(&self, outcome: HopIdx) -> bool {
        (outcome.0 as usize) < self.n_hops
    }
}

/// An out that came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OutState {
    pub trace: TraceId,
    pub kind: SpanKind,
    pub address: Address,
    pub path: NameId,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub failed: bool,
    pub items: u32,
    pub weight: f32,
    /// Answers the caller's own span carries.
    pub answers: AnswerSetId,
    /// Whether those are still to be counted.
    pub has_uncounted_answers: bool,
    /// Whether it was counted on its hops.
    pub is_counted: bool,
    /// The entry it left from, once known.
    pub entry: Option<EntryKey>,
    /// Hops it was counted on.
    pub hops: Vec<HopIdx>,
    /// Who answered it before it was counted.
    pub answered: Vec<Answered>,
}

/// The far end of a call: an entry of the callee.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub place: Place,
    pub answers: AnswerSetId,
    pub items: u32,
}

impl OutState {
    /// What is counted of it.
    pub(crate) const fn call(&self) -> Call {
        Call {
            started_at: self.started_at,
            ended_at: self.ended_at,
            failed: self.failed,
            items: self.items,
            weight: self.weight,
            is_message: matches!(self.kind, SpanKind::Producer),
        }
    }
}

/// What is counted of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub failed: bool,
    pub items: u32,
    pub weight: f32,
    /// Whether it is a message, which outlives the call.
    pub is_message: bool,
}

impl EntryState {
    /// The entry of a service that is not seen, as the call into it tells.
    pub(crate) const fn veiled(
        (trace, entry): (TraceId, EntryIdx),
        place: Place,
        call: &Call,
    ) -> Self {
        Self {
            trace,
            entry,
            version: NameId::EMPTY,
            place,
            started_at: call.started_at,
            ended_at: call.ended_at,
            failed: call.failed,
            items: call.items,
            weight: call.weight,
            answers: AnswerSetId::NONE,
            has_parent: true,
            is_paired: true,
            is_adopted: false,
            outs: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// What its caller learns from it.
    pub(crate) const fn answered(&self) -> Answered {
        Answered { place: self.place, answers: self.answers, items: self.items }
    }

    /// The call that must have led here, where the caller shows none.
    pub(crate) const fn as_call(&self) -> Call {
        Call {
            started_at: self.started_at,
            ended_at: self.ended_at,
            failed: self.failed,
            items: self.items,
            weight: self.weight,
            is_message: false,
        }
    }

    /// The tick in which everything it causes is counted.
    pub(crate) const fn tick(&self) -> i64 {
        self.started_at.tick().0
    }

    /// Whether its caller is known to exist but never came.
    pub(crate) const fn is_orphan(&self) -> bool {
        self.has_parent && !self.is_paired
    }

    /// Whether a call of this entry counts for transfer. An entry that failed by itself says nothing
    /// of what is handed on. One that failed because a call did was handed on by that call; left
    /// out, only those that were not handed on would remain, and a failing callee would look like a
    /// closed gate.
    const fn counts(&self, call: &Call) -> bool {
        !self.failed || call.failed
    }

    /// Notes that an item left on `hop`.
    pub(crate) fn leave(&mut self, hop: HopIdx, call: &Call) -> Leaving {
        let is_counted = self.counts(call);
        let Some(left) = self.outs.iter_mut().find(|left| left.hop == hop) else {
            let (first_at, ended_at) = (call.started_at, call.ended_at);
            self.outs.push(Left { hop, first_at, ended_at, is_counted });
            return Leaving { is_first: true, is_first_counted: is_counted, is_counted };
        };
        left.first_at = left.first_at.min(call.started_at);
        left.ended_at = left.ended_at.max(call.ended_at);
        let is_first_counted = is_counted && !left.is_counted;
        left.is_counted |= is_counted;
        Leaving { is_first: false, is_first_counted, is_counted }
    }
}
