//! A log line as an end record: its words become a template, and a hash tells it from others.

use super::Context;
use super::facts::Facts;
use super::sender::Sender;
use crate::keys::Key;
use crate::pending::LogLine;
use crate::request::{Log, Value};
use hw_model::{LogEnd, Severity};
use std::borrow::Cow;

impl Context<'_, '_, '_> {
    /// Adds the record of a log line, and that of the flag whose evaluation it tells of.
    pub(super) fn log(&mut self, sender: &Sender<'_>, log: &Log<'_>) {
        let facts = Facts::new(log.attributes.of(&self.request.attributes));
        let words = words(log, &facts);
        let severity = Severity::from_otlp(log.severity);
        let template = self.dictionary.template(sender.id, severity, &words);
        if let Some(place) = sender.checkout.place(&facts) {
            self.dictionary.place(template, log.at, place);
        }
        let end = LogEnd { at: log.at, source: sender.id, template };
        self.pending.logs.push(LogLine { end, content: log.content });
        self.tally.logs += 1;
        self.evaluation_of_log(sender, log);
    }
}

/// What the line says: its body, else the name of the event it tells of.
fn words<'r>(log: &'r Log<'_>, facts: &Facts<'r, '_>) -> Cow<'r, str> {
    let body = match &log.body {
        Some(Value::Map(message)) => message.as_deref().map(Cow::Borrowed),
        Some(Value::Double(number)) => Some(Cow::Owned(number.to_string())),
        Some(body) => body.word(),
        None => None,
    };
    let event = || Some(&*log.event_name).filter(|name| !name.is_empty());
    let event = || event().or_else(|| facts.text(Key::EventName)).map(Cow::Borrowed);
    body.filter(|words| !words.is_empty()).or_else(event).unwrap_or_default()
}
