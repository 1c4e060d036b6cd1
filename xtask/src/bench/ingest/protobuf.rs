//! Protobuf as far as a trace needs it. Written by hand, so that the sender is quick beside the
//! server it shares a machine with.

/// Bytes of a message.
#[derive(Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    pub(super) fn number(&mut self, field: u8, value: u64) {
        self.0.push(field << 3);
        self.varint(value);
    }

    pub(super) fn fixed64(&mut self, field: u8, value: u64) {
        self.0.push(field << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, field: u8, bytes: &[u8]) {
        self.0.push(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn message(&mut self, field: u8, message: &Self) {
        self.bytes(field, &message.0);
    }

    /// A key and a text.
    pub(super) fn text(&mut self, field: u8, key: &str, value: &str) {
        let mut any = Self::default();
        any.bytes(1, value.as_bytes());
        self.attribute(field, key, &any);
    }

    /// A key and a whole number.
    pub(super) fn int(&mut self, field: u8, key: &str, value: u64) {
        let mut any = Self::default();
        any.number(3, value);
        self.attribute(field, key, &any);
    }

    fn attribute(&mut self, field: u8, key: &str, any: &Self) {
        let mut attribute = Self::default();
        attribute.bytes(1, key.as_bytes());
        attribute.message(2, any);
        self.message(field, &attribute);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }
}
