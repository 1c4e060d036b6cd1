//! Telemetry in, end records out: OTLP requests and files of them become batches of small records.
//!
//! A request is parsed whole before any of it counts, so that a broken one leaves nothing behind.
//! One mapping serves both encodings: names of old and new semantic conventions lead to the same
//! record. Files may come in any order, in any of the collector's formats, compressed or not; what
//! is played back depends on their content alone. Requests from the network come by a receiver, which
//! knows their bytes and not what is in them.
//!
//! It deliberately does not know what a hop or a baseline is, whether a request was counted before,
//! or where records are kept.

mod collate;
mod decode;
mod files;
mod future;
mod hash;
mod intake;
mod keys;
mod mapping;
mod options;
mod pending;
mod receiver;
mod recording;
mod request;
mod requests;
mod seen;
mod sift;
mod tally;

pub use collate::{CollationLimits, Collator, Playback, Totals};
pub use decode::{DecodeError, DecodeFault, Encoding, Signal, decode};
pub use files::{FileFault, FileReport, Progress, ReadError};
pub use future::from_the_future;
pub use intake::Intake;
pub use options::{
    DecisionRule, DecisionValue, ItemRule, Missing, Pattern, ReadOptions, Repository, When,
};
pub use receiver::{
    Acceptance, Answer, BindError, Delivery, Guard, Outcome, Receiver, ReceiverCounts,
    ReceiverSettings, Refused, Reply, Transport, refusal_words,
};
pub use recording::{Recording, RecordingReader};
pub use requests::{RecordedRequest, Requests};
pub use seen::{Minute, Seen, SeenLimits};
pub use sift::{Fate, Item, ItemKind, span_identity};
pub use tally::{Rejection, Tally};

#[cfg(test)]
#[path = "../tests/reading/words.rs"]
mod words;
