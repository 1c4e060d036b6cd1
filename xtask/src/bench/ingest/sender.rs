//! Sends requests over as many connections as told, each waiting for its answer before the next.

use super::load::Load;
use super::server::Running;
use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as Polled, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Http,
    Grpc,
}

/// Requests `first..first + n` of a load.
#[derive(Clone, Copy)]
pub(super) struct Send {
    pub(super) load: Load,
    pub(super) transport: Transport,
    pub(super) first: u32,
    pub(super) n: u32,
    pub(super) connections: u32,
}

/// What was sent, and how long each answer took.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) spans: u64,
    pub(super) waits: Vec<Duration>,
}

impl Send {
    pub(super) async fn run(self, server: &Running) -> Result<Sent> {
        let address = server.address(self.transport);
        let next = Arc::new(AtomicU32::new(self.first));
        let mut tasks = JoinSet::new();
        for _ in 0..self.connections {
            let next = Arc::clone(&next);
            tasks.spawn(async move { self.run_connection(address, &next).await });
        }
        let mut sent = Sent::default();
        while let Some(part) = tasks.join_next().await {
            let part = part??;
            sent.spans += part.spans;
            sent.waits.extend(part.waits);
        }
        Ok(sent)
    }

    async fn run_connection(self, address: SocketAddr, next: &AtomicU32) -> Result<Sent> {
        let mut connection = Connection::open(address, self.transport).await?;
        let mut sent = Sent::default();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= self.first + self.n {
                return Ok(sent);
            }
            let request = self.load.request(n);
            let began = Instant::now();
            connection.export(request.body).await.with_context(|| format!("request {n}"))?;
            sent.waits.push(began.elapsed());
            sent.spans += u64::from(request.spans);
        }
    }
}

enum Connection {
    Http(http1::SendRequest<Whole>),
    Grpc(http2::SendRequest<Whole>),
}

impl Connection {
    async fn open(address: SocketAddr, transport: Transport) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("failed to connect")?;
        stream.set_nodelay(true)?;
        let stream = TokioIo::new(stream);
        Ok(match transport {
            Transport::Http => {
                let (sender, connection) = http1::handshake(stream).await?;
                tokio::spawn(connection);
                Self::Http(sender)
            }
            Transport::Grpc => {
                let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await?;
                tokio::spawn(connection);
                Self::Grpc(sender)
            }
        })
    }

    /// Sends, and takes nothing but success for an answer.
    async fn export(&mut self, body: Vec<u8>) -> Result<()> {
        match self {
            Self::Http(sender) => {
                sender.ready().await?;
                let request = Request::post("/v1/traces")
                    .header("host", "highwater")
                    .header("content-type", "application/x-protobuf")
                    .body(Whole(Some(body.into())))?;
                let (response, _, text) = finish(sender.send_request(request).await?).await?;
                ensure!(response == 200, "HTTP {response}: {}", text.escape_ascii());
            }
            Self::Grpc(sender) => {
                sender.ready().await?;
                let length = u32::try_from(body.len())?.to_be_bytes();
                let framed = [&[0], length.as_slice(), &body].concat();
                let uri =
                    "http://highwater/opentelemetry.proto.collector.trace.v1.TraceService/Export";
                let request = Request::post(uri)
                    .header("content-type", "application/grpc")
                    .header("te", "trailers")
                    .body(Whole(Some(framed.into())))?;
                let (_, status, _) = finish(sender.send_request(request).await?).await?;
                if status.as_deref() != Some("0") {
                    bail!("gRPC status {status:?}");
                }
            }
        }
        Ok(())
    }
}

/// Status, status of gRPC, and what stands in the body.
async fn finish(response: Response<Incoming>) -> Result<(u16, Option<String>, Vec<u8>)> {
    let (parts, mut body) = response.into_parts();
    let mut grpc = parts.headers.get("grpc-status").cloned();
    let mut text = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame?.into_data() {
            Ok(data) => text.extend_from_slice(&data),
            Err(frame) => {
                let trailers = frame.into_trailers().ok();
                grpc = trailers.and_then(|trailers| trailers.get("grpc-status").cloned());
            }
        }
    }
    let grpc = grpc.and_then(|value| value.to_str().ok().map(str::to_owned));
    Ok((parts.status.as_u16(), grpc, text))
}

/// A body that is there as a whole.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Polled<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}
