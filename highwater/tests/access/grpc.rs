//! A gRPC call over TLS, and a look at the certificate.

use super::public::testdata;
use hyper::body::{Body, Bytes, Frame};
use hyper::client::conn::http2;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// One frame.
struct Once(Option<Bytes>);

impl Body for Once {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

async fn connect(address: SocketAddr, protocol: &str) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::pem_file_iter(testdata("ca.pem")).unwrap();
    roots.add_parsable_certificates(ca.map(Result::unwrap));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The certificate that is shown at an address.
pub(crate) fn certificate(address: SocketAddr) -> Vec<u8> {
    runtime().block_on(async {
        let stream = connect(address, "http/1.1").await;
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    })
}

/// Sends no spans over gRPC from elsewhere. Returns the status of the call.
pub(crate) fn export(address: SocketAddr, token: &str) -> u16 {
    runtime().block_on(async {
        let stream = connect(address, "h2").await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        let running = tokio::spawn(connection);
        let method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
        let mut request = Request::post(format!("https://localhost{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("x-forwarded-for", "203.0.113.9");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = Once(Some(Bytes::from_static(&[0; 5])));
        let response = sender.send_request(request.body(body).unwrap()).await.unwrap();
        let code = code(response).await;
        drop(sender);
        running.abort();
        code
    })
}

/// The status, in headers or in trailers.
async fn code(response: Response<hyper::body::Incoming>) -> u16 {
    let (parts, mut body) = response.into_parts();
    let mut status = parts.headers.get("grpc-status").cloned();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(trailers) = frame.unwrap().into_trailers() {
            status = trailers.get("grpc-status").cloned().or(status);
        }
    }
    status.unwrap().to_str().unwrap().parse().unwrap()
}
