//! Whom a guarded receiver admits, and what it speaks.

use crate::call::{Channel, Sending, TRACES, framed, request};
use crate::stage::{ACCEPTED, Stage, settings, within};
use crate::wire::{JSON, Response, Wire, post, send};
use hw_api::{Asking, Caller, Scope, Shown, Turned};
use hw_ingest::{Delivery, Guard, Refused};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/tls").join(name)
}

fn certificates(name: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(data(name)).unwrap().map(Result::unwrap).collect()
}

fn tls() -> Arc<ServerConfig> {
    let key = PrivateKeyDer::from_pem_file(data("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut config = builder.with_single_cert(certificates("server.pem"), key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

/// Connects as a client that trusts the test's authority and speaks one protocol.
async fn connect(address: SocketAddr, protocol: &str) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates("ca.pem"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    let stream = within(TcpStream::connect(address)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    within(TlsConnector::from(Arc::new(config)).connect(name, stream)).await.unwrap()
}

/// Accepts whatever comes.
fn accept_all(mut deliveries: mpsc::Receiver<Delivery>) {
    tokio::spawn(async move {
        while let Some(delivery) = deliveries.recv().await {
            delivery.answer(ACCEPTED);
        }
    });
}

/// Sends nothing, with these headers.
async fn sent(address: SocketAddr, headers: &[(&str, &str)]) -> Response {
    let headers = [&[("content-type", JSON), ("connection", "close")], headers].concat();
    let mut wire = Wire::to(address).await;
    wire.write(&post("/v1/traces", &headers, b"{}")).await;
    wire.response().await.unwrap()
}

/// What a doorman was asked: token, from this machine, direct.
type Asked = Arc<Mutex<Vec<(String, bool)>>>;

/// Admits `Bearer ingest`, forbids `Bearer read`, knows no other.
fn doorman(asked: Asked) -> Guard {
    let doorman = move |asking: &Asking<'_>, needs: Scope| {
        assert_eq!(needs, Scope::Ingest);
        let token = match asking.shown {
            Shown::Nothing => "",
            Shown::Unreadable => "?",
            Shown::Bearer(token) => token,
        };
        asked.lock().unwrap().push((token.to_owned(), asking.is_loopback()));
        match token {
            "" => Err(Turned::Missing),
            "?" => Err(Turned::Unreadable),
            "ingest" => Ok(Caller {
                name: "a".to_owned(),
                scope: Scope::Ingest,
                token: Some(1),
                is_loopback: true,
            }),
            "read" => Err(Turned::Forbidden { has: Scope::Read, needs }),
            _ => Err(Turned::Unknown),
        }
    };
    Guard { tls: None, doorman: Some(Arc::new(doorman)) }
}

#[tokio::test]
async fn who_may_not_send_is_told_so_in_either_protocol() {
    let asked = Asked::default();
    let (stage, deliveries) = Stage::guarded(settings(), 8, doorman(Arc::clone(&asked))).await;
    accept_all(deliveries);
    let channel = Channel::open(stage.grpc).await;
    for (authorization, status, code, words) in [
        (None, 401, 16, "OTEL_EXPORTER_OTLP_HEADERS"),
        (Some("Basic x"), 401, 16, "Bearer"),
        (Some("Bearer s3cret"), 401, 16, "not known"),
        (Some("Bearer read"), 403, 7, "ingest"),
        (Some("Bearer ingest"), 200, 0, ""),
    ] {
        let headers: Vec<_> = authorization.map(|it| ("authorization", it)).into_iter().collect();
        let page = sent(stage.http, &headers).await;
        assert_eq!(page.status, status, "{authorization:?}");
        let body = String::from_utf8_lossy(&page.body).into_owned();
        assert!(body.contains(words) && !body.contains("s3cret"), "{authorization:?}: {body}");
        let challenge = page.header("www-authenticate");
        assert_eq!(challenge, (status == 401).then_some("Bearer"), "{authorization:?}");
        let called = channel.call(TRACES, &headers, &framed(0, b"x")).await;
        assert_eq!(called.code(), code, "{authorization:?}");
        assert!(called.message().contains(words), "{}", called.message());
    }
    assert_eq!(stage.n_refused(Refused::Unauthenticated), 6);
    assert_eq!(stage.n_refused(Refused::Forbidden), 2);
    asked.lock().unwrap().clear();
    assert_eq!(sent(stage.http, &[("x-forwarded-for", "10.0.0.1")]).await.status, 401);
    assert_eq!(sent(stage.http, &[]).await.status, 401);
    let other = b"POST /v1/traces HTTP/1.1\r\nhost: page.example\r\ncontent-type: \
                  application/json\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(send(stage.http, other).await.status, 401);
    let expect = [false, true, false].map(|is_here| (String::new(), is_here));
    let why = "who comes through a proxy, or by a name of elsewhere, is not of this machine";
    assert_eq!(*asked.lock().unwrap(), expect, "{why}");
    asked.lock().unwrap().clear();
    assert_eq!(channel.call(TRACES, &[], &framed(0, b"x")).await.code(), 16);
    let mut named = request(TRACES, &[], Sending::whole(&framed(0, b"x")));
    *named.uri_mut() = format!("http://page.example:80{TRACES}").parse().unwrap();
    assert_eq!(channel.send(named).await.unwrap().code(), 16);
    let expect = [true, false].map(|is_here| (String::new(), is_here));
    assert_eq!(*asked.lock().unwrap(), expect, "over HTTP/2 the authority is the name");
    drop(channel);
    stage.close().await;
}

#[tokio::test]
async fn tls_is_spoken_with_either_protocol_and_nothing_else_is() {
    let guard = Guard { tls: Some(tls()), doorman: None };
    let (stage, deliveries) = Stage::guarded(settings(), 8, guard).await;
    accept_all(deliveries);
    let stream = connect(stage.grpc, "h2").await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let channel = Channel::over(stream).await;
    assert_eq!(channel.call(TRACES, &[], &framed(0, b"x")).await.code(), 0);
    let mut stream = connect(stage.http, "http/1.1").await;
    let request = b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                    content-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    within(stream.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    let mut plain = within(TcpStream::connect(stage.http)).await.unwrap();
    plain.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good an answer.
    drop(within(plain.read_to_end(&mut answer)).await);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    drop((channel, stream));
    stage.close().await;
}

#[tokio::test]
async fn handshake_that_does_not_end_is_cut_off() {
    let guard = Guard { tls: Some(tls()), doorman: None };
    let header_timeout = std::time::Duration::from_millis(200);
    let settings = hw_ingest::ReceiverSettings { header_timeout, ..settings() };
    let (stage, _deliveries) = Stage::guarded(settings, 8, guard).await;
    let mut silent = within(TcpStream::connect(stage.http)).await.unwrap();
    // The beginning of a record that never comes.
    silent.write_all(&[0x16, 3, 1, 2, 0]).await.unwrap();
    let mut answer = Vec::new();
    drop(within(silent.read_to_end(&mut answer)).await);
    stage.close().await;
}
