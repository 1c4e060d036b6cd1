//! A notice in the form each kind of receiver reads. Pure: the time is an argument.
//!
//! Texts come from outside: service names, log lines, what people typed. Each form has its own way
//! of keeping them text, and each is tested with the same hostile texts. Lengths are cut here, so
//! that no receiver refuses a message for its size.

use hw_incident::SeverityLevel;
use hw_model::Timestamp;

use crate::notice::{Kind, Notice};
use crate::plain_text::{link, one_line};
use crate::receiver::{HeartbeatMethod, Receiver, ReceiverKind};
use crate::secret::Secret;

mod alertmanager;
mod mattermost;
mod pagerduty;
pub(crate) mod slack;
mod teams;
mod webhook;

pub use alertmanager::OWN_ALERT;
pub(crate) use alertmanager::below;

/// What is asked of an HTTP server. The address and the headers may hold secrets.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Secret,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
}

impl Request {
    fn json(url: &Secret, body: &serde_json::Value) -> Self {
        Self {
            method: Method::Post,
            url: url.clone(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }
}

/// The request that tells a receiver of some notices, or why there is none. Only Alertmanager
/// takes more than one notice at a time.
pub(crate) fn request(
    receiver: &Receiver,
    notices: &[Notice],
    now: i64,
) -> Result<Request, String> {
    let notice = match notices {
        [notice] => notice,
        [first, ..] if matches!(receiver.kind, ReceiverKind::Alertmanager { .. }) => first,
        _ => return Err("takes one notice at a time".to_owned()),
    };
    match &receiver.kind {
        ReceiverKind::Webhook { url, secrets } => webhook::request(url, secrets, notice, now),
        ReceiverKind::Slack { url } => Ok(Request::json(url, &slack::body(notice))),
        ReceiverKind::Mattermost { url } => Ok(Request::json(url, &mattermost::body(notice))),
        ReceiverKind::Teams { url } => Ok(Request::json(url, &teams::body(notice))),
        ReceiverKind::Alertmanager { url, authorization } => {
            alertmanager::request(url, authorization.as_ref(), notices, now)
        }
        ReceiverKind::PagerDuty { routing_key, url } => {
            pagerduty::request(url, routing_key, notice)
        }
        ReceiverKind::Heartbeat { url, method } => Ok(heartbeat(url, *method)),
        ReceiverKind::Email(_) => Err("is asked by SMTP".to_owned()),
    }
}

fn heartbeat(url: &Secret, method: HeartbeatMethod) -> Request {
    let method = match method {
        HeartbeatMethod::Get => Method::Get,
        HeartbeatMethod::Post => Method::Post,
    };
    Request { method, url: url.clone(), headers: Vec::new(), body: Vec::new() }
}

/// Characters of a title, of a line, of a name; lines and labels of a message.
const TITLE_CHARS_MAX: usize = 250;
const LINE_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 120;
const LINES_MAX: usize = 30;
const LABELS_MAX: usize = 32;
/// Characters of what is said of missing lines and messages, in any form.
const NOTES_CHARS_MAX: usize = 120;

/// A notice whose texts are lines of bounded length: what all forms begin with.
pub(crate) struct Plain<'a> {
    pub(crate) thread: String,
    pub(crate) kind: Kind,
    pub(crate) severity: Option<&'static str>,
    pub(crate) title: String,
    pub(crate) service: String,
    lines: Vec<String>,
    /// Lines beyond the limit.
    n_left_out: usize,
    folded: u32,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) link: Option<&'a str>,
}

impl<'a> Plain<'a> {
    pub(crate) fn of(notice: &'a Notice) -> Self {
        let mut lines: Vec<String> = Vec::new();
        let texts = notice.lines.iter().take(LINES_MAX);
        lines.extend(texts.map(|line| one_line(line, LINE_CHARS_MAX)));
        lines.retain(|line| !line.is_empty());
        let labels = notice.labels.iter().take(LABELS_MAX);
        Self {
            thread: one_line(&notice.thread, NAME_CHARS_MAX),
            kind: notice.kind,
            severity: notice.severity.map(SeverityLevel::word),
            title: one_line(&notice.title, TITLE_CHARS_MAX),
            service: one_line(&notice.service, NAME_CHARS_MAX),
            lines,
            n_left_out: notice.lines.len().saturating_sub(LINES_MAX),
            folded: notice.folded,
            labels: labels
                .map(|(name, value)| {
                    (one_line(name, NAME_CHARS_MAX), one_line(value, LINE_CHARS_MAX))
                })
                .collect(),
            link: link(notice.link.as_deref()),
        }
    }

    /// All lines, and what is to be said of those that are missing.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.first_lines(self.lines.len())
    }

    /// The first lines, and what is to be said of the others: only lines are ever left out.
    pub(crate) fn first_lines(&self, n_max: usize) -> Vec<String> {
        let mut lines: Vec<String> = self.lines.iter().take(n_max).cloned().collect();
        let n_missing = self.n_left_out.saturating_add(self.lines.len().saturating_sub(n_max));
        lines.extend(more(n_missing));
        lines.extend(folded(self.folded));
        lines
    }

    /// As many lines as fit, in the form of some receiver, and what is to be said of the others.
    pub(crate) fn fitting(&self, chars_max: usize, form: impl Fn(&str) -> String) -> String {
        let room = chars_max.saturating_sub(NOTES_CHARS_MAX);
        let lengths = self.lines.iter().map(|line| form(line).chars().count().saturating_add(1));
        let ends = lengths.scan(0_usize, |end, length| {
            *end = end.saturating_add(length);
            Some(*end)
        });
        let n_lines = ends.take_while(|end| *end <= room).count();
        let lines: Vec<String> = self.first_lines(n_lines).iter().map(|line| form(line)).collect();
        lines.join("\n")
    }

    /// What stands before the title: state, thread, severity.
    pub(crate) fn head(&self) -> String {
        let state = match self.kind {
            Kind::Firing => "FIRING",
            Kind::Update => "Update",
            Kind::Resolved => "Resolved",
            Kind::Test => "Test",
        };
        let severity = self.severity.map(|word| format!(" {word}")).unwrap_or_default();
        format!("{state} {}{severity}", self.thread)
    }
}

fn more(n_lines: usize) -> Option<String> {
    match n_lines {
        0 => None,
        1 => Some("(1 more line)".to_owned()),
        n => Some(format!("({n} more lines)")),
    }
}

fn folded(n: u32) -> Option<String> {
    match n {
        0 => None,
        1 => Some("1 earlier message is folded into this one.".to_owned()),
        n => Some(format!("{n} earlier messages are folded into this one.")),
    }
}

/// An instant as the API writes it.
pub(crate) fn rfc3339(nanos: i64) -> String {
    hw_api::rfc3339(Timestamp(nanos))
}

/// Keeps chat programs from seeing a mention: an invisible character goes behind each `@`.
pub(crate) fn without_mentions(text: &str) -> String {
    text.replace('@', "@\u{200b}")
}

#[cfg(test)]
pub(crate) mod tests;
