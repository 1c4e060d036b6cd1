//! Log lines in protobuf. Field numbers of `logs.proto` 1.11.

use super::Step;
use super::value::{any_value, attribute};
use super::wire::{Bytes, Field, Message};
use crate::request::{Draft, LogDraft, Owner, span_from_bytes, trace_from_bytes};

pub(super) fn log<'a>(message: Message<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut log = LogDraft::default();
    draft.begin();
    for field in message {
        match field? {
            Field(1, Bytes::Fixed64(at)) => log.at = at,
            Field(2, Bytes::Varint(severity)) => log.severity = severity.cast_signed(),
            Field(5, Bytes::Message(body)) => log.body = any_value(body)?,
            Field(6, Bytes::Message(pair)) => {
                attribute(pair, Owner::Log, draft)?;
            }
            Field(9, Bytes::Message(id)) => log.trace = trace_from_bytes(id.bytes()),
            Field(10, Bytes::Message(id)) => log.span = span_from_bytes(id.bytes()),
            Field(11, Bytes::Fixed64(at)) => log.observed_at = at,
            Field(12, Bytes::Message(text)) => log.event_name = text.text()?,
            _ => {}
        }
    }
    draft.end_log(log);
    Ok(())
}
