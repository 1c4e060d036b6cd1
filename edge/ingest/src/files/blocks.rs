//! Cuts a stream of bytes into blocks of whole lines, or of whole frames.
//!
//! A block is about 1 MiB: large enough that passing one to another thread costs nothing, small
//! enough that a few of them do not count. A request longer than a block makes its block longer, up
//! to the limit on requests.

use super::REQUEST_BYTES_MAX;
use std::io::{self, Read};

/// Bytes read at a time.
const BLOCK_BYTES: u64 = 1 << 20;

/// A piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Lines; the last line of the file may lack its end.
    Lines(Vec<u8>),
    /// Frames, each behind its length.
    Frames(Vec<u8>),
    /// A line beyond the limit, which was passed over.
    LongLine,
    /// What follows cannot be read.
    Broken(String),
}

/// How a stream is laid out, told by its first byte: a frame within the limit on requests has a
/// length whose first byte is at most 4, and no text begins so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    Lines,
    Frames,
}

/// Whoever takes the blocks wants no more.
#[derive(Debug)]
pub(super) struct Stopped;

/// What comes behind the bytes that were read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    More,
    End,
    /// An error: what is not complete never will be.
    Nothing,
}

/// Reads `source` to its end and gives its blocks to `give`. `broken` words an error of reading.
pub(super) fn cut(
    mut source: impl Read,
    broken: impl Fn(&io::Error) -> String,
    mut give: impl FnMut(Block) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let mut cutter = Cutter::default();
    loop {
        let read = source.by_ref().take(BLOCK_BYTES).read_to_end(&mut cutter.held);
        let behind = match read {
            Ok(0) => Behind::End,
            Ok(_) => Behind::More,
            Err(_) => Behind::Nothing,
        };
        cutter.cut(behind, &mut give)?;
        if let Err(error) = read {
            return give(Block::Broken(broken(&error)));
        }
        if behind == Behind::End || cutter.is_lost {
            return Ok(());
        }
    }
}

/// The bytes that were read and not given away.
#[derive(Default)]
struct Cutter {
    held: Vec<u8>,
    layout: Option<Layout>,
    /// Bytes in front of `held` that are known to have no end of a line.
    searched: usize,
    /// Within a line beyond the limit.
    in_long_line: bool,
    /// A frame has an impossible length: nothing that follows can be found.
    is_lost: bool,
}

impl Cutter {
    fn cut(
        &mut self,
        behind: Behind,
        give: &mut impl FnMut(Block) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let Some(first) = self.held.first() else { return Ok(()) };
        let told = if *first <= 4 { Layout::Frames } else { Layout::Lines };
        match *self.layout.get_or_insert(told) {
            Layout::Lines => self.cut_lines(behind, give),
            Layout::Frames => self.cut_frames(behind, give),
        }
    }

    fn cut_lines(
        &mut self,
        behind: Behind,
        give: &mut impl FnMut(Block) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        if self.in_long_line {
            let Some(end) = memchr::memchr(b'\n', &self.held) else {
                self.held.clear();
                return Ok(());
            };
            self.in_long_line = false;
            self.held.drain(..=end);
        }
        let fresh = self.held.get(self.searched..).unwrap_or_default();
        let end = memchr::memrchr(b'\n', fresh).map(|at| self.searched + at + 1);
        let end = if behind == Behind::End { Some(self.held.len()) } else { end };
        self.searched = self.held.len();
        if let Some(end) = end
            && end > 0
        {
            give(Block::Lines(self.take_front(end)))?;
        }
        if self.held.len() > REQUEST_BYTES_MAX {
            self.in_long_line = true;
            self.held = Vec::new();
            self.searched = 0;
            give(Block::LongLine)?;
        }
        Ok(())
    }

    fn cut_frames(
        &mut self,
        behind: Behind,
        give: &mut impl FnMut(Block) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let mut end = 0;
        let mut rest = self.held.as_slice();
        let mut too_long = None;
        while let Some((len, body)) = split_length(rest) {
            if len > REQUEST_BYTES_MAX {
                too_long = Some(len);
                break;
            }
            let Some((_, after)) = body.split_at_checked(len) else { break };
            end = self.held.len() - after.len();
            rest = after;
        }
        let has_rest = !rest.is_empty();
        if end > 0 {
            give(Block::Frames(self.take_front(end)))?;
        }
        if let Some(len) = too_long {
            self.is_lost = true;
            let limit = REQUEST_BYTES_MAX >> 20;
            return give(Block::Broken(format!("frame of {len} bytes, the limit is {limit} MiB")));
        }
        if behind == Behind::End && has_rest {
            return give(Block::Broken("the file ends in the middle of a frame".into()));
        }
        Ok(())
    }

    /// Takes the first `n` bytes; what is behind them stays.
    fn take_front(&mut self, n: usize) -> Vec<u8> {
        let rest = self.held.split_off(n);
        self.searched = rest.len();
        std::mem::replace(&mut self.held, rest)
    }
}

/// The length of a frame, and the bytes behind it.
pub(super) fn split_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, behind) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*length) as usize, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, and at the end an error if it was told to.
    struct Slow<'a>(&'a [u8], bool);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() && self.1 {
                return Err(io::Error::other("gone"));
            }
            let n = self.0.len().min(buffer.len()).min(7);
            let (now, later) = self.0.split_at(n);
            buffer[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    fn blocks(bytes: &[u8], breaks: bool) -> Vec<Block> {
        let mut blocks = Vec::new();
        let give = |block| {
            blocks.push(block);
            Ok(())
        };
        cut(Slow(bytes, breaks), ToString::to_string, give).unwrap();
        blocks
    }

    fn frame(body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length[..], body].concat()
    }

    #[test]
    fn last_line_may_lack_its_end() {
        assert_eq!(
            blocks(b"{}\n{}", false),
            [Block::Lines(b"{}\n".into()), Block::Lines(b"{}".into())]
        );
        assert_eq!(blocks(b"{}\n", false), [Block::Lines(b"{}\n".into())]);
        assert_eq!(blocks(b"", false), []);
    }

    #[test]
    fn lines_before_a_break_are_kept_and_the_torn_one_is_not() {
        let expect = [Block::Lines(b"{}\n".into()), Block::Broken("gone".into())];
        assert_eq!(blocks(b"{}\n{\"a\"", true), expect);
    }

    #[test]
    fn blocks_end_with_a_line_and_hold_all_bytes() {
        let line = [b"x".repeat(999), b"\n".to_vec()].concat();
        let text = line.repeat(5000);
        let blocks = blocks(&text, false);
        assert!(blocks.len() > 3);
        let lines = |block: &Block| match block {
            Block::Lines(bytes) => bytes.clone(),
            Block::Frames(_) | Block::LongLine | Block::Broken(_) => panic!("{block:?}"),
        };
        assert!(blocks.iter().map(lines).all(|bytes| bytes.ends_with(b"\n")));
        assert_eq!(blocks.iter().flat_map(lines).collect::<Vec<u8>>(), text);
    }

    #[test]
    fn line_beyond_the_limit_is_passed_over() {
        let long = b"y".repeat(REQUEST_BYTES_MAX + 3_000_000);
        let text = [b"{}\n".as_slice(), &long, b"\n{}\n"].concat();
        let blocks = blocks(&text, false);
        assert_eq!(blocks.len(), 3);
        assert_eq!(blocks[1], Block::LongLine);
        assert_eq!(blocks[2], Block::Lines(b"{}\n".into()));
    }

    #[test]
    fn frames_stay_whole() {
        let text = [frame(b"\x0a\0"), frame(b""), frame(&[1; 300])].concat();
        assert_eq!(blocks(&text, false), [Block::Frames(text.clone())]);
        let torn = &text[..text.len() - 1];
        let whole = text[..text.len() - 304].to_vec();
        let ends = Block::Broken("the file ends in the middle of a frame".into());
        assert_eq!(blocks(torn, false), [Block::Frames(whole), ends]);
    }

    #[test]
    fn impossible_length_ends_the_file() {
        let text = [frame(b"\x0a\0").as_slice(), b"\xff\xff\xff\xff rest"].concat();
        let blocks = blocks(&text, false);
        assert_eq!(blocks.len(), 2);
        assert!(matches!(&blocks[1], Block::Broken(reason) if reason.contains("4294967295")));
    }
}
