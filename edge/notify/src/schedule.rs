//! When who is told of what: the decisions of the outbox, without a clock, IO or randomness.
//!
//! Whoever calls keeps the rows and writes every [`RowChange`] before it acts on it:
//!
//! 1. A notice is written as a [`Row`] per receiver in the same transaction as what it tells of;
//!    then it is pushed.
//! 2. [`Outbox::next`] says what to send now. Write [`Outbox::take_changes`] first: a row that is
//!    about to leave says so, so that after a kill it counts as possibly sent.
//! 3. [`Outbox::done`] takes the outcome; write the changes again. So a kill costs at most one
//!    message twice, with the same key.
//! 4. Sleep until [`Outbox::next_deadline`], or until there is news.
//!
//! After a restart [`Outbox::restored`] is given the rows that are not [`RowState::Ended`], in the
//! order in which they were made, and decides as before.
//!
//! What is waiting for a thread is folded as it comes: one row per receiver and thread waits, the
//! newest, and counts what it took in. A thread that fired and was resolved before anything of it
//! left is dropped as one; only a program, which may keep books, hears of both. How a receiver is treated is its [`Manner`].

mod digest;
mod done;
mod fold;
mod lane;
mod outbox;
mod pace;
mod pick;
mod restore;
mod row;
mod sweep;

pub use outbox::{Attempt, Limits, Outbox, Tally};
pub use row::{Ending, Row, RowChange, RowState, Said};

use crate::receiver::ReceiverKind;

/// How a receiver is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// People who read: one message per thread in five minutes after the first, three messages in
    /// all; the rest is folded, and told of many threads at once in a digest.
    People,
    /// People who are woken: state changes at once and nothing else, but three pages in five
    /// minutes; then one page for many threads, which ends when the last of them ends.
    Pager,
    /// Alertmanager: every state at once, many in one request, repeated every minute.
    Alerts,
    /// A program: every notice, one by one, nothing folded.
    Program,
}

impl ReceiverKind {
    /// How the outbox treats such a receiver; a heartbeat has no business there.
    #[must_use]
    pub fn manner(&self) -> Option<Manner> {
        match self {
            Self::Slack { .. } | Self::Mattermost { .. } | Self::Teams { .. } | Self::Email(_) => {
                Some(Manner::People)
            }
            Self::PagerDuty { .. } => Some(Manner::Pager),
            Self::Alertmanager { .. } => Some(Manner::Alerts),
            Self::Webhook { .. } => Some(Manner::Program),
            Self::Heartbeat { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
