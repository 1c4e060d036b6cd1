//! A receiver that runs, and a writer that answers as a test wants it.

use hw_ingest::{
    Answer, Delivery, Encoding, Guard, Outcome, Receiver, ReceiverCounts, ReceiverSettings,
    Refused, Signal, Transport,
};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

pub(crate) const ACCEPTED: Answer = Answer::Accepted { rejected: 0, message: None };

/// What the writer was handed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) signal: Signal,
    pub(crate) encoding: Encoding,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Stage {
    pub(crate) http: SocketAddr,
    pub(crate) grpc: SocketAddr,
    pub(crate) counts: Arc<ReceiverCounts>,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

/// The standard settings on free ports.
pub(crate) fn settings() -> ReceiverSettings {
    let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    ReceiverSettings { http: free, grpc: free, ..ReceiverSettings::standard() }
}

impl Stage {
    /// The test is the writer.
    pub(crate) async fn bare(
        settings: ReceiverSettings,
        queue_max: usize,
    ) -> (Self, mpsc::Receiver<Delivery>) {
        Self::guarded(settings, queue_max, Guard::default()).await
    }

    /// The same behind a guard.
    pub(crate) async fn guarded(
        settings: ReceiverSettings,
        queue_max: usize,
        guard: Guard,
    ) -> (Self, mpsc::Receiver<Delivery>) {
        let (deliveries, written) = mpsc::channel(queue_max);
        let receiver = Receiver::bind(settings, deliveries).await.unwrap().guarded(guard);
        let (http, grpc) = (receiver.http_address().unwrap(), receiver.grpc_address().unwrap());
        let counts = receiver.counts();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(receiver.run(async { drop(stopped.await) }));
        let stop = Some(stop);
        (Self { http, grpc, counts, seen: Arc::default(), stop, running }, written)
    }

    /// The writer says `answer` of each.
    pub(crate) async fn answering(
        settings: ReceiverSettings,
        answer: impl Fn(&Delivery) -> Answer + Send + 'static,
    ) -> Self {
        let (stage, mut deliveries) = Self::bare(settings, 1024).await;
        let seen = Arc::clone(&stage.seen);
        tokio::spawn(async move {
            while let Some(delivery) = deliveries.recv().await {
                let Delivery { signal, encoding, ref body, .. } = delivery;
                seen.lock().unwrap().push(Seen { signal, encoding, body: body.to_vec() });
                let answer = answer(&delivery);
                delivery.answer(answer);
            }
        });
        stage
    }

    /// The writer accepts each.
    pub(crate) async fn accepting(settings: ReceiverSettings) -> Self {
        Self::answering(settings, |_| ACCEPTED).await
    }

    /// What the writer was handed since this was asked.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// How many requests ended so, over all signals and ways to come.
    pub(crate) fn n(&self, outcome: Outcome) -> u64 {
        let signals = [Signal::Traces, Signal::Logs, Signal::Metrics];
        let each = Transport::ALL.into_iter().flat_map(|way| signals.map(|signal| (way, signal)));
        each.map(|(way, signal)| self.counts.requests(way, signal, outcome)).sum()
    }

    pub(crate) fn n_refused(&self, why: Refused) -> u64 {
        self.n(Outcome::Refused(why))
    }

    /// Stops without waiting for the end.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Stops, waits for the end, and holds the books against each other.
    pub(crate) async fn close(self) {
        let counts = Arc::clone(&self.counts);
        self.end().await;
        assert_eq!(counts.connections_open(), 0);
        // Whoever was handed bytes has let go of them, or is about to.
        until("all memory is given back", || counts.bytes_in_flight() == 0).await;
    }

    /// Stops and waits for the end.
    pub(crate) async fn end(mut self) {
        self.stop();
        within(self.running).await.unwrap();
    }
}

/// Fails a test that would hang; a test that passes never waits for it.
pub(crate) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), work).await.expect("something happens within a minute")
}

/// Waits for what another task is about to bring about.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(timeout(Duration::from_secs(60), waiting).await.is_ok(), "not within a minute: {what}");
}
