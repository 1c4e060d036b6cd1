//! Trace and span ids as senders write them: bytes in protobuf, hexadecimal digits in JSON.

use crate::tally::Rejection;
use hw_model::{SpanId, TraceId};

/// An id, or why it is none.
pub(crate) type Checked<T> = Result<T, Rejection>;

pub(crate) fn trace_from_bytes(bytes: &[u8]) -> Checked<TraceId> {
    let id = <[u8; 16]>::try_from(bytes).map_err(|_| Rejection::IdLength)?;
    trace_of(id)
}

pub(crate) fn trace_from_hex(digits: &str) -> Checked<TraceId> {
    trace_of(bytes_of(digits)?)
}

pub(crate) fn span_from_bytes(bytes: &[u8]) -> Checked<SpanId> {
    let id = <[u8; 8]>::try_from(bytes).map_err(|_| Rejection::IdLength)?;
    span_of(id)
}

pub(crate) fn span_from_hex(digits: &str) -> Checked<SpanId> {
    span_of(bytes_of(digits)?)
}

/// A root has no parent: an empty id, or zeros from senders that do not leave it out.
pub(crate) fn parent_from_bytes(bytes: &[u8]) -> Checked<SpanId> {
    if bytes.is_empty() { Ok(SpanId::NONE) } else { or_none(span_from_bytes(bytes)) }
}

/// As [`parent_from_bytes`].
pub(crate) fn parent_from_hex(digits: &str) -> Checked<SpanId> {
    if digits.is_empty() { Ok(SpanId::NONE) } else { or_none(span_from_hex(digits)) }
}

fn or_none(parent: Checked<SpanId>) -> Checked<SpanId> {
    if parent == Err(Rejection::IdZero) { Ok(SpanId::NONE) } else { parent }
}

fn trace_of(bytes: [u8; 16]) -> Checked<TraceId> {
    match u128::from_be_bytes(bytes) {
        0 => Err(Rejection::IdZero),
        id => Ok(TraceId(id)),
    }
}

fn span_of(bytes: [u8; 8]) -> Checked<SpanId> {
    match u64::from_be_bytes(bytes) {
        0 => Err(Rejection::IdZero),
        id => Ok(SpanId(id)),
    }
}

/// Two hexadecimal digits per byte, of either case.
fn bytes_of<const N: usize>(digits: &str) -> Checked<[u8; N]> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return Err(Rejection::IdLength);
    }
    let mut bytes = [0; N];
    let mut all = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (digit(*high), digit(*low));
        all |= high | low;
        *byte = high << 4 | low & 0xf;
    }
    if all > 0xf { Err(Rejection::IdNotHex) } else { Ok(bytes) }
}

/// The value of a hexadecimal digit, 0xff of anything else.
#[inline]
const fn digit(byte: u8) -> u8 {
    let number = byte.wrapping_sub(b'0');
    let letter = (byte | 0x20).wrapping_sub(b'a');
    if number < 10 {
        number
    } else if letter < 6 {
        letter + 10
    } else {
        0xff
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_either_case_are_read() {
        let lower = trace_from_hex("cce9511194feab2c8e32f28a2118a99a");
        assert_eq!(lower, Ok(TraceId(0xcce9_5111_94fe_ab2c_8e32_f28a_2118_a99a)));
        assert_eq!(lower, trace_from_hex("CCE9511194FEAB2C8E32F28A2118A99A"));
        assert_eq!(span_from_hex("00000000000000ff"), Ok(SpanId(255)));
        assert_eq!(span_from_bytes(&[0, 0, 0, 0, 0, 0, 0, 255]), Ok(SpanId(255)));
    }

    #[test]
    fn bad_ids_say_what_is_wrong() {
        let table = [
            ("", Rejection::IdLength),
            ("ff", Rejection::IdLength),
            ("00000000000000ff0", Rejection::IdLength),
            ("0000000000000000", Rejection::IdZero),
            ("000000000000000g", Rejection::IdNotHex),
            ("00000000000000 1", Rejection::IdNotHex),
        ];
        for (digits, reason) in table {
            assert_eq!(span_from_hex(digits), Err(reason), "{digits}");
        }
        assert_eq!(trace_from_bytes(&[0; 16]), Err(Rejection::IdZero));
        assert_eq!(trace_from_bytes(&[1; 8]), Err(Rejection::IdLength));
    }

    #[test]
    fn root_has_no_parent() {
        for digits in ["", "0000000000000000"] {
            assert_eq!(parent_from_hex(digits), Ok(SpanId::NONE));
        }
        assert_eq!(parent_from_bytes(&[]), Ok(SpanId::NONE));
        assert_eq!(parent_from_bytes(&[0; 8]), Ok(SpanId::NONE));
        assert_eq!(parent_from_bytes(&[1]), Err(Rejection::IdLength));
    }
}
