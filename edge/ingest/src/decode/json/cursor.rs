//! Pull reader of JSON: objects and arrays by closure, scalars by type, the rest passed over.
//!
//! Two kinds of complaint. A fault of the text (syntax, end, depth) ends the request at once. A
//! value of a type that its field cannot have is passed over and remembered as a mismatch: whoever
//! reads a record asks for it at the end and turns the record away. `demand_` methods stand for
//! values without which nothing below makes sense: there a mismatch ends the request.

use crate::decode::{DecodeError, DecodeFault};
use crate::request::Text;
use std::borrow::Cow;

/// A result of reading.
pub(super) type Step<T> = Result<T, DecodeError>;

/// Values nested deeper than this are no telemetry. They are tracked by one bit each.
const DEPTH_MAX: u32 = 128;

/// A place in a JSON text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    mismatch: bool,
}

impl<'a> Cursor<'a> {
    /// At the beginning of `bytes`, past a byte order mark.
    pub(super) fn new(bytes: &'a [u8]) -> Step<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                Ok(Self { text, at, mismatch: false })
            }
            Err(error) => Err(DecodeError { fault: DecodeFault::NotUtf8, at: error.valid_up_to() }),
        }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn text(&self) -> &'a str {
        self.text
    }

    pub(super) const fn move_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The next byte that is no blank, which is not consumed.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\t' | b'\r') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Passes over `byte` if it comes next.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Passes over `literal` if it comes next, blanks before it not allowed for.
    #[inline]
    pub(super) fn eat_exactly(&mut self, literal: &[u8]) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let found = rest.starts_with(literal);
        self.at += if found { literal.len() } else { 0 };
        found
    }

    /// As `eat_exactly`, for chains of `?`.
    #[inline]
    pub(super) fn then_exactly(&mut self, literal: &[u8]) -> Option<()> {
        self.eat_exactly(literal).then_some(())
    }

    #[inline]
    fn expect(&mut self, byte: u8, expected: &'static str) -> Step<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// The complaint that something else should stand here.
    #[cold]
    pub(super) fn expected(&self, expected: &'static str) -> DecodeError {
        let is_end = self.at >= self.text.len();
        let fault = if is_end { DecodeFault::Truncated } else { DecodeFault::NotJson { expected } };
        DecodeError { fault, at: self.at }
    }

    #[cold]
    fn wrong_shape(&self, expected: &'static str) -> DecodeError {
        DecodeError { fault: DecodeFault::WrongShape { expected }, at: self.at }
    }

    /// Only blanks may follow.
    pub(super) fn end(&mut self) -> Step<()> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// Passes over `null` if it comes next.
    #[inline]
    pub(super) fn eat_null(&mut self) -> Step<bool> {
        if self.peek() != Some(b'n') {
            return Ok(false);
        }
        self.literal(b"null").map(|()| true)
    }

    fn literal(&mut self, literal: &[u8]) -> Step<()> {
        if self.eat_exactly(literal) {
            return Ok(());
        }
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if literal.starts_with(rest) {
            self.at = self.text.len();
        }
        Err(self.expected("a value"))
    }

    /// Calls `member` with each key of an object; `null` has none. Anything else is a mismatch.
    pub(super) fn object(&mut self, member: impl FnMut(&mut Self, &str) -> Step<()>) -> Step<()> {
        if self.eat(b'{') { self.members(member) } else { self.null_or_mismatch() }
    }

    /// As `object`, where nothing else will do.
    pub(super) fn demand_object(
        &mut self,
        expected: &'static str,
        member: impl FnMut(&mut Self, &str) -> Step<()>,
    ) -> Step<()> {
        if self.eat(b'{') { self.members(member) } else { self.null_or_fault(expected) }
    }

    fn members(&mut self, mut member: impl FnMut(&mut Self, &str) -> Step<()>) -> Step<()> {
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            member(self, &key)?;
            if !self.eat(b',') {
                return self.expect(b'}', "',' or '}'");
            }
        }
    }

    /// A key and its colon.
    #[inline]
    fn key(&mut self) -> Step<Text<'a>> {
        if !self.eat(b'"') {
            return Err(self.expected("a key in quotes"));
        }
        let key = self.quoted()?;
        self.expect(b':', "':'")?;
        Ok(key)
    }

    /// Calls `element` at each element of an array; `null` has none. Anything else is a mismatch.
    pub(super) fn array(&mut self, element: impl FnMut(&mut Self) -> Step<()>) -> Step<()> {
        if self.eat(b'[') { self.elements(element) } else { self.null_or_mismatch() }
    }

    /// As `array`, where nothing else will do.
    pub(super) fn demand_array(
        &mut self,
        expected: &'static str,
        element: impl FnMut(&mut Self) -> Step<()>,
    ) -> Step<()> {
        if self.eat(b'[') { self.elements(element) } else { self.null_or_fault(expected) }
    }

    fn elements(&mut self, mut element: impl FnMut(&mut Self) -> Step<()>) -> Step<()> {
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.eat(b',') {
                return self.expect(b']', "',' or ']'");
            }
        }
    }

    /// Reads again from each of `places` and comes back.
    pub(super) fn revisit(
        &mut self,
        places: &[usize],
        mut read: impl FnMut(&mut Self) -> Step<()>,
    ) -> Step<()> {
        let here = self.at;
        for place in places {
            self.at = *place;
            read(self)?;
        }
        self.at = here;
        Ok(())
    }

    fn null_or_fault(&mut self, expected: &'static str) -> Step<()> {
        if self.eat_null()? {
            return Ok(());
        }
        let is_value = self.peek().is_some_and(|byte| b"\"[{-0123456789tf".contains(&byte));
        Err(if is_value { self.wrong_shape(expected) } else { self.expected(expected) })
    }

    fn null_or_mismatch(&mut self) -> Step<()> {
        if self.eat_null()? { Ok(()) } else { self.mismatch() }
    }

    /// Passes over a value that its field cannot have.
    #[cold]
    pub(super) fn mismatch(&mut self) -> Step<()> {
        self.mismatch = true;
        self.skip()
    }

    /// Remembers that a value that was read is one that its field cannot have.
    pub(super) const fn note_mismatch(&mut self) {
        self.mismatch = true;
    }

    /// Whether there was a mismatch since the last call.
    pub(super) const fn take_mismatch(&mut self) -> bool {
        std::mem::replace(&mut self.mismatch, false)
    }

    /// Complains if there was a mismatch where none will do.
    pub(super) fn demand_types(&mut self, expected: &'static str) -> Step<()> {
        if self.take_mismatch() { Err(self.wrong_shape(expected)) } else { Ok(()) }
    }

    /// A string; `None` if it is `null` or a mismatch.
    #[inline]
    pub(super) fn string(&mut self) -> Step<Option<Text<'a>>> {
        if self.eat(b'"') {
            return self.quoted().map(Some);
        }
        self.null_or_mismatch().map(|()| None)
    }

    /// A string whose text is empty if it is `null`, missing or a mismatch.
    #[inline]
    pub(super) fn text_or_empty(&mut self) -> Step<Text<'a>> {
        Ok(self.string()?.unwrap_or(Cow::Borrowed("")))
    }

    /// `true` or `false`; `None` if it is `null` or a mismatch.
    pub(super) fn boolean(&mut self) -> Step<Option<bool>> {
        match self.peek() {
            Some(b't') => self.literal(b"true").map(|()| Some(true)),
            Some(b'f') => self.literal(b"false").map(|()| Some(false)),
            _ => self.null_or_mismatch().map(|()| None),
        }
    }

    /// Passes over a value of any kind, checking that it is one. Goes down without recursion.
    pub(super) fn skip(&mut self) -> Step<()> {
        let mut is_object: u128 = 0;
        let mut depth = 0;
        loop {
            if self.opens(&mut is_object, &mut depth)? {
                continue;
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let in_object = is_object & 1 == 1;
                if self.eat(b',') {
                    if in_object {
                        self.skip_key()?;
                    }
                    break;
                }
                if in_object {
                    self.expect(b'}', "',' or '}'")?;
                } else {
                    self.expect(b']', "',' or ']'")?;
                }
                is_object >>= 1;
                depth -= 1;
            }
        }
    }

    /// Passes over a scalar or an empty container, or goes into a container that is not empty, which
    /// it says.
    fn opens(&mut self, is_object: &mut u128, depth: &mut u32) -> Step<bool> {
        let object = match self.peek() {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return self.skip_scalar().map(|()| false),
        };
        if *depth >= DEPTH_MAX {
            return Err(DecodeError { fault: DecodeFault::TooDeep, at: self.at });
        }
        self.at += 1;
        if self.eat(if object { b'}' } else { b']' }) {
            return Ok(false);
        }
        *is_object = *is_object << 1 | u128::from(object);
        *depth += 1;
        if object {
            self.skip_key()?;
        }
        Ok(true)
    }

    fn skip_key(&mut self) -> Step<()> {
        if !self.eat(b'"') {
            return Err(self.expected("a key in quotes"));
        }
        self.skip_quoted()?;
        self.expect(b':', "':'")
    }

    fn skip_scalar(&mut self) -> Step<()> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.skip_quoted()
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => Err(self.expected("a value")),
        }
    }
}
