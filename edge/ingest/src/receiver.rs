//! The network receiver: OTLP over gRPC and over HTTP, from sockets to a channel and back.
//!
//! It reads a request within its limits, undoes its compression, hands the bytes over and tells the
//! sender what the consumer answers. Both protocols are served on either port: a request says which
//! it speaks. Rules and limits, each with the test that holds it: docs/internals/receiver.md.
//!
//! What is full refuses at once and says when to come back; nothing waits for memory or for a place
//! in the channel. A fault of ours, a panic or a delivery dropped unanswered, is never answered with
//! a code after which senders throw their data away.
//!
//! It does not know what is in a request, who counts it, or whether it was seen before. TLS and whom
//! to admit are given to it ([`Guard`]): without one it speaks plain HTTP with whoever connects.

mod accept;
mod bind;
mod body;
mod budget;
mod connection;
mod content;
mod counts;
mod delivery;
mod dispatch;
mod exchange;
mod grpc;
mod guard;
mod http;
mod messages;
mod refusal;
mod settings;
mod shared;
mod stray;
mod unpack;

pub use bind::BindError;
pub use counts::{Outcome, ReceiverCounts, Refused, Transport};
pub use delivery::{Answer, Delivery, Reply};
pub use guard::Guard;
pub use messages::{Acceptance, refusal_words};
pub use settings::ReceiverSettings;

use shared::Shared;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Listens, and hands requests over once it runs.
#[derive(Debug)]
pub struct Receiver {
    http: Option<TcpListener>,
    grpc: Option<TcpListener>,
    shared: Shared,
}

impl Receiver {
    /// Takes the addresses. Senders may connect from here on, and are served once it runs.
    ///
    /// # Errors
    ///
    /// If an address cannot be taken; says which, and what to do.
    pub async fn bind(
        mut settings: ReceiverSettings,
        deliveries: mpsc::Sender<Delivery>,
    ) -> Result<Self, BindError> {
        let http = bind::listen(settings.http, "OTLP over HTTP", "--otlp-http").await?;
        let grpc = bind::listen(settings.grpc, "OTLP over gRPC", "--otlp-grpc").await?;
        settings.connections_max = bind::connections_allowed(settings.connections_max);
        Ok(Self { http, grpc, shared: Shared::new(settings, deliveries) })
    }

    /// Speaks TLS, and asks whether to admit who sends, as the guard says.
    #[must_use]
    pub fn guarded(mut self, guard: Guard) -> Self {
        self.shared.guard = guard;
        self
    }

    /// Where it listens for `--otlp-http`, if anywhere.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Where it listens for `--otlp-grpc`, if anywhere.
    #[must_use]
    pub fn grpc_address(&self) -> Option<SocketAddr> {
        self.grpc.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// What came in, to be read at any time.
    #[must_use]
    pub fn counts(&self) -> Arc<ReceiverCounts> {
        Arc::clone(&self.shared.counts)
    }

    /// Serves until `shutdown` is done, then takes nothing new and lets requests on their way end, for
    /// at most `drain_timeout`. Deliveries have to be answered until this returns.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        accept::run(self.http, self.grpc, Arc::new(self.shared), shutdown).await;
    }
}
