//! What is kept of the outbox: rows, their states, and what is written about them.

use serde::{Deserialize, Serialize};

use crate::notice::{Kind, Notice};

/// One notice for one receiver. Known by both names together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The receiver's name.
    pub receiver: String,
    /// What is to be told.
    pub notice: Notice,
    /// When it was pushed, in nanoseconds since the epoch.
    pub pushed_at: i64,
    /// What became of it.
    pub state: RowState,
}

impl Row {
    /// A row that nobody touched yet.
    #[must_use]
    pub fn new(notice: Notice, receiver: &str, pushed_at: i64) -> Self {
        let state = RowState::Waiting { n_attempts: 0, not_before: 0, folded: 0, net: notice.kind };
        Self { receiver: receiver.to_owned(), notice, pushed_at, state }
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It waits; nothing of it has left.
    Waiting {
        /// Attempts that surely failed.
        n_attempts: u32,
        /// The receiver is not asked before.
        not_before: i64,
        /// Earlier rows that were folded into this one.
        folded: u32,
        /// What it says of its thread, with what was folded into it.
        net: Kind,
    },
    /// It left, or is about to, and nobody knows yet whether it arrived.
    Trying {
        /// The key of the message it travels in.
        message: String,
        /// The thread the message is told under, if it is not that of the row.
        as_thread: Option<String>,
        /// Attempts begun.
        n_attempts: u32,
        /// The message is not sent again before.
        not_before: i64,
        /// Earlier rows that were folded into this one.
        folded: u32,
        /// What it says of its thread.
        net: Kind,
    },
    /// The receiver knows. Kept while the thread is open, and a while for the limits.
    Told {
        /// When it was told.
        at: i64,
        /// The key of the message it travelled in.
        message: String,
        /// The thread the message was told under, if it is not that of the row.
        as_thread: Option<String>,
        /// True if the thread is over for the receiver.
        is_over: bool,
        /// True if it was a message that people count.
        counts: bool,
        /// False if it is not known whether it arrived; it counts as if it did.
        is_certain: bool,
    },
    /// Nothing more will be done; the row may be deleted.
    Ended(Ending),
}

/// How a row ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was told and is needed no more.
    Closed,
    /// A newer row of the thread says it, or an older one said it already.
    Folded {
        /// The key of the other row.
        into: String,
    },
    /// There is nothing to tell: the thread was over before anything of it left.
    Dropped {
        /// Why.
        reason: String,
    },
    /// It was tried for a day.
    Expired,
    /// The receiver said no.
    Refused {
        /// Why.
        reason: String,
    },
    /// There were too many.
    TurnedAway,
}

/// What is worth a line in the log and a count, beside the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The receiver took it.
    Delivered,
    /// The receiver took it, and some of those behind it did not get it. Somebody should see this.
    DeliveredInPart {
        /// Who did not get it, and why.
        reason: String,
    },
    /// An attempt failed and will be made again.
    Retry {
        /// What happened.
        reason: String,
    },
    /// It was given up after a day. Somebody must see this.
    Expired,
    /// The receiver said no. Somebody must see this.
    Refused {
        /// What happened.
        reason: String,
    },
    /// It was dropped, folded or turned away, as the state says.
    Ended,
}

/// One thing to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// Which receiver's row.
    pub receiver: String,
    /// The key of its notice.
    pub key: String,
    /// Its state from now on.
    pub state: RowState,
    /// What happened, if that is worth saying.
    pub said: Option<Said>,
}
