//! What came in and what became of it: counters to be read at any time, by closed lists only.
//!
//! Nothing a sender writes becomes a label (client_golang CVE-2022-21698). Each request that names a
//! signal is in exactly one of the outcomes once it is over; one that does not is a stray.

use super::budget::Budget;
use crate::decode::Signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// OTLP/gRPC.
    Grpc,
    /// OTLP/HTTP, of either version.
    Http,
}

impl Transport {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Grpc, Self::Http];
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The consumer could not read it.
    Broken,
    /// It is not what its framing or its compression says.
    Garbled,
    /// It is compressed in a way we do not undo.
    UnknownCompression,
    /// It is longer than a body may be, as sent or once decompressed.
    TooLarge,
    /// It did not arrive in the time a body may take.
    TooSlow,
    /// As many requests wait as may.
    QueueFull,
    /// Bodies take all the memory they may.
    MemoryFull,
    /// The consumer has too much to do.
    Overloaded,
    /// Something of ours failed, or took too long.
    Unavailable,
    /// The sender went away before it was answered.
    Gone,
    /// It shows no token, or one that is of no use.
    Unauthenticated,
    /// Its token is for something else.
    Forbidden,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it counts.
    Accepted,
    /// Some of its records do not count; the rest does.
    AcceptedInPart,
    /// None of it counts.
    Refused(Refused),
}

impl Outcome {
    /// Every outcome there is.
    pub const ALL: [Self; 14] = [
        Self::Accepted,
        Self::AcceptedInPart,
        Self::Refused(Refused::Broken),
        Self::Refused(Refused::Garbled),
        Self::Refused(Refused::UnknownCompression),
        Self::Refused(Refused::TooLarge),
        Self::Refused(Refused::TooSlow),
        Self::Refused(Refused::QueueFull),
        Self::Refused(Refused::MemoryFull),
        Self::Refused(Refused::Overloaded),
        Self::Refused(Refused::Unavailable),
        Self::Refused(Refused::Gone),
        Self::Refused(Refused::Unauthenticated),
        Self::Refused(Refused::Forbidden),
    ];

    const fn place(self) -> usize {
        match self {
            Self::Accepted => 0,
            Self::AcceptedInPart => 1,
            Self::Refused(refused) => 2 + refused as usize,
        }
    }
}

const N_TRANSPORTS: usize = Transport::ALL.len();
const N_SIGNALS: usize = 3;
const N_OUTCOMES: usize = Outcome::ALL.len();

/// Counters of one receiver. They only grow, but for what is said to be open.
#[derive(Debug)]
pub struct ReceiverCounts {
    budget: Arc<Budget>,
    requests: [[[AtomicU64; N_OUTCOMES]; N_SIGNALS]; N_TRANSPORTS],
    strays: AtomicU64,
    bytes_read: AtomicU64,
    bytes_delivered: AtomicU64,
    connections_opened: AtomicU64,
    connections_closed: AtomicU64,
    connections_refused: AtomicU64,
}

impl ReceiverCounts {
    pub(super) fn new(budget: Arc<Budget>) -> Arc<Self> {
        Arc::new(Self {
            budget,
            requests: Default::default(),
            strays: AtomicU64::default(),
            bytes_read: AtomicU64::default(),
            bytes_delivered: AtomicU64::default(),
            connections_opened: AtomicU64::default(),
            connections_closed: AtomicU64::default(),
            connections_refused: AtomicU64::default(),
        })
    }

    /// Requests that are over.
    #[must_use]
    pub fn requests(&self, transport: Transport, signal: Signal, outcome: Outcome) -> u64 {
        self.counter(transport, signal, outcome).map(read).unwrap_or_default()
    }

    /// Requests that are no export: another path, method or content type.
    #[must_use]
    pub fn strays(&self) -> u64 {
        read(&self.strays)
    }

    /// Bytes of bodies as they came.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        read(&self.bytes_read)
    }

    /// Bytes of bodies as they were delivered, decompressed.
    #[must_use]
    pub fn bytes_delivered(&self) -> u64 {
        read(&self.bytes_delivered)
    }

    /// Bytes of memory that bodies take now.
    #[must_use]
    pub fn bytes_in_flight(&self) -> usize {
        self.budget.taken()
    }

    /// Connections open now.
    #[must_use]
    pub fn connections_open(&self) -> u64 {
        let closed = read(&self.connections_closed);
        read(&self.connections_opened).saturating_sub(closed)
    }

    /// Connections taken, open or not.
    #[must_use]
    pub fn connections_opened(&self) -> u64 {
        read(&self.connections_opened)
    }

    /// Connections closed at once, because as many were open as may.
    #[must_use]
    pub fn connections_refused(&self) -> u64 {
        read(&self.connections_refused)
    }

    fn counter(
        &self,
        transport: Transport,
        signal: Signal,
        outcome: Outcome,
    ) -> Option<&AtomicU64> {
        let of_transport = self.requests.get(transport as usize)?;
        of_transport.get(place_of(signal))?.get(outcome.place())
    }

    pub(super) fn stray(&self) {
        add(&self.strays, 1);
    }

    pub(super) fn read(&self, n_bytes: usize) {
        add(&self.bytes_read, n_bytes as u64);
    }

    pub(super) fn delivered(&self, n_bytes: usize) {
        add(&self.bytes_delivered, n_bytes as u64);
    }

    pub(super) fn connection_refused(&self) {
        add(&self.connections_refused, 1);
    }

    /// Counts a connection until the guard is dropped, and says how many came before it.
    pub(super) fn open_connection(self: &Arc<Self>) -> (OpenConnection, u64) {
        let n = self.connections_opened.fetch_add(1, Ordering::Relaxed);
        (OpenConnection { counts: Arc::clone(self) }, n)
    }

    /// A request of which nothing is known yet but what it is.
    pub(super) fn open_request(
        self: &Arc<Self>,
        transport: Transport,
        signal: Signal,
    ) -> OpenRequest {
        OpenRequest { counts: Arc::clone(self), transport, signal, outcome: None }
    }
}

/// A connection that is open.
#[derive(Debug)]
pub(super) struct OpenConnection {
    counts: Arc<ReceiverCounts>,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        add(&self.counts.connections_closed, 1);
    }
}

/// A request that is not over. It is counted once, whatever way it ends.
#[derive(Debug)]
pub(super) struct OpenRequest {
    counts: Arc<ReceiverCounts>,
    transport: Transport,
    signal: Signal,
    outcome: Option<Outcome>,
}

impl OpenRequest {
    pub(super) fn close(mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let otherwise = if std::thread::panicking() { Refused::Unavailable } else { Refused::Gone };
        let outcome = self.outcome.unwrap_or(Outcome::Refused(otherwise));
        if let Some(counter) = self.counts.counter(self.transport, self.signal, outcome) {
            add(counter, 1);
        }
    }
}

const fn place_of(signal: Signal) -> usize {
    match signal {
        Signal::Traces => 0,
        Signal::Logs => 1,
        Signal::Metrics => 2,
    }
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_own_place() {
        for (idx, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome.place(), idx);
        }
    }

    #[test]
    fn a_request_is_counted_once_however_it_ends() {
        let counts = ReceiverCounts::new(Budget::new(0));
        let open = || counts.open_request(Transport::Grpc, Signal::Logs);
        let count = |outcome| counts.requests(Transport::Grpc, Signal::Logs, outcome);
        open().close(Outcome::Accepted);
        drop(open());
        let panicking = open();
        let thread = std::thread::spawn(move || {
            let _panicking = panicking;
            panic!("as the test wants it");
        });
        thread.join().unwrap_err();
        let counted = Outcome::ALL.map(count);
        assert_eq!(counted.iter().sum::<u64>(), 3);
        assert_eq!(count(Outcome::Accepted), 1);
        assert_eq!(count(Outcome::Refused(Refused::Gone)), 1);
        assert_eq!(count(Outcome::Refused(Refused::Unavailable)), 1);
    }
}
