//! Spans in JSON, with their events and links.

use super::cursor::{Cursor, Step};
use super::value::attributes;
use crate::request::{
    Checked, Draft, EventDraft, Owner, SpanDraft, parent_from_hex, span_from_hex, trace_from_hex,
};
use crate::tally::Rejection;
use hw_model::{SpanId, TraceId};

pub(super) fn span<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut span = SpanDraft::default();
    draft.begin();
    cursor.object(|cursor, key| {
        match key {
            "traceId" => span.trace = trace_id(cursor)?,
            "spanId" => span.span = span_id(cursor)?,
            "parentSpanId" => span.parent = parent_from_hex(&cursor.text_or_empty()?),
            "name" => span.name = cursor.text_or_empty()?,
            "traceState" => span.trace_state = cursor.text_or_empty()?,
            "kind" => span.kind = cursor.small()?,
            "flags" => span.flags = cursor.unsigned()?,
            "startTimeUnixNano" => span.started_at = cursor.unsigned()?,
            "endTimeUnixNano" => span.ended_at = cursor.unsigned()?,
            "attributes" => attributes(cursor, Owner::Span, draft)?,
            "events" => cursor.array(|cursor| event(cursor, draft))?,
            "links" => cursor.array(|cursor| link(cursor, draft))?,
            "status" => span.status = status(cursor)?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    if cursor.take_mismatch() {
        draft.reject(Rejection::WrongType);
    } else {
        draft.end_span(span);
    }
    Ok(())
}

pub(super) fn trace_id(cursor: &mut Cursor<'_>) -> Step<Checked<TraceId>> {
    Ok(trace_from_hex(&cursor.text_or_empty()?))
}

pub(super) fn span_id(cursor: &mut Cursor<'_>) -> Step<Checked<SpanId>> {
    Ok(span_from_hex(&cursor.text_or_empty()?))
}

fn event<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut event = EventDraft::default();
    draft.begin_event();
    cursor.object(|cursor, key| {
        match key {
            "timeUnixNano" => event.at = cursor.unsigned()?,
            "name" => event.name = cursor.text_or_empty()?,
            "attributes" => attributes(cursor, Owner::Event, draft)?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    draft.end_event(&event);
    Ok(())
}

fn link<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let (mut trace, mut span) = (Err(Rejection::IdLength), Err(Rejection::IdLength));
    cursor.object(|cursor, key| {
        match key {
            "traceId" => trace = trace_id(cursor)?,
            "spanId" => span = span_id(cursor)?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    draft.link(trace, span);
    Ok(())
}

fn status(cursor: &mut Cursor<'_>) -> Step<i64> {
    let mut code = 0;
    cursor.object(|cursor, key| {
        match key {
            "code" => code = cursor.small()?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    Ok(code)
}
