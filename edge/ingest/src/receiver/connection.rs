//! One connection: HTTP/1.1 or HTTP/2 as it begins, for as long as it is of use.
//!
//! A connection ends when it asks for nothing in time, when it has grown old, or when the receiver
//! stops. HTTP/2 is told so by GOAWAY, and an old HTTP/1.1 connection in its next response: closing
//! an idle one by age would meet a request on its way, which most SDKs do not send again.

use super::content::Content;
use super::counts::OpenConnection;
use super::dispatch;
use super::guard::Peer;
use super::settings::ReceiverSettings;
use super::shared::Shared;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

/// Longest head of an HTTP/1.1 request, and how much of a body is read at a time. A head that is
/// longer is answered 431.
const HTTP1_BUFFER_BYTES_MAX: usize = 16 << 10;

/// Longest list of headers of an HTTP/2 request.
const HTTP2_HEADERS_BYTES_MAX: u32 = 16 << 10;

/// Requests at one time on one HTTP/2 connection: the least the RFC advises is 100.
const HTTP2_STREAMS_MAX: u32 = 128;

/// Bytes that may be under way on one HTTP/2 connection, and on one stream of it, before they are
/// read: what a gigabit carries in 8 ms.
const HTTP2_WINDOW_BYTES: u32 = 1 << 20;

/// How long a connection on which nothing goes on may take to end.
const QUIET_GRACE: Duration = Duration::from_secs(1);

/// Serves a connection to its end, or ends it.
pub(super) async fn serve(
    stream: TcpStream,
    (open, n): (OpenConnection, u64),
    shared: Arc<Shared>,
    mut stopping: watch::Receiver<()>,
) {
    let _open = open;
    // One that is gone already needs no answer.
    let Ok(peer) = stream.peer_addr().map(Peer::from) else { return };
    let Some(tls) = shared.guard.tls.clone() else {
        return speak(stream, (peer, n), shared, stopping).await;
    };
    let shaken = timeout(shared.settings.header_timeout, TlsAcceptor::from(tls).accept(stream));
    let shaken = tokio::select! {
        shaken = shaken => shaken,
        _ = stopping.changed() => return,
    };
    // An error is the sender's: it speaks no TLS, or does not trust us.
    if let Ok(Ok(stream)) = shaken {
        speak(stream, (peer, n), shared, stopping).await;
    }
}

/// Speaks HTTP on a connection, in clear or not.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    (peer, n): (Peer, u64),
    shared: Arc<Shared>,
    mut stopping: watch::Receiver<()>,
) {
    let activity = Arc::new(Activity::new(shared.settings.age_of_connection(n)));
    let builder = builder();
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let (shared, activity) = (Arc::clone(&shared), Arc::clone(&activity));
        async move {
            let version = request.version();
            let _request = activity.begin(version);
            let mut response = dispatch::answer(request, &shared).await;
            activity.mark_if_old(version, &mut response);
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let settings = &shared.settings;
    let mut is_stopping = false;
    let time_left = tokio::select! {
        // An error is the sender's: it went away, or does not speak HTTP.
        _ = connection.as_mut() => return,
        () = activity.runs_out(settings) => settings.time_for_request(),
        _ = stopping.changed() => { is_stopping = true; settings.drain_timeout }
    };
    connection.as_mut().graceful_shutdown();
    let mut deadline = Instant::now() + time_left;
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stopping.changed(), if !is_stopping => {
                is_stopping = true;
                deadline = deadline.min(Instant::now() + settings.drain_timeout);
            }
            () = sleep(QUIET_GRACE) => if activity.is_quiet() || Instant::now() >= deadline {
                return;
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Heads have their time by `Activity`, which HTTP/2 and silent connections have too.
    builder.http1().max_buf_size(HTTP1_BUFFER_BYTES_MAX).header_read_timeout(None);
    builder
        .http2()
        .max_header_list_size(HTTP2_HEADERS_BYTES_MAX)
        .max_concurrent_streams(HTTP2_STREAMS_MAX)
        .initial_connection_window_size(HTTP2_WINDOW_BYTES)
        .initial_stream_window_size(HTTP2_WINDOW_BYTES);
    builder
}

/// What requests tell about their connection.
#[derive(Debug)]
struct Activity {
    opened_at: Instant,
    old_at: Instant,
    so_far: Mutex<SoFar>,
}

#[derive(Debug, Default)]
struct SoFar {
    n_open: usize,
    last_ended_at: Option<Instant>,
    is_http2: bool,
}

impl Activity {
    fn new(age_max: Duration) -> Self {
        let opened_at = Instant::now();
        Self { opened_at, old_at: opened_at + age_max, so_far: Mutex::default() }
    }

    fn begin(self: &Arc<Self>, version: Version) -> OngoingRequest {
        let mut so_far = self.so_far();
        so_far.n_open += 1;
        so_far.is_http2 = version >= Version::HTTP_2;
        OngoingRequest { activity: Arc::clone(self) }
    }

    fn is_quiet(&self) -> bool {
        self.so_far().n_open == 0
    }

    fn mark_if_old(&self, version: Version, response: &mut Response<Content>) {
        if version < Version::HTTP_2 && Instant::now() >= self.old_at {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// Waits until the connection is of no more use.
    async fn runs_out(&self, settings: &ReceiverSettings) {
        loop {
            let end = self.end(settings);
            if end <= Instant::now() {
                return;
            }
            sleep_until(self.next_look(end, settings)).await;
        }
    }

    /// When to look again. Requests put the end off; their own end may also bring it forward, to
    /// where a connection is idle or, of HTTP/2, old.
    fn next_look(&self, end: Instant, settings: &ReceiverSettings) -> Instant {
        let now = Instant::now();
        let at = end.min(now + settings.idle_timeout);
        if self.old_at > now { at.min(self.old_at) } else { at }
    }

    /// When the connection ends, if nothing more happens.
    fn end(&self, settings: &ReceiverSettings) -> Instant {
        let so_far = self.so_far();
        let idle_end = match (so_far.n_open, so_far.last_ended_at) {
            (0, Some(last)) => last + settings.idle_timeout,
            (0, None) => self.opened_at + settings.header_timeout,
            (_, _) => Instant::now() + settings.idle_timeout,
        };
        if so_far.is_http2 { idle_end.min(self.old_at) } else { idle_end }
    }

    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on its way.
#[derive(Debug)]
struct OngoingRequest {
    activity: Arc<Activity>,
}

impl Drop for OngoingRequest {
    fn drop(&mut self) {
        let mut so_far = self.activity.so_far();
        so_far.n_open -= 1;
        so_far.last_ended_at = Some(Instant::now());
    }
}
