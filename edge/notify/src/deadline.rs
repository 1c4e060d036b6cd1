//! A connection with one deadline for everything and a limit on what is read.
//!
//! A time limit per read is not enough: a server that sends one byte every few seconds would hold
//! a sender for hours.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustls::ClientConnection;
use rustls::pki_types::ServerName;

use crate::http::{io_trouble, tls_trouble};
use crate::outcome::Outcome;
use crate::target::Target;
use crate::trust::Trust;

/// A TCP stream that ends at its deadline.
pub(crate) struct Deadline {
    stream: TcpStream,
    at: Instant,
    bytes_left: usize,
}

impl Deadline {
    /// Connects to the first of the addresses that answers.
    pub(crate) fn connect(
        addresses: &[SocketAddr],
        at: Instant,
        bytes_max: usize,
    ) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        let mut n_left = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
        for address in addresses {
            // Each gets an equal share of what time is left.
            let patience = left(at)? / n_left;
            n_left = n_left.saturating_sub(1).max(1);
            match TcpStream::connect_timeout(address, patience.max(Duration::from_millis(1))) {
                Ok(stream) => return Ok(Self { stream, at, bytes_left: bytes_max }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The address of this end.
    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }
}

/// What is left until a deadline, or the error that it passed.
pub(crate) fn left(at: Instant) -> io::Result<Duration> {
    let left = at.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

impl Read for Deadline {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes_left == 0 {
            return Err(io::Error::other("the answer is too long"));
        }
        self.stream.set_read_timeout(Some(left(self.at)?))?;
        let n_max = buffer.len().min(self.bytes_left);
        let n = self.stream.read(buffer.get_mut(..n_max).unwrap_or_default())?;
        self.bytes_left = self.bytes_left.saturating_sub(n);
        Ok(n)
    }
}

impl Write for Deadline {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.at)?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Connects, for https also with TLS, and hangs up.
pub(crate) fn touch(
    trust: &Trust,
    target: &Target,
    addresses: &[SocketAddr],
    deadline: Instant,
) -> Outcome {
    let mut stream = match Deadline::connect(addresses, deadline, 64 * 1024) {
        Ok(stream) => stream,
        Err(error) => return io_trouble(&target.host, &error),
    };
    if !target.is_https {
        return Outcome::Delivered;
    }
    let Ok(name) = ServerName::try_from(target.host.clone()) else {
        return Outcome::refused(format!("{} is no name for TLS", target.host));
    };
    match ClientConnection::new(trust.rustls.clone(), name) {
        Ok(mut connection) => match connection.complete_io(&mut stream) {
            Ok(_) => Outcome::Delivered,
            Err(error) => io_trouble(&target.host, &error),
        },
        Err(error) => tls_trouble(&target.host, &error),
    }
}
