//! Taking connections, within limits, and seeing them off in the end.

use crate::asking::Site;
use crate::backend::Backend;
use crate::guard::{Doors, Link};
use crate::patience::Patient;
use crate::routes::router;
use crate::settings::WebSettings;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing::warn;

/// Longest head of a request, and how many headers it may have.
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;

/// How long nothing is taken after the system could not give a connection.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// An address that could not be taken.
#[derive(Debug, thiserror::Error)]
#[error("failed to listen on {address} for the API: {}", advice(.source.kind()))]
pub struct ListenError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

fn advice(kind: io::ErrorKind) -> &'static str {
    if kind == io::ErrorKind::AddrInUse {
        "something listens there already; stop it or choose another address with --listen"
    } else {
        "choose another address with --listen"
    }
}

/// The API, listening.
#[derive(Debug)]
pub struct Web {
    listener: TcpListener,
    settings: WebSettings,
    doors: Doors,
}

impl Web {
    /// Takes the address.
    ///
    /// # Errors
    ///
    /// If it cannot be taken; says what to do.
    pub async fn bind(address: SocketAddr, settings: WebSettings) -> Result<Self, ListenError> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| ListenError { address, source })?;
        Ok(Self { listener, settings, doors: Doors::default() })
    }

    /// Speaks TLS, answers to names, and admits, as the doors say.
    #[must_use]
    pub fn behind(self, doors: Doors) -> Self {
        Self { doors, ..self }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Answers until `stopping` says so, then lets answers on their way end.
    pub async fn run(self, backend: Arc<dyn Backend>, stopping: watch::Receiver<bool>) {
        let Self { listener, settings, doors } = self;
        let site = Arc::new(Site::new(settings, (backend, doors), stopping.clone()));
        let mut connections = Connections { open: JoinSet::new(), site, is_failing: false };
        let mut stopped = pin!(stopped(stopping));
        loop {
            tokio::select! {
                taken = listener.accept() => connections.take(taken.map(|(stream, _)| stream)).await,
                Some(_) = connections.open.join_next() => {}
                () = stopped.as_mut() => break,
            }
        }
        drop(listener);
        let all = async { while connections.open.join_next().await.is_some() {} };
        // Whoever is not done by then is cut off, as the tasks are dropped.
        drop(timeout(settings.drain_timeout, all).await);
    }
}

struct Connections {
    open: JoinSet<()>,
    site: Arc<Site>,
    /// Whether the last one could not be taken: said once, and not ten times a second.
    is_failing: bool,
}

impl Connections {
    async fn take(&mut self, taken: io::Result<TcpStream>) {
        match taken {
            Ok(stream) if self.open.len() < self.site.settings.connections_max => {
                self.is_failing = false;
                // Answers are small: each leaves at once.
                drop(stream.set_nodelay(true));
                self.open.spawn(serve(stream, Arc::clone(&self.site)));
            }
            Ok(_) => {
                self.site.traffic.connections_refused.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                if !self.is_failing {
                    warn!(%error, "connections to the API cannot be taken");
                }
                self.is_failing = true;
                sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

/// Serves one connection to its end.
async fn serve(stream: TcpStream, site: Arc<Site>) {
    let _open = Open::new(&site.traffic.connections_open);
    // One that is gone already needs no answer.
    let Ok(link) = Link::of(&stream, &site.doors) else { return };
    let stream = Patient::new(stream, site.settings.stall_timeout);
    let Some(tls) = site.doors.tls.clone() else {
        return speak(stream, link, Arc::clone(&site)).await;
    };
    let shaken = timeout(site.settings.header_timeout, TlsAcceptor::from(tls).accept(stream));
    let shaken = tokio::select! {
        shaken = shaken => shaken,
        () = stopped(site.stopping.clone()) => return,
    };
    // An error is the other side's: it speaks no TLS, or does not trust us.
    if let Ok(Ok(stream)) = shaken {
        speak(stream, link, Arc::clone(&site)).await;
    }
}

/// Speaks HTTP on a connection, in clear or not.
async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, link: Link, site: Arc<Site>) {
    let stopping = site.stopping.clone();
    let stream = TokioIo::new(stream);
    let service = TowerToHyperService::new(router(Arc::clone(&site), link));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(site.settings.header_timeout)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(stream, service);
    let mut served = pin!(served);
    tokio::select! {
        // An error is the other side's: it went away, or does not speak HTTP.
        _ = served.as_mut() => {}
        () = stopped(stopping) => {
            served.as_mut().graceful_shutdown();
            drop(served.await);
        }
    }
}

/// Counts a connection as long as it is there.
struct Open<'a>(&'a AtomicU64);

impl<'a> Open<'a> {
    fn new(counter: &'a AtomicU64) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    drop(stopping.wait_for(|is_stopping| *is_stopping).await);
}
