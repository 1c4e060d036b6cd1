//! The receiver of `edge/ingest` with nothing behind it, or with prost: what there is to compare with.

use crate::process::println_stderr;
use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use hw_ingest::{Answer, Delivery, Receiver, ReceiverSettings};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::sync::mpsc;

/// Requests that may wait, as in `serve`.
const DELIVERIES_MAX: usize = 1024;

/// A server that answers at once.
#[derive(Args)]
pub(super) struct Sink {
    #[arg(value_enum)]
    deed: Deed,
}

/// What is done with a request.
#[derive(Clone, Copy, ValueEnum)]
enum Deed {
    Drop,
    Prost,
}

impl Sink {
    /// Serves until it is killed.
    pub(super) fn run(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.serve())
    }

    async fn serve(&self) -> Result<()> {
        let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let settings = ReceiverSettings { http: free, grpc: free, ..ReceiverSettings::standard() };
        let (deliver, deliveries) = mpsc::channel(DELIVERIES_MAX);
        let receiver = Receiver::bind(settings, deliver).await?;
        let address = |address: Option<SocketAddr>| address.context("it listens");
        println_stderr(&format!("  OTLP gRPC     {}", address(receiver.grpc_address())?));
        println_stderr(&format!("  OTLP HTTP     {}", address(receiver.http_address())?));
        let deed = self.deed;
        let taking = tokio::spawn(take(deliveries, deed));
        receiver.run(std::future::pending()).await;
        taking.await?
    }
}

async fn take(mut deliveries: mpsc::Receiver<Delivery>, deed: Deed) -> Result<()> {
    while let Some(delivery) = deliveries.recv().await {
        if let Deed::Prost = deed {
            let request = ExportTraceServiceRequest::decode(&*delivery.body)?;
            ensure!(!std::hint::black_box(request).resource_spans.is_empty(), "an empty request");
        }
        delivery.answer(Answer::Accepted { rejected: 0, message: None });
    }
    Ok(())
}
