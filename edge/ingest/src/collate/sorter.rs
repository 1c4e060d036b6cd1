//! External merge sort by arrival: sorted runs go to one temporary file and are merged when played.
//!
//! Records of equal arrival come out in no order worth the name: whoever plays them sorts each
//! second by content. A file for all runs, not one each, because a long recording has more runs
//! than a process may open files.

use super::record::{Bytes, Record};
use hw_model::{Tick, Timestamp};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

/// Collects records of one kind.
#[derive(Debug)]
pub(super) struct Sorter<R> {
    held: Vec<R>,
    heap_bytes: usize,
    /// Where each run begins and ends in the file.
    runs: Vec<(u64, u64)>,
    file: Option<File>,
}

/// Bytes written at a time.
const WRITE_BYTES: usize = 1 << 20;

/// Bytes of all runs together that are read ahead, and the bounds for one of them.
const READ_BYTES: usize = 16 << 20;
const READ_RUN_BYTES: std::ops::RangeInclusive<usize> = 1 << 12..=1 << 18;

impl<R: Record> Sorter<R> {
    pub(super) const fn new() -> Self {
        Self { held: Vec::new(), heap_bytes: 0, runs: Vec::new(), file: None }
    }

    pub(super) fn push(&mut self, record: R) {
        self.heap_bytes += record.heap_bytes();
        self.held.push(record);
    }

    pub(super) const fn n_held(&self) -> usize {
        self.held.len()
    }

    pub(super) const fn bytes_held(&self) -> usize {
        self.held.len() * size_of::<R>() + self.heap_bytes
    }

    /// Writes what is held as a run.
    pub(super) fn spill(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        self.held.sort_unstable_by_key(Record::arrived_at);
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        let from = file.seek(SeekFrom::End(0))?;
        let mut out = Vec::with_capacity(WRITE_BYTES + (WRITE_BYTES >> 3));
        for record in self.held.drain(..) {
            write_with_length(&record, &mut out);
            if out.len() >= WRITE_BYTES {
                file.write_all(&out)?;
                out.clear();
            }
        }
        file.write_all(&out)?;
        self.heap_bytes = 0;
        self.runs.push((from, file.stream_position()?));
        self.file = Some(file);
        Ok(())
    }

    /// Ends collecting.
    pub(super) fn finish(mut self) -> io::Result<Merge<R>> {
        self.held.sort_unstable_by_key(Record::arrived_at);
        let read_bytes = READ_BYTES / self.runs.len().max(1);
        let read_bytes = read_bytes.clamp(*READ_RUN_BYTES.start(), *READ_RUN_BYTES.end());
        let mut runs = Vec::new();
        if let Some(file) = self.file {
            let file = Arc::new(file);
            let run = |(at, end)| {
                Run::File(FileRun {
                    file: Arc::clone(&file),
                    at,
                    end,
                    read_bytes,
                    held: Vec::new(),
                    used: 0,
                })
            };
            runs.extend(self.runs.into_iter().map(run));
        }
        runs.push(Run::Memory(self.held.into_iter()));
        let mut merge = Merge { runs, heads: BinaryHeap::new() };
        for run in 0..merge.runs.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }
}

fn write_with_length<R: Record>(record: &R, out: &mut Vec<u8>) {
    let length_at = out.len();
    out.extend_from_slice(&[0; 4]);
    record.write(out);
    let length = u32::try_from(out.len() - length_at - 4).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(length_at..length_at + 4) {
        place.copy_from_slice(&length.to_le_bytes());
    }
}

/// Records of all runs in the order of arrival.
#[derive(Debug)]
pub(super) struct Merge<R> {
    runs: Vec<Run<R>>,
    heads: BinaryHeap<Reverse<Head<R>>>,
}

impl<R: Record> Merge<R> {
    /// The tick of the next record.
    pub(super) fn next_tick(&self) -> Option<Tick> {
        self.heads.peek().map(|Reverse(head)| head.record.arrived_at().tick())
    }

    /// Adds all records of `tick`, which is the next, to `out`.
    pub(super) fn take_tick(&mut self, tick: Tick, out: &mut Vec<R>) -> io::Result<()> {
        while self.next_tick() == Some(tick) {
            if let Some(Reverse(head)) = self.heads.pop() {
                out.push(head.record);
                self.advance(head.run)?;
            }
        }
        Ok(())
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        let Some(source) = self.runs.get_mut(run) else { return Ok(()) };
        if let Some(record) = source.next()? {
            self.heads.push(Reverse(Head { record, run }));
        }
        Ok(())
    }
}

/// The next record of a run.
#[derive(Debug)]
struct Head<R> {
    record: R,
    run: usize,
}

impl<R: Record> Head<R> {
    fn key(&self) -> (Timestamp, usize) {
        (self.record.arrived_at(), self.run)
    }
}

impl<R: Record> Ord for Head<R> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl<R: Record> PartialOrd for Head<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Record> PartialEq for Head<R> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<R: Record> Eq for Head<R> {}

/// Records in the order of arrival.
#[derive(Debug)]
enum Run<R> {
    Memory(std::vec::IntoIter<R>),
    File(FileRun),
}

impl<R: Record> Run<R> {
    fn next(&mut self) -> io::Result<Option<R>> {
        match self {
            Self::Memory(records) => Ok(records.next()),
            Self::File(run) => run.next(),
        }
    }
}

/// A run in a file that is shared with others.
#[derive(Debug)]
struct FileRun {
    file: Arc<File>,
    /// What of the run was not read yet.
    at: u64,
    end: u64,
    read_bytes: usize,
    held: Vec<u8>,
    used: usize,
}

impl FileRun {
    fn next<R: Record>(&mut self) -> io::Result<Option<R>> {
        if self.at == self.end && self.used == self.held.len() {
            return Ok(None);
        }
        let length = self.bytes(4)?.first_chunk().map_or(0, |length| u32::from_le_bytes(*length));
        let bytes = self.bytes(length as usize)?;
        let record = R::read(&mut Bytes(bytes));
        record.map(Some).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
    }

    /// The next `n` bytes.
    fn bytes(&mut self, n: usize) -> io::Result<&[u8]> {
        if self.held.len() - self.used < n {
            self.fill(n)?;
        }
        let from = self.used;
        self.used += n;
        let bytes = self.held.get(from..self.used);
        bytes.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }

    fn fill(&mut self, n: usize) -> io::Result<()> {
        self.held.drain(..self.used);
        self.used = 0;
        let wanted = self.read_bytes.max(n) as u64;
        let mut file = &*self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.take(wanted.min(self.end - self.at)).read_to_end(&mut self.held)?;
        self.at += read as u64;
        Ok(())
    }
}
