//! What the receiver hands to whoever counts, and what it wants back: the two ends of one request.

use crate::decode::{Encoding, Signal};
use bytes::Bytes;
use tokio::sync::oneshot;

/// One request, decompressed and within all limits, on its way to whoever counts it.
#[derive(Debug)]
pub struct Delivery {
    /// What it holds, by the path or the method it was sent to.
    pub signal: Signal,
    /// How it is written, as [`decode`](crate::decode) wants to know it.
    pub encoding: Encoding,
    /// Its bytes, never none. They count against `in_flight_bytes_max` until the last handle on them
    /// is dropped: drop it once it is decoded, long before the answer.
    pub body: Bytes,
    /// Where the answer goes.
    pub reply: Reply,
}

impl Delivery {
    /// A delivery, and where its answer arrives.
    #[must_use]
    pub fn new(
        signal: Signal,
        encoding: Encoding,
        body: Bytes,
    ) -> (Self, oneshot::Receiver<Answer>) {
        let (sender, answer) = oneshot::channel();
        (Self { signal, encoding, body, reply: Reply { sender } }, answer)
    }

    /// Tells the sender what became of it.
    pub fn answer(self, answer: Answer) {
        self.reply.answer(answer);
    }
}

/// Waits for the one answer to a delivery. Dropped without one, the sender is told to come back.
#[derive(Debug)]
pub struct Reply {
    sender: oneshot::Sender<Answer>,
}

impl Reply {
    /// Tells the sender what became of its request.
    pub fn answer(self, answer: Answer) {
        // Nobody may be there any more; the sender then sends the same bytes once more.
        drop(self.sender.send(answer));
    }

    /// Whether the sender still waits. If not, counting can be left to the copy it will send.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        !self.sender.is_closed()
    }
}

/// What became of a request. Texts go to the sender, in English, cut at 1,024 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is durable, as far as it is any good. It is never sent again.
    Accepted {
        /// How many of its records are no good.
        rejected: u64,
        /// Why they are not; a warning where none was rejected.
        message: Option<String>,
    },
    /// It cannot be read at all. It is never sent again.
    Broken {
        /// Why not.
        reason: String,
    },
    /// A fault of ours; nothing of it is counted. Most senders come back.
    Unavailable {
        /// When to come back.
        retry_after_s: u32,
        /// What is wrong.
        reason: String,
    },
    /// Too much at once; nothing of it is counted. Most senders come back.
    Overloaded {
        /// When to come back.
        retry_after_s: u32,
        /// What there is too much of.
        reason: String,
    },
}
