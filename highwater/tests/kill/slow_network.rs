//! A network on which answers take their time, and are lost if the server dies meanwhile.
//!
//! On loopback an answer is there some microseconds after its batch is durable: a kill hardly ever
//! falls between. Here it falls there all the time, so that batches come again which were counted.

use crate::random::Random;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest an answer takes.
const DELAY: Duration = Duration::from_millis(60);

/// Answers that were lost on their way.
static LOST: AtomicU64 = AtomicU64::new(0);

/// How many answers were lost on their way.
pub(crate) fn n_lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Opens a second way to a server. Returns its address, which stays while the server comes and goes.
pub(crate) fn slow_way_to(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (seed, client) in (1..).zip(listener.incoming().flatten()) {
            // Without a server the client is hung up on.
            let Ok(server) = TcpStream::connect(server) else { continue };
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || carry(&from, &to));
            std::thread::spawn(move || carry_slowly(&server, &client, Random::new(seed)));
        }
    });
    address
}

/// Carries bytes until one end is gone.
fn carry(mut from: &TcpStream, mut to: &TcpStream) {
    drop(std::io::copy(&mut from, &mut to));
    hang_up(from, to);
}

/// Carries answers, each after a while, until one end is gone. What was on its way then is lost.
fn carry_slowly(mut from: &TcpStream, mut to: &TcpStream, mut random: Random) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        std::thread::sleep(DELAY.mul_f64(random.next()));
        if is_gone(from) {
            LOST.fetch_add(1, Ordering::Relaxed);
            break;
        }
        if to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    hang_up(from, to);
}

fn hang_up(one: &TcpStream, other: &TcpStream) {
    drop(one.shutdown(Shutdown::Both));
    drop(other.shutdown(Shutdown::Both));
}

/// Whether the other end has closed the connection, or died.
fn is_gone(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let looked = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    match looked {
        Ok(n) => n == 0,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}
