//! Taking the addresses to listen on, and as many open files as connections need.

use std::io;
use std::net::SocketAddr;
use thiserror::Error;
use tokio::net::TcpListener;
use tracing::warn;

/// Files that are open beside connections: the store, logs, pages being served.
const OTHER_FILES: u64 = 512;

/// An address that could not be taken.
#[derive(Debug, Error)]
#[error("failed to listen on {address} for {protocol}: {}", advice(.source.kind(), flag))]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// What should have come in there.
    pub protocol: &'static str,
    /// The flag that chooses another.
    pub flag: &'static str,
    /// What the system said.
    pub source: io::Error,
}

fn advice(kind: io::ErrorKind, flag: &str) -> String {
    if kind == io::ErrorKind::AddrInUse {
        format!("something listens there already; stop it or choose another address with {flag}")
    } else if kind == io::ErrorKind::AddrNotAvailable {
        format!("this machine has no such address; choose one it has with {flag}")
    } else if kind == io::ErrorKind::PermissionDenied {
        format!("ports below 1024 are reserved; choose a higher one with {flag}")
    } else {
        format!("choose another address with {flag}")
    }
}

/// Listens on `address`, if there is one.
pub(super) async fn listen(
    address: Option<SocketAddr>,
    protocol: &'static str,
    flag: &'static str,
) -> Result<Option<TcpListener>, BindError> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address).await;
    listener.map(Some).map_err(|source| BindError { address, protocol, flag, source })
}

/// How many connections may be open, of those that were asked for. Raises the limit of open files,
/// which most systems set for programs that know no better (1,024).
pub(super) fn connections_allowed(connections_max: usize) -> usize {
    let wanted = (connections_max as u64).saturating_add(OTHER_FILES);
    let files = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
    let allowed = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
    if allowed < connections_max {
        warn!(allowed, wanted = connections_max, "the limit of open files limits connections");
    }
    connections_max.min(allowed.max(1))
}
