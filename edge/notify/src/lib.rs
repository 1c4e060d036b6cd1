//! How messages get to people and machines: what is said in which form, to whom it may be sent,
//! when it is sent and sent again, and whether a message that comes in is genuine.
//!
//! Read [`Notice`] (what is told), [`Receiver`] (who is told), [`schedule`] (when, in which order,
//! how often), then [`Courier`] (one attempt). The outbox of `schedule` decides and owns no clock; the
//! courier carries and decides nothing; [`inbound`] only looks at what it is given.
//!
//! It deliberately does not know the database, the record or the engine: rows of the outbox are
//! kept by whoever calls, and a notice is all that is known of an incident. Of the record it borrows
//! one word, the severity.

mod address;
mod courier;
mod deadline;
mod http;
pub mod inbound;
mod mail;
mod message;
mod notice;
mod outcome;
mod plain_text;
mod receiver;
pub mod schedule;
mod secret;
mod signature;
mod smtp;
mod target;
mod tracker;
mod trust;

pub use courier::{ATTEMPT_MAX, Courier, FetchError, Probe};
pub use notice::{Kind, Notice};
pub use outcome::Outcome;
pub use receiver::{Email, HeartbeatMethod, MailSecurity, Misconfigured, Receiver, ReceiverKind};
pub use secret::Secret;
pub use target::{Lookup, wrong_address};
pub use tracker::{Issue, Item, Moved, Tracker, TrackerKind};
pub use trust::TrustError;
