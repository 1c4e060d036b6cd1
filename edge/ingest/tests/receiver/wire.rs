//! HTTP/1.1 as bytes on a socket, so that a test can send whatever it likes.

use super::stage::within;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut values = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.header("content-type"), Some(JSON));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One connection.
pub(crate) struct Wire {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Wire {
    pub(crate) async fn to(address: SocketAddr) -> Self {
        let stream = within(TcpStream::connect(address)).await.unwrap();
        Self { stream, unread: Vec::new() }
    }

    /// Sends, as far as the other side takes it: it may have closed, which reading will tell.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        drop(within(self.stream.write_all(bytes)).await);
    }

    pub(crate) async fn shut_write(&mut self) {
        within(self.stream.shutdown()).await.unwrap();
    }

    /// The next response; `None` if the connection ends before one.
    pub(crate) async fn response(&mut self) -> Option<Response> {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.read_on().await {
                return None;
            }
        };
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Response { status, head, body: Vec::new() };
        let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.unread.len() < length {
            assert!(self.read_on().await, "the body of the response is cut off");
        }
        response.body = self.unread.drain(..length).collect();
        Some(response)
    }

    /// What comes until the other side closes.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.read_on().await {}
        std::mem::take(&mut self.unread)
    }

    async fn read_on(&mut self) -> bool {
        // A reset is an end too.
        within(self.stream.read_buf(&mut self.unread)).await.is_ok_and(|n| n > 0)
    }
}

/// A request with the length of its body.
pub(crate) fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", &length)]].concat();
    [head("POST", path, &headers).as_slice(), body].concat()
}

pub(crate) fn head(method: &str, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// `body` as chunks of at most `n` bytes, with the last one.
pub(crate) fn chunked(body: &[u8], n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for chunk in body.chunks(n) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// Sends `bytes` on a connection of their own, and reads the one response.
pub(crate) async fn send(address: SocketAddr, bytes: &[u8]) -> Response {
    let mut wire = Wire::to(address).await;
    wire.write(bytes).await;
    wire.response().await.expect("an answer")
}

/// An export of traces over HTTP.
pub(crate) async fn export(address: SocketAddr, kind: &str, body: &[u8]) -> Response {
    send(address, &post("/v1/traces", &[("content-type", kind)], body)).await
}

impl Wire {
    /// Sends `bytes` and meanwhile reads into `said`, so that neither side waits for the other;
    /// false once the other side has closed.
    pub(crate) async fn write_while_reading(&mut self, bytes: &[u8], said: &mut Vec<u8>) -> bool {
        let (mut reader, mut writer) = self.stream.split();
        let mut rest = bytes;
        let work = async {
            while !rest.is_empty() {
                tokio::select! {
                    read = reader.read_buf(said) => if !matches!(read, Ok(1..)) {
                        return false;
                    },
                    written = writer.write(rest) => match written {
                        Ok(n) => rest = &rest[n..],
                        Err(_) => {
                            // What it said before it closed is still there.
                            while matches!(reader.read_buf(said).await, Ok(1..)) {}
                            return false;
                        }
                    },
                }
            }
            true
        };
        within(work).await
    }
}
