//! Attributes and their values. No recursion: of arrays the first element is looked at, of maps the
//! texts, and what lies deeper is passed over.

use super::Step;
use super::wire::{Bytes, Field, Message};
use crate::request::{Draft, Owner, Text, Value};

/// Adds an attribute to what was begun, if it has a value and is of use.
#[inline]
pub(super) fn attribute<'a>(
    pair: Message<'a>,
    owner: Owner,
    draft: &mut Draft<'a, '_>,
) -> Step<()> {
    let (key, value) = key_value(pair)?;
    if let Some(class) = draft.wants(owner, &key)
        && let Some(value) = any_value(value)?
    {
        draft.put(owner, class, key, value);
    }
    Ok(())
}

#[inline]
fn key_value(pair: Message<'_>) -> Step<(Text<'_>, Message<'_>)> {
    let (mut key, mut value) = (Message::new(&[]), Message::new(&[]));
    for field in pair {
        match field? {
            Field(1, Bytes::Message(text)) => key = text,
            Field(2, Bytes::Message(message)) => value = message,
            _ => {}
        }
    }
    Ok((key.text()?, value))
}

/// A value of any kind; `None` where there is none.
pub(super) fn any_value(message: Message<'_>) -> Step<Option<Value<'_>>> {
    value(message, |nested, kind| match kind {
        Nested::Array => array(nested).map(|text| text.map_or(Value::Other, Value::Text)),
        Nested::Map => map(nested).map(Value::Map),
    })
}

fn flat_value(message: Message<'_>) -> Step<Option<Value<'_>>> {
    value(message, |_, _| Ok(Value::Other))
}

/// What holds further values.
enum Nested {
    Array,
    Map,
}

#[inline]
fn value<'a>(
    message: Message<'a>,
    nested: fn(Message<'a>, Nested) -> Step<Value<'a>>,
) -> Step<Option<Value<'a>>> {
    let mut value = None;
    for field in message {
        value = match field? {
            Field(1, Bytes::Message(text)) => Some(Value::Text(text.text()?)),
            Field(2, Bytes::Varint(flag)) => Some(Value::Bool(flag != 0)),
            Field(3, Bytes::Varint(number)) => Some(Value::Int(number.cast_signed())),
            Field(4, Bytes::Fixed64(bits)) => Some(Value::Double(f64::from_bits(bits))),
            Field(5, Bytes::Message(values)) => Some(nested(values, Nested::Array)?),
            Field(6, Bytes::Message(values)) => Some(nested(values, Nested::Map)?),
            Field(7, Bytes::Message(_)) => Some(Value::Other),
            _ => value,
        };
    }
    Ok(value)
}

/// The text of an array of one string.
fn array(values: Message<'_>) -> Step<Option<Text<'_>>> {
    let (mut only, mut n) = (None, 0);
    for field in values {
        if let Field(1, Bytes::Message(message)) = field? {
            n += 1;
            only = if n == 1 { flat_value(message)? } else { None };
        }
    }
    Ok(if let Some(Value::Text(text)) = only { Some(text) } else { None })
}

/// The text under `message`, else under `msg`, where structured loggers put the line itself.
fn map(values: Message<'_>) -> Step<Option<Text<'_>>> {
    let (mut message, mut msg) = (None, None);
    for field in values {
        if let Field(1, Bytes::Message(pair)) = field? {
            let (key, value) = key_value(pair)?;
            match flat_value(value)? {
                Some(Value::Text(text)) if key == "message" => message = Some(text),
                Some(Value::Text(text)) if key == "msg" => msg = Some(text),
                _ => {}
            }
        }
    }
    Ok(message.or(msg))
}
