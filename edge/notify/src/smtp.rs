//! One mail over SMTP: greet, go over to TLS, sign in, hand over.
//!
//! Written by hand instead of using a mail library: those limit the time of each read but not of
//! the whole, and read a line of any length. Here one deadline and one limit hold for everything.
//! Words of the server are never repeated, only its codes.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};

use crate::deadline::Deadline;
use crate::http::{io_trouble, tls_trouble};
use crate::mail::Mail;
use crate::outcome::Outcome;
use crate::plain_text::one_line;
use crate::receiver::{Email, MailSecurity};
use crate::trust::Trust;

/// Bytes of one line and of all lines of a server.
const LINE_BYTES_MAX: usize = 2048;
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The two ways bytes travel.
enum Wire {
    Plain(Deadline),
    Tls(Box<StreamOwned<ClientConnection, Deadline>>),
}

/// A conversation with a mail server.
struct Talk<'a> {
    // Invariant: `Some` but for the moment in which the wire changes to TLS.
    wire: Option<Wire>,
    buffer: Vec<u8>,
    host: &'a str,
    hello: String,
    abilities: Vec<String>,
}

/// What is done once the server knows who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Hands the mail over.
    HandOver,
    /// Asks whether each recipient would be accepted, and leaves.
    Ask,
}

/// Carries out one errand.
pub(crate) fn converse(
    trust: &Trust,
    email: &Email,
    (addresses, deadline): (&[SocketAddr], Instant),
    mail: &Mail,
    errand: Errand,
) -> Outcome {
    let host = email.host.as_str();
    let stream = match Deadline::connect(addresses, deadline, ANSWER_BYTES_MAX) {
        Ok(stream) => stream,
        Err(error) => return not_sent(io_trouble(host, &error)),
    };
    let hello = match stream.local_addr() {
        Ok(SocketAddr::V6(address)) => format!("[IPv6:{}]", address.ip()),
        Ok(SocketAddr::V4(address)) => format!("[{}]", address.ip()),
        Err(error) => return not_sent(io_trouble(host, &error)),
    };
    let mut talk = Talk {
        wire: Some(Wire::Plain(stream)),
        buffer: Vec::new(),
        host,
        hello,
        abilities: Vec::new(),
    };
    let begun = talk.begin(trust, email);
    let done = begun.and_then(|()| match errand {
        Errand::HandOver => talk.hand_over(mail),
        Errand::Ask => talk.ask(mail).map(|()| Outcome::Delivered),
    });
    // A mail that was taken stays taken, whatever the server says to the farewell.
    drop(talk.write(b"QUIT\r\n"));
    done.unwrap_or_else(|trouble| trouble)
}

/// Before the text of a mail has left, nothing can have arrived.
fn not_sent(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Later { reason, after_s, .. } => {
            Outcome::Later { reason, after_s, may_have_arrived: false }
        }
        Outcome::Delivered | Outcome::DeliveredInPart { .. } | Outcome::Refused { .. } => outcome,
    }
}

impl Talk<'_> {
    /// Everything up to the point at which mail may be handed over.
    fn begin(&mut self, trust: &Trust, email: &Email) -> Result<(), Outcome> {
        if email.security == MailSecurity::Tls {
            self.go_over_to_tls(trust)?;
        }
        self.expect("the greeting", 220)?;
        self.greet()?;
        if email.security == MailSecurity::StartTls {
            if !self.can("STARTTLS") {
                return Err(Outcome::refused(format!(
                    "{} offers no STARTTLS; use security = \"tls\" and port 465, or \"plain\" for \
                     a server on this machine",
                    self.host
                )));
            }
            self.ask_for("STARTTLS", "STARTTLS", 220)?;
            if !self.buffer.is_empty() {
                // Words said before the encryption must not count as said within it.
                return Err(Outcome::not_sent(format!("{} spoke before TLS began", self.host)));
            }
            self.go_over_to_tls(trust)?;
            self.greet()?;
        }
        match (&email.user, &email.password) {
            (Some(user), Some(password)) => self.sign_in(user, password.expose()),
            _ => Ok(()),
        }
    }

    fn greet(&mut self) -> Result<(), Outcome> {
        let hello = format!("EHLO {}", self.hello);
        let lines = self.ask_for("EHLO", &hello, 250)?;
        self.abilities = lines.into_iter().skip(1).map(|line| line.to_ascii_uppercase()).collect();
        Ok(())
    }

    fn can(&self, ability: &str) -> bool {
        self.abilities.iter().any(|line| line.split(' ').next() == Some(ability))
    }

    fn go_over_to_tls(&mut self, trust: &Trust) -> Result<(), Outcome> {
        let name = ServerName::try_from(self.host.to_owned())
            .map_err(|_| Outcome::refused(format!("{} is no name for TLS", self.host)))?;
        let connection = ClientConnection::new(trust.rustls.clone(), name)
            .map_err(|error| tls_trouble(self.host, &error))?;
        let Some(Wire::Plain(stream)) = self.wire.take() else {
            return Err(Outcome::not_sent("TLS was begun twice"));
        };
        let mut stream = StreamOwned::new(connection, stream);
        let shaken = stream.conn.complete_io(&mut stream.sock);
        shaken.map_err(|error| not_sent(io_trouble(self.host, &error)))?;
        self.wire = Some(Wire::Tls(Box::new(stream)));
        Ok(())
    }

    fn sign_in(&mut self, user: &str, password: &str) -> Result<(), Outcome> {
        if !matches!(self.wire, Some(Wire::Tls(_))) {
            return Err(Outcome::refused("a password is never sent without encryption"));
        }
        let ways = self.abilities.iter().find(|line| line.starts_with("AUTH")).cloned();
        let ways = ways.unwrap_or_default();
        if ways.split([' ', '=']).any(|way| way == "PLAIN") {
            let coded = STANDARD.encode(format!("\0{user}\0{password}"));
            self.ask_for("AUTH", &format!("AUTH PLAIN {coded}"), 235)?;
        } else if ways.split([' ', '=']).any(|way| way == "LOGIN") {
            self.ask_for("AUTH", "AUTH LOGIN", 334)?;
            self.ask_for("AUTH", &STANDARD.encode(user), 334)?;
            self.ask_for("AUTH", &STANDARD.encode(password), 235)?;
        } else {
            return Err(Outcome::refused(format!(
                "{} offers neither AUTH PLAIN nor LOGIN",
                self.host
            )));
        }
        Ok(())
    }

    /// Hands over. A mail that some of its recipients may get counts as delivered: trying again
    /// would send it twice to these. The outcome names the others.
    fn hand_over(&mut self, mail: &Mail) -> Result<Outcome, Outcome> {
        self.ask_for("MAIL", &format!("MAIL FROM:<{}>", mail.from.as_str()), 250)?;
        let mut n_accepted = 0;
        let mut last = None;
        let mut missed = Vec::new();
        for to in &mail.to {
            let answer = self.ask_for("RCPT", &format!("RCPT TO:<{}>", to.as_str()), 250);
            if answer.is_err() {
                missed.push(to.as_str());
            }
            match answer {
                Ok(_) => n_accepted += 1,
                // A refused one never hides one that may be accepted later.
                Err(later @ Outcome::Later { .. }) => last = Some(later),
                Err(other) => last = last.or(Some(other)),
            }
        }
        if let (0, Some(trouble)) = (n_accepted, last) {
            return Err(trouble);
        }
        self.ask_for("DATA", "DATA", 354)?;
        // No line of ours begins with a dot: headers begin with a name, the rest is Base64.
        let text = format!("{}.\r\n", mail.text);
        self.write(text.as_bytes()).map_err(|error| self.lost(&error))?;
        match self.answer() {
            Ok((250, _)) if missed.is_empty() => Ok(Outcome::Delivered),
            Ok((250, _)) => Ok(Outcome::DeliveredInPart {
                reason: one_line(
                    &format!("{} took the mail, but not for {}", self.host, missed.join(", ")),
                    300,
                ),
            }),
            Ok((code, _)) => Err(self.judged("the mail", code)),
            Err(error) => Err(self.lost(&error)),
        }
    }

    fn lost(&self, error: &io::Error) -> Outcome {
        Outcome::unknown(format!("{} was lost while it took the mail: {}", self.host, error.kind()))
    }

    fn ask(&mut self, mail: &Mail) -> Result<(), Outcome> {
        self.ask_for("MAIL", &format!("MAIL FROM:<{}>", mail.from.as_str()), 250)?;
        for to in &mail.to {
            self.ask_for(to.as_str(), &format!("RCPT TO:<{}>", to.as_str()), 250)?;
        }
        self.ask_for("RSET", "RSET", 250).map(drop)
    }

    fn ask_for(&mut self, what: &str, line: &str, code: u16) -> Result<Vec<String>, Outcome> {
        // Whatever was checked before: no command has a second line.
        if line.bytes().any(|b| b.is_ascii_control()) {
            return Err(Outcome::refused(format!("{what} holds a control character")));
        }
        let written = self.write(format!("{line}\r\n").as_bytes());
        written.map_err(|error| not_sent(io_trouble(self.host, &error)))?;
        self.expect(what, code)
    }

    fn expect(&mut self, what: &str, code: u16) -> Result<Vec<String>, Outcome> {
        match self.answer() {
            Ok((found, lines)) if found == code || (code == 250 && found == 251) => Ok(lines),
            Ok((found, _)) => Err(self.judged(what, found)),
            Err(error) => Err(not_sent(io_trouble(self.host, &error))),
        }
    }

    fn judged(&self, what: &str, code: u16) -> Outcome {
        let words = format!("{} answered {code} to {what}", self.host);
        match code {
            535 | 530 | 534 => Outcome::refused(format!("{words}; check user and password")),
            500..=599 => Outcome::refused(words),
            _ => Outcome::not_sent(words),
        }
    }

    /// The code of an answer and its lines without it.
    fn answer(&mut self) -> io::Result<(u16, Vec<String>)> {
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let (Some(code), true) = (code, line.len() == 3 || line.is_char_boundary(4)) else {
                return Err(io::ErrorKind::InvalidData.into());
            };
            lines.push(line.get(4..).unwrap_or_default().trim().to_owned());
            if line.get(3..4) != Some("-") {
                return Ok((code, lines));
            }
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.buffer.len() > LINE_BYTES_MAX {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let mut chunk = [0; 1024];
            let n = match &mut self.wire {
                Some(Wire::Plain(stream)) => stream.read(&mut chunk)?,
                Some(Wire::Tls(stream)) => stream.read(&mut chunk)?,
                None => 0,
            };
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(chunk.get(..n).unwrap_or_default());
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.wire {
            Some(Wire::Plain(stream)) => stream.write_all(bytes),
            Some(Wire::Tls(stream)) => stream.write_all(bytes).and_then(|()| stream.flush()),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}
