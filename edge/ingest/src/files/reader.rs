//! Reads one file or stream: a thread reads and decompresses ahead, the caller decodes.

use super::blocks::{Block, Stopped, cut, split_length};
use super::compression::{self, Compression, MAGIC_BYTES_MAX};
use super::{FileReport, Progress, REQUEST_BYTES_MAX, ReadError};
use crate::decode::{Encoding, decode};
use crate::intake::Intake;
use crate::tally::Tally;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

/// Blocks that may wait for the decoder.
const BLOCKS_AHEAD_MAX: usize = 4;

/// A request as it stands in a file.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    pub bytes: &'a [u8],
    pub encoding: Encoding,
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<File, ReadError> {
    let file = path.to_path_buf();
    let opened = File::open(path).and_then(|opened| Ok((opened.metadata()?.is_dir(), opened)));
    match opened {
        Ok((true, _)) => Err(ReadError::Directory { file }),
        Ok((false, opened)) => Ok(opened),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ReadError::Missing { file }),
        Err(source) => Err(ReadError::Unreadable { file, source }),
    }
}

/// Reads all requests of `source`, which `name` stands for, and calls `take` after each.
pub(crate) fn read(
    name: &Path,
    source: impl Read + Send + 'static,
    progress: &Progress,
    intake: &mut Intake,
    take: impl FnMut(&mut Intake, Tally, Raw<'_>) -> Result<(), ReadError>,
) -> Result<FileReport, ReadError> {
    let file = name.to_path_buf();
    let unreadable = |source| ReadError::Unreadable { file: file.clone(), source };
    let mut source = Counted { source, progress: progress.clone() };
    let mut head = Vec::new();
    source.by_ref().take(MAGIC_BYTES_MAX as u64).read_to_end(&mut head).map_err(unreadable)?;
    if head.is_empty() {
        return Err(ReadError::Empty { file });
    }
    let compression = match compression::detect(&head) {
        Ok(compression) => compression,
        Err(compression) => return Err(ReadError::Unsupported { file, compression }),
    };
    let plain = compression.undo(io::Cursor::new(head).chain(source)).map_err(unreadable)?;
    let (sender, blocks) = sync_channel(BLOCKS_AHEAD_MAX);
    let ahead = thread::Builder::new().name("read ahead".into());
    let ahead = ahead.spawn(move || read_ahead(plain, compression, &sender)).map_err(unreadable)?;
    let report = FileReport { file, ..FileReport::default() };
    let mut decoding = Decoding { report, line: 0, intake, take };
    for block in blocks {
        decoding.block(&block)?;
    }
    if let Err(panic) = ahead.join() {
        std::panic::resume_unwind(panic);
    }
    decoding.finish()
}

fn read_ahead(source: impl Read, compression: Compression, sender: &SyncSender<Block>) {
    let give = |block| sender.send(block).map_err(|_| Stopped);
    match cut(source, |error| compression.broken(error), give) {
        Ok(()) | Err(Stopped) => {}
    }
}

/// Counts what is read of a file.
struct Counted<R> {
    source: R,
    progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(buffer)?;
        self.progress.add_read(n);
        Ok(n)
    }
}

/// Reading of one file, request by request.
struct Decoding<'i, Take> {
    report: FileReport,
    /// The line or frame that is being read.
    line: u64,
    intake: &'i mut Intake,
    take: Take,
}

impl<Take: FnMut(&mut Intake, Tally, Raw<'_>) -> Result<(), ReadError>> Decoding<'_, Take> {
    fn block(&mut self, block: &Block) -> Result<(), ReadError> {
        match block {
            Block::Lines(bytes) => self.lines(bytes)?,
            Block::Frames(bytes) => self.frames(bytes)?,
            Block::LongLine => {
                self.line += 1;
                let limit = REQUEST_BYTES_MAX >> 20;
                self.report.fault(self.line, format!("line is longer than {limit} MiB"));
            }
            Block::Broken(reason) => self.report.fault(self.line + 1, reason.clone()),
        }
        Ok(())
    }

    fn lines(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut from = 0;
        let ends = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1).chain([bytes.len()]);
        for end in ends {
            let line = bytes.get(from..end).unwrap_or_default();
            from = end;
            if line.is_empty() {
                continue;
            }
            self.line += 1;
            let line = line.trim_ascii();
            if !line.is_empty() && line != BYTE_ORDER_MARK {
                self.request(line, Encoding::Json)?;
            }
        }
        Ok(())
    }

    fn frames(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let mut rest = bytes;
        let split = |rest| split_length(rest).and_then(|(len, body)| body.split_at_checked(len));
        while let Some((frame, behind)) = split(rest) {
            rest = behind;
            self.line += 1;
            match compression::detect(frame) {
                _ if frame.is_empty() => {}
                Ok(Compression::None) | Err(_) => self.request(frame, encoding(frame))?,
                Ok(compression) => match compression.undo_frame(frame) {
                    Ok(plain) => self.request(&plain, encoding(&plain))?,
                    Err(reason) => self.report.fault(self.line, reason),
                },
            }
        }
        Ok(())
    }

    fn request(&mut self, bytes: &[u8], encoding: Encoding) -> Result<(), ReadError> {
        match decode(bytes, encoding, self.intake) {
            Ok(tally) => {
                self.report.requests += 1;
                (self.take)(self.intake, tally, Raw { bytes, encoding })
            }
            Err(error) => {
                self.report.fault(self.line, error.to_string());
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<FileReport, ReadError> {
        let report = self.report;
        if report.requests > 0 {
            return Ok(report);
        }
        match report.faults.into_iter().next() {
            None => Err(ReadError::Empty { file: report.file }),
            Some(fault) => {
                let found = format!("line {}: {}", fault.line, fault.reason);
                Err(ReadError::NotARecording { file: report.file, found })
            }
        }
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How a frame is written. No protobuf request begins with a brace: that would be field 15 as a
/// group.
fn encoding(frame: &[u8]) -> Encoding {
    let is_json = frame.starts_with(b"{") || frame.starts_with(BYTE_ORDER_MARK);
    if is_json { Encoding::Json } else { Encoding::Protobuf { signal: None } }
}
