//! The wire format of protobuf: fields one after the other, each with a number and a wire type.

use crate::decode::{DecodeError, DecodeFault};
use crate::request::Text;
use std::borrow::Cow;

/// The bytes of a message, and where they stand in the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    bytes: &'a [u8],
    /// Offset of the end of `bytes` in the request: it stays while the front is consumed.
    end: usize,
}

/// A field: its number and what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a>(pub(super) u32, pub(super) Bytes<'a>);

/// What a field holds, by wire type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bytes<'a> {
    /// Integers, booleans and enums.
    Varint(u64),
    /// Times and doubles.
    Fixed64(u64),
    /// Messages, strings, bytes and packed numbers.
    Message(Message<'a>),
    /// Flags.
    Fixed32(u32),
}

impl<'a> Message<'a> {
    /// The whole request.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, end: bytes.len() }
    }

    /// The raw bytes.
    pub(super) const fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes as text.
    #[inline]
    pub(super) fn text(self) -> Result<Text<'a>, DecodeError> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => {
                let at = self.at() + error.valid_up_to();
                Err(DecodeError { fault: DecodeFault::NotUtf8, at })
            }
        }
    }

    const fn at(self) -> usize {
        self.end - self.bytes.len()
    }

    #[cold]
    const fn fault(self, what: &'static str) -> DecodeError {
        DecodeError { fault: DecodeFault::NotProtobuf { what }, at: self.at() }
    }

    #[cold]
    const fn truncated(self) -> DecodeError {
        DecodeError { fault: DecodeFault::Truncated, at: self.end }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, DecodeError> {
        if let [byte @ ..0x80, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0;
        for (idx, byte) in self.bytes.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * idx);
            if *byte < 0x80 {
                self.bytes = self.bytes.get(idx + 1..).unwrap_or_default();
                return Ok(number);
            }
        }
        let is_long = self.bytes.len() >= 10;
        Err(if is_long { self.fault("a number of more than 10 bytes") } else { self.truncated() })
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some((bytes, rest)) = self.bytes.split_first_chunk::<N>() else {
            return Err(self.truncated());
        };
        self.bytes = rest;
        Ok(*bytes)
    }

    #[inline]
    fn message(&mut self) -> Result<Self, DecodeError> {
        let len = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        let Some((bytes, rest)) = self.bytes.split_at_checked(len) else {
            return Err(self.truncated());
        };
        self.bytes = rest;
        Ok(Self { bytes, end: self.end - rest.len() })
    }

    #[inline(always)]
    fn field(&mut self) -> Result<Field<'a>, DecodeError> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).unwrap_or(0);
        if number == 0 {
            return Err(self.fault("a field number out of range"));
        }
        let bytes = match tag & 7 {
            0 => Bytes::Varint(self.varint()?),
            1 => Bytes::Fixed64(u64::from_le_bytes(self.fixed()?)),
            2 => Bytes::Message(self.message()?),
            5 => Bytes::Fixed32(u32::from_le_bytes(self.fixed()?)),
            3 | 4 => return Err(self.fault("a group, which OTLP does not have")),
            _ => return Err(self.fault("an unknown wire type")),
        };
        Ok(Field(number, bytes))
    }
}

/// The fields, up to and including the first fault.
impl<'a> Iterator for Message<'a> {
    type Item = Result<Field<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.bytes = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Result<Field<'_>, DecodeError> {
        Message::new(bytes).next().unwrap()
    }

    fn fault(bytes: &[u8]) -> DecodeFault {
        first(bytes).unwrap_err().fault
    }

    #[test]
    fn fields_of_each_wire_type_are_read() {
        assert!(matches!(first(&[0x30, 0x96, 0x01]), Ok(Field(6, Bytes::Varint(150)))));
        let fixed = first(&[0x39, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert!(matches!(fixed, Ok(Field(7, Bytes::Fixed64(1)))));
        assert!(matches!(first(&[0x85, 0x01, 1, 0, 0, 0]), Ok(Field(16, Bytes::Fixed32(1)))));
        let Ok(Field(1, Bytes::Message(text))) = first(&[0x0a, 2, b'o', b'k', 0x30]) else {
            panic!("no text")
        };
        assert_eq!(text.text().unwrap(), "ok");
    }

    #[test]
    fn broken_fields_are_faults() {
        assert_eq!(fault(&[0x0a, 5, 1]), DecodeFault::Truncated);
        assert_eq!(fault(&[0x39, 1]), DecodeFault::Truncated);
        assert_eq!(fault(&[0x80]), DecodeFault::Truncated);
        let huge = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(fault(&huge), DecodeFault::Truncated);
        for bytes in [&[0x0b][..], &[0x0c], &[0x0e], &[0x02, 0], &[0xff; 11]] {
            assert!(matches!(fault(bytes), DecodeFault::NotProtobuf { .. }), "{bytes:?}");
        }
    }

    #[test]
    fn faults_name_the_byte_in_the_whole_request() {
        let bytes = [0x30, 1, 0x0a, 2, 0x41, 0xff];
        let Field(_, Bytes::Message(text)) = Message::new(&bytes).nth(1).unwrap().unwrap() else {
            panic!("no text")
        };
        assert_eq!(text.text(), Err(DecodeError { fault: DecodeFault::NotUtf8, at: 5 }));
    }
}
