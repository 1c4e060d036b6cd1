//! As much of HTTP/1.1 as it takes to ask for a page many times over one connection.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

/// A connection that is kept.
pub(super) struct Connection {
    at: String,
    stream: BufReader<TcpStream>,
}

/// An answer, and how long it took until all of it was there.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) seconds: f64,
}

impl Connection {
    pub(super) fn open(at: &str) -> Result<Self> {
        let stream = TcpStream::connect(at).with_context(|| format!("nobody answers at {at}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { at: at.to_owned(), stream: BufReader::new(stream) })
    }

    pub(super) fn get(&mut self, path: &str, is_packed: bool) -> Result<Answer> {
        let coding = if is_packed { "Accept-Encoding: gzip\r\n" } else { "" };
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\n{coding}\r\n",
            self.at
        );
        let began = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.with_context(|| format!("{path}: no answer but {line:?}"))?;
        let mut length = None;
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                bail!("{path}: the connection ended within its head");
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
        }
        let mut body = vec![0; length.with_context(|| format!("{path}: no length"))?];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body, seconds: began.elapsed().as_secs_f64() })
    }
}
