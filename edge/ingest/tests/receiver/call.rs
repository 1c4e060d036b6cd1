//! gRPC calls over hyper's HTTP/2 client.

use super::messages::{ExportResponse, Status};
use super::stage::within;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use hyper::body::{Body, Frame};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::{HeaderMap, Request};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub(crate) const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// A body that goes on until its sender is dropped.
pub(crate) struct Sending(mpsc::UnboundedReceiver<Bytes>);

impl Sending {
    pub(crate) fn open() -> (mpsc::UnboundedSender<Bytes>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self(receiver))
    }

    pub(crate) fn whole(body: &[u8]) -> Self {
        let (sender, sending) = Self::open();
        if !body.is_empty() {
            sender.send(Bytes::copy_from_slice(body)).unwrap();
        }
        sending
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// `message` behind its prefix.
pub(crate) fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap();
    [&[flag], length.to_be_bytes().as_slice(), message].concat()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) http_status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) body: Vec<u8>,
}

impl Called {
    /// Where the status stands: in trailers, or in headers if there is nothing else.
    fn closing(&self) -> &HeaderMap {
        self.trailers.as_ref().unwrap_or(&self.headers)
    }

    fn text(&self, name: &str) -> &str {
        self.closing().get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn code(&self) -> u16 {
        assert_eq!(self.http_status, 200);
        self.text("grpc-status").parse().unwrap()
    }

    pub(crate) fn message(&self) -> String {
        percent_decoded(self.text("grpc-message"))
    }

    /// The details, which repeat code and message.
    pub(crate) fn status(&self) -> Status {
        let bytes = STANDARD_NO_PAD.decode(self.text("grpc-status-details-bin")).unwrap();
        let status = Status::decode(&*bytes).unwrap();
        assert_eq!((status.code, status.message.as_str()), (self.code().into(), &*self.message()));
        status
    }

    /// The message of a call that went well.
    pub(crate) fn response(&self) -> ExportResponse {
        assert_eq!(self.code(), 0);
        assert!(self.trailers.is_some(), "the status comes after the message");
        let (prefix, message) = self.body.split_first_chunk::<5>().unwrap();
        assert_eq!(*prefix, *framed(0, message).first_chunk().unwrap());
        ExportResponse::decode(message).unwrap()
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%');
        let byte =
            hex.map(|hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap()
}

/// One HTTP/2 connection.
pub(crate) struct Channel {
    sender: SendRequest<Sending>,
    pub(crate) ended: JoinHandle<hyper::Result<()>>,
}

impl Channel {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::over(within(TcpStream::connect(address)).await.unwrap()).await
    }

    pub(crate) async fn over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (sender, connection) = within(handshake).await.unwrap();
        Self { sender, ended: tokio::spawn(connection) }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Sending>) -> hyper::Result<Called> {
        let mut sender = self.sender.clone();
        within(async {
            sender.ready().await?;
            let (parts, mut incoming) = sender.send_request(request).await?.into_parts();
            let (mut body, mut trailers) = (Vec::new(), None);
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut incoming).poll_frame(cx)).await {
                match frame?.into_data() {
                    Ok(data) => body.extend_from_slice(&data),
                    Err(frame) => trailers = frame.into_trailers().ok(),
                }
            }
            let http_status = parts.status.as_u16();
            Ok(Called { http_status, headers: parts.headers, trailers, body })
        })
        .await
    }

    /// Calls `method` with `body`, the headers of gRPC, and `headers` in their place or besides.
    pub(crate) async fn call(&self, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Called {
        self.send(request(method, headers, Sending::whole(body))).await.unwrap()
    }
}

/// A call as clients make it.
pub(crate) fn request(method: &str, headers: &[(&str, &str)], body: Sending) -> Request<Sending> {
    let mut request = Request::post(format!("http://localhost{method}")).body(body).unwrap();
    let all = [&[("content-type", "application/grpc"), ("te", "trailers")], headers].concat();
    for (name, value) in all {
        let name: hyper::header::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

/// Calls on a connection of its own.
pub(crate) async fn call(
    address: SocketAddr,
    method: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Called {
    Channel::open(address).await.call(method, headers, body).await
}

/// An export of traces over gRPC.
pub(crate) async fn export(address: SocketAddr, message: &[u8]) -> Called {
    call(address, TRACES, &[], &framed(0, message)).await
}
