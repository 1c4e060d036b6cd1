//! Strings of JSON: found eight bytes at a time, borrowed unless they have escapes.

use super::cursor::{Cursor, Step};
use crate::request::Text;
use std::borrow::Cow;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

impl<'a> Cursor<'a> {
    /// The rest of a string whose opening quote was passed.
    #[inline]
    pub(super) fn quoted(&mut self) -> Step<Text<'a>> {
        let from = self.at();
        match self.plain_quoted() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.quoted_with_escapes(from),
        }
    }

    /// As `quoted`, if there is neither an escape nor a fault; else it is to be read again.
    #[inline]
    pub(super) fn plain_quoted(&mut self) -> Option<&'a str> {
        let from = self.at();
        self.seek_special();
        let text = self.text().get(from..self.at());
        self.then_exactly(b"\"").and(text)
    }

    #[cold]
    fn quoted_with_escapes(&mut self, from: usize) -> Step<Text<'a>> {
        self.move_to(from);
        let mut text = String::new();
        self.pieces(|cursor, piece| match piece {
            Piece::Char(c) => text.push(c),
            Piece::Plain(from, to) => {
                text.push_str(cursor.text().get(from..to).unwrap_or_default());
            }
        })?;
        Ok(Cow::Owned(text))
    }

    /// Passes over the rest of a string whose opening quote was passed.
    #[inline]
    pub(super) fn skip_quoted(&mut self) -> Step<()> {
        self.seek_special();
        if self.eat_exactly(b"\"") { Ok(()) } else { self.pieces(|_, _| ()) }
    }

    /// Goes to the next quote, backslash or control character, or to the end.
    #[inline]
    fn seek_special(&mut self) {
        let bytes = self.text().as_bytes();
        let mut at = self.at();
        while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let found = special_bytes(u64::from_le_bytes(*word));
            if found != 0 {
                return self.move_to(at + found.trailing_zeros() as usize / 8);
            }
            at += 8;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        self.move_to(at + rest.iter().position(is_special).unwrap_or(rest.len()));
    }

    /// Goes to the end of the string, piece by piece.
    #[cold]
    fn pieces(&mut self, mut piece: impl FnMut(&Self, Piece)) -> Step<()> {
        loop {
            let from = self.at();
            self.seek_special();
            piece(self, Piece::Plain(from, self.at()));
            if self.eat_exactly(b"\"") {
                return Ok(());
            }
            if !self.eat_exactly(b"\\") {
                return Err(self.expected("no control character in a string"));
            }
            let c = self.escape()?;
            piece(self, Piece::Char(c));
        }
    }

    fn escape(&mut self) -> Step<char> {
        let Some(byte) = self.text().as_bytes().get(self.at()).copied() else {
            return Err(self.expected("an escape"));
        };
        let c = match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.move_to(self.at() + 1);
                return self.unicode();
            }
            _ => return Err(self.expected("an escape")),
        };
        self.move_to(self.at() + 1);
        Ok(c)
    }

    /// The character of `\uXXXX`, of two of them where the first is half a character. A half alone,
    /// which some writers let through, becomes U+FFFD.
    fn unicode(&mut self) -> Step<char> {
        let first = self.four_digits()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        let after_first = self.at();
        if (0xd800..0xdc00).contains(&first) && self.eat_exactly(b"\\u") {
            let second = self.four_digits()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.move_to(after_first);
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Step<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let byte = self.text().as_bytes().get(self.at()).copied();
            let digit = byte.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.expected("four hexadecimal digits"));
            };
            code = code << 4 | digit;
            self.move_to(self.at() + 1);
        }
        Ok(code)
    }
}

/// A part of a string with escapes.
enum Piece {
    Char(char),
    Plain(usize, usize),
}

/// The high bit of each byte that is a quote, a backslash or a control character. Bytes after the
/// first hit may be marked in error (the borrow runs upwards), so only the lowest bit counts.
#[inline]
const fn special_bytes(word: u64) -> u64 {
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word
    }
    let quote = zeros(word ^ (ONES * b'"' as u64));
    let backslash = zeros(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_special_byte_is_found_among_all_others() {
        for before in 0..=255_u8 {
            for special in 0..=255_u8 {
                let is_special = |byte: u8| matches!(byte, b'"' | b'\\' | 0..0x20);
                let bytes = [before, before, before, special, b'"', b'x', 0, 0xff];
                let expect = bytes.iter().position(|byte| is_special(*byte)).unwrap();
                let found = special_bytes(u64::from_le_bytes(bytes)).trailing_zeros() as usize / 8;
                assert_eq!(found, expect, "{before} {special}");
            }
        }
    }

    fn read(json: &str) -> Option<String> {
        let mut cursor = Cursor::new(json.as_bytes()).unwrap();
        cursor.string().ok().flatten().map(Into::into)
    }

    #[test]
    fn escapes_are_read() {
        let table = [
            (r#""plain""#, "plain"),
            (r#""a\"b\\c\/d\b\f\n\r\te""#, "a\"b\\c/d\u{8}\u{c}\n\r\te"),
            (r#""\u00e9\u20AC""#, "é€"),
            (r#""\ud83d\ude00 ok""#, "😀 ok"),
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\ude00\ud83d\ude00""#, "\u{fffd}😀"),
            (
                r#""ünicode is kept as it is, also past eight bytes""#,
                "ünicode is kept as it is, also past eight bytes",
            ),
            (r#""""#, ""),
        ];
        for (json, expect) in table {
            assert_eq!(read(json).as_deref(), Some(expect), "{json}");
        }
    }

    #[test]
    fn broken_strings_are_faults() {
        for json in ["\"", "\"ab", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u", "\"a\nb\"", "\"\u{1}\""]
        {
            assert_eq!(read(json), None, "{json:?}");
            let mut cursor = Cursor::new(json.as_bytes()).unwrap();
            assert!(cursor.skip().is_err(), "{json:?}");
        }
    }
}
