//! A CSV file of times and counts, as people export them: read whole or refused with the line.
//!
//! Summed up by the second, so that a file of millions of items takes no more memory than its seconds.

use hw_model::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Longest line, in bytes.
const LINE_MAX: usize = 64 * 1_024;

/// Seconds with counts, at most: a year of them.
const SECONDS_MAX: usize = 32_000_000;

/// Greatest count of a row.
const COUNT_MAX: f64 = 1e12;

/// Names of the columns.
const TIMES: [&str; 6] = ["time", "timestamp", "at", "date", "datetime", "_time"];
const COUNTS: [&str; 7] = ["count", "n", "value", "items", "total", "number", "_value"];

/// What a file holds.
#[derive(Debug)]
pub(super) struct CountFile {
    pub path: PathBuf,
    /// Counts by second.
    pub seconds: BTreeMap<i64, f64>,
    /// Seconds between its rows if it has counts per stretch of time; 1 if rows come as they happen.
    pub spacing_s: i64,
    /// Whether there are counts, and no length fits between all of them.
    pub is_uneven: bool,
}

/// A file that cannot be read.
#[derive(Debug)]
pub(crate) struct FileError {
    path: PathBuf,
    line: Option<u64>,
    why: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.line {
            Some(line) => write!(f, "{path}, line {line}: {}", self.why),
            None => write!(f, "{path}: {}", self.why),
        }
    }
}

impl std::error::Error for FileError {}

/// What the columns are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Columns {
    separator: char,
    time: usize,
    count: Option<usize>,
    has_head: bool,
}

impl CountFile {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, FileError> {
        let error = |line, why| FileError { path: path.to_owned(), line, why };
        let file = File::open(path).map_err(|e| error(None, format!("cannot be opened: {e}")))?;
        Self::parse(path, BufReader::new(file)).map_err(|(line, why)| error(line, why))
    }

    fn parse(path: &Path, mut from: impl BufRead) -> Result<Self, (Option<u64>, String)> {
        let mut seconds: BTreeMap<i64, f64> = BTreeMap::new();
        let mut columns: Option<Columns> = None;
        let mut line = Vec::new();
        for number in 1.. {
            let at = |why| (Some(number), why);
            if !next_line(&mut from, &mut line).map_err(at)? {
                break;
            }
            let text = std::str::from_utf8(&line);
            let text = text.map_err(|_| at("is no UTF-8 text; save the file as CSV".to_owned()))?;
            let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let known = match columns {
                Some(known) => known,
                None => {
                    let found = Columns::of(text).map_err(at)?;
                    columns = Some(found);
                    if found.has_head {
                        continue;
                    }
                    found
                }
            };
            let (second, count) = known.row(text).map_err(at)?;
            *seconds.entry(second).or_default() += count;
            if seconds.len() > SECONDS_MAX {
                return Err(at(format!("has more than {SECONDS_MAX} different seconds")));
            }
        }
        if seconds.is_empty() {
            return Err((None, "has no row of a time and a count".to_owned()));
        }
        let has_counts = columns.is_some_and(|columns| columns.count.is_some());
        let spacing_s = if has_counts { greatest_spacing(&seconds) } else { 1 };
        let is_uneven = has_counts && distances(&seconds).min().is_some_and(|s| s > spacing_s);
        Ok(Self { path: path.to_owned(), seconds, spacing_s, is_uneven })
    }

    /// From the first second to behind the last.
    pub(super) fn extent(&self) -> (i64, i64) {
        let first = self.seconds.keys().next().copied().unwrap_or(0);
        let last = self.seconds.keys().next_back().copied().unwrap_or(0);
        (first, last.saturating_add(self.spacing_s))
    }

    /// What is counted in steps from one number to before another. Between its rows a file of counts
    /// per stretch has no data; one of items has none happening. Before and behind it there is no data.
    pub(super) fn rows(&self, (from, end): (i64, i64), step_s: i64) -> Vec<Option<f64>> {
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        let range = from.saturating_mul(step_s)..end.saturating_mul(step_s);
        for (second, count) in self.seconds.range(range) {
            *sums.entry(second.div_euclid(step_s)).or_default() += count;
        }
        let (first, last) = self.extent();
        // The first and last step may be cut off.
        let whole = first.saturating_add(step_s - 1).div_euclid(step_s)..last.div_euclid(step_s);
        let row = |step: i64| match sums.get(&step) {
            _ if !whole.contains(&step) => None,
            Some(count) => Some(*count),
            None => (self.spacing_s == 1).then_some(0.0),
        };
        (from..end).map(row).collect()
    }
}

/// Reads a line with its end; `false` where there is none left.
fn next_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, String> {
    line.clear();
    let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
    let n = from.by_ref().take(limit).read_until(b'\n', line);
    let n = n.map_err(|error| format!("cannot be read: {error}"))?;
    if n == LINE_MAX {
        return Err(format!("is longer than {LINE_MAX} bytes: is this a CSV file?"));
    }
    Ok(n > 0)
}

/// The greatest length of which all distances between rows are multiples.
fn greatest_spacing(seconds: &BTreeMap<i64, f64>) -> i64 {
    distances(seconds).fold(0, greatest_divisor).max(1)
}

fn distances(seconds: &BTreeMap<i64, f64>) -> impl Iterator<Item = i64> {
    seconds.keys().zip(seconds.keys().skip(1)).map(|(a, b)| b - a)
}

pub(super) fn greatest_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Columns {
    /// What the first line says.
    fn of(text: &str) -> Result<Self, String> {
        let separators = [',', ';', '\t'];
        let separator = separators.into_iter().find(|separator| text.contains(*separator));
        let separator = separator.unwrap_or(',');
        let cells = cells(text, separator)?;
        let named = |names: &[&str]| {
            cells.iter().position(|cell| names.contains(&cell.trim().to_lowercase().as_str()))
        };
        let first_is_time =
            cells.first().is_some_and(|cell| hw_api::instant(cell.trim()).is_some());
        if first_is_time {
            let count = (cells.len() > 1).then_some(1);
            return Ok(Self { separator, time: 0, count, has_head: false });
        }
        match (named(&TIMES), named(&COUNTS)) {
            (Some(time), count) => Ok(Self { separator, time, count, has_head: true }),
            (None, _) => Err(format!(
                "neither a time stands in the first column nor is a column called time: give {} or {}",
                "\"time,count\" as the first line", "rows such as 2026-11-22T06:44:00Z,12"
            )),
        }
    }

    fn row(self, text: &str) -> Result<(i64, f64), String> {
        let cells = cells(text, self.separator)?;
        let cell = |at: usize, what: &str| {
            let cell = cells.get(at).map(|cell| cell.trim());
            cell.filter(|cell| !cell.is_empty())
                .ok_or_else(|| format!("has no {what} in column {}", at + 1))
        };
        let time = cell(self.time, "time")?;
        let at: Timestamp = hw_api::instant(time).ok_or_else(|| {
            format!("{} is no time: give 2026-11-22T06:44:00Z, or Unix time", quoted(time))
        })?;
        let Some(count) = self.count else { return Ok((at.tick().0, 1.0)) };
        let text = cell(count, "count")?;
        let count: Option<f64> = text.parse().ok().filter(|n| (0.0..=COUNT_MAX).contains(n));
        let count = count.ok_or_else(|| {
            format!("{} is no count: give a number from 0 to 10^12, such as 12", quoted(text))
        })?;
        Ok((at.tick().0, count))
    }
}

/// What stands in a cell, not longer than a line of the screen.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    let short: String = text.chars().take(SHOWN).collect();
    let more = if short.len() < text.len() { "..." } else { "" };
    format!("\"{}{more}\"", crate::text::plain(&short))
}

/// The cells of a line; quotes may be around them, and are doubled inside.
fn cells(line: &str, separator: char) -> Result<Vec<String>, String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            _ if letter == separator && !is_quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    if is_quoted {
        return Err("a quote is not closed".to_owned());
    }
    cells.push(cell);
    Ok(cells)
}

#[cfg(test)]
mod tests;
