//! OTLP/protobuf: fields are found in the bytes and borrowed, nothing is built that is not kept.
//!
//! The three requests have one shape (resources, scopes, records), walked once here. By the rules of
//! protobuf a message that is not repeated may come in several pieces and before or after its
//! neighbours: resource and scope are gathered from all pieces before the records are read. Known
//! fields of another wire type are passed over like unknown ones. Groups, which OTLP never had, end
//! the request.

mod logs;
mod metrics;
mod signal;
mod traces;
mod value;
mod wire;

use super::{DecodeError, Signal};
use crate::keys::Keys;
use crate::request::{Draft, Owner, Request, Text};
use value::attribute;
use wire::{Bytes, Field, Message};

/// A result of reading.
type Step<T> = Result<T, DecodeError>;

/// Reads a request; without a signal, of the signal it looks like.
pub(super) fn parse<'a>(
    bytes: &'a [u8],
    signal: Option<Signal>,
    keys: &mut Keys,
) -> Step<Request<'a>> {
    let message = Message::new(bytes);
    let told = if signal.is_some() { signal } else { signal::tell(message)? };
    let mut draft = Draft::new(keys);
    let Some(signal) = told else { return Ok(draft.finish()) };
    let record: ReadRecord = match signal {
        Signal::Traces => traces::span,
        Signal::Logs => logs::log,
        Signal::Metrics => metrics::metric,
    };
    for field in message {
        if let Field(1, Bytes::Message(group)) = field? {
            resource_group(group, &mut draft, record)?;
        }
    }
    Ok(draft.finish())
}

/// Reads one span, log line or metric.
type ReadRecord = for<'a> fn(Message<'a>, &mut Draft<'a, '_>) -> Step<()>;

fn resource_group<'a>(
    group: Message<'a>,
    draft: &mut Draft<'a, '_>,
    record: ReadRecord,
) -> Step<()> {
    draft.begin();
    for field in group {
        if let Field(1, Bytes::Message(resource)) = field? {
            for field in resource {
                if let Field(1, Bytes::Message(pair)) = field? {
                    attribute(pair, Owner::Resource, draft)?;
                }
            }
        }
    }
    draft.end_resource();
    for field in group {
        if let Field(2, Bytes::Message(scope)) = field? {
            scope_group(scope, draft, record)?;
        }
    }
    Ok(())
}

fn scope_group<'a>(group: Message<'a>, draft: &mut Draft<'a, '_>, record: ReadRecord) -> Step<()> {
    let (mut name, mut version) = (Text::default(), Text::default());
    for field in group {
        if let Field(1, Bytes::Message(scope)) = field? {
            for field in scope {
                match field? {
                    Field(1, Bytes::Message(text)) => name = text.text()?,
                    Field(2, Bytes::Message(text)) => version = text.text()?,
                    _ => {}
                }
            }
        }
    }
    draft.scope(&name, &version);
    for field in group {
        if let Field(2, Bytes::Message(message)) = field? {
            record(message, draft)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
