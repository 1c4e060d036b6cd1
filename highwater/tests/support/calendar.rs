//! A tiny server of calendars that answers as a test wants it to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How it answers.
#[derive(Clone)]
pub(crate) enum Answers {
    /// With this text.
    Text(String),
    /// With this status and nothing.
    Status(u16),
    /// Never: the connection stays open.
    Never,
}

/// The server; it ends with the process.
pub(crate) struct Calendars {
    pub(crate) address: SocketAddr,
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<TcpStream>>>,
}

impl Calendars {
    pub(crate) fn new(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Arc::new(Mutex::new(answers));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (how, open) = (Arc::clone(&answers), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let how = how.lock().unwrap().clone();
                open.lock().unwrap().extend(answer(stream, &how));
            }
        });
        Self { address, answers, asked }
    }

    /// From now on it answers so.
    pub(crate) fn answer(&self, answers: Answers) {
        *self.answers.lock().unwrap() = answers;
    }

    /// How many are waiting for an answer that never comes.
    pub(crate) fn n_waiting(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Answers one request. Returns the connection if it stays open.
fn answer(mut stream: TcpStream, how: &Answers) -> Option<TcpStream> {
    let mut asked = Vec::new();
    let mut byte = [0];
    while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        asked.extend(byte);
    }
    let (status, body) = match how {
        Answers::Text(text) => (200, text.as_str()),
        Answers::Status(status) => (*status, ""),
        Answers::Never => return Some(stream),
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // Whoever asked may be gone.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())));
    None
}

/// A calendar of such events: title, start, end (`20261123T000000Z`).
pub(crate) fn calendar(events: &[(&str, &str, &str)]) -> String {
    let event = |(n, (title, start, end)): (usize, &(&str, &str, &str))| {
        format!(
            "BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:{title}\r\nDTSTART:{start}\r\nDTEND:{end}\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = events.iter().enumerate().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}
