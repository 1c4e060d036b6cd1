//! A server of the tests' own, on this machine.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use hw_notify::Secret;

/// A server that answers every request with the same bytes, and keeps what it was sent.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::with(move |stream| drop(stream.write_all(&answer)))
    }

    /// Answers each request as this says.
    pub(crate) fn serving(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (listener, seen) = (TcpListener::bind("127.0.0.1:0").unwrap(), requests.clone());
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&mut stream);
                let bytes = answer(&request);
                seen.lock().unwrap().push(request);
                drop(stream.write_all(&bytes));
            }
        });
        Self { address, requests }
    }

    /// Does something with a connection once the request was read.
    pub(crate) fn with(act: impl Fn(&mut TcpStream) + Send + 'static) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), act)
    }

    /// The same at an address of the test's choice.
    pub(crate) fn at(address: SocketAddr, act: impl Fn(&mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                seen.lock().unwrap().push(read_request(&mut stream));
                act(&mut stream);
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> Secret {
        Secret::new(format!("http://{}{path}", self.address))
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let n = stream.read(&mut chunk).unwrap_or(0);
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.trim().parse().unwrap()) {
                return text;
            }
        }
        if n == 0 {
            return text;
        }
    }
}
