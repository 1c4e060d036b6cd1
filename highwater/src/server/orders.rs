//! What the threads of the server tell each other: closed lists, so that the way of a span can be read
//! off them.
//!
//! Deliveries go to the writer, which makes them durable and answers. Rows go on to the engine, in
//! order. What the engine says goes back to the writer, and is shown once it is durable.

use crate::administration::{Act, Done};
use hw_engine::{Engine, FinalRows, Revisions};
use hw_incident::{Author, Refusal};
use hw_model::{IncidentId, ShiftId, Timestamp, ToldChange};
use hw_notify::schedule::RowChange;
use hw_wire::{EventV1, LogRow};
use tokio::sync::oneshot;

/// What the writer is asked for, beside deliveries.
pub(super) enum ToWriter {
    /// Somebody tells a change, accepts a shift, or opens an incident.
    Command(Command),
    /// Something of administration is wanted.
    Administer(Administration),
    /// Somebody does something in an incident.
    Decide(Decide),
    /// The engine said something.
    Said(Box<Said>),
    /// What is done about messages to others is to be durable.
    Send(Sending),
    /// A snapshot is durable, or failed.
    Snapshot(SnapshotEnd),
    /// Answer once all that was ordered before is durable.
    Flush(oneshot::Sender<()>),
    /// Finish: take a last snapshot, and end once all is durable.
    Stop,
}

/// Something a person or a pipeline wants.
pub(super) struct Command {
    pub what: CommandKind,
    /// Two commands with one key are one.
    pub idempotency_key: Option<String>,
    pub reply: oneshot::Sender<Result<Ordered, Refused>>,
}

/// Something that is done and recorded, or not done.
pub(super) struct Administration {
    pub act: Act,
    /// The name of who wants it.
    pub by: String,
    /// Nobody waits for what we note ourselves.
    pub reply: Option<oneshot::Sender<Result<Done, Refused>>>,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub(super) enum CommandKind {
    Tell(ToldChange),
    Accept(ShiftId),
    Open { title: String, by: String, is_declared: bool },
}

/// Something that people want done in an incident: all of it, or nothing.
pub(super) struct Decide {
    pub incident: IncidentId,
    pub by: Author,
    /// When it happened, if that is not now.
    pub at: Option<Timestamp>,
    pub commands: Vec<hw_incident::Command>,
    /// Two with one key are one.
    pub idempotency_key: Option<String>,
    pub reply: oneshot::Sender<Result<Vec<u64>, Undecided>>,
}

/// What became of messages to others, or is about to.
pub(super) struct Sending {
    pub changes: Vec<RowChange>,
    pub reply: oneshot::Sender<Result<(), Refused>>,
}

/// Why nothing was done.
#[derive(Clone, Debug)]
pub(super) enum Undecided {
    /// There is no such incident.
    Unknown,
    /// It cannot be done.
    Refused(Refusal),
    /// The incident it was to be part of is not there, or is part of another itself.
    NoTarget(IncidentId),
    /// The key was used for something else.
    KeyUsed,
    /// Nothing can be written, or the record cannot be read.
    Failed(String),
}

/// A command that is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ordered {
    /// Its row in the log.
    pub step: u64,
    /// The change that was told then, if one was: with a key that was used before, the first one.
    pub told: Option<ToldChange>,
}

/// A command that is not, and why.
#[derive(Clone, Debug)]
pub(super) struct Refused(pub String);

/// What the engine said at one row of the log.
pub(super) struct Said {
    pub step: u64,
    pub events: Vec<EventV1>,
    pub revisions: Revisions,
    pub history: Vec<FinalRows>,
}

/// How a snapshot ended.
pub(super) struct SnapshotEnd {
    /// The place up to which the log is not needed any more; `None` if it failed, or was not taken.
    pub log_unneeded: Option<u64>,
    pub took_s: f64,
    pub bytes: u64,
    /// Whether it is the last: the engine has ended.
    pub is_last: bool,
}

/// What the engine is told.
pub(super) enum ToEngine {
    /// A row is durable.
    Row(Box<Durable>),
    /// Rows up to this one are durable; some were not told.
    Wake(u64),
    /// Take a snapshot at this row, with these bytes of the dictionary.
    Snapshot { step: u64, dictionary: Vec<u8>, is_last: bool },
    /// Somebody wants to know something, once this row was applied.
    Ask { after: u64, question: Question },
}

/// A row that is durable.
pub(super) struct Durable {
    pub step: u64,
    pub at: Timestamp,
    pub row: LogRow,
}

/// What is asked of an engine between two rows.
pub(super) type Question = Box<dyn FnOnce(&Engine) + Send>;
