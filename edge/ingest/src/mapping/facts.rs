//! The attributes of one record, found by key at once.

use crate::keys::Key;
use crate::request::{Attribute, Value};
use std::borrow::Cow;

/// Attributes of a record, and where each known one is.
pub(super) struct Facts<'r, 'a> {
    attributes: &'r [Attribute<'a>],
    /// Place of each key, counted from 1; 0 stands for "not there".
    places: [u8; Key::COUNT],
}

impl<'r, 'a> Facts<'r, 'a> {
    pub(super) fn new(attributes: &'r [Attribute<'a>]) -> Self {
        let mut places = [0; Key::COUNT];
        // Fewer than 255 are kept per record: the known ones, and 64 each of two other kinds.
        for (place, attribute) in (1..=u8::MAX).zip(attributes) {
            if let Some(key) = attribute.class.known
                && let Some(entry) = places.get_mut(key as usize)
            {
                *entry = place;
            }
        }
        Self { attributes, places }
    }

    pub(super) fn value(&self, key: Key) -> Option<&'r Value<'a>> {
        let place = self.places.get(key as usize).copied().unwrap_or(0);
        let idx = usize::from(place).checked_sub(1)?;
        self.attributes.get(idx).map(|attribute| &attribute.value)
    }

    /// The text of an attribute; nothing if it is empty.
    pub(super) fn text(&self, key: Key) -> Option<&'r str> {
        match self.value(key) {
            Some(Value::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// An attribute as one word: its text, number or truth.
    pub(super) fn word(&self, key: Key) -> Option<Cow<'r, str>> {
        self.value(key).and_then(Value::word).filter(|word| !word.is_empty())
    }

    /// The number of an attribute, also one written as text.
    pub(super) fn number(&self, key: Key) -> Option<i64> {
        self.value(key).and_then(number)
    }

    /// The value of the attribute of this very name, for declared rules.
    pub(super) fn named(&self, name: &str) -> Option<&'r Value<'a>> {
        let found = self.attributes.iter().find(|attribute| attribute.key == name);
        found.map(|attribute| &attribute.value)
    }

    pub(super) const fn all(&self) -> &'r [Attribute<'a>] {
        self.attributes
    }
}

/// The integer that a value is or spells.
pub(super) fn number(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        Value::Double(_) | Value::Bool(_) | Value::Map(_) | Value::Other => None,
    }
}
