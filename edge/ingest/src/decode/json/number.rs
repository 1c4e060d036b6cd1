//! Numbers of JSON. OTLP writes 64-bit integers as strings and allows for numbers; doubles may be
//! the words `NaN`, `Infinity` and `-Infinity`.

use super::cursor::{Cursor, Step};
use crate::request::Text;
use std::borrow::Cow;

impl<'a> Cursor<'a> {
    /// The text of a number, by the grammar of JSON.
    pub(super) fn number(&mut self) -> Step<&'a str> {
        let from = self.at();
        self.eat_exactly(b"-");
        let leading_zero = self.eat_exactly(b"0");
        let mut good = leading_zero || self.eat_digits();
        if self.eat_exactly(b".") {
            good &= self.eat_digits();
        }
        if self.eat_exactly(b"e") || self.eat_exactly(b"E") {
            let _signed = self.eat_exactly(b"+") || self.eat_exactly(b"-");
            good &= self.eat_digits();
        }
        let text = self.text().get(from..self.at()).unwrap_or_default();
        if good { Ok(text) } else { Err(self.expected("a number")) }
    }

    fn eat_digits(&mut self) -> bool {
        let rest = self.text().as_bytes().get(self.at()..).unwrap_or_default();
        let n = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.move_to(self.at() + n);
        n > 0
    }

    /// The text of a number, written as a string or as a number. `None` if it is `null` or neither.
    #[inline]
    fn number_text(&mut self) -> Step<Option<Text<'a>>> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number().map(|text| Some(Cow::Borrowed(text))),
            _ => self.string(),
        }
    }

    /// An unsigned integer; 0 if it is `null` or a mismatch.
    #[inline]
    pub(super) fn unsigned(&mut self) -> Step<u64> {
        let Some(text) = self.number_text()? else { return Ok(0) };
        let number = plain(&text).and_then(|text| text.parse().ok());
        let number = number.or_else(|| whole(&text).and_then(|n| n.try_into().ok()));
        Ok(self.or_mismatch(number).unwrap_or_default())
    }

    /// A signed integer; `None` if it is `null` or a mismatch.
    pub(super) fn signed(&mut self) -> Step<Option<i64>> {
        let Some(text) = self.number_text()? else { return Ok(None) };
        let number = decimal(&text).or_else(|| whole(&text));
        Ok(self.or_mismatch(number))
    }

    /// An enum or a small number; 0 if it is `null` or a mismatch.
    pub(super) fn small(&mut self) -> Step<i64> {
        Ok(self.signed()?.unwrap_or_default())
    }

    /// A double; `None` if it is `null` or a mismatch.
    pub(super) fn double(&mut self) -> Step<Option<f64>> {
        let Some(text) = self.number_text()? else { return Ok(None) };
        let number = match &*text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            text => plain(text).and_then(|text| text.parse().ok()),
        };
        Ok(self.or_mismatch(number))
    }

    fn or_mismatch<T>(&mut self, number: Option<T>) -> Option<T> {
        if number.is_none() {
            self.note_mismatch();
        }
        number
    }
}

/// An integer in decimal digits.
pub(super) fn decimal(text: &str) -> Option<i64> {
    plain(text).and_then(|text| text.parse().ok())
}

/// The text if it has only characters of JSON numbers: Rust also reads `inf` and `+1`.
fn plain(text: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    (!text.starts_with('+') && text.bytes().all(is_plain)).then_some(text)
}

/// An integer written with a fraction or an exponent, such as `1.0` or `1e3`, up to the point where
/// doubles skip integers.
fn whole(text: &str) -> Option<i64> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let number: f64 = plain(text)?.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it was just checked to be an integer")]
    (number.fract() == 0.0 && number.abs() <= EXACT_MAX).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a, T>(json: &'a str, read: fn(&mut Cursor<'a>) -> Step<T>) -> Option<T> {
        let mut cursor = Cursor::new(json.as_bytes()).unwrap();
        let value = read(&mut cursor).ok()?;
        cursor.end().ok()?;
        (!cursor.take_mismatch()).then_some(value)
    }

    #[test]
    fn integers_are_strings_or_numbers() {
        let table = [
            ("\"18446744073709551615\"", Some(u64::MAX)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("0", Some(0)),
            ("null", Some(0)),
            ("1e3", Some(1000)),
            ("\"5.0\"", Some(5)),
            ("5.5", None),
            ("-1", None),
            ("\"+1\"", None),
            ("\"\"", None),
            ("\"abc\"", None),
            ("[1]", None),
            ("{}", None),
            ("01", None),
            ("1.", None),
            ("1e", None),
            ("-", None),
        ];
        for (json, expect) in table {
            assert_eq!(read(json, Cursor::unsigned), expect, "{json}");
        }
    }

    #[test]
    fn signed_integers_reach_both_ends() {
        for number in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(read(&number.to_string(), Cursor::signed), Some(Some(number)));
            assert_eq!(read(&format!("\"{number}\""), Cursor::signed), Some(Some(number)));
        }
        assert_eq!(read("null", Cursor::signed), Some(None));
        assert_eq!(read("\"SPAN_KIND_SERVER\"", Cursor::signed), None);
    }

    #[test]
    fn doubles_may_be_words() {
        assert_eq!(read("-1.5e-3", Cursor::double), Some(Some(-0.0015)));
        assert_eq!(read("\"Infinity\"", Cursor::double), Some(Some(f64::INFINITY)));
        assert_eq!(read("\"-Infinity\"", Cursor::double), Some(Some(f64::NEG_INFINITY)));
        assert!(read("\"NaN\"", Cursor::double).flatten().is_some_and(f64::is_nan));
        for bad in ["\"inf\"", "\"nan\"", "NaN", "true", "\"1x\""] {
            assert_eq!(read(bad, Cursor::double), None, "{bad}");
        }
    }
}
