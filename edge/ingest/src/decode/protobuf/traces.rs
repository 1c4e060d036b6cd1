//! Spans in protobuf, with their events and links. Field numbers of `trace.proto` 1.11.

use super::Step;
use super::value::attribute;
use super::wire::{Bytes, Field, Message};
use crate::request::{
    Draft, EventDraft, Owner, SpanDraft, parent_from_bytes, span_from_bytes, trace_from_bytes,
};
use crate::tally::Rejection;

pub(super) fn span<'a>(message: Message<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut span = SpanDraft::default();
    draft.begin();
    for field in message {
        match field? {
            Field(1, Bytes::Message(id)) => span.trace = trace_from_bytes(id.bytes()),
            Field(2, Bytes::Message(id)) => span.span = span_from_bytes(id.bytes()),
            Field(3, Bytes::Message(text)) => span.trace_state = text.text()?,
            Field(4, Bytes::Message(id)) => span.parent = parent_from_bytes(id.bytes()),
            Field(5, Bytes::Message(text)) => span.name = text.text()?,
            Field(6, Bytes::Varint(kind)) => span.kind = kind.cast_signed(),
            Field(7, Bytes::Fixed64(at)) => span.started_at = at,
            Field(8, Bytes::Fixed64(at)) => span.ended_at = at,
            Field(9, Bytes::Message(pair)) => {
                attribute(pair, Owner::Span, draft)?;
            }
            Field(11, Bytes::Message(message)) => event(message, draft)?,
            Field(13, Bytes::Message(message)) => link(message, draft)?,
            Field(15, Bytes::Message(message)) => status(message, &mut span.status)?,
            Field(16, Bytes::Fixed32(flags)) => span.flags = u64::from(flags),
            _ => {}
        }
    }
    draft.end_span(span);
    Ok(())
}

fn event<'a>(message: Message<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut event = EventDraft::default();
    draft.begin_event();
    for field in message {
        match field? {
            Field(1, Bytes::Fixed64(at)) => event.at = at,
            Field(2, Bytes::Message(text)) => event.name = text.text()?,
            Field(3, Bytes::Message(pair)) => {
                attribute(pair, Owner::Event, draft)?;
            }
            _ => {}
        }
    }
    draft.end_event(&event);
    Ok(())
}

fn link(message: Message<'_>, draft: &mut Draft<'_, '_>) -> Step<()> {
    let (mut trace, mut span) = (Err(Rejection::IdLength), Err(Rejection::IdLength));
    for field in message {
        match field? {
            Field(1, Bytes::Message(id)) => trace = trace_from_bytes(id.bytes()),
            Field(2, Bytes::Message(id)) => span = span_from_bytes(id.bytes()),
            _ => {}
        }
    }
    draft.link(trace, span);
    Ok(())
}

fn status(message: Message<'_>, code: &mut i64) -> Step<()> {
    for field in message {
        if let Field(3, Bytes::Varint(number)) = field? {
            *code = number.cast_signed();
        }
    }
    Ok(())
}
