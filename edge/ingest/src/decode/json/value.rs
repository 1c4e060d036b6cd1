//! Attributes and their values. No recursion: of arrays the first element is looked at, of maps the
//! texts, and what lies deeper is passed over.

use super::cursor::{Cursor, Step};
use super::number::decimal;
use crate::request::{Draft, Owner, Text, Value};

/// Adds attributes to what was begun, those that have a value and are of use.
pub(super) fn attributes<'a>(
    cursor: &mut Cursor<'a>,
    owner: Owner,
    draft: &mut Draft<'a, '_>,
) -> Step<()> {
    cursor.array(|cursor| {
        let at = cursor.at();
        if usual_attribute(cursor, owner, draft).is_some() {
            return Ok(());
        }
        cursor.move_to(at);
        attribute(cursor, owner, draft)
    })
}

/// An attribute as most writers put it: no blanks, the key first, a text without escapes or an
/// integer in quotes. `None` if it is anything else: then nothing was added, and it is to be read
/// again with all care. Nine of ten attributes go this way, in half the time.
#[inline]
fn usual_attribute<'a>(
    cursor: &mut Cursor<'a>,
    owner: Owner,
    draft: &mut Draft<'a, '_>,
) -> Option<()> {
    cursor.then_exactly(b"{\"key\":\"")?;
    let key = cursor.plain_quoted()?;
    cursor.then_exactly(b",\"value\":{\"")?;
    let is_text = cursor.eat_exactly(b"stringValue\":\"");
    if !is_text {
        cursor.then_exactly(b"intValue\":\"")?;
    }
    let text = cursor.plain_quoted()?;
    cursor.then_exactly(b"}}")?;
    let value = if is_text { Value::Text(text.into()) } else { Value::Int(decimal(text)?) };
    if let Some(class) = draft.wants(owner, key) {
        draft.put(owner, class, key.into(), value);
    }
    Some(())
}

fn attribute<'a>(cursor: &mut Cursor<'a>, owner: Owner, draft: &mut Draft<'a, '_>) -> Step<()> {
    let (key, value) = key_value(cursor, any_value)?;
    if let Some(value) = value
        && let Some(class) = draft.wants(owner, &key)
    {
        draft.put(owner, class, key, value);
    }
    Ok(())
}

/// How a value is read: with a look into arrays and maps, or without.
type ReadValue<'a> = fn(&mut Cursor<'a>) -> Step<Option<Value<'a>>>;

fn key_value<'a>(
    cursor: &mut Cursor<'a>,
    read: ReadValue<'a>,
) -> Step<(Text<'a>, Option<Value<'a>>)> {
    let (mut key, mut value) = (Text::default(), None);
    cursor.object(|cursor, member| {
        match member {
            "key" => key = cursor.text_or_empty()?,
            "value" => value = read(cursor)?,
            _ => cursor.skip()?,
        }
        Ok(())
    })?;
    Ok((key, value))
}

/// A value of any kind; `None` where there is none, as in `{}`.
pub(super) fn any_value<'a>(cursor: &mut Cursor<'a>) -> Step<Option<Value<'a>>> {
    value(cursor, |cursor, kind| match kind {
        Nested::Array => array(cursor).map(|text| text.map_or(Value::Other, Value::Text)),
        Nested::Map => map(cursor).map(Value::Map),
    })
}

fn flat_value<'a>(cursor: &mut Cursor<'a>) -> Step<Option<Value<'a>>> {
    value(cursor, |cursor, _| cursor.skip().map(|()| Value::Other))
}

/// What holds further values.
enum Nested {
    Array,
    Map,
}

fn value<'a>(
    cursor: &mut Cursor<'a>,
    nested: fn(&mut Cursor<'a>, Nested) -> Step<Value<'a>>,
) -> Step<Option<Value<'a>>> {
    let mut value = None;
    cursor.object(|cursor, kind| {
        if cursor.eat_null()? {
            return Ok(());
        }
        value = match kind {
            "stringValue" => cursor.string()?.map(Value::Text),
            "intValue" => cursor.signed()?.map(Value::Int),
            "boolValue" => cursor.boolean()?.map(Value::Bool),
            "doubleValue" => cursor.double()?.map(Value::Double),
            "arrayValue" => Some(nested(cursor, Nested::Array)?),
            "kvlistValue" => Some(nested(cursor, Nested::Map)?),
            "bytesValue" => cursor.string()?.map(|_| Value::Other),
            _ => return cursor.skip(),
        };
        Ok(())
    })?;
    Ok(value)
}

/// The text of an array of one string.
fn array<'a>(cursor: &mut Cursor<'a>) -> Step<Option<Text<'a>>> {
    let (mut only, mut n) = (None, 0);
    cursor.object(|cursor, member| match member {
        "values" => cursor.array(|cursor| {
            n += 1;
            only = if n == 1 { flat_value(cursor)? } else { cursor.skip().map(|()| None)? };
            Ok(())
        }),
        _ => cursor.skip(),
    })?;
    Ok(if let Some(Value::Text(text)) = only { Some(text) } else { None })
}

/// The text under `message`, else under `msg`, where structured loggers put the line itself.
fn map<'a>(cursor: &mut Cursor<'a>) -> Step<Option<Text<'a>>> {
    let (mut message, mut msg) = (None, None);
    cursor.object(|cursor, member| match member {
        "values" => cursor.array(|cursor| {
            match key_value(cursor, flat_value)? {
                (key, Some(Value::Text(text))) if key == "message" => message = Some(text),
                (key, Some(Value::Text(text))) if key == "msg" => msg = Some(text),
                _ => {}
            }
            Ok(())
        }),
        _ => cursor.skip(),
    })?;
    Ok(message.or(msg))
}
