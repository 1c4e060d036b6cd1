//! Log lines in JSON.

use super::cursor::{Cursor, Step};
use super::traces::{span_id, trace_id};
use super::value::{any_value, attributes};
use crate::request::{Draft, LogDraft, Owner};
use crate::tally::Rejection;

pub(super) fn log<'a>(cursor: &mut Cursor<'a>, draft: &mut Draft<'a, '_>) -> Step<()> {
    let mut log = LogDraft::default();
    draft.begin();
    cursor.object(|cursor, key| {
        match key {
            "timeUnixNano" => log.at = cursor.unsigned()?,
            "observedTimeUnixNano" => log.observed_at = cursor.unsigned()?,
            "severityNumber" => log.severity = cursor.small()?,
            "body" => log.body = any_value(cursor)?,
            "attributes" => attributes(cursor, Owner::Log, draft)?,
            "traceId" => log.trace = trace_id(cursor)?,
            "spanId" => log.span = span_id(cursor)?,
            "eventName" => log.event_name = cursor.text_or_empty()?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    if cursor.take_mismatch() {
        draft.reject(Rejection::WrongType);
    } else {
        draft.end_log(log);
    }
    Ok(())
}
