//! A notice as a mail: headers in which nothing from outside can begin a line, and plain text.
//!
//! Written here because the form is small: every header is either made of checked ASCII or coded as
//! RFC 2047 asks, and the text is base64, so no line of it can be mistaken for a command. All mails
//! of a thread name the same imaginary first mail, which is how mail programs group them; a retry
//! has the same Message-ID, which is how they see that it is one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::message::Plain;
use crate::notice::{Kind, Notice};
use crate::plain_text::{hashed, one_line};
use crate::receiver::Email;

/// A mail address `name@host` in ASCII that needs no quotes anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailAddress {
    // Invariant: every byte is a letter, a digit or one of a few marks, with one `@`.
    text: String,
}

impl MailAddress {
    /// The address, if it is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, host) = text.split_once('@')?;
        let in_name = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
        let in_host = |b: u8| b.is_ascii_alphanumeric() || b"-.".contains(&b);
        let whole = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && !part.ends_with('.')
                && !part.contains("..")
        };
        let fits = whole(name)
            && whole(host)
            && name.len() <= 64
            && host.len() <= 255
            && !host.starts_with('-')
            && name.bytes().all(in_name)
            && host.bytes().all(in_host);
        fits.then(|| Self { text: text.to_owned() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    fn host(&self) -> &str {
        self.text.split_once('@').map_or("localhost", |(_, host)| host)
    }
}

/// A mail ready to be sent.
pub(crate) struct Mail {
    pub(crate) from: MailAddress,
    pub(crate) to: Vec<MailAddress>,
    pub(crate) text: String,
}

/// The mail of a notice.
pub(crate) fn compose(email: &Email, notice: &Notice) -> Result<Mail, String> {
    let address = |text: &String| {
        MailAddress::parse(text).ok_or("has a mail address that is none".to_owned())
    };
    let from = address(&email.from)?;
    let to = email.to.iter().map(address).collect::<Result<Vec<_>, _>>()?;
    let plain = Plain::of(notice);
    let host = from.host().to_owned();
    let id = hashed(&notice.key);
    let root = hashed(&format!("thread {}", notice.thread));
    let again = match notice.kind {
        Kind::Firing | Kind::Test => "",
        Kind::Update | Kind::Resolved => "Re: ",
    };
    let subject = format!("{again}[{}] {}", plain.thread, plain.title);
    let to_line: Vec<&str> = to.iter().map(MailAddress::as_str).collect();
    let mut text = String::new();
    for (name, value) in [
        ("Date", date(notice.at)),
        ("From", format!("Highwater <{}>", from.as_str())),
        ("To", to_line.join(",\r\n ")),
        ("Subject", coded(&one_line(&subject, 200))),
        ("Message-ID", format!("<{id}@{host}>")),
        ("In-Reply-To", format!("<{root}@{host}>")),
        ("References", format!("<{root}@{host}>")),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ("Content-Transfer-Encoding", "base64".to_owned()),
    ] {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(&base64_lines(&body(&plain)));
    Ok(Mail { from, to, text })
}

fn body(plain: &Plain<'_>) -> String {
    let mut body = format!("{}: {}\r\n", plain.head(), plain.title);
    if !plain.service.is_empty() {
        body.push_str(&format!("service {}\r\n", plain.service));
    }
    body.push_str("\r\n");
    for line in plain.lines() {
        body.push_str(&format!("{line}\r\n"));
    }
    if let Some(link) = plain.link {
        body.push_str(&format!("\r\n{link}\r\n"));
    }
    body
}

fn date(nanos: i64) -> String {
    let instant = Timestamp::from_second(nanos.div_euclid(1_000_000_000)).unwrap_or_default();
    jiff::fmt::rfc2822::to_string(&instant.to_zoned(jiff::tz::TimeZone::UTC))
        .unwrap_or_else(|_| "Thu, 1 Jan 1970 00:00:00 +0000".to_owned())
}

/// A header's text: as it is if it is plain ASCII and short, otherwise in coded words.
fn coded(text: &str) -> String {
    let plain = |b: u8| (0x20..0x7f).contains(&b);
    if text.len() <= 60 && text.bytes().all(plain) && !text.contains("=?") {
        return text.to_owned();
    }
    // A coded word has at most 75 characters, so at most 45 bytes, and no character is cut.
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > 42 {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let coded = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    coded.collect::<Vec<_>>().join("\r\n ")
}

fn base64_lines(text: &str) -> String {
    let coded = STANDARD.encode(text);
    let mut out = String::with_capacity(coded.len() + coded.len() / 38 + 2);
    for (i, c) in coded.chars().enumerate() {
        if i > 0 && i % 76 == 0 {
            out.push_str("\r\n");
        }
        out.push(c);
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests;
