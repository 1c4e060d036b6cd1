//! Protobuf as far as OTLP needs it: fields one after the other, messages in messages.

/// Bytes of a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writer(pub Vec<u8>);

/// How a field is written.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const WITH_LENGTH: u32 = 2;
const FIXED32: u32 = 5;

impl Writer {
    /// A whole number.
    pub(crate) fn number(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3 | VARINT));
        self.varint(value);
    }

    /// A number of 64 bits.
    pub(crate) fn fixed64(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3 | FIXED64));
        self.0.extend(value.to_le_bytes());
    }

    /// A number of 32 bits.
    pub(crate) fn fixed32(&mut self, field: u32, value: u32) {
        self.varint(u64::from(field << 3 | FIXED32));
        self.0.extend(value.to_le_bytes());
    }

    /// Bytes, or a text.
    pub(crate) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.varint(u64::from(field << 3 | WITH_LENGTH));
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
    }

    /// A message: `write` adds its fields.
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.varint(u64::from(field << 3 | WITH_LENGTH));
        let start = self.0.len();
        write(self);
        // The length stands before the message and is known after it: the message moves once.
        let end = self.0.len();
        self.varint((end - start) as u64);
        let n_length = self.0.len() - end;
        if let Some(written) = self.0.get_mut(start..) {
            written.rotate_right(n_length);
        }
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_as_the_format_says() {
        let mut writer = Writer::default();
        writer.number(1, 150);
        writer.bytes(2, b"testing");
        writer.message(3, |inner| inner.number(1, 150));
        writer.fixed32(16, 0x101);
        writer.fixed64(7, 1);
        let wanted: Vec<&[u8]> = vec![
            b"\x08\x96\x01",
            b"\x12\x07testing",
            b"\x1a\x03\x08\x96\x01",
            b"\x85\x01\x01\x01\x00\x00",
            b"\x39\x01\x00\x00\x00\x00\x00\x00\x00",
        ];
        assert_eq!(writer.0, wanted.concat());
    }

    #[test]
    fn length_of_a_long_message_takes_two_bytes() {
        let mut writer = Writer::default();
        writer.message(1, |inner| inner.bytes(1, &[7; 200]));
        assert_eq!(writer.0.get(..5), Some(&[0x0a, 0xcb, 0x01, 0x0a, 0xc8][..]));
        assert_eq!(writer.0.len(), 3 + 203);
    }
}
