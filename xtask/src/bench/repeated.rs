//! A long recording out of a short one: copies one after the other, each with its own time and
//! trace ids.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Nanoseconds between the starts of two copies: a little more than the recording lasts.
const COPY_NS: i64 = 1_505_000_000_000;

const TIME: &[u8] = b"UnixNano\":\"";
const TRACE: &[u8] = b"\"traceId\":\"";

/// Writes `times` copies of the lines to `file`.
pub(crate) fn write(lines: &[u8], times: u32, file: &Path) -> Result<()> {
    let what = || format!("failed to write {}", file.display());
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file).with_context(what)?);
    for copy in 0..times {
        write_copy(lines, copy, &mut out).with_context(what)?;
    }
    out.flush().with_context(what)
}

/// One copy: times moved, and the first two digits of each trace id turned by the copy's number.
fn write_copy(lines: &[u8], copy: u32, out: &mut impl Write) -> Result<()> {
    let mut rest = lines;
    loop {
        let time = find(rest, TIME);
        let trace = find(rest, TRACE);
        match (time, trace) {
            (None, None) => break,
            (Some(at), trace) if trace.is_none_or(|trace| at < trace) => {
                let (before, after) = rest.split_at(at + TIME.len());
                out.write_all(before)?;
                rest = moved_time(after, copy, out)?;
            }
            (_, Some(at)) => {
                let (before, after) = rest.split_at(at + TRACE.len());
                out.write_all(before)?;
                rest = turned_trace(after, copy, out)?;
            }
            (Some(_), None) => break,
        }
    }
    out.write_all(rest)?;
    Ok(())
}

fn moved_time<'a>(text: &'a [u8], copy: u32, out: &mut impl Write) -> Result<&'a [u8]> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let ns: i64 = std::str::from_utf8(digits)?.parse()?;
    write!(out, "{}", ns + i64::from(copy) * COPY_NS)?;
    Ok(rest)
}

fn turned_trace<'a>(text: &'a [u8], copy: u32, out: &mut impl Write) -> Result<&'a [u8]> {
    let (digits, rest) = text.split_at(text.len().min(2));
    let first = u32::from_str_radix(std::str::from_utf8(digits)?, 16)?;
    write!(out, "{:02x}", (first + copy) % 256)?;
    Ok(rest)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    // The first byte of both needles is rare enough for this to be quick.
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let at = from + haystack.get(from..)?.iter().position(|byte| *byte == first)?;
        if haystack.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}
