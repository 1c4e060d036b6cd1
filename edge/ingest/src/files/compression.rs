//! How a file, or a frame in it, is compressed: told by its first bytes.

use super::REQUEST_BYTES_MAX;
use std::io::{self, Read};

/// Bytes needed to tell.
pub(super) const MAGIC_BYTES_MAX: usize = 10;

/// A compression that we undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

/// First bytes of compressions that we do not undo.
const UNSUPPORTED: [(&[u8], &str); 11] = [
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x02\x21\x4c\x18", "lz4"),
    (b"PK\x03\x04", "zip"),
    (b"\xff\x06\0\0sNaPpY", "snappy"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x9d", "compress"),
    (b"\x78\x01", "zlib"),
    (b"\x78\x9c", "zlib"),
    (b"\x78\xda", "zlib"),
];

/// The compression that begins with `head`, or the name of one that is not supported.
pub(super) fn detect(head: &[u8]) -> Result<Compression, &'static str> {
    if head.starts_with(b"\x1f\x8b") {
        return Ok(Compression::Gzip);
    }
    // A zstd file may begin with a frame to be skipped: parallel writers put their index there.
    if head.starts_with(b"\x28\xb5\x2f\xfd") || matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
    {
        return Ok(Compression::Zstd);
    }
    match UNSUPPORTED.iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, name)) => Err(name),
        None => Ok(Compression::None),
    }
}

impl Compression {
    /// `source` without the compression.
    pub(super) fn undo<'s>(
        self,
        source: impl Read + Send + 's,
    ) -> io::Result<Box<dyn Read + Send + 's>> {
        Ok(match self {
            Self::None => Box::new(source),
            Self::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source)),
            Self::Zstd => Box::new(zstd::stream::read::Decoder::new(source)?),
        })
    }

    /// A frame without the compression, or why there is none.
    pub(super) fn undo_frame(self, frame: &[u8]) -> Result<Vec<u8>, String> {
        let mut plain = Vec::new();
        let limit = REQUEST_BYTES_MAX as u64 + 1;
        let read = self.undo(frame).and_then(|source| source.take(limit).read_to_end(&mut plain));
        match read {
            Ok(n) if n > REQUEST_BYTES_MAX => {
                Err(format!("frame is longer than {} MiB once decompressed", limit >> 20))
            }
            Ok(_) => Ok(plain),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// What to say of an error while undoing it.
    pub(super) fn broken(self, error: &io::Error) -> String {
        match self {
            Self::None => format!("reading broke off: {error}"),
            Self::Gzip => format!("the gzip stream is broken: {error}"),
            Self::Zstd => format!("the zstd stream is broken: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressions_are_told_by_their_first_bytes() {
        assert_eq!(detect(b"{\"resourceSpans\""), Ok(Compression::None));
        assert_eq!(detect(b""), Ok(Compression::None));
        assert_eq!(detect(&[0, 0, 1, 0, 0x0a]), Ok(Compression::None));
        assert_eq!(detect(&[0x1f, 0x8b, 8]), Ok(Compression::Gzip));
        assert_eq!(detect(&[0x28, 0xb5, 0x2f, 0xfd, 4]), Ok(Compression::Zstd));
        assert_eq!(detect(&[0x50, 0x2a, 0x4d, 0x18, 4]), Ok(Compression::Zstd));
        for (magic, name) in UNSUPPORTED {
            assert!(magic.len() <= MAGIC_BYTES_MAX);
            assert_eq!(detect(magic), Err(name));
        }
    }
}
