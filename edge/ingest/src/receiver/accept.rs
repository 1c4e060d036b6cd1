//! Taking connections, and seeing them off in the end.

use super::connection;
use super::shared::Shared;
use std::future::pending;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::warn;

/// How long nothing is taken after the system could not give a connection: it lacks something that
/// ends of other connections bring back.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Takes connections until `shutdown`, then lets requests on their way end.
pub(super) async fn run(
    http: Option<TcpListener>,
    grpc: Option<TcpListener>,
    shared: Arc<Shared>,
    shutdown: impl Future<Output = ()>,
) {
    let mut connections = Connections::new(shared);
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = shutdown.as_mut() => break,
            taken = take(http.as_ref()) => connections.open(taken).await,
            taken = take(grpc.as_ref()) => connections.open(taken).await,
            Some(_) = connections.tasks.join_next() => {}
        }
    }
    drop((http, grpc));
    connections.end().await;
}

async fn take(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => pending().await,
    }
}

/// All that are open, each a task of its own.
struct Connections {
    tasks: JoinSet<()>,
    shared: Arc<Shared>,
    stop: watch::Sender<()>,
    /// Whether the last one could not be taken: said once, and not ten times a second.
    is_failing: bool,
}

impl Connections {
    fn new(shared: Arc<Shared>) -> Self {
        Self { tasks: JoinSet::new(), shared, stop: watch::Sender::default(), is_failing: false }
    }

    async fn open(&mut self, taken: io::Result<TcpStream>) {
        match taken {
            Ok(stream) => {
                self.is_failing = false;
                self.serve(stream);
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                if !self.is_failing {
                    warn!(%error, "connections cannot be taken");
                }
                self.is_failing = true;
                sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }

    fn serve(&mut self, stream: TcpStream) {
        if self.tasks.len() >= self.shared.settings.connections_max {
            self.shared.counts.connection_refused();
            return;
        }
        // Answers are small: each leaves at once.
        drop(stream.set_nodelay(true));
        let open = self.shared.counts.open_connection();
        let (shared, stopping) = (Arc::clone(&self.shared), self.stop.subscribe());
        self.tasks.spawn(connection::serve(stream, open, shared, stopping));
    }

    /// Each sees to it that it takes no longer than it may.
    async fn end(mut self) {
        self.stop.send_replace(());
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Whether the sender went away before it was taken.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
