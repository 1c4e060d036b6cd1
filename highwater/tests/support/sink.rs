//! A receiver of messages on this machine, that takes them, refuses them or hangs up, as the test wants.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What was taken: answered with 200.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// The key of the message, where the form has one.
    pub(crate) id: String,
    pub(crate) body: Value,
}

/// What is done with the n-th request, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manners {
    Take,
    /// Answer 429, and ask to come back in a second.
    TooMany,
    /// Read it and hang up: whoever sent it cannot know.
    HangUp,
}

/// A receiver that runs until the test ends.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Sink {
    /// One that takes everything.
    pub(crate) fn start() -> Self {
        Self::with(|_| Manners::Take)
    }

    pub(crate) fn with(manners: impl Fn(u64) -> Manners + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&taken);
        std::thread::spawn(move || {
            for (n, stream) in (0..).zip(listener.incoming()) {
                let Ok(stream) = stream else { continue };
                // A sender may be killed in the middle of its request, and hold up nobody.
                let (manners, seen) = (manners(n), Arc::clone(&seen));
                std::thread::spawn(move || answer(stream, manners, &seen));
            }
        });
        Self { address, taken }
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits until what was taken is as the test wants it.
    pub(crate) fn wait(&self, what: &str, is_there: impl Fn(&[Taken]) -> bool) -> Vec<Taken> {
        let began = Instant::now();
        loop {
            let taken = self.taken();
            if is_there(&taken) {
                return taken;
            }
            assert!(began.elapsed() < Duration::from_secs(150), "{what} did not come: {taken:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn answer(mut stream: TcpStream, manners: Manners, seen: &Mutex<Vec<Taken>>) {
    drop(stream.set_read_timeout(Some(Duration::from_secs(5))));
    let Some((head, body)) = read_request(&mut stream) else { return };
    let answer = match manners {
        Manners::Take => {
            let id = head.lines().find_map(|line| line.strip_prefix("webhook-id: "));
            let id = id.unwrap_or_default().trim().to_owned();
            let body = serde_json::from_str(&body).unwrap_or(Value::Null);
            seen.lock().unwrap().push(Taken { id, body });
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        }
        Manners::TooMany => {
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        }
        Manners::HangUp => return,
    };
    drop(stream.write_all(answer.as_bytes()));
}

/// Head in small letters, and body, of a request that came as a whole.
fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut chunk).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(chunk.get(..n)?);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
        if body.len() >= length {
            return Some((head.clone(), body.to_owned()));
        }
    }
}
